"""The first day of a path whose settings name no date: the first run takes it, the ledger keeps it.

From then on it is the same, whatever the clock says. Where the ledger is lost, the milestones tell:
the due dates that the learner has seen stay as they are.
"""

from datetime import date

from bot.curriculum.model import Curriculum
from bot.planning.desired_state import unit_key
from bot.planning.marker import digest
from bot.planning.observed_state import ObservedState
from bot.planning.schedule import schedule
from bot.settings import FileSettings, Settings

TRIES = 8


def first_day(
    curriculum: Curriculum, settings: Settings, file: FileSettings, observed: ObservedState
) -> date:
    """Return the first day of study.

    `settings` are those in force, on the day that the file means now. A date in the file wins, then
    the ledger's day, then the one that gives the first milestone its due date.
    """
    if isinstance(file.start, date):
        return file.start
    return observed.ledger.started or _day_of_milestones(curriculum, settings, observed)


def _day_of_milestones(curriculum: Curriculum, settings: Settings, observed: ObservedState) -> date:
    """Return the day that leads to the due date of the first milestone that nobody moved.

    In a repository without any it is the start of `settings`.
    """
    for unit in curriculum.units():
        ours = observed.milestones.get(unit_key(unit))
        due = ours.state.due_on if ours else None
        if ours is None or due is None or ours.marked.marker.due != digest(due.isoformat()):
            continue
        day = due
        for _ in range(TRIES):  # pauses and the lengths of months depend on the start
            last = schedule(curriculum, settings.starting(day))[unit.id].last
            if last == due:
                break
            day += due - last
        return day
    return settings.start
