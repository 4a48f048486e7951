"""Repositories made from a template: by REST, and by the buttons of its page."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from github_sandbox.api.shapes import Shapes
from github_sandbox.api.webhook_shapes import payload
from github_sandbox.server import Sandbox
from github_sandbox.state.bots import actions_token
from github_sandbox.state.events import Event
from tests.client import Api

TEMPLATE = "acme/path"
FILES = {"README.md": b"# A path\n\n[Issues](../../issues)\n", ".github/milepost.yml": b"{}\n"}


@pytest.fixture
def events(sandbox: Sandbox) -> Iterator[list[Event]]:
    """A template of somebody's with three commits and two branches; the events from then on."""
    with sandbox.world.lock:
        sandbox.world.add_user("acme", kind="Organization")
        made = sandbox.world.add_repository(TEMPLATE)
        for path, data in FILES.items():
            sandbox.world.commit_files(made, {path: data}, f"Add {path}")
        sandbox.world.commit_files(made, {"other": b"1"}, "Other", "side")
        made.is_template = True
        seen: list[Event] = []
        sandbox.world.listeners.append(seen.append)
    yield seen
    sandbox.world.listeners.remove(seen.append)


def generate(api: Api, **fields: Any) -> httpx2.Response:
    return api("POST", f"repos/{TEMPLATE}/generate", fields)


@pytest.mark.usefixtures("events")
def test_it_has_all_files_in_one_commit_and_is_neither_fork_nor_template(
    api: Api, sandbox: Sandbox
) -> None:
    answer = generate(api, name="mine", private=True, description="My path")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["full_name"], made["private"]) == ("learner/mine", True)
    assert (made["fork"], made["is_template"], made["default_branch"]) == (False, False, "main")
    assert made["template_repository"]["full_name"] == TEMPLATE
    home = sandbox.world.repository("learner/mine")
    head = home.git.head("main")
    assert head
    assert (head.message, head.parents, dict(head.files)) == ("Initial commit", (), FILES)
    assert home.git.branches() == ["main"]


def test_its_first_commit_is_a_push_that_made_the_branch(
    api: Api, sandbox: Sandbox, events: list[Event]
) -> None:
    generate(api, name="mine")
    (push,) = events
    body = payload(Shapes(sandbox.world, sandbox.url, push.actor), push, None)
    assert (body["ref"], body["created"], body["before"]) == ("refs/heads/main", True, "0" * 40)
    assert body["head_commit"]["message"] == "Initial commit"
    assert sorted(body["head_commit"]["added"]) == sorted(FILES)
    assert body["repository"]["full_name"] == "learner/mine"
    assert body["repository"]["is_template"] is False


def test_all_branches_come_along_where_they_are_asked_for(
    api: Api, sandbox: Sandbox, events: list[Event]
) -> None:
    generate(api, name="mine", include_all_branches=True)
    assert sandbox.world.repository("learner/mine").git.branches() == ["main", "side"]
    assert [event.subject["branch"] for event in events] == ["main", "side"]


@pytest.mark.usefixtures("events")
@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"name": "portfolio"}, 422, "Could not clone: Name already exists on this account"),
        ({"name": "a b"}, 422, "Could not clone: name is invalid"),
        ({"name": "x", "owner": "nobody-here"}, 404, "Not Found"),
        ({"name": "x", "owner": "acme"}, 403, "You must be a member of the organization"),
        ({}, 422, "name\" wasn't supplied"),
    ],
)
def test_what_is_refused(api: Api, fields: dict[str, str], status: int, message: str) -> None:
    answer = generate(api, **fields)
    assert answer.status_code == status
    assert message in answer.json()["message"]


@pytest.mark.usefixtures("events")
def test_a_member_may_make_one_for_the_organization(api: Api, sandbox: Sandbox) -> None:
    sandbox.world.add_member("acme", "learner")
    assert generate(api, name="x", owner="acme").json()["full_name"] == "acme/x"


@pytest.mark.usefixtures("events")
def test_a_workflow_and_a_plain_repository_make_none(api: Api, sandbox: Sandbox) -> None:
    token = actions_token(sandbox.world, sandbox.world.repository(), permissions={}).value
    refused = api(
        "POST",
        f"repos/{TEMPLATE}/generate",
        {"name": "x"},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (refused.status_code, "not found" in refused.json()["message"]) == (422, True)
    plain = api("POST", "/generate", {"name": "x"})
    assert plain.json()["message"].endswith("learner/portfolio is not a template repository.")


def test_the_owner_makes_a_repository_a_template(api: Api) -> None:
    assert api("GET", "").json()["is_template"] is False
    assert api("PATCH", "", {"is_template": True}).json()["is_template"] is True
    assert api("PATCH", "", {"is_template": "yes"}).status_code == 422
    assert api("GET", "").json()["is_template"] is True


@pytest.mark.usefixtures("events")
def test_the_button_leads_to_a_form_that_makes_one(sandbox: Sandbox, web: httpx2.Client) -> None:
    front = web.get(f"/{TEMPLATE}").text
    assert "Use this template" in front
    assert 'href="/acme/path/issues"' in front  # relative links count from the file
    sent = web.get(f"/{TEMPLATE}/generate")
    assert sent.headers["location"] == "/new?template_name=path&template_owner=acme"
    assert "Create repository" in web.get(sent.headers["location"]).text

    fields = {"template": TEMPLATE, "owner": "learner", "name": "mine", "visibility": "private"}
    done = web.post("/repositories", data=fields)
    assert (done.status_code, done.headers["location"]) == (303, "/learner/mine")
    made = sandbox.world.repository("learner/mine")
    assert (made.private, made.git.branches()) == (True, ["main"])
    page = web.get("/learner/mine").text
    assert f'generated from <a href="/{TEMPLATE}">' in page
    assert "Use this template" not in page
    assert web.post("/repositories", data=fields).status_code == 422


def test_the_badge_of_a_workflow_is_there_where_the_workflow_is(
    sandbox: Sandbox, web: httpx2.Client
) -> None:
    home, path = sandbox.world.repository(), ".github/workflows/daily.yml"
    sandbox.world.commit_files(home, {path: b"on: push"}, "Add it")
    found = web.get("/learner/portfolio/actions/workflows/daily.yml/badge.svg")
    assert found.headers["content-type"] == "image/svg+xml"
    assert web.get("/learner/portfolio/actions/workflows/other.yml/badge.svg").status_code == 404


def test_what_is_no_template_has_no_button_and_no_form(web: httpx2.Client) -> None:
    assert "Use this template" not in web.get("/learner/portfolio").text
    assert web.get("/learner/portfolio/generate").status_code == 404
