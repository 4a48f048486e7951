"""Installations take turns: whoever has much to do keeps nobody else waiting.

Threads are simulated at a clock of the tests: a job begins when the store gives it out, and ends
when its seconds are over. So a wait is one of the order of jobs, whatever the machine does.
"""

import heapq
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from server.postgres import empty_database
from server.server_fixture import PATIENCE, eventually

from bot.server import config
from bot.server.jobs import JobResult
from bot.server.queue_worker import QueueWorker
from bot.server.store.job_table import QueuedJob
from bot.server.store.rows import (
    APP,
    Claim,
    InstallationRow,
    RepositoryInfo,
    Subject,
    installation,
    repository,
)
from bot.server.store.store import Store
from bot.server.store.tables import jobs
from bot.server.worker import JobRunner, ThreadWorker

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
QUICK = timedelta(milliseconds=20)
LINKS, PLAIN = 49.0, 1.4  # seconds of a sync whose links lead to silent hosts, and of any other

Claiming = Callable[[Store, datetime, int], Sequence[Claim]]


def fairly(most: int | None) -> Claiming:
    def claim(store: Store, now: datetime, free: int) -> Sequence[Claim]:
        return store.jobs.claim(now, free, until=now + HOUR, per_installation=most)

    return claim


def first_come(store: Store, now: datetime, free: int) -> Sequence[Claim]:
    """Claim as it was done before: whoever has waited longest."""
    due = sa.select(jobs.c.kind, jobs.c.id).where(jobs.c.due_at <= now)
    with store.engine.connect() as connection:
        found = connection.execute(due.order_by(jobs.c.due_at, jobs.c.id).limit(free)).all()
    claims = (store.jobs.claim_one(Subject(*row), now, until=now + HOUR) for row in found)
    return [claim for claim in claims if claim]


def url_of(url: str) -> str:
    return str(config.read({"MILEPOST_DATABASE_URL": url}).database_url.get_secret_value())


def own(store: Store, account: int, repositories: Sequence[int]) -> None:
    store.repositories.save_installation(InstallationRow(account, f"u{account}", "active"), NOON)
    seen = [
        RepositoryInfo(n, f"u{account}/{n}", private=False, archived=False) for n in repositories
    ]
    store.repositories.save_repositories(account, seen, NOON)


@dataclass
class Threads:
    """Runs jobs of so many seconds each, `count` at once, and records when each began."""

    store: Store
    seconds: Mapping[int, float]
    claim: Claiming
    count: int = 8
    began: list[tuple[int, float]] = field(default_factory=list)

    def run(self, events: Mapping[float, Sequence[int]]) -> None:
        """Schedule repositories at seconds after noon, and run until nothing is left."""
        moments: list[tuple[float, list[Claim]]] = [(at, []) for at in events]
        running = 0
        while moments:
            at, ended = heapq.heappop(moments)
            now = NOON + timedelta(seconds=at)
            for claim in ended:
                running -= 1
                self.store.jobs.finish(claim, now, next_run=None, settled=True)
            if not ended:
                self.store.jobs.schedule(*map(repository, events[at]), at=now)
            for claim in self.claim(self.store, now, self.count - running):
                running += 1
                self.began.append((claim.subject.id, at))
                over = at + self.seconds[claim.subject.id]
                heapq.heappush(moments, (over, [claim]))

    def wait(self, number: int, since: float) -> float:
        """Return how long after `since` a repository's first sync began."""
        return next(at for one, at in self.began if one == number) - since


@pytest.mark.parametrize(
    ("claim", "expected"), [(first_come, LINKS - 1.0), (fairly(4), 0.0)], ids=["before", "now"]
)
def test_eight_repositories_of_silent_links_keep_no_neighbour_waiting(
    store: Store, claim: Claiming, expected: float
) -> None:
    own(store, 1, range(1, 9))
    own(store, 2, [20])
    seconds = dict.fromkeys(range(1, 9), LINKS) | {20: PLAIN}
    threads = Threads(store, seconds, claim)
    threads.run({0.0: range(1, 9), 1.0: [20]})
    assert threads.wait(20, 1.0) == expected


def test_with_one_thread_each_account_has_the_same_time_not_the_same_number(store: Store) -> None:
    own(store, 1, range(1, 11))
    own(store, 2, range(20, 120))
    seconds = dict.fromkeys(range(1, 11), 50.0) | dict.fromkeys(range(20, 120), 1.0)
    threads = Threads(store, seconds, fairly(1), count=1)
    threads.run({0.0: range(1, 11), 0.5: range(20, 120)})
    order = [1 if number < 20 else 2 for number, _ in threads.began]
    # After a job of 50 seconds the other account has fifty of one.
    assert order[0] == 1
    assert 48 <= order[1:].index(1) <= 52
    # All hundred seconds of work of the one are done within three jobs of the other.
    assert max(threads.wait(number, 0.5) for number in range(20, 120)) < 3 * 50.0 + 100.0


def test_a_newcomer_comes_before_the_many_jobs_of_others(store: Store) -> None:
    for account in range(1, 5):
        own(store, account, range(account * 100, account * 100 + 50))
    own(store, 9, [900])
    numbers = [n for a in range(1, 5) for n in range(a * 100, a * 100 + 50)]
    threads = Threads(store, dict.fromkeys([*numbers, 900], 2.0), fairly(4))
    threads.run({0.0: numbers, 31.0: [900]})
    assert threads.wait(900, 31.0) <= 2.0
    assert len(threads.began) == 201


def test_an_account_that_is_alone_has_all_that_one_may_have(store: Store) -> None:
    own(store, 1, range(1, 9))
    claims = store.jobs.claim(NOON, 8, until=NOON + MINUTE, per_installation=4)
    assert claims == ()
    store.jobs.schedule(*map(repository, range(1, 9)), at=NOON)
    first = store.jobs.claim(NOON, 8, until=NOON + MINUTE, per_installation=4)
    again = store.jobs.claim(NOON, 8, until=NOON + MINUTE, per_installation=4)
    assert (len(first), again) == (4, ())
    store.jobs.finish(first[0], NOON, next_run=None, settled=True)
    assert len(store.jobs.claim(NOON, 8, until=NOON + MINUTE, per_installation=4)) == 1


def test_the_jobs_of_a_dead_worker_count_for_nobody(store: Store) -> None:
    own(store, 1, range(1, 9))
    store.jobs.schedule(*map(repository, range(1, 9)), at=NOON)
    store.jobs.claim(NOON, 8, until=NOON + MINUTE, per_installation=4)
    late = store.jobs.claim(NOON + MINUTE, 8, until=NOON + 2 * MINUTE, per_installation=4)
    assert len(late) == 4


def test_what_the_app_does_itself_waits_for_no_account(store: Store) -> None:
    own(store, 1, range(1, 9))
    store.jobs.schedule(*map(repository, range(1, 9)), at=NOON)
    store.jobs.schedule(APP, installation(1), installation(2), at=NOON + MINUTE)
    late = NOON + MINUTE
    found = store.jobs.claim(late, 3, until=late + MINUTE, per_installation=4)
    assert [claim.subject for claim in found] == [repository(1), APP, installation(2)]


def test_used_time_is_forgotten_after_ten_minutes(store: Store) -> None:
    own(store, 1, [1, 2])
    own(store, 2, [20])
    store.jobs.schedule(repository(1), at=NOON)
    (claim,) = store.jobs.claim(NOON, 1, until=NOON + HOUR)
    store.jobs.finish(claim, NOON + 2 * HOUR, next_run=None, settled=True)
    for minutes, first in ((9, 20), (11, 2)):
        now = NOON + 2 * HOUR + minutes * MINUTE
        store.jobs.schedule(repository(2), at=now - MINUTE)
        store.jobs.schedule(repository(20), at=now)
        (claim, other) = store.jobs.claim(now, 2, until=now + MINUTE)
        assert claim.subject == repository(first)
        for one in (claim, other):
            store.jobs.finish(one._replace(since=now), now, next_run=None, settled=True)


def test_a_queue_gets_first_jobs_before_second_ones(store: Store) -> None:
    own(store, 1, range(1, 9))
    own(store, 2, [20])
    store.jobs.schedule(*map(repository, range(1, 9)), at=NOON)
    store.jobs.schedule(repository(20), at=NOON + timedelta(seconds=1))
    late = NOON + MINUTE
    queued = store.jobs.claim_for_queue(late, 99, until=late + MINUTE, per_installation=4)
    places = [(1, 1), (20, 1), (2, 2), (3, 3), (4, 4)]
    assert queued == tuple(QueuedJob(repository(number), place) for number, place in places)


@pytest.mark.parametrize(("threads", "most"), [(1, 1), (3, 1), (8, 4), (40, 4)])
def test_one_installation_has_at_most_half_of_the_threads(
    tmp_path: Path, threads: int, most: int
) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite3'}") as store:
        own(store, 1, range(1, 61))
        store.jobs.schedule(*map(repository, range(1, 61)), at=NOON)
        runner = JobRunner(store, nothing, clock=lambda: NOON, lease=MINUTE)
        worker = ThreadWorker(runner, threads=threads, tick=HOUR, renew=HOUR)
        worker._pool.submit = lambda *_: None  # type: ignore[method-assign,assignment]
        worker._tick()
        assert runner.busy == most
        worker._pool.shutdown()


def nothing(_subject: Subject, _tries: int) -> JobResult:
    return JobResult("seen", None)


def test_with_a_queue_a_neighbour_is_next(postgres_server: str) -> None:
    go_on, order = threading.Event(), list[int]()

    def run_job(subject: Subject, _tries: int) -> JobResult:
        order.append(subject.id)
        go_on.wait(PATIENCE)
        return JobResult("seen", None)

    def due(now: datetime) -> int:
        return store.jobs.overdue(now)[0]

    with empty_database(postgres_server) as url, Store.open(url_of(url)) as store:
        own(store, 1, range(1, 9))
        own(store, 2, [20])
        store.jobs.schedule(*map(repository, range(1, 9)), at=NOON)
        runner = JobRunner(store, run_job, clock=lambda: NOON + MINUTE, lease=HOUR)
        worker = QueueWorker(store, runner, threads=1, tick=QUICK, lease=HOUR)
        worker.start()
        try:
            eventually(lambda: order)
            store.jobs.schedule(repository(20), at=NOON + timedelta(seconds=1))
            # Four of the eight are queued or run; the neighbour's is queued behind them.
            eventually(lambda: due(NOON + MINUTE) == 4)
            go_on.set()
            eventually(lambda: len(order) == 9)
        finally:
            go_on.set()
            worker.stop()
    assert order[1] == 20
    assert sorted(order) == [*range(1, 9), 20]
