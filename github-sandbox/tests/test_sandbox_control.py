"""The control routes do over HTTP what a test does in Python."""

import os
from typing import Any

import httpx2
import pytest

from github_sandbox import WebhookInbox
from github_sandbox.server import Sandbox
from tests.client import Api


@pytest.fixture
def control(web: httpx2.Client) -> httpx2.Client:
    web.base_url = web.base_url.join("/_sandbox/")
    return web


def ok(answer: httpx2.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


def test_the_state_is_shown_and_reset(control: httpx2.Client, api: Api) -> None:
    api("POST", "/milestones", {"title": "One", "due_on": "2026-01-05T12:00:00Z"})
    api.issue("Issue", labels=["a"], milestone=1)

    [repository] = ok(control.get("state"))["repositories"]
    ok(control.post("reset"))

    assert repository["issues"][0]["labels"] == ["a"]
    assert repository["milestones"][0]["due"] == "2026-01-05"
    assert ok(control.get("state"))["repositories"][0]["issues"] == []


def test_requests_are_counted(control: httpx2.Client, api: Api) -> None:
    ok(control.put("requests/bodies", params={"on": True}))
    api.issue("Logged")
    etag = api("GET", "/issues").headers["etag"]
    api("GET", "/issues", headers={"If-None-Match": etag})

    summary = ok(control.get("requests/summary"))
    [write] = ok(control.get("requests", params={"method": "post"}))

    assert summary["by_method"] == {"POST": 1, "GET": 2}
    assert (summary["writes"], summary["conditional"], summary["not_modified"]) == (1, 1, 1)
    assert (write["route"], write["status"], write["login"]) == (
        "/repos/{owner}/{repo}/issues",
        201,
        "learner",
    )
    assert (write["request"], write["response"]["number"]) == ({"title": "Logged"}, 1)
    ok(control.delete("requests"))
    assert ok(control.get("requests")) == []


def test_faults_come_and_go(control: httpx2.Client, api: Api) -> None:
    ok(control.post("faults", json={"kind": "502", "method": "POST", "times": 0}))
    assert api("POST", "/issues", {"title": "x"}).status_code == 502
    assert ok(control.get("faults"))[0]["seen"] == 1

    ok(control.delete("faults"))
    assert api("POST", "/issues", {"title": "x"}).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "flood"},
        {"kind": "call"},
        {"kind": "kill"},
        {"kind": "kill", "pid": os.getpid()},
        {"kind": "500", "nth": 0},
        {"kind": "500", "colour": "red"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(control: httpx2.Client, body: Any) -> None:
    assert control.post("faults", json=body).status_code == 422


def test_time_passes_on_request(control: httpx2.Client, sandbox: Sandbox) -> None:
    before = sandbox.world.clock.exact()
    ok(control.post("clock/advance", params={"seconds": 3600}))

    assert (sandbox.world.clock.exact() - before).total_seconds() >= 3600
    assert ok(control.get("clock"))["now"].endswith("+00:00")
    assert control.post("clock/advance", params={"seconds": -1}).status_code == 422


def test_limits_are_set(control: httpx2.Client, api: Api) -> None:
    ok(control.patch("limits", json={"secondary": True, "created_per_minute": 1}))
    answers = [api("POST", "/labels", {"name": name}).status_code for name in "ab"]
    ok(control.post("limits/exhaust/learner"))

    assert answers == [201, 403]
    assert ok(control.get("limits"))["created_per_minute"] == 1
    assert api("GET", "/labels").headers["x-ratelimit-remaining"] == "0"


def test_people_tokens_and_repositories_are_added(control: httpx2.Client, api: Api) -> None:
    ok(control.post("users", json={"login": "Ada", "name": "Ada L."}))
    ok(control.post("repositories", json={"full_name": "ada/notes", "private": True}))
    narrow = {"token": "t", "user": "ada", "permissions": {"metadata": "read", "issues": "read"}}
    ok(control.post("tokens", json={**narrow, "repositories": ["ada/notes"]}))
    notes = str(api.client.base_url).rstrip("/") + "/repos/ada/notes"

    as_ada = {"Authorization": f"Bearer {ok(control.post('as/ada'))['token']}"}
    assert api("GET", notes).status_code == 404
    assert api("POST", f"{notes}/issues", {"title": "x"}, headers=as_ada).status_code == 201
    as_narrow = {"Authorization": "Bearer t"}
    assert api("POST", f"{notes}/issues", {"title": "x"}, headers=as_narrow).status_code == 403


def test_bots_members_and_deleted_accounts(control: httpx2.Client, api: Api) -> None:
    def as_token(value: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {value}"}

    workflow = {"token": "ghs", "kind": "workflow", "permissions": {"issues": "write"}}
    made = ok(control.post("tokens", json=workflow))["token"]
    stale = ok(control.post("as-bot/stale"))["token"]
    for token, login in ((made, "github-actions[bot]"), (stale, "stale[bot]")):
        answer = api("POST", "/issues", {"title": "x"}, headers=as_token(token))
        assert answer.json()["user"]["login"] == login
    assert control.post("as-bot/stale", params={"repository": "no/where"}).status_code == 404

    ok(control.post("users", json={"login": "school", "kind": "Organization"}))
    ok(control.put("users/school/members/ada", params={"public": False}))
    ok(control.post("repositories", json={"full_name": "school/course"}))
    ada = as_token(ok(control.post("as/ada"))["token"])
    course = str(api.client.base_url).rstrip("/") + "/repos/school/course"
    api("POST", f"{course}/issues", {"title": "x"}, headers=ada)
    assert api("GET", f"{course}/issues/1").json()["author_association"] == "NONE"
    mine = api("GET", f"{course}/issues/1", headers=ada).json()
    assert mine["author_association"] == "MEMBER"

    ok(control.delete("users/ada"))
    assert api("GET", f"{course}/issues/1").json()["user"]["login"] == "ghost"
    assert control.delete("users/ada").status_code == 404
    assert control.put("users/nowhere/members/ada").status_code == 404


def test_a_repository_is_renamed_archived_and_closed(control: httpx2.Client, api: Api) -> None:
    ok(control.post("repositories/learner/portfolio/pull-requests", params={"title": "PR"}))
    assert "pull_request" in api("GET", "/issues").json()[0]
    more = {"title": "Done", "body": "Closes #1", "merged": "true"}
    ok(control.post("repositories/learner/portfolio/pull-requests", params=more))
    assert api("GET", "/pulls/2").json()["merged"]
    there = "repositories/learner/portfolio"
    ok(control.patch(there, json={"issues_enabled": False}))
    assert api("GET", "/issues/1").status_code == 410
    ok(control.patch(there, json={"archived": True, "issues_enabled": True}))
    assert api("POST", "/issues", {"title": "x"}).status_code == 403
    ok(control.patch(there, json={"name": "new"}))
    assert api("GET", "").status_code == 301


def test_hooks_and_apps_are_added(
    control: httpx2.Client, api: Api, sandbox: Sandbox, webhook_inbox: WebhookInbox
) -> None:
    url = webhook_inbox.url
    hook = {"repository": "learner/portfolio", "url": url, "secret": "s", "events": ["issues"]}
    ok(control.post("hooks", json=hook))
    app = ok(control.post("apps", json={"name": "Bot", "permissions": {"issues": "write"}}))
    ok(control.post(f"apps/{app['id']}/installations", json={}))
    ok(control.patch("hooks/faults", json={"held": True}))
    api.issue()
    assert ok(control.post("hooks/release"))["released"] == 1
    sandbox.webhooks.settle()

    events = [one["event"] for one in ok(control.get("deliveries"))]
    assert events == ["ping", "issues"]
    assert app["private_key"].startswith("-----BEGIN")


def test_the_control_routes_describe_themselves(web: httpx2.Client) -> None:
    paths = ok(web.get("/openapi.json"))["paths"]

    assert all(path.startswith("/_sandbox/") for path in paths)
    assert "/_sandbox/faults" in paths
