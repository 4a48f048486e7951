"""One installation's allowance, shared by all that work for it at the same time."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import writes
from hypothesis import given
from hypothesis import strategies as st
from timeline import Timeline

from bot.errors import UnavailableError
from bot.github.answer import UnreadableAnswerError
from bot.github.api_client import ApiRequest, LaterError, RateLimitedClient
from bot.github.connection import Connection
from bot.github.gateway import PyGithubGateway
from bot.github.rate_limit_state import RequestKind, Reservation, WriteRates
from bot.github.rate_limiter import InMemoryRateLimiter, RateLimiter
from bot.github.reader import HttpReader
from bot.github.retry import WaitPolicy
from github_sandbox.world import World

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA, BOB = 1, 2
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def seconds(limiter: RateLimiter, installation: int = ADA, kind: RequestKind = "create") -> float:
    """How far away the next place is, which is taken."""
    reserved = limiter.reserve(installation, kind, at_most=1e9)
    assert reserved.granted
    return reserved.seconds


class TestReservations:
    def test_writes_come_one_after_the_other_whoever_sends_them(self, clock: Clock) -> None:
        limiter = InMemoryRateLimiter(clock=clock)
        assert [seconds(limiter) for _ in range(4)] == [0, 1, 2, 3]
        clock.wait(10)
        assert seconds(limiter) == 0

    def test_each_installation_has_its_own(self, clock: Clock) -> None:
        limiter = InMemoryRateLimiter(clock=clock)
        assert [seconds(limiter, ADA), seconds(limiter, BOB), seconds(limiter, ADA)] == [0, 0, 1]

    def test_new_things_are_counted_by_the_minute_and_the_hour(self, clock: Clock) -> None:
        rates = WriteRates(interval=0.1, per_minute=3, per_hour=5)
        limiter = InMemoryRateLimiter(rates, clock=clock)
        assert [round(seconds(limiter), 1) for _ in range(6)] == [0, 0.1, 0.2, 60, 60.1, 3600]
        assert seconds(limiter, kind="write") == pytest.approx(3600.1), "after those that wait"

    def test_a_place_too_far_away_is_not_taken(self, clock: Clock) -> None:
        limiter = InMemoryRateLimiter(WriteRates(per_minute=1), clock=clock)
        assert seconds(limiter) == 0
        far = limiter.reserve(ADA, "create", at_most=30)
        assert (far.seconds, far.granted, far.why) == (
            60,
            False,
            "GitHub allows 1 new things a minute",
        )
        assert seconds(limiter, kind="write") == 1

    def test_nobody_writes_while_it_is_closed(self, clock: Clock) -> None:
        limiter = InMemoryRateLimiter(clock=clock)
        limiter.block(ADA, 90, "GitHub's rate limit")
        limiter.block(ADA, 30, "a shorter one")
        assert limiter.blocked(ADA) == (90, "GitHub's rate limit")
        assert limiter.blocked(BOB).seconds == 0
        assert [seconds(limiter), seconds(limiter), seconds(limiter, BOB)] == [90, 91, 0]
        clock.wait(90)
        assert limiter.blocked(ADA).seconds == 0

    def test_an_interval_of_0_lifts_all_but_the_closing(self, clock: Clock) -> None:
        limiter = InMemoryRateLimiter(WriteRates(interval=0, per_minute=1), clock=clock)
        assert [seconds(limiter) for _ in range(5)] == [0] * 5
        limiter.block(ADA, 9, "x")
        assert seconds(limiter) == 9

    def test_a_clock_that_was_set_back_holds_nobody_up(self, clock: Clock) -> None:
        limiter = InMemoryRateLimiter(WriteRates(per_minute=2), clock=clock)
        assert [seconds(limiter), seconds(limiter)] == [0, 1]
        limiter.block(ADA, 5, "x")
        clock.wait(-3600)
        assert limiter.blocked(ADA).seconds == 5
        assert [seconds(limiter, kind="write"), seconds(limiter)] == [5, 60]

    def test_installations_that_rest_are_forgotten(self, clock: Clock) -> None:
        limiter = InMemoryRateLimiter(clock=clock)
        for number in range(1_000):
            seconds(limiter, number)
        clock.wait(3_602)
        seconds(limiter, 5)
        seconds(limiter, 2_000)
        assert len(limiter._states) == 2

    @given(
        st.lists(st.tuples(st.booleans(), st.floats(0, 20), st.booleans()), min_size=1, max_size=60)
    )
    def test_github_s_numbers_hold_whatever_comes(
        self, writes: list[tuple[bool, float, bool]]
    ) -> None:
        clock = Clock()
        limiter = InMemoryRateLimiter(WriteRates(per_minute=5, per_hour=12), clock=clock)
        sent: list[datetime] = []
        made: list[datetime] = []
        for creates, pause, closes in writes:
            clock.wait(pause)
            if closes:
                limiter.block(ADA, pause, "a refusal")
            at = clock.now + timedelta(
                seconds=seconds(limiter, kind="create" if creates else "write")
            )
            assert at >= clock.now + timedelta(seconds=limiter.blocked(ADA).seconds)
            sent.append(at)
            made += [at] * creates
        rounding = timedelta(microseconds=10)
        assert all(b - a >= timedelta(seconds=1) - rounding for a, b in pairwise(sent))
        for span, most in ((MINUTE, 5), (HOUR, 12)):
            for at in made:
                assert sum(at <= other < at + span - rounding for other in made) <= most

    def test_threads_never_get_the_same_place(self, clock: Clock) -> None:
        limiter, together = InMemoryRateLimiter(clock=clock), threading.Barrier(8)

        def take(_: int) -> list[float]:
            together.wait()
            return [seconds(limiter) for _ in range(10)]

        with ThreadPoolExecutor(8) as pool:
            taken = sorted(place for places in pool.map(take, range(8)) for place in places)
        assert taken == list(range(80))


@pytest.fixture
def limiter(timeline: Timeline) -> InMemoryRateLimiter:
    return InMemoryRateLimiter(clock=timeline.clock)


@pytest.fixture
def make_client(
    connection: Connection, limiter: InMemoryRateLimiter, policy: WaitPolicy
) -> Iterator[Callable[..., RateLimitedClient]]:
    """Clients of one installation: one for each run."""
    made: list[RateLimitedClient] = []

    def make(max_wait: float = 60.0) -> RateLimitedClient:
        patience = policy._replace(max_wait=max_wait)
        made.append(RateLimitedClient(limiter, ADA, api_url=connection.api_url, policy=patience))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def make_writer(
    connection: Connection, make_client: Callable[..., RateLimitedClient]
) -> Callable[[], PyGithubGateway]:
    return lambda: PyGithubGateway(connection, make_client())


class TestRuns:
    def test_two_write_in_turns(
        self, make_writer: Callable[[], PyGithubGateway], world: World, timeline: Timeline
    ) -> None:
        one, two = make_writer(), make_writer()
        for number in range(3):
            one.write(writes.create_label(f"a{number}", color="aabbcc", description=""))
            two.write(writes.create_label(f"b{number}", color="aabbcc", description=""))
        assert timeline.slept == [1] * 5
        made = [entry.at for entry in world.journal.entries]
        assert all(b - a >= timedelta(seconds=1) for a, b in pairwise(made))

    def test_every_request_of_a_write_is_counted(
        self,
        make_writer: Callable[[], PyGithubGateway],
        limiter: InMemoryRateLimiter,
        monkeypatch: pytest.MonkeyPatch,
        world: World,
    ) -> None:
        kinds: list[str] = []
        reserve = limiter.reserve

        def note(installation: int, kind: RequestKind, **how: Any) -> Reservation:
            kinds.append(kind)
            return reserve(installation, kind, **how)

        monkeypatch.setattr(limiter, "reserve", note)
        gateway = make_writer()
        issue = gateway.write(writes.create_issue("One", body=""))
        gateway.write(writes.update_issue(issue.number, title="Two"))
        comment = gateway.write(writes.create_comment(issue.number, body="Well done"))
        gateway.write(writes.react(comment.id, "rocket"))
        gateway.write(writes.put_file("a.md", b"x", message="Write"))
        sent = [entry.method for entry in world.journal.entries]
        assert kinds == [
            "read" if method == "GET" else kind
            for method, kind in zip(
                sent, ["create", "write", "create", "create", "read", "create"], strict=True
            )
        ]

    def test_a_refused_write_stops_the_others_too(
        self,
        make_writer: Callable[[], PyGithubGateway],
        world: World,
        limiter: InMemoryRateLimiter,
        timeline: Timeline,
    ) -> None:
        world.faults.add("secondary-403", method="POST", retry_after=40)
        seen: list[float] = []
        timeline.before_sleep = lambda: seen.append(limiter.blocked(ADA).seconds)
        make_writer().write(writes.create_label("a", color="aabbcc", description=""))
        assert seen == [40]
        assert limiter.blocked(ADA).seconds == 0

    def test_answers_to_writes_tell_what_is_left_of_the_hour(
        self,
        make_writer: Callable[[], PyGithubGateway],
        world: World,
        limiter: InMemoryRateLimiter,
        timeline: Timeline,
    ) -> None:
        gateway = make_writer()
        gateway.write(writes.create_label("a", color="aabbcc", description=""))
        assert limiter.status().remaining == 0.9998
        window = world.limits.window("learner", "core", timeline.now)
        window.used = window.limit * 9 // 10
        gateway.write(writes.update_label("a", new_name="b", color="aabbcc", description=""))
        assert limiter.status().remaining == 0.0998
        # The rest is for people.
        assert limiter.blocked(ADA).seconds > 0
        assert limiter.blocked(ADA, people=True).seconds == 0

    def test_what_wants_too_long_ends_the_run_and_says_when_to_come_back(
        self,
        connection: Connection,
        make_writer: Callable[[], PyGithubGateway],
        make_client: Callable[..., RateLimitedClient],
        world: World,
        limiter: InMemoryRateLimiter,
    ) -> None:
        world.faults.add("secondary-403", method="POST", retry_after=900)
        with pytest.raises(UnavailableError, match="15 minutes from now"):
            make_writer().write(writes.create_label("a", color="aabbcc", description=""))
        assert limiter.blocked(ADA) == (900, "GitHub's secondary rate limit")
        with pytest.raises(LaterError, match=r"15 minutes \(GitHub's secondary"):
            make_writer().write(writes.create_label("a", color="aabbcc", description=""))
        reader = HttpReader(connection, client=make_client())
        with reader, pytest.raises(LaterError, match="15 minutes"):
            reader.snapshot()

    def test_a_refused_read_stops_the_others_too(
        self,
        connection: Connection,
        make_client: Callable[..., RateLimitedClient],
        world: World,
        limiter: InMemoryRateLimiter,
        timeline: Timeline,
    ) -> None:
        world.faults.add("secondary-429", path="*/labels", retry_after=30)
        seen: list[float] = []
        timeline.before_sleep = lambda: seen.append(limiter.blocked(ADA).seconds)
        with HttpReader(connection, client=make_client()) as reader:
            reader.snapshot()
        assert seen == timeline.slept == [30]

    def test_reads_wait_while_it_is_blocked(
        self,
        connection: Connection,
        make_client: Callable[..., RateLimitedClient],
        limiter: InMemoryRateLimiter,
        timeline: Timeline,
    ) -> None:
        limiter.block(ADA, 20, "GitHub's rate limit")
        with HttpReader(connection, client=make_client()) as reader:
            assert reader.file("README.md")
        assert timeline.reported == [(20, "GitHub's rate limit")]

    def test_a_plain_refusal_blocks_nothing(
        self,
        connection: Connection,
        make_client: Callable[..., RateLimitedClient],
        world: World,
        limiter: InMemoryRateLimiter,
    ) -> None:
        world.add_user("stranger")
        with HttpReader(connection, client=make_client()) as reader:
            assert reader.may_write("stranger", 1) is False
            assert reader.file("nothing.md") is None
        assert limiter.blocked(ADA).seconds == 0

    def test_a_whole_address_stays_on_its_host(
        self, make_client: Callable[..., RateLimitedClient]
    ) -> None:
        with pytest.raises(UnreadableAnswerError, match="another host"):
            make_client().exchange(ApiRequest("GET", "https://evil.example/graphql"))
