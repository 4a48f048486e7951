"""The page of each error, and what is answered instead where no page was requested."""

import logging

import sqlalchemy as sa
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.errors import AuthenticationError, MilepostError, UnavailableError
from bot.i18n import gettext as _
from bot.server.pages.frame import Frame, PageError, impossible, not_found
from bot.server.pages.github_calls import SlowError
from bot.server.pages.response_headers import set_security_headers

log = logging.getLogger(__name__)

DATABASE_AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)
SLOW_AGAIN = 5  # seconds


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
            advice = _("Go back and use the button there.")
            return PageError(405, _("This page doesn't open this way"), advice)
        case HTTPException(status_code=status) if status < 500:
            return impossible(status)
        case HTTPException():
            return _failed(error.status_code)
        case AuthenticationError():
            text = _("Your sign-in has ended.")
            return PageError(401, _("Sign in again"), text)
        case SlowError():
            return PageError(503, _("GitHub is slow"), _reload(), again=SLOW_AGAIN)
        case UnavailableError():
            return PageError(503, _("GitHub doesn't answer"), _reload(), again=60)
        case _ if isinstance(error, DATABASE_AWAY):
            log.warning("database unavailable: %s", type(error).__name__)
            return PageError(503, _("The server can't reach its database"), _reload(), again=30)
        case MilepostError():
            log.warning("unusable answer from GitHub: %s", type(error).__name__)
            return PageError(502, _("GitHub's answer isn't usable"), _reload())
    log.error("page failed: %s", type(error).__name__)
    return _failed(500)


def _failed(status: int) -> PageError:
    return PageError(status, _("Something went wrong"), _reload())


def _reload() -> str:
    return _("Reload the page in a minute. Nothing is lost.")
