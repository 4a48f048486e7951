"""Signing in with GitHub, and out again.

Follows "Generating a user access token for a GitHub App": a person agrees on GitHub's page, comes
back with a code, and the code is exchanged for their token. The token goes into an encrypted cookie
of their browser and nowhere else; neither it nor the code is in an address of ours or in a log.
Signing out revokes it at GitHub, too, and ends every copy of the cookie here.
"""

import logging
import secrets
from functools import partial
from typing import NamedTuple

from fastapi import FastAPI
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.errors import ConfigError, GitHubError, MilepostError, UncertainWriteError
from bot.github.oauth import OAuthClient, challenge_of
from bot.server.pages.frame import (
    SIGN_IN,
    Frame,
    PageError,
    SignInRequiredError,
    local_path,
    sign_in_address,
)
from bot.server.pages.sessions import SESSION_LIFETIME, PendingSignIn, Visitor

log = logging.getLogger(__name__)

BACK = "/signed-in"
SIGN_OUT = "/sign-out"


class Problem(NamedTuple):
    """Why a sign-in ended, for a person; `status` is of HTTP."""

    status: int
    heading: str
    detail: str


STATE = Problem(
    400,
    "This sign-in can't be completed",
    "It started more than ten minutes ago, in another browser, or somewhere else.",
)
CODE = Problem(400, "GitHub did not confirm it", "A confirmation works once and for ten minutes.")
DENIED = Problem(403, "You are not signed in", "You said no at GitHub, so nothing has changed.")
SETTINGS = Problem(
    502,
    "GitHub could not sign you in",
    "This server's settings and those of its App on GitHub don't match. The server's owner can fix "
    "that.",
)


def add(app: FastAPI, frame: Frame) -> None:
    """Add the pages, and the way to them from pages that need somebody to be signed in."""

    def required(request: Request, _: Exception) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return frame.redirect(sign_in_address(request.url.path + query))

    def sign_out(request: Request) -> Response:
        visitor = frame.visitor(request)
        frame.form(request, visitor)
        response = frame.redirect("/")
        frame.sessions.end(request, response)
        try:
            # Without an answer they are signed out here all the same.
            if visitor is not None and frame.signin is not None:
                revoke = partial(frame.signin.revoke, visitor.token)
                frame.github.run(str(visitor.id), revoke)
        except MilepostError as error:
            log.warning("token not revoked at sign-out: %s", error.what)
        return response

    app.add_route(SIGN_IN, partial(_sign_in, frame), methods=["GET"])
    app.add_route(BACK, frame.github_page(partial(_signed_in, frame)), methods=["GET"])
    app.add_route(SIGN_OUT, sign_out, methods=["POST"])
    app.add_exception_handler(SignInRequiredError, required)


def _sign_in(frame: Frame, request: Request) -> Response:
    """Redirect to GitHub, with what must come back."""
    signin = _signin(frame)
    then = local_path(request.query_params.get("then", "/"))
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    there = signin.address(
        redirect_uri=frame.address(request, BACK), state=state, challenge=challenge_of(verifier)
    )
    response = RedirectResponse(there, 303)
    pending = PendingSignIn(
        errand="sign-in", state=SecretStr(state), verifier=SecretStr(verifier), then=then
    )
    frame.sessions.begin_sign_in(response, pending)
    return response


def _signed_in(frame: Frame, request: Request) -> Response:
    """Sign in a person who comes back with the state that they left with. A state works once."""
    signin, query = _signin(frame), request.query_params
    pending = frame.sessions.pending_sign_in(request, "sign-in")
    if pending is None or not pending.fits(query.get("state", "")):
        return _retry_page(frame, request, STATE)
    if "error" in query:
        # The error's own text is not shown: anybody can write one into an address.
        problem = DENIED if query["error"] == "access_denied" else SETTINGS
        return _retry_page(frame, request, problem, then=pending.then)
    try:
        token = signin.exchange(
            query.get("code", ""),
            redirect_uri=frame.address(request, BACK),
            verifier=pending.verifier.get_secret_value(),
        )
        person = signin.person(token.token)
    except (GitHubError, UncertainWriteError):
        return _retry_page(frame, request, CODE, then=pending.then)
    except ConfigError as error:
        log.warning("sign-in failed: %s", error)
        return _retry_page(frame, request, SETTINGS, then=pending.then)
    until = frame.clock() + SESSION_LIFETIME
    until = min(until, token.until or until)
    response = frame.redirect(pending.then)
    visitor = Visitor(id=person.id, login=person.login, token=token.token, until=until)
    frame.sessions.begin(response, visitor)
    frame.sessions.end_sign_in(response, "sign-in")
    return response


def _retry_page(frame: Frame, request: Request, problem: Problem, *, then: str = "/") -> Response:
    """Return a page that states the problem, with a button to try again."""
    response = frame.page(
        request, "sign-in.html.j2", **problem._asdict(), again=sign_in_address(then)
    )
    frame.sessions.end_sign_in(response, "sign-in")
    return response


def _signin(frame: Frame) -> OAuthClient:
    """Return the OAuth client. Raises PageError without one."""
    if frame.signin is None:
        text = "The server doesn't have the client secret of its App."
        raise PageError(503, "Nobody can sign in here yet", text)
    return frame.signin
