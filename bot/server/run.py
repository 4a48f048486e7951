"""Runs the server in this process until SIGTERM or Ctrl-C."""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Iterator
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
from bot.server.config import ServerConfig
from bot.server.connections import BoundedConnection, ConnectionLimits
from bot.server.server import Server, with_credentials
from bot.server.store.store import Store

log = logging.getLogger(__name__)

# Seconds that a connection stays open for the next request: longer than proxies keep theirs (nginx
# a minute, Caddy two), which else send one while it is closed, and answer 502.
KEEP_ALIVE = 150
GRACE = 10  # seconds for requests that are being answered when it is time to stop


def serve(config: ServerConfig, *, host: str, port: int, clock: Clock = utc_now) -> None:
    """Serve. Raises ConfigError before it listens, and UsageError when it cannot listen."""
    logs.set_up()
    logs.hide(config.secrets)
    traces = telemetry.of_environment(os.environ)
    config = with_credentials(config)
    url = config.database_url.get_secret_value()
    # Each thread may hold a connection, and so may the inbox, the scheduler and some requests.
    with file_lock(url), Store.open(url, connections=config.threads + 8) as store:
        server = Server(config, store, _local_url(host, port), telemetry=traces, clock=clock)
        proxies = config.trusted_proxies
        served = settings(build(server), host=host, port=port, trusted_proxies=proxies)
        running = uvicorn.Server(served)
        try:
            running.run()
        except SystemExit:
            # uvicorn ends the process so when it cannot listen; it has logged why.
            raise UsageError(
                f"the server cannot listen at {host}:{port}, or its start failed.",
                hint="The line above says why. Choose another port with --port.",
            ) from None


def _local_url(host: str, port: int) -> str:
    """Return the server's URL on this machine."""
    here = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host)  # noqa: S104 - compared, not bound
    return f"http://{here or (f'[{host}]' if ':' in host else host)}:{port}"


def settings(
    app: ASGIApp, *, host: str, port: int, trusted_proxies: str = "127.0.0.1"
) -> uvicorn.Config:
    """Return how uvicorn serves the application."""
    trusted = ProxyHeadersMiddleware(cast("Any", app), trusted_proxies).trusted_hosts
    return uvicorn.Config(
        app,
        http=cast("Any", partial(BoundedConnection, limits=ConnectionLimits(cast("Any", trusted)))),
        host=host,
        port=port,
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
