"""The work to show first: the next open thing, work left from earlier, and what a list keeps."""

from collections.abc import Iterator
from datetime import date

from bot.planning.snapshot import FrozenModel
from bot.planning.window import is_ending
from bot.progress.path import LearningPath
from bot.progress.progress import LEFT_OUT, Work, WorkState

NEXT = 3
# Issues beside the work, in the order in which they are taken up; some once all else is done.
BESIDE = ("checkpoint", "assessment", "reflection", "project", "event", "goal", "actions")
LAST = frozenset({"project", "event", "goal", "actions"})
_NOT_YET = frozenset({WorkState.OPEN, WorkState.AHEAD})


class OpenThing(FrozenModel):
    """Something to take up: its name, its issue if it has one, the hours that are stated for it.

    `first` is the first day of its unit, None once that has begun.
    """

    title: str
    url: str = ""
    hours: float | None = None
    in_progress: bool = False
    first: date | None = None


def next_open(path: LearningPath) -> tuple[OpenThing, ...]:
    """Return the next three things to take up; none only when nothing at all is open.

    First what is in progress and what the units so far have left, then the issues that look back on
    them, the work and choices to come, what is blocked, optional work, and next steps.
    """
    found = [*_work(path), *_choices(path), *_beside(path)]
    return tuple(thing for *_, thing in sorted(found, key=lambda one: one[:2])[:NEXT])


def _work(path: LearningPath) -> Iterator[tuple[int, int, OpenThing]]:
    """Yield the rank, the unit's place and the thing of each piece of work that is open."""
    order = {unit: place for place, unit in enumerate(path.progress.units)}
    for work in path.progress.work:
        first = path.dates[work.unit].first
        if work.state is WorkState.IN_PROGRESS:
            rank = 0
        elif work.state is WorkState.BLOCKED:
            rank = 4
        elif work.state in _NOT_YET and _gets_issue(path, work):
            rank = 1 if work.counts and first <= path.today else 3 if work.counts else 5
        else:
            continue
        thing = OpenThing(
            title=work.title,
            url=work.url,
            hours=work.hours,
            in_progress=rank == 0,
            first=first if first > path.today else None,
        )
        yield rank, order[work.unit], thing


def _gets_issue(path: LearningPath, work: Work) -> bool:
    """Return whether it has an issue, or gets one when its time comes."""
    if work.state is WorkState.OPEN:
        return True
    if work.key.startswith("deliverable:"):
        return path.settings.features.deliverables
    return work.counts or not path.overrides.without_optional


def _choices(path: LearningPath) -> Iterator[tuple[int, int, OpenThing]]:
    for place, unit in enumerate(path.curriculum.units()):
        if unit.choice and unit.id in path.progress.undecided:
            ours = path.issue_of("choice", unit.choice)
            first = path.dates[unit.id].first
            thing = OpenThing(
                title=unit.choice.title,
                url=ours.state.url if ours else "",
                first=first if first > path.today else None,
            )
            yield 1 if first <= path.today else 3, place, thing


def _beside(path: LearningPath) -> Iterator[tuple[int, int, OpenThing]]:
    modules = {module.id: module for module in path.curriculum.modules()}
    checkpoints = {f"checkpoint:{c.id}": c for c in path.curriculum.checkpoints}
    due = path.curriculum.due_units
    for ours in path.observed.issues.values():
        kind, _, name = ours.key.partition(":")
        if kind in BESIDE and not ours.state.settled:
            # An issue of an earlier version may be there long before its time.
            checkpoint = checkpoints.get(ours.key)
            module = modules.get(checkpoint.after if checkpoint else name)
            if checkpoint and checkpoint.unit:
                ending = is_ending(path.dates, (due[checkpoint.id],), path.today)
            else:
                ending = module is None or path.is_ending(module)
            later = kind not in LAST and not ending
            rank = 6 if kind in LAST else 3 if later else 2
            thing = OpenThing(title=ours.state.title, url=ours.state.url)
            yield rank, len(modules) + BESIDE.index(kind), thing


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
