"""Issues behave as GitHub's do."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from github_sandbox.server import Sandbox
from github_sandbox.state import issues, pulls
from tests.client import Api


def test_numbers_are_never_used_again(api: Api) -> None:
    api.issue()
    node = api.issue()["node_id"]
    mutation = (
        "mutation($input: DeleteIssueInput!) { deleteIssue(input: $input) { repository { id } } }"
    )
    variables = {"input": {"issueId": node}}
    api("POST", "graphql", {"query": mutation, "variables": variables})

    assert api.issue()["number"] == 3
    removed = api("GET", "/issues/2")
    assert (removed.status_code, removed.json()["message"]) == (410, "This issue was deleted")
    assert api("GET", "/issues/99").status_code == 404


def test_a_list_is_paged_newest_first_with_links(api: Api) -> None:
    for number in range(5):
        api.issue(f"Issue {number}")

    first = api("GET", "/issues", params={"per_page": 2})
    last = api.client.get(first.links["last"]["url"])

    assert [one["number"] for one in first.json()] == [5, 4]
    assert set(first.links) == {"next", "last"}
    assert [one["number"] for one in last.json()] == [1]
    assert set(last.links) == {"prev", "first"}
    assert "link" not in api("GET", "/issues").headers


def test_more_than_a_hundred_in_a_page_are_not_given(sandbox: Sandbox, api: Api) -> None:
    world = sandbox.world
    for number in range(101):
        issues.create(world, world.actor(), world.repository(), {"title": str(number)})

    assert len(api.numbers(per_page=200)) == 100
    assert len(api.numbers()) == 30


def test_a_list_can_be_narrowed(api: Api) -> None:
    api("POST", "/milestones", {"title": "One"})
    api.issue(labels=["A", "b"], milestone=1)
    api.issue(labels=["a"])
    api.issue()
    api("PATCH", "/issues/3", {"state": "closed"})

    assert api.numbers(labels="a,B") == [1]
    assert api.numbers(milestone="1") == api.numbers(milestone="*") == [1]
    assert api.numbers(milestone="none") == [2]
    assert api.numbers(state="closed") == [3]
    assert api.numbers(state="all", direction="asc") == [1, 2, 3]
    assert api("GET", "/issues", params={"milestone": "7"}).status_code == 422


def test_since_takes_what_changed_at_that_second_or_later(sandbox: Sandbox, api: Api) -> None:
    api.issue()
    early = api.issue()["updated_at"]
    sandbox.world.clock.advance(timedelta(seconds=5))
    api("PATCH", "/issues/1", {"body": "Later"})
    later = api("GET", "/issues/1").json()["updated_at"]

    assert api.numbers(since=early) == [2, 1]
    assert api.numbers(since=later) == [1]


def test_pull_requests_stand_in_the_list(sandbox: Sandbox, api: Api) -> None:
    world = sandbox.world
    pulls.propose(world, world.actor(), world.repository(), "A pull request")
    api.issue()

    listed = {one["number"]: "pull_request" in one for one in api("GET", "/issues").json()}
    assert listed == {1: True, 2: False}


@pytest.mark.parametrize(
    ("before", "sent", "after"),
    [
        ({}, {"state": "closed"}, ("closed", "completed")),
        ({}, {"state": "closed", "state_reason": "not_planned"}, ("closed", "not_planned")),
        ({}, {"state_reason": "not_planned"}, ("open", None)),
        ({}, {"state": "open", "state_reason": "reopened"}, ("open", None)),
        (
            {"state": "closed"},
            {"state": "closed", "state_reason": "not_planned"},
            ("closed", "completed"),
        ),
        ({"state": "closed"}, {"state": "open"}, ("open", "reopened")),
    ],
)
def test_a_reason_counts_only_when_the_state_changes(
    api: Api, before: dict[str, str], sent: dict[str, str], after: tuple[str, str | None]
) -> None:
    api.issue()
    api("PATCH", "/issues/1", before)

    issue = api("PATCH", "/issues/1", sent).json()

    assert (issue["state"], issue["state_reason"]) == after
    assert bool(issue["closed_at"]) == bool(issue["closed_by"]) == (after[0] == "closed")


@pytest.mark.parametrize(
    ("field", "longest", "message"),
    [
        ("title", 256, "title is too long (maximum is 256 characters)"),
        ("body", 65_536, "body is too long (maximum is 65536 characters)"),
    ],
)
def test_texts_have_a_longest_length(api: Api, field: str, longest: int, message: str) -> None:
    fits = api("POST", "/issues", {"title": "t", field: "é" * longest})
    over = api("POST", "/issues", {"title": "t", field: "é" * (longest + 1)})

    assert fits.status_code == 201
    assert over.status_code == 422
    assert over.json()["message"] == "Validation Failed"
    assert over.json()["errors"][0]["message"] == message


def test_null_clears_and_absence_keeps(api: Api) -> None:
    api("POST", "/milestones", {"title": "One"})
    api.issue("Title", body="Body", milestone=1, labels=["a"], assignees=["learner"])

    stored = api("PATCH", "/issues/1", {"title": "New"}).json()
    cleared: dict[str, object] = {"body": None, "milestone": None, "labels": [], "assignees": []}
    empty = api("PATCH", "/issues/1", cleared).json()

    assert (stored["title"], stored["body"], stored["milestone"]["number"]) == ("New", "Body", 1)
    assert stored["assignee"]["login"] == "learner"
    assert [empty[key] for key in cleared] == [None, None, [], []]


def test_unknown_labels_are_made_in_grey(api: Api) -> None:
    api("POST", "/labels", {"name": "Known", "color": "ff0000"})

    issue = api.issue(labels=["known", "brand new"])

    assert [(one["name"], one["color"]) for one in issue["labels"]] == [
        ("Known", "ff0000"),
        ("brand new", "ededed"),
    ]


def test_a_stranger_may_open_an_issue_but_not_sort_it(
    sandbox: Sandbox, api: Api, with_token: Callable[[str | None], Api]
) -> None:
    sandbox.world.add_token("stranger", user="stranger")
    api("POST", "/milestones", {"title": "One"})
    stranger = with_token("stranger")

    issue = stranger.issue(labels=["a"], milestone=1, assignees=["learner"])
    mine = stranger("PATCH", "/issues/1", {"title": "Mine", "labels": ["a"]}).json()
    api.issue()

    assert (issue["labels"], issue["milestone"], issue["assignees"]) == ([], None, [])
    assert (mine["title"], mine["labels"]) == ("Mine", [])
    assert issue["author_association"] == "NONE"
    assert api("GET", "/issues/2").json()["author_association"] == "OWNER"
    assert stranger("PATCH", "/issues/2", {"title": "Mine"}).status_code == 403
    assert api("GET", "/labels").json() == []


def test_comments_are_counted_and_listed(api: Api) -> None:
    api.issue()
    first = api("POST", "/issues/1/comments", {"body": "One"}).json()
    api("POST", "/issues/1/comments", {"body": "Two"})
    api("DELETE", f"/issues/comments/{first['id']}")

    assert api("GET", "/issues/1").json()["comments"] == 1
    assert [one["body"] for one in api("GET", "/issues/comments").json()] == ["Two"]


def test_a_comment_is_pinned_in_place_of_another(api: Api) -> None:
    api.issue()
    first, second = (
        api("POST", "/issues/1/comments", {"body": body}).json()["id"] for body in ("One", "Two")
    )
    assert api("GET", "/issues/1").json()["pinned_comment"] is None
    api("PUT", f"/issues/comments/{first}/pin")
    pinned = api("PUT", f"/issues/comments/{second}/pin").json()

    assert pinned["pin"]["pinned_by"]["login"] == "learner"
    assert api("GET", f"/issues/comments/{first}").json()["pin"] is None
    assert api("GET", "/issues/1").json()["pinned_comment"]["body"] == "Two"
    assert api("DELETE", f"/issues/comments/{second}/pin").status_code == 204
    assert api("GET", "/issues/1").json()["pinned_comment"] is None


def test_a_reaction_is_new_once(api: Api) -> None:
    api.issue()
    answers = [api("POST", "/issues/1/reactions", {"content": "heart"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert api("GET", "/issues/1").json()["reactions"]["heart"] == 1


def test_a_locked_issue_takes_no_comment_from_a_stranger(
    sandbox: Sandbox, api: Api, with_token: Callable[[str | None], Api]
) -> None:
    sandbox.world.add_token("stranger", user="stranger")
    api.issue()
    api("PUT", "/issues/1/lock")

    assert with_token("stranger")("POST", "/issues/1/comments", {"body": "x"}).status_code == 403
    assert api("POST", "/issues/1/comments", {"body": "x"}).status_code == 201


def test_at_most_three_issues_are_pinned(api: Api) -> None:
    def pin() -> dict[str, object]:
        query = 'mutation { pinIssue(input: {issueId: "%s"}) { issue { number } } }'
        answer = api("POST", "graphql", {"query": query % api.issue()["node_id"]})
        assert answer.status_code == 200
        return dict(answer.json())

    assert all("errors" not in pin() for _ in range(3))
    assert "errors" in pin()


def test_graphql_names_what_it_does_not_know(api: Api) -> None:
    unknown = api("POST", "graphql", {"query": "query { repository { id } }"})
    absent = api("POST", "graphql", {"query": 'mutation { pinIssue(input: {issueId: "I_1"}) }'})

    assert unknown.status_code == absent.status_code == 200
    assert "errors" in unknown.json()
    assert absent.json()["errors"][0]["type"] == "NOT_FOUND"
