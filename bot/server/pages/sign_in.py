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
from bot.i18n import gettext as _
from bot.i18n import gettext_noop
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
    """Why a sign-in ended, for a person, in English; `status` is of HTTP."""

    status: int
    heading: str
    detail: str


STATE = Problem(
    400,
    gettext_noop("This sign-in has expired"),
    gettext_noop("Sign in again, in one browser and within ten minutes."),
)
CODE = Problem(
    400,
    gettext_noop("GitHub didn't confirm the sign-in"),
    gettext_noop("Sign in again. A confirmation works once, for ten minutes."),
)
DENIED = Problem(
    403, gettext_noop("You aren't signed in"), gettext_noop("You said no on GitHub's page.")
)
SETTINGS = Problem(
    502,
    gettext_noop("GitHub couldn't sign you in"),
    gettext_noop(
        "Ask the server's owner to check the App: its settings on GitHub and those of this server "
        "don't match."
    ),
)


def add(app: FastAPI, frame: Frame) -> None:
    """Add the pages, and the way to them from pages that need somebody to be signed in."""

    def required(request: Request, _error: Exception) -> Response:
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
        request,
        "sign-in.html.j2",
        status=problem.status,
        heading=_(problem.heading),
        detail=_(problem.detail),
        again=sign_in_address(then),
    )
    frame.sessions.end_sign_in(response, "sign-in")
    return response


def _signin(frame: Frame) -> OAuthClient:
    """Return the OAuth client. Raises PageError without one."""
    if frame.signin is None:
        text = _("The server doesn't have the client secret of its App.")
        raise PageError(503, _("Nobody can sign in here yet"), text)
    return frame.signin
