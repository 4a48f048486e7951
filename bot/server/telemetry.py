"""Sends OpenTelemetry traces where the environment asks for them.

Requests, jobs, requests to GitHub and statements are spans. Only the attributes in `ALLOWED` leave
the process: no header, body, query, page address, statement or error text.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import ConfigError, UsageError
from bot.server.jobs import JobResult
from bot.server.store.rows import Subject

if TYPE_CHECKING:
    from opentelemetry.propagators.textmap import TextMapPropagator
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, Tracer

    from bot.server.worker import RunJob

EXPORTER = "OTEL_TRACES_EXPORTER"
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
PROTOCOL = "http/protobuf"
OURS = "milepost"
ALLOWED = frozenset(
    {
        "http.request.method",
        "http.method",
        "http.response.status_code",
        "http.status_code",
        "http.route",
        "server.address",
        "net.peer.name",
        "db.system.name",
        "error.type",
        "milepost.subject",
        "milepost.result",
    }
)


def enabled(environ: Mapping[str, str]) -> bool:
    """Return whether the environment asks for traces. Raises ConfigError for other exporters."""
    values = {name: environ.get(name, "").strip() for name in (EXPORTER, *ENDPOINTS, *PROTOCOLS)}
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true" or values[EXPORTER] == "none":
        return False
    if not values[EXPORTER] and not any(values[name] for name in ENDPOINTS):
        return False
    if values[EXPORTER] not in {"", "otlp"}:
        raise ConfigError("traces go out by 'otlp', or not with 'none'.", where=EXPORTER)
    for name in PROTOCOLS:
        if values[name] not in {"", PROTOCOL}:
            raise ConfigError(f"traces go out by '{PROTOCOL}'.", where=name)
    return True


def of_environment(environ: Mapping[str, str]) -> "Telemetry | None":
    """Return the exporter of traces, which reads OpenTelemetry's variables; None without traces.

    Raises ConfigError, and UsageError when the extra is not installed.
    """
    if not enabled(environ):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return Telemetry(OTLPSpanExporter())
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"the environment asks for traces, but '{missing.name}' is not installed.",
            hint="Install it with: pip install '.[server,telemetry]', in a checkout, or unset "
            f"{EXPORTER} and {ENDPOINTS[0]}.",
        ) from None


class Telemetry:
    """Traces one process, and sends spans in the background. Raises ModuleNotFoundError."""

    def __init__(self, exporter: "SpanExporter") -> None:
        import opentelemetry.instrumentation.httpx  # noqa: F401 - fail now, not at `begin`
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        class FilteredSpanProcessor(BatchSpanProcessor):
            def on_end(self, span: "ReadableSpan") -> None:
                super().on_end(_filter(span))

        resource = Resource.create({"service.version": version("milepost")})
        if str(resource.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
            resource = resource.merge(Resource({SERVICE_NAME: OURS}))
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(FilteredSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer(OURS)
        self._propagator: TextMapPropagator | None = None

    def begin(self, engine: Engine) -> None:
        """Trace requests to GitHub and statements to the database, from now on."""
        from opentelemetry import propagate
        from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor
        from opentelemetry.propagators.composite import CompositePropagator

        # Instrumentations would send a `traceparent` to GitHub and to other sites, which shows them
        # which requests belong together.
        self._propagator = propagate.get_global_textmap()
        propagate.set_global_textmap(CompositePropagator([]))
        HTTPX2ClientInstrumentor().instrument(tracer_provider=self._provider)
        _trace_statements(engine, self._tracer)

    def end(self) -> None:
        """Send the remaining spans, and trace nothing more."""
        from opentelemetry import propagate
        from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor

        HTTPX2ClientInstrumentor().uninstrument()
        if self._propagator is not None:
            propagate.set_global_textmap(self._propagator)
        self._provider.shutdown()

    def trace(self, app: ASGIApp, *, route: Callable[[Scope], str]) -> ASGIApp:
        """Return the same application, with each request a span, named by method and `route`."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            with self._span(scope["method"], "SERVER") as span:
                span.set_attribute("http.request.method", scope["method"])

                async def send_and_note(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        span.set_attribute("http.response.status_code", message["status"])
                    await send(message)

                try:
                    await app(scope, receive, send_and_note)
                finally:
                    span.set_attribute("http.route", route(scope))
                    span.update_name(f"{scope['method']} {route(scope)}")

        return traced

    def job(self, run_job: "RunJob") -> "RunJob":
        """Return the same function, with each job traced."""

        def run(subject: Subject, tries: int) -> JobResult:
            with self._span(f"sync {subject.kind}", "INTERNAL") as span:
                span.set_attribute("milepost.subject", str(subject))
                result = run_job(subject, tries)
                span.set_attribute("milepost.result", result.result)
                return result

        return run

    @contextmanager
    def _span(self, name: str, kind: str) -> "Iterator[Span]":
        from opentelemetry.trace import SpanKind, StatusCode

        with self._tracer.start_as_current_span(
            name, kind=SpanKind[kind], record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except Exception as broken:
                span.set_attribute("error.type", type(broken).__name__)
                span.set_status(StatusCode.ERROR)
                raise


def _trace_statements(engine: Engine, tracer: "Tracer") -> None:
    """Make each statement of a request or a job a span; the scheduler has too many."""
    from opentelemetry.trace import SpanKind, get_current_span

    key = "milepost span"

    def begin(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if get_current_span().get_span_context().is_valid:
            span = tracer.start_span(statement.split(None, 1)[0], kind=SpanKind.CLIENT)
            span.set_attribute("db.system.name", engine.dialect.name)
            connection.info[key] = span

    def end(connection: Any, *_: Any) -> None:
        if (span := connection.info.pop(key, None)) is not None:
            span.end()

    def fail(context: Any) -> None:
        info = context.connection.info if context.connection is not None else {}
        if (span := info.pop(key, None)) is not None:
            span.set_attribute("error.type", type(context.original_exception).__name__)
            span.end()

    sa.event.listen(engine, "before_cursor_execute", begin)
    sa.event.listen(engine, "after_cursor_execute", end)
    sa.event.listen(engine, "handle_error", fail)


def _filter(span: "ReadableSpan") -> "ReadableSpan":
    """Return the span without any attributes but the allowed ones, and without error texts."""
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import Status

    attributes = span.attributes or {}
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={name: value for name, value in attributes.items() if name in ALLOWED},
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
