"""A mentor's table of the learners who share their progress, and who would like help.

In the order of the request unless another is asked for. A learner with an alias is not linked to,
so that the table can be passed on.
"""

import csv
import io
import re
import textwrap
from datetime import date, timedelta
from typing import Any, Literal

from bot import i18n, templating
from bot.curriculum.base import Item
from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.planning.marker import Key
from bot.planning.snapshot import FrozenModel
from bot.planning.unit_names import short_unit_names
from bot.progress.career import applications, metrics
from bot.progress.path import LearningPath
from bot.progress.progress import WorkState, item_keys
from bot.progress.streak import streak
from bot.reports import checkpoint_evidence
from bot.reports.due_checkpoints import is_reached, last_day
from bot.reports.formatting import WORDS
from bot.reports.position import current_unit, next_checkpoint, pause_end, reached_unit
from bot.templating import printable

BLOCKED = "status:blocked"
WIDEST = 44
WEEK = timedelta(days=7)
INACTIVE = timedelta(days=14)
_FORMULA = re.compile(r"[=+\-@\t\r]")
# The columns of the table; in Markdown one more at its end, in a terminal the group where any has.
_WHO = gettext_noop("Who")
_GROUP = gettext_noop("Group")
_LAST_CHECKPOINT = gettext_noop("Last checkpoint")
_COLUMNS = (
    gettext_noop("Done"),
    gettext_noop("This week"),
    gettext_noop("Where"),
    gettext_noop("Plan"),
    gettext_noop("Streak"),
    gettext_noop("Help"),
    gettext_noop("To approve"),
    gettext_noop("Last active"),
    gettext_noop("Next checkpoint"),
)
_NUMBERS = frozenset({"Done", "This week", "Streak", "Help", "To approve"})
Sort = Literal["name", "done", "week", "active"]
Only = Literal["help", "approve", "inactive"]


class HelpRequest(FrozenModel):
    """An open issue with which a learner would like help, since a day if that is known yet.

    `words` are theirs. For a learner with an alias `title` is the guide's and `url` is empty.
    """

    number: int
    title: str
    url: str
    words: str = ""
    since: date | None = None


class CheckpointResult(FrozenModel):
    """A checkpoint that was reached: the last day of its month, and for how many of its points
    something was found.
    """

    title: str
    on: date
    found: int
    points: int


class Member(FrozenModel):
    """One learner. Days are those of their time zone.

    `repository` is None for a learner with an alias. `asks` counts the requests of `asking`.
    `where` is the unit that their finished work reaches to, `planned` the one of the plan;
    `percent` goes by hours, `change` is what the last seven days added to it. `active_weeks` are
    weeks in a row with something finished; `last_activity` is the day on which something was last
    finished, begun or logged. `awaiting` counts what is done and not approved by a mentor.
    `language` is that of their path.
    """

    who: str
    repository: str | None
    group: str = ""
    where: str
    planned: str = ""
    paused_until: date | None = None
    percent: int
    change: int = 0
    active_weeks: int
    asks: int
    asking: tuple[HelpRequest, ...]
    awaiting: int = 0
    checkpoint: str | None
    checkpoint_on: date | None
    results: tuple[CheckpointResult, ...] = ()
    last_activity: date | None
    language: str = i18n.ENGLISH

    def is_inactive(self, today: date) -> bool:
        """Return whether nothing was done for two weeks, outside of a pause, on an open path."""
        since = self.last_activity or date.min
        return self.paused_until is None and self.percent < 100 and today - since >= INACTIVE


class Cohort(FrozenModel):
    """The learners who share, in the order of the request, and how many paths are not shown.

    Of those nothing is here, so that the table can be handed on.
    """

    learners: tuple[Member, ...]
    not_shown: int = 0

    def help_requests(self) -> list[tuple[Member, HelpRequest]]:
        """Return who would like help with what: who waits for longest first, the newest last."""
        found = [(one, request) for one in self.learners for request in one.asking]
        return sorted(found, key=lambda pair: pair[1].since or date.max)


def member(path: LearningPath) -> Member:
    """Return a learner's row. The caller checks that the learner shares it."""
    alias = path.settings.cohort.name
    repository = path.observed.snapshot.repository
    requests = _help_requests(path)
    coming = next_checkpoint(path)
    progress = path.progress
    before = progress.percent_by(path.as_of - WEEK)
    return Member(
        who=alias or repository.partition("/")[0],
        repository=None if alias else repository,
        group=path.settings.cohort.group,
        where=_where(path),
        planned=_planned(path),
        paused_until=None if path.finished_on else pause_end(path),
        percent=progress.all.percent,
        change=progress.percent_by(path.as_of) - before,
        active_weeks=streak(progress, path.as_of),
        asks=len(requests),
        asking=requests,
        awaiting=progress.count(WorkState.CLAIMED, WorkState.EVIDENCED),
        checkpoint=coming.title if coming else None,
        checkpoint_on=coming.due if coming else None,
        results=_results(path),
        last_activity=_last_activity(path),
        language=path.language,
    )


def arranged(
    cohort: Cohort,
    today: date,
    *,
    sort: Sort | None = None,
    only: Only | None = None,
    group: str = "",
) -> Cohort:
    """Return those of a group (any where empty) to whom `only` applies, in the order of `sort`.

    By progress and by the week the highest comes first, by activity who was active longest ago.
    """
    keys: dict[Sort, Any] = {
        "name": lambda one: one.who.casefold(),
        "done": lambda one: -one.percent,
        "week": lambda one: -one.change,
        "active": lambda one: one.last_activity or date.min,
    }
    chosen = [
        one
        for one in cohort.learners
        if (not group or one.group.casefold() == group.casefold())
        and (only != "help" or one.asks)
        and (only != "approve" or one.awaiting)
        and (only != "inactive" or one.is_inactive(today))
    ]
    learners = tuple(sorted(chosen, key=keys[sort]) if sort else chosen)
    return cohort.model_copy(update={"learners": learners})


def as_text(cohort: Cohort) -> str:
    """Return the table for a terminal."""
    grouped = (_GROUP,) if any(one.group for one in cohort.learners) else ()
    columns = (_WHO, *grouped, *_COLUMNS)
    head = tuple(_(name).upper() for name in columns)
    rows = [head, *(_cells(one, has_group=bool(grouped)) for one in cohort.learners)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "  ".join(
            text.rjust(width) if name in _NUMBERS else text.ljust(width)
            for name, text, width in zip(columns, row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
    table = lines if rows[1:] else []
    return templating.render(
        "cohort.txt.j2", cohort=cohort, requests=cohort.help_requests(), table=table
    )


def as_markdown(cohort: Cohort) -> str:
    """Return the table for an issue, a page or a mail."""
    names = (_WHO, *_COLUMNS, _LAST_CHECKPOINT)
    requests = cohort.help_requests()
    return templating.render("cohort.md.j2", cohort=cohort, requests=requests, names=names, **WORDS)


def as_json(cohort: Cohort) -> str:
    """Return the table as JSON; the keys are the fields here."""
    return cohort.model_dump_json(indent=2)


def as_csv(cohort: Cohort) -> str:
    """Return one row a learner, for a spreadsheet; what it would take for a formula is text."""
    single = ("group", "where", "planned", "paused_until", "percent", "change", "active_weeks")
    names = ("who", "repository", *single, "asks", "awaiting", "last_activity")
    more = ("checkpoint", "checkpoint_on")
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow((*names, "last_checkpoint", "found", "points", *more))
    for one in cohort.learners:
        last = one.results[-1:]
        result = ((r.title, r.found, r.points) for r in last)
        rows.writerow(
            _csv_cell(value)
            for value in (
                *(getattr(one, name) for name in names),
                *next(result, ("", "", "")),
                *(getattr(one, name) for name in more),
            )
        )
    return text.getvalue().rstrip("\n")


def _csv_cell(value: object) -> object:
    is_formula = isinstance(value, str) and _FORMULA.match(value)
    return f"'{value}" if is_formula else value


def _help_requests(path: LearningPath) -> tuple[HelpRequest, ...]:
    """Return the open requests, the oldest first."""
    label = path.observed.labels.get(BLOCKED)
    name = label.name.casefold() if label else ""
    hidden = path.settings.cohort.name is not None
    titles = _guide_titles(path) if hidden else {}
    found = []
    for key, ours in path.observed.issues.items():
        issue, wanted = ours.state, path.history.help_wanted.get(key)
        labelled = name in {one.casefold() for one in issue.labels} if name else wanted
        if issue.state == "open" and labelled:
            request = HelpRequest(
                number=issue.number,
                title=titles.get(key, "") if hidden else issue.title,
                url="" if hidden else issue.url,
                words=wanted.words if wanted else "",
                since=wanted.day if wanted else None,
            )
            found.append(request)
    return tuple(sorted(found, key=lambda one: (one.since or path.today, one.number)))


def _guide_titles(path: LearningPath) -> dict[Key, str]:
    """Return the titles of tasks and deliverables as the curriculum has them."""
    modules = path.curriculum.modules()
    items: list[tuple[str, Item]] = [("task", task) for task in path.curriculum.tasks()]
    items += [("deliverable", one) for module in modules for one in module.deliverables]
    return {key: item.title for kind, item in items for key in item_keys(kind, item)}


def _where(path: LearningPath) -> str:
    """Return how far the learner's work is."""
    if path.finished_on:
        return _("All done")
    return short_unit_names(path.curriculum)[reached_unit(path)]


def _planned(path: LearningPath) -> str:
    """Return where the plan is, whatever was done."""
    if path.today > path.dates.last:
        return _("Ended on %(day)s", day=i18n.format_date(path.dates.last))
    current = current_unit(path)
    if current is None:
        return _("Starts on %(day)s", day=i18n.format_date(path.dates.first))
    return short_unit_names(path.curriculum)[current.unit]


def _results(path: LearningPath) -> tuple[CheckpointResult, ...]:
    """Return what was found for each checkpoint that was reached, oldest first."""
    reached = [one for one in path.curriculum.checkpoints if is_reached(path, one)]
    if not reached:
        return ()
    day, numbers, sent = path.today, metrics(path, path.today), applications(path)
    found = []
    for checkpoint in sorted(reached, key=lambda one: last_day(path, one)):
        items = list(checkpoint_evidence.item_reports(path, checkpoint, day, numbers, sent))
        found.append(
            CheckpointResult(
                title=checkpoint.title,
                on=last_day(path, checkpoint),
                found=sum(item.found for item in items),
                points=len(items),
            )
        )
    return tuple(found)


def _last_activity(path: LearningPath) -> date | None:
    history = path.history
    days = [
        *(hours.day for hours in history.logged),
        *(rating.day for rating in history.ratings),
        *(count.day for count in history.counts),
        *history.started.values(),
        *(w.closed_on for w in path.progress.work if w.finished and w.closed_on),
    ]
    return max((day for day in days if day <= path.today), default=None)


def _day(day: date | None) -> str:
    return i18n.format_date(day) if day else "-"


def _cells(one: Member, *, has_group: bool) -> tuple[str, ...]:
    paused = one.paused_until
    plan = _("Paused until %(day)s", day=i18n.format_date(paused)) if paused else one.planned
    cells = (
        one.who,
        *([one.group] if has_group else []),
        i18n.format_percent(one.percent),
        f"{one.change:+}" if one.change else "-",
        one.where,
        plan,
        f"{one.active_weeks}",
        f"{one.asks or '-'}",
        f"{one.awaiting or '-'}",
        _day(one.last_activity),
        f"{_day(one.checkpoint_on)} {one.checkpoint}" if one.checkpoint else "-",
    )
    return tuple(printable(textwrap.shorten(cell, WIDEST, placeholder="…")) for cell in cells)
