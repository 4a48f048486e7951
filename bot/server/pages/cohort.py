"""The pages for a mentor: how far their learners are, who would like help, and who wants to share.

A learner is shown when their own settings share with this login and lately did (`store.cohorts`),
when the mentor has accepted them, and when the repository is public or GitHub lets this mentor read
it. Before that nothing of them is shown but the login of their account, to be accepted or declined.
Nothing in the pages or the JSON leads to a learner who goes by another name. When GitHub gives no
answer about one repository, the others are shown.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import Literal, NamedTuple

from cryptography.fernet import Fernet, InvalidToken
from fastapi import FastAPI, Request
from starlette.responses import Response

from bot.errors import AuthenticationError, MilepostError, UnavailableError
from bot.reports.cohort import Cohort, Member, as_json
from bot.server.pages.access import Access
from bot.server.pages.frame import Frame, PageError
from bot.server.pages.sessions import Visitor
from bot.server.store.cohorts import ShareRequest
from bot.server.store.rows import Mentor, RepositoryRow

CONCURRENCY = 8  # requests to GitHub
MAX_FAILURES = 8  # requests without an answer, after which GitHub is not asked any more
PAGE_SIZE = 50  # learners
MAX_PAGES = 10_000
REQUESTS = "/cohort/requests"
ANSWERS = {"accept": True, "decline": False}

Visibility = Literal["seen", "hidden", "unknown"]


class CohortResult(Cohort):
    """A page of a cohort, `complete` when GitHub answered about every repository of it.

    `waiting` has the names shown here of those without an answer whom this mentor is known to be
    allowed to see: the existence of others may be private. `requests` counts the learners whom the
    mentor has not answered yet.
    """

    complete: bool
    waiting: tuple[str, ...] = ()
    requests: int
    page: int
    pages: int


class LearnerRequest(NamedTuple):
    """A learner who shares with the visitor. `sealed` names them in a form.

    `code` is for who goes by another name and is not accepted: they know theirs from their page.
    """

    sealed: str
    name: str
    code: str
    accepted: bool | None


def add(app: FastAPI, frame: Frame, access: Access) -> None:
    """Add `/cohort`, `/cohort.json` and the page where a mentor accepts learners."""

    def found(request: Request) -> CohortResult:
        visitor = frame.visitor(request)
        if visitor is None:
            raise PageError(401, "Sign in to see your learners")
        return _cohort(frame, access, visitor, _page_number(request))

    def page(request: Request) -> Response:
        if frame.can_sign_in:
            frame.signed_in_visitor(request)
        cohort = found(request)
        help_requests = [one for one in cohort.learners if one.asks]
        return frame.page(request, "cohort.html.j2", cohort=cohort, help_requests=help_requests)

    @app.head("/cohort.json", include_in_schema=False)
    @app.get("/cohort.json")
    def data(request: Request) -> Response:
        return Response(as_json(found(request)) + "\n", media_type="application/json")

    app.add_route("/cohort", page, methods=["GET"])
    app.add_route(REQUESTS, partial(_requests, frame), methods=["GET"])
    app.add_route(REQUESTS, partial(_answer, frame), methods=["POST"])


def learner_code(frame: Frame, learner: str) -> str:
    """Return a code that names a learner to their mentor without their login."""
    return frame.keys.code("learner", learner)


def _requests(frame: Frame, request: Request) -> Response:
    """Show who shares with the visitor: who waits for an answer, then the others."""
    who, number = _mentor(frame.signed_in_visitor(request)), _page_number(request)
    offset = (number - 1) * PAGE_SIZE
    found = frame.store.cohorts.requests(who, frame.clock(), offset=offset, limit=PAGE_SIZE + 1)
    seal = _seal(frame)

    def shown(one: ShareRequest) -> LearnerRequest:
        owner, alias, _ = one.learner.partition("#")
        # The name is a text of the learner's: it shows when they are accepted.
        name = owner if not alias else one.name if one.accepted else ""
        code = learner_code(frame, one.learner) if alias and not one.accepted else ""
        sealed = seal.encrypt(one.learner.encode()).decode()
        return LearnerRequest(sealed, name, code, one.accepted)

    listed = [shown(one) for one in found[:PAGE_SIZE]]
    more = len(found) > PAGE_SIZE
    return frame.page(request, "requests.html.j2", listed=listed, number=number, more=more)


def _answer(frame: Frame, request: Request) -> Response:
    """Accept or decline a learner, who is not told."""
    visitor = frame.signed_in_visitor(request)
    fields = frame.form(request, visitor)
    try:
        learner = _seal(frame).decrypt(fields.get("learner", "").encode()).decode()
        accepted = ANSWERS[fields.get("do", "")]
    except (InvalidToken, KeyError):
        raise PageError(400, "This can't be done", "Go back and try it another way.") from None
    frame.store.cohorts.answer(_mentor(visitor), learner, frame.clock(), accepted=accepted)
    return frame.redirect(REQUESTS)


def _seal(frame: Frame) -> Fernet:
    return Fernet(frame.keys.sealing("learner of a request"))


def _mentor(visitor: Visitor) -> Mentor:
    return Mentor(visitor.id, visitor.login)


def _page_number(request: Request) -> int:
    """Return the number of the page that is requested, from 1; 1 for what is no number."""
    text = request.query_params.get("page", "")
    is_number = text.isascii() and text.isdigit() and len(text) < 9
    return min(max(int(text), 1), MAX_PAGES) if is_number else 1


def _cohort(frame: Frame, access: Access, visitor: Visitor, number: int) -> CohortResult:
    """Return a page of learners, sorted by the names shown here: the order reveals nothing."""
    who, now, cohorts = _mentor(visitor), frame.clock(), frame.store.cohorts
    counts = cohorts.counts(who, now)
    rows = cohorts.learners(who, now, offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE)
    frame.github.begin()
    visibilities = _visible_repositories(access, rows, visitor)
    members: list[Member] = []
    waiting: list[str] = []
    for row, visibility in zip(rows, visibilities, strict=True):
        shown = frame.document(row.id) if visibility != "hidden" else None
        if shown is None or shown.member is None:
            continue
        if visibility == "seen":
            members.append(shown.member)
        elif not row.private or access.is_reachable_cached(visitor, row):
            waiting.append(shown.member.who)
    return CohortResult(
        learners=tuple(members),
        not_shown=counts.not_shown + visibilities.count("hidden"),
        complete="unknown" not in visibilities,
        waiting=tuple(waiting),
        requests=counts.requests,
        page=number,
        pages=max(-(-counts.shown // PAGE_SIZE), 1),
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
            return "seen" if access.may_read(visitor, row) else "hidden"
        except AuthenticationError:
            raise
        except MilepostError:
            failures.append(row.id)
            return "unknown"

    with ThreadPoolExecutor(CONCURRENCY) as pool:
        # In contexts of this page, whose time they share.
        checks = [pool.submit(copy_context().run, visibility, row) for row in rows]
        return [check.result() for check in checks]
