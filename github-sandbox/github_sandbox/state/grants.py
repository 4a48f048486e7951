"""People who sign in to an App: their consent, the code they come back with, the token for it.

After GitHub's "Generating a user access token for a GitHub App" and "Refreshing user access
tokens": a code is good once and for ten minutes, a token for eight hours, its refresh token for six
months. A wrong PKCE verifier is answered like a wrong code; GitHub's documentation does not say.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from github_sandbox.state.objects import App, Token, User
from github_sandbox.state.refusals import NotFound, Refusal
from github_sandbox.world import World

CODE_LASTS = timedelta(minutes=10)
TOKEN_LASTS = timedelta(hours=8)
REFRESH_LASTS = timedelta(seconds=15_897_600)  # "six months"
CHALLENGE = 43  # characters of a SHA-256 in base64url
DOCS = "/apps/managing-oauth-apps/troubleshooting-"
# By error: the description, and the page that `error_uri` leads to.
ERRORS = {
    "incorrect_client_credentials": (
        "The client_id and/or client_secret passed are incorrect.",
        "oauth-app-access-token-request-errors/#incorrect-client-credentials",
    ),
    "bad_verification_code": (
        "The code passed is incorrect or expired.",
        "oauth-app-access-token-request-errors/#bad-verification-code",
    ),
    "redirect_uri_mismatch": (
        "The redirect_uri MUST match the registered callback URL for this application.",
        "authorization-request-errors/#redirect-uri-mismatch2",
    ),
    "access_denied": (
        "The user has denied your application access.",
        "authorization-request-errors/#access-denied",
    ),
    "bad_refresh_token": (
        "The refresh token passed is incorrect or expired.",
        "oauth-app-access-token-request-errors",
    ),
    "unsupported_grant_type": (
        "The grant type is not supported.",
        "oauth-app-access-token-request-errors",
    ),
}


class Refused(Refusal):
    """An `error` of the flow. It is told in the query of an address, or in JSON with status 200."""

    def __init__(self, error: str) -> None:
        description, page = ERRORS[error]
        super().__init__(description)
        self.told = {"error": error, "error_description": description, "error_uri": DOCS + page}


@dataclass(frozen=True)
class Grant:
    """A consent, waiting for its code to be traded in."""

    app: App
    user: User
    redirect_uri: str
    challenge: str
    at: datetime


@dataclass(frozen=True)
class Refresh:
    """What a refresh token is for; `token` dies with its use."""

    app: App
    user: User
    token: str
    until: datetime


@dataclass(frozen=True)
class Given:
    """A new token, and the one to renew it with."""

    token: Token
    refresh: str


def app_of(world: World, client_id: str) -> App:
    """Raises NotFound."""
    for app in world.apps.values():
        if app.client_id == client_id:
            return app
    raise NotFound


def place(app: App, redirect_uri: str) -> str:
    """Where the person goes back to: a registered address to the letter, the first by default.

    Raises Refused, or NotFound when the App has none at all.
    """
    if not app.callback_urls:
        raise NotFound("This App has no callback URL: nobody can sign in to it.")
    if redirect_uri and redirect_uri not in app.callback_urls:
        raise Refused("redirect_uri_mismatch")
    return redirect_uri or app.callback_urls[0]


def consent(world: World, app: App, user: User, redirect_uri: str, challenge: str) -> str:
    """The person says yes, now and for later; returns the code."""
    world.authorized.add((user, app))
    code = f"{world.next_id('grant'):020x}"
    world.grants[code] = Grant(app, user, redirect_uri, challenge, world.clock.exact())
    return code


def revoke(world: World, app: App, user: User) -> None:
    """The person takes it back: they are asked anew next time, and all their tokens die."""
    world.authorized.discard((user, app))
    for code in [code for code, one in world.grants.items() if (one.user, one.app) == (user, app)]:
        del world.grants[code]
    for value in [v for v, t in world.tokens.items() if (t.user, t.through) == (user, app)]:
        del world.tokens[value]
    for old in [v for v, one in world.refreshes.items() if (one.user, one.app) == (user, app)]:
        del world.refreshes[old]


def end(world: World, app: App, value: str) -> None:
    """One token of a person's dies, with the one to renew it; their consent stays.

    Raises NotFound for what is none of this App's.
    """
    token = world.tokens.get(value)
    if token is None or token.through is not app:
        raise NotFound
    del world.tokens[value]
    for old in [refresh for refresh, one in world.refreshes.items() if one.token == value]:
        del world.refreshes[old]


def exchange(world: World, fields: Mapping[str, str]) -> Given:
    """Trade in a code or a refresh token. Raises Refused, or NotFound for an unknown client."""
    app = app_of(world, fields.get("client_id", ""))
    if fields.get("client_secret") != app.client_secret:
        raise Refused("incorrect_client_credentials")
    kind = fields.get("grant_type", "authorization_code")
    if kind == "refresh_token":
        return _renewed(world, app, fields.get("refresh_token", ""))
    if kind != "authorization_code":
        raise Refused("unsupported_grant_type")
    code = fields.get("code", "")
    grant = world.grants.get(code)
    if grant is None or grant.app is not app:
        raise Refused("bad_verification_code")
    del world.grants[code]
    if world.clock.exact() - grant.at > CODE_LASTS:
        raise Refused("bad_verification_code")
    if fields.get("redirect_uri", grant.redirect_uri) != grant.redirect_uri:
        raise Refused("redirect_uri_mismatch")
    if grant.challenge and challenge_of(fields.get("code_verifier", "")) != grant.challenge:
        raise Refused("bad_verification_code")
    return give(world, app, grant.user)


def challenge_of(verifier: str) -> str:
    """S256 of RFC 7636."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def give(world: World, app: App, user: User) -> Given:
    """A token of the person's for this App, with one to renew it."""
    number = world.next_id("token")
    now = world.clock.exact()
    token = Token(
        f"ghu_sandbox{number:029d}",
        "user",
        user,
        {},  # it may what the App's installations may
        expires_at=now + TOKEN_LASTS,
        through=app,
    )
    world.tokens[token.value] = token
    refresh = f"ghr_sandbox{number:069d}"
    world.refreshes[refresh] = Refresh(app, user, token.value, now + REFRESH_LASTS)
    return Given(token, refresh)


def _renewed(world: World, app: App, refresh: str) -> Given:
    old = world.refreshes.get(refresh)
    if old is None or old.app is not app:
        raise Refused("bad_refresh_token")
    del world.refreshes[refresh]
    world.tokens.pop(old.token, None)
    if world.clock.exact() >= old.until:
        raise Refused("bad_refresh_token")
    return give(world, app, old.user)
