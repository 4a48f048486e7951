"""Servers in processes of their own, quick to tick and quick to be taken for dead.

Each is forked from a process that has imported everything and runs nothing: to import it takes a
second, and some tests start a hundred servers.
"""

import importlib
import multiprocessing
import os
from collections.abc import Mapping
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
import uvicorn
from moved_clock import python_path
from server.kill_points import with_kill_points

from bot.server import config
from bot.server.app import build
from bot.server.server import Server
from bot.server.store.store import Store

ROOT = Path(__file__).parents[2]
TICK = timedelta(milliseconds=20)
LEASE = timedelta(seconds=1.5)
# What a server imports only when it starts or works; here it is there already.
LATE = (
    "alembic.command", "github", "procrastinate.worker", "psycopg",
)  # fmt: skip

for late in LATE:
    importlib.import_module(late)


def start(port: int, environ: Mapping[str, str]) -> ForkServerProcess:
    """A server that is about to listen there. Its environment is that of this process and this."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", __name__])
    process = context.Process(target=_serve, args=(port, {**os.environ, **environ}), daemon=True)
    with pytest.MonkeyPatch.context() as patch:  # the process to fork from must find us
        patch.setenv("PYTHONPATH", python_path(ROOT, ROOT / "tests"))
        process.start()
    return process


def _serve(port: int, environ: Mapping[str, str]) -> None:
    """Serve until killed."""
    os.environ.clear()
    os.environ.update(environ)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    settings = config.read(os.environ)
    with Store.open(settings.database_url.get_secret_value()) as store:
        server = Server(settings, store, tick=TICK, lease=LEASE)
        how = uvicorn.Config(
            with_kill_points(build(server)), port=port, log_config=None, access_log=False, ws="none"
        )
        uvicorn.Server(how).run()
