"""The activity map: a year of days, each as large as the work on it."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot import i18n
from bot.i18n import gettext as _
from bot.i18n import ngettext, pgettext
from bot.planning.snapshot import FrozenModel
from bot.progress.path import LearningPath
from bot.reports.pictures import canvas
from bot.reports.text_width import fit, width

WEEKS = 52
DAYS_A_WEEK = 7
CELL, STEP = 11, 13
EDGE, LEFT, TOP = 18, 52, 74
WIDE, HIGH = LEFT + WEEKS * STEP + EDGE, 206
TITLE, TEXT, SMALL = 16, 12, 11
SIDES = (3, 5, 7, 9, 11)
UP_TO_HOURS = (2, 5, 10)
UP_TO_TASKS = (1, 2, 3)


class ActivityDay(FrozenModel):
    """What was finished (hours or tasks) and logged (hours) on a day; `level` is 0 to 4."""

    day: date
    finished: float
    logged: float
    level: int


class ActivityMap(FrozenModel):
    """The 52 weeks that end with the present one, Monday first.

    Finished work counts with its estimated hours on the day its issue was closed, optional work
    too; on a path without hours each task counts as one. A day's level is that of its finished work
    or of its logged hours, whichever is higher: the same hours are not counted twice.
    """

    title: str
    in_hours: bool
    days: tuple[ActivityDay, ...]

    @property
    def active(self) -> tuple[ActivityDay, ...]:
        """The days with something on them."""
        return tuple(day for day in self.days if day.level)


def activity(path: LearningPath) -> ActivityMap:
    """Return the values of the map on the path's day, of a finished path on its last."""
    monday = path.as_of - timedelta(days=path.as_of.weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    timed = path.effort.in_hours
    finished: dict[date, list[float]] = {}
    for work in path.progress.work:
        if work.finished and work.closed_on:
            finished.setdefault(work.closed_on, []).append(work.weight if timed else 1.0)
    days = (first + timedelta(days=index) for index in range(WEEKS * DAYS_A_WEEK))
    return ActivityMap(
        title=path.curriculum.title,
        in_hours=timed,
        days=tuple(
            _day(day, finished.get(day, []), path.history.hours_logged(day, day), in_hours=timed)
            for day in days
        ),
    )


def description(values: ActivityMap) -> str:
    """Return the map in words, as its text alternative."""
    if not values.active:
        return _("Your active days show here.")
    finished = sum(day.finished for day in values.days)
    logged = sum(day.logged for day in values.days)
    facts = [
        ngettext(
            "%(num)s active day in the year up to %(day)s",
            "%(num)s active days in the year up to %(day)s",
            len(values.active),
            day=i18n.format_date(values.days[-1].day),
        ),
        *_amounts(finished, logged, in_hours=values.in_hours),
    ]
    return " · ".join(facts)


def as_svg(values: ActivityMap) -> str:
    """Return the SVG."""
    heading, words = _("Activity"), description(values)
    beside = EDGE + width(heading, TITLE * canvas.BOLD) + 12
    return canvas.render_picture(
        "activity",
        wide=WIDE,
        high=HIGH,
        title=_("Activity: %(path)s", path=values.title),
        words=words,
        heading=heading,
        beside=beside,
        summary=fit(words, TEXT, WIDE - EDGE - beside),
        left=LEFT,
        top=TOP,
        cells=[_cell(index, day, values) for index, day in enumerate(values.days)],
        months=_months(values),
        weekdays=[
            {
                "y": TOP + row * STEP + CELL - 2,
                "text": fit(i18n.format_weekday_name(values.days[row].day), SMALL, LEFT - EDGE - 4),
            }
            for row in (0, 2, 4)
        ],
        legend=_legend(values),
    )


def _amounts(finished: float, logged: float, *, in_hours: bool) -> Iterator[str]:
    """Yield what was finished and logged, one fact each."""
    if finished and in_hours:
        yield _("%(hours)s finished", hours=i18n.format_hours(finished))
    elif finished:
        yield ngettext("%(num)s task finished", "%(num)s tasks finished", round(finished))
    if logged:
        yield _("%(hours)s logged", hours=i18n.format_hours(logged))


def _day(day: date, finished: list[float], logged: float, *, in_hours: bool) -> ActivityDay:
    amount = sum(finished)
    ranks = [_level(amount, UP_TO_HOURS if in_hours else UP_TO_TASKS)] if finished else [0]
    if logged:
        ranks.append(_level(logged, UP_TO_HOURS))
    return ActivityDay(day=day, finished=amount, logged=logged, level=max(ranks))


def _level(amount: float, limits: tuple[int, ...]) -> int:
    return 1 + sum(amount > limit for limit in limits)


def _square(level: int, x: float, y: float) -> dict[str, object]:
    side = SIDES[level]
    gap = (CELL - side) / 2
    return {"x": x + gap, "y": y + gap, "side": side, "level": level}


def _cell(index: int, day: ActivityDay, values: ActivityMap) -> dict[str, object]:
    week, weekday = divmod(index, DAYS_A_WEEK)
    facts = list(_amounts(day.finished, day.logged, in_hours=values.in_hours))
    square = _square(day.level, LEFT + week * STEP, TOP + weekday * STEP)
    return square | {"text": " · ".join([i18n.format_date(day.day), *facts])}


def _months(values: ActivityMap) -> list[dict[str, object]]:
    """Return the names above the first whole week of each month."""
    made = []
    free = 0.0
    for week in range(WEEKS):
        monday = values.days[week * DAYS_A_WEEK].day
        x = LEFT + week * STEP
        name = i18n.format_month(monday)
        if monday.day <= DAYS_A_WEEK and x >= free and x + width(name, SMALL) <= WIDE:
            made.append({"x": x, "text": name})
            free = x + width(name, SMALL) + 4
    return made


def _legend(values: ActivityMap) -> list[dict[str, object]]:
    texts = [pgettext("picture", "nothing")]
    if values.in_hours:
        texts += [
            pgettext("picture", "up to %(hours)s", hours=i18n.format_hours(limit))
            for limit in UP_TO_HOURS
        ]
    else:
        texts += [canvas.amount(limit, in_hours=False) for limit in UP_TO_TASKS]
    texts.append(pgettext("picture", "more"))
    made = []
    x = float(LEFT)
    for level, text in enumerate(texts):
        made.append(_square(level, x, HIGH - 27) | {"text": text, "text_x": x + 16})
        x += 16 + width(text, SMALL) + 14
    return made
