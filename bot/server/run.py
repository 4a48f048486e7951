"""Runs the server in this process until SIGTERM or Ctrl-C."""

import contextlib
import logging
import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
import uvicorn
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.clock import Clock, utc_now
from bot.errors import UsageError
from bot.server import logs, telemetry
from bot.server.app import build
from bot.server.config import ServerConfig, unknown_variables
from bot.server.connections import BoundedConnection, ConnectionLimits
from bot.server.memory import return_large_blocks
from bot.server.server import Server, check_key, with_credentials
from bot.server.store.store import Store

log = logging.getLogger(__name__)

# Seconds that a connection stays open for the next request: longer than proxies keep theirs (nginx
# a minute, Caddy two), which else send one while it is closed, and answer 502.
KEEP_ALIVE = 150
GRACE = 10  # seconds for requests that are being answered when it is time to stop


def serve(
    config: ServerConfig,
    *,
    host: str,
    port: int,
    on_listening: Callable[[str], None],
    clock: Clock = utc_now,
) -> None:
    """Serve; `on_listening` gets the server's URL once it listens.

    Raises ConfigError before that, and UsageError when it cannot listen or start.
    """
    return_large_blocks()
    logs.set_up()
    logs.hide(config.secrets)
    for unknown in unknown_variables(os.environ):
        log.warning(unknown)
    traces = telemetry.of_environment(os.environ)
    config = with_credentials(config)
    check_key(config)
    url, here = config.database_url.get_secret_value(), _local_url(host, port)
    # Each thread may hold a connection, and so may the inbox, the scheduler and some requests.
    with (
        file_lock(url),
        Store.open(url, connections=config.threads + 8) as store,
        _listener(host, port) as listener,
    ):
        server = Server(config, store, here, telemetry=traces, clock=clock)
        running = _Announced(settings(build(server), trusted_proxies=config.trusted_proxies))
        running.on_listening = lambda: on_listening(here)
        try:
            running.run([listener])
        except SystemExit:
            # uvicorn ends the process so when the start fails; it has logged why.
            raise UsageError("the server could not start: the line above says why.") from None


class _Announced(uvicorn.Server):
    """Calls `on_listening` once it listens."""

    on_listening: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_listening()


def _listener(host: str, port: int) -> socket.socket:
    """Return a socket that has the address, and does not listen yet. Raises UsageError."""
    made = None
    try:
        [(family, *_), *_] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        # With the protocol spelled out asyncio switches Nagle's delay off: 1 ms an answer, not 44.
        made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
    except OSError as refused:
        if made is not None:
            made.close()
        raise UsageError(
            f"the server cannot listen at {host}:{port} ({refused.strerror}).",
            hint="Choose another address with --host and --port.",
        ) from None
    return made


def _local_url(host: str, port: int) -> str:
    """Return the server's URL on this machine."""
    here = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host)  # noqa: S104 - compared, not bound
    return f"http://{here or (f'[{host}]' if ':' in host else host)}:{port}"


def settings(app: ASGIApp, *, trusted_proxies: str) -> uvicorn.Config:
    """Return how uvicorn serves the application, on sockets that it is given."""
    trusted = ProxyHeadersMiddleware(cast("Any", app), trusted_proxies).trusted_hosts
    return uvicorn.Config(
        app,
        http=cast("Any", partial(BoundedConnection, limits=ConnectionLimits(cast("Any", trusted)))),
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=KEEP_ALIVE,
        proxy_headers=False,  # `build` adds them
    )


@contextlib.contextmanager
def file_lock(url: str) -> Iterator[None]:
    """Hold the lock of a SQLite database, none for PostgreSQL. Raises UsageError when taken."""
    # It is SQLite's own, on an empty file beside the database: the system releases it with the end
    # of the process, however it ends.
    parsed = sa.engine.make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        yield
        return
    database = Path(parsed.database).resolve()  # two names of one file are one lock
    with contextlib.ExitStack() as held:
        try:
            database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = sqlite3.connect(f"{database}.lock", timeout=0, isolation_level=None)
            held.callback(lock.close)
            lock.execute("BEGIN EXCLUSIVE")
        except (OSError, sqlite3.OperationalError) as refused:
            if getattr(refused, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                raise UsageError(
                    "another `milepost serve` is running on this database.",
                    where=str(database),
                    hint="Stop it first. For more than one process use PostgreSQL.",
                ) from None
            raise UsageError(f"it cannot be locked: {refused}.", where=str(database)) from None
        yield
