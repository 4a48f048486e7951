"""Lives through weeks with a learner of the demo, whom Milepost syncs in this process.

Over HTTP against a sandbox whose clock moves. `learned_weeks.py` uses what is here in an older
program, too.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from pydantic import SecretStr

from bot.cli.demo_learner import DemoLearner
from bot.curriculum import load
from bot.github.addresses import web_root
from bot.github.api_client import ApiClient
from bot.github.connection import Connection
from bot.github.etag_cache import EtagCache
from bot.github.gateway import PyGithubGateway
from bot.github.reader import HttpReader
from bot.progress.path import PathReader
from bot.settings import Settings
from bot.sync.apply import WriteContext
from bot.sync.sync import Sync
from github_sandbox.browser_user import BrowserUser
from github_sandbox.server import Sandbox, running

CURRICULUM = "devops-to-mlops"
FIRST = datetime(2026, 1, 5, 8, tzinfo=UTC)  # a Monday


@dataclass(frozen=True)
class Count:
    """Requests of some runs. `fresh` were answered with content; those with 304 cost no quota."""

    runs: int
    total: int
    not_modified: int
    conditional: int
    writes: int
    most: int

    @property
    def fresh(self) -> int:
        return self.total - self.not_modified - self.writes


class YearRun:
    """A repository of the sandbox, its learner, and Milepost."""

    def __init__(self, sandbox: Sandbox, cache: Path, publish: dict[str, Any]) -> None:
        self._sandbox = sandbox
        self._world = sandbox.world
        self._cache = EtagCache(cache)
        self._curriculum = load.from_catalog(CURRICULUM)
        self._settings = Settings.model_validate({"start": FIRST.date(), "publish": publish})
        self._learner = DemoLearner(
            BrowserUser(self._world), self._world, self._curriculum, Random(7)
        )
        self._connection = Connection(
            repository=sandbox.repository,
            token=SecretStr(sandbox.token),
            api_url=sandbox.api_url,
            graphql_url=sandbox.graphql_url,
        )

    def sync(self) -> Count:
        """One run."""
        journal = self._world.journal
        journal.forget()
        with HttpReader(self._connection, cache=self._cache) as reader:
            Sync(
                PathReader(self._curriculum, self._settings, self._world.clock.now()),
                reader,
                web=web_root(self._connection.api_url),
            ).run(
                WriteContext(
                    lambda: PyGithubGateway(self._connection, ApiClient(self._connection.api_url)),
                    time.sleep,
                )
            )
        counted = journal.summary()
        return Count(
            runs=1,
            total=counted["total"],
            not_modified=counted["not_modified"],
            conditional=counted["conditional"],
            writes=counted["writes"],
            most=counted["total"],
        )

    def week(self, number: int) -> Iterator[Count]:
        """Lives a week from Monday morning on: a run each morning, one after each sitting."""
        monday = FIRST + timedelta(weeks=number - 1)
        mornings = [monday + timedelta(days=day, hours=1) for day in range(7)]
        sittings = self._learner.week(number)
        sitting = next(sittings, None)
        while sitting is not None:
            at = monday - timedelta(hours=8) + sitting
            while mornings and mornings[0] < at:
                yield self._at(mornings.pop(0))
            self._until(at)
            sitting = next(sittings, None)  # the learner acts before they tell of the next one
            yield self.sync()
        for morning in mornings:
            yield self._at(morning)

    def _at(self, moment: datetime) -> Count:
        self._until(moment)
        return self.sync()

    def _until(self, moment: datetime) -> None:
        clock = self._world.clock
        clock.advance(max(timedelta(), moment - clock.now()))


@contextmanager
def year_run(publish: dict[str, Any]) -> Iterator[YearRun]:
    """A repository that nothing was written to yet."""
    with running(clock=lambda: FIRST) as sandbox, tempfile.TemporaryDirectory() as cache:
        yield YearRun(sandbox, Path(cache), publish)
