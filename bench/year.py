"""Counts what a living repository costs: requests a week, while somebody learns there.

Run by `make bench`, as `python -P bench/year.py [WEEKS]`: without -P the file `requests.py` beside
this one would stand in for the library of that name. Over HTTP against a sandbox whose clock moves:
a learner made up for the demo works for eight weeks, Milepost looks each morning and after each
sitting. Counts are the same on every machine.
"""

import sys
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
WEEKS = 8
NIGHTS = 70
FIRST = datetime(2026, 1, 5, 8, tzinfo=UTC)  # a Monday
IDLE_REQUESTS = 5
HOURLY_LIMIT = 1_000  # what the token of a workflow may ask of one repository
FILES = {"badge": True, "pictures": True, "readme": True, "forms": True, "reports": "branch"}


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

    def idle_nights(self, nights: int) -> tuple[int, list[Count]]:
        """Lives on without the learner: a run each night, and one after the summary is due.

        Returns how many nights cost nothing (no write, every answer a 304), and all runs.
        """
        first = (self._world.clock.now() + timedelta(days=1)).replace(hour=1, minute=0)
        quiet, runs = 0, list[Count]()
        for night in (first + timedelta(days=day) for day in range(nights)):
            runs.append(self._at(night))
            quiet += not (runs[-1].writes or runs[-1].fresh)
            if night.weekday() == 0:
                runs.append(self._at(night.replace(hour=8, minute=5)))
        return quiet, runs

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


def added(counts: list[Count]) -> Count:
    """Sums, and the most of any one run."""
    return Count(
        runs=len(counts),
        total=sum(one.total for one in counts),
        not_modified=sum(one.not_modified for one in counts),
        conditional=sum(one.conditional for one in counts),
        writes=sum(one.writes for one in counts),
        most=max(one.most for one in counts),
    )


def report(name: str, count: Count) -> None:
    """A row."""
    print(
        f"{name:<24} {count.runs:>5} {count.total:>9} {count.not_modified:>6} {count.fresh:>6}"
        f" {count.writes:>7} {count.most:>13}"
    )


def table(title: str, weeks: int, publish: dict[str, Any]) -> tuple[Count, Count]:
    """Live, print a row a week; the sum of the weeks, and a run that has nothing to do."""
    print(f"\n{title:<24}  runs  requests    304  fresh  writes  most in a run")
    with year_run(publish) as life:
        report("first run", life.sync())
        report("second run", life.sync())
        every = []
        for number in range(1, weeks + 1):
            every.append(added(list(life.week(number))))
            report(f"week {number}", every[-1])
        life.sync()
        idle = life.sync()
        report("nothing to do", idle)
        quiet, nights = life.idle_nights(NIGHTS)
        report(f"{NIGHTS} idle nights", added(nights))
    print(f"{quiet} of {NIGHTS} nights cost nothing.")
    whole = added(every)
    print(
        f"A week takes {whole.total / weeks:.0f} requests on average:"
        f" {whole.not_modified / weeks:.0f} answered with 304,"
        f" {whole.fresh / weeks:.0f} with content, {whole.writes / weeks:.0f} writes."
    )
    return whole, idle


def main(arguments: list[str]) -> int:
    """Print both tables; 1 when an aim was missed."""
    weeks = int(arguments[0]) if arguments else WEEKS
    plain, idle = table("issues alone", weeks, {})
    files, idle_files = table("with all files", weeks, FILES)
    lean = all(one.total == one.conditional == one.not_modified for one in (idle, idle_files))
    small = idle.total <= IDLE_REQUESTS and max(plain.most, files.most) <= HOURLY_LIMIT
    good = lean and small
    print(
        f"\nNothing to do: {idle.total} requests, with all files {idle_files.total}"
        f" (aim: at most {IDLE_REQUESTS} without files, all answered 304)."
        f"\nThe aims were {'met' if good else 'MISSED'}."
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
