"""The page of one repository as of its last sync, its pictures, and its checkpoint reports."""

import base64
import hashlib
import re
from datetime import datetime
from functools import partial
from typing import Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.github.addresses import web_root
from bot.github.issue_list import NOT_READ
from bot.reports import checkpoint as checkpoint_reports
from bot.reports import weekly
from bot.reports.next_work import most_important
from bot.server.pages import badge, calendar
from bot.server.pages.access import Access
from bot.server.pages.cohort import learner_code
from bot.server.pages.frame import Frame, not_found
from bot.server.pages.response_headers import conditional_response, page_policy
from bot.server.showing import Showing, learner_key
from bot.server.store.cohorts import HOLDS, is_confirmed
from bot.server.store.rows import RepositoryRow, repository
from bot.settings import CONFIG_PATH
from bot.templating import Html

MOST_WORK = 40
SHIELDS = "https://img.shields.io/endpoint?url="
# A picture has a style sheet inside, and nothing from outside.
PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)

Standing = Literal[
    "well",
    "partly",
    "writing",
    "new",
    "unset",
    "wrong",
    "refused",
    "waiting",
    "archived",
    "suspended",
]

# Whom a learner shares with, or why with nobody.
Sharing = Literal[
    "on", "off", "nobody", "new", "unset", "wrong", "archived", "suspended", "old", "unread"
]

_BY_RESULT: dict[str, Standing] = {
    "": "new",
    "unset": "unset",
    "wrong": "wrong",
    "refused": "refused",
    "waiting": "waiting",
}


def add(app: FastAPI, frame: Frame, access: Access) -> None:
    """Add the pages below `/r`."""

    def checkpoint(request: Request) -> Response:
        row = access.visible_repository(request).row
        shown = frame.document(row.id)
        report = shown.report(request.path_params["id"]) if shown is not None else None
        if report is None:
            raise not_found()
        page = checkpoint_reports.as_html(report, back=f"/r/{row.full_name}") + "\n"
        policy = page_policy(style=_style_hashes(page))
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    def picture(request: Request) -> Response:
        shown = frame.document(access.visible_repository(request).row.id)
        found = shown.picture(request.path_params["picture"]) if shown is not None else None
        if found is None:
            raise not_found()
        headers = {"Content-Security-Policy": PICTURE_POLICY, "Cache-Control": "private, no-cache"}
        return conditional_response(request, found.encode(), "image/svg+xml", headers)

    home, page = "/r/{owner}/{name}", partial(_page, frame, access)
    calendar.add(app, frame, access, page)  # before the page, whose address fits theirs
    app.add_route(home, page, methods=["GET"])
    app.add_route(f"{home}/checkpoints/{{id}}", checkpoint, methods=["GET"])
    app.add_route(f"{home}/pictures/{{picture}}.svg", picture, methods=["GET"])


def _page(frame: Frame, access: Access, request: Request) -> Response:
    seen = access.visible_repository(request)
    row, shown = seen.row, frame.document(seen.row.id)
    dashboard = shown.dashboard if shown is not None else None
    state = standing(frame, row)
    mentors = frame.store.cohorts.mentors(row.id) if seen.can_write else ()
    shares = shown is not None and shown.member is not None
    sharing = _sharing(row, state, frame.clock(), names_mentors=bool(mentors), shares=shares)
    return frame.page(
        request,
        "path.html.j2",
        row=row,
        can_write=seen.can_write,
        is_slow=seen.is_slow,
        standing=state,
        sharing=sharing if seen.can_write else None,
        mentors=mentors,
        code=_code(frame, row, shown),
        shown=shown,
        d=dashboard,
        works=most_important(dashboard.place.work, MOST_WORK) if dashboard else (),
        week=markdown_html(weekly.as_markdown(shown.week)) if shown and shown.week else None,
        github=f"{web_root(frame.config.api_url)}/{row.full_name}",
        home=f"/r/{row.full_name}",
        badge=_badge(frame, request, row),
        calendar=calendar.address(frame, request, row),
        address=partial(frame.address, request),
        config_path=CONFIG_PATH,
        last_sync=_in_zone(row.synced_at, row.zone),
        next_sync=_in_zone(frame.store.jobs.due_at(repository(row.id)), row.zone),
    )


def standing(frame: Frame, row: RepositoryRow) -> Standing:
    """Return the state of a repository, for which the template has sentences."""
    if row.state == "archived" or row.result == "archived":
        return "archived"
    owner = frame.store.repositories.installation(row.installation_id)
    if owner is not None and owner.state == "suspended":
        return "suspended"
    if row.to_write:
        return "writing"
    well: Standing = "partly" if NOT_READ in row.message else "well"
    return _BY_RESULT.get(row.result, well)


def _sharing(
    row: RepositoryRow, state: Standing, now: datetime, *, names_mentors: bool, shares: bool
) -> Sharing:
    """Return whether a path is shown to the mentors of its settings, or why to nobody."""
    if state == "suspended" or state == "archived":
        return state
    if is_confirmed(row, now):
        return "on" if names_mentors else "nobody" if shares else "off"
    if state == "new" or state == "unset" or state == "wrong":
        return state
    return "old" if row.synced_at is not None and now - row.synced_at > HOLDS else "unread"


def _code(frame: Frame, row: RepositoryRow, shown: Showing | None) -> str:
    """Return the code of a learner who goes by another name; empty for others."""
    if shown is None or shown.member is None or shown.member.repository is not None:
        return ""
    return learner_code(frame, learner_key(row.full_name, row.id))


def markdown_html(text: str) -> Html:
    """Return a report as HTML, with links to the web, and without its own HTML or pictures."""
    return Html(_MARKDOWN.render(text))


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's own name for it
        return url.startswith(("https://", "http://"))


_MARKDOWN = _Parser("commonmark", {"html": False}).disable(["image", "html_inline", "html_block"])


def _badge(frame: Frame, request: Request, row: RepositoryRow) -> dict[str, Any]:
    """Return the badge, and how it gets into a README; `sealed` when its address is a secret."""
    picture = badge.address(frame, row)
    page = frame.address(request, f"/r/{row.full_name}")
    data = frame.address(request, badge.address(frame, row, "json"))
    return {
        "picture": picture,
        "markdown": f"[![Milepost]({frame.address(request, picture)})]({page})",
        "shields": SHIELDS + quote(data, safe=""),
        "sealed": row.private,
    }


def _in_zone(at: datetime | None, zone: str) -> datetime | None:
    """Return the time in the learner's zone, which the store has checked."""
    return at.astimezone(ZoneInfo(zone)) if at is not None else None


def _style_hashes(page: str) -> str:
    """Return the policy's sources for exactly the style sheets in this page."""
    digests = (hashlib.sha256(style.encode()).digest() for style in _STYLE.findall(page))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
