"""The learner's position on the path: present unit, pause, next checkpoint, end."""

from datetime import date, timedelta
from typing import Protocol, TypeVar

from bot.planning.schedule import UnitDates
from bot.planning.snapshot import FrozenModel
from bot.progress.path import LearningPath

DAYS_A_WEEK = 7


class ModuleRow(Protocol):
    """A row of a table of modules; `current` says that the learner is in it."""

    @property
    def current(self) -> bool: ...


Row = TypeVar("Row", bound=ModuleRow)


class NextCheckpoint(FrozenModel):
    """The checkpoint that comes next, the day its module ends, and its issue when there is one."""

    title: str
    due: date
    number: int | None = None
    url: str = ""


def pause_end(path: LearningPath) -> date | None:
    """Return the last day of today's pause, pauses right behind it included; None without."""
    last, day = None, path.today
    while running := [p.last for p in path.settings.pauses if p.first <= day <= p.last]:
        last = max(running)
        day = last + timedelta(days=1)
    return last


def current_unit(path: LearningPath) -> UnitDates | None:
    """Return the present unit, in a pause the next, at the end the last; before the start None.

    Of several on the same days it is the first with something left to do.
    """
    rest = pause_end(path)
    found = path.dates.current(rest + timedelta(days=1) if rest else path.today)
    days = (found.first, found.last) if found else None
    alike = (one for one in path.dates.units if (one.first, one.last) == days)
    return next((one for one in alike if not path.progress.of_unit(one.unit).complete), found)


def reached_unit(path: LearningPath) -> str:
    """Return the id of the unit up to which the finished work reaches, laid along the path.

    So neither a task left behind nor one done early moves it far.
    """
    done = path.progress.all.done
    units = [unit.id for unit in path.curriculum.units()]
    for unit in units:
        total = path.progress.of_unit(unit).total
        if done + 1e-9 < total:
            return unit
        done -= total
    return units[-1]


def next_checkpoint(path: LearningPath) -> NextCheckpoint | None:
    """Return the first checkpoint ahead whose issue is not closed."""
    units = path.curriculum.due_units
    coming: list[NextCheckpoint] = []
    for checkpoint in path.curriculum.checkpoints:
        ours = path.issue_of("checkpoint", checkpoint)
        due = path.dates[units[checkpoint.id].id].last
        if due >= path.today and not (ours and ours.state.settled):
            number, url = (ours.state.number, ours.state.url) if ours else (None, "")
            found = NextCheckpoint(title=checkpoint.title, due=due, number=number, url=url)
            coming.append(found)
    return min(coming, key=lambda checkpoint: checkpoint.due, default=None)


def around_current(rows: tuple[Row, ...], most: int) -> tuple[Row, ...]:
    """Return at most so many rows, those around the one that is marked as current."""
    current = next((index for index, row in enumerate(rows) if row.current), 0)
    start = max(0, min(current - most // 2, len(rows) - most))
    return rows[start : start + most]
