"""One run's way to GitHub: each request first waits for its reservation with a rate limiter.

It waits here, in its own thread. What GitHub says of its limits is passed on to the limiter, so
that all others know it.
"""

from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING

from bot.errors import UnavailableError
from bot.github import problems
from bot.github.api_client import PUBLIC_API, ApiClient, ApiRequest
from bot.github.problems import Answer
from bot.github.rate_limit_state import Quota, WriteRates
from bot.github.rate_limiter import InMemoryRateLimiter, RateLimiter
from bot.github.retry import RetryPause, WaitPolicy

if TYPE_CHECKING:
    import httpx2

OWN = 0  # stands for the installation where a token is nobody else's


class LaterError(UnavailableError):
    """It would take `seconds` until there is a place: more than the run may wait."""

    def __init__(self, seconds: float, why: str) -> None:
        minutes = ceil(seconds / 60)
        super().__init__(
            f"This installation has to wait {minutes} minute{'s' if minutes > 1 else ''} ({why}).",
            hint="What is left is done then: nothing is lost.",
        )
        self.seconds = seconds


class RateLimitedClient(ApiClient):
    """Sends the requests of one run within the limits of an installation.

    `policy.max_wait` is the longest single wait in seconds for a reservation; what would take
    longer raises LaterError, and UnavailableError where the token is nobody else's. `people` says
    that somebody waits before a page. `http` is used by many and never closed here.
    """

    def __init__(
        self,
        limiter: RateLimiter,
        installation: int = OWN,
        *,
        api_url: str = PUBLIC_API,
        http: "httpx2.Client | None" = None,
        people: bool = False,
        policy: WaitPolicy | None = None,
    ) -> None:
        super().__init__(api_url, http=http, shared=http is not None, policy=policy)
        self.limiter = limiter
        self.installation = installation
        self._people = people

    def exchange(self, request: ApiRequest) -> Answer:
        """Return the answer, as `ApiClient.exchange`, when the limiter's time has come."""
        writes = request.method != "GET"
        reserved = self.limiter.reserve(
            self.installation,
            ("create" if request.creates else "write") if writes else "read",
            at_most=self.policy.max_wait,
            people=self._people,
        )
        pause = RetryPause(reserved.seconds, reserved.why)
        if not reserved.granted:
            own = self.installation == OWN
            raise self.policy.too_long(pause) if own else LaterError(*pause)
        self.policy.rest(pause)
        answer = super().exchange(request)
        now = self.policy.clock()
        quota = _quota(answer.headers, problems.seconds_to_reset(answer.headers, now))
        if quota is not None:
            self.limiter.observe(self.installation, quota)
        limit = problems.limit_of(answer, now)
        if limit is not None:
            self.limiter.rejected(self.installation, limit, wrote=writes)
        return answer


def local_client(
    api_url: str = PUBLIC_API,
    *,
    rates: WriteRates | None = None,
    http: "httpx2.Client | None" = None,
    policy: WaitPolicy | None = None,
) -> RateLimitedClient:
    """Return a client whose limiter nobody else uses: for a token that is nobody else's."""
    rates, policy = rates or WriteRates(), policy or WaitPolicy()
    # One write after the other may take its time, however little patience there is with limits.
    patient = policy._replace(max_wait=max(policy.max_wait, rates.interval))
    limiter = InMemoryRateLimiter(rates, clock=policy.clock)
    return RateLimitedClient(limiter, api_url=api_url, http=http, people=True, policy=patient)


def _quota(headers: Mapping[str, str], reset_in: float | None) -> Quota | None:
    """Return what an answer tells of the hour's requests; None where there is no such limit."""
    numbers = headers.get("x-ratelimit-limit", ""), headers.get("x-ratelimit-remaining", "")
    # Searching and GraphQL have hours of their own.
    if headers.get("x-ratelimit-resource", "core") != "core" or reset_in is None:
        return None
    if not all(text.isdecimal() for text in numbers):
        return None
    return Quota(int(numbers[0]), int(numbers[1]), reset_in)
