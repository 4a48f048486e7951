"""Counts what the server asks and writes through days: a week of learning, idle nights, the end.

Run by `make bench-server`, as `python -m bench.nights`. The server's own jobs run at the times that
they name themselves, over HTTP against a sandbox whose clock moves. Counts are the same on every
machine; processor time is that of the handler thread alone.
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

import yaml

from bench.sync_cost import FIRST, Bench, Cost
from bot.cli.demo_learner import DemoLearner
from bot.curriculum import load
from bot.server.store.store import Store
from bot.settings import CONFIG_PATH
from github_sandbox.browser_user import BrowserUser
from github_sandbox.server import running

CURRICULUM = "devops-to-mlops"
SETTINGS = {"curriculum": CURRICULUM, "start": "2026-01-05"}
WEEKS, NIGHTS, AFTER = 2, 70, 30
AIM_QUIET, AIM_FREE, AIM_MS = 0.5, 0.95, 20.0
DAY = timedelta(days=1)


@dataclass(frozen=True)
class SyncCount:
    """One sync: when, what it cost, and what people get notified of or see edited."""

    at: datetime
    cost: Cost
    early: bool
    notifications: int
    edits: int


class Days(Bench):
    """A server's syncs of one repository, each at the time that the one before named."""

    due = FIRST

    def until(self, moment: datetime) -> Iterator[SyncCount]:
        """Live up to a moment, with all syncs that are due."""
        while self.due <= moment:
            self._move(self.due)
            yield self.run()
        self._move(moment)

    def run(self) -> SyncCount:
        """One sync now."""
        now, cost = self.world.clock.now(), self.sync()
        self.due = self.result.next_run or now + DAY
        record = self.jobs.quiet.pop(self.home.id)
        if record:
            self.jobs.quiet.put(self.home.id, record)
        wrote = [(one.method, one.path.rpartition("/")[2]) for one in self.world.journal.writes]
        return SyncCount(
            at=now,
            cost=cost,
            early=record is not None and record.since < now,
            notifications=wrote.count(("POST", "comments")) + wrote.count(("POST", "issues")),
            edits=sum(method == "PATCH" for method, _ in wrote),
        )

    def learn(self, learner: DemoLearner, number: int) -> Iterator[SyncCount]:
        """Live a week from Monday on; what the learner does is synced soon afterwards."""
        monday = datetime.combine(FIRST.date(), datetime.min.time(), UTC) + (number - 1) * 7 * DAY
        for sitting in learner.week(number):
            yield from self.until(monday + sitting)
            self.due = monday + sitting + timedelta(minutes=2)
        yield from self.until(monday + 7 * DAY)

    def skip(self, weeks: int) -> None:
        """The server is away for so long, and catches up."""
        self.world.clock.advance(weeks * 7 * DAY)
        for _ in range(weeks // 8 + 2):  # eight summaries at most in one run
            self.run()

    def _move(self, moment: datetime) -> None:
        clock = self.world.clock
        whole = moment.replace(microsecond=0) + timedelta(seconds=1)  # as GitHub's clock shows it
        clock.advance(max(timedelta(), whole - clock.now()))


def report(name: str, syncs: list[SyncCount]) -> None:
    """A row."""
    costs = [one.cost for one in syncs]
    print(
        f"{name:<24} {len(syncs):>5} {sum(one.early for one in syncs):>6}"
        f" {sum(one.requests for one in costs):>9} {sum(one.not_modified for one in costs):>6}"
        f" {sum(one.paid - one.writes for one in costs):>6} {sum(one.writes for one in costs):>7}"
        f" {sum(one.notifications for one in syncs):>9} {sum(one.edits for one in syncs):>6}"
    )


def nightly(syncs: list[SyncCount], nights: int, first: date) -> list[list[SyncCount]]:
    """The syncs of each day, by its date."""
    days = [first + count * DAY for count in range(nights)]
    return [[one for one in syncs if one.at.date() == day] for day in days]


def live(days: Days) -> bool:
    """Print a row for each time; whether the aims were met."""
    learner = DemoLearner(
        BrowserUser(days.world), days.world, load.from_catalog(CURRICULUM), Random(7)
    )
    days.meet()
    print("the server                syncs  early  requests    304  reads  writes  notified  edits")
    report("first run", [days.run()])
    for number in range(1, WEEKS + 1):
        report(f"week {number}", list(days.learn(learner, number)))
    list(days.until(days.world.clock.now() + DAY))
    first = days.world.clock.now().date() + DAY
    idle = list(days.until(days.world.clock.now() + NIGHTS * DAY))
    report(f"{NIGHTS} idle days", idle)
    days.skip(weeks=40)
    report(f"{AFTER} days after the end", list(days.until(days.world.clock.now() + AFTER * DAY)))
    each = nightly(idle, NIGHTS, first)
    unwritten = [some for some in each if not any(one.cost.writes for one in some)]
    free = sum(not any(one.cost.paid for one in some) for some in unwritten)
    early = [one.cost.milliseconds for one in idle if one.early]
    whole = [one.cost.milliseconds for one in idle if not one.early and not one.cost.writes]
    print(
        f"\n{len(unwritten)} of {NIGHTS} idle days had nothing due; {free} of these were free"
        f" (aim: {AIM_FREE:.0%}), with {len(early)} of {len(idle)} syncs ended early."
        f"\nAn early end takes {median(early):.0f} ms of processor (aim: at most {AIM_MS:.0f}),"
        f" a whole sync that writes nothing {median(whole or [0.0]):.0f}."
    )
    return (
        free >= AIM_FREE * len(unwritten)
        and len(early) >= AIM_QUIET * len(idle)
        and median(early) <= AIM_MS
    )


def main() -> int:
    """Print everything; 1 when an aim was missed."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{Path(folder) / 'nights.sqlite3'}") as store,
        running(clock=lambda: FIRST) as sandbox,
    ):
        days = Days(sandbox, store, {CONFIG_PATH: yaml.safe_dump(SETTINGS)})
        good = live(days)
        days.close()
    print(f"The aims were {'met' if good else 'MISSED'}.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
