"""Logs and counts each request for a page. Plain ASGI, outside of all other layers."""

import logging
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

NO_ROUTE = "none"  # the route of an address that leads nowhere


def access_log(
    app: ASGIApp,
    *,
    observe: Callable[[str, str, int, float], None],
    route: Callable[[Scope], str],
) -> ASGIApp:
    """Return the same application, with each request logged, without anything the caller sent.

    `route` returns the path template of the endpoint, as `/r/{owner}`. `observe` gets method,
    route, status and seconds: 500 after an exception, and 499 when the caller went away.
    """

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        status, began = 0, time.perf_counter()

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, send_and_note)
        except Exception:
            status = status or 500
            raise
        finally:
            seconds, method, path = time.perf_counter() - began, scope["method"], route(scope)
            observe(method, path, status or 499, seconds)
            fields = {"method": method, "route": path, "status": status or 499}
            log.info("request finished", extra={**fields, "seconds": round(seconds, 3)})

    return logged
