"""Decide which of a guide's stretches are its phases, its modules and its units.

Decided once for the whole guide: what encloses what follows from heading levels where they differ,
and from the meaning of the words where they do not.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from bot.curriculum.importer import patterns
from bot.curriculum.importer.headings import HeadingMark

Part = Literal["phase", "between", "module", "unit", "inner"]
_COUNTED_DAYS = re.compile(r"\b\d+[\s-]*days?\b|\bdays? of\b", re.IGNORECASE)
FEW = 3  # a group that turns up once beside one that turns up this often is a mention


@dataclass(frozen=True, slots=True)
class HeadingOccurrence:
    """A mark and how deep in the guide's headings it stands (items and labels below them all)."""

    mark: HeadingMark
    level: float
    heading: bool


@dataclass(frozen=True, slots=True)
class HeadingRoles:
    """`order` lists the guide's groups from the outside in; `wide` those whose ranges are parts."""

    order: tuple[str, ...] = ()
    unit: str | None = None
    wide: frozenset[str] = frozenset()

    def group(self, mark: HeadingMark) -> str:
        """Return the mark's group; "Months 1-3" is a part where its months have headings."""
        return "part" if mark.group in self.wide and mark.span > 1 else mark.group

    def rank(self, mark: HeadingMark) -> int | None:
        """Return its place from the outside in; None for a group that plays no role."""
        group = self.group(mark)
        return self.order.index(group) if group in self.order else None

    def part(self, mark: HeadingMark) -> Part:
        """Return the part of the path that the mark's stretch becomes."""
        group = self.group(mark)
        place, unit = self.order.index(group), self.order.index(self.unit or group)
        if place >= unit:
            return "unit" if place == unit else "inner"
        if unit == 1:
            return "phase" if group in {"phase", "part"} else "module"
        if place == 0:
            return "phase"
        return "module" if place == unit - 1 else "between"


def decide(seen: Sequence[HeadingOccurrence], title: str, *, rare: bool = False) -> HeadingRoles:
    """Return the roles of all groups of the guide `title`; `rare` counts single mentions too."""
    wide = frozenset(g for g in ("month", "week", "day") if _ranges_enclose(seen, g))
    plain = HeadingRoles(wide=wide)
    groups = Counter(plain.group(one.mark) for one in seen)
    if groups and not rare and max(groups.values()) >= FEW:
        groups = Counter({g: n for g, n in groups.items() if n > 1 or g in wide})
    levels = {g: median(one.level for one in seen if plain.group(one.mark) == g) for g in groups}
    order = tuple(sorted(groups, key=lambda g: (levels[g], patterns.GROUPS.index(g))))
    days = sum(1 for s in seen if s.heading and s.mark.group == "day" and s.mark.span == 1)
    by_day = days >= 5 and bool(_COUNTED_DAYS.search(title))
    return HeadingRoles(order, _unit(order, by_day=by_day), wide)


def _ranges_enclose(seen: Sequence[HeadingOccurrence], group: str) -> bool:
    wide = [s.level for s in seen if s.mark.group == group and s.mark.span > 1]
    single = [s.level for s in seen if s.mark.group == group and s.mark.span == 1]
    return bool(wide and single) and median(wide) < median(single)


def _unit(order: tuple[str, ...], *, by_day: bool) -> str | None:
    if by_day and "day" in order:
        return "day"
    for group in ("week", "module", "day", "lesson"):
        if group in order and not (group == "module" and "day" in order):
            return group
    return order[-1] if order else None
