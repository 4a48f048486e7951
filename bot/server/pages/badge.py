"""Badges: small pictures for READMEs, drawn from one short column of the store.

The badge of a private repository has an address that nobody can guess:
`/badge/private/ID-SEAL.svg`. A repository that is private or missing and a wrong seal all get the
same grey badge with status 200, as Shields does: image proxies like GitHub's show nothing at all
for an error.
"""

from functools import lru_cache

from fastapi import FastAPI
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import UnavailableError
from bot.reports.badge import GREY, Badge, as_shields, as_svg
from bot.server.pages.access import Access, repository_name
from bot.server.pages.frame import Frame, PageError
from bot.server.pages.response_headers import conditional_response
from bot.server.store.rows import RepositoryRow

PRIVATE = "private"
PURPOSE = "badge"
NOT_FOUND = Badge(label="milepost", message="not found", color=GREY)
NOT_YET = Badge(label="milepost", message="not begun yet", color=GREY)
# GitHub's image proxy caches a badge this long, and with `stale-*` shows the last one while it
# revalidates or this server is down. Shields caches its own as long.
HEADERS = {
    "Cache-Control": "max-age=300, s-maxage=300, stale-while-revalidate=300, stale-if-error=86400",
    # Badges are for other people's pages.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
TYPES = {"svg": "image/svg+xml", "json": "application/json"}


@lru_cache(maxsize=1024)
def badge_image(badge: Badge, ending: str) -> bytes:
    """Return the badge as a picture (`svg`) or for Shields (`json`)."""
    return (as_svg(badge) if ending == "svg" else as_shields(badge)).encode()


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
        image = badge_image(_badge(frame, access, request), ending)
        return conditional_response(request, image, TYPES[ending], HEADERS)

    for ending in TYPES:
        app.add_route(f"/badge/{{owner}}/{{name}}.{ending}", badge, methods=["GET"])


def _badge(frame: Frame, access: Access, request: Request) -> Badge:
    try:
        name = repository_name(request)
        row = _private_repository(frame, name) if name.startswith(f"{PRIVATE}/") else None
        row = row or access.public(name)  # somebody on GitHub may be called "private"
    except (PageError, UnavailableError):
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
