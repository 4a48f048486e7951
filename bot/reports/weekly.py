"""The weekly summary: what was done, what comes next, kindly, with every number traceable.

What was done in a week is read from the days on which issues were closed and things were written
down, so the summary of a past week can be made again.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from bot import templating
from bot.i18n import format_dates
from bot.i18n import gettext as _
from bot.planning.changes import CloseIssue
from bot.planning.desired_state import SUMMARY_KEY, DesiredIssue
from bot.planning.observed_state import ObservedState
from bot.planning.snapshot import FrozenModel, PullState
from bot.progress.career import Application, applications
from bot.progress.effort import EffortSource, joint_source
from bot.progress.forecast import Forecast
from bot.progress.journal import JournalEntry, journal
from bot.progress.path import LearningPath
from bot.progress.progress import Work, WorkState
from bot.reports import position
from bot.reports.due_weeks import Week, due_weeks, weekly_key
from bot.reports.formatting import WORDS
from bot.reports.next_work import OpenThing, late_work, next_open
from bot.reports.weekly_suggestion import WeeklySuggestion, weekly_suggestion

MOST = 15
CHECKPOINT_NEAR = timedelta(weeks=3)


class CountChange(FrozenModel):
    """A number the learner counts: its change in the week, and its value at the end."""

    title: str
    change: int
    now: int


class Weekly(FrozenModel):
    """The values of one summary.

    `number` counts the weeks of the path from 1 (0 before its start). `percent` is that of now in
    the newest week, in older ones what closed issues alone give by its end. `hours` are those of
    what was done, `source` whose they are, `logged` what the learner wrote down. `moved` are the
    applications that changed. `rest` says how much of the week lay in pauses. `coming`, `blocked`,
    `late`, `checkpoint`, the forecast and the suggestion are those of the newest week only, as
    their state in older ones is not known. `late` counts what is open in units whose last day is
    over. On the `silent` pull requests commands were obeyed that could not be answered there.
    """

    week: Week
    number: int
    done: tuple[Work, ...]
    hours: float
    source: EffortSource
    logged: float
    in_hours: bool
    percent: int
    counts: tuple[CountChange, ...]
    journal: tuple[JournalEntry, ...]
    moved: tuple[Application, ...]
    rest: Literal["none", "part", "all"]
    newest: bool
    doing: bool
    blocked: tuple[Work, ...]
    coming: tuple[OpenThing, ...]
    late: int
    resting_until: date | None
    checkpoint: position.NextCheckpoint | None
    finished: bool
    forecast: Forecast
    planned_end: date
    suggestion: WeeklySuggestion | None
    silent: tuple[PullState, ...]


def weekly(path: LearningPath, week: Week) -> Weekly:
    """Return the summary of `week` as of the path's day."""
    progress, today, in_hours = path.progress, path.today, path.effort.in_hours
    done = progress.finished_between(week.first, week.last)
    newest = today <= week.last + timedelta(days=position.DAYS_A_WEEK)
    resting = position.pause_end(path) if newest else None
    with_outlook = newest and not resting and path.finished_on is None
    coming = position.next_checkpoint(path) if with_outlook else None
    return Weekly(
        week=week,
        number=max(0, (week.last - path.dates.first).days // position.DAYS_A_WEEK + 1),
        done=done,
        hours=sum(w.weight for w in done) if in_hours else 0.0,
        source=joint_source(w.source for w in done),
        logged=path.history.hours_logged(week.first, week.last),
        in_hours=in_hours,
        percent=path.percent(today if newest else week.last),
        counts=tuple(_counts(path, week)),
        journal=tuple(entry for entry in journal(path) if week.first <= entry.day <= week.last),
        moved=tuple(a for a in applications(path) if week.first <= a.changed <= week.last),
        rest=_rest(path, week),
        newest=newest,
        doing=newest and progress.count(WorkState.IN_PROGRESS) > 0,
        blocked=tuple(w for w in progress.work if with_outlook and w.state is WorkState.BLOCKED),
        coming=next_open(path) if newest else (),
        late=len(late_work(path)) if with_outlook else 0,
        resting_until=resting,
        checkpoint=coming if coming and coming.due <= today + CHECKPOINT_NEAR else None,
        finished=path.finished_on is not None and path.finished_on <= week.last,
        forecast=path.outlook,
        planned_end=path.dates.last,
        suggestion=weekly_suggestion(path, week) if with_outlook else None,
        silent=_silent(path, week),
    )


def _silent(path: LearningPath, week: Week) -> tuple[PullState, ...]:
    """Return the pull requests on which an answer was refused for the first time in the week."""
    refused = path.observed.ledger.refused.values()
    numbers = {one.pull for one in refused if one.first and week.first <= one.first <= week.last}
    return tuple(pull for pull in path.observed.snapshot.pulls if pull.number in numbers)


def as_markdown(values: Weekly) -> str:
    """Return the summary as GitHub shows it, without marker."""
    return templating.render("weekly.md.j2", w=values, most=MOST, **WORDS)


def weekly_issues(path: LearningPath) -> tuple[DesiredIssue, ...]:
    """Return the summaries due now as issues of their own, for those who want them."""
    summary = path.observed.issues.get(SUMMARY_KEY)
    if summary is None or path.settings.summary.place != "issue":
        return ()
    made_on = path.day_of(summary.state.created_at)
    return tuple(
        DesiredIssue(
            key=weekly_key(week),
            title=_("Weekly summary, %(dates)s", dates=format_dates(week.first, week.last)),
            body=as_markdown(weekly(path, week)),
            labels=("kind:summary",),
        )
        for week in due_weeks(path, made_on)
    )


def older_weeks(observed: ObservedState) -> tuple[CloseIssue, ...]:
    """Return changes that close all weekly issues but the newest and those opened again.

    Two runs at once may have made two of one week: then the first stays open.
    """
    issues = {k: i.state for k, i in observed.issues.items() if k.startswith("weekly:")}
    newest = max(issues, default=None)
    older = [
        (issue, _("there's a newer summary")) for key, issue in issues.items() if key != newest
    ]
    older += [
        (extra.state, _("another run posted it first"))
        for extra in observed.duplicates
        if extra.key.startswith("weekly:")
    ]
    return tuple(
        CloseIssue(number=issue.number, title=issue.title, why=why)
        for issue, why in older
        if issue.state == "open" and issue.state_reason != "reopened"
    )


def _counts(path: LearningPath, week: Week) -> Iterator[CountChange]:
    """Yield the counts that changed: the curriculum's in its order, then others."""
    known = (*path.curriculum.metrics, *path.curriculum.success.quantitative)
    titles = {metric.id: metric.title for metric in known}
    names = dict.fromkeys((*titles, *(counted.metric for counted in path.history.counts)))
    for name in names:
        before, now = (path.history.counted(name, w.last) for w in (week.before, week))
        if now != before:
            yield CountChange(title=titles.get(name, name), change=now - before, now=now)


def _rest(path: LearningPath, week: Week) -> Literal["none", "part", "all"]:
    every = [week.first + timedelta(days=n) for n in range(position.DAYS_A_WEEK)]
    rest = [d for d in every if any(p.first <= d <= p.last for p in path.settings.pauses)]
    if len(rest) == len(every):
        return "all"
    return "part" if rest else "none"
