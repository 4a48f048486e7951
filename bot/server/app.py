"""Builds the ASGI application: the webhook endpoint, the pages, health and metrics."""

import contextlib
import hmac
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.routing import Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.server.access_log import AccessLog, AnsweredRequest
from bot.server.metrics import CONTENT_TYPE
from bot.server.page_limit import PageLimit, Refuse
from bot.server.pages.error_pages import error_page
from bot.server.pages.frame import Frame, PageError
from bot.server.pages.routes import add_pages
from bot.server.server import Server
from bot.server.telemetry import Traced
from bot.server.webhooks.delivery_writer import DeliveryWriter
from bot.server.webhooks.endpoint import Asgi, Scope, WebhookEndpoint, WebhookRouter

log = logging.getLogger(__name__)

WEBHOOKS = "/webhooks/github"
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})  # asked for again and again, by machines


def build(server: Server) -> Asgi:
    """All that is served: deliveries go straight to the endpoint, past all that pages need."""
    endpoint: Asgi = WebhookEndpoint(
        server.receive,
        secrets=server.secrets,
        bot=lambda: server.known_bot,
        clock=server.clock,
        observe=server.metrics.webhook,
    )
    if server.telemetry is not None:
        endpoint = Traced(endpoint, telemetry=server.telemetry, forms={}, elsewhere=WEBHOOKS)
    proxied: Any = ProxyHeadersMiddleware(
        cast("Any", application(server)), trusted_hosts=server.config.trusted_proxies
    )
    return WebhookRouter(proxied, path=WEBHOOKS, endpoint=endpoint)


def application(server: Server) -> FastAPI:
    """What is served beside the endpoint. The server starts and stops with it."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if server.telemetry is not None:
            server.telemetry.begin(server.store.engine)
        receiver = server.receiver = DeliveryWriter(server.write_deliveries, server.log_deliveries)
        await run_in_threadpool(server.start)
        log.info("started")
        yield
        await receiver.close()
        await run_in_threadpool(server.stop)
        await run_in_threadpool(frame.close)
        if server.telemetry is not None:
            await run_in_threadpool(server.telemetry.end)
        log.info("stopped")

    app = FastAPI(
        title="Milepost", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    app.state.server = server
    _add_health(app, server)
    _add_metrics(app, server)
    frame = add_pages(app, server)
    # What is added later is further out.
    app.add_middleware(PageLimit, pages=server.config.page_limit, refuse=_too_many(frame))
    forms = {route.endpoint: route.path for route in app.routes if isinstance(route, Route)}
    app.add_middleware(AccessLog, log=_log_request(server), forms=forms)
    if server.telemetry is not None:
        app.add_middleware(Traced, telemetry=server.telemetry, forms=forms)
    return app


def _add_health(app: FastAPI, server: Server) -> None:
    @app.get("/healthz")
    async def healthz() -> Any:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> Any:
        """Deliveries can be kept and are worked on."""
        try:
            ready = await run_in_threadpool(server.ready)
        except SQLAlchemyError as broken:
            log.warning("database unavailable: %s", type(broken).__name__)
            ready = False
        return JSONResponse({"status": "ok" if ready else "not ready"}, 200 if ready else 503)


def _add_metrics(app: FastAPI, server: Server) -> None:
    token = server.config.metrics_token
    if token is None:
        return
    wanted = f"Bearer {token.get_secret_value()}".encode()

    @app.get("/metrics")
    def metrics(request: Request) -> Response:
        """Return the metrics to those who have the token."""
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, wanted):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        return Response(server.metrics.text(), media_type=CONTENT_TYPE)


def _too_many(frame: Frame) -> Refuse:
    def refuse(scope: Scope, seconds: int) -> Asgi:
        wait = PageError(
            429,
            "That was a lot at once",
            f"Wait {seconds} seconds, then load the page again.",
            again=seconds,
        )
        return error_page(frame, Request(scope), wait)

    return refuse


def _log_request(server: Server) -> Callable[[AnsweredRequest], None]:
    def write(seen: AnsweredRequest) -> None:
        server.metrics.request(*seen)
        if seen.route not in QUIET:
            log.info(
                "request finished", extra={**seen._asdict(), "seconds": round(seen.seconds, 3)}
            )

    return write
