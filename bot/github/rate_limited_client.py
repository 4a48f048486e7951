"""One run's way to GitHub: each request takes its place in the budget of its installation first.

It waits here, in its own thread. What GitHub says of its limits is passed on to the budget, so that
all others hear it.
"""

import time
from collections.abc import Callable, Mapping
from math import ceil
from typing import TYPE_CHECKING

from bot.errors import UnavailableError
from bot.github import problems
from bot.github.api_client import open_session
from bot.github.client import Http
from bot.github.exchange import Exchange
from bot.github.problems import Answer, LimitReachedError
from bot.github.rate_limit_state import Quota, Reservation
from bot.github.rate_limiter import RateLimiter
from bot.github.retry import Clock, OnWait, Sleep, say_nothing, utc_now
from bot.planning.file_changes import Write
from bot.planning.ports import Gateway, WriteResult, nothing

if TYPE_CHECKING:
    import httpx2

_UNREACHED = 60.0  # seconds to leave an installation alone when GitHub gave no answer


class LaterError(UnavailableError):
    """It would take `seconds` until there is a place: more than the run may wait."""

    def __init__(self, seconds: float, why: str) -> None:
        minutes = ceil(seconds / 60)
        super().__init__(
            f"This installation has to wait {minutes} minute{'s' if minutes > 1 else ''} ({why}).",
            hint="What is left is done then: nothing is lost.",
        )
        self.seconds = seconds


class RateLimitedClient:
    """A run's way through the budget.

    `max_wait` is the longest single wait in seconds; what would take longer raises LaterError.
    `people` says that somebody waits before a page. `http` is used by many and never closed here;
    without it each reader gets connections of its own.
    """

    def __init__(
        self,
        budget: RateLimiter,
        installation: int,
        *,
        people: bool = False,
        http: Http | None = None,
        clock: Clock = utc_now,
        sleep: Sleep = time.sleep,
        on_wait: OnWait = say_nothing,
        max_wait: float = 60.0,
    ) -> None:
        self.budget = budget
        self.installation = installation
        self._people = people
        self._http = http
        self._clock = clock
        self._sleep = sleep
        self._on_wait = on_wait
        self._max_wait = max_wait

    def wait_to_write(self, creations: int) -> None:
        """Take a place, and sleep until it comes."""
        self._take(
            self.budget.reserve(
                self.installation,
                creations=creations,
                at_most=self._max_wait,
                people=self._people,
            )
        )

    def wait_to_read(self) -> None:
        """The same for a request that changes nothing."""
        self._take(self.budget.ask(self.installation, at_most=self._max_wait, people=self._people))

    def refused(self, limit: LimitReachedError) -> None:
        """A write met a limit: tell all others. Fits as a gateway's `on_limit`."""
        self.budget.refused(self.installation, limit, wrote=True)

    def exchanged(self, done: Exchange) -> None:
        """A request is over: note what its answer says. Fits as a gateway's `on_exchange`."""
        self._note(done.headers)

    def http(self, api_url: str) -> Http:
        """Connections for a reader, which keep to the budget and note what GitHub says of it."""
        return _Line(self, self._http or open_session(api_url), own=self._http is None)

    def gateway(self, gateway: Gateway) -> Gateway:
        """The gateway, each write of which takes its place first.

        It should not pace itself (`Pacing(interval=0)`), have `refused` as its `on_limit`, and tell
        `exchanged` of its requests.
        """
        return _Paced(gateway, self)

    def answered(self, response: "httpx2.Response") -> None:
        """Note what an answer to a read says of the limits."""
        now = self._clock()
        self._note(response.headers)
        if response.status_code not in {403, 429}:
            return
        path = response.request.url.path
        answer = Answer(
            response.request.method, path, response.status_code, response.headers, response.text
        )
        limit = problems.limit_of(answer, now)
        if limit is not None:
            self.budget.refused(self.installation, limit, wrote=False)

    def _note(self, headers: Mapping[str, str]) -> None:
        left = _left(headers, problems.seconds_to_reset(headers, self._clock()))
        if left is not None:
            self.budget.heard(self.installation, left)

    def _take(self, place: Reservation) -> None:
        if not place.taken:
            raise LaterError(place.seconds, place.why)
        if place.seconds > 0:
            self._on_wait(place.seconds, place.why)
            self._sleep(place.seconds)


class _Line:
    """A client that waits for its lane before each request; closed only when it is `own`."""

    def __init__(self, lane: RateLimitedClient, client: Http, *, own: bool) -> None:
        self._lane = lane
        self._client = client
        self._own = own

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        follow_redirects: bool = False,
    ) -> "httpx2.Response":
        self._lane.wait_to_read()
        response = self._client.get(
            url, params=params, headers=headers, follow_redirects=follow_redirects
        )
        self._lane.answered(response)
        return response

    def close(self) -> None:
        if self._own:
            self._client.close()


class _Paced:
    """A gateway behind a lane: each write waits for its place."""

    def __init__(self, gateway: Gateway, lane: RateLimitedClient) -> None:
        self._gateway = gateway
        self._lane = lane

    def write(self, change: Write, *, check: Callable[[], None] = nothing) -> WriteResult:
        self._lane.wait_to_write(int(change.creates))
        try:
            return self._gateway.write(change, check=check)
        except UnavailableError as refused:
            self._lane.budget.close(self._lane.installation, _UNREACHED, refused.what)
            raise


def _left(headers: Mapping[str, str], reset_in: float | None) -> Quota | None:
    """What an answer tells of the hour's requests; nothing where there is no such limit."""
    told = headers.get("x-ratelimit-limit", ""), headers.get("x-ratelimit-remaining", "")
    # Searching and GraphQL have hours of their own.
    if headers.get("x-ratelimit-resource", "core") != "core" or reset_in is None:
        return None
    if not all(text.isdecimal() for text in told):
        return None
    return Quota(int(told[0]), int(told[1]), reset_in)
