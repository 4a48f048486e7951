"""A mentor's table of the learners who share their progress, and who would like help.

In the order of the request, never ranked. A learner with an alias is not linked to, so that the
table can be passed on.
"""

import textwrap
from datetime import date

from bot import templating
from bot.planning.snapshot import FrozenModel
from bot.progress.path import LearningPath
from bot.progress.streak import streak
from bot.reports.formatting import WORDS
from bot.reports.position import current_unit, next_checkpoint, pause_end, unit_names
from bot.templating import printable

BLOCKED = "status:blocked"
WIDEST = 44
_HEAD = ("WHO", "DONE", "WHERE", "STREAK", "HELP", "LAST ACTIVE", "NEXT CHECKPOINT")
_NUMBERS = frozenset({"DONE", "STREAK", "HELP"})


class HelpRequest(FrozenModel):
    """An open issue with which a learner would like help."""

    number: int
    title: str
    url: str


class Member(FrozenModel):
    """One learner. Days are those of their time zone.

    `repository` is None and `asking` empty for a learner with an alias; `asks` counts all the same.
    `active_weeks` are weeks in a row with something finished; `last_activity` is the day on which
    something was last finished, begun or logged. `percent` goes by hours.
    """

    who: str
    repository: str | None
    where: str
    percent: int
    active_weeks: int
    asks: int
    asking: tuple[HelpRequest, ...]
    checkpoint: str | None
    checkpoint_on: date | None
    last_activity: date | None


class Cohort(FrozenModel):
    """The learners who share, in the order of the request, and how many paths are not shown.

    Of those nothing is here, so that the table can be handed on.
    """

    learners: tuple[Member, ...]
    not_shown: int = 0


def member(path: LearningPath) -> Member:
    """Return a learner's row. The caller checks that the learner shares it."""
    alias = path.settings.cohort.name
    repository = path.observed.snapshot.repository
    requests = _help_requests(path)
    coming = next_checkpoint(path)
    return Member(
        who=alias or repository.partition("/")[0],
        repository=None if alias else repository,
        where=_where(path),
        percent=path.progress.all.percent,
        active_weeks=streak(path.progress, path.as_of),
        asks=len(requests),
        asking=() if alias else requests,
        checkpoint=coming.title if coming else None,
        checkpoint_on=coming.due if coming else None,
        last_activity=_last_activity(path),
    )


def as_text(cohort: Cohort) -> str:
    """Return the table for a terminal."""
    rows = [_HEAD, *(_cells(one) for one in cohort.learners)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [
        "  ".join(
            text.rjust(width) if head in _NUMBERS else text.ljust(width)
            for head, text, width in zip(_HEAD, row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
    return templating.render("cohort.txt.j2", cohort=cohort, table=lines if rows[1:] else [])


def as_markdown(cohort: Cohort) -> str:
    """Return the table for an issue, a page or a mail."""
    return templating.render("cohort.md.j2", cohort=cohort, **WORDS)


def as_json(cohort: Cohort) -> str:
    """Return the table as JSON; the keys are the fields here."""
    return cohort.model_dump_json(indent=2)


def _help_requests(path: LearningPath) -> tuple[HelpRequest, ...]:
    label = path.observed.labels.get(BLOCKED)
    if label is None:
        return ()
    name = label.name.casefold()
    issues = (ours.state for ours in path.observed.issues.values())
    worn = [i for i in issues if i.state == "open" and name in {x.casefold() for x in i.labels}]
    return tuple(
        HelpRequest(number=issue.number, title=issue.title, url=issue.url)
        for issue in sorted(worn, key=lambda issue: issue.number)
    )


def _where(path: LearningPath) -> str:
    if path.finished_on:
        return "All done"
    current = current_unit(path)
    if current is None:
        return f"Begins on {templating.day(path.dates.first)}"
    name = unit_names(path.curriculum)[current.unit]
    rest = pause_end(path)
    return f"{name} (a pause until {templating.day(rest)})" if rest else name


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


def _cells(one: Member) -> tuple[str, ...]:
    cells = (
        one.who,
        f"{one.percent} %",
        one.where,
        f"{one.active_weeks}",
        f"{one.asks or '-'}",
        f"{one.last_activity or '-'}",
        f"{one.checkpoint_on} {one.checkpoint}" if one.checkpoint else "-",
    )
    return tuple(printable(textwrap.shorten(cell, WIDEST, placeholder="…")) for cell in cells)
