"""Web, worker and database are killed by SIGKILL, in turn, while deliveries come in.

By default 40 deliveries for 4 repositories; 200 for 20 when MILEPOST_EVERY_PLACE=1.
"""

import contextlib
import os
import signal
from collections import Counter
from collections.abc import Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
import sqlalchemy as sa
from ports import free_port
from server import postgres
from server.server_fixture import eventually
from server.server_processes import SETTINGS, Machine

from bot.clock import utc_now
from bot.planning.marker import find
from bot.progress.command_log import find_log
from bot.progress.commands.log import Log
from bot.server.store.tables import jobs
from bot.settings import CONFIG_PATH
from github_sandbox.server import Sandbox
from github_sandbox.state import comments
from github_sandbox.state.objects import Comment, Issue, Repository

REPOSITORIES, EACH = (20, 10) if os.environ.get("MILEPOST_EVERY_PLACE") else (4, 10)
PATH = """
title: Short
phases:
- title: One
  modules:
  - title: One
    number: 1
    units: [{title: One, tasks: [{title: Read}]}]
"""


class Crowd(Machine):
    """Many repositories, on a PostgreSQL that can be killed."""

    def __init__(self, sandbox: Sandbox, database_url: str, folder: Path) -> None:
        super().__init__(sandbox, database_url, folder)
        self.files = {"path.yml": PATH.encode(), CONFIG_PATH: SETTINGS.encode()}
        names = [f"learner/crowd-{number}" for number in range(REPOSITORIES)]
        self.homes = [self.world.add_repository(name) for name in names]
        for home in self.homes:
            self.world.commit_files(home, self.files, "Begin")
        self.database_url = database_url

    def work(self, home: Repository) -> list[Issue]:
        """The issues of ours that are work; one, unless something was doubled."""
        with self.world.lock:
            return [
                issue
                for issue in home.issues.values()
                if (marked := find(issue.body or "")) and marked.marker.key.startswith("task:")
            ]

    def hours(self, home: Repository) -> list[int]:
        """The comments whose hours are remembered, each as often as it is."""
        found = [find_log(issue.body or "").entries for issue in self.work(home)]
        return sorted(one.id for log in found for one in log if isinstance(one.command, Log))

    def keys_of(self, home: Repository) -> Counter[str]:
        """How often each id stands in the markers of a repository."""
        with self.world.lock:
            bodies = [issue.body or "" for issue in home.issues.values()]
        return Counter(marked.marker.key for body in bodies if (marked := find(body)))

    def at_work(self) -> bool:
        """Whether a process is at a repository, and not only asked to be."""
        query = sa.select(jobs.c.holder).where(jobs.c.holder.like("%:%"))
        with self.engine.connect() as connection:
            return connection.execute(query).first() is not None

    def remaining(self) -> str:
        """What is left to do, for whoever wants to know why it is."""
        queued = sa.text("SELECT lock, status, attempts FROM procrastinate_jobs")
        rows = sa.select(jobs).where(jobs.c.kind != "app")
        with self.engine.connect() as connection:
            found = [*connection.execute(rows).all(), *connection.execute(queued).all()]
        hours = {home.name: len(self.hours(home)) for home in self.homes}
        return "\n".join(map(str, [hours, *found]))

    def ask_again(self) -> None:
        """Let the ten minutes pass after which GitHub is asked for what did not arrive."""
        now = utc_now()  # real clock: the servers are processes that run by it
        with self.engine.begin() as connection:
            connection.execute(jobs.update().where(jobs.c.kind == "app").values(due_at=now))

    def wake(self) -> None:
        """Have all repositories synced now."""
        now = utc_now()  # real clock: the servers are processes that run by it
        theirs = jobs.update().where(jobs.c.kind == "repository", jobs.c.holder.is_(None))
        with self.engine.begin() as connection:
            connection.execute(theirs.values(due_at=now))

    def write(self, home: Repository) -> Comment:
        """As its learner does."""
        [issue] = self.work(home)
        with self.world.lock:
            return comments.create(self.world, self.world.actor(), home, issue, {"body": "/log 1h"})


@pytest.fixture
def crowd(sandbox: Sandbox, tmp_path: Path) -> Iterator[Crowd]:
    with postgres.server() as url:
        made = Crowd(sandbox, url, tmp_path)
        yield made
        made.engine.dispose()


class Processes:
    """The web process and the worker, each replaced when it is killed, as containers are."""

    def __init__(self, crowd: Crowd, alive: contextlib.ExitStack) -> None:
        self._crowd, self._alive = crowd, alive
        self._web, self._worker = self._started(crowd.port), self._started(None)

    def _started(self, port: int | None) -> ForkServerProcess:
        threads = {"MILEPOST_THREADS": "0"} if port else {}
        return self._alive.enter_context(self._crowd.serving(port or free_port(), **threads))

    def kill_web(self) -> None:
        _kill(self._web)
        self._web = self._started(self._crowd.port)

    def kill_worker(self) -> None:
        self._crowd.wake()  # what was written may be done by now
        eventually(self._crowd.at_work)
        _kill(self._worker)
        self._worker = self._started(None)

    def kill_database(self) -> None:
        postgres.kill_and_restart(self._crowd.database_url)


def _kill(process: ForkServerProcess) -> None:
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)


def test_nothing_is_lost_or_doubled_whoever_is_killed(crowd: Crowd) -> None:
    written: dict[str, list[Comment]] = {home.name: [] for home in crowd.homes}
    with contextlib.ExitStack() as alive:
        processes = Processes(crowd, alive)
        crowd.install()
        eventually(lambda: all(map(crowd.work, crowd.homes)), "the paths never came")
        kills = {
            EACH // 5: processes.kill_web,
            2 * EACH // 5: processes.kill_worker,
            3 * EACH // 5: processes.kill_database,
        }
        for number in range(EACH):
            for home in crowd.homes:
                written[home.name].append(crowd.write(home))
            kills.get(number, lambda: None)()
        crowd.sandbox.webhooks.settle(60)
        crowd.ask_again()

        def complete() -> bool:
            crowd.hurry()
            return all(len(crowd.hours(home)) >= EACH for home in crowd.homes)

        try:
            eventually(complete)
        except AssertionError:
            pytest.fail(f"something was lost: {crowd.remaining()}")
        eventually(crowd.at_rest)
    for home in crowd.homes:
        comments_written = written[home.name]
        assert crowd.hours(home) == sorted(comment.id for comment in comments_written)
        assert [len(comment.reactions) for comment in comments_written] == [1] * EACH
        assert max(crowd.keys_of(home).values()) == 1
