"""Where servers are started and killed, each in a process of its own, on each kind of store."""

import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from planning.paths import SMALL
from ports import free_port
from server import server_process
from server.conftest import empty_database
from server.server_fixture import as_app, environment, eventually, register

from bot.clock import utc_now
from bot.planning.marker import find
from bot.server import config
from bot.server.store.engine import open_engine
from bot.server.store.tables import inbox, jobs
from bot.settings import CONFIG_PATH
from github_sandbox.server import Sandbox
from github_sandbox.state import apps
from github_sandbox.state.objects import App

SETTINGS = "curriculum: path.yml\nstart: 2026-01-05\n"


class Machine:
    """Where servers of one App are started and killed; GitHub knows the first one's address."""

    def __init__(self, sandbox: Sandbox, database_url: str, folder: Path) -> None:
        self.sandbox = sandbox
        self.world = sandbox.world
        self.port = free_port()
        self.killed: list[int] = []
        self.app: App = register(sandbox, f"http://127.0.0.1:{self.port}")
        self.environ = {**environment(folder, database_url), **as_app(self.app, sandbox)}
        url = config.read(self.environ).database_url.get_secret_value()
        self.engine = open_engine(url)
        path = yaml.safe_dump(SMALL.model_dump(mode="json", exclude_defaults=True))
        self.files = {"path.yml": path.encode(), CONFIG_PATH: SETTINGS.encode()}
        self.world.commit_files(self.world.repository(), self.files, "Begin")

    @contextlib.contextmanager
    def serving(self, port: int | None = None, **more: str) -> Iterator[ForkServerProcess]:
        """A server. It is killed in the end, if it lives still."""
        at = port or self.port
        process = server_process.start(at, {**self.environ, **more})
        try:
            eventually(lambda: process.exitcode is not None or _listens(at), "it never started")
            yield process
        finally:
            process.kill()
            process.join(10)
            process.close()

    def install(self) -> None:
        with self.world.lock:
            apps.install(self.world, self.app, "learner")

    def kill_the_writer(self) -> None:
        """End the process that is at a repository."""
        with self.engine.connect() as connection:
            running = jobs.c.kind == "repository", jobs.c.holder.like("%:%")  # not only queued
            holder = str(connection.execute(sa.select(jobs.c.holder).where(*running)).scalar())
        self.killed.append(int(holder.split(":")[1]))
        os.kill(self.killed[-1], signal.SIGKILL)

    def bury(self) -> None:
        """Let the time pass in which those who died are waited for. Only when nobody lives."""
        now = utc_now()  # real clock: the servers are processes that run by it
        with self.engine.begin() as connection:
            theirs = jobs.update().where(jobs.c.holder.is_not(None))
            connection.execute(theirs.values(due_at=now))
            if self.engine.dialect.name == "postgresql":
                received = "UPDATE procrastinate_workers SET last_heartbeat = :long_ago"
                connection.execute(sa.text(received), {"long_ago": now - timedelta(hours=1)})

    def hurry(self) -> None:
        """Let the time pass in which nobody tries again what failed."""
        failed = jobs.update().where(jobs.c.tries > 0, jobs.c.holder.is_(None))
        now = utc_now()  # real clock: the servers are processes that run by it
        with self.engine.begin() as connection:
            connection.execute(failed.values(tries=0, due_at=now))

    def at_rest(self) -> bool:
        """Whether nothing is left to do."""
        rows = sa.select(jobs.c.id).where(
            jobs.c.kind != "app", jobs.c.holder.is_not(None) | (jobs.c.tries > 0)
        )
        with self.engine.connect() as connection:
            working = connection.execute(rows).first()
            waiting = connection.execute(sa.select(inbox).where(inbox.c.done_at.is_(None))).first()
        return working is None and waiting is None and bool(self.keys())

    def keys(self) -> list[str]:
        """The ids in the markers of all issues."""
        with self.world.lock:
            bodies = [i.body or "" for i in self.world.repository().issues.values()]
        return [marked.marker.key for body in bodies if (marked := find(body))]


def killed(process: ForkServerProcess, within: float) -> bool:
    """Whether it is killed within so many seconds."""
    process.join(within)
    return process.exitcode == -signal.SIGKILL


def _listens(port: int) -> bool:
    """Whether somebody does; a server of ours does so only when it is ready."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def machine(sandbox: Sandbox, tmp_path: Path) -> Iterator[Machine]:
    """With SQLite."""
    made = Machine(sandbox, f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def shared(sandbox: Sandbox, postgres_server: str, tmp_path: Path) -> Iterator[Machine]:
    """With PostgreSQL."""
    with empty_database(postgres_server) as url:
        made = Machine(sandbox, url, tmp_path)
        yield made
        made.engine.dispose()
