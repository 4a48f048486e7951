"""An issue that goes to another repository: what goes with it, and what its old number tells."""

import json
from collections.abc import Callable

import httpx2
import pytest

from github_sandbox import WebhookInbox
from github_sandbox.server import Sandbox
from github_sandbox.state import hooks, transfers
from github_sandbox.state.objects import Issue, Repository
from github_sandbox.state.refusals import Forbidden, Gone, Invalid, Refusal
from tests.client import Api

AsUser = Callable[[str | None], Api]
ELSEWHERE = "repos/learner/elsewhere"


@pytest.fixture
def elsewhere(sandbox: Sandbox) -> Repository:
    return sandbox.world.add_repository("learner/elsewhere")


def transfer(
    sandbox: Sandbox, target: Repository, number: int = 1, login: str = "learner"
) -> Issue:
    world = sandbox.world
    with world.lock:
        home = world.repository()
        return transfers.transfer(world, world.actor(login), home, home.issues[number], target)


def test_it_keeps_its_words_and_what_the_other_repository_knows(
    sandbox: Sandbox, api: Api, elsewhere: Repository
) -> None:
    for root in ("", f"{sandbox.api_url}/{ELSEWHERE}"):
        milestone = {"title": "May", "due_on": "2026-05-31T12:00:00Z"}
        api("POST", f"{root}/milestones", milestone)
    api("POST", f"{sandbox.api_url}/{ELSEWHERE}/labels", {"name": "Known"})
    api("POST", f"{sandbox.api_url}/{ELSEWHERE}/issues", {"title": "First here"})
    api.issue("Parent")
    labels = ["known", "unknown"]
    old = api.issue("Goes", body="Body", labels=labels, milestone=1, assignees=["learner"])
    api("POST", "/issues/1/sub_issues", {"sub_issue_id": old["id"]})
    text = api("POST", "/issues/2/comments", {"body": "Hello"}).json()

    transfer(sandbox, elsewhere, 2)

    new = api("GET", f"{ELSEWHERE}/issues/2").json()
    same = ("title", "body", "state", "user", "assignees", "created_at")
    assert {name: new[name] for name in same} == {name: old[name] for name in same}
    assert [label["name"] for label in new["labels"]] == ["Known"]
    assert new["milestone"]["title"] == "May"
    assert new["id"] != old["id"]
    [comment] = api("GET", f"{ELSEWHERE}/issues/2/comments").json()
    assert (comment["body"], comment["user"]) == ("Hello", text["user"])
    assert comment["id"] != text["id"]
    assert api("GET", "/issues/1/sub_issues").json() == []


def test_a_milestone_of_another_date_stays_behind(
    sandbox: Sandbox, api: Api, elsewhere: Repository
) -> None:
    api("POST", "/milestones", {"title": "May", "due_on": "2026-05-31T12:00:00Z"})
    api("POST", f"{ELSEWHERE}/milestones", {"title": "May"})
    api.issue(milestone=1)

    assert transfer(sandbox, elsewhere).milestone is None


def test_the_old_repository_has_it_in_no_list(
    sandbox: Sandbox, api: Api, elsewhere: Repository
) -> None:
    api.issue("Goes")
    comment = api("POST", "/issues/1/comments", {"body": "Hello"}).json()["id"]
    transfer(sandbox, elsewhere)

    assert api.numbers(state="all") == []
    assert api("GET", "/issues/comments").json() == []
    assert api("GET", f"/issues/comments/{comment}").status_code == 404
    assert api.issue("Next")["number"] == 2, "a number is never used again"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"title": "Other"}),
        ("GET", "/comments", None),
        ("POST", "/comments", {"body": "x"}),
        ("GET", "/labels", None),
        ("PUT", "/labels", {"labels": []}),
        ("GET", "/events", None),
    ],
)
def test_its_old_number_leads_to_the_new_one(
    sandbox: Sandbox, api: Api, elsewhere: Repository, method: str, path: str, body: object
) -> None:
    api.issue("Goes")
    transfer(sandbox, elsewhere)

    answer = api(method, f"/issues/1{path}", body)

    there = f"{sandbox.api_url}/repositories/{elsewhere.id}/issues/1{path}"
    status = 301 if method == "GET" else 307
    assert (answer.status_code, answer.headers["location"]) == (status, there)
    assert answer.json()["url"] == there
    assert answer.json()["message"] == "Moved Permanently"
    assert elsewhere.issues[1].title == "Goes"
    assert api("GET", there).status_code == 200


def test_for_who_may_not_see_the_other_repository_it_is_not_there(
    sandbox: Sandbox, api: Api, with_token: AsUser
) -> None:
    hidden = sandbox.world.add_repository("learner/hidden", private=True)
    api.issue("Goes")
    transfer(sandbox, hidden)

    assert with_token(None)("GET", "/issues/1").status_code == 404
    assert api("GET", "/issues/1").status_code == 301


def test_the_pages_do_not_have_it_any_more(
    sandbox: Sandbox, api: Api, web: httpx2.Client, elsewhere: Repository
) -> None:
    api.issue("Goes")
    transfer(sandbox, elsewhere)

    assert web.get("/learner/portfolio/issues/1").status_code == 404
    assert web.get("/learner/elsewhere/issues/1").status_code == 200


def test_it_may_go_on(sandbox: Sandbox, api: Api, elsewhere: Repository) -> None:
    further = sandbox.world.add_repository("learner/further")
    api.issue("Goes")
    made = transfer(sandbox, elsewhere)
    world = sandbox.world
    transfers.transfer(world, world.actor(), elsewhere, made, further)

    there = api("GET", "/issues/1", follow_redirects=True)

    assert [answer.status_code for answer in there.history] == [301, 301]
    assert there.json()["repository_url"].endswith("/learner/further")


def _forbid(home: Repository, target: Repository) -> str:
    home.collaborators["mentor"], target.collaborators["mentor"] = "write", "triage"
    return "mentor"


def _hide(home: Repository, _: Repository) -> str:
    home.private = True
    return "learner"


def _switch_off(_: Repository, target: Repository) -> str:
    target.issues_enabled = False
    return "learner"


def _archive(_: Repository, target: Repository) -> str:
    target.archived = True
    return "learner"


@pytest.mark.parametrize(
    ("how", "refusal"),
    [(_forbid, Forbidden), (_hide, Invalid), (_switch_off, Gone), (_archive, Forbidden)],
)
def test_where_it_may_not_go_it_stays(
    sandbox: Sandbox,
    api: Api,
    elsewhere: Repository,
    how: Callable[[Repository, Repository], str],
    refusal: type[Refusal],
) -> None:
    sandbox.world.add_user("mentor")
    api.issue("Stays")
    login = how(sandbox.world.repository(), elsewhere)

    with pytest.raises(refusal):
        transfer(sandbox, elsewhere, login=login)
    assert api.numbers() == [1]


def test_other_people_have_other_repositories(sandbox: Sandbox, api: Api) -> None:
    friends = sandbox.world.add_repository("friend/tool", collaborators={"learner": "admin"})
    api.issue("Stays")

    for target in (friends, sandbox.world.repository()):
        with pytest.raises(Invalid):
            transfer(sandbox, target)


def test_both_repositories_hear_of_it(
    sandbox: Sandbox, api: Api, elsewhere: Repository, webhook_inbox: WebhookInbox
) -> None:
    api.issue("Goes")
    for repository in (sandbox.world.repository(), elsewhere):
        hooks.add(sandbox.world, repository, webhook_inbox.url)
    sandbox.webhooks.settle()
    webhook_inbox.received.clear()

    transfer(sandbox, elsewhere)

    sandbox.webhooks.settle()
    went, came = (json.loads(one.body) for one in webhook_inbox.received)
    assert (went["action"], came["action"]) == ("transferred", "opened")
    assert went["changes"]["new_issue"] == came["issue"]
    assert went["changes"]["new_repository"]["full_name"] == "learner/elsewhere"
    assert came["changes"]["old_issue"]["url"] == went["issue"]["url"]


def test_over_graphql(sandbox: Sandbox, api: Api, elsewhere: Repository) -> None:
    node = api.issue("Goes")["node_id"]
    repository = api("GET", ELSEWHERE).json()["node_id"]
    query = (
        "mutation($input: TransferIssueInput!) { transferIssue(input: $input) { issue { id } } }"
    )

    def send(**given: str) -> dict[str, object]:
        sent = {"query": query, "variables": {"input": {"issueId": node, **given}}}
        return dict(api.client.post(sandbox.graphql_url, json=sent).json())

    assert "errors" in send(repositoryId="R_999")
    assert send(repositoryId=repository) == {
        "data": {
            "transferIssue": {
                "issue": {"id": f"I_{elsewhere.issues[1].id}", "number": 1},
                "clientMutationId": None,
            }
        }
    }
    assert "errors" in send(repositoryId=repository), "the old id leads nowhere"
