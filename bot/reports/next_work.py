"""The work to show first: the three next things, work left from earlier, and what a list keeps."""

from bot.progress.path import LearningPath
from bot.progress.progress import LEFT_OUT, Work, WorkState

NEXT = 3
WAITING = frozenset({WorkState.OPEN, WorkState.AHEAD})


def next_work(path: LearningPath) -> tuple[Work, ...]:
    """Return the next three things to take up, required work first, in the order of the path."""
    dropped = path.overrides.without_optional
    waiting = [
        w
        for w in path.progress.work
        if w.state in WAITING and (w.counts or w.state is WorkState.OPEN or not dropped)
    ]
    return tuple(sorted(waiting, key=lambda w: not w.counts)[:NEXT])


def late_work(path: LearningPath) -> list[Work]:
    """Return the required work that is open in units whose last day is over."""
    return [
        w
        for w in path.progress.work
        if w.state in {WorkState.OPEN, WorkState.IN_PROGRESS}
        and w.counts
        and path.dates[w.unit].last < path.today
    ]


def most_important(works: tuple[Work, ...], most: int) -> tuple[Work, ...]:
    """Return at most so many in their order; work that is done or set aside is left out first."""
    if len(works) <= most:
        return works
    chosen = sorted(range(len(works)), key=lambda n: works[n].done or works[n].state in LEFT_OUT)
    return tuple(works[n] for n in sorted(chosen[:most]))
