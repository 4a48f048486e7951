"""The page of each error, and what is answered instead where no page was requested."""

import logging

import sqlalchemy as sa
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.errors import AuthenticationError, MilepostError, UnavailableError
from bot.server.pages.frame import Frame, PageError, not_found
from bot.server.pages.github_calls import SlowError
from bot.server.pages.response_headers import set_security_headers

log = logging.getLogger(__name__)

DATABASE_AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
SLOW_AGAIN = 5  # seconds
FAILED = "Something went wrong here", "It is logged, and nothing is lost. Try again."


def add(app: FastAPI, frame: Frame) -> None:
    """Answer every error with a page."""

    def show(request: Request, error: Exception) -> Response:
        response = error_page(frame, request, _page_error(error))
        if isinstance(error, HTTPException):
            response.headers.update(error.headers or {})
        elif isinstance(error, AuthenticationError):
            frame.sessions.end(request, response)
        return response

    for kind in (PageError, HTTPException, MilepostError, *DATABASE_AWAY, Exception):
        app.add_exception_handler(kind, show)


def error_page(frame: Frame, request: Request, error: PageError) -> Response:
    """Return the page of an error; JSON or plain text where the address is no page's."""
    path = request.url.path
    if path.endswith(".json"):
        response: Response = JSONResponse({"error": error.title}, error.status)
    elif path.endswith((".svg", ".css", ".js", ".csv")):
        response = Response(f"{error.title}\n", error.status, media_type="text/plain")
    else:
        try:
            response = frame.page(request, "error.html.j2", status=error.status, error=error)
        except DATABASE_AWAY:  # which knows whether their session goes on
            response = Response(f"{error.title}\n", error.status, media_type="text/plain")
    if error.again is not None:
        response.headers["Retry-After"] = str(error.again)
    # Some errors are answered outside the middleware that does this for all else.
    set_security_headers(response.headers, https=frame.config.https)
    return response


def _page_error(error: Exception) -> PageError:
    match error:
        case PageError():
            return error
        case HTTPException(status_code=404):
            return not_found()
        case HTTPException(status_code=405):
            advice = "Go back and use the button there."
            return PageError(405, "This page can't be opened like this", advice)
        case HTTPException(status_code=status) if status < 500:
            return PageError(status, "This can't be done", "Go back and try it another way.")
        case HTTPException():
            return PageError(error.status_code, *FAILED)
        case AuthenticationError():
            text = "Your sign-in ended there and here."
            return PageError(401, "GitHub asks you to sign in again", text)
        case SlowError():
            text = "Nothing is lost, and it may have the answer soon. Reload the page."
            return PageError(503, "GitHub is slow", text, again=SLOW_AGAIN)
        case UnavailableError():
            text = "Nothing is lost. Try again in a minute."
            return PageError(503, "GitHub does not answer just now", text, again=60)
        case _ if isinstance(error, DATABASE_AWAY):
            log.warning("database unavailable: %s", type(error).__name__)
            text = "Nothing is lost. Try again in half a minute."
            return PageError(503, "The server can't reach its database", text, again=30)
        case MilepostError():
            log.warning("unusable answer from GitHub: %s", type(error).__name__)
            return PageError(502, "GitHub's answer can't be used", "Try again in a while.")
    log.error("page failed: %s", type(error).__name__)
    return PageError(500, *FAILED)
