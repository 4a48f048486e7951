"""Who may do what, and how the sandbox says no."""

from collections.abc import Callable

import pytest

from github_sandbox.server import Sandbox
from tests.client import Api

WithToken = Callable[[str | None], Api]


def test_a_wrong_token_is_refused(with_token: WithToken) -> None:
    answer = with_token("wrong")("GET", "")

    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")


def test_without_a_token_public_things_can_be_read(with_token: WithToken) -> None:
    nobody = with_token(None)

    assert nobody("GET", "/issues").status_code == 200
    assert nobody("GET", "/issues").headers["x-ratelimit-limit"] == "60"
    assert nobody("POST", "/issues", {"title": "x"}).status_code == 401
    assert nobody("GET", "user").status_code == 401


def test_a_user_agent_is_compulsory(api: Api) -> None:
    assert api("GET", "", headers={"User-Agent": ""}).status_code == 403


def test_an_unknown_api_version_is_refused(api: Api) -> None:
    assert api("GET", "", headers={"X-GitHub-Api-Version": "1999-01-01"}).status_code == 400
    assert api("GET", "", headers={"X-GitHub-Api-Version": "2022-11-28"}).status_code == 200


def test_a_private_repository_is_not_there_for_strangers(
    sandbox: Sandbox, with_token: WithToken
) -> None:
    sandbox.world.repository().private = True
    sandbox.world.add_token("stranger", user="stranger")

    answer = with_token("stranger")("GET", "/issues")

    assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")


@pytest.mark.parametrize(
    ("permissions", "method", "path", "missing"),
    [
        ({"metadata": "read", "issues": "read"}, "POST", "/issues", "issues=write"),
        ({"metadata": "read", "issues": "read"}, "POST", "/labels", "issues=write"),
        ({"metadata": "read", "issues": "write"}, "PUT", "/contents/x", "contents=write"),
    ],
)
def test_a_missing_permission_is_named(
    sandbox: Sandbox,
    with_token: WithToken,
    permissions: dict[str, str],
    method: str,
    path: str,
    missing: str,
) -> None:
    sandbox.world.add_token("narrow", user="learner", permissions=permissions)

    answer = with_token("narrow")(method, path, {"title": "x", "name": "x"})

    assert answer.status_code == 403
    assert answer.json()["message"] == "Resource not accessible by personal access token"
    assert answer.headers["x-accepted-github-permissions"] == missing


def test_a_token_reaches_only_its_repositories(sandbox: Sandbox, with_token: WithToken) -> None:
    world = sandbox.world
    world.add_repository("learner/other", private=True)
    world.add_token("narrow", user="learner", repositories=["learner/other"])
    narrow = with_token("narrow")

    assert narrow("GET", f"{sandbox.api_url}/repos/learner/other").status_code == 200
    assert narrow("POST", "/issues", {"title": "x"}).status_code == 403
    world.repository().private = True
    assert narrow("GET", "").status_code == 404


def test_a_reader_may_not_write_labels_or_files(sandbox: Sandbox, with_token: WithToken) -> None:
    sandbox.world.add_token("reader", user="reader")
    reader = with_token("reader")

    assert reader("POST", "/labels", {"name": "x"}).status_code == 403
    assert reader("POST", "/milestones", {"title": "x"}).status_code == 403
    assert reader("PUT", "/contents/x", {"message": "x", "content": ""}).status_code == 403


def test_a_collaborator_may(sandbox: Sandbox, with_token: WithToken) -> None:
    sandbox.world.repository().collaborators["mentor"] = "write"
    sandbox.world.add_token("mentor", user="mentor")
    mentor = with_token("mentor")

    issue = mentor.issue(labels=["a"])

    assert mentor("POST", "/labels", {"name": "x"}).status_code == 201
    assert [label["name"] for label in issue["labels"]] == ["a"]
    assert issue["author_association"] == "COLLABORATOR"


def test_a_renamed_repository_leads_to_itself(sandbox: Sandbox, api: Api) -> None:
    api.issue()
    sandbox.world.rename(sandbox.world.repository(), "path")

    moved = api("GET", "/issues/1")
    there = api("GET", "/issues/1", follow_redirects=True)

    assert (moved.status_code, moved.json()["message"]) == (301, "Moved Permanently")
    assert moved.headers["location"] == moved.json()["url"]
    assert there.json()["repository_url"].endswith("/repos/learner/path")
    assert api("GET", "").status_code == 301
    written = api("PATCH", "/issues/1", {"title": "New"})
    assert (written.status_code, written.json()["message"]) == (307, "Moved Permanently")
    again = api("PATCH", "/issues/1", {"title": "New"}, follow_redirects=True)
    assert again.json()["title"] == "New"


def test_an_archived_repository_can_only_be_read(sandbox: Sandbox, api: Api) -> None:
    api.issue()
    sandbox.world.archive(sandbox.world.repository())

    answer = api("PATCH", "/issues/1", {"title": "x"})

    assert answer.status_code == 403
    assert answer.json()["message"] == "Repository was archived so is read-only."
    assert api("GET", "/issues/1").status_code == 200


def test_issues_that_are_switched_off_are_gone(sandbox: Sandbox, api: Api) -> None:
    api.issue()
    sandbox.world.repository().issues_enabled = False

    answer = api("POST", "/issues", {"title": "x"})

    assert answer.status_code == 410
    assert answer.json()["message"] == "Issues are disabled for this repo"
    assert api("GET", "/issues/1").status_code == 410
    assert api("GET", "").json()["has_issues"] is False


def test_what_cannot_be_read_is_named(api: Api) -> None:
    answer = api.client.post(f"{api.root}/issues", content=b"{")

    assert (answer.status_code, answer.json()["message"]) == (400, "Problems parsing JSON")
    assert api("POST", "/issues", ["x"]).status_code == 400
    assert api("POST", "/issues", {"title": ["x"]}).status_code == 422
    assert api("GET", "nothing/here").status_code == 404
