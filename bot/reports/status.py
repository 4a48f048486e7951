"""Where the learner is, for the terminal: one page, every number traceable to issues."""

from datetime import date, timedelta

from bot import templating
from bot.curriculum.model import Curriculum
from bot.planning.bodies import full_unit_name, module_name
from bot.planning.schedule import Schedule
from bot.planning.snapshot import Frozen
from bot.progress.forecast import Forecast
from bot.progress.progress import DONE, Work, WorkState
from bot.reports.view import View

BAR = 20


class ModuleRow(Frozen):
    """One month or module: its name, percent done, and whether the learner is in it now."""

    name: str
    percent: int
    current: bool


class NextCheckpoint(Frozen):
    """The checkpoint that comes next, and the day its module ends."""

    title: str
    due: date


class Status(Frozen):
    """A page of values. Hours are weights: estimates, as the curriculum has them.

    `unit` is the name of the current unit; None before the first day. `resting_until` is the last
    day of the pause that `today` lies in; the unit is then the one that goes on after it. `ended`
    says that the last day is over.
    """

    title: str
    today: date
    first: date
    last: date
    percent: int
    done_hours: float
    total_hours: float
    unit: str | None
    unit_percent: int | None
    unit_last: date | None
    work: tuple[Work, ...]
    modules: tuple[ModuleRow, ...]
    checkpoint: NextCheckpoint | None
    forecast: Forecast
    in_progress: int
    done: int
    skipped: int
    resting_until: date | None
    ended: bool


def status(view: View) -> Status:
    """The page's values."""
    curriculum, settings, today = view.curriculum, view.settings, view.today
    dates, progress = view.dates, view.progress
    pause = max((p.last for p in settings.pauses if p.first <= today <= p.last), default=None)
    current = dates.current(pause + timedelta(days=1) if pause else today)
    names = {
        unit.id: full_unit_name(curriculum, module, unit)
        for module in curriculum.modules()
        for unit in module.units
    }
    here = progress.units[current.unit] if current else None
    return Status(
        title=curriculum.title,
        today=today,
        first=dates.first,
        last=dates.last,
        percent=progress.all.percent,
        done_hours=progress.all.done,
        total_hours=progress.all.total,
        unit=names[current.unit] if current else None,
        unit_percent=progress.of_unit(current.unit).percent if current else None,
        unit_last=current.last if current else None,
        work=tuple(w for w in progress.work if current and w.unit == current.unit),
        modules=tuple(
            ModuleRow(
                name=module_name(curriculum, module),
                percent=progress.of_module(module.id).percent,
                current=module.id == here,
            )
            for module in curriculum.modules()
        ),
        checkpoint=_next_checkpoint(curriculum, dates, today),
        forecast=view.outlook,
        in_progress=progress.count(WorkState.IN_PROGRESS),
        done=progress.count(*DONE),
        skipped=progress.count(WorkState.SKIPPED, WorkState.REMOVED),
        resting_until=pause,
        ended=today > dates.last,
    )


def as_text(page: Status) -> str:
    """The page for a terminal."""
    return templating.render("status.txt.j2", page=page, bar=_bar, states=WorkState)


def _next_checkpoint(curriculum: Curriculum, dates: Schedule, today: date) -> NextCheckpoint | None:
    ends = {module.id: dates[module.units[-1].id].last for module in curriculum.modules()}
    coming = [
        NextCheckpoint(title=checkpoint.title, due=ends[checkpoint.after])
        for checkpoint in curriculum.checkpoints
        if ends[checkpoint.after] >= today
    ]
    return min(coming, key=lambda checkpoint: checkpoint.due, default=None)


def _bar(percent: int) -> str:
    """A bar of twenty characters that also reads without colour."""
    full = percent * BAR // 100
    return "#" * full + "." * (BAR - full)
