"""The status page for the terminal; every number can be traced to issues."""

from datetime import date
from functools import partial

from bot import templating
from bot.planning.snapshot import FrozenModel
from bot.planning.unit_names import module_name, unit_names
from bot.progress.effort import EffortSource
from bot.progress.forecast import Forecast
from bot.progress.path import LearningPath
from bot.progress.progress import DONE, Work, WorkState
from bot.progress.streak import streak
from bot.reports import position
from bot.reports.formatting import WORDS, bar
from bot.reports.next_work import OpenThing, late_work, most_important, next_open
from bot.reports.suggestions import Suggestions, suggestions

MOST_WORK = 20
MOST_MODULES = 15


class StatusModule(FrozenModel):
    """One month or module: its name, percent done, and whether the learner is in it now."""

    name: str
    percent: int
    current: bool


class Status(FrozenModel):
    """A page of values. Hours are weights: estimates, as the curriculum has them.

    Where nothing has hours (`in_hours` is False) the weights are shares, one for each task.
    `logged_hours` are those that the learner wrote down. `unit` is the name of the current unit;
    None before the first day. `resting_until` is the last day of the pause that `today` lies in;
    the unit is then the one that goes on after it. `ended` says that the last day is over, `late`
    counts what is open in units that are over. `streak` counts weeks in a row with something
    finished. `offers` are there when the careful date of the forecast is after the planned end.
    """

    title: str
    today: date
    first: date
    last: date
    percent: int
    done_hours: float
    total_hours: float
    in_hours: bool
    source: EffortSource
    logged_hours: float
    streak: int
    unit: str | None
    unit_percent: int | None
    unit_last: date | None
    work: tuple[Work, ...]
    late: int
    coming: tuple[OpenThing, ...]
    modules: tuple[StatusModule, ...]
    checkpoint: position.NextCheckpoint | None
    forecast: Forecast
    offers: Suggestions | None
    in_progress: int
    done: int
    skipped: int
    resting_until: date | None
    ended: bool
    finished_on: date | None


def status(path: LearningPath) -> Status:
    """Return the page's values."""
    curriculum, today, dates, progress = path.curriculum, path.today, path.dates, path.progress
    current = position.current_unit(path)
    home = progress.units[current.unit] if current else None
    return Status(
        title=curriculum.title,
        today=today,
        first=dates.first,
        last=dates.last,
        percent=path.percent(),
        done_hours=progress.all.done,
        total_hours=progress.all.total,
        in_hours=path.effort.in_hours,
        source=path.effort.source,
        logged_hours=path.history.hours_logged(date.min, today),
        streak=streak(progress, path.as_of),
        unit=unit_names(curriculum)[current.unit] if current else None,
        unit_percent=progress.of_unit(current.unit).percent if current else None,
        unit_last=current.last if current else None,
        work=progress.by_unit.get(current.unit, ()) if current else (),
        late=sum(not current or w.unit != current.unit for w in late_work(path)),
        coming=next_open(path),
        modules=tuple(
            StatusModule(
                name=module_name(curriculum, module),
                percent=progress.of_module(module.id).percent,
                current=module.id == home,
            )
            for module in curriculum.modules()
        ),
        checkpoint=position.next_checkpoint(path),
        forecast=path.outlook,
        offers=suggestions(path),
        in_progress=progress.count(WorkState.IN_PROGRESS),
        done=progress.count(*DONE),
        skipped=progress.count(WorkState.SKIPPED, WorkState.REMOVED),
        resting_until=position.pause_end(path),
        ended=today > dates.last,
        finished_on=path.finished_on,
    )


def as_text(page: Status) -> str:
    """Return the page for a terminal; of a long path it shows the part around the present."""
    return templating.render(
        "status.txt.j2",
        page=page,
        rows=position.around_current(page.modules, MOST_MODULES),
        works=most_important(page.work, MOST_WORK),
        **{**WORDS, "bar": partial(bar, full="#", empty=".")},
    )
