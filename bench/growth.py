"""Measures how plans and the dashboard's text grow with a curriculum of up to 5,000 tasks.

All is computed in this process, in a repository that holds what the first plan makes, with a third
of the tasks closed. A figure is the exponent by which processor time grows with the number of
tasks: the slope of a line through the least times of each size, both as logarithms.
"""

import gc
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from math import log
from statistics import linear_regression
from typing import Any, cast

from bench.figure import Figure
from bot.curriculum.model import Curriculum
from bot.planning.changes import CreateIssue, CreateLabel, CreateMilestone
from bot.planning.ports import Reader
from bot.planning.snapshot import IssueState, LabelState, MilestoneState, Snapshot, Trust
from bot.progress.path import LearningPath, PathReader
from bot.reports import dashboard
from bot.settings import Settings
from bot.sync.reconcile import open_session

SIZES = (500, 1_600, 5_000)
A_WEEK, A_MODULE, A_PHASE = 5, 4, 5  # tasks, weeks, modules
SKILLS = 12
TIMES = 3
EXPONENT = 1.1
FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)
SETTINGS = Settings.model_validate({"start": FIRST.date(), "ahead": "all"})


class FixedReader:
    """A reader of one snapshot, in which nobody wrote a comment."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        del fresh
        return self._snapshot

    def comments_since(self, since: datetime) -> tuple[()]:
        del since
        return ()

    def deleted(self, comments: object) -> frozenset[int]:
        del comments
        return frozenset()


def curriculum(tasks: int) -> Curriculum:
    """Return one of so many tasks, each in the same kind of week, module and phase."""

    def task(number: int) -> dict[str, Any]:
        skill = f"skill-{number % SKILLS}"
        optional = number % A_WEEK == A_WEEK - 1
        return {"title": f"Part {number}", "hours": 2, "skills": [skill], "optional": optional}

    def week(number: int) -> dict[str, Any]:
        first = number * A_WEEK
        return {
            "title": f"Topic {number}",
            "label": f"Week {number + 1}",
            "tasks": [task(n) for n in range(first, first + A_WEEK)],
        }

    def module(number: int) -> dict[str, Any]:
        weeks = range(number * A_MODULE, (number + 1) * A_MODULE)
        return {
            "id": f"module-{number}",
            "kind": "month",
            "number": number + 1,
            "title": f"Subject {number}",
            "units": [week(n) for n in weeks],
            "deliverables": [{"title": f"Project {number}"}],
        }

    modules = [module(n) for n in range(tasks // A_WEEK // A_MODULE)]
    phases = [
        {"title": f"Phase {n}", "modules": modules[n : n + A_PHASE]}
        for n in range(0, len(modules), A_PHASE)
    ]
    reached = [
        {"title": f"Subject {n} is clear", "after": f"module-{n}", "items": [{"title": "I can"}]}
        for n in range(len(modules))
    ]
    skills = [{"id": f"skill-{n}", "title": f"Skill {n}"} for n in range(SKILLS)]
    made = {"phases": phases, "checkpoints": reached, "skills": skills}
    return Curriculum.model_validate({"title": f"{tasks} tasks", **made})


def begun(path: Curriculum) -> tuple[Snapshot, datetime]:
    """Return a repository with the whole path, a third of its tasks closed, and that time."""
    trust = Trust(accounts=frozenset({1}), viewer=1)
    empty = Snapshot(repository="learner/path", trust=trust)
    changes = open_session(PathReader(path, SETTINGS, FIRST), _reader(empty)).plan().changes
    weeks = sum(1 for _ in path.units())
    now = FIRST + timedelta(weeks=weeks // 3)
    milestones = [one for one in changes if isinstance(one, CreateMilestone)]
    numbers = {one.key: number for number, one in enumerate(milestones, 1)}
    made = [one for one in changes if isinstance(one, CreateIssue)]
    tasks = [one.key for one in made if one.key.startswith("task:")]
    closed = set(tasks[: len(tasks) // 3])
    found = Snapshot(
        repository="learner/path",
        labels=tuple(
            LabelState(name=one.name, color=one.color, description=one.description)
            for one in changes
            if isinstance(one, CreateLabel)
        ),
        milestones=tuple(
            MilestoneState(
                number=numbers[one.key], title=one.title, description=one.description,
                due_on=one.due_on,
            )
            for one in milestones
        ),
        issues=tuple(
            IssueState(
                number=n, id=n, title=one.title, body=one.body, labels=one.labels,
                milestone=numbers.get(one.milestone or ""), author="learner", author_id=1,
                created_at=FIRST, updated_at=FIRST, url=f"https://github.test/learner/path/{n}",
                state="closed" if one.key in closed else "open",
                state_reason="completed" if one.key in closed else None,
                closed_at=FIRST + (now - FIRST) * n / len(made) if one.key in closed else None,
            )
            for n, one in enumerate(made, 1)
        ),
        trust=trust,
    )  # fmt: skip
    return found, now


def growth() -> Iterator[Figure]:
    """Yield the exponents."""
    taken: dict[str, list[float]] = {}
    gc.set_threshold(100_000)  # as all programs of Milepost do
    for size in SIZES:
        path = curriculum(size)
        snapshot, now = begun(path)

        def plan(path: Curriculum = path, there: Snapshot = snapshot, now: datetime = now) -> None:
            open_session(PathReader(path, SETTINGS, now), _reader(there)).plan()

        read = LearningPath.read(path, SETTINGS, snapshot, now)

        def text(read: LearningPath = read) -> None:
            dashboard.as_markdown(dashboard.dashboard(read))

        taken.setdefault(f"plan of {SIZES[-1]:,} tasks, exponent", []).append(_least(plan))
        taken.setdefault("the dashboard's text, exponent", []).append(_least(text))
    for name, seconds in taken.items():
        line = linear_regression([log(size) for size in SIZES], [log(one) for one in seconds])
        yield Figure(name, line.slope, EXPONENT)


def _least(run: Callable[[], None]) -> float:
    taken = []
    for _ in range(TIMES):
        gc.collect()
        started = time.thread_time()
        run()
        taken.append(time.thread_time() - started)
    return min(taken)


def _reader(snapshot: Snapshot) -> Reader:
    return cast("Reader", FixedReader(snapshot))
