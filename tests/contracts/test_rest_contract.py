"""What the sandbox answers, held against GitHub's description of its REST API."""

import base64
from collections.abc import Iterator

import httpx2
import pytest
from contracts.checker import contract
from github_sandbox import InstalledApp

from github_sandbox.api.engine import TABLES
from github_sandbox.server import Sandbox
from github_sandbox.state import apps, grants, workflow_runs
from github_sandbox.state.git import blob_sha

R = "/repos/learner/portfolio"
OFFERED = {(route.method, route.path) for table in TABLES for route in table.routes.table} - {
    ("POST", "/graphql")  # described elsewhere
}


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    sandbox.world.journal.record_bodies = True
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    with httpx2.Client(base_url=sandbox.api_url, headers=headers) as client:
        yield client


def walk_labels_and_milestones(api: httpx2.Client) -> None:
    api.post(f"{R}/labels", json={"name": "phase/1", "color": "aabbcc", "description": "First"})
    api.post(f"{R}/labels", json={"name": "Phase/1"})
    api.post(f"{R}/labels", json={"name": "x" * 51})
    api.post(f"{R}/labels", json={"name": "no colour", "color": "red"})
    api.get(f"{R}/labels", params={"per_page": 1})
    api.get(f"{R}/labels/PHASE%2F1")
    api.patch(f"{R}/labels/phase%2F1", json={"new_name": "phase/one", "color": "000000"})
    api.get(f"{R}/labels/gone")
    api.post(f"{R}/milestones", json={"title": "Week 1", "due_on": "2026-01-05T12:00:00Z"})
    api.post(f"{R}/milestones", json={"title": "Week 1"})
    api.post(f"{R}/milestones", json={"title": "Week 2", "description": "Two"})
    api.get(f"{R}/milestones", params={"state": "all", "sort": "completeness"})
    api.get(f"{R}/milestones/1")
    api.patch(f"{R}/milestones/2", json={"state": "closed", "due_on": "2026-02-01T12:00:00Z"})
    api.get(f"{R}/milestones/99")


def walk_issues(api: httpx2.Client) -> list[int]:
    new = {"title": "One", "body": "Text", "labels": ["phase/one"], "milestone": 1}
    first = api.post(f"{R}/issues", json={**new, "assignees": ["learner"]}).json()
    second = api.post(f"{R}/issues", json={"title": "Two"}).json()
    third = api.post(f"{R}/issues", json={"title": "Three", "labels": ["made on the way"]}).json()
    api.post(f"{R}/issues", json={"title": "t" * 257})
    api.post(f"{R}/issues", json={"body": "no title"})
    api.post(f"{R}/issues", json={"title": "b", "body": "b" * 65_537})
    api.post(f"{R}/issues", json={"title": "m", "milestone": 99})
    api.get(f"{R}/milestones/1/labels")
    api.get(f"{R}/issues", params={"state": "all", "per_page": 1, "page": 2, "sort": "updated"})
    api.get(f"{R}/issues", params={"labels": "phase/one", "milestone": "*", "direction": "asc"})
    api.get(f"{R}/issues", params={"since": "2020-01-01T00:00:00Z", "assignee": "learner"})
    api.get(f"{R}/issues/1")
    api.get(f"{R}/issues/99")
    api.patch(f"{R}/issues/2", json={"state": "closed", "state_reason": "not_planned"})
    api.patch(f"{R}/issues/2", json={"state": "open"})
    api.patch(f"{R}/issues/1", json={"milestone": None, "labels": [], "body": None})
    api.put(f"{R}/issues/1/lock", json={"lock_reason": "resolved"})
    api.get(f"{R}/issues/1")
    api.delete(f"{R}/issues/1/lock")
    api.post(f"{R}/issues/2/assignees", json={"assignees": ["learner"]})
    api.request("DELETE", f"{R}/issues/2/assignees", json={"assignees": ["learner"]})
    api.post(f"{R}/issues/1/labels", json={"labels": ["a", "b/c"]})
    api.put(f"{R}/issues/1/labels", json={"labels": ["b/c", "d"]})
    api.get(f"{R}/issues/1/labels")
    api.delete(f"{R}/issues/1/labels/b%2Fc")
    api.delete(f"{R}/issues/1/labels/b%2Fc")
    api.delete(f"{R}/issues/1/labels")
    return [issue["id"] for issue in (first, second, third)]


def walk_relations(api: httpx2.Client, ids: list[int]) -> None:
    first, second, third = ids
    api.get(f"{R}/issues/2/parent")
    api.post(f"{R}/issues/1/sub_issues", json={"sub_issue_id": second})
    api.post(f"{R}/issues/1/sub_issues", json={"sub_issue_id": third})
    api.post(f"{R}/issues/2/sub_issues", json={"sub_issue_id": third})
    api.post(f"{R}/issues/2/sub_issues", json={"sub_issue_id": third, "replace_parent": True})
    api.post(f"{R}/issues/1/sub_issues", json={"sub_issue_id": third, "replace_parent": True})
    api.get(f"{R}/issues/1/sub_issues", params={"per_page": 1})
    api.get(f"{R}/issues/2/parent")
    order = {"sub_issue_id": third, "before_id": second}
    api.patch(f"{R}/issues/1/sub_issues/priority", json=order)
    api.request("DELETE", f"{R}/issues/1/sub_issue", json={"sub_issue_id": third})
    api.post(f"{R}/issues/3/dependencies/blocked_by", json={"issue_id": first})
    api.get(f"{R}/issues/3/dependencies/blocked_by")
    api.get(f"{R}/issues/1/dependencies/blocking")
    api.delete(f"{R}/issues/3/dependencies/blocked_by/{first}")


def walk_comments(api: httpx2.Client) -> None:
    comment = api.post(f"{R}/issues/1/comments", json={"body": "Hello"}).json()["id"]
    api.put(f"{R}/issues/comments/{comment}/pin")
    api.get(f"{R}/issues/1")
    api.delete(f"{R}/issues/comments/{comment}/pin")
    api.post(f"{R}/issues/1/comments", json={"body": ""})
    api.get(f"{R}/issues/1/comments", params={"since": "2020-01-01T00:00:00Z"})
    api.get(f"{R}/issues/comments", params={"sort": "updated", "direction": "desc"})
    api.get(f"{R}/issues/comments/{comment}")
    api.patch(f"{R}/issues/comments/{comment}", json={"body": "Hello again"})
    for thing in (f"{R}/issues/1", f"{R}/issues/comments/{comment}"):
        reaction = api.post(f"{thing}/reactions", json={"content": "rocket"}).json()["id"]
        api.post(f"{thing}/reactions", json={"content": "rocket"})
        api.post(f"{thing}/reactions", json={"content": "meh"})
        api.get(f"{thing}/reactions", params={"content": "rocket"})
        api.delete(f"{thing}/reactions/{reaction}")
    api.delete(f"{R}/issues/comments/{comment}")
    api.get(f"{R}/issues/comments/{comment}")


def walk_files(api: httpx2.Client) -> None:
    api.get(f"{R}/readme")
    api.get(f"{R}/contents/")
    api.get(f"{R}/contents/README.md")
    api.get(f"{R}/contents/gone.md")
    path = f"{R}/contents/.github/milepost.yml"
    new = {"message": "Add", "content": base64.b64encode(b"one").decode()}
    api.put(path, json=new)
    api.get(f"{R}/contents/.github")
    api.put(path, json=new)
    api.put(path, json={**new, "sha": "0" * 40})
    api.put(path, json={**new, "sha": blob_sha(b"one"), "branch": "main"})
    api.request("DELETE", path, json={"message": "Remove", "sha": blob_sha(b"one")})
    api.get(f"{R}/branches")
    head = api.get(f"{R}/branches/main").json()["commit"]["sha"]
    api.get(f"{R}/branches/gone")
    api.post(f"{R}/git/refs", json={"ref": "refs/heads/badge", "sha": head})
    api.post(f"{R}/git/refs", json={"ref": "refs/heads/badge", "sha": head})
    api.get(f"{R}/git/ref/heads/badge")
    api.get(f"{R}/git/matching-refs/heads/b")
    api.patch(f"{R}/git/refs/heads/badge", json={"sha": head, "force": True})
    api.delete(f"{R}/git/refs/heads/badge")


def walk_git_data(api: httpx2.Client) -> None:
    blob = api.post(f"{R}/git/blobs", json={"content": "PHN2Zy8+", "encoding": "base64"}).json()
    api.get(f"{R}/git/blobs/{blob['sha']}")
    api.get(f"{R}/git/blobs/{'0' * 40}")
    head = api.get(f"{R}/git/ref/heads/main").json()["object"]["sha"]
    base = api.get(f"{R}/git/commits/{head}").json()["tree"]["sha"]
    api.get(f"{R}/git/commits/{'0' * 40}")
    file = {"mode": "100644", "type": "blob"}
    entries = [
        {**file, "path": "docs/a.svg", "sha": blob["sha"]},
        {**file, "path": "b", "content": "ü"},
    ]
    api.post(f"{R}/git/trees", json={"tree": []})
    api.post(f"{R}/git/trees", json={"tree": entries, "base_tree": "0" * 40})
    tree = api.post(f"{R}/git/trees", json={"tree": entries, "base_tree": base}).json()["sha"]
    api.get(f"{R}/git/trees/{tree}")
    api.get(f"{R}/git/trees/main", params={"recursive": "1"})
    api.get(f"{R}/git/trees/gone")
    api.post(f"{R}/git/commits", json={"message": "No", "tree": "0" * 40})
    api.post(f"{R}/git/commits", json={"message": "Orphan", "tree": tree})
    new = {"message": "Work", "tree": tree, "parents": [head]}
    sha = api.post(f"{R}/git/commits", json=new).json()["sha"]
    api.post(f"{R}/git/refs", json={"ref": "refs/heads/work", "sha": sha})


def walk_pulls(api: httpx2.Client) -> None:
    new = {"title": "Work", "head": "work", "base": "main"}
    number = api.post(f"{R}/pulls", json={**new, "body": "Closes #1"}).json()["number"]
    api.post(f"{R}/pulls", json=new)
    api.post(f"{R}/pulls", json={**new, "head": "gone"})
    api.get(f"{R}/pulls", params={"head": "learner:work", "state": "open", "base": "main"})
    api.get(f"{R}/pulls/{number}")
    api.get(f"{R}/pulls/99")
    api.put(f"{R}/pulls/{number}/merge", json={"sha": "0" * 40})
    api.put(f"{R}/pulls/{number}/merge", json={"merge_method": "squash"})
    api.put(f"{R}/pulls/{number}/merge")
    api.get(f"{R}/pulls/{number}")
    api.get(f"{R}/issues", params={"state": "all"})
    api.get(f"{R}/issues/{number}/events")
    api.get(f"{R}/issues/1/events", params={"per_page": 2})
    api.post(f"{R}/releases", json={"tag_name": "v1/0", "name": "One", "body": "First"})
    api.post(f"{R}/releases", json={"tag_name": "v1/0"})
    api.post(f"{R}/releases", json={"tag_name": "v2", "draft": True, "prerelease": True})
    api.get(f"{R}/releases")
    api.get(f"{R}/releases/tags/v1/0")
    api.get(f"{R}/releases/tags/v2")


def walk_workflows(api: httpx2.Client) -> None:
    daily = base64.b64encode(b"name: Daily\non: {schedule: [{cron: 6 7 * * *}]}\n").decode()
    path = f"{R}/contents/.github/workflows/daily.yml"
    api.put(path, json={"message": "Run daily", "content": daily})
    workflows = f"{R}/actions/workflows"
    found = api.get(workflows, params={"per_page": 5}).json()["workflows"]
    api.get(f"{workflows}/{found[0]['id']}")
    api.get(f"{workflows}/gone.yml")
    api.put(f"{workflows}/daily.yml/disable")
    api.put(f"{workflows}/daily.yml/enable")


def walk_workflow_runs(api: httpx2.Client, sandbox: Sandbox) -> None:
    workflow_runs.finish(sandbox.world, sandbox.world.repository(), "daily.yml", "failure")
    workflow_runs.finish(sandbox.world, sandbox.world.repository(), "daily.yml")
    runs = f"{R}/actions/workflows/daily.yml/runs"
    api.get(runs, params={"branch": "main", "status": "completed", "per_page": 1})
    api.get(runs, params={"status": "success"})
    api.get(f"{R}/actions/workflows/gone.yml/runs")


def walk_the_rest(api: httpx2.Client) -> None:
    api.get("/user")
    api.get("/users/learner")
    api.get(f"{R}/collaborators/learner/permission")
    api.get(f"{R}/collaborators/nobody/permission")
    api.get("/rate_limit")
    etag = api.get(R).headers["etag"]
    api.get(R, headers={"If-None-Match": etag})
    api.get(R, headers={"Authorization": "Bearer wrong"})
    api.get("/repos/learner/nothing")
    api.delete(f"{R}/labels/d")
    api.delete(f"{R}/milestones/1")


def walk_templates(api: httpx2.Client) -> None:
    api.post(f"{R}/generate", json={"name": "copy"})
    api.patch(R, json={"is_template": True, "description": "To copy", "private": False})
    api.patch("/repos/learner/nothing", json={"is_template": True})
    new = {"name": "copy", "owner": "learner", "description": "Mine", "private": True}
    api.post(f"{R}/generate", json={**new, "include_all_branches": True})
    api.post(f"{R}/generate", json=new)
    api.get("/repos/learner/copy")


def walk_signed_in(api: httpx2.Client, sandbox: Sandbox) -> None:
    app = next(iter(sandbox.world.apps.values()))
    number = next(iter(sandbox.world.installations))
    token = grants.give(sandbox.world, app, sandbox.world.users["learner"]).token.value
    as_person = {"Authorization": f"Bearer {token}"}
    api.get("/user", headers=as_person)
    api.get("/user/installations", headers=as_person, params={"per_page": 1, "page": 1})
    api.get("/user/installations")
    api.get("/user/installations", headers={"Authorization": "Bearer wrong"})
    repositories = f"/user/installations/{number}/repositories"
    api.get(repositories, headers=as_person, params={"per_page": 1})
    api.get("/user/installations/9/repositories", headers=as_person)
    api.get(R, headers=as_person)
    api.get("/installation/repositories", headers=as_person)
    apps.suspend(sandbox.world, sandbox.world.actor(), sandbox.world.installations[number])
    api.get("/user/installations", headers=as_person)
    api.get(repositories, headers=as_person)
    apps.unsuspend(sandbox.world, sandbox.world.actor(), sandbox.world.installations[number])
    leaving, client = f"/applications/{app.client_id}/token", (app.client_id, app.client_secret)
    api.request("DELETE", leaving, auth=client, json={"access_token": "ghu_none"})
    api.request("DELETE", leaving, auth=client, json={"access_token": token})
    api.request("DELETE", leaving, auth=(app.client_id, "wrong"), json={"access_token": token})


def walk_app(api: httpx2.Client, sandbox: Sandbox, jwt: str) -> None:
    as_app = {"Authorization": f"Bearer {jwt}"}
    number = next(iter(sandbox.world.installations))
    api.get("/app", headers=as_app)
    api.get("/app")
    api.get("/app/installations", headers=as_app)
    api.get(f"/app/installations/{number}", headers=as_app)
    api.get("/app/installations/9", headers=as_app)
    api.get(f"{R}/installation", headers=as_app)
    api.get("/users/learner/installation", headers=as_app)
    tokens = f"/app/installations/{number}/access_tokens"
    narrow = {"repositories": ["portfolio"], "permissions": {"issues": "read"}}
    api.post(tokens, headers=as_app, json={**narrow, "permissions": {"contents": "write"}})
    narrowed = api.post(tokens, headers=as_app, json=narrow).json()["token"]
    api.post(f"{R}/labels", headers={"Authorization": f"Bearer {narrowed}"}, json={"name": "no"})
    whole = {"Authorization": f"Bearer {api.post(tokens, headers=as_app).json()['token']}"}
    api.get("/installation/repositories", headers=whole)
    api.post(f"{R}/issues", headers=whole, json={"title": "By an App"})
    api.get("/user", headers=whole)
    api.delete("/installation/token", headers=whole)
    api.get("/app/hook/config", headers=as_app)
    api.patch("/app/hook/config", headers=as_app, json={"secret": "new"})
    sandbox.webhooks.settle()
    listed = api.get("/app/hook/deliveries", headers=as_app, params={"per_page": 1}).json()
    delivery = f"/app/hook/deliveries/{listed[0]['id']}"
    api.get(delivery, headers=as_app)
    api.post(f"{delivery}/attempts", headers=as_app)
    api.put(f"/app/installations/{number}/suspended", headers=as_app)
    api.post(tokens, headers=as_app)
    api.delete(f"/app/installations/{number}/suspended", headers=as_app)
    api.delete(f"/app/installations/{number}", headers=as_app)
    manifest = {"name": "Other", "url": "https://example.com", "default_events": ["issues"]}
    code = apps.submit_manifest(sandbox.world, "learner", manifest)
    api.post(f"/app-manifests/{code}/conversions")
    api.post(f"/app-manifests/{code}/conversions")


def test_every_answer_fits_the_description(
    sandbox: Sandbox, api: httpx2.Client, sandbox_app: InstalledApp
) -> None:
    walk_labels_and_milestones(api)
    walk_relations(api, walk_issues(api))
    walk_comments(api)
    walk_files(api)
    walk_git_data(api)
    walk_pulls(api)
    walk_workflows(api)
    walk_workflow_runs(api, sandbox)
    walk_the_rest(api)
    walk_templates(api)
    walk_signed_in(api, sandbox)
    walk_app(api, sandbox, sandbox_app.jwt())

    entries = list(sandbox.world.journal.entries)
    assert contract().check(entries) == []
    walked = {(entry.method, entry.route) for entry in entries}
    assert OFFERED - walked == set(), "the walk does not reach these endpoints"


def test_every_endpoint_is_one_of_githubs() -> None:
    described = {(operation.method, operation.template) for operation in contract().operations}
    assert OFFERED - described == set()
