"""Sees each request for a page come and its answer go: plain ASGI, outside of all other layers."""

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bot.server.webhooks.endpoint import Asgi, Message, Receive, Scope, Send

NOWHERE = "none"  # the route of an address that leads nowhere


class AnsweredRequest(NamedTuple):
    """Describes a request, without anything that stands in it.

    `route` is the form of its address, with names in braces instead of what was asked for. The
    status is 500 for one that failed, and 499 for one whose caller went away.
    """

    method: str
    route: str
    status: int
    seconds: float


class AccessLog:
    """Tells of each request when it is answered.

    `forms` has the form of the address of each endpoint.
    """

    def __init__(
        self, app: Asgi, *, log: Callable[[AnsweredRequest], None], forms: Mapping[Any, str]
    ) -> None:
        self._app = app
        self._log = log
        self._forms = forms

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
            route = self._forms.get(scope.get("endpoint"), NOWHERE)
            self._log(AnsweredRequest(scope["method"], route, status or 499, seconds))
