"""Puts the parts on their paths: REST at /api/v3, GraphQL at /api/graphql, pages at /.

The REST API is one ASGI application around `api.engine`; it reads a request, hands it over and
sends what comes back, or breaks the connection when a fault says so.
"""

import asyncio
import contextlib
import socket
import struct
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.sandbox import control
from bot.sandbox.api.engine import Dropped, Engine, Reply, Request
from bot.sandbox.api.gate import STATUS
from bot.sandbox.guard import LoopbackOnly
from bot.sandbox.pages import acts, views
from bot.sandbox.state.refusals import Refusal
from bot.sandbox.webhooks import Webhooks
from bot.sandbox.world import World

Address = tuple[str, int]


class Connections:
    """Open connections by the client's address, so that one can be broken in the middle."""

    def __init__(self) -> None:
        self._open: dict[Address, Any] = {}
        self._waiting: set[asyncio.Event] = set()

    def add(self, client: Address | None, transport: Any) -> None:
        if client:
            self._open[client] = transport

    def discard(self, client: Address | None) -> None:
        if client:
            self._open.pop(client, None)

    def break_all(self) -> None:
        """Wake whoever holds a connection: the server stops."""
        for event in self._waiting:
            event.set()

    async def hold(self, seconds: float, receive: Receive) -> None:
        """Wait, at most until the client gives up or the server stops."""
        if seconds <= 0:
            return
        stop = asyncio.Event()
        self._waiting.add(stop)
        left = asyncio.ensure_future(receive())
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait(
                {left, stopped}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            self._waiting.discard(stop)
            for task in (left, stopped):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def break_off(self, client: Address | None, receive: Receive) -> None:
        """Reset the connection (RST) and wait until it is gone."""
        transport = self._open.get(client) if client else None
        if transport is None:
            return
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


class RestApp:
    """ASGI around an `Engine`."""

    def __init__(self, engine: Engine, connections: Connections) -> None:
        self.engine = engine
        self.connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        await self._serve(path, scope, receive, send)

    async def graphql(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The same engine at GraphQL's own address."""
        await self._serve("/graphql", scope, receive, send)

    async def _serve(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        query = scope["query_string"].decode("latin-1")
        outcome = self.engine.handle(Request(scope["method"], path, query, headers, body))
        if isinstance(outcome, Dropped):
            await self.connections.hold(outcome.hold, receive)
            await self.connections.break_off(scope.get("client"), receive)
            return
        await _send(outcome, send)


async def _send(reply: Reply, send: Send) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in reply.headers.items()
    ]
    headers.append((b"content-length", str(len(reply.content)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.content})


async def _refused_page(_: HttpRequest, refusal: Exception) -> Response:
    """What a form was refused for, as a page. The REST API answers for itself."""
    if not isinstance(refusal, Refusal):
        raise refusal
    details = [str(one.get("message") or one["code"]) for one in refusal.errors or []]
    return views.missing("; ".join([refusal.message, *details]), STATUS[type(refusal)])


def build(world: World, web: str, connections: Connections, webhooks: Webhooks) -> FastAPI:
    """The whole sandbox as one application. `web` is its address, without a slash at the end."""
    app = FastAPI(title="Milepost sandbox", docs_url=None, redoc_url=None)
    rest = RestApp(Engine(world, web), connections)
    app.mount("/api/v3", rest)
    app.mount("/api/graphql", rest.graphql)
    app.include_router(control.router(world, webhooks), prefix="/_sandbox")
    app.include_router(views.router(world))
    app.include_router(acts.router(world))
    app.add_exception_handler(Refusal, _refused_page)
    app.add_middleware(LoopbackOnly)
    return app
