"""Traces: only when they are asked for, and never with anything private in them."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from server.scenario import Scenario
from server.server_fixture import as_app, environment, eventually, hosted, register

from bot.errors import ConfigError, UsageError
from bot.server import telemetry
from bot.server.server import Server
from bot.server.store.rows import APP, repository
from bot.server.telemetry import Telemetry
from github_sandbox.api.engine import Engine, Request
from github_sandbox.server import Sandbox

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, False),
        ({ENDPOINT: "http://127.0.0.1:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", ENDPOINT: "http://127.0.0.1:4318"}, False),
        ({"OTEL_SDK_DISABLED": "true", ENDPOINT: "http://127.0.0.1:4318"}, False),
        ({"OTEL_SERVICE_NAME": "milepost"}, False),
    ],
)
def test_they_are_wished_for_by_the_variables_of_opentelemetry(
    environ: dict[str, str], wanted: bool
) -> None:
    assert telemetry.enabled(environ) is wanted


@pytest.mark.parametrize(
    ("name", "value"),
    [("OTEL_TRACES_EXPORTER", "zipkin"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")],
)
def test_what_cannot_be_done_is_told(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        telemetry.enabled({ENDPOINT: "http://127.0.0.1:4318", name: value})


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    assert telemetry.of_environment({}) is None
    with pytest.raises(UsageError, match="telemetry"):
        telemetry.of_environment({"OTEL_TRACES_EXPORTER": "otlp"})


def parents_kind(span: ReadableSpan, spans: Sequence[ReadableSpan]) -> str:
    """The name of what it belongs to."""
    above = span.parent.span_id if span.parent else None
    return next((s.name for s in spans if s.context and s.context.span_id == above), "")


@pytest.fixture
def headers(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of all headers that GitHub was sent, in small letters."""
    handle, names = Engine.handle, set[str]()

    def noting(engine: Engine, request: Request) -> Any:
        names.update(request.headers)
        return handle(engine, request)

    monkeypatch.setattr(Engine, "handle", noting)
    return names


def test_what_is_traced_and_what_is_not(
    sandbox: Sandbox, tmp_path: Path, headers: set[str]
) -> None:
    seen = InMemorySpanExporter()

    def trace(server: Server) -> None:
        server.telemetry = Telemetry(seen)

    def environ(url: str) -> dict[str, str]:
        app = register(sandbox, url)
        return {
            **environment(tmp_path, f"sqlite:///{tmp_path / 'canary-store'}"),
            **as_app(app, sandbox),
            "MILEPOST_CLIENT_SECRET": "canary-client-secret",
            "MILEPOST_SECRET_KEY": "canary-secret-key" * 3,
        }

    with hosted(environ, change=trace) as host:
        eventually(host.server.bot)
        app_server = Scenario(sandbox, next(iter(sandbox.world.apps.values())), host)
        with app_server.github:
            app_server.settle()
            app_server.configure()
            app_server.install()
            app_server.settle_with("learner/portfolio active synced")
        values = {"Authorization": "Bearer canary-bearer", "Cookie": "session=canary-cookie"}
        host.client.get(f"{host.url}/?code=canary-code&state=canary-state", headers=values)
        host.client.get(f"{host.url}/canary-path", headers=values)
        host.deliver("issues", {"note": "canary-body"}, secret="canary-wrong")
        journal = list(sandbox.world.journal.entries)
        tokens = [*sandbox.world.tokens, sandbox.token]
    assert "authorization" in headers
    assert not {"traceparent", "tracestate", "baggage"} & headers
    spans = seen.get_finished_spans()
    names = {span.name for span in spans}
    assert {"GET /", "GET none", "POST /webhooks/github"} <= names
    assert {"sync app", "sync installation", "sync repository"} <= names
    jobs = {str(dict(s.attributes or {})) for s in spans if s.name.startswith("sync")}
    subject = str(repository(app_server.home.id))
    assert str({"milepost.subject": subject, "milepost.result": "synced"}) in jobs
    assert any(str(APP) in one for one in jobs)
    # What GitHub and the store are asked for belongs to a job or a request.
    parents = {span.context.span_id: span.name for span in spans if span.context}
    # The test asks by httpx2 as well, in the same process, and of that nobody is the parent.
    below = {(parents[s.parent.span_id].split()[0], s.name) for s in spans if s.parent}
    assert {("sync", "GET"), ("sync", "SELECT"), ("sync", "UPDATE")} <= below
    # Tokens are asked for below syncs, too.
    posts = [s for s in spans if s.name == "POST" and parents_kind(s, spans).startswith("sync")]
    writes = [s for s in posts if parents_kind(s, spans) == "sync repository"]
    sent = [e for e in journal if e.method == "POST"]
    assert [(s.attributes or {})["http.status_code"] for s in posts] == [
        entry.status for entry in sent
    ]
    assert {200, 201} <= {entry.status for entry in sent}  # the former for GraphQL
    assert all(0 < (s.end_time or 0) - (s.start_time or 0) < 60e9 for s in writes)
    assert not [s for s in spans if s.name == "SELECT" and not s.parent]
    text = "".join(span.to_json() for span in spans)
    assert "canary" not in text
    assert "learner/portfolio" not in text
    assert not [token for token in tokens if token in text]
    assert not [span for span in spans if span.events or span.links]
