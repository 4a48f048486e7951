"""A server that is killed, by SIGKILL, in a process of its own: nothing lost, nothing doubled."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
import yaml
from planning.paths import SMALL
from server import serving
from server.conftest import empty_database
from server.hosting import PATIENCE, as_app, environment, eventually, register

from bot.planning.marker import find
from bot.sandbox.server import Sandbox
from bot.sandbox.state import apps
from bot.sandbox.state.objects import App
from bot.server import config
from bot.server.store.engine import open_engine
from bot.server.store.tables import agenda, inbox
from bot.settings import CONFIG_PATH

ROOT = Path(__file__).parents[2]
PATH = "/repos/learner/portfolio/*"
WHOLE = 8  # issues of the small path
INTERVAL = 0.05  # seconds from one write to the next
LATE = 6
SETTINGS = "curriculum: path.yml\nstart: 2026-01-05\n"


class Machine:
    """Where servers of one App are started and killed; GitHub knows the first one's address."""

    def __init__(self, sandbox: Sandbox, database_url: str, folder: Path) -> None:
        self.sandbox = sandbox
        self.world = sandbox.world
        self.port = _free_port()
        self.killed: list[int] = []
        self.app: App = register(sandbox, f"http://127.0.0.1:{self.port}")
        self.environ = {**environment(folder, database_url), **as_app(self.app, sandbox)}
        url = config.read(self.environ).database_url.get_secret_value()
        self.engine = open_engine(url)
        path = yaml.safe_dump(SMALL.model_dump(mode="json", exclude_defaults=True))
        self.files = {"path.yml": path.encode(), CONFIG_PATH: SETTINGS.encode()}
        self.world.commit_files(self.world.repository(), self.files, "Begin")

    @contextlib.contextmanager
    def serving(self, port: int | None = None, **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """A server. It is killed in the end, if it lives still."""
        at = port or self.port
        process = subprocess.Popen(
            [sys.executable, serving.__file__, str(at)],
            env={
                **os.environ,
                **self.environ,
                "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
                **more,
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            eventually(lambda: _answers(f"http://127.0.0.1:{at}/healthz"), "it never started")
            yield process
        finally:
            process.kill()
            process.wait(10)

    def install(self) -> None:
        with self.world.lock:
            apps.install(self.world, self.app, "learner")

    def kill_the_writer(self) -> None:
        """End the process that is at a repository."""
        with self.engine.connect() as connection:
            rows = sa.select(agenda.c.holder).where(agenda.c.kind == "repository")
            holder = str(connection.execute(rows).scalar())
        self.killed.append(int(holder.split(":")[1]))
        os.kill(self.killed[-1], signal.SIGKILL)

    def at_rest(self) -> bool:
        """Whether nothing is left to do."""
        rows = sa.select(agenda.c.id).where(
            agenda.c.kind != "app", agenda.c.holder.is_not(None) | (agenda.c.tries > 0)
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


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.TransportError), httpx.Client(verify=False) as client:
        return client.get(url).status_code == 200
    return False


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


def test_killed_again_and_again(machine: Machine) -> None:
    """Between receipt and work, and twice in the middle of a sync; then it is let be."""
    with machine.serving(MILEPOST_SETTLE="60") as process:
        machine.install()
        machine.sandbox.webhooks.settle()
        received = sa.select(sa.func.count()).select_from(inbox)
        with machine.engine.connect() as connection:
            assert connection.execute(received).scalar() == 1
        os.kill(process.pid, signal.SIGKILL)
    assert machine.keys() == []
    for write in (5, 20):
        machine.world.faults.clear()
        machine.world.faults.add(
            "call", method="WRITE", path=PATH, nth=write, call=machine.kill_the_writer
        )
        with machine.serving() as process:
            assert process.wait(PATIENCE) == -signal.SIGKILL
    with machine.serving():
        eventually(machine.at_rest)
    assert max(Counter(machine.keys()).values()) == 1
    assert len(machine.keys()) == WHOLE


@pytest.mark.parametrize("work", ["embedded", "queue"])
def test_one_of_two_is_killed_in_the_middle_of_a_sync(shared: Machine, work: str) -> None:
    shared.environ["MILEPOST_WORK"] = work
    with shared.serving() as one, shared.serving(_free_port()) as other:
        shared.world.faults.add(
            "call", method="WRITE", path=PATH, nth=12, call=shared.kill_the_writer
        )
        shared.install()
        eventually(lambda: shared.killed)
        assert shared.killed[0] in {one.pid, other.pid}
        eventually(shared.at_rest)
    assert max(Counter(shared.keys()).values()) == 1
    assert len(shared.keys()) == WHOLE


def test_two_workers_share_the_limits_of_an_installation(shared: Machine) -> None:
    """Of two repositories of one account, written to at once; and one of the workers is killed."""
    world = shared.world
    other = world.add_repository("learner/notes")
    shared.environ.update(MILEPOST_WORK="queue", MILEPOST_WRITE_INTERVAL=str(INTERVAL))
    world.commit_files(other, shared.files, "Begin")
    with shared.serving(), shared.serving(_free_port()):
        world.faults.add("call", method="WRITE", path=PATH, nth=12, call=shared.kill_the_writer)
        shared.install()
        eventually(lambda: shared.killed and shared.at_rest() and len(other.issues) == WHOLE)
    writes = [entry for entry in world.journal.writes if entry.path.startswith("/repos/learner")]
    assert {entry.path.split("/")[3] for entry in writes} == {"portfolio", "notes"}
    for first in writes:
        span = timedelta(seconds=20 * INTERVAL)
        lately = [entry for entry in writes if first.at <= entry.at < first.at + span]
        # A request may be late on its way, and the next one on time.
        assert len(lately) <= 20 + LATE
