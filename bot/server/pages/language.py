"""The language of a page: what its viewer chose, else what their browser prefers, else English.

The choice is a link in the footer, `?language=de` on any page; a cookie remembers it. What shared
caches keep, assets and badges, is the same for everybody.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.i18n import LANGUAGES, find_language, preferred_language, set_language

PARAMETER = "language"
LIFETIME = 31_536_000  # seconds
VARY = "Accept-Language, Cookie"
COOKIE = "milepost-language"


def with_language(app: ASGIApp, *, https: bool) -> ASGIApp:
    """Return the same application, in which each request uses its viewer's language.

    It stays set for the rest of the request's task, where the page of an unexpected error is made.
    """

    async def translated(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        request = Request(scope)
        chosen = find_language(request.query_params.get(PARAMETER, ""))
        set_language(chosen or _remembered(request))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _set_headers(MutableHeaders(scope=message), chosen, https=https)
            await send(message)

        await app(scope, receive, send_with_headers)

    return translated


def language_links(request: Request) -> Mapping[str, str]:
    """Return the address of this page in each language, by its code.

    What came back from GitHub (with a `state`) is used up, and goes into no address again.
    """
    query = [pair for pair in request.query_params.multi_items() if pair[0] != PARAMETER]
    others = [] if "state" in request.query_params else query
    return {code: "?" + urlencode([*others, (PARAMETER, code)]) for code in LANGUAGES}


def _remembered(request: Request) -> str:
    accepted = request.headers.get("Accept-Language", "")
    return find_language(request.cookies.get(COOKIE, "")) or preferred_language(accepted)


def _set_headers(headers: MutableHeaders, chosen: str | None, *, https: bool) -> None:
    """Say what the response depends on, and remember the choice, unless all may share it."""
    if "max-age" in headers.get("Cache-Control", ""):
        return
    headers.add_vary_header(VARY)
    if chosen is not None:
        cookie = Response()
        cookie.set_cookie(
            COOKIE, chosen, LIFETIME, path="/", secure=https, httponly=True, samesite="lax"
        )
        headers.append("Set-Cookie", cookie.headers["Set-Cookie"])
