"""Builds the ASGI application: the webhook endpoint, the pages, health and metrics."""

import contextlib
import logging
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.i18n import gettext as _
from bot.i18n import gettext_noop, ngettext
from bot.server.access_log import NO_ROUTE, access_log
from bot.server.health import LIVENESS, METRICS, READINESS, in_event_loop, live, readiness
from bot.server.metrics import metrics_endpoint
from bot.server.page_limit import limit_pages
from bot.server.pages import badge, cohort, error_pages, landing, path, register, setup, sign_in
from bot.server.pages.access import Access
from bot.server.pages.error_pages import error_page
from bot.server.pages.frame import Frame, PageError
from bot.server.pages.language import with_language
from bot.server.pages.response_headers import with_security_headers
from bot.server.pages.sessions import ignore_visitor
from bot.server.request_body import FORMS, BodyError, BodyReader, with_body
from bot.server.server import Server
from bot.server.webhooks.endpoint import WebhookEndpoint

log = logging.getLogger(__name__)

WEBHOOKS = "/webhooks/github"
_SEND_AGAIN = gettext_noop("Nothing has changed. Go back and send it again.")
BODY_ERRORS = {
    408: (gettext_noop("The form took too long to arrive"), _SEND_AGAIN),
    413: (gettext_noop("This form is too large"), gettext_noop("Shorten it and send it again.")),
    503: (gettext_noop("The server is busy"), _SEND_AGAIN),
}


def build(server: Server) -> ASGIApp:
    """Return all that is served. Only pages go through their layers, and through threads."""
    endpoint: ASGIApp = WebhookEndpoint(
        server.receiver.receive,
        secrets=lambda: server.config.webhook_secrets,
        bot=lambda: server.known_bot,
        clock=server.clock,
        observe=server.metrics.webhooks.observe,
    )
    if server.telemetry is not None:
        endpoint = server.telemetry.trace(endpoint, route=lambda _: WEBHOOKS)
    machines = {LIVENESS: live, READINESS: readiness(server.health)}
    if server.config.metrics_token is not None:
        machines[METRICS] = metrics_endpoint(server.metrics, server.config.metrics_token)
    apps: dict[str, ASGIApp] = {
        path: with_security_headers(in_event_loop(respond), https=server.config.https)
        for path, respond in machines.items()
    }
    apps[WEBHOOKS] = endpoint
    pages = application(server)

    async def routed(scope: Scope, receive: Receive, send: Send) -> None:
        app = apps.get(scope["path"], pages) if scope["type"] == "http" else pages
        await app(scope, receive, send)

    return cast(
        "ASGIApp",
        ProxyHeadersMiddleware(cast("Any", routed), trusted_hosts=server.config.trusted_proxies),
    )


def application(server: Server) -> FastAPI:
    """Return all that is served beside the endpoint. The server starts and stops with it."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if server.telemetry is not None:
            server.telemetry.begin(server.store.engine)
        await run_in_threadpool(server.start)
        await run_in_threadpool(lambda: frame.sessions)  # reads the store, which refusals must not
        log.info("started")
        yield
        await server.receiver.close()
        await run_in_threadpool(server.stop)
        await run_in_threadpool(frame.resources.close)
        if server.telemetry is not None:
            await run_in_threadpool(server.telemetry.end)
        log.info("stopped")

    app = FastAPI(
        title="Milepost", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    app.state.server = server
    frame = add_pages(app, server)
    # What is added later is further out.
    app.add_middleware(with_body, reader=BodyReader(FORMS), refuse=partial(_refuse_body, frame))
    limit = server.config.page_limit
    app.add_middleware(limit_pages, pages=limit, refuse=partial(_refuse_more, frame))
    paths: dict[Any, str] = {
        route.endpoint: route.path for route in app.routes if isinstance(route, Route)
    }

    def route(scope: Scope) -> str:
        return paths.get(scope.get("endpoint"), NO_ROUTE)

    app.add_middleware(with_language, https=server.config.https)
    app.add_middleware(access_log, observe=server.metrics.request, route=route)
    if server.telemetry is not None:
        app.add_middleware(server.telemetry.trace, route=route)
    return app


def _refuse_more(frame: Frame, scope: Scope, seconds: int) -> ASGIApp:
    text = ngettext(
        "Wait %(num)s second, then reload the page.",
        "Wait %(num)s seconds, then reload the page.",
        seconds,
    )
    return _refusal(frame, scope, PageError(429, _("Too many requests"), text, again=seconds))


def _refuse_body(frame: Frame, scope: Scope, error: BodyError) -> ASGIApp:
    title, detail = map(_, BODY_ERRORS[error.status])
    page_error = PageError(error.status, title, detail, again=error.retry_after)
    return _refusal(frame, scope, page_error)


def _refusal(frame: Frame, scope: Scope, error: PageError) -> ASGIApp:
    request = Request(scope)
    ignore_visitor(request)  # this is the event loop, which must not wait for the store
    return error_page(frame, request, error)


def add_pages(app: FastAPI, server: Server) -> Frame:
    """Add the pages of `server`, which they read anew for each request; return their frame."""
    frame = Frame(server)
    access = Access(frame)
    frame.assets.add(app)
    landing.add(app, frame)
    path.add(app, frame, access)
    cohort.add(app, frame, access)
    badge.add(app, frame, access)
    register.add(app, frame)
    sign_in.add(app, frame)
    setup.add(app, frame, access)
    error_pages.add(app, frame)
    app.add_middleware(with_security_headers, https=server.config.https)
    return frame
