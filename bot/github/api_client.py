"""The HTTP edge of an App: requests that belong to no repository, one at a time over httpx2.

One `ApiClient` serves all threads of a process. httpx2 is imported by the first request.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr

from bot.errors import ConfigError
from bot.github import problems
from bot.github.client import (
    ANSWER_TIMEOUT,
    API_VERSION,
    CONNECT_TIMEOUT,
    JSON,
    PUBLIC_API,
    USER_AGENT,
)
from bot.github.problems import Answer, AnswerLostError, NeverSentError
from bot.github.retry import Clock, OnWait, Sleep, Waiter, retry, say_nothing, utc_now

if TYPE_CHECKING:
    import httpx2

MANIFESTS = "/app-manifests/"
PER_PAGE = "100"  # the most that GitHub gives
MAX_PAGES = 100_000
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next\b')


class ApiClient:
    """Requests below the API root. Redirects are never followed: a secret stays with its host.

    Waits that GitHub asks for are obeyed up to `max_wait` seconds a request.
    """

    def __init__(
        self,
        api_url: str = PUBLIC_API,
        *,
        http: "httpx2.Client | None" = None,
        clock: Clock = utc_now,
        sleep: Sleep = time.sleep,
        on_wait: OnWait = say_nothing,
        max_wait: float = 60.0,
    ) -> None:
        self.api_url = api_url.rstrip("/")
        self.clock = clock
        self._sleep = sleep
        self._on_wait = on_wait
        self._max_wait = max_wait
        self._http = http
        self._opening = threading.Lock()

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        with self._opening:
            if self._http is not None:
                self._http.close()
                self._http = None

    def send(
        self,
        method: str,
        path: str,
        *,
        bearer: SecretStr | None = None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        accept: str = JSON,
        repeatable: bool = True,
        moves: bool = False,
    ) -> Answer:
        """The answer, whether a yes or a no (2xx or 4xx); what may pass by itself is tried thrice.

        With `moves` a redirect (3xx) is an answer too, else it is none of GitHub's. Raises
        UnavailableError when GitHub gives no answer, or asks for too much patience, and
        UncertainWriteError when the answer to what is not `repeatable` was lost.
        """

        def once(_again: bool) -> Answer:
            answer = self._exchange(method, path, bearer, query, body, accept)
            limit = problems.limit_of(answer, self.clock())
            if limit is not None:
                raise limit
            if answer.status >= 500:
                raise AnswerLostError(f"the server answered {answer.status}")
            if 300 <= answer.status < 400 and not moves:
                raise problems.misshapen(self.api_url, "a redirect")
            return answer

        waiter = Waiter(
            clock=self.clock, sleep=self._sleep, on_wait=self._on_wait, max_wait=self._max_wait
        )
        return retry(once, waiter=waiter, repeatable=repeatable, reads=repeatable)

    def _exchange(
        self,
        method: str,
        path: str,
        bearer: SecretStr | None,
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        accept: str,
    ) -> Answer:
        import httpx2

        headers = {"Accept": accept, "User-Agent": USER_AGENT, "X-GitHub-Api-Version": API_VERSION}
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer.get_secret_value()}"
        sent = None if body is None else dict(body)
        try:
            response = self.http().request(
                method,
                self.api_url + path,
                params=dict(query) if query else None,
                headers=headers,
                json=sent,
                follow_redirects=False,
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as broken:
            raise NeverSentError(f"no connection to {self.api_url}: {broken}") from None
        except httpx2.RequestError as broken:
            raise AnswerLostError(f"no answer ({type(broken).__name__})") from None
        return Answer(method, path, response.status_code, response.headers, response.text)

    def http(self) -> "httpx2.Client":
        """The connections, for any number of threads; `close` closes them."""
        with self._opening:
            if self._http is None:
                self._http = open_session(self.api_url)
            return self._http


def open_session(api_url: str) -> "httpx2.Client":
    """Connections to one GitHub, for any number of threads. Raises ConfigError."""
    import httpx2

    logging.getLogger("httpx2").addFilter(_holds_no_code)
    timeout = httpx2.Timeout(ANSWER_TIMEOUT, connect=CONNECT_TIMEOUT)
    try:
        # Without TLS there is nothing to verify, and loading the certificates takes 40 ms.
        return httpx2.Client(timeout=timeout, verify=api_url.startswith("https:"))
    except (ValueError, ImportError, OSError) as wrong:
        raise ConfigError(
            f"Connections to {api_url} cannot be set up: {wrong}.",
            hint="The environment says how: check HTTPS_PROXY, ALL_PROXY and SSL_CERT_FILE.",
        ) from None


def pages(ask: Callable[[Mapping[str, str]], Answer], path: str) -> Iterator[Answer]:
    """All pages of a list. Only the query of the link to the next one is taken over."""
    query: Mapping[str, str] = {"per_page": PER_PAGE}
    for _ in range(MAX_PAGES):
        answer = ask(query)
        yield answer
        found = _NEXT.search(answer.headers.get("link", ""))
        following = dict(parse_qsl(urlsplit(found[1]).query)) if found else query
        if found is None:
            return
        if following == query:
            break
        query = following
    raise problems.misshapen(path, "its pages never end")


def _holds_no_code(record: logging.LogRecord) -> bool:
    """httpx2 logs the address of each request, and the code of a manifest stands in its path.

    Until it is traded in, whoever has the code can fetch the App's private key.
    """
    return MANIFESTS not in record.getMessage()
