"""The page for a mentor: how far their learners are, and who would like help.

A learner is shown when their own settings name this login among the mentors and share, and when
the repository is public or GitHub lets this mentor read it. Nothing in the page or the JSON leads
to a learner who goes by another name. When GitHub gives no answer about one repository, the others
are shown.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import Literal

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import AuthenticationError, MilepostError, UnavailableError
from bot.reports.cohort import Cohort, Member, as_json
from bot.server.pages.access import Access
from bot.server.pages.frame import Frame, PageError
from bot.server.pages.sessions import Visitor
from bot.server.store.rows import RepositoryRow

CONCURRENCY = 8  # requests to GitHub
MAX_FAILURES = 8  # requests without an answer, after which GitHub is not asked any more

Visibility = Literal["seen", "hidden", "unknown"]


class CohortResult(Cohort):
    """A cohort, `complete` when GitHub answered about every repository.

    `waiting` has the names shown here of those without an answer whom this mentor is known to be
    allowed to see: the existence of others may be private.
    """

    complete: bool
    waiting: tuple[str, ...] = ()


def add(app: FastAPI, frame: Frame, access: Access) -> None:
    """Add `/cohort` and `/cohort.json`."""

    def found(request: Request) -> CohortResult:
        visitor = frame.visitor(request)
        if visitor is None:
            raise PageError(401, "Sign in to see your learners")
        return _cohort(frame, access, visitor)

    def page(request: Request) -> Response:
        if frame.can_sign_in:
            frame.signed_in_visitor(request)
        cohort = found(request)
        help_requests = [one for one in cohort.members if one.asks]
        return frame.page(request, "cohort.html.j2", cohort=cohort, help_requests=help_requests)

    def data(request: Request) -> Response:
        return Response(as_json(found(request)) + "\n", media_type="application/json")

    app.add_route("/cohort", page, methods=["GET"])
    app.add_route("/cohort.json", data, methods=["GET"])


def _cohort(frame: Frame, access: Access, visitor: Visitor) -> CohortResult:
    """Return the learners sorted by the names shown here, so that the order reveals nothing."""
    shared = frame.store.page_cache.repositories_of_mentor(visitor.login)
    rows = frame.store.repositories.by_ids(shared)
    frame.github.begin()
    visibilities = _visible_repositories(access, rows, visitor)
    members: list[Member] = []
    waiting: list[str] = []
    for row, visibility in zip(rows, visibilities, strict=True):
        shown = frame.document(row.id) if visibility != "hidden" else None
        # Learners share, or not, as of their last sync.
        if shown is None or shown.member is None or visitor.login.lower() not in shown.mentors:
            continue
        if visibility == "seen":
            members.append(shown.member)
        elif not row.private or access.is_reachable_cached(visitor, row.full_name):
            waiting.append(shown.member.who)
    return CohortResult(
        learners=tuple(sorted(members, key=lambda one: one.who.casefold())),
        complete="unknown" not in visibilities,
        waiting=tuple(sorted(waiting, key=str.casefold)),
    )


def _visible_repositories(
    access: Access, rows: Sequence[RepositoryRow], visitor: Visitor
) -> list[Visibility]:
    """Return for each row whether this mentor may see it now. Raises AuthenticationError."""
    failures: list[int] = []

    def visibility(row: RepositoryRow) -> Visibility:
        with suppress(UnavailableError):
            if access.is_public(row):
                return "seen"
        try:
            if len(failures) >= MAX_FAILURES:
                return "unknown"
            found = access.fetch_reachable(visitor, row.full_name)
        except AuthenticationError:
            raise
        except MilepostError:
            failures.append(row.id)
            return "unknown"
        return "seen" if found is not None and found.id == row.id else "hidden"

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        # In contexts of this page, whose time they share.
        checks = [pool.submit(copy_context().run, visibility, row) for row in rows]
        return [check.result() for check in checks]
