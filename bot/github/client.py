"""The HTTP edge for reading: who we are to GitHub, and one GET at a time over httpx2.

httpx2 is imported by the first request, not by this module: the gateway and the command line use
`Connection` too.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, Self
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
from bot.github.problems import Answer, AnswerLostError, NeverSentError, RedirectedError
from bot.github.retry import Waiter, retry

if TYPE_CHECKING:
    import httpx2

PUBLIC_API = "https://api.github.com"
# Supported until March 2028 at least; the newer 2026-03-10 is unknown to GitHub Enterprise Server.
API_VERSION = "2022-11-28"
USER_AGENT = "milepost"
JSON = "application/vnd.github+json"
RAW = "application/vnd.github.raw+json"
CONNECT_TIMEOUT = 10  # seconds
ANSWER_TIMEOUT = 20  # seconds; GitHub ends its own work after ten
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


class Http(Protocol):
    """What is needed of an `httpx2.Client`."""

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        follow_redirects: bool = False,
    ) -> "httpx2.Response":
        """The answer. Raises httpx2.RequestError."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class RestClient:
    """GETs below the API root. Redirects are never followed: the token stays with its host."""

    def __init__(
        self,
        connection: Connection,
        *,
        http: Http | None = None,
        waiter: Waiter | None = None,
    ) -> None:
        self.connection = connection
        self.waiter = waiter or Waiter()
        self._http = http

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the client may be used again."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = JSON,
        etag: str | None = None,
        follow: bool = False,
    ) -> Answer:
        """One answer, 200 or (with `etag`) 304; `path` is below the API root and quoted.

        `follow` goes after one redirect, below the API root only; else DeletedError for an issue
        that was transferred, and RepositoryMovedError.

        Tries again what may pass by itself, three times in all. Raises GitHubError for a clear no
        and UnavailableError when GitHub gives none, or asks for too much patience.
        """
        headers = {"Accept": accept} | ({"If-None-Match": etag} if etag else {})

        def once(_again: bool) -> Answer:
            answer = self._send(path, params, headers)
            problems.check(answer, self.connection.repository, self.waiter.clock())
            return answer

        try:
            return retry(once, waiter=self.waiter, repeatable=True, reads=True)
        except RedirectedError as redirected:
            onward = below(redirected.location, self.connection.api_url)
            if follow and onward is not None:
                return self.get(onward, accept=accept, etag=etag)
            if problems.of_an_issue(path):
                self.get(self.connection.root)  # says itself when it is what moved
                raise problems.transferred(path, self.connection.repository) from None
            name = new_name(redirected.location, self.connection.api_url, self._look_up)
            raise problems.moved(self.connection.repository, name) from None

    def _send(
        self, path: str, params: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> Answer:
        import httpx2

        self._http = self._http or _session(self.connection)
        try:
            response = self._http.get(
                self.connection.api_url + path,
                params=params,
                headers={**identity(self.connection), **headers},
                follow_redirects=False,
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as broken:
            raise NeverSentError(f"no connection to {self.connection.api_url}: {broken}") from None
        except httpx2.RequestError as broken:
            raise AnswerLostError(f"no answer ({type(broken).__name__})") from None
        return Answer("GET", path, response.status_code, response.headers, response.text)

    def _look_up(self, path: str) -> Answer:
        return self._send(path, None, {"Accept": JSON})


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


def identity(connection: Connection) -> dict[str, str]:
    """The headers that every request carries; GitHub refuses one without a User-Agent."""
    headers = {"User-Agent": USER_AGENT, "X-GitHub-Api-Version": API_VERSION}
    if connection.token is not None:
        headers["Authorization"] = f"Bearer {connection.token.get_secret_value()}"
    return headers


def below(location: str | None, api_url: str) -> str | None:
    """The path of an address below the API root; None for one elsewhere."""
    if not location or not location.startswith(api_url + "/"):
        return None
    return location.removeprefix(api_url)


def new_name(location: str | None, api_url: str, look_up: Callable[[str], Answer]) -> str | None:
    """The owner/name that a redirect leads to, or None when it cannot be found out.

    GitHub redirects to /repositories/ID, which `look_up` is asked for by its path below the API
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
        found = look_up(numbered[0]).json()
    except (NeverSentError, AnswerLostError, MilepostError):
        return None  # the move itself is the news; its target is a courtesy
    name = found.get("full_name") if isinstance(found, dict) else None
    return name if isinstance(name, str) else None


def _session(connection: Connection) -> "httpx2.Client":
    import httpx2

    timeout = httpx2.Timeout(ANSWER_TIMEOUT, connect=CONNECT_TIMEOUT)
    # Without TLS there is nothing to verify, and loading the certificates takes 40 ms.
    tls = connection.api_url.startswith("https:")
    try:
        return httpx2.Client(timeout=timeout, verify=tls)
    except (ValueError, ImportError) as wrong:
        raise ConfigError(
            f"The proxy settings cannot be used: {wrong}.",
            where="HTTPS_PROXY",
            hint="They come from the environment: correct or unset HTTPS_PROXY, HTTP_PROXY and "
            "ALL_PROXY.",
        ) from None
    except OSError as wrong:
        raise ConfigError(
            f"The certificates to trust cannot be loaded: {wrong}.",
            where="SSL_CERT_FILE",
            hint="It comes from the environment, as SSL_CERT_DIR does: correct or unset it.",
        ) from None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None
