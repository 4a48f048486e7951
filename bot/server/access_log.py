"""Logs and counts requests for pages. Plain ASGI, outside of all other layers.

All are counted. What anybody may send in great number (badges, files, addresses that lead nowhere,
and whatever is refused for being too much) is sampled in the log: a line a minute, with how many it
is for.
"""

import logging
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.server.logs import LogSampler

log = logging.getLogger(__name__)

NO_ROUTE = "none"  # the route of an address that leads nowhere
FREQUENT = ("/badge/", "/assets", NO_ROUTE)
REFUSED = frozenset({408, 413, 429, 503})


def access_log(
    app: ASGIApp,
    *,
    observe: Callable[[str, str, int, float], None],
    route: Callable[[Scope], str],
) -> ASGIApp:
    """Return the same application, with its requests logged, without anything the caller sent.

    `route` returns the path template of the endpoint, as `/r/{owner}`. `observe` gets method,
    route, status and seconds: 500 after an exception, and 499 when the caller went away.
    """

    sampler = LogSampler()

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
            sampled = is_frequent(path, status)
            count = sampler.count(path, status) if sampled else 1
            if count:
                fields |= {"count": count} if sampled else {}
                log.info("request finished", extra={**fields, "seconds": round(seconds, 3)})

    return logged


def is_frequent(route: str, status: int) -> bool:
    """Return whether a request of this kind is only sampled in the log."""
    return status in REFUSED or route.startswith(FREQUENT)
