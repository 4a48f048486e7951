"""One installation's limits, shared by threads and processes through the database."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from server import reservation_process as process
from server.conftest import empty_database
from sqlalchemy.engine import Connection

from bot.github.answer import LimitReachedError
from bot.github.rate_limit_state import Quota, RequestKind, Reservation, WriteRates
from bot.github.rate_limiter import InMemoryRateLimiter, LimiterStatus, RateLimiter
from bot.server import config
from bot.server.store.engine import open_engine
from bot.server.store.rate_limiter import DatabaseRateLimiter, database_time
from bot.server.store.rows import InstallationRow
from bot.server.store.store import Store
from bot.server.store.tables import budget as table

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA, BOB = 1, 2
KINDS: dict[str, RequestKind] = {"create": "create", "write": "write", "read": "read"}
MINUTE = timedelta(minutes=1)
ROUNDING = timedelta(milliseconds=2)
SECONDARY = LimitReachedError(secondary=True, after=None, reset_in=None)


class Clock:
    """Set by hand; as the database's, as a process's."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self, _connection: Connection | None = None) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def shared(store: Store, clock: Clock, rates: WriteRates | None = None) -> DatabaseRateLimiter:
    return DatabaseRateLimiter(store.engine, rates, now=clock)


def take(budget: RateLimiter, installation: int = ADA, kind: RequestKind = "create") -> Reservation:
    place = budget.reserve(installation, kind, at_most=1e9)
    assert place.granted
    return place


def test_two_processes_share_their_places(store: Store, clock: Clock) -> None:
    one, other = shared(store, clock), shared(store, clock)
    assert [take(b).seconds for b in (one, other, one, other)] == [0, 1, 2, 3]
    assert take(other, BOB).seconds == 0
    clock.wait(10)
    assert take(other).seconds == 0


def test_a_refusal_is_heard_and_learned_from_by_all(store: Store, clock: Clock) -> None:
    one, other = shared(store, clock), shared(store, clock)
    for _ in range(3):
        one.rejected(ADA, SECONDARY, wrote=True)
    assert other.blocked(ADA) == (60, "GitHub's secondary rate limit")
    assert other.reserve(ADA, "read", at_most=20) == (60, "GitHub's secondary rate limit", False)
    clock.wait(60)
    assert [take(other).seconds, take(one).seconds] == [0, 2]
    clock.wait(60)
    other.rejected(ADA, SECONDARY, wrote=True)
    assert one.blocked(ADA).seconds == 120
    assert other.blocked(BOB).seconds == 0


def test_all_leave_people_their_share(store: Store, clock: Clock) -> None:
    one, other = shared(store, clock), shared(store, clock)
    one.observe(ADA, Quota(5_000, 400, 90))
    assert other.reserve(ADA, "read", at_most=20).seconds == 91
    assert other.reserve(ADA, "read", at_most=20, people=True).granted
    one.observe(ADA, Quota(5_000, 4_999, 3_600))
    assert other.reserve(ADA, "read", at_most=20).granted


def test_places_of_one_who_died_pass(store: Store, clock: Clock) -> None:
    dead = shared(store, clock)
    for _ in range(10):
        take(dead)
    clock.wait(10)
    assert take(shared(store, clock)).seconds == 0


def test_how_all_of_them_stand(store: Store, clock: Clock) -> None:
    budget = shared(store, clock)
    assert budget.status() == LimiterStatus(0, 0, 0, 0.0, None)
    for _ in range(4):
        take(budget)
    budget.observe(BOB, Quota(5_000, 4_000, 600))
    budget.observe(BOB, Quota(5_000, 250, 600))
    budget.block(3, 30, "GitHub's rate limit")
    assert budget.status() == LimiterStatus(
        blocked=1, spared=1, scheduled=3, longest=601, remaining=0.05
    )
    clock.wait(700)
    assert budget.status() == LimiterStatus(0, 0, 0, 0.0, 0.05)


def test_an_installation_that_is_gone_leaves_nothing(store: Store, clock: Clock) -> None:
    take(shared(store, clock))
    store.repositories.save_installation(InstallationRow(ADA, "ada", "gone"), NOON)
    with store.engine.connect() as connection:
        assert connection.execute(sa.select(table)).first() is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["create", "write", "read", "refused", "low", "close"]),
            st.sampled_from([0, 0.001, 0.4, 3, 70, 4_000]),
        ),
        max_size=25,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_it_says_what_one_in_memory_says(store: Store, text: list[tuple[str, float]]) -> None:
    clock = Clock()
    rates = WriteRates(per_minute=4, per_hour=9)
    stored, remembered = shared(store, clock, rates), InMemoryRateLimiter(rates, clock=clock)
    with store.engine.begin() as connection:
        connection.execute(table.delete())
    for what, pause in text:
        clock.wait(pause)
        answers = []
        for budget in (stored, remembered):
            if what in KINDS:
                answers.append(budget.reserve(ADA, KINDS[what], at_most=600))
            elif what == "refused":
                budget.rejected(ADA, SECONDARY, wrote=True)
            elif what == "low":
                budget.observe(ADA, Quota(5_000, 9, 30))
            else:
                budget.block(ADA, pause, "x")
        if answers:
            assert answers[0].seconds == pytest.approx(answers[1].seconds, abs=0.002)
            assert answers[0][1:] == answers[1][1:]


def test_threads_of_two_never_get_the_same_place(store: Store, clock: Clock) -> None:
    budgets, together = (shared(store, clock), shared(store, clock)), threading.Barrier(8)

    def run(number: int) -> list[float]:
        together.wait()
        return [take(budgets[number % 2]).seconds for _ in range(6)]

    with ThreadPoolExecutor(8) as pool:
        taken = sorted(place for places in pool.map(run, range(8)) for place in places)
    assert taken == list(range(48))


@pytest.fixture
def address(postgres_server: str, tmp_path: Path) -> Iterator[str]:
    """Of an empty store on PostgreSQL."""
    with empty_database(postgres_server) as url:
        environ = {"MILEPOST_DATA_DIR": str(tmp_path), "MILEPOST_DATABASE_URL": url}
        whole = config.read(environ).database_url.get_secret_value()
        Store.open(whole).close()
        yield whole


def test_two_real_processes_keep_to_the_limits_together(address: str) -> None:
    processes = [
        subprocess.Popen([sys.executable, process.__file__, address], cwd=ROOT) for _ in range(2)
    ]
    assert [one.wait(60) for one in processes] == [0, 0]
    engine = open_engine(address)
    try:
        places = DatabaseRateLimiter(engine)._read(process.INSTALLATION).state.created
    finally:
        engine.dispose()
    assert len(places) == 2 * process.THREADS * process.EACH
    interval = timedelta(seconds=process.INTERVAL)
    assert all(b - a >= interval - ROUNDING for a, b in pairwise(places))
    for at in places:
        assert sum(at <= p < at + MINUTE - ROUNDING for p in places) <= process.PER_MINUTE


def test_the_time_is_when_the_row_was_got(address: str) -> None:
    """And not when one began to wait for it."""
    engine = open_engine(address)
    try:
        with engine.begin() as one:
            first, second = database_time(one), database_time(one)
            began = one.execute(sa.select(sa.func.now())).scalar_one()
        assert began < first < second
        assert first.tzinfo is not None
    finally:
        engine.dispose()


def test_the_state_of_a_whole_hour_fits_into_its_row(store: Store, clock: Clock) -> None:
    budget = shared(store, clock, WriteRates(interval=0.1, per_minute=500))
    for _ in range(500):
        take(budget)
    assert take(budget).why == "GitHub allows 500 new things an hour"
    with store.engine.connect() as connection:
        packed = connection.execute(sa.select(table.c.created)).scalar_one()
    assert len(packed) <= 2_000
