"""The learner's position on the path: present unit, pause, next checkpoint, end."""

from datetime import date, timedelta
from typing import Protocol, TypeVar

from bot.curriculum.model import Curriculum
from bot.planning.schedule import UnitDates
from bot.planning.snapshot import FrozenModel
from bot.planning.unit_names import full_unit_name, short_unit_name
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
    """Return the present unit, in a pause the next, at the end the last; before the start None."""
    rest = pause_end(path)
    return path.dates.current(rest + timedelta(days=1) if rest else path.today)


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


def unit_names(curriculum: Curriculum) -> dict[str, str]:
    """Return the full names of units by id."""
    return {
        unit.id: full_unit_name(curriculum, module, unit)
        for module in curriculum.modules()
        for unit in module.units
    }


def short_unit_names(curriculum: Curriculum) -> dict[str, str]:
    """Return the short names of units by id."""
    return {
        unit.id: short_unit_name(curriculum, module, unit)
        for module in curriculum.modules()
        for unit in module.units
    }


def next_checkpoint(path: LearningPath) -> NextCheckpoint | None:
    """Return the first checkpoint ahead whose issue is not closed."""
    ends = {module.id: path.module_days(module)[1] for module in path.curriculum.modules()}
    coming: list[NextCheckpoint] = []
    for checkpoint in path.curriculum.checkpoints:
        ours = path.issue_of("checkpoint", checkpoint)
        due = ends[checkpoint.after]
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
