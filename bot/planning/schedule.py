"""The schedule: dates for every unit, from start, pace and pauses. Days only, never hours."""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from math import ceil

from pydantic import Field

from bot.curriculum.model import Curriculum, Task, Unit
from bot.errors import ConfigError
from bot.planning.marker import Key
from bot.planning.snapshot import FrozenModel
from bot.settings import FileSettings, Pause, Settings, StartDay

LAST_YEAR = 2200
DAYS_A_WEEK = 7


class PlanOverride(FrozenModel):
    """From the day `on` the path goes another way.

    With `unit` that unit begins on `on`, and the units after it follow. Without, the unit that `on`
    falls in keeps its first day. `hours_per_week` or `months` (for the whole path, counted from its
    start) is the pace from there; with neither the pace stays.
    """

    on: date
    unit: str | None = None
    hours_per_week: float | None = None
    months: int | None = None

    @property
    def has_pace(self) -> bool:
        """Return whether it sets a pace."""
        return self.hours_per_week is not None or self.months is not None


class PlanOverrides(FrozenModel):
    """Decisions made on the way, beside the settings: choices and pauses are put into those.

    `opened` are units whose issues exist ahead of the window. `moved` says by how many days a
    task's place differs from the curriculum's. `projects` are the ideas started, in that order, and
    `goals` the learner's own.
    `without_optional` says that optional tasks are no longer made.
    """

    turns: tuple[PlanOverride, ...] = ()
    opened: frozenset[str] = frozenset()
    moved: dict[Key, int] = Field(default_factory=dict)
    projects: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    without_optional: bool = False


NO_OVERRIDES = PlanOverrides()


class UnitDates(FrozenModel):
    """First and last day of a unit, both included, as the learner's calendar has them."""

    unit: str
    first: date
    last: date

    def moved(self, by: timedelta) -> "UnitDates":
        """Return its days moved by so much."""
        return UnitDates(unit=self.unit, first=self.first + by, last=self.last + by)

    @property
    def days(self) -> int:
        """Return the calendar days from first to last, pauses inside included."""
        return (self.last - self.first).days + 1


class Schedule(FrozenModel):
    """Dates of all units, in the order of the curriculum: no gap but pauses and those of a guide.

    Only units that the guide itself puts on one day share it.

    `original_start` is the day on which the path began, where a turn let even its first unit go on
    later.
    """

    units: tuple[UnitDates, ...]
    original_start: date | None = None

    @cached_property
    def _by_unit(self) -> dict[str, UnitDates]:
        return {dates.unit: dates for dates in self.units}

    def __getitem__(self, unit: str) -> UnitDates:
        return self._by_unit[unit]

    @property
    def first(self) -> date:
        """Return the first day of study."""
        first = self.units[0].first
        return min(first, self.original_start) if self.original_start else first

    @property
    def last(self) -> date:
        """Return the last day of study."""
        return self.units[-1].last

    def current(self, today: date) -> UnitDates | None:
        """Return the unit of `today`, or in a pause the one before it; None before the start.

        After the end it is the last unit.
        """
        index = bisect_right([dates.first for dates in self.units], today)
        return self.units[index - 1] if index else None

    def place(self, unit: str, days: int) -> str:
        """Return the unit where something of `unit` stands when it is moved by so many days.

        That is the unit in which its own last day, moved, falls; the first or last one at the ends.
        """
        found = self.current(self[unit].last + timedelta(days=days))
        return found.unit if found else self.units[0].unit


def schedule(
    curriculum: Curriculum, settings: Settings, turns: tuple[PlanOverride, ...] = ()
) -> Schedule:
    """Return dates for every unit of `curriculum`.

    With a pace in months the whole path lasts exactly that many calendar months of study and every
    unit gets its share by nominal length. With hours a week a unit lasts as long as its hours take,
    at least a day; one without hours keeps its nominal length. With neither, the shortest duration
    the guide calls realistic holds, or the nominal lengths. Days of pauses are never study days.
    A guide that says the days of every unit is followed to the day where no pace is set: its first
    day is the start, and another start shifts them all alike.
    Each of `turns`, in order, lays out anew what lies ahead of it; earlier dates stay.
    Raises ConfigError when the path is too long for its pace or for the calendar.
    """
    units = list(curriculum.units())
    lengths = _lengths(curriculum, units, settings)
    dated = _stated_dates(units, settings)
    dates = dated or tuple(_assign_dates(units, lengths, settings.start, settings))
    found = Schedule(units=dates)
    pace: PlanOverride | None = None
    for turn in turns:
        index, first = _apply_override(found, turn)
        pace = turn if turn.has_pace else pace
        # Units that a later turn goes back to have the newest pace, too. That of months shares out
        # what was left on its day: a later turn keeps the shares, and the end moves.
        if pace and (pace.hours_per_week is not None or pace.on == turn.on):
            speed = {"hours_per_week": pace.hours_per_week, "pace": pace.months}
            lengths[index:] = _lengths_from(
                curriculum, units[index:], settings.model_copy(update=speed), first
            )
        end = first - timedelta(days=1)  # of what is past, where the path goes on early
        past_units = (
            UnitDates(unit=d.unit, first=min(d.first, end), last=min(d.last, end))
            for d in found.units[:index]
        )
        ahead: Iterable[UnitDates] = _assign_dates(units[index:], lengths[index:], first, settings)
        if dated and pace is None:
            shift = first - found.units[index].first
            ahead = (d.moved(shift) for d in found.units[index:])
        found = Schedule(units=(*past_units, *ahead), original_start=found.first)
    return found


def _apply_override(before: Schedule, turn: PlanOverride) -> tuple[int, date]:
    """Return the index of the first unit that a turn lays out anew, and its first day."""
    if turn.unit is not None:
        return [dates.unit for dates in before.units].index(turn.unit), turn.on
    here = before.current(turn.on) or before.units[0]
    return before.units.index(here), here.first


def _assign_dates(
    units: list[Unit], lengths: list[int], start: date, settings: Settings
) -> Iterator[UnitDates]:
    day, pauses = start, settings.pauses
    for unit, length in zip(units, lengths, strict=True):
        first = _study_day(day, 0, pauses)
        last = _study_day(first, length - 1, pauses)
        day = last + timedelta(days=1)
        yield UnitDates(unit=unit.id, first=first, last=last)


def _stated_dates(units: list[Unit], settings: Settings) -> tuple[UnitDates, ...]:
    """Return the days that the guide says, moved to the start of the path; none where it does not.

    They hold where every unit has them in order, and neither a pace nor a pause says otherwise.
    """
    stated = [(unit.first, unit.last) for unit in units if unit.first and unit.last]
    paced = settings.hours_per_week is not None or settings.pace is not None
    if paced or settings.pauses or len(stated) < len(units):
        return ()
    if any(after[0] < before[1] for before, after in pairwise(stated)):
        return ()
    shift = settings.start - stated[0][0]
    return tuple(
        UnitDates(unit=unit.id, first=first, last=last).moved(shift)
        for unit, (first, last) in zip(units, stated, strict=True)
    )


def start_as_of(curriculum: Curriculum, settings: FileSettings, today: date) -> date:
    """Return the first day of a path that begins with these settings on `today`.

    Without a word of theirs it is the day that the curriculum states, where that is to come, else
    `today`.
    """
    if isinstance(settings.start, StartDay):
        return settings.start.day(today)
    stated = stated_start(curriculum)
    return settings.start or (stated if stated and stated >= today else today)


def stated_start(curriculum: Curriculum) -> date | None:
    """Return the first day of a curriculum that states the days of all its units."""
    days = [unit.first for unit in curriculum.units()]
    return days[0] if days and all(days) else None


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later, or the last of that month where it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def unit_by_key(curriculum: Curriculum) -> dict[str, str]:
    """Return the unit of every task and deliverable by the key of its issue."""
    homes: dict[str, str] = {}
    for module in curriculum.modules():
        for unit in module.units:
            homes |= {f"task:{task.id}": unit.id for task in unit.all_tasks()}
        homes |= {f"deliverable:{d.id}": module.due_unit(d).id for d in module.deliverables}
    return homes


def hours_by_unit(curriculum: Curriculum, settings: Settings) -> dict[str, float | None]:
    """Return hours of each unit by id: its required tasks, else the guide's own sum, else None.

    Of a choice, the option taken counts; before one is taken, the mean of the options does. The
    deliverables are work of the unit they are due in, where that has hours to add them to.
    """
    hours: dict[str, float | None] = {}
    for module in curriculum.modules():
        for unit in module.units:
            hours[unit.id] = _task_hours(unit, settings)
        for left in module.deliverables:
            due = module.due_unit(left).id
            if left.hours and (known := hours[due]) is not None:
                hours[due] = known + left.hours.middle
    return hours


def _task_hours(unit: Unit, settings: Settings) -> float | None:
    stated = [_sum(unit.tasks)]
    if unit.choice:
        sums = {option.id: _sum(option.tasks) for option in unit.choice.options}
        taken = settings.choices.get(unit.choice.id)
        stated.append(sums[taken] if taken in sums else sum(sums.values()) / len(sums))
    if any(stated):
        return sum(stated)
    return unit.hours.middle if unit.hours else None


def _sum(tasks: tuple[Task, ...]) -> float:
    return sum(task.hours.middle for task in tasks if task.hours and not task.optional)


def _lengths(curriculum: Curriculum, units: list[Unit], settings: Settings) -> list[int]:
    """Return study days for each unit, at least one each."""
    if settings.hours_per_week is not None:
        a_day = settings.hours_per_week / DAYS_A_WEEK
        hours = hours_by_unit(curriculum, settings)
        return [
            unit.days if (needed := hours[unit.id]) is None else max(1, ceil(needed / a_day))
            for unit in units
        ]
    months = settings.pace or (curriculum.overview.months or (None,))[0]
    if months is None:
        return [unit.days for unit in units]
    total = (add_months(settings.start, months) - settings.start).days
    if total < len(units):
        raise ConfigError(
            f"{months} months are {total} days, fewer than the {len(units)} units of the path.",
            where="pace",
            hint="Choose a slower pace.",
        )
    return _shares(total, [unit.days for unit in units])


def _lengths_from(
    curriculum: Curriculum, rest: list[Unit], speed: Settings, first: date
) -> list[int]:
    """Return study days for the units that remain on `first`.

    A pace in months that was asked for on the way is meant for the whole path: what is left of it,
    less the pauses to come, is shared out, a day for each unit at least.
    """
    if speed.pace is None:
        return _lengths(curriculum, rest, speed)
    end = add_months(speed.start, speed.pace)
    resting = {day for p in speed.pauses for day in _days(max(p.first, first), min(p.last, end))}
    total = (end - first).days - len(resting)
    return _shares(max(total, len(rest)), [unit.days for unit in rest])


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _shares(total: int, weights: list[int]) -> list[int]:
    """Return `total` split in proportion to `weights`, at least 1 each."""
    whole, spare = sum(weights), total - len(weights)
    marks = [0]
    passed = 0
    for weight in weights:
        passed += weight
        marks.append((2 * spare * passed + whole) // (2 * whole))
    return [1 + after - before for before, after in pairwise(marks)]


def _study_day(day: date, count: int, pauses: tuple[Pause, ...]) -> date:
    """Return the day on which `count` more days of study have gone by than on `day`.

    In a pause the count is from its end. Raises ConfigError behind the end of the calendar.
    """
    day = _out_of_pauses(day, pauses)
    while count and day.year < LAST_YEAR:
        before = min((pause.first for pause in pauses if pause.first > day), default=date.max)
        free = min(count, (before - day).days - 1)
        day += timedelta(days=free)
        count -= free
        if count:
            day = _out_of_pauses(before, pauses)
            count -= 1
    if day.year >= LAST_YEAR:
        raise ConfigError(
            f"the path would end after the year {LAST_YEAR}.",
            where="start, pace or pauses",
            hint="Choose an earlier start, a faster pace or shorter pauses.",
        )
    return day


def _out_of_pauses(day: date, pauses: tuple[Pause, ...]) -> date:
    """Return the first day from `day` on that is in no pause."""
    while resting := [pause.last for pause in pauses if pause.first <= day <= pause.last]:
        day = max(resting) + timedelta(days=1)
    return day
