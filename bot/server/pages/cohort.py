"""The page for a mentor: where those are who share that with them, and who would like help.

Two things must be true: the learner named this login among the mentors and shares, in the settings
of their own repository; and the repository is public, or GitHub lets this mentor read it. Whoever
goes by another name is not linked to, and nothing in the page or the JSON leads to them.
"""

from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bot.reports.cohort import Cohort, Member, as_json
from bot.server.pages.access import Access
from bot.server.pages.frame import Frame, PageError
from bot.server.pages.sessions import Visitor
from bot.server.pages.shown import Opened
from bot.server.store.rows import RepositoryRow

AT_ONCE = 8  # questions to GitHub


def add(app: FastAPI, frame: Frame, access: Access, opened: Opened) -> None:
    """`/cohort` and `/cohort.json`."""

    def page(request: Request) -> Response:
        visitor = frame.visitor(request)
        if visitor is None:
            return frame.lead("/sign-in?then=/cohort") if frame.can_sign_in else _nobody()
        cohort = _cohort(frame, access, opened, visitor)
        asking = [one for one in cohort.members if one.asks]
        return frame.page(request, "cohort.html.j2", cohort=cohort, asking=asking)

    def data(request: Request) -> Response:
        visitor = frame.visitor(request)
        if visitor is None:
            return _nobody()
        content = as_json(_cohort(frame, access, opened, visitor))
        return Response(content + "\n", media_type="application/json")

    app.add_route("/cohort", page, methods=["GET"])
    app.add_route("/cohort.json", data, methods=["GET"])


def _nobody() -> Response:
    raise PageError(401, "Sign in to see whom you accompany")


def _cohort(frame: Frame, access: Access, opened: Opened, visitor: Visitor) -> Cohort:
    """By the names they go by here, so that the order tells nothing else."""
    rows = frame.store.register.those(frame.store.shelf.of_mentor(visitor.login))
    found = (_member(opened, row, visitor) for row in _readable(access, rows, visitor))
    members = (one for one in found if one is not None)
    return Cohort(learners=tuple(sorted(members, key=lambda one: one.who.casefold())))


def _readable(
    access: Access, rows: tuple[RepositoryRow, ...], visitor: Visitor
) -> list[RepositoryRow]:
    def may(row: RepositoryRow) -> bool:
        if access.is_public(row):
            return True
        found = access.reachable(visitor, row.full_name)
        return found is not None and found.id == row.id

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [row for row, sees in zip(rows, pool.map(may, rows), strict=True) if sees]


def _member(opened: Opened, row: RepositoryRow, visitor: Visitor) -> Member | None:
    """The document has the last word: it is what the learner's settings said."""
    shown = opened.of(row.id)
    if shown is None or visitor.login.lower() not in shown.mentors:
        return None
    return shown.member
