"""Puts the parts on their paths: REST at /api/v3, GraphQL at /api/graphql, the rest to `web`.

The API stands outside of FastAPI: a fault must be able to break the connection in the middle, and a
program that only talks to the API does not pay half a second for importing what it never asks for.
"""

import asyncio
import contextlib
import socket
import struct
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from github_sandbox.api.engine import Dropped, Engine, Reply, Request
from github_sandbox.origin_check import LOOPBACK, is_allowed
from github_sandbox.webhooks import Webhooks
from github_sandbox.world import World

API = "/api/v3"
GRAPHQL = "/api/graphql"
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


class Application:
    """The whole sandbox over ASGI. `web` is its address, without a slash at the end; `hosts` the
    names under which it may be asked, in lower case."""

    def __init__(
        self,
        world: World,
        web: str,
        connections: Connections,
        webhooks: Webhooks,
        hosts: frozenset[str] = LOOPBACK,
    ) -> None:
        self.hosts = hosts
        self.world = world
        self.webhooks = webhooks
        self.connections = connections
        self.engine = Engine(world, web)

    @cached_property
    def pages(self) -> ASGIApp:
        """Pages and control routes, made on first use."""
        from github_sandbox import web

        return web.build(self.world, self.webhooks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        if not is_allowed(scope["method"], path, Headers(scope=scope), self.hosts):
            refusal = PlainTextResponse("The sandbox answers only to its own pages.", 403)
            await refusal(scope, receive, send)
        elif path == GRAPHQL:
            await self._api("/graphql", scope, receive, send)
        elif path == API or path.startswith(f"{API}/"):
            await self._api(path.removeprefix(API) or "/", scope, receive, send)
        else:
            await self.pages(scope, receive, send)

    async def _api(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
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
        await _send(outcome, self.world.clock.now(), send)


async def _send(reply: Reply, now: datetime, send: Send) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in reply.headers.items()
    ]
    # uvicorn's own is the machine's time, and late when the machine is busy.
    headers.append((b"date", format_datetime(now, usegmt=True).encode()))
    headers.append((b"content-length", str(len(reply.content)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.content})
