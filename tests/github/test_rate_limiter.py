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

from bot.errors import AlreadyExistsError, UnavailableError
from bot.github.client import Connection
from bot.github.gateway import PyGithubGateway
from bot.github.rate_limited_client import RateLimitedClient
from bot.github.rate_limiter import InMemoryRateLimiter, RateLimiter
from bot.github.reader import HttpReader
from bot.github.retry import Pacing
from bot.planning.base_change import BaseChange
from bot.planning.ports import Gateway
from github_sandbox.world import World

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA, BOB = 1, 2
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def hands() -> Hands:
    return Hands()


def seconds(budget: RateLimiter, installation: int = ADA, *, creations: int = 1) -> float:
    """How far away the next place is, which is taken."""
    place = budget.reserve(installation, creations=creations, at_most=1e9)
    assert place.taken
    return place.seconds


class TestPlaces:
    def test_writes_come_one_after_the_other_whoever_sends_them(self, hands: Hands) -> None:
        budget = InMemoryRateLimiter(clock=hands)
        assert [seconds(budget) for _ in range(4)] == [0, 1, 2, 3]
        hands.wait(10)
        assert seconds(budget) == 0

    def test_each_installation_has_its_own(self, hands: Hands) -> None:
        budget = InMemoryRateLimiter(clock=hands)
        assert [seconds(budget, ADA), seconds(budget, BOB), seconds(budget, ADA)] == [0, 0, 1]

    def test_new_things_are_counted_by_the_minute_and_the_hour(self, hands: Hands) -> None:
        pacing = Pacing(interval=0.1, per_minute=3, per_hour=5)
        budget = InMemoryRateLimiter(pacing, clock=hands)
        assert [round(seconds(budget), 1) for _ in range(6)] == [0, 0.1, 0.2, 60, 60.1, 3600]
        assert seconds(budget, creations=0) == pytest.approx(3600.1), "after those that wait"

    def test_a_place_too_far_away_is_not_taken(self, hands: Hands) -> None:
        budget = InMemoryRateLimiter(Pacing(per_minute=1), clock=hands)
        assert seconds(budget) == 0
        far = budget.reserve(ADA, creations=1, at_most=30)
        assert (far.seconds, far.taken, far.why) == (
            60,
            False,
            "GitHub allows 1 new things a minute",
        )
        assert seconds(budget, creations=0) == 1

    def test_nobody_writes_while_it_is_closed(self, hands: Hands) -> None:
        budget = InMemoryRateLimiter(clock=hands)
        budget.close(ADA, 90, "GitHub's rate limit")
        budget.close(ADA, 30, "a shorter one")
        assert budget.closed(ADA) == (90, "GitHub's rate limit")
        assert budget.closed(BOB).seconds == 0
        assert [seconds(budget), seconds(budget), seconds(budget, BOB)] == [90, 91, 0]
        hands.wait(90)
        assert budget.closed(ADA).seconds == 0

    def test_an_interval_of_0_lifts_all_but_the_closing(self, hands: Hands) -> None:
        budget = InMemoryRateLimiter(Pacing(interval=0, per_minute=1), clock=hands)
        assert [seconds(budget) for _ in range(5)] == [0] * 5
        budget.close(ADA, 9, "x")
        assert seconds(budget) == 9

    def test_a_clock_that_was_set_back_holds_nobody_up(self, hands: Hands) -> None:
        budget = InMemoryRateLimiter(Pacing(per_minute=2), clock=hands)
        assert [seconds(budget), seconds(budget)] == [0, 1]
        budget.close(ADA, 5, "x")
        hands.wait(-3600)
        assert budget.closed(ADA).seconds == 5
        assert [seconds(budget, creations=0), seconds(budget)] == [5, 60]

    def test_installations_that_rest_are_forgotten(self, hands: Hands) -> None:
        budget = InMemoryRateLimiter(clock=hands)
        for number in range(1_000):
            seconds(budget, number)
        hands.wait(3_602)
        seconds(budget, 5)
        seconds(budget, 2_000)
        assert len(budget._books) == 2

    @given(
        st.lists(
            st.tuples(st.integers(0, 1), st.floats(0, 20), st.booleans()), min_size=1, max_size=60
        )
    )
    def test_github_s_numbers_hold_whatever_comes(
        self, writes: list[tuple[int, float, bool]]
    ) -> None:
        hands = Hands()
        budget = InMemoryRateLimiter(Pacing(per_minute=5, per_hour=12), clock=hands)
        sent: list[datetime] = []
        made: list[datetime] = []
        for creations, pause, closes in writes:
            hands.wait(pause)
            if closes:
                budget.close(ADA, pause, "a refusal")
            at = hands.now + timedelta(seconds=seconds(budget, creations=creations))
            assert at >= hands.now + timedelta(seconds=budget.closed(ADA).seconds)
            sent.append(at)
            made += [at] * creations
        rounding = timedelta(microseconds=10)
        assert all(b - a >= timedelta(seconds=1) - rounding for a, b in pairwise(sent))
        for span, most in ((MINUTE, 5), (HOUR, 12)):
            for at in made:
                assert sum(at <= other < at + span - rounding for other in made) <= most

    def test_threads_never_get_the_same_place(self, hands: Hands) -> None:
        budget, together = InMemoryRateLimiter(clock=hands), threading.Barrier(8)

        def take(_: int) -> list[float]:
            together.wait()
            return [seconds(budget) for _ in range(10)]

        with ThreadPoolExecutor(8) as pool:
            taken = sorted(place for places in pool.map(take, range(8)) for place in places)
        assert taken == list(range(80))


def test_github_counts_what_makes_something_new_apart() -> None:
    kinds = BaseChange.__subclasses__()
    made = {k.model_fields["op"].default for k in kinds if k.model_construct().creates}
    assert made == {
        *("create-label", "create-milestone", "create-issue", "create-comment"),
        *("add-sub-issue", "react", "commit-files", "put-file", "open-pull-request"),
    }


@pytest.fixture
def budget(timeline: Timeline) -> InMemoryRateLimiter:
    return InMemoryRateLimiter(clock=timeline.clock)


@pytest.fixture
def lane(budget: InMemoryRateLimiter, timeline: Timeline) -> RateLimitedClient:
    return RateLimitedClient(
        budget, ADA, clock=timeline.clock, sleep=timeline.sleep, on_wait=timeline.on_wait
    )


@pytest.fixture
def writing(
    connection: Connection, timeline: Timeline, lane: RateLimitedClient
) -> Iterator[Callable[..., Gateway]]:
    """Gateways behind the lane: one for each run."""
    made: list[PyGithubGateway] = []

    def make(**pacing: Any) -> Gateway:
        made.append(
            PyGithubGateway(
                connection,
                pacing=Pacing(interval=0, **pacing),
                clock=timeline.clock,
                sleep=timeline.sleep,
                on_limit=lane.refused,
                on_exchange=lane.exchanged,
            )
        )
        return lane.gateway(made[-1])

    yield make
    for gateway in made:
        gateway.close()


class TestLanes:
    def test_two_runs_write_in_turns(
        self, writing: Callable[..., Gateway], world: World, timeline: Timeline
    ) -> None:
        one, two = writing(), writing()
        for number in range(3):
            one.write(writes.create_label(f"a{number}", color="aabbcc", description=""))
            two.write(writes.create_label(f"b{number}", color="aabbcc", description=""))
        assert timeline.slept == [1] * 5
        made = [entry.at for entry in world.journal.entries]
        assert all(b - a >= timedelta(seconds=1) for a, b in pairwise(made))

    def test_answers_and_refusals_come_through(self, writing: Callable[..., Gateway]) -> None:
        gateway = writing()
        issue = gateway.write(writes.create_issue("One", body=""))
        assert gateway.write(writes.create_comment(issue.number, body="Well done")).id > 0
        gateway.write(writes.create_label("a", color="aabbcc", description=""))
        with pytest.raises(AlreadyExistsError):
            gateway.write(writes.create_label("a", color="aabbcc", description=""))

    def test_a_refused_write_stops_the_others_too(
        self,
        writing: Callable[..., Gateway],
        world: World,
        budget: InMemoryRateLimiter,
        timeline: Timeline,
    ) -> None:
        world.faults.add("secondary-403", method="POST", retry_after=40)
        heard: list[float] = []
        sleep = timeline.sleep

        def listen(seconds: float) -> None:
            heard.append(budget.closed(ADA).seconds)
            sleep(seconds)

        timeline.sleep = listen  # type: ignore[method-assign]
        writing().write(writes.create_label("a", color="aabbcc", description=""))
        assert heard == [40]
        assert budget.closed(ADA).seconds == 0

    def test_answers_to_writes_tell_what_is_left_of_the_hour(
        self,
        writing: Callable[..., Gateway],
        world: World,
        budget: InMemoryRateLimiter,
        timeline: Timeline,
    ) -> None:
        gateway = writing()
        gateway.write(writes.create_label("a", color="aabbcc", description=""))
        assert budget.standing().left == 0.9998
        window = world.limits.window("learner", "core", timeline.now)
        window.used = window.limit * 9 // 10
        gateway.write(writes.update_label("a", new_name="b", color="aabbcc", description=""))
        assert budget.standing().left == 0.0998
        # The rest is for people.
        assert budget.closed(ADA).seconds > 0
        assert budget.closed(ADA, people=True).seconds == 0

    def test_what_wants_too_long_ends_the_run_and_says_when_to_come_back(
        self,
        writing: Callable[..., Gateway],
        world: World,
        budget: InMemoryRateLimiter,
        lane: RateLimitedClient,
    ) -> None:
        world.faults.add("secondary-403", method="POST", retry_after=900)
        with pytest.raises(UnavailableError):
            writing(max_wait=60).write(writes.create_label("a", color="aabbcc", description=""))
        assert budget.closed(ADA) == (900, "GitHub's secondary rate limit")
        with pytest.raises(UnavailableError, match=r"15 minutes \(GitHub's secondary"):
            lane.wait_to_write(1)
        with pytest.raises(UnavailableError, match="15 minutes"):
            lane.wait_to_read()

    def test_a_refused_read_stops_the_others_too(
        self,
        connection: Connection,
        world: World,
        budget: InMemoryRateLimiter,
        lane: RateLimitedClient,
        timeline: Timeline,
    ) -> None:
        world.faults.add("secondary-429", path="*/labels", retry_after=30)
        told: list[float] = []
        client = lane.http(connection.api_url)
        with HttpReader(
            connection,
            http=client,
            clock=timeline.clock,
            sleep=timeline.sleep,
            on_wait=lambda _seconds, _why: told.append(budget.closed(ADA).seconds),
        ) as reader:
            reader.snapshot()
        assert told == [30]
        assert timeline.slept == [30]

    def test_reads_wait_while_it_is_closed(
        self,
        connection: Connection,
        budget: InMemoryRateLimiter,
        lane: RateLimitedClient,
        timeline: Timeline,
    ) -> None:
        budget.close(ADA, 20, "GitHub's rate limit")
        with HttpReader(connection, http=lane.http(connection.api_url)) as reader:
            assert reader.file("README.md")
        assert timeline.told == [(20, "GitHub's rate limit")]

    def test_a_plain_refusal_closes_nothing(
        self,
        connection: Connection,
        world: World,
        budget: InMemoryRateLimiter,
        lane: RateLimitedClient,
    ) -> None:
        world.add_user("stranger")
        with HttpReader(connection, http=lane.http(connection.api_url)) as reader:
            assert reader.may_write("stranger") is False
            assert reader.file("nothing.md") is None
        assert budget.closed(ADA).seconds == 0
