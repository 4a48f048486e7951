"""Sees each request come and its answer go: the outermost layer, plain ASGI."""

import time
from collections.abc import Callable
from typing import NamedTuple

from bot.server.door import Asgi, Message, Receive, Scope, Send

NOWHERE = "none"  # the route of an address that leads nowhere


class Answered(NamedTuple):
    """A request, told without anything that stands in it.

    `route` is the form of its address, with names in braces instead of what was asked for. The
    status is 500 for one that failed, and 499 for one whose caller went away.
    """

    method: str
    route: str
    status: int
    seconds: float


class Watched:
    """Tells of each request when it is answered; the paths of `plain` are told as they are."""

    def __init__(
        self, app: Asgi, *, tell: Callable[[Answered], None], plain: frozenset[str]
    ) -> None:
        self._app = app
        self._tell = tell
        self._plain = plain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the server's start and stop."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 0, time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception:
            status = status or 500
            raise
        finally:
            seconds = time.perf_counter() - began
            self._tell(Answered(scope["method"], self._route(scope), status or 499, seconds))

    def _route(self, scope: Scope) -> str:
        path: str = scope["path"]
        return path if path in self._plain else getattr(scope.get("route"), "path", NOWHERE)
