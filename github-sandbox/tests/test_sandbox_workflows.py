"""Workflows: which there are, who may enable them, and when GitHub disables one with a schedule."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from github_sandbox.server import Sandbox
from github_sandbox.state import bots, workflows
from tests.client import Api

AsUser = Callable[[str | None], Api]

DAILY = b'name: Daily\non:\n  schedule:\n    - cron: "6 7 * * *"\n'
EVENTS = b"on: [push, issues]\n"
WORKFLOWS = "/actions/workflows"


@pytest.fixture(autouse=True)
def files(sandbox: Sandbox) -> None:
    put(sandbox, daily=DAILY, events=EVENTS)


def put(sandbox: Sandbox, branch: str = "", **texts: bytes) -> None:
    found = {f".github/workflows/{name}.yml": text for name, text in texts.items()}
    sandbox.world.commit_files(sandbox.world.repository(), found, "Work", branch)


def days(sandbox: Sandbox, number: float) -> None:
    sandbox.world.clock.advance(timedelta(days=number))


def seen(api: Api, name: str = "daily.yml") -> dict[str, Any]:
    answer = api("GET", f"{WORKFLOWS}/{name}")
    assert answer.status_code == 200
    return dict(answer.json())


def starts(sandbox: Sandbox, name: str = "daily.yml") -> bool:
    return workflows.starts_on_schedule(sandbox.world, sandbox.world.repository(), name)


def test_the_files_of_the_default_branch_are_listed(sandbox: Sandbox, api: Api) -> None:
    put(sandbox, "other", elsewhere=DAILY)
    put(sandbox, broken=b"on: [push\n")
    found = api("GET", WORKFLOWS).json()
    assert found["total_count"] == 3
    names = [one["name"] for one in found["workflows"]]
    broken, events = (f".github/workflows/{name}.yml" for name in ("broken", "events"))
    assert names == [broken, "Daily", events]
    assert seen(api, str(found["workflows"][1]["id"])) == found["workflows"][1]
    assert api("GET", f"{WORKFLOWS}/elsewhere.yml").status_code == 404


def test_a_schedule_stops_after_sixty_days_without_a_commit(sandbox: Sandbox, api: Api) -> None:
    days(sandbox, 59.9)
    api.issue()
    assert starts(sandbox)
    days(sandbox, 0.2)
    assert not starts(sandbox)
    assert [seen(api)["state"], seen(api, "events.yml")["state"]] == [
        "disabled_inactivity",
        "active",
    ]


def test_any_branch_counts_and_comes_too_late_once_it_is_disabled(
    sandbox: Sandbox, api: Api
) -> None:
    days(sandbox, 40)
    put(sandbox, "other", more=DAILY)
    days(sandbox, 40)
    assert starts(sandbox)
    days(sandbox, 30)
    put(sandbox, more=DAILY)  # nobody asked in between
    assert seen(api)["state"] == "disabled_inactivity"


def test_enabling_starts_the_sixty_days_again_for_that_workflow(sandbox: Sandbox, api: Api) -> None:
    put(sandbox, other=DAILY)
    days(sandbox, 50)
    before = seen(api)["updated_at"]
    assert api("PUT", f"{WORKFLOWS}/daily.yml/enable").status_code == 204
    assert seen(api)["updated_at"] > before
    days(sandbox, 50)
    assert starts(sandbox)
    assert not starts(sandbox, "other.yml")
    api("PUT", f"{WORKFLOWS}/other.yml/enable")
    assert starts(sandbox, "other.yml")


def test_what_a_person_disabled_stays_so(sandbox: Sandbox, api: Api) -> None:
    api("PUT", f"{WORKFLOWS}/daily.yml/disable")
    days(sandbox, 100)
    put(sandbox, more=DAILY)
    assert seen(api)["state"] == "disabled_manually"
    assert not starts(sandbox)


def test_private_schedules_and_other_events_go_on(sandbox: Sandbox) -> None:
    sandbox.world.repository().private = True
    days(sandbox, 400)
    assert starts(sandbox)
    assert not starts(sandbox, "events.yml")


def test_a_person_enables_it_on_its_page(sandbox: Sandbox, web: httpx2.Client) -> None:
    days(sandbox, 61)
    page = f"/{sandbox.repository}/actions"
    text = web.get(page).text
    assert "hasn&#39;t been activity in this repository" in text
    assert len(re.findall("Enable workflow", text)) == 1
    action = re.search(r'action="(\S+)"><button class="primary"', text)
    assert action
    answer = web.post(action[1], data={"state": "enable"})
    assert answer.headers["location"] == page
    assert starts(sandbox)
    web.post(action[1], data={"state": "disable"})
    assert "disabled manually" in web.get(page).text
    sandbox.world.repository().archived = True
    assert "<button" not in web.get(page).text.partition("<main")[2]


def test_enabling_needs_a_right_of_its_own(sandbox: Sandbox, with_token: AsUser) -> None:
    world = sandbox.world
    for right, status in ((None, 403), ("read", 403), ("write", 204)):
        given = {"issues": "write"} | ({"actions": right} if right else {})
        token = bots.actions_token(world, world.repository(), f"ghs_{right}", given)
        answer = with_token(token.value)("PUT", f"{WORKFLOWS}/daily.yml/enable")
        assert answer.status_code == status
    denied = with_token("ghs_None")("PUT", f"{WORKFLOWS}/daily.yml/disable")
    assert denied.headers["x-accepted-github-permissions"] == "actions=write"
