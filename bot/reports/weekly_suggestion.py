"""The suggestion of a weekly summary: at most one, and the same one not again for four weeks.

What earlier summaries suggested is found by running the same rules over the weeks before, with what
was closed and written down by then. So nothing has to be remembered, and a summary made again says
the same.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from bot.planning.schedule import UnitDates
from bot.planning.snapshot import FrozenModel
from bot.planning.unit_names import unit_names
from bot.progress.path import LearningPath
from bot.progress.progress import LEFT_OUT, Work, WorkState
from bot.reports.due_weeks import Week, first_week
from bot.reports.next_work import next_open
from bot.reports.position import DAYS_A_WEEK
from bot.reports.suggestions import TOLERANCE, next_to_open, open_choice, suggestions

APART = 4  # weeks


class WeeklySuggestion(FrozenModel):
    """One thing that follows from what is seen; the words for each `kind` are the template's."""

    kind: Literal["blocked", "quiet", "replan", "choose", "pace", "ahead"]
    name: str = ""
    url: str = ""
    until: date | None = None
    hours: int | None = None


def weekly_suggestion(path: LearningPath, week: Week) -> WeeklySuggestion | None:
    """Return the suggestion of the newest `week`; None where nothing follows or it was said."""
    if blocked := _blocked(path, week):
        return blocked
    pace = _pace(path, week)
    newest: dict[str, int] = {}
    paces = 0
    found: WeeklySuggestion | None = None
    for number in range(_number(path, week) + 1):
        one, found = Week(first=first_week(path).first + timedelta(weeks=number)), None
        for rule in _rules(path, one, pace):
            name = f"{rule.kind} {rule.name}"
            # The pace is each time left alone for twice as long, however long it is past the plan.
            gap = APART * 2 ** max(0, paces - 1) if rule.kind == "pace" else APART
            if name not in newest or number - newest[name] >= gap:
                newest[name] = number
                paces += rule.kind == "pace"
                found = rule
                break
    return found


def _rules(path: LearningPath, week: Week, pace: int | None) -> Iterator[WeeklySuggestion]:
    """Yield what followed on the day after a week, the most pressing first; nothing in a pause.

    `pace` is how many hours a week to suggest, None where that is no question now.
    """
    day = min(week.last + timedelta(days=1), path.today)
    if any(p.first <= day <= p.last for p in path.settings.pauses):
        return
    if _is_quiet(path, week):
        until = path.today + timedelta(days=2 * DAYS_A_WEEK - 1)
        yield WeeklySuggestion(kind="quiet", until=until)
    if pace and _is_past_plan(path, week):
        yield WeeklySuggestion(kind="pace", hours=pace)
    current = path.dates.current(day)
    late = [w.weight for w in path.progress.work if _was_late(path, w, day)]
    if current and sum(late) > path.progress.of_unit(current.unit).total:
        yield WeeklySuggestion(kind="replan")
    if found := open_choice(path, day):
        choice = found[1]
        issue = path.observed.issues.get(f"choice:{choice.id}")
        url = issue.state.url if issue else ""
        yield WeeklySuggestion(kind="choose", name=choice.title, url=url)
    if current and not late and _was_ahead(path, current, day):
        upcoming = next_to_open(path) if any(not w.url for w in next_open(path)) else None
        name = unit_names(path.curriculum)[upcoming] if upcoming else ""
        yield WeeklySuggestion(kind="ahead", name=name)


def _blocked(path: LearningPath, week: Week) -> WeeklySuggestion | None:
    """Return a hint on blocked work: on each in every fourth week, as labels have no day."""
    turn = _number(path, week)
    for work in path.progress.work:
        if work.state is WorkState.BLOCKED and (turn + (work.number or 0)) % APART == 0:
            return WeeklySuggestion(kind="blocked", name=work.title, url=work.url)
    return None


def _pace(path: LearningPath, week: Week) -> int | None:
    """Return the pace of the learner's own weeks where it is past the plan, and not theirs yet."""
    paces = [turn.hours_per_week for turn in path.overrides.turns if turn.hours_per_week]
    now = paces[-1] if paces else path.settings.hours_per_week
    offered = suggestions(path)
    if offered is None or offered.usual == now or not _is_past_plan(path, week):
        return None
    return offered.usual


def _is_quiet(path: LearningPath, week: Week) -> bool:
    """Return whether nothing was finished or written down in two weeks without a pause."""
    since = week.before.first
    if path.dates.first > since:
        return False
    rested = any(p.first <= week.last and p.last >= since for p in path.settings.pauses)
    active = path.progress.finished_between(since, week.last)
    return not (rested or active or path.history.hours_logged(since, week.last))


def _was_late(path: LearningPath, work: Work, day: date) -> bool:
    """Return whether required work was open on `day` though its unit was over."""
    waiting = work.state in {WorkState.OPEN, WorkState.IN_PROGRESS}
    later = work.finished and not work.done_by(day)
    return work.counts and (waiting or later) and path.dates[work.unit].last < day


def _is_past_plan(path: LearningPath, week: Week) -> bool:
    """Return whether the end was past the plan's by more than two weeks, and not less than before.

    It is looked at in every fourth week, against the one four weeks before.
    """
    if (_number(path, week) + 1) % APART:
        return False
    day = min(week.last + timedelta(days=1), path.today)
    late = path.days_late(day)
    if late is None or late <= TOLERANCE.days:
        return False
    before = path.days_late(day - timedelta(weeks=APART))
    return before is None or late >= before


def _was_ahead(path: LearningPath, current: UnitDates, day: date) -> bool:
    """Return whether all work of the unit was done on `day`, before its last one."""
    works = [w for w in path.progress.by_unit.get(current.unit, ()) if w.counts]
    done = all(w.state in LEFT_OUT or w.done_by(day) for w in works)
    return day < current.last and bool(works) and done


def _number(path: LearningPath, week: Week) -> int:
    """Return how many weeks it comes after the first one of the path."""
    return (week.first - first_week(path).first).days // DAYS_A_WEEK
