"""Serves a world on loopback: in a background thread for tests and the demo, or until Ctrl-C."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.errors import UsageError
from github_sandbox.app import Application, Connections
from github_sandbox.webhooks import Webhooks
from github_sandbox.world import REPOSITORY, TOKEN, World

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: `url` for people, `api_url` for REST, `graphql_url`, and the state."""

    url: str
    world: World
    webhooks: Webhooks
    token: str = TOKEN
    repository: str = REPOSITORY

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/v3"

    @property
    def graphql_url(self) -> str:
        return f"{self.url}/api/graphql"


class _Server(uvicorn.Server):
    """Tells when it listens, and lets held connections go when it stops."""

    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._connections = connections

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._connections.break_all()
        await super().shutdown(sockets)


def _protocol(connections: Connections) -> type[H11Protocol]:
    """uvicorn's HTTP protocol, with its transports within reach so that faults can break them."""

    class Protocol(H11Protocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            connections.add(self.client, transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.discard(self.client)
            super().connection_lost(exc)

    return Protocol


def _bind(port: int) -> socket.socket:
    """Raises UsageError when the port is taken or not allowed."""
    # With the protocol spelled out asyncio switches Nagle's delay off: 1 ms an answer, not 44.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise UsageError(
            f"Port {port} cannot be used for the sandbox: {error}.",
            hint="Choose another one with --port, or 0 for any free port.",
        ) from error
    return listener


@contextlib.contextmanager
def _prepared(
    port: int, clock: Callable[[], datetime] | None, state: World | None
) -> Iterator[tuple[_Server, socket.socket, Sandbox]]:
    listener = _bind(port)
    with contextlib.closing(listener):
        world = state or World(clock)
        url = f"http://{HOST}:{listener.getsockname()[1]}"
        webhooks = Webhooks(world, url)
        sandbox = Sandbox(url, world, webhooks)
        connections = Connections()
        config = uvicorn.Config(
            Application(world, url, connections, webhooks),
            http=_protocol(connections),
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        with contextlib.closing(webhooks):
            yield _Server(config, connections), listener, sandbox


@contextlib.contextmanager
def running(
    port: int = 0, *, clock: Callable[[], datetime] | None = None, state: World | None = None
) -> Iterator[Sandbox]:
    """A sandbox in a background thread of this process, for as long as the context lasts.

    `clock` returns an aware time; `state` is a world made before. Raises UsageError when the port
    is taken.
    """
    with _prepared(port, clock, state) as (server, listener, sandbox):
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[listener])),
            name="sandbox",
            daemon=True,
        )
        thread.start()
        server.ready.wait(10)
        try:
            yield sandbox
        finally:
            server.should_exit = True
            thread.join(10)


def serve(
    port: int,
    *,
    clock: Callable[[], datetime] | None = None,
    state: World | None = None,
    on_start: Callable[[Sandbox], None] | None = None,
) -> None:
    """Serve until Ctrl-C. `on_start` is called with the sandbox before the first request.

    Raises UsageError when the port is taken.
    """
    with _prepared(port, clock, state) as (server, listener, sandbox):
        if on_start:
            on_start(sandbox)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(server.serve(sockets=[listener]))
