"""Calendars of paths, for programs that subscribe to an address and cannot sign in.

That of a public repository is beside its page. That of a private one has an address that nobody can
guess, as Google Calendar's "secret address" is: `/c/ID-SEAL.ics`. The seal is made from the
server's key and a random part in the store. Renewing replaces that part; with the repository or the
App it is deleted, so an old address never comes back to life.
"""

from typing import NamedTuple

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bot.reports.calendar import MEDIA_TYPE
from bot.server.pages.access import Access
from bot.server.pages.frame import Frame, Page, PageError, not_found
from bot.server.pages.response_headers import conditional_response
from bot.server.store.rows import RepositoryRow

PURPOSE = "calendar"
ENDING = ".ics"
# A repository may turn private, so nothing on the way keeps a copy.
HEADERS = {"Cache-Control": "private, no-cache"}


class CalendarAddress(NamedTuple):
    """Holds the full URL of a calendar, and whether it's a secret."""

    url: str
    secret: bool

    @property
    def opens(self) -> str:
        """Return the address that calendar programs on the visitor's device open, if any."""
        scheme, _, rest = self.url.partition("://")
        return f"webcal://{rest}" if scheme == "https" else ""


def address(frame: Frame, request: Request, row: RepositoryRow) -> CalendarAddress | None:
    """Return the address of a repository's calendar; None before its first sync."""
    found = frame.store.calendars.address_key(row.id)
    if found is None:
        return None
    if not row.private:
        return CalendarAddress(frame.address(request, f"/r/{row.full_name}{ENDING}"), secret=False)
    seal = frame.keys.sign(PURPOSE, _sealed(row.id, found.key))
    return CalendarAddress(frame.address(request, f"/c/{row.id}-{seal}{ENDING}"), secret=True)


def add(app: FastAPI, frame: Frame, access: Access, page: Page) -> None:
    """Add the calendars. `page` is that of a path, for a repository whose name ends like them."""

    def public(request: Request) -> Response:
        try:
            row = access.visible_repository(request).row
        except PageError:
            request.path_params["name"] += ENDING
            return page(request)
        return _file(frame, request, row)

    def secret(request: Request) -> Response:
        row = _sealed_repository(frame, request.path_params["sealed"])
        if row is None:
            raise not_found()
        return _file(frame, request, row)

    def renew(request: Request) -> Response:
        frame.form(request, frame.visitor(request))
        found = access.writable_repository(request)
        frame.store.calendars.renew(found.id)
        return frame.redirect(f"/r/{found.full_name}")

    app.add_route(f"/c/{{sealed}}{ENDING}", secret, methods=["GET"])
    app.add_route(f"/r/{{owner}}/{{name}}{ENDING}", public, methods=["GET"])
    app.add_route("/r/{owner}/{name}/calendar", renew, methods=["POST"])


def _file(frame: Frame, request: Request, row: RepositoryRow) -> Response:
    content = frame.store.calendars.content(row.id)
    if content is None:
        raise not_found()
    return conditional_response(request, content, MEDIA_TYPE, HEADERS)


def _sealed_repository(frame: Frame, name: str) -> RepositoryRow | None:
    number, _, seal = name.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < len(str(2**63))):
        return None
    found = frame.store.calendars.address_key(int(number))
    fits = frame.keys.fits(PURPOSE, _sealed(int(number), found.key if found else ""), seal)
    row = frame.store.repositories.repository(int(number)) if found and fits else None
    return row if row is not None and row.state != "gone" else None


def _sealed(number: int, key: str) -> str:
    """Return what the seal signs."""
    return f"{number} {key}"
