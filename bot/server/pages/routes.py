"""Which address shows which page, and what is shown when there is none."""

import logging
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import AuthenticationError, MilepostError, UnavailableError
from bot.server.pages import badge, cohort, landing, path, register, setup, sign_in
from bot.server.pages.access import Access
from bot.server.pages.frame import Frame, PageError, not_found, set_security_headers
from bot.server.pages.page_documents import OpenDocuments

if TYPE_CHECKING:
    from bot.server.server import Server

log = logging.getLogger(__name__)


def add_pages(app: FastAPI, server: "Server") -> Frame:
    """Give the application its pages. They look into the server when they are asked for."""
    frame = Frame(server)
    access, opened = Access(frame), OpenDocuments(frame.store.page_cache)

    def assets(request: Request) -> Response:
        found = frame.assets.answer(request)
        if found is None:
            raise not_found()
        return found

    def icon(_: Request) -> Response:
        return frame.redirect(frame.assets.address("icon.svg"))

    app.add_route("/assets/{name}", assets, methods=["GET"])
    # Browsers ask for it beside a page that names none, such as a report.
    app.add_route("/favicon.ico", icon, methods=["GET"])
    landing.add(app, frame, opened)
    path.add(app, frame, access, opened)
    cohort.add(app, frame, access, opened)
    badge.add(app, frame, access)
    register.add(app, frame)
    sign_in.add(app, frame)
    setup.add(app, frame, access, opened)
    _add_errors(app, frame)
    app.add_middleware(SecurityHeaders, frame=frame)
    return frame


class SecurityHeaders:
    """Around everything: no answer goes out without the headers that keep people safe."""

    def __init__(self, app: ASGIApp, frame: Frame) -> None:
        self._app = app
        self._frame = frame

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                set_security_headers(MutableHeaders(scope=message), https=self._frame.https)
            await send(message)

        await self._app(scope, receive, safely)


def _add_errors(app: FastAPI, frame: Frame) -> None:
    """Whatever goes wrong is told by a page."""

    def known(request: Request, wrong: Exception) -> Response:
        assert isinstance(wrong, PageError)  # noqa: S101 - that is what it is registered for
        return error_page(frame, request, wrong)

    def http(request: Request, wrong: Exception) -> Response:
        assert isinstance(wrong, HTTPException)  # noqa: S101 - the same
        response = error_page(frame, request, _of_status(wrong.status_code))
        for name, value in (wrong.headers or {}).items():
            response.headers[name] = value
        return response

    def refused(request: Request, _: Exception) -> Response:
        again = PageError(
            401,
            "GitHub asks you to sign in again",
            "Your sign-in ended there, so it ends here, too.",
        )
        response = error_page(frame, request, again)
        frame.sessions.end(response)
        return response

    def slow(request: Request, _: Exception) -> Response:
        patience = PageError(
            503,
            "GitHub does not answer just now",
            "Nothing is lost. Try again in a minute.",
            again=60,
        )
        return error_page(frame, request, patience)

    def other(request: Request, wrong: Exception) -> Response:
        log.warning("GitHub's answer could not be used: %s", type(wrong).__name__)
        useless = PageError(
            502, "GitHub gave an answer that is of no use here", "Try again in a while."
        )
        return error_page(frame, request, useless)

    def broken(request: Request, wrong: Exception) -> Response:
        log.error("a page failed: %s", type(wrong).__name__)
        return error_page(frame, request, _of_status(500))

    app.add_exception_handler(PageError, known)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(AuthenticationError, refused)
    app.add_exception_handler(UnavailableError, slow)
    app.add_exception_handler(MilepostError, other)
    app.add_exception_handler(Exception, broken)


def error_page(frame: Frame, request: Request, error: PageError) -> Response:
    """The page of an error, or what stands for it where no page was asked for."""
    path = request.url.path
    if path.endswith(".json"):
        response: Response = JSONResponse({"error": error.title}, error.status)
    elif path.endswith((".svg", ".css", ".js", ".csv")):
        response = Response(f"{error.title}\n", error.status, media_type="text/plain")
    else:
        response = frame.page(request, "error.html.j2", status=error.status, error=error)
    if error.again is not None:
        response.headers["Retry-After"] = str(error.again)
    set_security_headers(response.headers, https=frame.https)
    return response


def _of_status(status: int) -> PageError:
    match status:
        case 404:
            return not_found()
        case 405:
            return PageError(
                405, "This page is not for that", "It belongs to a button: go back and press that."
            )
        case 429:
            return PageError(
                429, "That was a lot at once", "Wait a moment, then load the page again."
            )
    if status < 500:
        return PageError(status, "This cannot be done", "Go back and try it another way.")
    return PageError(
        status, "Something went wrong here", "It is noted, and nothing of yours is lost. Try again."
    )
