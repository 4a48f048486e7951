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
from typing import Literal, NamedTuple, cast, get_args
from urllib.parse import urlencode

from cryptography.fernet import Fernet, InvalidToken
from fastapi import FastAPI, Request
from starlette.responses import Response

from bot.errors import AuthenticationError, MilepostError, UnavailableError
from bot.i18n import ENGLISH, find_language, format_number, use_language
from bot.i18n import gettext as _
from bot.reports.cohort import Cohort, HelpRequest, Member, Only, Sort, arranged, as_csv, as_json
from bot.server.accepted_learners import MAX_LEARNERS, accepted_learners
from bot.server.pages.access import Access
from bot.server.pages.frame import Frame, PageError, impossible
from bot.server.pages.help_answer import (
    MAX_ANSWER,
    answer_comment,
    opened_request,
    post_comment,
    reload_learners,
    sealed_request,
)
from bot.server.pages.sessions import Visitor
from bot.server.store.cohorts import ShareRequest
from bot.server.store.rows import Mentor, RepositoryRow

CONCURRENCY = 8  # requests to GitHub
MAX_FAILURES = 8  # requests without an answer, after which GitHub is not asked any more
PAGE_SIZE = 50  # learners
MAX_HELP = 20  # requests for help on the first page
MAX_PAGES = 10_000
REQUESTS = "/cohort/requests"
ANSWERS = {"accept": True, "decline": False}

Visibility = Literal["seen", "hidden", "unknown"]


class PageHelp(NamedTuple):
    """A request for help on the page; `sealed` names it in a form."""

    who: str
    request: HelpRequest
    sealed: str


class Arrangement(NamedTuple):
    """How the table is asked for; `query` is that of its links."""

    sort: Sort | None = None
    only: Only | None = None
    group: str = ""

    @property
    def chooses(self) -> bool:
        """Return whether it leaves learners out: who is hidden must not be told by their number."""
        return bool(self.only or self.group)

    @property
    def query(self) -> str:
        chosen = {name: value for name, value in self._asdict().items() if value}
        return f"&{urlencode(chosen)}" if chosen else ""


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


class CohortPage(NamedTuple):
    """A page of a cohort, the requests for help that come first, and the groups there are."""

    cohort: CohortResult
    help_requests: list[PageHelp]
    groups: list[str]


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

    def found(request: Request, *, with_help: bool) -> CohortPage:
        visitor = frame.visitor(request)
        if visitor is None:
            raise PageError(401, _("Sign in to see your learners"))
        number, how = _page_number(request), _arrangement(request)
        most = MAX_HELP if with_help and number == 1 else 0
        return _MentorView(frame, access, visitor).page(number, how, most_help=most)

    def table(request: Request) -> CohortResult:
        return found(request, with_help=False).cohort

    def page(request: Request) -> Response:
        if frame.can_sign_in:
            frame.signed_in_visitor(request)
        return frame.page(
            request,
            "cohort.html.j2",
            **found(request, with_help=True)._asdict(),
            how=_arrangement(request),
            answered="answered" in request.query_params,
        )

    @app.head("/cohort.json", include_in_schema=False)
    @app.get("/cohort.json")
    def data(request: Request) -> Response:
        return Response(as_json(table(request)) + "\n", media_type="application/json")

    @app.head("/cohort.csv", include_in_schema=False)
    @app.get("/cohort.csv")
    def spreadsheet(request: Request) -> Response:
        headers = {"Content-Disposition": 'attachment; filename="cohort.csv"'}
        text = as_csv(table(request)) + "\n"
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    app.add_route("/cohort", page, methods=["GET"])
    app.add_route("/cohort", partial(_help, frame, access), methods=["POST"])
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
        raise impossible() from None
    frame.store.cohorts.answer(_mentor(visitor), learner, frame.clock(), accepted=accepted)
    return frame.redirect(REQUESTS)


def _help(frame: Frame, access: Access, request: Request) -> Response:
    """Post a mentor's answer to a request for help that they can see now."""
    visitor = frame.signed_in_visitor(request)
    fields = frame.form(request, visitor)
    repository, number = opened_request(frame, fields.get("request", ""))
    text = fields.get("text", "").strip()
    if not 0 < len(text) <= MAX_ANSWER:
        what = _("Write between 1 and %(most)s characters.", most=format_number(MAX_ANSWER))
        raise PageError(400, _("This answer is empty or too long"), what)
    reader = _MentorView(frame, access, visitor)
    asking = reader.asking_repository(repository, number)
    if asking is None:
        raise PageError(404, _("They don't ask for help any more"), reload_learners())
    row, language = asking
    with use_language(find_language(language) or ENGLISH):  # the comment is for its learner
        comment = answer_comment(text, visitor.login)
    post_comment(frame, row, number, comment)
    return frame.redirect("/cohort?answered=yes")


def _seal(frame: Frame) -> Fernet:
    return Fernet(frame.keys.sealing("learner of a request"))


def _mentor(visitor: Visitor) -> Mentor:
    return Mentor(visitor.id, visitor.login)


def _page_number(request: Request) -> int:
    """Return the number of the page that is requested, from 1; 1 for what is no number."""
    text = request.query_params.get("page", "")
    is_number = text.isascii() and text.isdigit() and len(text) < 9
    return min(max(int(text), 1), MAX_PAGES) if is_number else 1


def _arrangement(request: Request) -> Arrangement:
    """Return how the table is asked for; what no link of ours says counts for nothing."""
    query = request.query_params
    sort, only = query.get("sort", ""), query.get("only", "")
    return Arrangement(
        cast("Sort", sort) if sort in get_args(Sort) else None,
        cast("Only", only) if only in get_args(Only) else None,
        query.get("group", "")[:60],
    )


class _MentorView:
    """Reads what one mentor may see now."""

    def __init__(self, frame: Frame, access: Access, visitor: Visitor) -> None:
        self._frame, self._access, self._visitor = frame, access, visitor
        self._who, self._now = _mentor(visitor), frame.clock()

    def page(self, number: int, how: Arrangement, *, most_help: int) -> CohortPage:
        """Return a page of learners, with at most so many requests for help before them.

        Sorted by the names shown here unless `how` says otherwise: the order reveals nothing.
        """
        counts = self._frame.store.cohorts.counts(self._who, self._now)
        everybody = self._members()
        rows = {id(one): row for row, one in everybody}
        whole = Cohort(learners=tuple(one for _, one in everybody))
        chosen = arranged(whole, self._now.date(), **how._asdict()).learners
        shown = chosen[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        asking = whole.help_requests()[:most_help]
        needed = {id(one): one for one in (*shown, *(one for one, _ in asking))}
        self._frame.github.begin()
        visibilities = _visible_repositories(
            self._access, [rows[one] for one in needed], self._visitor
        )
        found = dict(zip(needed, visibilities, strict=True))
        seen = [one for key, one in needed.items() if found[key] == "seen"]
        result = CohortResult(
            learners=tuple(one for one in shown if found[id(one)] == "seen"),
            not_shown=counts.not_shown
            + max(counts.shown - MAX_LEARNERS, 0)
            + sum(found[id(one)] == "hidden" for one in shown if not how.chooses),
            complete="unknown" not in visibilities,
            waiting=tuple(
                one.who
                for one in shown
                if found[id(one)] == "unknown" and self._was_visible(rows[id(one)])
            ),
            requests=counts.requests,
            page=number,
            pages=max(-(-len(chosen) // PAGE_SIZE), 1),
        )
        help_requests = [
            PageHelp(one.who, request, sealed_request(self._frame, rows[id(one)].id, request))
            for one, request in asking
            if found[id(one)] == "seen"
        ]
        groups = sorted({one.group for one in seen if one.group}, key=str.casefold)
        return CohortPage(result, help_requests, groups)

    def asking_repository(self, repository: int, number: int) -> tuple[RepositoryRow, str] | None:
        """Return the repository where that issue asks this mentor for help, and its language.

        None when they may not see it. Raises UnavailableError when GitHub does not tell.
        """
        for row, member in self._members():
            if row.id == repository and any(one.number == number for one in member.asking):
                self._frame.github.begin()
                (visibility,) = _visible_repositories(self._access, [row], self._visitor)
                if visibility == "unknown":
                    raise UnavailableError("GitHub did not tell who may read it.")
                return (row, member.language) if visibility == "seen" else None
        return None

    def _members(self) -> list[tuple[RepositoryRow, Member]]:
        return accepted_learners(self._frame.store, self._who, self._now)

    def _was_visible(self, row: RepositoryRow) -> bool:
        return not row.private or self._access.is_reachable_cached(self._visitor, row)


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
