"""Anything that anybody sends to the server: never a 5xx, never a word too much."""

import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from server.server_fixture import SECRET, Host, headers
from server.visitor_fixture import VisitorFixture, visited
from starlette.routing import Route

from bot.server.app import WEBHOOKS, application
from github_sandbox.server import Sandbox

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:schemathesis")
FEW = settings(
    # Each example is a request or two to a server; a search tries ten times as many.
    max_examples=settings().max_examples // 12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
QUESTIONS = ("code", "state", "then", "installation_id", "setup_action", "since", "c", "error")
FIELDS = ("token", "curriculum", "start", "timezone", "account", "reach", "code", "plan", "then")
TEXT: dict[str, Any] = {"type": "string", "maxLength": 300}


@pytest.fixture
def app_server(sandbox: Sandbox, tmp_path: Path) -> Iterator[VisitorFixture]:
    with visited(sandbox, f"sqlite:///{tmp_path / 'store'}", tmp_path) as made:
        yield made


def described(app: FastAPI) -> dict[str, Any]:
    """The application's own OpenAPI, which it shows to nobody, and the pages that it leaves out."""
    description = app.openapi()
    pages = [route for route in app.routes if type(route) is Route]
    for route in pages:
        way = route.path_format
        inside: list[dict[str, Any]] = [
            {"name": name, "in": "path", "required": True} for name in route.param_convertors
        ]
        requested: list[dict[str, Any]] = [{"name": name, "in": "query"} for name in QUESTIONS]
        parameters = [{**one, "schema": TEXT} for one in (*inside, *requested)]
        form = {"type": "object", "properties": dict.fromkeys(FIELDS, TEXT)}
        body = {"content": {"application/x-www-form-urlencoded": {"schema": form}}}
        for method in (route.methods or set()) - {"HEAD"}:
            done: dict[str, Any] = {"parameters": parameters, "responses": {"default": {}}}
            if method == "POST":
                done["requestBody"] = body
            for response in done["responses"].values():
                response["description"] = "A page."
            description["paths"].setdefault(way, {})[method.lower()] = done
    return description


def test_no_request_that_our_description_allows_makes_the_server_fail(
    app_server: VisitorFixture,
) -> None:
    schema = schemathesis.openapi.from_dict(described(application(app_server.host.server)))
    tried: set[str] = set()
    with app_server.person() as learner, httpx2.Client(verify=False) as nobody:
        app_server.sign_in(learner)
        cookies = httpx2.Cookies(learner.web.cookies)
        for found in schema.get_all_operations():
            operation: Any = found.ok()  # type: ignore[union-attr]

            @FEW
            @given(operation.as_strategy())
            def one(case: Any) -> None:
                text = case.as_transport_kwargs(base_url=app_server.host.url)
                text = {k: text[k] for k in ("method", "url", "params", "data") if k in text}
                for web in (nobody, learner.web):
                    web.cookies = httpx2.Cookies(cookies if web is learner.web else None)
                    answer = web.request(**text, follow_redirects=False)
                    assert answer.status_code < 500, (text, answer.text)
                    assert "Traceback" not in answer.text
                    assert answer.headers["X-Content-Type-Options"] == "nosniff"

            one()
            tried.add(operation.path)
    assert {"/", "/setup", "/r/{owner}/{name}"} <= tried


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)
IDS = st.integers() | st.sampled_from([0, 1, 2**63 - 1, 2**63, -1, 1e999]) | JSON
THINGS = st.fixed_dictionaries({"id": IDS}, optional={"login": JSON, "default_branch": JSON}) | JSON
PARTS: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("repository", "installation", "sender"), THINGS),
    **dict.fromkeys(("action", "ref", "changes", "x"), JSON),
}
PAYLOADS = st.fixed_dictionaries({}, optional=PARTS)
EVENTS = st.sampled_from(
    ["issues", "push", "repository", "installation", "installation_repositories", "ping", "zzz"]
)


def test_no_delivery_with_a_right_signature_makes_the_server_fail(
    app_server: VisitorFixture,
) -> None:
    host: Host = app_server.host
    count = iter(range(1_000_000))

    @settings(FEW, max_examples=settings().max_examples)
    @given(EVENTS, PAYLOADS.map(json.dumps).map(str.encode) | st.binary(max_size=200))
    def one(event: str, body: bytes) -> None:
        answer = host.post(body, headers(body, event, guid=f"hostile-{next(count)}"))
        assert answer.status_code in {202, 400}, body
        assert answer.content == b""

    one()
    for deep in (
        b"[" * 3_000_000,
        b'{"sender":' * 500_000,
        b'{"x":' + b"[" * 90_000 + b"]" * 90_000,
    ):
        assert host.post(deep, headers(deep, "issues", guid="deep")).status_code == 400
    app_server.settle()
    assert host.client.get(f"{host.url}/readyz").status_code == 200


UNSIGNED: tuple[dict[str, str], ...] = (
    {},
    {"X-Hub-Signature": "sha1=" + "0" * 40},
    {"X-Hub-Signature-256": ""},
    {"X-Hub-Signature-256": "sha256=" + "0" * 64},
    {"X-Hub-Signature-256": "sha256=\u00e4"},
)


def test_a_delivery_without_our_signature_leaves_no_trace(app_server: VisitorFixture) -> None:
    """The sha1 of old is not looked at, not even when it is right."""
    body = b'{"action":"deleted","installation":{"id":1},"repository":{"id":1}}'
    before = app_server.host.store.inbox.waiting()
    named = {"X-GitHub-Event": "installation", "X-GitHub-Delivery": "forged"}
    old = {"X-Hub-Signature": f"sha1={hmac.new(SECRET.encode(), body, 'sha1').hexdigest()}"}
    answers = [
        app_server.host.post(body, {**named, **text}).status_code for text in (*UNSIGNED, old)
    ]
    assert answers == [401] * (len(UNSIGNED) + 1)
    assert app_server.host.store.inbox.waiting() == before


def test_an_old_delivery_that_is_played_again_changes_nothing(app_server: VisitorFixture) -> None:
    """Not even when its GUID was forgotten long ago: it only says "look again"."""
    app_server.configure()
    found = app_server.install()
    app_server.settle_with("learner/portfolio active synced")
    body = json.dumps({"action": "deleted", "installation": {"id": found.id}}).encode()
    writes = app_server.writes()
    for guid in ("replayed-1", "replayed-1", "replayed-2"):
        answer = app_server.host.post(body, headers(body, "installation", guid=guid))
        assert answer.status_code == 202
        app_server.settle()
    assert app_server.installation(found) == "active"
    app_server.settle_with("learner/portfolio active synced")
    assert app_server.writes() == writes


NUMBERS = ("1", "-1", "0", "9" * 30, "1e3", "%00", "x", "")


def test_an_installation_that_is_not_theirs_shows_nothing(app_server: VisitorFixture) -> None:
    app_server.configure()
    found = app_server.install()
    app_server.settle()
    with app_server.person("mallory") as mallory:
        app_server.sign_in(mallory)
        for number in (str(found.id), *NUMBERS):
            answer = mallory.web.get(f"{app_server.host.url}/setup?installation_id={number}")
            assert answer.status_code < 500, number
            assert "portfolio" not in answer.text, number
        for way in ("/setup/learner/portfolio", "/setup/learner/portfolio/progress"):
            assert mallory.web.get(app_server.host.url + way).status_code in {403, 404}
    assert app_server.host.client.get(app_server.host.url + WEBHOOKS).status_code == 405
