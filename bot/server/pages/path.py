"""The page of one repository: where its learner is, told from what the last look found.

With it come its pictures, and the reports on the checkpoints that were reached, to print.
"""

import base64
import hashlib
import re
from datetime import datetime
from typing import Literal, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.github.addresses import web_root
from bot.reports import checkpoint_text, weekly
from bot.reports.next_work import most_important
from bot.server.pages import badge
from bot.server.pages.access import Access, VisibleRepository
from bot.server.pages.conditional_response import conditional_response, etag
from bot.server.pages.frame import Frame, PagePolicy, not_found
from bot.server.pages.markdown_html import markdown_html
from bot.server.pages.page_documents import OpenDocuments
from bot.server.store.rows import RepositoryRow, repository
from bot.settings import CONFIG_PATH

MOST_WORK = 40
SHIELDS = "https://img.shields.io/endpoint?url="
# A picture has a style sheet inside, and nothing from outside.
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)

Standing = Literal[
    "well", "writing", "new", "unset", "wrong", "refused", "waiting", "archived", "suspended"
]

_PLAIN: dict[str, Standing] = {
    "": "new",
    "unset": "unset",
    "wrong": "wrong",
    "refused": "refused",
    "waiting": "waiting",
}


class BadgeWords(NamedTuple):
    """The badge, and how it gets into a README; `sealed` when its address is a secret."""

    picture: str
    markdown: str
    shields: str
    sealed: bool


def add(app: FastAPI, frame: Frame, access: Access, opened: OpenDocuments) -> None:
    """The pages below `/r`."""

    def path(request: Request) -> Response:
        sight = access.visible_repository(request)
        return _path(frame, opened, request, sight)

    def checkpoint(request: Request) -> Response:
        row = access.visible_repository(request).row
        shown = opened.of(row.id)
        report = shown.report(request.path_params["id"]) if shown is not None else None
        if report is None:
            raise not_found()
        page = checkpoint_text.as_html(report, back=f"/r/{row.full_name}") + "\n"
        response = HTMLResponse(page)
        response.headers["Content-Security-Policy"] = PagePolicy(style=_hashes(page)).policy
        return response

    def picture(request: Request) -> Response:
        shown = opened.of(access.visible_repository(request).row.id)
        found = shown.picture(request.path_params["picture"]) if shown is not None else None
        if found is None:
            raise not_found()
        content = found.svg.encode()
        headers = {"Content-Security-Policy": PICTURE_POLICY, "Cache-Control": "private, no-cache"}
        return conditional_response(request, content, etag(content), "image/svg+xml", headers)

    home = "/r/{owner}/{name}"
    app.add_route(home, path, methods=["GET"])
    app.add_route(f"{home}/checkpoints/{{id}}", checkpoint, methods=["GET"])
    app.add_route(f"{home}/pictures/{{picture}}.svg", picture, methods=["GET"])


def standing(frame: Frame, row: RepositoryRow) -> Standing:
    """How things are with a repository, in one word that the template has sentences for."""
    if row.state == "archived" or row.result == "archived":
        return "archived"
    owner = frame.store.repositories.installation(row.installation_id)
    if owner is not None and owner.state == "suspended":
        return "suspended"
    if row.to_write:
        return "writing"
    return _PLAIN.get(row.result, "well")


def _path(
    frame: Frame, opened: OpenDocuments, request: Request, sight: VisibleRepository
) -> Response:
    row, shown = sight.row, opened.of(sight.row.id)
    dashboard = shown.dashboard if shown is not None else None
    return frame.page(
        request,
        "path.html.j2",
        row=row,
        can_write=sight.can_write,
        standing=standing(frame, row),
        shown=shown,
        d=dashboard,
        works=most_important(dashboard.place.work, MOST_WORK) if dashboard else (),
        week=markdown_html(weekly.as_markdown(shown.week)) if shown and shown.week else None,
        github=f"{web_root(frame.config.api_url)}/{row.full_name}",
        home=f"/r/{row.full_name}",
        badge=_badge(frame, request, row),
        config_path=CONFIG_PATH,
        last_sync=_in_zone(row.synced_at, row.zone),
        next_sync=_in_zone(frame.store.jobs.due_at(repository(row.id)), row.zone),
    )


def _badge(frame: Frame, request: Request, row: RepositoryRow) -> BadgeWords:
    picture = badge.address(frame, row)
    page = frame.address(request, f"/r/{row.full_name}")
    data = frame.address(request, badge.address(frame, row, "json"))
    return BadgeWords(
        picture=picture,
        markdown=f"[![Milepost]({frame.address(request, picture)})]({page})",
        shields=SHIELDS + quote(data, safe=""),
        sealed=row.private,
    )


def _in_zone(at: datetime | None, zone: str) -> datetime | None:
    """In the learner's own time; the store holds no zone that nobody knows."""
    return at.astimezone(ZoneInfo(zone)) if at is not None else None


def _hashes(page: str) -> str:
    """What allows exactly the style sheets in this page."""
    digests = (hashlib.sha256(style.encode()).digest() for style in _STYLE.findall(page))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
