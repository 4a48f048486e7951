"""Drafts of the path: phases, modules and units that may still change while a guide is read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from bot.curriculum.base import Hours
from bot.curriculum.importer.headings import HeadingMark
from bot.curriculum.model import CheckpointItem, Choice, Deliverable, Task, UnitKind


@dataclass
class UnitDraft:
    """A unit; `name` is the guide's whole heading, `title` only its words."""

    id: str
    name: str
    label: str
    title: str
    kind: UnitKind
    days: int
    mark: HeadingMark
    dates: tuple[date, date] | None = None
    hours: Hours | None = None
    goals: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    choice: Choice | None = None

    def all_tasks(self) -> list[Task]:
        """Return its tasks, then those of every option."""
        options = self.choice.options if self.choice else ()
        return [*self.tasks, *(one for option in options for one in option.tasks)]

    def stated_hours(self) -> tuple[float, float] | None:
        """Return its own hours, low and high, or the sum of its tasks'; None without any."""
        if self.hours:
            return self.hours.low, self.hours.high
        stated = [one.hours for one in self.all_tasks() if one.hours]
        return (sum(h.low for h in stated), sum(h.high for h in stated)) if stated else None


@dataclass
class ModuleDraft:
    """A module; one that the guide does not name has no `mark`."""

    id: str
    title: str
    mark: HeadingMark | None = None
    month: int | None = None
    units: list[UnitDraft] = field(default_factory=list)
    deliverables: list[Deliverable] = field(default_factory=list)


@dataclass
class PhaseDraft:
    """A phase; one that the guide does not name has no `mark`."""

    id: str
    title: str
    mark: HeadingMark | None = None
    goal: list[str] = field(default_factory=list)
    modules: list[ModuleDraft] = field(default_factory=list)


@dataclass
class CheckpointDraft:
    """A checkpoint: `module` and `unit` are where it was found, `words` name when it is due."""

    title: str
    items: list[CheckpointItem]
    words: str
    module: ModuleDraft | None = None
    unit: UnitDraft | None = None


@dataclass
class PathDraft:
    """All of the path."""

    phases: list[PhaseDraft] = field(default_factory=list)

    def modules(self) -> Iterator[ModuleDraft]:
        """Yield every module, in order."""
        for phase in self.phases:
            yield from phase.modules

    def units(self) -> Iterator[UnitDraft]:
        """Yield every unit, in order."""
        for module in self.modules():
            yield from module.units

    def numbers(self) -> list[int]:
        """Return the modules' own numbers where they rise through the guide, else 1, 2, 3."""
        modules = list(self.modules())
        own = [module.month or _number(module.mark) for module in modules]
        rising = all(a < b for a, b in pairwise(own))
        return own if own and own[0] >= 1 and rising else list(range(1, len(modules) + 1))

    def hours(self) -> tuple[float, float] | None:
        """Return the hours of all units, low and high; None when the guide states none."""
        stated = [hours for unit in self.units() if (hours := unit.stated_hours())]
        if not stated:
            return None
        return round(sum(low for low, _ in stated), 2), round(sum(high for _, high in stated), 2)

    def names(self) -> tuple[str, ...]:
        """Return the name of each unit, with its module where numbers start again ("Week 1")."""
        again = self._restarts_numbering()
        out: list[str] = []
        for phase in self.phases:
            for module in phase.modules:
                outer = module.mark or phase.mark
                for unit in module.units:
                    inner = again and outer and outer is not unit.mark
                    over = (outer.label if unit.mark.title else outer.name) if outer else ""
                    out.append(f"{over} / {unit.name}" if inner else unit.name)
        return tuple(out)

    def _restarts_numbering(self) -> bool:
        """Return whether some unit's number does not come after that of the unit before it."""
        last: dict[str, int] = {}
        for unit in self.units():
            if not unit.label:
                return False
            if unit.mark.first <= last.get(unit.mark.group, -1):
                return True
            last[unit.mark.group] = unit.mark.last
        return False


def _number(mark: HeadingMark | None) -> int:
    """Return the number that a heading gives a month or module, 0 for none."""
    counts = mark and mark.group in {"month", "module"} and mark.label and not mark.dates
    return mark.first if mark and counts else 0
