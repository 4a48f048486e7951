"""Progress: the state of every piece of work on the path, and sums over units and modules.

Closed as completed is claimed, closed as not planned is skipped, a duplicate does not count.
Claimed work is evidenced when something that it links to exists, attested when a mentor approved
it, and credited when it was known before the start. Sums go by estimated hours over the whole path,
never by GitHub's milestone bars, which know only the issues made so far. Optional work stands
apart; of a choice only the option taken counts, and before one is taken the mean of the options.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from bot.curriculum.base import Item
from bot.curriculum.model import Deliverable, Option, Task, Unit
from bot.i18n import gettext as _
from bot.planning.desired_state import DELIVERABLE
from bot.planning.identity import named_issues
from bot.planning.marker import BOX, Key, digest
from bot.planning.observed_state import ObservedState, OurIssue
from bot.planning.snapshot import FrozenModel, PullState
from bot.progress.command_log import closed_at
from bot.progress.effort import EffortSource
from bot.progress.learner_history import Evidence

if TYPE_CHECKING:
    from bot.progress.path import LearningPath


class WorkState(StrEnum):
    """The state of a piece of work.

    `ahead` has no issue yet, `removed` had one that the learner deleted. Both `skipped` and
    `removed` are the learner's decision and leave the sums; `credited` does, too, for it took no
    hours. Claimed, evidenced, attested and credited are all done.
    """

    AHEAD = "ahead"
    OPEN = "open"
    IN_PROGRESS = "in progress"
    BLOCKED = "blocked"
    CLAIMED = "claimed"
    EVIDENCED = "evidenced"
    ATTESTED = "attested"
    CREDITED = "credited"
    SKIPPED = "skipped"
    REMOVED = "removed"


FINISHED = frozenset({WorkState.CLAIMED, WorkState.EVIDENCED, WorkState.ATTESTED})
DONE = FINISHED | {WorkState.CREDITED}
ASIDE = frozenset({WorkState.SKIPPED, WorkState.REMOVED})
LEFT_OUT = ASIDE | {WorkState.CREDITED}


class Work(FrozenModel):
    """One task or deliverable. `weight` is its part in sums (see `Effort`), `source` whose it is.

    `name` is the title without what we put before it ("Deliverable: "), as a list of them has it.
    `parts` and `ticked` count the boxes of its issue. `closed_on` is the day in the learner's zone.
    `counts` is False for optional work. `unit` is where it stands now, which a move may have
    changed; `evidence` is what was found to exist, `attested_by` the mentor who approved it.
    """

    key: Key
    title: str
    name: str = ""
    unit: str
    module: str
    weight: float
    source: EffortSource = EffortSource.ESTIMATE
    hours: float | None
    counts: bool
    state: WorkState
    parts: int = 0
    ticked: int = 0
    number: int | None = None
    url: str = ""
    closed_on: date | None = None
    skills: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    attested_by: str | None = None

    @property
    def finished(self) -> bool:
        """Done on the path, by work."""
        return self.state in FINISHED

    @property
    def done(self) -> bool:
        """Done, by work or by what was known before."""
        return self.state in DONE

    def done_by(self, day: date | None) -> bool:
        """Return whether it was done by the end of `day` (None: now); known work always was."""
        if day is None or self.state is WorkState.CREDITED:
            return self.done
        return self.done and self.closed_on is not None and self.closed_on <= day

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1: all when finished, else the boxes ticked."""
        if self.finished:
            return 1.0
        if self.state in LEFT_OUT or not self.parts:
            return 0.0
        return self.ticked / self.parts


class WorkSum(FrozenModel):
    """Weights added up. `total` leaves out what was skipped, removed, credited or optional."""

    done: float
    total: float

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return self.done >= self.total

    @property
    def percent(self) -> int:
        """Whole percent, rounded down, so that 100 means all of it; 100 for nothing to do."""
        return 100 if not self.total else int(100 * self.done / self.total + 1e-9)


class Progress(FrozenModel):
    """The whole path at one moment, in the order of the curriculum.

    `undecided` is the weight of choices not made yet, by unit: the mean of their options.
    """

    work: tuple[Work, ...]
    undecided: dict[str, float]
    units: dict[str, str]

    @cached_property
    def all(self) -> WorkSum:
        """Over the whole path."""
        return self._sum(self.work, sum(self.undecided.values()))

    @cached_property
    def by_module(self) -> Mapping[str, tuple[Work, ...]]:
        """The work of each module that has some, by the module's id."""
        return _grouped((one.module, one) for one in self.work)

    @cached_property
    def by_unit(self) -> Mapping[str, tuple[Work, ...]]:
        """The work that stands in each unit, by the unit's id."""
        return _grouped((one.unit, one) for one in self.work)

    def of_module(self, module: str) -> WorkSum:
        """Return the sum over one module, by id."""
        undecided = sum(w for unit, w in self.undecided.items() if self.units[unit] == module)
        return self._sum(self.by_module.get(module, ()), undecided)

    def of_unit(self, unit: str) -> WorkSum:
        """Return the sum over one unit, by id."""
        return self._sum(self.by_unit.get(unit, ()), self.undecided.get(unit, 0.0))

    @cached_property
    def first_unfinished(self) -> str | None:
        """The id of the first unit that has required work left; None when all is done."""
        units = ((unit, self.of_unit(unit)) for unit in self.units)
        return next((unit for unit, found in units if not found.complete), None)

    def done_by(self, day: date) -> float:
        """Return the weight finished by the end of `day` (in the learner's zone)."""
        return sum(
            w.weight
            for w in self.work
            if w.counts and w.finished and w.closed_on and w.closed_on <= day
        )

    def percent_by(self, day: date) -> int:
        """Return the percent of the path that closed issues alone give by the end of `day`."""
        return WorkSum(done=self.done_by(day), total=self.all.total).percent

    def finished_between(self, first: date, last: date) -> tuple[Work, ...]:
        """Return the work finished from `first` to `last`, both included, optional work, too."""
        return tuple(
            w for w in self.work if w.finished and w.closed_on and first <= w.closed_on <= last
        )

    def count(self, *states: WorkState) -> int:
        """Return the number of pieces of work in one of these states, optional ones included."""
        return sum(w.state in states for w in self.work)

    @staticmethod
    def _sum(work: tuple[Work, ...], undecided: float) -> WorkSum:
        counted = [w for w in work if w.counts and w.state not in LEFT_OUT]
        return WorkSum(
            done=sum(w.weight * w.share for w in counted),
            total=sum(w.weight for w in counted) + undecided,
        )


def _grouped(named: Iterable[tuple[str, Work]]) -> dict[str, tuple[Work, ...]]:
    """Return the work under each name, in order."""
    found: dict[str, list[Work]] = {}
    for name, work in named:
        found.setdefault(name, []).append(work)
    return {name: tuple(works) for name, works in found.items()}


def item_keys(kind: str, item: Item) -> tuple[Key, ...]:
    """Return the keys that an item's issue may have: of its id, then of its older names."""
    return tuple(f"{kind}:{name}" for name in (item.id, *item.aliases))


def read_progress(path: "LearningPath") -> Progress:
    """Return the progress on `path` as its repository tells it."""
    return _ProgressReader(path).progress()


class _ProgressReader:
    def __init__(self, path: "LearningPath") -> None:
        self._path = path
        self._history = path.history
        self._merged = _merged_pulls(path.observed)
        self._credited = path.history.credited | {f"task:{name}" for name in path.settings.credits}
        # A box of the guide may be ticked because the task was finished on the path.
        self._ticked = {f"task:{name}" for name in path.curriculum.done()}
        self._statuses = {
            label.name.casefold(): state
            for key, state in (
                ("status:blocked", WorkState.BLOCKED),
                ("status:in-progress", WorkState.IN_PROGRESS),
            )
            if (label := path.observed.labels.get(key))
        }

    def progress(self) -> Progress:
        work: list[Work] = []
        undecided: dict[str, float] = {}
        units: dict[str, str] = {}
        for module in self._path.curriculum.modules():
            for unit in module.units:
                units[unit.id] = module.id
                work += [self._work(task, unit, module.id) for task in self._tasks(unit)]
                if unit.choice and self._chosen_units(unit) is None:
                    options = unit.choice.options
                    required = ([t for t in one.tasks if not t.optional] for one in options)
                    weights = (sum(map(self._path.effort.weight, tasks)) for tasks in required)
                    undecided[unit.id] = sum(weights) / len(options)
            made = ((left, module.due_unit(left)) for left in module.deliverables)
            work += [self._work(left, unit, module.id) for left, unit in made]
        return Progress(work=tuple(work), undecided=undecided, units=units)

    def _chosen_units(self, unit: Unit) -> Option | None:
        if unit.choice is None:
            return None
        name = self._path.settings.choices.get(unit.choice.id)
        return next((o for o in unit.choice.options if o.id == name), None)

    def _tasks(self, unit: Unit) -> list[Task]:
        """Return the tasks of the unit and of the option taken, and finished ones of other options.

        Done is never lost: work finished before the learner changed their mind still shows.
        """
        tasks = list(unit.tasks)
        taken = self._chosen_units(unit)
        for option in unit.choice.options if unit.choice else ():
            tasks += [t for t in option.tasks if option is taken or self._is_claimed(t)]
        return tasks

    def _is_claimed(self, task: Task) -> bool:
        found = self._path.issue_of("task", task)
        return found is not None and found.state.finished

    def _work(self, item: Task | Deliverable, unit: Unit, module: str) -> Work:
        kind = "task" if isinstance(item, Task) else "deliverable"
        keys = item_keys(kind, item)
        found = self._path.issue_of(kind, item)
        boxes = BOX.findall(found.marked.region or "") if found else []
        closed = closed_at(found.state) if found else None
        evidence = self._evidence(found, keys)
        approvals = self._history.attested
        attested = next((approvals[key] for key in keys if key in approvals), None)
        return Work(
            key=keys[0],
            title=found.state.title if found else item.title,
            name=_name(item, found),
            unit=self._path.places.get(keys[0], unit.id),
            module=module,
            weight=self._path.effort.weight(item),
            source=self._path.effort.source_of(item),
            hours=item.hours.middle if item.hours else None,
            counts=not (isinstance(item, Task) and item.optional),
            state=self._state(found, keys, evidenced=bool(evidence), attested=bool(attested)),
            parts=len(boxes),
            ticked=sum(box != " " for _, box, _ in boxes),
            number=found.state.number if found else None,
            url=found.state.url if found else "",
            closed_on=self._path.day_of(closed) if closed else None,
            skills=self._path.curriculum.relations.skills.get(f"{kind}:{item.id}", ()),
            evidence=evidence,
            attested_by=attested[0] if attested else None,
        )

    def _evidence(self, found: OurIssue | None, keys: tuple[Key, ...]) -> tuple[Evidence, ...]:
        """Return merged pull requests that name the issue, then the evidence in its log."""
        if found is None:
            return ()
        evidence = {
            pull.url: Evidence(
                day=self._path.day_of(pull.merged_at),
                kind="pull-request",
                url=pull.url,
                title=pull.title,
            )
            for pull in self._merged.get(found.state.number, ())
            if pull.merged_at
        }
        for key in keys:
            evidence |= self._history.evidence.get(key, {})
        return tuple(evidence.values())

    def _state(
        self, found: OurIssue | None, keys: tuple[Key, ...], *, evidenced: bool, attested: bool
    ) -> WorkState:
        finished = found is not None and found.state.finished
        credited = self._credited if finished else self._credited | self._ticked
        if not credited.isdisjoint(keys) and (found is None or found.state.state != "open"):
            return WorkState.CREDITED
        if found is None:
            made = any(self._path.observed.ledger.has(key) for key in keys)
            return WorkState.REMOVED if made else WorkState.AHEAD
        if found.state.finished:
            if attested:
                return WorkState.ATTESTED
            return WorkState.EVIDENCED if evidenced else WorkState.CLAIMED
        if found.state.settled:
            return WorkState.SKIPPED
        worn = {self._statuses.get(name.casefold()) for name in found.state.labels}
        if WorkState.BLOCKED in worn:
            return WorkState.BLOCKED
        return WorkState.IN_PROGRESS if WorkState.IN_PROGRESS in worn else WorkState.OPEN


def _name(item: Task | Deliverable, found: OurIssue | None) -> str:
    if found is None or isinstance(item, Task):
        return found.state.title if found else item.title
    if digest(found.state.title) == found.marked.marker.title:
        return item.title
    return found.state.title.removeprefix(_(DELIVERABLE, title="")).removeprefix("Deliverable: ")


def _merged_pulls(observed: ObservedState) -> dict[int, list[PullState]]:
    found: dict[int, list[PullState]] = {}
    for pull in observed.snapshot.pulls:
        if pull.merged_at is None or pull.author_id not in observed.snapshot.trust.writers:
            continue
        for number in named_issues(pull):
            found.setdefault(number, []).append(pull)
    return found
