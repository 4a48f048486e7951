"""The weekly summary: what was done, what comes next, kindly, with every number traceable.

What was done in a week is read from the days on which issues were closed and things were written
down, so the summary of a past week can be made again.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from bot import templating
from bot.planning.changes import CloseIssue
from bot.planning.desired_state import SUMMARY_KEY, DesiredIssue
from bot.planning.observed_state import ObservedState
from bot.planning.snapshot import FrozenModel, PullState
from bot.progress.forecast import Forecast
from bot.progress.journal import JournalEntry, journal
from bot.progress.path import LearningPath
from bot.progress.progress import Work, WorkState
from bot.reports import position
from bot.reports.due_weeks import Week, due_weeks, weekly_key
from bot.reports.formatting import WORDS, days
from bot.reports.next_work import late_work, next_work
from bot.reports.suggestions import next_to_open, open_choice, suggestions

MOST = 15
CHECKPOINT_NEAR = timedelta(weeks=3)


class CountChange(FrozenModel):
    """A number the learner counts: its change in the week, and its value at the end."""

    title: str
    change: int
    now: int


class WeeklySuggestion(FrozenModel):
    """One thing that follows from what is seen; the words for each `kind` are the template's."""

    kind: Literal["blocked", "quiet", "replan", "choose", "pace", "ahead"]
    name: str = ""
    url: str = ""
    until: date | None = None
    hours: int | None = None


class Weekly(FrozenModel):
    """The values of one summary.

    `number` counts the weeks of the path from 1 (0 before its start), `percent` is what closed
    issues alone give by the end of the week. `hours` are the estimates of what was done, `logged`
    what the learner wrote down. `rest` says how much of the week lay in pauses. `doing`, `coming`,
    `late`, `checkpoint`, the forecast and the suggestion are those of the newest week only, as
    their state in older ones is not known. `late` counts what is open in units whose last day is
    over. On the `silent` pull requests commands were obeyed that could not be answered there.
    """

    week: Week
    number: int
    done: tuple[Work, ...]
    hours: float
    logged: float
    in_hours: bool
    percent: int
    counts: tuple[CountChange, ...]
    journal: tuple[JournalEntry, ...]
    rest: Literal["none", "part", "all"]
    newest: bool
    doing: tuple[Work, ...]
    coming: tuple[Work, ...]
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
    progress, today = path.progress, path.today
    done = progress.finished_between(week.first, week.last)
    ended = position.finished_on(path)
    newest = today <= week.last + timedelta(days=position.DAYS_A_WEEK)
    resting = position.pause_end(path) if newest else None
    with_outlook = newest and not resting and ended is None
    coming = position.next_checkpoint(path) if with_outlook else None
    return Weekly(
        week=week,
        number=max(0, (week.last - path.dates.first).days // position.DAYS_A_WEEK + 1),
        done=done,
        hours=sum(w.hours or 0.0 for w in done),
        logged=path.history.hours_logged(week.first, week.last),
        in_hours=position.in_hours(path.curriculum),
        percent=progress.percent_by(week.last),
        counts=_counts(path, week),
        journal=tuple(entry for entry in journal(path) if week.first <= entry.day <= week.last),
        rest=_rest(path, week),
        newest=newest,
        doing=tuple(w for w in progress.work if newest and w.state is WorkState.IN_PROGRESS),
        coming=next_work(path) if with_outlook else (),
        late=len(late_work(path)) if with_outlook else 0,
        resting_until=resting,
        checkpoint=coming if coming and coming.due <= today + CHECKPOINT_NEAR else None,
        finished=ended is not None and ended <= week.last,
        forecast=path.outlook,
        planned_end=path.dates.last,
        suggestion=next(_suggestions(path, week), None) if with_outlook else None,
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
            title=f"Week {week} ({days(week.first, week.last)})",
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
    older = [(issue, "a newer summary is there") for key, issue in issues.items() if key != newest]
    older += [
        (extra.state, "another run told of that week first")
        for extra in observed.duplicates
        if extra.key.startswith("weekly:")
    ]
    return tuple(
        CloseIssue(number=issue.number, title=issue.title, why=why)
        for issue, why in older
        if issue.state == "open" and issue.state_reason != "reopened"
    )


def _counts(path: LearningPath, week: Week) -> tuple[CountChange, ...]:
    """Return the changed counts: the curriculum's in its order, then others."""
    known = (*path.curriculum.metrics, *path.curriculum.success.quantitative)
    titles = {metric.id: metric.title for metric in known}
    changes: dict[str, int] = dict.fromkeys(titles, 0)
    for counted in path.history.counts:
        if week.first <= counted.day <= week.last:
            changes[counted.metric] = changes.get(counted.metric, 0) + counted.amount
    return tuple(
        CountChange(
            title=titles.get(name, name), change=change, now=path.history.counted(name, week.last)
        )
        for name, change in changes.items()
        if change
    )


def _rest(path: LearningPath, week: Week) -> Literal["none", "part", "all"]:
    every = [week.first + timedelta(days=n) for n in range(position.DAYS_A_WEEK)]
    rest = [d for d in every if any(p.first <= d <= p.last for p in path.settings.pauses)]
    if len(rest) == len(every):
        return "all"
    return "part" if rest else "none"


def _suggestions(path: LearningPath, week: Week) -> Iterator[WeeklySuggestion]:
    """Yield what follows from what is seen, the most pressing first."""
    for work in path.progress.work:
        if work.state is WorkState.BLOCKED:
            yield WeeklySuggestion(kind="blocked", name=work.title, url=work.url)
    since, until = week.before.first, path.today + timedelta(days=2 * position.DAYS_A_WEEK - 1)
    finished = path.progress.finished_between(since, week.last)
    active = finished or path.history.hours_logged(since, week.last)
    if not active and path.dates.first <= since:
        yield WeeklySuggestion(kind="quiet", until=until)
    current = path.dates.current(path.today)
    waiting = sum(w.weight for w in late_work(path))
    if current and waiting > path.progress.of_unit(current.unit).total:
        yield WeeklySuggestion(kind="replan")
    if found := open_choice(path):
        choice = found[1]
        issue = path.observed.issues.get(f"choice:{choice.id}")
        url = issue.state.url if issue else ""
        yield WeeklySuggestion(kind="choose", name=choice.title, url=url)
    paces = [turn.hours_per_week for turn in path.overrides.turns if turn.hours_per_week]
    now = paces[-1] if paces else path.settings.hours_per_week
    offered = suggestions(path)
    if offered and offered.usual not in {None, now}:
        yield WeeklySuggestion(kind="pace", hours=offered.usual)
    if _is_ahead(path):
        upcoming = next_to_open(path) if any(not w.url for w in next_work(path)) else None
        name = position.unit_names(path.curriculum)[upcoming] if upcoming else ""
        yield WeeklySuggestion(kind="ahead", name=name)


def _is_ahead(path: LearningPath) -> bool:
    """Return whether all work of the present unit is done before its last day."""
    current = position.current_unit(path)
    if current is None or path.today >= current.last:
        return False
    works = [w for w in path.progress.work if w.unit == current.unit and w.counts]
    return bool(works) and all(w.share >= 1 for w in works)
