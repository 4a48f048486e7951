"""What all pages share: the visitor, the page around a page, forms, and refusals.

A page is a plain function from a request to a response. It runs in a thread, so it may ask the
store and GitHub. It raises `PageError` to refuse; any other error becomes a page in `error_pages`.
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot import templating
from bot.clock import Clock
from bot.github.http_session import httpx2_session
from bot.github.oauth import OAuthClient
from bot.i18n import LANGUAGES
from bot.i18n import gettext as _
from bot.reports.formatting import WORDS
from bot.server.config import ServerConfig
from bot.server.keys import Keys
from bot.server.page_limit import client_network
from bot.server.pages.github_calls import GitHubCalls
from bot.server.pages.language import language_links
from bot.server.pages.response_headers import page_policy
from bot.server.pages.sessions import Sessions, Visitor
from bot.server.server import Server
from bot.server.showing import Showing, unpacked
from bot.templating import templates_root

SIGN_IN = "/sign-in"
TOKEN = "form_token"  # the hidden field of every form  # noqa: S105 - the name of a field
MAX_FIELDS = 100


@dataclass(eq=False)
class PageError(Exception):
    """A page that can't be shown, and why, in words for a person. `again` is in seconds."""

    status: int
    title: str
    detail: str = ""
    again: int | None = None


class SignInRequiredError(Exception):
    """A page for people who are signed in, requested by somebody who is not."""


def not_found() -> PageError:
    """Return the error for pages that don't exist, and for pages that the visitor may not see."""
    return PageError(404, _("Page not found"), _("Or you don't have access."))


def impossible(status: int = 400) -> PageError:
    """Return the error for what no page of ours asks for."""
    return PageError(status, _("This didn't work"), _("Go back and try another way."))


def local_path(path: str) -> str:
    """Return `path` when it leads to a page of ours, else `/`."""
    parts = urlsplit(path) if path.isascii() and path.isprintable() else None
    ours = parts and not parts.scheme and not parts.netloc and path.startswith("/")
    return path if ours and not path.startswith("//") and "\\" not in path else "/"


def sign_in_address(then: str) -> str:
    """Return the path that signs somebody in and leads to `then` afterwards."""
    return f"{SIGN_IN}?{urlencode({'then': then})}"


TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
CACHE_FOREVER = "public, max-age=31536000, immutable"
CACHE_BRIEFLY = "public, max-age=300"


class Asset(NamedTuple):
    """A file, its media type, and a hash of its content."""

    content: bytes
    media_type: str
    version: str


class Assets:
    """The assets in `templates/server`, at addresses that change with their content."""

    def __init__(self) -> None:
        self._all = {
            file.name: _read(file.read_bytes(), TYPES[file.suffix])
            for file in sorted((templates_root() / "server").iterdir())
            if file.suffix in TYPES
        }

    def address(self, name: str) -> str:
        """Return the path of an asset. Raises KeyError for an unknown name."""
        return f"/assets/{name}?v={self._all[name].version}"

    def add(self, app: FastAPI) -> None:
        """Add the routes of the assets."""
        app.add_route("/assets/{name}", self._asset, methods=["GET"])
        # Browsers ask for it beside a page that names none, such as a report.
        app.add_route("/favicon.ico", self._icon, methods=["GET"])

    def _asset(self, request: Request) -> Response:
        if (found := self._all.get(request.path_params["name"])) is None:
            raise HTTPException(404)
        current = request.query_params.get("v") == found.version
        headers = {"Cache-Control": CACHE_FOREVER if current else CACHE_BRIEFLY}
        return Response(found.content, media_type=found.media_type, headers=headers)

    def _icon(self, _request: Request) -> Response:
        return RedirectResponse(self.address("icon.svg"), 303)


def _read(content: bytes, media_type: str) -> Asset:
    return Asset(content, media_type, hashlib.sha256(content).hexdigest()[:16])


Page = Callable[[Request], Response]


class Frame:
    """Renders the pages of one server, whose configuration may change while it runs."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.store = server.store
        self.assets = Assets()
        self.github = GitHubCalls()
        self.resources = ExitStack()  # what pages have opened, closed when the server stops
        self._signin: tuple[object, OAuthClient] | None = None

    @property
    def config(self) -> ServerConfig:
        """Return the configuration as it is now."""
        return self.server.config

    @property
    def clock(self) -> Clock:
        """Return the clock of the server, which gives aware times."""
        return self.server.clock

    @cached_property
    def keys(self) -> Keys:
        """Return the keys of this server."""
        return Keys.of(self.config, self.store)

    @cached_property
    def sessions(self) -> Sessions:
        """Return the cookies of people who sign in."""
        return Sessions(self.keys, self.store.sessions, secure=self.config.https, clock=self.clock)

    @property
    def signin(self) -> OAuthClient | None:
        """Return the OAuth client; None without an App or its client secret."""
        config = self.config
        if config.client_id is None or config.client_secret is None:
            return None
        known = (config.client_id, config.client_secret, config.api_url)
        if self._signin is None or self._signin[0] != known:
            made = OAuthClient(
                config.client_id,
                config.client_secret,
                api_url=config.api_url,
                connect=httpx2_session,
                clock=self.clock,
            )
            self.resources.callback(made.close)
            self._signin = (known, made)
        return self._signin[1]

    def visitor(self, request: Request) -> Visitor | None:
        """Return the person who is signed in, or None."""
        return self.sessions.visitor(request)

    def signed_in_visitor(self, request: Request) -> Visitor:
        """Return the person who is signed in. Raises SignInRequiredError."""
        if (visitor := self.visitor(request)) is None:
            raise SignInRequiredError
        return visitor

    def github_page(self, page: Page, *, seconds: float | None = None) -> Page:
        """Return a page that asks GitHub for all that it shows, with so much time for it."""

        def bounded(request: Request) -> Response:
            visitor = self.visitor(request)
            person = str(visitor.id) if visitor else client_network(request.client) or "unknown"
            self.github.begin(seconds)
            return self.github.run(person, lambda: page(request))

        return bounded

    def document(self, repository_id: int) -> Showing | None:
        """Return what pages show of a repository as of its last sync; None before the first."""
        stored = self.store.page_cache.get(repository_id)
        return _unpacked(stored.document) if stored is not None else None

    def address(self, request: Request, path: str = "/") -> str:
        """Return the full URL of a page of ours, as people outside reach it."""
        return (self.config.public_url or str(request.base_url).rstrip("/")) + path

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        policy: str | None = None,
        index: bool = False,
        **values: Any,
    ) -> Response:
        """Render `templates/server/TEMPLATE`. `index` lets search engines list the page."""
        visitor = self.visitor(request)
        text = templating.render(
            f"server/{template}",
            **WORDS,
            visitor=visitor,
            form_token=self.sessions.form_token(visitor) if visitor else "",
            can_sign_in=self.can_sign_in,
            here=request.url.path,
            languages=LANGUAGES,
            language_links=language_links(request),
            asset=self.assets.address,
            **values,
        )
        response = HTMLResponse(text + "\n", status)
        response.headers["Content-Security-Policy"] = policy or page_policy()
        if index:
            response.headers["X-Robots-Tag"] = "all"
        return response

    def redirect(self, path: str) -> Response:
        """Redirect to another page of ours (303), and to `/` instead of anywhere else."""
        return RedirectResponse(local_path(path), 303)

    def form(self, request: Request, visitor: Visitor | None) -> Mapping[str, str]:
        """Return the fields of a form that one of our pages showed to this person.

        Raises PageError when the form has too many fields, comes from another site, or was shown to
        somebody else. Without a visitor no token is needed: nothing can be done in their name.
        """
        fields = _fields(request)
        origin, ours = request.headers.get("Origin"), urlsplit(self.address(request))
        if origin is not None and origin != f"{ours.scheme}://{ours.netloc}".lower():
            raise _forged_form()
        if visitor is not None and not self.sessions.is_form_token(visitor, fields.get(TOKEN, "")):
            raise _forged_form()
        return fields

    @property
    def can_sign_in(self) -> bool:
        """Return whether there is an App with which people sign in."""
        return self.config.client_id is not None and self.config.client_secret is not None


_unpacked = lru_cache(maxsize=64)(unpacked)


def _forged_form() -> PageError:
    text = _("It may be older than your sign-in. Go back, reload the page and send it again.")
    return PageError(403, _("This form has expired"), text)


def _fields(request: Request) -> dict[str, str]:
    """Return the fields of a form; the last one of those that come twice."""
    if not request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    body = request.state.body.decode("latin-1")  # browsers send ASCII
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise PageError(413, _("This form is too large")) from None
