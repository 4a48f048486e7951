"""The weekly summary: what was done, what comes next, kindly, with every number traceable.

A summary belongs to one ISO week, Monday to Sunday in the learner's zone. What was done in it is
read from the days issues were closed, so the summary of a past week can be made again.
"""

from datetime import date, timedelta
from typing import Self

from bot import templating
from bot.planning.marker import Key
from bot.planning.snapshot import Frozen
from bot.progress.forecast import Forecast
from bot.progress.progress import Work, WorkState
from bot.reports.view import View

DAYS_A_WEEK = 7
NEXT = 3
WAITING = frozenset({WorkState.OPEN, WorkState.AHEAD})


class Week(Frozen):
    """An ISO week: its Monday. Written as `2026-W07`."""

    monday: date

    @classmethod
    def of(cls, day: date) -> Self:
        """The week that `day` lies in."""
        return cls(monday=day - timedelta(days=day.weekday()))

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `2026-W07`. Raises ValueError."""
        year, _, week = text.upper().partition("-W")
        return cls(monday=date.fromisocalendar(int(year), int(week), 1))

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=DAYS_A_WEEK - 1)

    @property
    def before(self) -> "Week":
        """The week before."""
        return Week(monday=self.monday - timedelta(days=DAYS_A_WEEK))

    def __str__(self) -> str:
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02d}"


class Weekly(Frozen):
    """The values of one summary.

    `number` counts the weeks of the path from 1 (0 before its start), `percent` is what closed
    issues alone give by the end of the week. `doing`, `coming`, `late` and the forecast are told
    of the newest week only, as nobody knows how they stood in older ones. `late` counts what is
    open in units whose last day is over.
    """

    week: Week
    number: int
    done: tuple[Work, ...]
    hours: float
    percent: int
    newest: bool
    doing: tuple[Work, ...]
    coming: tuple[Work, ...]
    late: int
    resting_until: date | None
    finished: bool
    forecast: Forecast
    suggestion: str | None


def weekly(view: View, week: Week) -> Weekly:
    """The summary of `week`, seen from the view's day."""
    progress, today = view.progress, view.today
    done = tuple(
        w
        for w in progress.work
        if w.finished and w.closed_on and week.monday <= w.closed_on <= week.sunday
    )
    total = progress.all.total
    newest = today <= week.sunday + timedelta(days=DAYS_A_WEEK)
    rest = [p.last for p in view.settings.pauses if p.first <= today <= p.last]
    late = _late(view) if newest and not rest else []
    doing = tuple(w for w in progress.work if w.state is WorkState.IN_PROGRESS) if newest else ()
    return Weekly(
        week=week,
        number=max(0, (week.sunday - view.dates.first).days // DAYS_A_WEEK + 1),
        done=done,
        hours=sum(w.hours or 0.0 for w in done),
        percent=int(100 * progress.done_by(week.sunday) / total + 1e-9) if total else 100,
        newest=newest,
        doing=doing,
        coming=_coming(view) if newest else (),
        late=len(late),
        resting_until=max(rest, default=None),
        finished=progress.all.done >= total,
        forecast=view.outlook,
        suggestion=_suggestion(view, week, late) if newest and not rest else None,
    )


def as_markdown(values: Weekly) -> str:
    """The summary as GitHub shows it, without marker."""
    return templating.render("weekly.md.j2", w=values)


def weekly_key(week: Week) -> Key:
    """The key of a week's summary."""
    return f"weekly:{week}"


def _late(view: View) -> list[Work]:
    return [
        w
        for w in view.progress.work
        if w.state in {WorkState.OPEN, WorkState.IN_PROGRESS}
        and w.counts
        and view.dates[w.unit].last < view.today
    ]


def _coming(view: View) -> tuple[Work, ...]:
    """The next three things to take up, in the order of the path, what must be done first."""
    waiting = [w for w in view.progress.work if w.state in WAITING]
    return tuple(sorted(waiting, key=lambda w: not w.counts)[:NEXT])


def _suggestion(view: View, week: Week, late: list[Work]) -> str | None:
    """One thing that follows from what is seen, or nothing."""
    progress = view.progress
    blocked = [w for w in progress.work if w.state is WorkState.BLOCKED]
    if blocked:
        return (
            f"'{blocked[0].title}' is marked as blocked. A comment on what is missing often helps"
            " to see the next step; skipping it is fine, too."
        )
    since = week.before.monday
    begun = view.dates.first <= since
    if begun and progress.done_by(week.sunday) == progress.done_by(since - timedelta(days=1)):
        return (
            "Two quiet weeks: if life asks for more room, a pause or a slower pace in the settings"
            " moves the dates along."
        )
    current = view.dates.current(view.today)
    if late and current and sum(w.weight for w in late) > progress.of_unit(current.unit).total:
        return (
            "What is open from earlier is more than a whole stretch of the path: a slower pace in"
            " the settings would give it room."
        )
    here = [w for w in progress.work if current and w.unit == current.unit and w.counts]
    if here and current and view.today < current.last and all(w.share == 1 for w in here):
        return "All of the present stretch is done ahead of its date: enjoy it, or begin the next."
    return None
