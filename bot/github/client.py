"""Requests about one repository: where it is, as whom to ask, and what the answers mean."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Self, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.errors import AuthenticationError, ConfigError, MilepostError
from bot.github import problems
from bot.github.api_client import JSON, PUBLIC_API, ApiClient, ApiRequest, bearer
from bot.github.problems import Answer, AnswerLostError, NeverSentError, RedirectedError
from bot.github.retry import Waiter, retry

T = TypeVar("T")
_NAME = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9_.-]+")
_TOKEN = re.compile(r"[\x21-\x7e]+")
_KINDS = {
    "ghp_": "classic personal access token",
    "github_pat_": "fine-grained personal access token",
    "gho_": "OAuth app token",
    "ghu_": "GitHub App user token",
    "ghs_": "GitHub App installation token",
    "ghr_": "refresh token",
}


class Connection(BaseModel):
    """Which repository, where, and as whom. The token shows in no repr and in no error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )

    repository: str
    token: SecretStr | None = None
    api_url: str = PUBLIC_API
    graphql_url: str | None = None

    @field_validator("repository", mode="after")
    @classmethod
    def _check_repository(cls, name: str) -> str:
        if not _NAME.fullmatch(name.strip()):
            raise ConfigError(
                f"'{name}' does not name a repository.",
                where="GITHUB_REPOSITORY",
                hint="Write it as OWNER/NAME, the way its address on GitHub ends.",
            )
        return name.strip()

    @field_validator("token", mode="after")
    @classmethod
    def _check_token(cls, token: SecretStr | None) -> SecretStr | None:
        text = token.get_secret_value().strip() if token is not None else ""
        if not text:
            return None
        if not _TOKEN.fullmatch(text):
            raise AuthenticationError(
                "The token holds characters that no token has, such as a space or a line break.",
                where="GITHUB_TOKEN",
                hint="Copy it again, alone on its line.",
            )
        return SecretStr(text)

    @field_validator("api_url", "graphql_url", mode="after")
    @classmethod
    def _check_url(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url is None:
            return None
        if not _is_address(url.strip()):
            graphql = info.field_name == "graphql_url"
            raise ConfigError(
                f"'{url.rpartition('@')[2]}' is no address of an API.",
                where="GITHUB_GRAPHQL_URL" if graphql else "GITHUB_API_URL",
                hint="Leave it out: it follows from GITHUB_API_URL."
                if graphql
                else f"Leave it out for {PUBLIC_API}; on GitHub Enterprise Server it is "
                "https://HOST/api/v3.",
            )
        scheme, rest = url.strip().rstrip("/").split(":", 1)
        return f"{scheme.lower()}:{rest}"

    @model_validator(mode="after")
    def _check_hosts(self) -> Self:
        if urlsplit(self.graphql).netloc.lower() != urlsplit(self.api_url).netloc.lower():
            raise ConfigError(
                f"'{self.graphql}' is on another host than '{self.api_url}'.",
                where="GITHUB_GRAPHQL_URL",
                hint="Leave it out: it follows from GITHUB_API_URL.",
            )
        return self

    @property
    def root(self) -> str:
        """The path of the repository below the API root."""
        return f"/repos/{self.repository}"

    @property
    def graphql(self) -> str:
        """The GraphQL address: the one given, or where GitHub and its Enterprise Server have it."""
        return self.graphql_url or self.api_url.removesuffix("/v3") + "/graphql"

    @property
    def fingerprint(self) -> str:
        """Tells tokens apart without telling them: 16 hex digits of a hash; '' without a token."""
        if self.token is None:
            return ""
        secret = self.token.get_secret_value()
        return hashlib.sha256(f"milepost:{secret}".encode()).hexdigest()[:16]

    @property
    def token_kind(self) -> str | None:
        """What the token's prefix says it is; None without a token."""
        if self.token is None:
            return None
        secret = self.token.get_secret_value()
        return next((kind for start, kind in _KINDS.items() if secret.startswith(start)), "unknown")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    # A password in the address would show in errors; the token is what opens the API.
    named = bool(parts.hostname) and "@" not in parts.netloc
    return parts.scheme in {"http", "https"} and named and port != 0


class Inspection(BaseModel):
    """What one request tells about the repository and the token. Times are aware, UTC.

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


class RestClient:
    """Requests about one repository. Redirects are never followed: the token stays with its host.

    The client is closed with this one.
    """

    def __init__(self, connection: Connection, client: ApiClient | None = None) -> None:
        self.connection = connection
        self._client = client or ApiClient(connection.api_url)
        self._waiter = Waiter(self._client.policy)
        self._identity = bearer(connection.token)

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
            return self._retry(lambda _again: self.exchange(request), repeatable=True, reads=True)
        except RedirectedError as redirected:
            onward = below(redirected.location, self.connection.api_url)
            if follow and onward is not None:
                return self.get(onward, accept=accept, etag=etag)
            raise self._moved(redirected) from None

    def exchange(self, request: ApiRequest) -> Answer:
        """Return a good answer (2xx or 304) to a request that is sent once.

        Raises NeverSentError, AnswerLostError, LimitReachedError, RedirectedError or the
        MilepostError that the answer means.
        """
        answer = self._send(request)
        problems.check(answer, self.connection.repository, self._client.policy.clock())
        return answer

    def retry(self, send: Callable[[bool], T], *, repeatable: bool) -> T:
        """Return what a write returns that `exchange` sends, tried again as often as is safe.

        Raises what `bot.github.retry.retry` raises, DeletedError for an issue that was transferred,
        and RepositoryMovedError.
        """
        try:
            return self._retry(send, repeatable=repeatable)
        except RedirectedError as redirected:
            raise self._moved(redirected) from None

    def _retry(self, send: Callable[[bool], T], *, repeatable: bool, reads: bool = False) -> T:
        return retry(send, waiter=self._waiter, repeatable=repeatable, reads=reads)

    def _send(self, request: ApiRequest) -> Answer:
        return self._client.exchange(
            request._replace(headers={**self._identity, **request.headers})
        )

    def _moved(self, redirected: RedirectedError) -> MilepostError:
        repository = self.connection.repository
        if problems.of_an_issue(redirected.path):
            self.get(self.connection.root)  # says itself when it is the repository that moved
            return problems.transferred(redirected.path, repository)
        name = new_name(
            redirected.location,
            self.connection.api_url,
            lambda path: self._send(ApiRequest("GET", path)),
        )
        return problems.moved(repository, name)


def inspect(connection: Connection, *, client: RestClient | None = None) -> Inspection:
    """Look at the repository and the token with one request.

    Source of the fields: "Get a repository", "Rate limits for the REST API", and for the scopes
    "Scopes for OAuth apps". Raises what `RestClient.get` raises.
    """
    with client or RestClient(connection) as client:
        answer = client.get(connection.root)
    found = answer.json()
    if not isinstance(found, dict):
        raise problems.misshapen(connection.root, "no object")
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
        server_time=problems.server_time(headers),
    )


def below(location: str | None, api_url: str) -> str | None:
    """The path of an address below the API root; None for one elsewhere."""
    if not location or not location.startswith(api_url + "/"):
        return None
    return location.removeprefix(api_url)


def new_name(location: str | None, api_url: str, fetch: Callable[[str], Answer]) -> str | None:
    """The owner/name that a redirect leads to, or None when it cannot be found out.

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
