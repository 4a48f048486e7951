"""Which checkpoints are reached, and on which of them to report now."""

from datetime import date

from bot.curriculum.model import Checkpoint, Curriculum
from bot.planning.marker import Key
from bot.progress.path import LearningPath
from bot.progress.progress import item_keys


def due_checkpoints(path: LearningPath, posted: set[Key]) -> tuple[Checkpoint, ...]:
    """Return the checkpoints to report on now; `posted` are the keys of existing reports.

    One is due when its last day is over or all up to there is finished, while it has an issue that
    the learner did not set aside. Of several only those at the latest unit are, and none that lies
    before one reported already, so that nobody gets reports on the past.
    """
    order = unit_order(path.curriculum)
    checkpoints = path.curriculum.checkpoints
    reported = [order[c.id] for c in checkpoints if posted.intersection(item_keys("report", c))]
    ready = [
        c
        for c in checkpoints
        if order[c.id] >= max(reported, default=0) and is_reached(path, c) and _is_wanted(path, c)
    ]
    latest = max((order[c.id] for c in ready), default=None)
    return tuple(
        c for c in ready if order[c.id] == latest and posted.isdisjoint(item_keys("report", c))
    )


def is_reached(path: LearningPath, checkpoint: Checkpoint) -> bool:
    """Return whether its last day is over, or all work up to there is finished."""
    if last_day(path, checkpoint) < path.today:
        return True
    progress, last = path.progress, path.curriculum.due_units[checkpoint.id].id
    finished = False
    for unit in progress.units:
        if unit == progress.first_unfinished:
            return False
        finished = finished or any(w.finished for w in progress.by_unit.get(unit, ()))
        if unit == last:
            break
    return finished


def newest_reached(path: LearningPath) -> Checkpoint | None:
    """Return the checkpoint reached last, by its last day; None when there is none."""
    there = (c for c in path.curriculum.checkpoints if is_reached(path, c))
    return max(there, key=lambda c: last_day(path, c), default=None)


def last_day(path: LearningPath, checkpoint: Checkpoint) -> date:
    """Return the last day of the unit that it ends."""
    return path.dates[path.curriculum.due_units[checkpoint.id].id].last


def report_key(checkpoint: Checkpoint) -> Key:
    """Return the key of its report."""
    return f"report:{checkpoint.id}"


def _is_wanted(path: LearningPath, checkpoint: Checkpoint) -> bool:
    issue = path.issue_of("checkpoint", checkpoint)
    return issue is not None and (not issue.state.settled or issue.state.finished)


def unit_order(curriculum: Curriculum) -> dict[str, int]:
    """Return the place of each checkpoint's last unit in the path, by the checkpoint's id."""
    places = {unit.id: place for place, unit in enumerate(curriculum.units())}
    return {name: places[unit.id] for name, unit in curriculum.due_units.items()}
