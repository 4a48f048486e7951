"""The page that shows how far the first sync of a repository is, and its data for the script."""

from datetime import UTC, datetime
from typing import Literal

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.github.oauth import Reachable
from bot.planning.snapshot import FrozenModel
from bot.server.pages.access import Access
from bot.server.pages.frame import Frame, not_found
from bot.server.pages.response_headers import page_policy
from bot.server.store.rows import RepositoryRow, repository
from bot.templating import plural

HOME = "/setup/{owner}/{name}/progress"


class SetupProgress(FrozenModel):
    """How far the first sync is, in words for a person and in changes that are written."""

    state: Literal["waiting", "working", "done", "trouble"]
    message: str
    detail: str = ""
    written: int = 0
    to_write: int = 0

    @property
    def again(self) -> bool:
        """Return whether a later request may bring something new."""
        return self.state in {"waiting", "working"}


def add(app: FastAPI, frame: Frame, access: Access) -> None:
    """Add the page and its data."""

    def page(request: Request) -> Response:
        found = access.writable_repository(request)
        now = _progress(frame, found, request)
        return frame.page(
            request,
            "setup-progress.html.j2",
            policy=page_policy(script=True),
            full_name=found.full_name,
            private=found.private,
            progress=now,
            since=request.query_params.get("since", ""),
            shown=frame.document(found.id) if now.state == "done" else None,
        )

    def data(request: Request) -> Response:
        if frame.visitor(request) is None:
            raise not_found()
        now = _progress(frame, access.writable_repository(request), request)
        return JSONResponse({**now.model_dump(), "again": now.again})

    app.add_route(f"{HOME}.json", data, methods=["GET"])
    app.add_route(HOME, page, methods=["GET"])


def _progress(frame: Frame, found: Reachable, request: Request) -> SetupProgress:
    return setup_progress(
        frame.store.repositories.repository(found.id),
        since=moment(request.query_params.get("since", "")),
        due=frame.store.jobs.due_at(repository(found.id)),
    )


def moment(text: str) -> datetime | None:
    """Return the aware time of milliseconds since 1970; None for any other text."""
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        return None
    try:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    except (OverflowError, ValueError):
        return None


def setup_progress(
    row: RepositoryRow | None, *, since: datetime | None, due: datetime | None
) -> SetupProgress:
    """Return how far the sync is that was requested at `since`; older results don't count.

    `due` is when the repository is synced next, as far as that is known. Times are aware.
    """
    if row is None or row.state == "gone":
        return SetupProgress(state="waiting", message="Waiting for GitHub to add the repository.")
    if row.to_write:
        return SetupProgress(
            state="working",
            message=f"{row.written} of {plural(row.to_write, 'change')} written.",
            written=row.written,
            to_write=row.to_write,
        )
    if row.synced_at is None or (since is not None and row.synced_at < since):
        return SetupProgress(state="waiting", message="It starts in a moment.")
    match row.result:
        case "synced":
            return SetupProgress(state="done", message="Everything is written.")
        case "waiting":
            at = f" at {due.astimezone(UTC):%H:%M} UTC" if due is not None else ""
            message = f"GitHub asks us to wait. It goes on by itself{at}."
            return SetupProgress(state="waiting", message=message, detail=row.message)
        case "unset":
            message = "There are no settings yet."
        case "wrong":
            message = "The settings can't be used yet."
        case _:
            message = "GitHub did not let it go on."
    return SetupProgress(state="trouble", message=message, detail=row.message)
