"""Tests of running jobs: claims, results, retries, leases, and their log."""

import itertools
import json
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from procrastinate.worker import Worker as FetchingWorker
from server.conftest import empty_database
from server.server_fixture import eventually

from bot.errors import UnavailableError
from bot.server.jobs import JobResult
from bot.server.logs import JsonLines
from bot.server.queue_worker import QueueWorker
from bot.server.store.rows import APP, Claim, Subject, WebhookDelivery, repository
from bot.server.store.store import Store
from bot.server.worker import JobRunner, StoppedError, StopSignal, ThreadWorker

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
QUICK = timedelta(milliseconds=10)
MINUTE = timedelta(minutes=1)


class Jobs:
    """Runs jobs as `act` does, and records them."""

    def __init__(self, act: Callable[[Subject], JobResult]) -> None:
        self.act = act
        self.requested: list[tuple[Subject, int]] = []

    def run(self, subject: Subject, tries: int) -> JobResult:
        self.requested.append((subject, tries))
        return self.act(subject)


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'store.sqlite3'}") as opened:
        opened.jobs.schedule(repository(7), at=NOON)
        yield opened


def once(store: Store, act: Callable[[Subject], JobResult]) -> JobRunner:
    runner = JobRunner(store, Jobs(act).run, clock=lambda: NOON, lease=MINUTE)
    for claim in runner.claim(1):
        runner.run(claim)
    return runner


def failing(error: Exception) -> Callable[[Subject], JobResult]:
    def act(_: Subject) -> JobResult:
        raise error

    return act


def test_what_follows_is_wished_and_the_row_given_back(stored: Store) -> None:
    later = NOON + timedelta(days=1)
    runner = once(stored, lambda _: JobResult("seen", later, ((APP, NOON),)))
    assert runner.busy == 0
    assert stored.jobs.due_at(repository(7)) == later
    assert stored.jobs.due_at(APP) == NOON


def test_a_delivery_that_came_while_the_row_was_taken_is_done_with_it(stored: Store) -> None:
    ticks = itertools.count()
    claim = stored.jobs.claim

    def slowly(now: datetime, most: int, **named: Any) -> tuple[Claim, ...]:
        between = WebhookDelivery("g", "issues", "closed", repository(7), 3, clock())
        stored.inbox.receive([between], wake_at=clock())
        return claim(now, most, **named)

    def clock() -> datetime:
        return NOON + next(ticks) * timedelta(seconds=1)

    stored.jobs.claim = slowly  # type: ignore[method-assign] # this once
    runner = JobRunner(
        stored, Jobs(lambda _: JobResult("seen", None)).run, clock=clock, lease=MINUTE
    )
    for taken in runner.claim(1):
        runner.run(taken)
    assert stored.inbox.waiting() == (0, None)


@pytest.mark.parametrize("error", [UnavailableError("away"), ZeroDivisionError()])
def test_what_fails_is_tried_again_ever_later(stored: Store, error: Exception) -> None:
    once(stored, failing(error))
    first = stored.jobs.due_at(repository(7))
    stored.jobs.schedule(repository(7), at=NOON)
    once(stored, failing(error))
    second = stored.jobs.due_at(repository(7))
    assert first is not None
    assert second is not None
    assert MINUTE / 2 <= first - NOON < MINUTE <= second - NOON < 2 * MINUTE


def test_when_the_server_stops_what_was_begun_is_left_for_the_next(stored: Store) -> None:
    once(stored, failing(StoppedError()))
    assert stored.jobs.due_at(repository(7)) == NOON


def test_when_the_store_fails_the_row_is_free_after_a_while(
    stored: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> bool:
        raise sa.exc.OperationalError("UPDATE", None, Exception("gone"))

    monkeypatch.setattr(stored.jobs, "finish", broken)
    assert once(stored, lambda _: JobResult("seen", None)).busy == 0
    assert stored.jobs.claim(NOON, 1, until=NOON + MINUTE) == ()
    assert stored.jobs.claim(NOON + MINUTE, 1, until=NOON + 2 * MINUTE) != ()


def test_one_repository_is_never_worked_on_twice_at_once(stored: Store) -> None:
    at_once, most, lock = [0], [0], threading.Lock()

    def act(subject: Subject) -> JobResult:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        stored.jobs.schedule(subject, at=NOON)  # what happens during a look is one more look
        with lock:
            at_once[0] -= 1
        return JobResult("seen", None)

    jobs = Jobs(act)
    runner = JobRunner(stored, jobs.run, clock=lambda: NOON, lease=MINUTE)
    worker = ThreadWorker(runner, threads=4, tick=QUICK, renew=QUICK)
    worker.start()
    running = worker.running
    eventually(lambda: len(jobs.requested) > 5)
    worker.stop()
    assert (running, worker.running) == (True, False)
    assert most == [1]


def test_what_is_due_is_done_without_waiting_for_the_next_tick(stored: Store) -> None:
    stored.jobs.schedule(*map(repository, range(20)), at=NOON)
    jobs = Jobs(lambda _: JobResult("seen", None))
    runner = JobRunner(stored, jobs.run, clock=lambda: NOON, lease=MINUTE)
    worker = ThreadWorker(runner, threads=2, tick=timedelta(hours=1), renew=MINUTE)
    worker.start()
    eventually(lambda: len(jobs.requested) == 20)
    worker.stop()
    assert sorted(jobs.requested) == [(repository(number), 0) for number in range(20)]


def test_no_job_is_claimed_that_would_wait_for_a_thread(stored: Store) -> None:
    stored.jobs.schedule(*map(repository, range(5)), at=NOON)
    busy = list[int]()

    def act(_: Subject) -> JobResult:
        busy.append(runner.busy)
        return JobResult("seen", None)

    def run_before_a_tick(claim: Claim) -> None:
        run(claim)
        worker._tick()

    jobs = Jobs(act)
    runner = JobRunner(stored, jobs.run, clock=lambda: NOON, lease=MINUTE)
    worker = ThreadWorker(runner, threads=1, tick=QUICK, renew=MINUTE)
    run = runner.run
    runner.run = run_before_a_tick  # type: ignore[method-assign] # a tick comes between its jobs
    worker._tick()
    eventually(lambda: len(jobs.requested) == 6)
    worker.stop()
    assert busy == [1] * 6


def test_a_store_that_fails_in_between_is_asked_again_at_the_next_tick(stored: Store) -> None:
    stored.jobs.schedule(*map(repository, range(5)), at=NOON)
    claim, times, failures = stored.jobs.claim, itertools.count(), itertools.count()

    def claiming(*given: Any, **named: Any) -> tuple[Claim, ...]:
        if next(times) % 3 == 1:
            next(failures)
            raise sa.exc.OperationalError("SELECT", None, Exception("gone"))
        return claim(*given, **named)

    stored.jobs.claim = claiming  # type: ignore[method-assign] # as long as this store lives
    jobs = Jobs(lambda _: JobResult("seen", None))
    runner = JobRunner(stored, jobs.run, clock=lambda: NOON, lease=MINUTE)
    worker = ThreadWorker(runner, threads=1, tick=QUICK, renew=MINUTE)
    worker.start()
    eventually(lambda: len(jobs.requested) == 6)
    worker.stop()
    assert sorted(jobs.requested) == [(repository(number), 0) for number in (0, 1, 2, 3, 4, 7)]
    assert next(failures) > 1


def test_work_that_takes_long_is_kept_by_the_heartbeat(stored: Store) -> None:
    go_on = threading.Event()

    def act(_: Subject) -> JobResult:
        go_on.wait(10)
        return JobResult("seen", None)

    clock = [NOON]
    jobs = Jobs(act)
    runner = JobRunner(stored, jobs.run, clock=lambda: clock[0], lease=MINUTE)
    worker = ThreadWorker(runner, threads=4, tick=QUICK, renew=QUICK)
    worker.start()
    eventually(lambda: jobs.requested)
    for minutes in range(1, 5):
        clock[0] = NOON + minutes * timedelta(seconds=50)
        eventually(lambda: stored.jobs.due_at(repository(7)) == clock[0] + MINUTE)
    go_on.set()
    worker.stop()
    assert jobs.requested == [(repository(7), 0)]


def test_a_pause_ends_when_the_server_stops() -> None:
    pauses = StopSignal()
    pauses.sleep(0)
    ended = threading.Event()

    def sleep() -> None:
        with pytest.raises(StoppedError):
            pauses.sleep(60)
        ended.set()

    thread = threading.Thread(target=sleep)
    thread.start()
    pauses.set()
    thread.join(5)
    assert ended.is_set()


def test_a_line_of_the_log_has_its_ids_and_no_token(caplog: pytest.LogCaptureFixture) -> None:
    token = "ghs_" + "a1B2" * 20
    log = logging.getLogger("bot.server.test")
    with caplog.at_level(logging.INFO):
        log.info(
            "sync finished %s", token, extra={"subject": "repository:7", "tries": 0, "count": 3}
        )
    line = JsonLines().format(caplog.records[-1])
    text = json.loads(line)
    assert (text["subject"], text["tries"], text["count"]) == ("repository:7", 0, 3)
    assert text["what"] == "sync finished ***"
    assert token not in line


def test_jobs_are_fetched_again_after_the_database_was_away(
    postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """procrastinate's worker ends with its connection; ours begins it anew."""
    run: Any = FetchingWorker.run
    began, ran = list[FetchingWorker](), threading.Event()

    async def breaking(self: FetchingWorker) -> None:
        began.append(self)
        if len(began) == 1:
            raise psycopg.OperationalError
        await run(self)

    def act(_: Subject) -> JobResult:
        ran.set()
        return JobResult("synced", None)

    monkeypatch.setattr(FetchingWorker, "run", breaking)
    with (
        empty_database(postgres_server) as url,
        Store.open(url.replace("://", "+psycopg://", 1)) as store,
    ):
        store.jobs.schedule(repository(7), at=NOON)
        runner = JobRunner(store, Jobs(act).run, clock=lambda: NOON, lease=MINUTE)
        worker = QueueWorker(store, runner, threads=1, tick=QUICK, lease=MINUTE)
        worker.start()
        assert ran.wait(20)
        worker.stop()
    assert len(began) == 2
