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

from github_sandbox.app import Application, Connections
from github_sandbox.origin_check import LOOPBACK
from github_sandbox.webhooks import Webhooks
from github_sandbox.world import World

HOST = "127.0.0.1"


class PortError(Exception):
    """The address or port is taken, not allowed, or not of this machine."""


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: `url` for people, `api_url` for REST, `graphql_url`, and the state."""

    url: str
    world: World
    webhooks: Webhooks

    @property
    def token(self) -> str:
        """A token of the first repository's owner, with every permission."""
        return self.world.token

    @property
    def repository(self) -> str:
        """The full name of the first repository."""
        return self.world.first_repository

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


def _bind(host: str, port: int) -> socket.socket:
    """Return a bound socket. Raises PortError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol spelled out asyncio switches Nagle's delay off: 1 ms an answer, not 44.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise PortError(f"Port {port} of {host} cannot be used: {error}.") from error
    return listener


@contextlib.contextmanager
def _prepared(
    port: int, host: str, name: str | None, world: World
) -> Iterator[tuple[_Server, socket.socket, Sandbox]]:
    listener = _bind(host, port)
    with contextlib.closing(listener):
        name = name or host
        url = f"http://{f'[{name}]' if ':' in name else name}:{listener.getsockname()[1]}"
        webhooks = Webhooks(world, url)
        sandbox = Sandbox(url, world, webhooks)
        connections = Connections()
        config = uvicorn.Config(
            Application(world, url, connections, webhooks, LOOPBACK | {name.lower()}),
            http=_protocol(connections),
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        with contextlib.closing(webhooks):
            yield _Server(config, connections), listener, sandbox


@contextlib.contextmanager
def running(
    port: int = 0,
    *,
    clock: Callable[[], datetime] | None = None,
    state: World | None = None,
    host: str = HOST,
    name: str | None = None,
) -> Iterator[Sandbox]:
    """Serve a sandbox in a background thread of this process, for as long as the context lasts.

    `port` 0 takes a free one. `clock` returns an aware time; `state` is a world made before, with
    its own clock. `name` is the host name in the sandbox's URLs where it is not `host`. Raises
    PortError.
    """
    world = state or World(clock)
    with _prepared(port, host, name, world) as (server, listener, sandbox):
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
    state: World | None = None,
    host: str = HOST,
    name: str | None = None,
    on_start: Callable[[Sandbox], None] | None = None,
) -> None:
    """Serve until Ctrl-C. `on_start` is called with the sandbox before the first request.

    The other arguments are those of `running`. Raises PortError.
    """
    with _prepared(port, host, name, state or World()) as (server, listener, sandbox):
        if on_start:
            on_start(sandbox)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(server.serve(sockets=[listener]))
