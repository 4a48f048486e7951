"""Sends requests about one repository, and judges their answers.

Writes are sent once unless surely undone. PyGithub is imported by the first write that needs it.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from bot.absent_packages import stand_in
from bot.errors import DeletedError, GitHubError, MilepostError, NotThereError
from bot.github import errors
from bot.github.answer import Answer, AnswerLostError, NeverSentError, RedirectedError, shape_error
from bot.github.api_client import JSON, ApiClient, ApiRequest, bearer, check_decided
from bot.github.connection import Connection
from bot.github.rate_limit_headers import server_time
from bot.github.retry import Waiter, retry

if TYPE_CHECKING:
    from bot.github.pygithub_adapter import PyGithubAdapter

T = TypeVar("T")


class RepositoryClient:
    """Read and write one repository. Redirects are never followed: the token stays with its host.

    `client` is closed with this one.
    """

    def __init__(self, connection: Connection, client: ApiClient | None = None) -> None:
        self.connection = connection
        self._client = client or ApiClient(connection.api_url)
        self._waiter = Waiter(self._client.policy)
        self._identity = bearer(connection.token)
        self._adapter: PyGithubAdapter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the client may be used again."""
        self._client.close()

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = JSON,
        etag: str | None = None,
        follow: bool = False,
    ) -> Answer:
        """Return one answer, 200 or (with `etag`) 304; `path` is below the API root and quoted.

        `follow` goes after one redirect, below the API root only; else DeletedError for an issue
        that was transferred, and RepositoryMovedError.

        Tries again what may pass by itself, three times in all. Raises GitHubError for a clear no
        and UnavailableError when GitHub gives none, or asks for too much patience.
        """
        headers = {"Accept": accept} | ({"If-None-Match": etag} if etag else {})
        request = ApiRequest("GET", path, params, headers=headers)
        try:
            return retry(
                lambda _again: self.exchange(request),
                waiter=self._waiter,
                repeatable=True,
                reads=True,
            )
        except RedirectedError as redirected:
            onward = below(redirected.location, self.connection.api_url)
            if follow and onward is not None:
                return self.get(onward, accept=accept, etag=etag)
            raise self._moved(redirected) from None

    def send(
        self,
        verb: str,
        path: str,
        body: Mapping[str, Any],
        *,
        creates: bool = False,
        check: Callable[[], None] | None = None,
        repeatable: bool = True,
    ) -> Any:
        """Return the JSON for JSON that PyGithub has no good call for.

        `path` is below the repository. `check` is called right before each try, when all waiting is
        over; what it raises ends it.
        """
        url = self.connection.root + path
        request = ApiRequest(verb, url, body=dict(body), creates=creates, before=check)
        return self._write(request, repeatable=repeatable).data

    def call(self, action: "Callable[[PyGithubAdapter], T]", *, repeatable: bool = False) -> T:
        """Return what `action` returns, after three tries at most.

        Raises UncertainWriteError when an answer is lost, unless `action` may be done twice.
        """
        return self._retry_write(lambda _again: action(self._pygithub()), repeatable=repeatable)

    def delete(self, action: "Callable[[PyGithubAdapter], object]") -> None:
        """Send a removal. Raises NotThereError, unless an earlier try may have done it."""

        def once(again: bool) -> None:
            try:
                action(self._pygithub())
            except NotThereError:
                if not again:
                    raise

        self._retry_write(once, repeatable=True)

    def graphql(
        self, query: str, variables: Mapping[str, Any], *, repeatable: bool = False
    ) -> dict[str, Any]:
        """Return the `data` of a GraphQL mutation, for what REST cannot do.

        Raises GitHubError with GitHub's messages when the answer lists errors.
        """
        body = {"query": query, "variables": dict(variables)}
        request = ApiRequest("POST", self.connection.graphql, body=body)
        answer = self._write(request, repeatable=repeatable)
        found = [str(e.get("message", e)) for e in answer.errors if isinstance(e, dict)]
        if found or not isinstance(answer.data, dict):
            words = "; ".join(found) or "an answer of an unknown shape"
            raise GitHubError(f"GitHub refused: {words}.", where=self.connection.repository)
        return answer.data.get("data") or {}

    def exchange(self, request: ApiRequest) -> Answer:
        """Return a good answer (2xx or 304) to a request that is sent once.

        Raises NeverSentError, AnswerLostError, LimitReachedError, RedirectedError or the
        MilepostError that the answer means.
        """
        answer = self._exchange(request)
        check(answer, self.connection.repository, self._client.policy.clock())
        return answer

    def exchange_json(self, request: ApiRequest) -> Answer:
        """Return the same for a write, without a body or with JSON; else raise AnswerLostError."""
        answer = self.exchange(request)
        if answer.text and answer.data is None:
            raise AnswerLostError(f"status {answer.status} came without JSON")
        return answer

    def _write(self, request: ApiRequest, *, repeatable: bool) -> Answer:
        return self._retry_write(lambda _again: self.exchange_json(request), repeatable=repeatable)

    def _retry_write(self, send: Callable[[bool], T], *, repeatable: bool) -> T:
        try:
            return retry(send, waiter=self._waiter, repeatable=repeatable)
        except RedirectedError as redirected:
            raise self._moved(redirected) from None

    def _exchange(self, request: ApiRequest) -> Answer:
        return self._client.exchange(
            request._replace(headers={**self._identity, **request.headers})
        )

    def _moved(self, redirected: RedirectedError) -> MilepostError:
        repository, path = self.connection.repository, redirected.path
        if errors.is_issue_path(path):
            self.get(self.connection.root)  # says itself when it is the repository that moved
            what = f"What was at {path} is in another repository now."
            return DeletedError(what, where=repository)
        name = new_name(
            redirected.location,
            self.connection.api_url,
            lambda path: self._exchange(ApiRequest("GET", path)),
        )
        return errors.moved_error(repository, name)

    def _pygithub(self) -> "PyGithubAdapter":
        if self._adapter is None:
            stand_in("nacl", "encoding", "public")  # PyGithub's, to encrypt secrets
            from bot.github.pygithub_adapter import PyGithubAdapter

            self._adapter = PyGithubAdapter(self)
        return self._adapter


def check(answer: Answer, repository: str, now: datetime) -> None:
    """Return for a good answer (2xx, 304), raise for any other.

    `now` (aware) stands in for the Date header when there is none. Raises LimitReachedError,
    AnswerLostError, RedirectedError, or the MilepostError that `error_of` returns.
    """
    check_decided(answer, now)
    if answer.status >= 400:
        raise errors.error_of(answer, repository)
    if answer.status >= 300 and answer.status != 304:
        raise RedirectedError(answer.headers.get("location"), answer.path)


class Inspection(BaseModel):
    """Hold what one request tells about the repository and the token. Times are aware, UTC.

    `permissions` holds GitHub's words (`pull`, `push`, `triage`, `maintain`, `admin`), empty where
    the server does not tell; `scopes` is None unless the token is a classic one.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    repository: str
    private: bool
    archived: bool
    has_issues: bool
    permissions: frozenset[str]
    token_kind: str | None
    scopes: tuple[str, ...] | None
    rate_limit: int | None
    rate_remaining: int | None
    rate_reset: datetime | None
    server_time: datetime | None


def inspect(connection: Connection, *, client: RepositoryClient | None = None) -> Inspection:
    """Look at the repository and the token with one request.

    Source of the fields: "Get a repository", "Rate limits for the REST API", and for the scopes
    "Scopes for OAuth apps". Raises what `RepositoryClient.get` raises.
    """
    with client or RepositoryClient(connection) as client:
        answer = client.get(connection.root)
    found = answer.json()
    if not isinstance(found, dict):
        raise shape_error(connection.root, "no object")
    headers = answer.headers
    scopes = headers.get("x-oauth-scopes")
    rights = found.get("permissions")
    reset = _number(headers.get("x-ratelimit-reset"))
    return Inspection(
        repository=str(found.get("full_name", connection.repository)),
        private=bool(found.get("private")),
        archived=bool(found.get("archived")),
        has_issues=bool(found.get("has_issues", True)),
        permissions=frozenset(k for k, v in rights.items() if v)
        if isinstance(rights, dict)
        else frozenset(),
        token_kind=connection.token_kind,
        scopes=None if scopes is None else tuple(s.strip() for s in scopes.split(",") if s.strip()),
        rate_limit=_number(headers.get("x-ratelimit-limit")),
        rate_remaining=_number(headers.get("x-ratelimit-remaining")),
        rate_reset=None if reset is None else datetime.fromtimestamp(reset, UTC),
        server_time=server_time(headers),
    )


def below(location: str | None, api_url: str) -> str | None:
    """Return the path of an address below the API root; None for one elsewhere."""
    if not location or not location.startswith(api_url + "/"):
        return None
    return location.removeprefix(api_url)


def new_name(location: str | None, api_url: str, fetch: Callable[[str], Answer]) -> str | None:
    """Return the owner/name that a redirect leads to, or None when it cannot be found out.

    GitHub redirects to /repositories/ID, which `fetch` is asked for by its path below the API
    root. A redirect to another host is not looked at: it must not get the token.
    """
    path = below(location, api_url)
    if path is None:
        return None
    named = re.match(r"/repos/([^/?]+/[^/?]+)", path)
    if named:
        return named[1]
    numbered = re.match(r"/repositories/\d+", path)
    if not numbered:
        return None
    try:
        found = fetch(numbered[0]).json()
    except (NeverSentError, AnswerLostError, MilepostError):
        return None  # the move itself is the news; its target is a courtesy
    name = found.get("full_name") if isinstance(found, dict) else None
    return name if isinstance(name, str) else None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None
