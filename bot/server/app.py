"""Puts together what answers over HTTP: the door for deliveries, the pages, and signs of life."""

import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.server.door import Door, Entrance
from bot.server.pages.routes import add_pages
from bot.server.receiving import Receiver
from bot.server.server import Server

__all__ = ["WEBHOOKS", "Server", "build"]

log = logging.getLogger(__name__)

WEBHOOKS = "/webhooks/github"


def build(server: Server) -> FastAPI:
    """The application. The server starts and stops with it."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        receiver = server.receiver = Receiver(server.keep)
        await run_in_threadpool(server.start)
        log.info("started")
        yield
        await receiver.close()
        await run_in_threadpool(server.stop)
        log.info("stopped")

    app = FastAPI(
        title="Milepost", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    app.state.server = server
    add_pages(app, server)
    _add_signs_of_life(app, server)
    # From here on the later one is the outer one.
    door = Door(server.receive, secrets=server.secrets, bot=server.bot, clock=server.clock)
    app.add_middleware(Entrance, path=WEBHOOKS, door=door)
    return app


def _add_signs_of_life(app: FastAPI, server: Server) -> None:
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
            log.warning("the store does not answer: %s", type(broken).__name__)
            ready = False
        return JSONResponse({"status": "ok" if ready else "not ready"}, 200 if ready else 503)
