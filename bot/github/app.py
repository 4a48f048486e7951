"""Acts as a GitHub App: lists installations and their repositories, gets a token for one of them.

Endpoints and fields after "REST API endpoints for GitHub Apps" and "... for GitHub App
installations". Times are aware UTC.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from cachetools import LRUCache
from pydantic import AliasChoices, AliasPath, AwareDatetime, Field, SecretStr

from bot.clock import Clock
from bot.errors import (
    AuthenticationError,
    NotThereError,
    PermissionDeniedError,
    RepositoryMissingError,
)
from bot.github.answer import Answer
from bot.github.api_client import PUBLIC_API, ApiClient, ApiRequest, bearer, pages
from bot.github.app_key import AppKey
from bot.github.connection import Connection
from bot.github.errors import app_error, error_of, installation_error
from bot.github.http_session import Connect, HttpSession
from bot.github.rate_limit_headers import server_time
from bot.github.response_parser import ApiModel, items, read
from bot.github.retry import WaitPolicy
from bot.github.rights import LEAST, LISTING, Rights

T = TypeVar("T")
_CLOCK_WORDS = ("'iat'", "'exp'", "issued at", "expiration time")
# To a token that lost its repository, or its installation, things are forbidden or not there.
_PERHAPS_THE_TOKEN = (
    AuthenticationError,
    PermissionDeniedError,
    RepositoryMissingError,
    NotThereError,
)
PATIENCE = 60.0  # seconds a request that GitHub's limits may take
_TOLERATED = timedelta(seconds=5)  # a clock that is off by less was not the reason
TOKEN_SPARE = timedelta(minutes=5)  # a token handed out has at least so long to go
MAX_TOKENS = 4_096


class AppInfo(ApiModel):
    """Describe the App as GitHub knows it."""

    id: int
    slug: str = ""
    name: str
    html_url: str
    permissions: dict[str, str]
    events: tuple[str, ...]


class Installation(ApiModel):
    """Describe an App on an account: `kind` is User, Organization or Enterprise, `selection` is
    `all` or `selected`, by which repositories of it the App reaches."""

    id: int
    account: str = Field(
        validation_alias=AliasChoices(
            AliasPath("account", "login"), AliasPath("account", "slug"), "account"
        )
    )
    kind: str = Field(validation_alias=AliasChoices("target_type", "kind"))
    selection: str = Field(validation_alias=AliasChoices("repository_selection", "selection"))
    permissions: dict[str, str]
    suspended_at: AwareDatetime | None = None


class InstalledRepository(ApiModel):
    """Name a repository and the installation that reaches it. The id outlives a new name."""

    installation: int
    id: int
    full_name: str
    private: bool = False
    archived: bool = False


class Want(NamedTuple):
    """Name what a token is for: an installation, a repository of it by id or all, and rights."""

    installation: int
    repository: int | None
    rights: Rights


class InstallationToken(ApiModel):
    """Hold a token and the end of its life (aware). It shows in no repr.

    It is never looked into: GitHub may change its form and length. It lasts an hour ("Generating an
    installation access token for a GitHub App").
    """

    token: SecretStr
    expires_at: datetime


class TokenCache:
    """Store the tokens of one App until shortly before they expire.

    `create_token` gets a new one. Threads that want the same token wait for one request, and get
    the same error. The least used are dropped beyond `most`.
    """

    def __init__(
        self,
        create_token: Callable[[Want], InstallationToken],
        clock: Clock,
        *,
        most: int = MAX_TOKENS,
    ) -> None:
        self._create_token = create_token
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: LRUCache[Want, InstallationToken] = LRUCache(most)
        self._pending: dict[Want, Future[InstallationToken]] = {}

    def get(self, want: Want) -> SecretStr:
        """Return a token with some minutes to go. Raises what `create_token` raises."""
        with self._lock:
            cached = self._tokens.get(want)
            if cached is not None and self._clock() < cached.expires_at - TOKEN_SPARE:
                return cached.token
            coming = self._pending.get(want)
            first = coming is None
            if coming is None:
                coming = self._pending[want] = Future()
        if first:
            self._fetch(want, coming)
        return coming.result().token

    def forget(self, token: SecretStr) -> None:
        """Hand this one out no more: it was refused."""
        with self._lock:
            for want in [want for want, cached in self._tokens.items() if cached.token == token]:
                del self._tokens[want]

    def forget_installation(self, installation: int) -> None:
        """Hand out no more tokens of an installation: it is suspended, gone or changed."""
        with self._lock:
            for want in [want for want in self._tokens if want.installation == installation]:
                del self._tokens[want]

    def _fetch(self, want: Want, coming: "Future[InstallationToken]") -> None:
        try:
            token = self._create_token(want)
        except BaseException as error:  # noqa: BLE001 - told to all who wait, `result` raises it
            with self._lock:
                del self._pending[want]
            coming.set_exception(error)
            return
        with self._lock:
            del self._pending[want]
            self._tokens[want] = token
        coming.set_result(token)


class AppAuth:
    """Act as one App on one GitHub, for all threads of a process.

    `issuer` is the client id (or the App's number). The clock is told the time of GitHub's server
    when a signature is refused for its times. Waits that GitHub asks for are obeyed up to
    `policy.max_wait` seconds a request. Every method may raise UnavailableError, AppRefusedError,
    ConfigError for a key that is none, and UnreadableAnswerError.
    """

    def __init__(
        self,
        issuer: str,
        private_key: SecretStr,
        *,
        api_url: str = PUBLIC_API,
        graphql_url: str | None = None,
        connect: Connect | None = None,
        policy: WaitPolicy | None = None,
    ) -> None:
        self._key = AppKey(issuer, private_key)
        policy = policy or WaitPolicy(max_wait=PATIENCE)
        self._calls = ApiClient(api_url, connect=connect, policy=policy)
        self._graphql_url = graphql_url
        self._clock = policy.clock
        self._ahead = timedelta()  # of GitHub's clock over ours
        self._tokens = TokenCache(self._new_token, self.now)

    def __repr__(self) -> str:
        return f"AppAuth({self.issuer!r}, api_url={self.api_url!r})"

    @property
    def api_url(self) -> str:
        """Return the API root of its GitHub."""
        return self._calls.api_url

    @property
    def issuer(self) -> str:
        """Return as whom it signs."""
        return self._key.issuer

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        self._calls.close()

    def session(self) -> HttpSession:
        """Return connections to this GitHub, for any number of threads; `close` closes them."""
        return self._calls.session()

    def now(self) -> datetime:
        """Return the time, by GitHub's clock as far as it is known."""
        return self._clock() + self._ahead

    def check_key(self) -> None:
        """Raise ConfigError when the private key cannot sign. Asks nobody."""
        self._key.check()

    def info(self) -> AppInfo:
        """Request the App with its own signature: the proof that id and key fit together."""
        return read(AppInfo, self.as_app("/app").json(), "/app")

    def installations(self) -> Iterator[Installation]:
        """Yield all installations, suspended ones too, page by page."""
        path = "/app/installations"
        for answer in pages(lambda query: self.as_app(path, query), path):
            yield from (read(Installation, item, path) for item in items(answer.json(), path))

    def installation(self, number: int) -> Installation:
        """Return one installation of this App. Raises InstallationGoneError for anything else."""
        path = f"/app/installations/{number}"
        answer = self.signed("GET", path)
        if answer.status >= 400:
            raise installation_error(answer, self.issuer, number)
        return read(Installation, answer.json(), path)

    def repositories(self, installation: int) -> Iterator[InstalledRepository]:
        """Yield the repositories that an installation reaches, page by page.

        Raises InstallationSuspendedError or InstallationGoneError.
        """
        path = "/installation/repositories"
        for answer in pages(lambda query: self._as_installation(installation, path, query), path):
            found = answer.json()
            listed = found.get("repositories") if isinstance(found, dict) else None
            for item in items(listed, path):
                yield read(InstalledRepository, {**item, "installation": installation}, path)

    def token(self, installation: int, repository: int | None, rights: Rights = LEAST) -> SecretStr:
        """Return a token for one repository by its id (None for all), with some minutes to go.

        Raises InstallationSuspendedError, InstallationGoneError, NotGrantedError or
        NotInstalledError.
        """
        return self._tokens.get(Want(installation, repository, rights))

    def using(
        self,
        repository: InstalledRepository,
        work: Callable[[Connection], T],
        *,
        rights: Rights = LEAST,
    ) -> T:
        """Return what `work` returns, done with a connection to the repository.

        When GitHub refuses the token in the middle, because it expired or was revoked, `work` is
        done once more with a new one: it must be safe to begin again, as a run is. A refusal that a
        new token cannot mend is told for what it is; else raises what `token` and `work` raise.
        """
        token = self.token(repository.installation, repository.id, rights)
        try:
            return work(self._connection(repository, token))
        except _PERHAPS_THE_TOKEN as refused:
            self._tokens.forget(token)
            # Of an installation that is suspended, gone or elsewhere, only this tells.
            token = self.token(repository.installation, repository.id, rights)
            if not isinstance(refused, AuthenticationError):
                raise
        return work(self._connection(repository, token))

    def forget_installation(self, installation: int) -> None:
        """Hand out no more kept tokens of an installation that was suspended, changed or removed.

        Without it they are refused by GitHub, and asked anew, one by one.
        """
        self._tokens.forget_installation(installation)

    def as_app(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Return a good answer (2xx) to a GET with the App's own signature.

        Raises the error that a refusal means.
        """
        answer = self.signed("GET", path, query)
        if answer.status >= 400:
            raise app_error(answer, self.issuer)
        return answer

    def signed(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Return the answer, a yes or a no (2xx or 4xx), to what is harmless to repeat."""

        def send() -> Answer:
            identity = bearer(self._key.sign(self.now()))
            return self._calls.send(ApiRequest(method, path, query, body, identity))

        answer = send()
        return send() if answer.status == 401 and self._set_clock(answer) else answer

    def _set_clock(self, answer: Answer) -> bool:
        """Return whether our clock is off, by a refused signature, and allow for it."""
        message = answer.message.casefold()
        server = server_time(answer.headers)
        if server is None or not any(words in message for words in _CLOCK_WORDS):
            return False
        ahead = server - self._clock()
        if abs(ahead - self._ahead) < _TOLERATED:
            return False
        self._ahead = ahead
        return True

    def _new_token(self, want: Want) -> InstallationToken:
        path = f"/app/installations/{want.installation}/access_tokens"
        body: dict[str, Any] = {"permissions": want.rights.permissions}
        if want.repository is not None:
            body["repository_ids"] = [want.repository]
        answer = self.signed("POST", path, body=body)
        if answer.status >= 400:
            raise installation_error(answer, self.issuer, want.installation)
        return read(InstallationToken, answer.json(), path)

    def _as_installation(self, installation: int, path: str, query: Mapping[str, str]) -> Answer:
        token = self.token(installation, None, LISTING)
        request = ApiRequest("GET", path, query, headers=bearer(token))
        answer = self._calls.send(request)
        if answer.status in {401, 403}:
            self._tokens.forget(token)
            token = self.token(installation, None, LISTING)
            answer = self._calls.send(request._replace(headers=bearer(token)))
        if answer.status >= 400:
            raise error_of(answer, f"installation {installation}")
        return answer

    def _connection(self, repository: InstalledRepository, token: SecretStr) -> Connection:
        return Connection(
            repository=repository.full_name,
            token=token,
            api_url=self.api_url,
            graphql_url=self._graphql_url,
        )
