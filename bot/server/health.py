"""Answers load balancers and orchestrators: whether the process lives, and whether it can work."""

import logging
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from bot.server.server import Server

log = logging.getLogger(__name__)

LIVENESS = "/healthz"
READINESS = "/readyz"
HEALTH_PATHS = frozenset({LIVENESS, READINESS})


def add_health(app: FastAPI, server: "Server") -> None:
    """Add the two health endpoints. No limit on requests holds for them."""

    @app.get(LIVENESS)
    async def healthz() -> Any:
        """Answer while the process lives."""
        return {"status": "ok"}

    @app.get(READINESS)
    async def readyz() -> Any:
        """Answer 200 while deliveries can be stored and jobs run, else 503."""
        try:
            ready = await run_in_threadpool(server.ready)
        except SQLAlchemyError as broken:
            log.warning("database unavailable: %s", type(broken).__name__)
            ready = False
        return JSONResponse({"status": "ok" if ready else "not ready"}, 200 if ready else 503)
