"""Webhooks arrive signed, can be sent again, and can be kept from arriving."""

import hashlib
import hmac
import json
from collections.abc import Callable

import pytest

from github_sandbox import InstalledApp, WebhookInbox
from github_sandbox.server import Sandbox
from github_sandbox.state import hooks
from tests.client import Api

SECRET = "It's a Secret to Everybody"


@pytest.fixture
def inbox(sandbox: Sandbox, webhook_inbox: WebhookInbox) -> WebhookInbox:
    """Hears of everything in the learner's repository; the ping is already gone."""
    world = sandbox.world
    with world.lock:
        hooks.add(world, world.repository(), webhook_inbox.url, secret=SECRET)
    sandbox.webhooks.settle()
    webhook_inbox.received.clear()
    return webhook_inbox


def received(sandbox: Sandbox, inbox: WebhookInbox) -> list[str]:
    sandbox.webhooks.settle()
    return [
        f"{one.headers['x-github-event']}.{json.loads(one.body).get('action')}"
        for one in inbox.received
    ]


def test_a_delivery_is_signed_over_its_bytes(
    sandbox: Sandbox, api: Api, inbox: WebhookInbox
) -> None:
    api("POST", "/labels", {"name": "früh"})
    assert received(sandbox, inbox) == ["label.created"]

    [delivery] = inbox.received
    digest = hmac.new(SECRET.encode(), delivery.body, hashlib.sha256).hexdigest()
    assert delivery.headers["x-hub-signature-256"] == f"sha256={digest}"
    assert delivery.headers["x-github-hook-installation-target-type"] == "repository"
    assert len(delivery.headers["x-github-delivery"]) == 36


def test_closing_an_issue_is_heard(sandbox: Sandbox, api: Api, inbox: WebhookInbox) -> None:
    api.issue(labels=["a"])
    api("PATCH", "/issues/1", {"state": "closed"})

    assert received(sandbox, inbox) == [
        "label.created",
        "issues.opened",
        "issues.labeled",
        "issues.closed",
    ]


def test_events_can_be_lost_doubled_held_and_turned_round(
    sandbox: Sandbox, api: Api, inbox: WebhookInbox
) -> None:
    faults = sandbox.world.webhook_faults
    faults.lose = 1
    api.issue()
    faults.copies = 2
    api("PATCH", "/issues/1", {"state": "closed"})
    faults.copies, faults.held = 1, True
    api("PATCH", "/issues/1", {"state": "open"})
    api("PATCH", "/issues/1", {"title": "Last"})
    assert received(sandbox, inbox) == ["issues.closed", "issues.closed"]

    assert sandbox.webhooks.release("reversed") == 2
    assert received(sandbox, inbox)[2:] == ["issues.edited", "issues.reopened"]


def test_an_app_can_look_up_and_repeat_a_failed_delivery(
    sandbox: Sandbox,
    api: Api,
    sandbox_app: InstalledApp,
    webhook_inbox: WebhookInbox,
    with_token: Callable[[str | None], Api],
) -> None:
    as_app = with_token(sandbox_app.jwt())
    sandbox.webhooks.settle()
    webhook_inbox.status = 500
    api.issue()
    sandbox.webhooks.settle()
    [failed] = as_app("GET", "app/hook/deliveries", params={"status": "failure"}).json()
    webhook_inbox.status = 202

    answer = as_app("POST", f"app/hook/deliveries/{failed['id']}/attempts")
    sandbox.webhooks.settle()

    assert answer.status_code == 202
    latest, *_ = as_app("GET", "app/hook/deliveries").json()
    assert (latest["guid"], latest["redelivery"], latest["status"]) == (failed["guid"], True, "OK")
    first, second = webhook_inbox.received[-2:]
    assert first.body == second.body
    assert json.loads(second.body)["installation"]["id"] == sandbox_app.installation.id


def test_deliveries_are_paged_by_a_cursor(
    sandbox: Sandbox,
    api: Api,
    sandbox_app: InstalledApp,
    with_token: Callable[[str | None], Api],
) -> None:
    as_app = with_token(sandbox_app.jwt())
    for number in range(3):
        api.issue(str(number))
    sandbox.webhooks.settle()

    seen, url = [], f"{sandbox.api_url}/app/hook/deliveries?per_page=2"
    while url:
        page = as_app.client.get(url)
        seen += [one["id"] for one in page.json()]
        url = page.links.get("next", {}).get("url", "")

    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(sandbox.world.deliveries) == 5


def test_nobody_there_is_written_down(sandbox: Sandbox, api: Api) -> None:
    world = sandbox.world
    hooks.add(world, world.repository(), "http://127.0.0.1:9/nobody")
    api.issue()
    sandbox.webhooks.settle()

    assert {one.status for one in world.deliveries} == {"failed to connect to host"}


@pytest.mark.parametrize("url", ["nowhere", "ftp://127.0.0.1/hooks", "http:///hooks", "http://[/"])
def test_a_url_that_cannot_be_one_fails_as_a_delivery(sandbox: Sandbox, url: str) -> None:
    world = sandbox.world
    hooks.add(world, world.repository(), url)
    sandbox.webhooks.settle()

    assert [one.status_code for one in world.deliveries] == [502]


def test_the_answer_of_a_receiver_is_written_down(
    sandbox: Sandbox, api: Api, inbox: WebhookInbox
) -> None:
    inbox.status = 503
    api.issue()
    sandbox.webhooks.settle()

    last = sandbox.world.deliveries[-1]
    assert (last.status, last.status_code) == ("Invalid HTTP Response: 503", 503)
    assert last.response_headers["content-length"] == "0"


def test_an_app_does_not_hear_what_it_may_not_read(
    sandbox: Sandbox, api: Api, sandbox_app: InstalledApp, webhook_inbox: WebhookInbox
) -> None:
    del sandbox_app.installation.permissions["issues"]
    before = received(sandbox, webhook_inbox)
    api.issue()

    assert received(sandbox, webhook_inbox) == before
