"""Sends requests to one GitHub: connections, retries, rate limits."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from math import ceil
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import SecretStr

from bot.errors import UnavailableError
from bot.github.answer import Answer, AnswerLostError, NeverSentError, shape_error
from bot.github.http_session import Connect, HttpRequest, HttpSession, Urllib3Session
from bot.github.rate_limit_headers import limit_of, quota_of
from bot.github.rate_limit_state import WriteRates
from bot.github.rate_limiter import InMemoryRateLimiter, RateLimiter
from bot.github.retry import RetryPause, Waiter, WaitPolicy, retry

PUBLIC_API = "https://api.github.com"
# Supported until March 2028 at least; the newer 2026-03-10 is unknown to GitHub Enterprise Server.
API_VERSION = "2022-11-28"
USER_AGENT = "milepost"
JSON = "application/vnd.github+json"
RAW = "application/vnd.github.raw+json"
PER_PAGE = "100"  # the most that GitHub gives
MAX_PAGES = 100_000  # of an App's lists, which are read page by page
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next\b')
_NOTHING: Mapping[str, str] = MappingProxyType({})
OWN = 0  # stands for the installation where a token is nobody else's


class ApiRequest(NamedTuple):
    """Describe a request. `path` is quoted and below the API root, or an address on its host.

    `creates` says that it makes something new, which GitHub limits more than other writes. `before`
    is called when all waiting is over, right before it is sent; what it raises ends it. `timeout`,
    in seconds, is for where the usual one is too long.
    """

    method: str
    path: str
    query: Mapping[str, str] | None = None
    body: Any = None
    headers: Mapping[str, str] = _NOTHING
    creates: bool = False
    before: Callable[[], None] | None = None
    timeout: float | None = None


class LaterError(UnavailableError):
    """Report that a place is `seconds` away: more than the run may wait."""

    def __init__(self, seconds: float, why: str) -> None:
        minutes = ceil(seconds / 60)
        super().__init__(
            f"This installation has to wait {minutes} minute{'s' if minutes > 1 else ''} ({why}).",
            hint="What is left is done then: nothing is lost.",
        )
        self.seconds = seconds


class ApiClient:
    """Send requests to one GitHub, for any number of threads.

    Redirects are never followed: a secret stays with its host. Waits that GitHub asks for are
    obeyed up to `policy.max_wait` seconds. `http` is not closed here; without it `connect` opens
    connections to an address, by default urllib3.
    """

    def __init__(
        self,
        api_url: str = PUBLIC_API,
        *,
        http: HttpSession | None = None,
        connect: Connect | None = None,
        policy: WaitPolicy | None = None,
    ) -> None:
        self.api_url = api_url.rstrip("/")
        self.policy = policy or WaitPolicy()
        self._session = http
        self._shared = http is not None
        self._connect = connect
        self._opening = threading.Lock()

    def session(self) -> HttpSession:
        """Return the connections, opened when there are none; `close` closes them."""
        with self._opening:
            if self._session is None:
                self._session = (self._connect or Urllib3Session)(self.api_url)
            return self._session

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        with self._opening:
            if self._session is not None and not self._shared:
                self._session.close()
                self._session = None

    def exchange(self, request: ApiRequest) -> Answer:
        """Return the answer to a request that is sent once, whatever it says.

        Raises NeverSentError and AnswerLostError.
        """
        headers = {
            "Accept": JSON,
            "User-Agent": USER_AGENT,
            "X-GitHub-Api-Version": API_VERSION,
            **({"Content-Type": "application/json"} if request.body is not None else {}),
            **request.headers,
        }
        query = f"?{urlencode(request.query)}" if request.query else ""
        address = self._address(request.path) + query
        body = None if request.body is None else _as_json(request.body)
        session = self.session()
        if request.before is not None:
            request.before()
        try:
            found = session.send(
                HttpRequest(request.method, address, headers, body, request.timeout)
            )
        except NeverSentError as broken:
            raise NeverSentError(f"no connection to {self.api_url}: {broken}") from None
        path = urlsplit(request.path).path if "://" in request.path else request.path
        return Answer(request.method, path, found.status, found.headers, found.text)

    def send(self, request: ApiRequest, *, repeatable: bool = True, moves: bool = False) -> Answer:
        """Return the answer, whether a yes or a no (2xx or 4xx), after three tries at most.

        With `moves` a redirect (3xx) is an answer too, else it is none of GitHub's. Raises
        UnavailableError when GitHub gives no answer, or asks for too much patience, and
        UncertainWriteError when the answer to what is not `repeatable` was lost.
        """

        def once(_again: bool) -> Answer:
            answer = self.exchange(request)
            check_decided(answer, self.policy.clock())
            if 300 <= answer.status < 400 and not moves:
                raise shape_error(self.api_url, "a redirect")
            return answer

        return retry(once, waiter=Waiter(self.policy), repeatable=repeatable, reads=repeatable)

    def _address(self, path: str) -> str:
        if "://" not in path:
            return self.api_url + path
        if urlsplit(path)[:2] != urlsplit(self.api_url)[:2]:
            raise shape_error(self.api_url, "an address on another host")
        return path


class RateLimitedClient(ApiClient):
    """Send the requests of one run within the limits of an installation.

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
        http: HttpSession | None = None,
        people: bool = False,
        policy: WaitPolicy | None = None,
    ) -> None:
        super().__init__(api_url, http=http, policy=policy)
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
        quota = quota_of(answer.headers, now)
        if quota is not None:
            self.limiter.observe(self.installation, quota)
        limit = limit_of(answer, now)
        if limit is not None:
            self.limiter.rejected(self.installation, limit, wrote=writes)
        return answer


def _as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def local_client(
    api_url: str = PUBLIC_API,
    *,
    rates: WriteRates | None = None,
    http: HttpSession | None = None,
    policy: WaitPolicy | None = None,
) -> RateLimitedClient:
    """Return a client whose limiter nobody else uses: for a token that is nobody else's."""
    rates, policy = rates or WriteRates(), policy or WaitPolicy()
    # One write after the other may take its time, however little patience there is with limits.
    patient = policy._replace(max_wait=max(policy.max_wait, rates.interval))
    limiter = InMemoryRateLimiter(rates, clock=policy.clock)
    return RateLimitedClient(limiter, api_url=api_url, http=http, people=True, policy=patient)


def check_decided(answer: Answer, now: datetime) -> None:
    """Return when GitHub decided on the request, raise LimitReachedError or AnswerLostError else.

    `now` (aware) stands in for the Date header when there is none.
    """
    limit = limit_of(answer, now)
    if limit is not None:
        raise limit
    if answer.status >= 500:
        raise AnswerLostError(f"the server answered {answer.status}")


def bearer(token: SecretStr | None) -> dict[str, str]:
    """Return the header that says as whom to ask."""
    return {} if token is None else {"Authorization": f"Bearer {token.get_secret_value()}"}


def pages(
    fetch: Callable[[Mapping[str, str]], Answer],
    path: str,
    query: Mapping[str, str] = _NOTHING,
    *,
    most: int = MAX_PAGES,
) -> Iterator[Answer]:
    """Yield all pages of a list. Only the query of the link to the next one is taken over: the link
    may name a repository by its id, and whatever host it names, the token goes nowhere else."""
    query = {**query, "per_page": PER_PAGE}
    seen: set[frozenset[tuple[str, str]]] = set()
    while (page := frozenset(query.items())) not in seen and len(seen) < most:
        seen.add(page)
        answer = fetch(query)
        yield answer
        following = next_page(answer)
        if following is None:
            return
        query = following
        del answer  # a page may have many megabytes: not two of them at once
    raise shape_error(path, "its pages never end")


def next_page(answer: Answer) -> Mapping[str, str] | None:
    """Return the query of the next page of a list; None after the last one."""
    found = _NEXT.search(answer.headers.get("link", ""))
    return dict(parse_qsl(urlsplit(found[1]).query)) if found else None
