"""What is true in a year: work, hours, weeks and days, worked out from the repository as it is.

It knows the curriculum, issues with their states and times, comments as people wrote them, and the
days of the milestones; nothing of how Milepost adds up is imported.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sync.random_learner import RandomLearner
from sync.report_snapshots import Numbers, ReportSnapshots, Statement, closed, statements, ticked
from sync.sync_runs import SyncRuns

from bot.curriculum.model import Deliverable, Task, Unit
from bot.planning.marker import find
from github_sandbox.state.events import Event
from github_sandbox.state.objects import Issue

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Piece:
    """A task or deliverable of the path as it is now; `share` is how much of it is done."""

    key: str
    item: Task | Deliverable
    module: str
    unit: str
    weight: float
    state: str
    share: float
    issue: Issue | None
    closed_on: date | None

    @property
    def required(self) -> bool:
        return not (isinstance(self.item, Task) and self.item.optional)

    @property
    def counts(self) -> bool:
        return self.required and self.state in {"done", "open", "ahead"}


class YearFacts(ReportSnapshots):
    """Reads a repository at any moment; `timed` is whether hours are counted, not tasks."""

    def __init__(self, runs: SyncRuns, learner: RandomLearner) -> None:
        super().__init__(runs, learner)
        self._standing: list[Statement] | None = None
        self._rest: list[tuple[date, date]] | None = None
        self.path = runs.path
        tasks = list(self.path.tasks())
        self.timed = sum(task.hours is not None for task in tasks) >= len(tasks) / 2
        if not self.timed:
            self.hours = {key: 1.0 if key.startswith("task:") else None for key in self.hours}

    def _on_event(self, event: Event) -> None:
        self._standing = self._rest = None
        super()._on_event(event)

    def _truth(self, week: str) -> Numbers:
        """Where tasks are counted, a summary has no hours of finished work."""
        true = super()._truth(week)
        return true if self.timed else replace(true, hours=0.0)

    def pieces(self) -> list[Piece]:
        """Everything that is on the path now, in its order."""
        work = self._work()
        found: list[Piece] = []
        for module in self.path.modules():
            for unit in module.units:
                found += [
                    self._piece(f"task:{t.id}", t, module.id, unit.id, work)
                    for t in self._tasks(unit, work)
                ]
            last = module.units[-1].id
            found += [
                self._piece(f"deliverable:{d.id}", d, module.id, last, work)
                for d in module.deliverables
            ]
        return found

    def _tasks(self, unit: Unit, work: dict[str, Issue]) -> list[Task]:
        tasks = list(unit.tasks)
        for option in unit.choice.options if unit.choice else ():
            keys = {f"task:{task.id}": task for task in option.tasks}
            taken = option.id == self._random_learner.taken
            tasks += [
                t for key, t in keys.items() if taken or (key in work and self._is_done(work[key]))
            ]
        return tasks

    @staticmethod
    def _is_done(issue: Issue) -> bool:
        return issue.state == "closed" and issue.state_reason == "completed"

    def _piece(
        self, key: str, item: Task | Deliverable, module: str, unit: str, work: dict[str, Issue]
    ) -> Piece:
        issue = work.get(key)
        if issue is None:
            state = "removed" if key in self._made else "ahead"
        elif issue.is_open:
            state = "open"
        elif self._credited(issue):
            state = "credited"
        else:
            state = "done" if self._is_done(issue) else "skipped"
        share = 1.0 if state == "done" else ticked(issue) if issue and state == "open" else 0.0
        closed_on = self._day(closed(issue)) if issue and state == "done" else None
        return Piece(
            key, item, module, unit, self.hours[key] or 0.0, state, share, issue, closed_on
        )

    def _undecided(self, units: Iterable[str] | None = None) -> float:
        if self._random_learner.taken is not None:
            return 0.0
        total = 0.0
        for unit in self.path.units():
            if unit.choice and (units is None or unit.id in units):
                required = [[t for t in o.tasks if not t.optional] for o in unit.choice.options]
                total += sum(self.hours[f"task:{t.id}"] or 0.0 for o in required for t in o) / len(
                    required
                )
        return total

    def _total(self, pieces: list[Piece]) -> float:
        return sum(p.weight for p in pieces if p.counts) + self._undecided()

    @staticmethod
    def _done_in(pieces: list[Piece], first: date, last: date) -> float:
        return sum(
            p.weight for p in pieces if p.counts and p.closed_on and first <= p.closed_on <= last
        )

    def _is_over(self, pieces: list[Piece]) -> bool:
        return not (
            self._undecided() or any(p.counts and p.weight and p.state != "done" for p in pieces)
        )

    def _as_of(self, pieces: list[Piece]) -> date:
        """Today, or the day on which the last of what counts was done."""
        if not self._is_over(pieces):
            return self._today
        return min(
            self._today, max(p.closed_on for p in pieces if p.counts and p.weight and p.closed_on)
        )

    def _streak(self, pieces: list[Piece], today: date) -> int:
        monday = today - today.weekday() * DAY
        weeks = int(self._done_in(pieces, monday, monday + 6 * DAY) > 0)
        while self._done_in(pieces, monday := monday - 7 * DAY, monday + 6 * DAY) > 0:
            weeks += 1
        return weeks

    def _commands(self, word: str) -> list[Statement]:
        if self._standing is None:
            self._standing = statements(self._runs.issues())
        return [one for one in self._standing if one.text.startswith(word)]

    def _pauses(self) -> list[tuple[date, date]]:
        if self._rest is None:
            found = self._commands("/pause until ")
            self._rest = [(self._day(s.at), date.fromisoformat(s.text[-10:])) for s in found]
        return self._rest

    def _rests(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self._pauses())

    def study_weeks(self, today: date) -> list[tuple[date, date]]:
        """First and last day of the last twelve times seven days of study before a day."""
        start = self._runs.how.start
        days = [today - n * DAY for n in range(1, (today - start).days + 1)]
        studied = [day for day in days if not self._rests(day)]
        weeks = [studied[n : n + 7] for n in range(0, min(len(studied), 84), 7)]
        found = [(week[-1], week[0]) for week in weeks if len(week) == 7]
        # A pause belongs to the week before it.
        ends = [today - DAY, *(first - DAY for first, _ in found)]
        return [(first, end) for (first, _), end in zip(found, ends, strict=False)][::-1]

    def _after_weeks(self, count: int) -> date:
        day, studied = self._today, 0
        while studied < 7 * count:
            studied += not self._rests(day)
            day += DAY
        return day - DAY

    def _due(self) -> list[tuple[str, date]]:
        dues = {
            marked.marker.key: milestone.due
            for milestone in self._runs.bench.repository.milestones.values()
            if milestone.due and (marked := find(milestone.description or ""))
        }
        return [(unit.id, dues[f"unit:{unit.id}"]) for unit in self.path.units()]

    def _days_over(self) -> set[str]:
        return {unit for unit, due in self._due() if due <= self._today}

    def _planned(self, pieces: list[Piece]) -> float:
        """The hours of the units so far, of the present one by its days."""
        planned, begins = 0.0, self._runs.how.start
        turns = [self._day(one.at) for one in self._commands("/replan")]
        for unit, due in self._due():
            begins = max(
                [begins, *(turn for turn in turns if begins <= turn <= due or turn <= due < turn)]
            )
            while self._rests(begins):
                begins += DAY
            total = sum(p.weight for p in pieces if p.counts and p.unit == unit) + self._undecided(
                {unit}
            )
            days = (min(self._today, due) - begins).days + 1
            planned += total * max(0, days) / ((due - begins).days + 1)
            begins = due + DAY
        return planned
