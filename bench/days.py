"""Counts what runs ask and write through days: a week of learning, idle nights, after the end.

Over HTTP against a sandbox whose clock moves. The Action runs once a day and after each sitting,
with an empty folder for responses each time, as every job has. The server's jobs run at the times
that they name themselves. Counts are the same on every machine; processor time is that of the
thread that syncs.
"""

import io
import json
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from statistics import median

import yaml

from bench.figure import Figure
from bench.sync_cost import FIRST, Bench, Cost
from bot.action.run import main as run_action
from bot.cli.demo_learner import DemoLearner
from bot.curriculum import load
from bot.planning.path import PlannedPath
from bot.server.store.store import Store
from bot.settings import CONFIG_PATH, Settings
from github_sandbox.browser_user import BrowserUser
from github_sandbox.server import Sandbox, running
from github_sandbox.world import World

CURRICULUM = "devops-to-mlops"
CONFIG = {CONFIG_PATH: yaml.safe_dump({"curriculum": CURRICULUM, "start": "2026-01-05"})}
NIGHTS, AFTER = 70, 30
ENDED = datetime(2027, 1, 12, tzinfo=UTC)  # a week after the last day of the path
DAILY = time(8, 33)
DAY = timedelta(days=1)
QUIET = 95  # of 100 nights in which nothing is due
EARLY_MS = 20


@dataclass(frozen=True)
class SyncCount:
    """One sync: when, what it cost, and what people get notified of or see edited."""

    at: datetime
    cost: Cost
    early: bool
    notifications: int
    edits: int


class Days(ABC):
    """A repository with a path, a learner, and syncs at their times."""

    world: World
    due = FIRST

    def until(self, moment: datetime) -> Iterator[SyncCount]:
        """Live up to a moment, with all syncs that are due."""
        while self.due <= moment:
            self._move(self.due)
            yield self.run()
        self._move(moment)

    def run(self) -> SyncCount:
        """One sync now."""
        now = self.world.clock.now()
        cost, early = self.sync_at(now)
        wrote = [(one.method, one.path.rpartition("/")[2]) for one in self.world.journal.writes]
        return SyncCount(
            at=now,
            cost=cost,
            early=early,
            notifications=wrote.count(("POST", "comments")) + wrote.count(("POST", "issues")),
            edits=sum(method == "PATCH" for method, _ in wrote),
        )

    @abstractmethod
    def sync_at(self, now: datetime) -> tuple[Cost, bool]:
        """Sync, and set when the next one is due; returns its cost, and whether it ended early."""

    def learn(self) -> Iterator[SyncCount]:
        """Live the first week; what the learner does is synced soon afterwards."""
        person = BrowserUser(self.world)
        learner = DemoLearner(person, self.world, load.from_catalog(CURRICULUM), Random(7))
        monday = datetime.combine(FIRST.date(), time(), UTC)
        for sitting in learner.week(1):
            yield from self.until(monday + sitting)
            self.due = monday + sitting + timedelta(minutes=2)
        yield from self.until(monday + 7 * DAY)

    def skip_to_end(self) -> None:
        """Nothing runs until the path is over, and then what was missed is caught up with."""
        self._move(ENDED)
        for _ in range(8):  # eight summaries at most in one run
            self.run()

    def _move(self, moment: datetime) -> None:
        clock = self.world.clock
        whole = moment.replace(microsecond=0) + timedelta(seconds=1)  # as GitHub's clock shows it
        clock.advance(max(timedelta(), whole - clock.now()))


class ServerDays(Bench, Days):
    """The server's syncs, each at the time that the one before named."""

    def sync_at(self, now: datetime) -> tuple[Cost, bool]:
        cost = self.sync()
        self.due = self.result.next_run or now + DAY
        record = self.jobs.quiet.pop(self.home.id)
        if record:
            self.jobs.quiet.put(self.home.id, record)
        return cost, record is not None and record.since < now


class ActionDays(Days):
    """The Action's runs in this process: daily ones, and those that an event starts."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.world = sandbox.world
        home = self.world.repository()
        files = {name: text.encode() for name, text in CONFIG.items()}
        self.world.commit_files(home, files, "Begin")
        self._environ = {
            "GITHUB_API_URL": sandbox.api_url,
            "GITHUB_GRAPHQL_URL": sandbox.graphql_url,
            "GITHUB_REPOSITORY": sandbox.repository,
            "GITHUB_TOKEN": sandbox.token,
            "GITHUB_EVENT_NAME": "schedule",
            "MILEPOST_WRITE_INTERVAL": "0",
        }
        about = {"full_name": sandbox.repository, "default_branch": "main", "fork": False}
        self._event = {"schedule": "33 8 * * *", "repository": about | {"is_template": False}}

    def sync_at(self, now: datetime) -> tuple[Cost, bool]:
        self.world.journal.forget()
        with tempfile.TemporaryDirectory() as folder:
            event = Path(folder) / "event.json"
            event.write_text(json.dumps(self._event))
            places = {"GITHUB_EVENT_PATH": str(event), "GITHUB_WORKSPACE": folder}
            log = io.StringIO()
            code = run_action(
                self._environ | places | {"RUNNER_TEMP": folder}, out=log, now=self.world.clock.now
            )
        if code:
            raise RuntimeError(log.getvalue())
        counted = self.world.journal.summary()
        today = datetime.combine(now.date(), DAILY, UTC)
        self.due = today if now < today else today + DAY
        return Cost(counted["total"], counted["not_modified"], counted["writes"], 0), False


def server_days() -> Iterator[Figure]:
    """Yield what the server costs through days."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = stack.enter_context(Store.open(f"sqlite:///{folder / 'days.sqlite3'}"))
        sandbox = stack.enter_context(running(clock=lambda: FIRST))
        days = ServerDays(sandbox, store, CONFIG)
        days.meet()
        idle = yield from _live(days, free=True)
        early = [one.cost.milliseconds for one in idle if one.early]
        yield Figure("  syncs that ended early, of 100", 100 * len(early) / len(idle))
        yield Figure("  such an early end, ms of processor", min(early), EARLY_MS)
        days.close()


def action_days() -> Iterator[Figure]:
    """Yield what the Action costs through days."""
    with running(clock=lambda: FIRST) as sandbox:
        idle = yield from _live(ActionDays(sandbox), free=False)
        unwritten = [one.cost.paid for one in idle if not one.cost.writes]
        yield Figure("  requests of an idle run, each with content", median(unwritten))


def _live(days: Days, *, free: bool) -> Generator[Figure, None, list[SyncCount]]:
    """Yield the figures of all times; returns the syncs of the idle nights.

    With `free` a night in which nothing is due should cost no request that counts.
    """
    list(days.until(FIRST + timedelta(minutes=5)))
    yield from _a_time("a week of learning", list(days.learn()))
    list(days.until(days.world.clock.now() + DAY))
    begun = days.world.clock.now()
    idle = list(days.until(begun + NIGHTS * DAY))
    yield from _a_time(f"{NIGHTS} idle nights", idle)
    quiet = _nights_without_news(idle, begun)
    yield Figure("  nights with no issue, no comment and no new unit due", len(quiet))
    unwritten = [some for some in quiet if not any(one.cost.writes for one in some)]
    share = 100 * len(unwritten) / len(quiet)
    yield Figure("  of these without a write, of 100", share, least=QUIET)
    if free:
        unpaid = [some for some in unwritten if not any(one.cost.paid for one in some)]
        share = 100 * len(unpaid) / len(quiet)
        yield Figure("  ... and without a request that counts", share, least=QUIET)
    days.skip_to_end()
    after = list(days.until(days.world.clock.now() + AFTER * DAY))
    yield from _a_time("a month after the end", after)
    return idle


def _nights_without_news(syncs: list[SyncCount], begun: datetime) -> list[list[SyncCount]]:
    """Return the syncs of each night that made no issue or comment, and on which no unit begins."""
    settings = Settings.model_validate({"start": FIRST.date()})
    units = PlannedPath.at_start(load.from_catalog(CURRICULUM), settings).dates.units
    news = {unit.first for unit in units}
    nights: list[list[SyncCount]] = [[] for _ in range(NIGHTS)]
    for one in syncs:
        nights[min((one.at - begun) // DAY, NIGHTS - 1)].append(one)
    return [
        some
        for some in nights
        if not any(one.notifications or one.at.date() in news for one in some)
    ]


def _a_time(name: str, syncs: list[SyncCount]) -> Iterator[Figure]:
    costs = [one.cost for one in syncs]
    yield Figure(f"{name}: syncs", len(syncs))
    yield Figure("  requests that count", sum(one.paid - one.writes for one in costs))
    yield Figure("  writes", sum(one.writes for one in costs))
    yield Figure("  notifications", sum(one.notifications for one in syncs))
    yield Figure("  edits", sum(one.edits for one in syncs))
