"""Logs and counts each request for a page. Plain ASGI, outside of all other layers."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.server.health import HEALTH_PATHS

log = logging.getLogger(__name__)

NO_ROUTE = "none"  # the route of an address that leads nowhere
QUIET = HEALTH_PATHS | {"/metrics"}  # machines request these every few seconds


class AccessLog:
    """Logs each request when its answer ends, without anything that the caller sent.

    `routes` has the path template of each endpoint, as `/r/{owner}`. `observe` gets method, route,
    status and seconds. The status is 500 after an exception, and 499 when the caller went away.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        observe: Callable[[str, str, int, float], None],
        routes: Mapping[Any, str],
    ) -> None:
        self._app = app
        self._observe = observe
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the server's start and stop."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 0, time.perf_counter()

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception:
            status = status or 500
            raise
        finally:
            seconds = time.perf_counter() - began
            route = self._routes.get(scope.get("endpoint"), NO_ROUTE)
            self._record(scope["method"], route, status or 499, seconds)

    def _record(self, method: str, route: str, status: int, seconds: float) -> None:
        self._observe(method, route, status, seconds)
        if route not in QUIET:
            fields = {"method": method, "route": route, "status": status}
            log.info("request finished", extra={**fields, "seconds": round(seconds, 3)})
