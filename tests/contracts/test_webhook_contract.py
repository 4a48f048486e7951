"""What the sandbox's webhooks carry, held against GitHub's description of them."""

import json

import httpx2
from contracts.checker import check_webhook, described_webhooks
from github_sandbox import WebhookInbox, InstalledApp

from github_sandbox.server import Sandbox
from github_sandbox.state import apps, issues, transfers
from github_sandbox.state.objects import Actor

R = "/repos/learner/portfolio"


def act(api: httpx2.Client) -> None:
    api.post(f"{R}/labels", json={"name": "a", "color": "aabbcc"})
    api.patch(f"{R}/labels/a", json={"new_name": "b", "color": "000000", "description": "B"})
    api.post(f"{R}/milestones", json={"title": "One", "due_on": "2026-01-05T12:00:00Z"})
    new = {"title": "Later", "description": "More", "due_on": "2026-01-06T12:00:00Z"}
    api.patch(f"{R}/milestones/1", json=new)
    for state in ("closed", "open"):
        api.patch(f"{R}/milestones/1", json={"state": state})
    issue = {"title": "Issue", "body": "Body", "labels": ["b"], "milestone": 1}
    api.post(f"{R}/issues", json={**issue, "assignees": ["learner"]})
    api.patch(
        f"{R}/issues/1", json={"title": "New", "body": "New", "labels": [], "milestone": None}
    )
    for state in ("closed", "open"):
        api.patch(f"{R}/issues/1", json={"state": state})
    comment = api.post(f"{R}/issues/1/comments", json={"body": "Hello"}).json()["id"]
    api.patch(f"{R}/issues/comments/{comment}", json={"body": "Bye"})
    api.delete(f"{R}/issues/comments/{comment}")
    api.delete(f"{R}/labels/b")
    api.delete(f"{R}/milestones/1")
    api.put(f"{R}/contents/notes.md", json={"message": "Note", "content": "aGk="})
    head = api.get(f"{R}/branches/main").json()["commit"]["sha"]
    api.post(f"{R}/git/refs", json={"ref": "refs/heads/more", "sha": head})
    mutation = 'mutation { deleteIssue(input: {issueId: "%s"}) { repository { id } } }'
    node = api.get(f"{R}/issues/1").json()["node_id"]
    api.post("/graphql", json={"query": mutation % node})


def test_every_webhook_fits_its_schema(
    sandbox: Sandbox, sandbox_app: InstalledApp, webhook_inbox: WebhookInbox
) -> None:
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    with httpx2.Client(base_url=sandbox.api_url, headers=headers) as api:
        act(api)
    world, installed, learner = sandbox.world, sandbox_app.installation, sandbox.world.actor()
    with world.lock:
        other = world.add_repository("learner/other")
        world.rename(other, "another")
        world.archive(other)
        home, elsewhere = world.repository(), world.add_repository("learner/elsewhere")
        moving = issues.create(world, learner, home, {"title": "Moves"})
        transfers.transfer(world, learner, home, moving, elsewhere)
        apps.change_repositories(world, learner, installed, remove=[other])
        apps.change_repositories(world, learner, installed, add=[other])
        apps.suspend(world, learner, installed)
        apps.unsuspend(world, learner, installed)
        apps.uninstall(world, Actor(world.users["learner"]), installed)
    sandbox.webhooks.settle()

    sent = [(one.headers["x-github-event"], json.loads(one.body)) for one in webhook_inbox.received]
    described = [one for one in sent if one[1].get("action") != "transferred"]
    assert [problem for event, body in described for problem in check_webhook(event, body)] == []
    names = {f"{event}.{body['action']}" if "action" in body else event for event, body in sent}
    assert described_webhooks() - names == set(), "no act above brings these about"
