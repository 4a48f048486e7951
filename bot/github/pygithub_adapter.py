"""PyGithub, tamed: one call is one HTTP request, and every answer is judged before it counts.

By itself PyGithub posts again after a 502 (so making a second issue), follows a 301, takes a 307 or
a proxy's web page for success, and logs to the screen. Importing it takes 0.2 s, so the gateway
imports this module with its first write.
"""

import logging
import ssl
import time
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from github import Auth
from github.Issue import Issue
from github.Label import Label
from github.Milestone import Milestone
from github.Repository import Repository
from github.Requester import (
    HTTPRequestsConnectionClass,
    HTTPSRequestsConnectionClass,
    Requester,
    RequestsResponse,
)
from urllib3.exceptions import MaxRetryError, NewConnectionError

from bot.github import problems
from bot.github.client import ANSWER_TIMEOUT, API_VERSION, USER_AGENT, Connection, new_name
from bot.github.exchange import Exchange, OnExchange, unwatched
from bot.github.problems import Answer, AnswerLostError, NeverSentError, RedirectedError
from bot.github.retry import Clock

# PyGithub's import hangs a handler on its logger; what is worth telling, the caller tells.
_log = logging.getLogger("github")
_log.handlers.clear()


class _UnfollowedError(Exception):
    """Carries a redirect past PyGithub, which would follow it."""

    def __init__(self, response: RequestsResponse) -> None:
        super().__init__(response.status)
        self.response = response


def _unfollowed(response: RequestsResponse) -> RequestsResponse:
    if 300 <= response.status < 400:
        raise _UnfollowedError(response)
    return response


class _Plain(HTTPRequestsConnectionClass):
    def getresponse(self) -> RequestsResponse:
        return _unfollowed(super().getresponse())


class _Secure(HTTPSRequestsConnectionClass):
    def getresponse(self) -> RequestsResponse:
        return _unfollowed(super().getresponse())


class PyGithubAdapter(Requester):
    """PyGithub's requester, sending each request once and handing on good answers only.

    All that PyGithub's objects do here goes through `requestJson`. It raises LimitReachedError,
    NeverSentError, AnswerLostError, RedirectedError or the MilepostError that the answer means.
    `on_exchange` hears of every request when it is over.
    """

    def __init__(
        self, connection: Connection, clock: Clock, on_exchange: OnExchange = unwatched
    ) -> None:
        token = connection.token
        super().__init__(
            auth=Auth.Token(token.get_secret_value()) if token is not None else None,
            base_url=connection.api_url,
            timeout=ANSWER_TIMEOUT,
            user_agent=USER_AGENT,
            per_page=100,
            verify=True,
            retry=None,
            pool_size=None,
            lazy=True,
        )
        self._connection = connection
        self._clock = clock
        self._on_exchange = on_exchange
        address = urlsplit(connection.api_url)
        host = f"[{address.hostname}]" if ":" in (address.hostname or "") else address.hostname
        kind = _Secure if address.scheme == "https" else _Plain
        self._line = kind(str(host), address.port, timeout=ANSWER_TIMEOUT)

    def close(self) -> None:
        """Close the connections."""
        self._line.close()
        super().close()

    def requestJson(  # noqa: N802 - PyGithub's name
        self,
        verb: str,
        url: str,
        parameters: dict[str, Any] | None = None,
        headers: dict[str, Any] | None = None,
        input: Any | None = None,  # noqa: A002 - PyGithub's name
        cnx: Any = None,  # noqa: ARG002 - part of the signature; there is one connection
        follow_302_redirect: bool = False,  # noqa: ARG002 - none is followed
    ) -> tuple[int, dict[str, Any], str]:
        """One request, one good answer: status, headers (names in lower case) and JSON text."""
        answer = self._exchange(verb, url, parameters, headers, input)
        problems.check(answer, self._connection.repository, self._clock())
        if answer.text and problems.decoded(answer) is None:
            raise AnswerLostError(f"status {answer.status} came without JSON")
        return answer.status, dict(answer.headers), answer.text

    def new_name(self, redirected: RedirectedError) -> str | None:
        """The owner/name that a redirect leads to, where that can be found out."""
        return new_name(
            redirected.location, self._connection.api_url, lambda path: self._exchange("GET", path)
        )

    def repository(self) -> Repository:
        """The repository as an object that asks nothing by itself; so are the others below."""
        return Repository(self, {}, {"url": self._connection.root}, completed=True)

    def label(self, name: str) -> Label:
        """The label of that name."""
        url = f"{self._connection.root}/labels/{quote(name, safe='')}"
        return Label(self, {}, {"name": name, "url": url}, completed=True)

    def milestone(self, number: int) -> Milestone:
        """The milestone of that number."""
        url = f"{self._connection.root}/milestones/{number}"
        return Milestone(self, {}, {"number": number, "url": url}, completed=True)

    def issue(self, number: int) -> Issue:
        """The issue of that number."""
        url = f"{self._connection.root}/issues/{number}"
        return Issue(self, {}, {"number": number, "url": url}, completed=True)

    def _exchange(
        self,
        verb: str,
        url: str,
        parameters: dict[str, Any] | None = None,
        headers: dict[str, Any] | None = None,
        body: Any = None,
    ) -> Answer:
        path = url if url.startswith("/") else urlsplit(url).path
        sent = {"X-GitHub-Api-Version": API_VERSION, **(headers or {})}
        began = time.perf_counter()
        try:
            status, found, text = super().requestJson(verb, url, parameters, sent, body, self._line)
        except _UnfollowedError as redirect:
            response = redirect.response
            status, text = response.status, response.read()
            found = {name.lower(): value for name, value in response.getheaders()}
        except requests.RequestException as broken:
            why, seconds = self._broken(broken), time.perf_counter() - began
            self._on_exchange(Exchange(verb, None, {}, seconds, type(_root(broken)).__name__))
            raise why from None
        self._on_exchange(Exchange(verb, status, found, time.perf_counter() - began))
        return Answer(verb, path, status, found, text)

    def _broken(self, broken: requests.RequestException) -> Exception:
        root = _root(broken)
        if _never_sent(broken):
            return NeverSentError(f"no connection to {self._connection.api_url}: {root}")
        return AnswerLostError(f"no answer ({type(root).__name__})")


def _never_sent(broken: requests.RequestException) -> bool:
    """Whether the failure was on the way to a connection: only then nothing can have happened."""
    if isinstance(broken, ValueError | requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    root = _root(broken)
    if isinstance(root, ssl.SSLCertVerificationError):
        return True
    cause = broken.args[0] if broken.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _root(broken: BaseException) -> BaseException:
    while broken.__context__ is not None:
        broken = broken.__context__
    return broken
