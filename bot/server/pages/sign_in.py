"""Signing in with GitHub, and out again.

After "Generating a user access token for a GitHub App": a person says yes on GitHub's page, comes
back with a code, and the code is traded in for a token of theirs. That goes into a sealed cookie of
their browser and nowhere else; neither it nor the code stands in an address of ours or in a log.
Signing out ends it at GitHub, too: a copy of the cookie is then worth nothing.
"""

import logging
import secrets
from urllib.parse import urlencode

from fastapi import FastAPI
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.errors import ConfigError, GitHubError, MilepostError, UncertainWriteError
from bot.github.signin import SignIn, challenge_of
from bot.server.pages.frame import Frame, PageError, local_path
from bot.server.pages.sessions import LASTS, PendingSignIn, Visitor

log = logging.getLogger(__name__)

SIGN_IN = "/sign-in"
BACK = "/signed-in"
SIGN_OUT = "/sign-out"


def address(then: str) -> str:
    """Where to send somebody who has to sign in first, and is to come back to `then`."""
    return f"{SIGN_IN}?{urlencode({'then': then})}"


def signed_in_visitor(frame: Frame, request: Request) -> Visitor | Response:
    """Who is looking, or the way to sign in first for the page that is asked for."""
    query = f"?{request.url.query}" if request.url.query else ""
    return frame.visitor(request) or frame.redirect(address(request.url.path + query))


def add(app: FastAPI, frame: Frame) -> None:
    """The addresses that GitHub and people know."""

    def sign_in(request: Request) -> Response:
        return _sign_in(frame, request)

    def signed_in(request: Request) -> Response:
        return _signed_in(frame, request)

    def sign_out(request: Request) -> Response:
        visitor = frame.visitor(request)
        frame.form(request, visitor)
        if visitor is not None:
            _revoke(frame, visitor)
        response = frame.redirect("/")
        frame.sessions.end(response)
        return response

    app.add_route(SIGN_IN, sign_in, methods=["GET"])
    app.add_route(BACK, signed_in, methods=["GET"])
    app.add_route(SIGN_OUT, sign_out, methods=["POST"])


def _sign_in(frame: Frame, request: Request) -> Response:
    """Send them to GitHub, with what must come back."""
    signin = _signin(frame)
    then = local_path(request.query_params.get("then", "/"))
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    there = signin.address(
        redirect_uri=frame.address(request, BACK), state=state, challenge=challenge_of(verifier)
    )
    response = RedirectResponse(there, 303)
    going = PendingSignIn(
        errand="sign-in", state=SecretStr(state), verifier=SecretStr(verifier), then=then
    )
    frame.sessions.begin_sign_in(response, going)
    return response


def _signed_in(frame: Frame, request: Request) -> Response:
    """Take them in who come back with what they left with. Once: the state is forgotten here."""
    signin, query = _signin(frame), request.query_params
    going = frame.sessions.pending_sign_in(request, "sign-in")
    if going is None or not going.fits(query.get("state", "")):
        return _retry_page(
            frame,
            request,
            400,
            "This sign-in was not begun here",
            "Or it was longer ago than ten minutes, or in another browser.",
        )
    if "error" in query:
        return _refused(frame, request, going, query["error"])
    try:
        token = signin.exchange(
            query.get("code", ""),
            redirect_uri=frame.address(request, BACK),
            verifier=going.verifier.get_secret_value(),
        )
        person = signin.person(token.token)
    except (GitHubError, UncertainWriteError):
        return _retry_page(
            frame,
            request,
            400,
            "GitHub did not confirm it",
            "What it gave you works once and for ten minutes.",
            then=going.then,
        )
    except ConfigError as ours:
        log.warning("signing in: %s", ours)
        return _refused(frame, request, going, "ours")
    until = frame.clock() + LASTS
    if token.until is not None:
        until = min(until, token.until)
    response = frame.redirect(going.then)
    visitor = Visitor(id=person.id, login=person.login, token=token.token, until=until)
    frame.sessions.begin(response, visitor)
    frame.sessions.end_sign_in(response, "sign-in")
    return response


def _revoke(frame: Frame, visitor: Visitor) -> None:
    """End their token at GitHub, if GitHub lets itself be told. They are signed out in any case."""
    if frame.signin is None:
        return
    try:
        frame.signin.revoke(visitor.token)
    except MilepostError as error:
        log.warning("a token lives on after signing out: %s", error.what)


def _refused(frame: Frame, request: Request, going: PendingSignIn, error: str) -> Response:
    if error == "access_denied":
        return _retry_page(
            frame,
            request,
            403,
            "You are not signed in",
            "You said no at GitHub, so nothing was done.",
            then=going.then,
        )
    # Words of a stranger's making are not shown: anybody can write them into an address.
    return _retry_page(
        frame,
        request,
        502,
        "GitHub could not sign you in",
        "What GitHub knows of this server's App and what the server knows do not fit together. Its "
        "owner can see to that.",
        then=going.then,
    )


def _retry_page(
    frame: Frame, request: Request, status: int, title: str, detail: str, *, then: str = "/"
) -> Response:
    """What went wrong, and a way to try it anew."""
    response = frame.page(
        request, "sign-in.html.j2", status=status, heading=title, detail=detail, again=address(then)
    )
    frame.sessions.end_sign_in(response, "sign-in")
    return response


def _signin(frame: Frame) -> SignIn:
    """Raises PageError where nobody can sign in."""
    if frame.signin is None:
        raise PageError(
            503,
            "Nobody can sign in here yet",
            "The server does not know the client secret of its App.",
        )
    return frame.signin
