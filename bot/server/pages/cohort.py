"""The page for a mentor: where those are who share that with them, and who would like help.

Two things must be true: the learner named this login among the mentors and shares, in the settings
of their own repository; and the repository is public, or GitHub lets this mentor read it. Whoever
goes by another name is not linked to, and nothing in the page or the JSON leads to them. Where
GitHub gives no answer about one of them, the others are shown.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import AuthenticationError, MilepostError, UnavailableError
from bot.reports.cohort import Cohort, Member, as_json
from bot.server.pages.access import Access
from bot.server.pages.frame import Frame, PageError
from bot.server.pages.page_documents import OpenDocuments
from bot.server.pages.sessions import Visitor
from bot.server.store.rows import RepositoryRow

AT_ONCE = 8  # questions to GitHub
MOST_FAILURES = 8  # of them without an answer: then GitHub is asked about nobody more

Sight = Literal["seen", "hidden", "unknown"]


class CohortResult(Cohort):
    """A cohort of which not all could be asked about just now, when it is not `complete`.

    `waiting` are the names, as they go by here, of those of them whom this mentor is known to be
    allowed to see: the others may not be theirs to know of.
    """

    complete: bool
    waiting: tuple[str, ...] = ()


def add(app: FastAPI, frame: Frame, access: Access, opened: OpenDocuments) -> None:
    """`/cohort` and `/cohort.json`."""

    def page(request: Request) -> Response:
        visitor = frame.visitor(request)
        if visitor is None:
            return frame.redirect("/sign-in?then=/cohort") if frame.can_sign_in else _no_cohort()
        cohort = _cohort(frame, access, opened, visitor)
        help_requests = [one for one in cohort.members if one.asks]
        return frame.page(request, "cohort.html.j2", cohort=cohort, help_requests=help_requests)

    def data(request: Request) -> Response:
        visitor = frame.visitor(request)
        if visitor is None:
            return _no_cohort()
        content = as_json(_cohort(frame, access, opened, visitor))
        return Response(content + "\n", media_type="application/json")

    app.add_route("/cohort", page, methods=["GET"])
    app.add_route("/cohort.json", data, methods=["GET"])


def _no_cohort() -> Response:
    raise PageError(401, "Sign in to see whom you accompany")


def _cohort(frame: Frame, access: Access, opened: OpenDocuments, visitor: Visitor) -> CohortResult:
    """By the names they go by here, so that the order tells nothing else."""
    rows = frame.store.repositories.by_ids(
        frame.store.page_cache.repositories_of_mentor(visitor.login)
    )
    sights = _visible_repositories(access, rows, visitor)
    seen: list[Member] = []
    waiting: list[str] = []
    for row, sight in zip(rows, sights, strict=True):
        if sight == "hidden" or (found := _member(opened, row, visitor)) is None:
            continue
        if sight == "seen":
            seen.append(found)
        elif not row.private or access.is_reachable_cached(visitor, row.full_name):
            waiting.append(found.who)
    return CohortResult(
        learners=tuple(sorted(seen, key=lambda one: one.who.casefold())),
        complete="unknown" not in sights,
        waiting=tuple(sorted(waiting, key=str.casefold)),
    )


def _visible_repositories(
    access: Access, rows: Sequence[RepositoryRow], visitor: Visitor
) -> list[Sight]:
    """Which of them this mentor may see now. Raises AuthenticationError."""
    silent: list[int] = []

    def sight(row: RepositoryRow) -> Sight:
        try:
            if _is_public(access, row):
                return "seen"
            if len(silent) >= MOST_FAILURES:
                return "unknown"
            found = access.fetch_reachable(visitor, row.full_name)
        except AuthenticationError:
            raise
        except MilepostError:
            silent.append(row.id)
            return "unknown"
        return "seen" if found is not None and found.id == row.id else "hidden"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(sight, rows))


def _is_public(access: Access, row: RepositoryRow) -> bool:
    try:
        return access.is_public(row)
    except UnavailableError:
        return False


def _member(opened: OpenDocuments, row: RepositoryRow, visitor: Visitor) -> Member | None:
    """The document has the last word: it is what the learner's settings said."""
    shown = opened.of(row.id)
    if shown is None or visitor.login.lower() not in shown.mentors:
        return None
    return shown.member
