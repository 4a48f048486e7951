"""Badges: small pictures for READMEs, drawn from one short column of the store.

The badge of a private repository has an address that nobody can guess:
`/badge/private/ID-SEAL.svg`. A repository that is private or missing and a wrong seal all get the
same grey badge with status 200, as Shields does: image proxies like GitHub's show nothing at all
for an error.
"""

from functools import lru_cache
from typing import NamedTuple

from fastapi import FastAPI
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import UnavailableError
from bot.reports.badge import GREY, Badge, as_shields, as_svg
from bot.server.pages.access import Access, repository_name
from bot.server.pages.frame import Frame, PageError
from bot.server.pages.response_headers import conditional_response, etag
from bot.server.store.rows import RepositoryRow

PRIVATE = "private"
PURPOSE = "badge"
NOT_FOUND = Badge(label="milepost", message="not found", color=GREY)
NOT_YET = Badge(label="milepost", message="not begun yet", color=GREY)
# GitHub's image proxy caches a badge this long, and with `stale-*` shows the last one while it
# revalidates or this server is down. Shields caches its own as long.
CACHE_CONTROL = "max-age=300, s-maxage=300, stale-while-revalidate=300, stale-if-error=86400"
TYPES = {"svg": "image/svg+xml", "json": "application/json"}


class BadgeImage(NamedTuple):
    """The bytes of a badge, and their ETag."""

    content: bytes
    etag: str


@lru_cache(maxsize=1024)
def badge_image(badge: Badge, ending: str) -> BadgeImage:
    """Return the badge as a picture (`svg`) or for Shields (`json`)."""
    content = (as_svg(badge) if ending == "svg" else as_shields(badge)).encode()
    return BadgeImage(content, etag(content))


def address(frame: Frame, row: RepositoryRow, ending: str = "svg") -> str:
    """Return the path of a repository's badge. That of a private repository is a secret."""
    if not row.private:
        return f"/badge/{row.full_name}.{ending}"
    seal = frame.keys.sign(PURPOSE, str(row.id))
    return f"/badge/{PRIVATE}/{row.id}-{seal}.{ending}"


def add(app: FastAPI, frame: Frame, access: Access) -> None:
    """Add the badges below `/badge`."""

    def badge(request: Request) -> Response:
        ending = request.url.path.rpartition(".")[2]
        return _answer(request, badge_image(_badge(frame, access, request), ending), ending)

    for ending in TYPES:
        app.add_route(f"/badge/{{owner}}/{{name}}.{ending}", badge, methods=["GET"])


def _badge(frame: Frame, access: Access, request: Request) -> Badge:
    try:
        name = repository_name(request)
    except PageError:
        return NOT_FOUND
    row = _private_repository(frame, name) if name.startswith(f"{PRIVATE}/") else None
    # Somebody on GitHub may be called "private".
    try:
        row = row or access.public(name)
    except UnavailableError:
        return NOT_FOUND
    if row is None:
        return NOT_FOUND
    values = frame.store.page_cache.badge(row.id)
    try:
        return Badge.model_validate_json(values) if values is not None else NOT_YET
    except ValidationError:
        return NOT_YET


def _private_repository(frame: Frame, name: str) -> RepositoryRow | None:
    number, _, seal = name.partition("/")[2].partition("-")
    if not (number.isascii() and number.isdigit() and frame.keys.fits(PURPOSE, number, seal)):
        return None
    row = frame.store.repositories.repository(int(number))
    return row if row is not None and row.state != "gone" else None


def _answer(request: Request, made: BadgeImage, ending: str) -> Response:
    headers = {
        "Cache-Control": CACHE_CONTROL,
        # Badges are for other people's pages.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return conditional_response(request, made.content, made.etag, TYPES[ending], headers)
