"""Signs people in with the App's own user authorisation, and asks what they may see, as themselves.

The web flow after "Generating a user access token for a GitHub App": the person is sent to GitHub
with a state and a PKCE challenge, confirms there, and comes back with a code that is traded in
once. The token reaches only what both the person and the App reach. It is asked with after
"REST API endpoints for GitHub App installations" and kept by nobody in here.
"""

import hashlib
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr

from bot.clock import Clock, utc_now
from bot.errors import (
    AuthenticationError,
    ConfigError,
    GitHubError,
    MilepostError,
    UnavailableError,
    UncertainWriteError,
)
from bot.github.addresses import web_root
from bot.github.answer import Answer, AnswerLostError, NeverSentError, shape_error
from bot.github.api_client import PUBLIC_API, ApiClient, ApiRequest, bearer, pages
from bot.github.app import Installation
from bot.github.errors import error_of, installation_error
from bot.github.http_session import Connect
from bot.github.response_parser import ApiModel, items, read
from bot.github.retry import WaitPolicy

PATIENCE = 5.0  # seconds that somebody in front of a page waits for GitHub's limits
LEAVING = 5.0  # seconds that somebody who signs out waits for GitHub
_EXCHANGE = "/login/oauth/access_token"
_AGAIN = "Sign in again."
_NAME = re.compile(r"[A-Za-z0-9_-]+/(?!\.{1,2}$)[A-Za-z0-9_.-]+")
_BY_ID = re.compile(r"/repositories/[0-9]+$")
_WORD = re.compile(r"[a-z_]{1,60}")
_ENDED = {204, 404, 422}
_HIDDEN = {403, 404, 451}


class UserToken(BaseModel):
    """Hold a person's token. `until` is None when the App's tokens do not expire."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr
    until: AwareDatetime | None


class Person(ApiModel):
    """Name the person whose token it is. The id outlives a new login."""

    id: int
    login: str


class Reachable(ApiModel):
    """Describe a repository that a person sees, and what their role in it is good for.

    `can_write` holds for the roles write, maintain and admin. Internal ones count as private.
    """

    id: int
    full_name: str
    private: bool
    archived: bool = False
    can_write: bool
    can_admin: bool


class _Exchanged(ApiModel):
    access_token: SecretStr = Field(min_length=1)
    expires_in: int | None = Field(default=None, ge=0, le=10**9)


class CodeRefusedError(GitHubError):
    """200 with `bad_verification_code`: the code is used up, too old, made up or of another
    browser."""


def challenge_of(verifier: str) -> str:
    """Return the PKCE challenge (S256, 43 characters) of a verifier of 43 to 128; RFC 7636, 4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


class OAuthClient:
    """Sign people in to one App on one GitHub, for all threads of a process.

    Every method but `address` may raise UnavailableError when GitHub does not answer, and, but for
    `revoke`, UnreadableAnswerError; those that ask with a token raise AuthenticationError when it
    is refused.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: SecretStr,
        *,
        api_url: str = PUBLIC_API,
        connect: Connect | None = None,
        clock: Clock = utc_now,
        max_wait: float = PATIENCE,
    ) -> None:
        self.client_id = client_id
        self._secret = client_secret
        self._clock = clock
        policy = WaitPolicy(clock, max_wait=max_wait)
        self._api = ApiClient(api_url, connect=connect, policy=policy)
        self._web = ApiClient(web_root(api_url), connect=connect, policy=policy)

    def __repr__(self) -> str:
        return f"OAuthClient({self.client_id!r}, api_url={self._api.api_url!r})"

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        self._api.close()
        self._web.close()

    def address(self, *, redirect_uri: str, state: str, challenge: str) -> str:
        """Return where to send the person.

        `challenge` is `challenge_of` a verifier that stays with us; `redirect_uri` is, to the
        letter, one of the App's callback URLs.
        """
        query = {
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._web.api_url}/login/oauth/authorize?{urlencode(query)}"

    def exchange(self, code: str, *, redirect_uri: str, verifier: str) -> UserToken:
        """Trade the code in. It works once, so nothing is tried again.

        Raises CodeRefusedError for a code that GitHub does not take, ConfigError when the App's
        credentials or callback URLs are wrong, GitHubError for any other refusal.
        """
        body = {
            "client_id": self.client_id,
            "client_secret": self._secret.get_secret_value(),
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        now = self._clock()
        try:
            headers = {"Accept": "application/json"}
            request = ApiRequest("POST", _EXCHANGE, body=body, headers=headers)
            answer = self._web.send(request, repeatable=False)
        except UncertainWriteError:
            raise UncertainWriteError(
                "GitHub's answer to the sign-in was lost.", hint=_AGAIN
            ) from None
        found = answer.json()
        if answer.status >= 400 or (isinstance(found, dict) and "error" in found):
            raise self._refused(answer, found)
        given = read(_Exchanged, found, _EXCHANGE)
        lasts = given.expires_in
        until = None if lasts is None else now + timedelta(seconds=lasts)
        return UserToken(token=given.access_token, until=until)

    def revoke(self, token: SecretStr) -> None:
        """End a token at GitHub, so that nobody can use it any more ("Delete an app token").

        One that GitHub does not know is at its end already. Asked once, and not for long: whoever
        signs out waits. Raises ConfigError when the App's credentials are wrong.
        """
        pair = f"{self.client_id}:{self._secret.get_secret_value()}"
        request = ApiRequest(
            "DELETE",
            f"/applications/{quote(self.client_id, safe='')}/token",
            body={"access_token": token.get_secret_value()},
            headers={"Authorization": f"Basic {b64encode(pair.encode()).decode()}"},
            timeout=LEAVING,
        )
        try:
            status = self._api.exchange(request).status
        except (NeverSentError, AnswerLostError) as broken:
            raise UnavailableError(f"GitHub did not end the sign-in: {broken}.") from None
        if status in _ENDED:
            return
        if status == 401:
            raise self._wrong_credentials()
        # Nothing of the answer is told: nobody knows what it repeats of what was sent.
        raise UnavailableError(f"GitHub answered {status}.")

    def person(self, token: SecretStr) -> Person:
        """Return whose token it is ("Get the authenticated user")."""
        answer = self._response("/user", token)
        if answer.status >= 300:
            raise error_of(answer, "the person who signs in")
        return read(Person, answer.json(), "/user")

    def installations(self, token: SecretStr) -> tuple[Installation, ...]:
        """Return where this App is installed and the person may see it, suspended ones too.

        Source: "List app installations accessible to the user access token".
        """
        path = "/user/installations"
        found = self._listed(path, token, "installations")
        return tuple(read(Installation, one, path) for one in found)

    def repositories(self, token: SecretStr, installation: int) -> tuple[Reachable, ...]:
        """Return the repositories there that both the person and the App reach ("List repositories
        accessible to the user access token").

        Raises InstallationGoneError for an installation that GitHub does not show to the person,
        InstallationSuspendedError for one that is stopped.
        """
        path = f"/user/installations/{installation}/repositories"
        found = self._listed(path, token, "repositories", installation)
        return tuple(_reachable(one, path) for one in found)

    def repository(self, token: SecretStr, full_name: str) -> Reachable | None:
        """Return a repository by its name, a former one too; None when GitHub does not show it.

        Source: "Get a repository". Public ones are shown to everybody."""
        if not _NAME.fullmatch(full_name):
            return None
        path = f"/repos/{full_name}"
        answer = self._response(path, token)
        if 300 <= answer.status < 400:
            # Only what the address says of the repository is taken over: the token stays here.
            there = _BY_ID.search(answer.headers.get("location", ""))
            if there is None:
                raise shape_error(path, "a redirect")
            answer = self._response(there[0], token)
        if answer.status in _HIDDEN:
            return None
        if answer.status >= 300:
            raise error_of(answer, full_name)
        return _reachable(answer.json(), path)

    def _listed(
        self, path: str, token: SecretStr, key: str, installation: int | None = None
    ) -> list[dict[str, Any]]:
        def fetch_page(query: Mapping[str, str]) -> Answer:
            answer = self._response(path, token, query)
            if answer.status >= 400 and installation is not None:
                raise installation_error(answer, self.client_id, installation)
            if answer.status >= 300:
                raise error_of(answer, f"App {self.client_id}")
            return answer

        listed: list[dict[str, Any]] = []
        for answer in pages(fetch_page, path):
            found = answer.json()
            listed += items(found.get(key) if isinstance(found, dict) else None, path)
        return listed

    def _response(
        self, path: str, token: SecretStr, query: Mapping[str, str] | None = None
    ) -> Answer:
        request = ApiRequest("GET", path, query, headers=bearer(token))
        answer = self._api.send(request, moves=True)
        if answer.status == 401:
            raise AuthenticationError("GitHub does not take this sign-in any more.", hint=_AGAIN)
        return answer

    def _refused(self, answer: Answer, found: Any) -> MilepostError:
        """Return the error, by "Troubleshooting OAuth app access token request errors"."""
        code = found.get("error") if isinstance(found, dict) else None
        # Only a plain word: nobody knows what else a refusal repeats of what was sent.
        word = (
            code if isinstance(code, str) and _WORD.fullmatch(code) else f"status {answer.status}"
        )
        # The first is GitHub's, the second RFC 6749's for a wrong verifier.
        if word in {"bad_verification_code", "invalid_grant"}:
            return CodeRefusedError(
                "GitHub does not take this sign-in: it is used up, or older than ten minutes.",
                hint=_AGAIN,
            )
        if word == "incorrect_client_credentials" or answer.status == 404:
            return self._wrong_credentials()
        if word == "redirect_uri_mismatch":
            return ConfigError(
                "GitHub does not know the address that people come back to after signing in.",
                where=f"App {self.client_id}",
                hint="Add this server's address with /signed-in as a callback URL in the App's "
                "settings on GitHub.",
            )
        if word == "unverified_user_email":
            return GitHubError(
                "GitHub signs nobody in whose e-mail address is not verified.",
                hint="Verify it in your GitHub settings, under Emails.",
            )
        return GitHubError(f"GitHub refused the sign-in ({word}).", hint=_AGAIN)

    def _wrong_credentials(self) -> ConfigError:
        return ConfigError(
            "GitHub does not accept the App's client id and client secret.",
            where=f"App {self.client_id}",
            hint="Make a new client secret in the App's settings on GitHub, and store it here.",
        )


def _reachable(found: Any, path: str) -> Reachable:
    given = found if isinstance(found, dict) else {}
    role = given.get("permissions")
    may = role if isinstance(role, dict) else {}
    rights = {"can_write": may.get("push") is True, "can_admin": may.get("admin") is True}
    return read(Reachable, {**given, **rights}, path)
