"""Sub-issues and dependencies behave as GitHub's do."""

from github_sandbox.server import Sandbox
from github_sandbox.state import issues, relations
from tests.client import Api


def test_a_parent_sums_up_its_sub_issues(api: Api) -> None:
    api.issue("Parent")
    for title in "One", "Two", "Three":
        child = api.issue(title)
        assert api("POST", "/issues/1/sub_issues", {"sub_issue_id": child["id"]}).status_code == 201
    api("PATCH", "/issues/2", {"state": "closed"})

    summary = api("GET", "/issues/1").json()["sub_issues_summary"]
    child = api("GET", "/issues/3").json()

    assert summary == {"total": 3, "completed": 1, "percent_completed": 33}
    assert child["parent_issue_url"].endswith("/repos/learner/portfolio/issues/1")
    assert api("GET", "/issues/3/parent").json()["number"] == 1
    assert api("GET", "/issues/1/parent").status_code == 404


def test_an_issue_has_one_parent_unless_it_is_replaced(api: Api) -> None:
    child = api.issue("Child")["id"]
    api.issue("First")
    api.issue("Second")
    api("POST", "/issues/2/sub_issues", {"sub_issue_id": child})

    refused = api("POST", "/issues/3/sub_issues", {"sub_issue_id": child})
    body = {"sub_issue_id": child, "replace_parent": True}
    moved = api("POST", "/issues/3/sub_issues", body)

    assert (refused.status_code, moved.status_code) == (422, 201)
    assert api("GET", "/issues/1/parent").json()["number"] == 3
    assert api("GET", "/issues/2/sub_issues").json() == []


def test_the_number_is_not_the_id(api: Api) -> None:
    api.issue()
    api.issue()

    assert api("POST", "/issues/1/sub_issues", {"sub_issue_id": 2}).status_code == 422


def test_the_tree_has_no_circles_and_eight_levels(api: Api) -> None:
    ids = [api.issue(f"Level {number}")["id"] for number in range(9)]
    for number in range(1, 8):
        answer = api("POST", f"/issues/{number}/sub_issues", {"sub_issue_id": ids[number]})
        assert answer.status_code == 201

    too_deep = api("POST", "/issues/8/sub_issues", {"sub_issue_id": ids[8]})
    circle = api("POST", "/issues/8/sub_issues", {"sub_issue_id": ids[0]})

    assert (too_deep.status_code, circle.status_code) == (422, 422)


def test_a_parent_holds_a_hundred(sandbox: Sandbox, api: Api) -> None:
    world, repo = sandbox.world, sandbox.world.repository()
    parent, *children = [
        issues.create(world, world.actor(), repo, {"title": str(number)}) for number in range(102)
    ]
    for child in children[:100]:
        relations.add_child(world, world.actor(), repo, parent, child.id)

    over = api("POST", "/issues/1/sub_issues", {"sub_issue_id": children[100].id})

    assert over.status_code == 422


def test_sub_issues_keep_an_order_that_can_be_changed(api: Api) -> None:
    api.issue("Parent")
    ids = [api.issue(f"Child {number}")["id"] for number in range(3)]
    for child in ids:
        api("POST", "/issues/1/sub_issues", {"sub_issue_id": child})

    api("PATCH", "/issues/1/sub_issues/priority", {"sub_issue_id": ids[2], "before_id": ids[0]})
    api("PATCH", "/issues/1/sub_issues/priority", {"sub_issue_id": ids[0], "after_id": ids[1]})

    assert [one["id"] for one in api("GET", "/issues/1/sub_issues").json()] == [
        ids[2],
        ids[1],
        ids[0],
    ]


def test_a_dependency_is_seen_from_both_ends(api: Api) -> None:
    api.issue("Later")
    blocker = api.issue("First")["id"]
    api("POST", "/issues/1/dependencies/blocked_by", {"issue_id": blocker})

    assert [one["number"] for one in api("GET", "/issues/2/dependencies/blocking").json()] == [1]
    assert api("GET", "/issues/1").json()["issue_dependencies_summary"]["blocked_by"] == 1
    api("DELETE", f"/issues/1/dependencies/blocked_by/{blocker}")
    assert api("GET", "/issues/1/dependencies/blocked_by").json() == []
