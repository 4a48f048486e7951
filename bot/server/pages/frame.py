"""What all pages share: who is looking, the page around a page, what its headers allow, its errors.

A page is a plain function from a request to a response: it runs in a thread, so it may ask the
store and GitHub. It raises `PageError` to say no; what else goes wrong becomes a page of ours, too,
and never a traceback.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from anyio import from_thread
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot import templating
from bot.reports.formatting import WORDS
from bot.server.keys import Keys
from bot.server.pages.assets import Assets
from bot.server.pages.sessions import Sessions, Visitor

if TYPE_CHECKING:
    from bot.github.signin import SignIn
    from bot.server.config import ServerConfig
    from bot.server.server import Server
    from bot.server.store.store import Store

log = logging.getLogger(__name__)

Page = Callable[[Request], Response]
TOKEN = "form_token"  # the hidden field of every form  # noqa: S105 - the name of a field
LARGEST_FORM = 256 * 1024  # bytes
MOST_FIELDS = 100
A_YEAR = 31_536_000  # seconds


class PageError(Exception):
    """A page that cannot be shown, and why, in words for a person. `again` is in seconds."""

    def __init__(
        self, status: int, title: str, detail: str = "", *, again: int | None = None
    ) -> None:
        super().__init__(status, title)
        self.status = status
        self.title = title
        self.detail = detail
        self.again = again


def not_found() -> PageError:
    """The same for what is not there and for what is not to be seen."""
    return PageError(404, "There is no such page", "Or it is not for everybody to see.")


class PagePolicy(BaseModel):
    """What a page may do besides showing itself: run our script, send a form to `form_to`."""

    model_config = ConfigDict(frozen=True)

    script: bool = False
    form_to: str = ""
    style: str = "'self'"

    @property
    def policy(self) -> str:
        """The Content-Security-Policy."""
        rules = [
            "default-src 'none'",
            f"style-src {self.style}",
            "img-src 'self'",
            f"form-action 'self' {self.form_to}".rstrip(),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
        if self.script:
            rules += ["script-src 'self'", "connect-src 'self'"]
        return "; ".join(rules)


def set_security_headers(headers: MutableHeaders, *, https: bool) -> None:
    """Add what every answer says, where it does not say otherwise.

    `same-origin` tells other sites as little as `no-referrer` does; with that, browsers would call
    the origin of our own forms "null".
    """
    headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("X-Robots-Tag", "noindex")
    if https:
        headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}")


def local_path(path: str) -> str:
    """`path` when it leads to a page of ours, else the first page."""
    parts = urlsplit(path) if path.isascii() and path.isprintable() else None
    ours = parts and not parts.scheme and not parts.netloc and path.startswith("/")
    return path if ours and not path.startswith("//") and "\\" not in path else "/"


class Frame:
    """Renders pages of one server. What the server knows may change while it runs."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._signin: tuple[object, SignIn] | None = None
        self._closing: list[Callable[[], None]] = []
        self.assets = Assets()

    @property
    def server(self) -> "Server":
        """For pages that change it: an App is registered while it runs."""
        return self._server

    def on_close(self, close: Callable[[], None]) -> None:
        """Have that called when the server stops."""
        self._closing.append(close)

    def close(self) -> None:
        """Close what pages have opened."""
        for close in self._closing:
            close()
        if self._signin is not None:
            self._signin[1].close()

    @property
    def config(self) -> "ServerConfig":
        """As it is now."""
        return self._server.config

    @property
    def store(self) -> "Store":
        """Rows and documents."""
        return self._server.store

    @property
    def clock(self) -> Callable[[], datetime]:
        """Aware times."""
        return self._server.clock

    @property
    def https(self) -> bool:
        """Whether people reach us so."""
        return (self.config.public_url or "").startswith("https:")

    @cached_property
    def keys(self) -> Keys:
        """Keys of this server's own."""
        return Keys.of(self.config, self.store)

    @cached_property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        return Sessions(self.keys, secure=self.https, clock=self.clock)

    @property
    def signin(self) -> "SignIn | None":
        """Signing in at GitHub; None while there is no App, or its client secret is not known."""
        config = self.config
        if config.client_id is None or config.client_secret is None:
            return None
        known = (config.client_id, config.client_secret, config.api_url)
        if self._signin is None or self._signin[0] != known:
            from bot.github.signin import SignIn

            made = SignIn(
                config.client_id, config.client_secret, api_url=config.api_url, clock=self.clock
            )
            self._signin = (known, made)
        return self._signin[1]

    def visitor(self, request: Request) -> Visitor | None:
        """Who is looking; None for anybody who is not signed in."""
        return self.sessions.visitor(request)

    def address(self, request: Request, path: str = "/") -> str:
        """The whole address of a page of ours, as people outside reach it."""
        base = self.config.public_url or str(request.base_url).rstrip("/")
        return base + path

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        allowed: PagePolicy | None = None,
        index: bool = False,
        **values: Any,
    ) -> Response:
        """A page from `templates/server/TEMPLATE`. `index` lets search engines keep it."""
        visitor = self.visitor(request)
        text = templating.render(
            f"server/{template}",
            **WORDS,
            visitor=visitor,
            form_token=self.sessions.form_token(visitor) if visitor else "",
            can_sign_in=self.can_sign_in,
            here=request.url.path,
            asset=self.assets.address,
            **values,
        )
        response = HTMLResponse(text + "\n", status)
        response.headers["Content-Security-Policy"] = (allowed or PagePolicy()).policy
        set_security_headers(response.headers, https=self.https)
        if index:
            del response.headers["X-Robots-Tag"]
            response.headers["X-Robots-Tag"] = "all"
        return response

    def redirect(self, path: str) -> Response:
        """Go on to another page of ours (303); anything else leads to the first page."""
        response = RedirectResponse(local_path(path), 303)
        set_security_headers(response.headers, https=self.https)
        return response

    def form(self, request: Request, visitor: Visitor | None) -> Mapping[str, str]:
        """The fields of a form that one of our pages showed to this person.

        For a page that runs in a thread. Raises PageError when it is too large, comes from another
        site, or was shown to somebody else. Who is nobody needs no token: nothing can be done in
        their name.
        """
        fields = from_thread.run(_fields, request)
        origin = request.headers.get("Origin")
        if origin is not None and origin != _origin(self.address(request)):
            raise _forged_form()
        if visitor is not None and not self.sessions.is_form_token(visitor, fields.get(TOKEN, "")):
            raise _forged_form()
        return fields

    @property
    def can_sign_in(self) -> bool:
        """Whether there is an App with which people sign in."""
        return self.config.client_id is not None and self.config.client_secret is not None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _forged_form() -> PageError:
    return PageError(
        403,
        "This form is not from here",
        "It may be older than your sign-in. Go back, load the page again, and send it anew.",
    )


async def _fields(request: Request) -> dict[str, str]:
    """Text fields only; of those that come twice the last."""
    content_length = request.headers.get("Content-Length", "")
    if not content_length.isdigit() or int(content_length) > LARGEST_FORM:
        raise PageError(413, "That is more than a form of ours holds")
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
