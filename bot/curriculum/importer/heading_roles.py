"""Decide what the stretches of a guide are: its phases, its modules and its units.

That is decided once for the whole guide: what encloses what follows from heading levels where they
differ, and from the meaning of the words where they do not.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Literal

from bot.curriculum.importer.heading_occurrences import HeadingOccurrence
from bot.curriculum.importer.headings import HeadingMark
from bot.curriculum.importer.keys import GROUPS

Part = Literal["phase", "between", "module", "unit", "inner"]
_WITHIN = {"weekday"}  # which are only a part of other stretches
_DATED = frozenset({"date", "dates"})
FEW = 3  # a group that turns up once beside one that turns up this often is a mention


@dataclass(frozen=True, slots=True)
class HeadingRoles:
    """`order` lists the guide's groups from the outside in; `wide` those whose ranges are parts.

    `lines` are the lines whose marks count. `like` are the groups of single headings that are units
    all the same: "Exam - 24 April" beside "Week 1".
    """

    order: tuple[str, ...] = ()
    unit: str | None = None
    wide: frozenset[str] = frozenset()
    lines: frozenset[int] = frozenset()
    like: frozenset[str] = frozenset()

    def group(self, mark: HeadingMark) -> str:
        """Return the mark's group; "Months 1-3" is a part where its months have headings."""
        if mark.group in self.like and self.unit:
            return self.unit
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


def decide(seen: Sequence[HeadingOccurrence], *, rare: bool = False) -> HeadingRoles:
    """Return the roles of all groups of a guide; `rare` counts single mentions too."""
    wide = frozenset(g for g in ("month", "week", "day") if _ranges_enclose(seen, g))
    plain = HeadingRoles(wide=wide)
    groups = Counter(plain.group(one.mark) for one in seen)
    if groups and not rare and max(groups.values()) >= FEW:
        groups = Counter({g: n for g, n in groups.items() if n > 1 or g in wide})
    levels = {g: median(one.level for one in seen if plain.group(one.mark) == g) for g in groups}
    known = all(group in GROUPS for group in groups)
    order = tuple(
        sorted(groups, key=lambda g: (levels[g], GROUPS.index(g) if known else groups[g]))
    )
    lines = frozenset(one.line for one in seen)
    unit = _unit(order) if known else _innermost(order, seen)
    beside = Counter(s.mark.group for s in seen if s.heading and s.level == levels.get(unit or ""))
    like = frozenset(g for g in _DATED if g != unit and 0 < beside[g] < beside[unit or ""])
    return HeadingRoles(tuple(g for g in order if g not in like), unit, wide, lines, like)


def holding(roles: HeadingRoles, seen: Sequence[HeadingOccurrence]) -> HeadingRoles:
    """Return the roles without the groups outside the unit that have nothing to do with units.

    That is, which never hold one, and are in no stretch that does: "Phase 1" to "Phase 4" of a list
    after the units. What has a date of its own stays.
    """
    inside = roles.order.index(roles.unit) if roles.unit in roles.order else 0
    ranked = [(one, rank) for one in seen if (rank := roles.rank(one.mark)) is not None]
    below = {
        i: [j for j in _below(ranked, i) if ranked[j][1] <= inside]
        for i, (_, rank) in enumerate(ranked)
        if rank < inside
    }
    left = {roles.order.index(group) for group in _DATED & {*roles.order}}
    left |= {ranked[i][1] for i, held in below.items() if any(ranked[j][1] == inside for j in held)}
    left |= {ranked[j][1] for i, held in below.items() if ranked[i][1] in left for j in held}
    order = (g for rank, g in enumerate(roles.order) if rank >= inside or rank in left)
    return replace(roles, order=tuple(order))


def _below(ranked: Sequence[tuple[HeadingOccurrence, int]], i: int) -> Iterator[int]:
    """Yield the places of the occurrences that stand in the one at `i`."""
    one, rank = ranked[i]
    for j in range(i + 1, len(ranked)):
        if ranked[j][1] <= rank or ranked[j][0].line >= one.end:
            return
        yield j


def alternatives(roles: HeadingRoles) -> Iterator[HeadingRoles]:
    """Yield the roles with each of the groups as the unit, those of `roles` first."""
    yield roles
    for group in roles.order:
        if group != roles.unit and group not in _WITHIN:
            yield replace(roles, unit=group)


def sound(seen: Sequence[HeadingOccurrence]) -> list[HeadingOccurrence]:
    """Return the occurrences without mentions, and without headings that only span others.

    A group that headings announce is only mentioned in bold lines and items, unless one goes on
    where the headings end.
    """
    out = []
    last: dict[str, int] = {}
    named: dict[tuple[str, int, int], bool] = {}
    by_heading = Counter(one.mark.group for one in seen if one.heading)
    whole = Counter(one.mark.group for one in seen)
    usual = {
        g: Counter(s.level for s in seen if s.mark.group == g).most_common(1)[0][0] for g in whole
    }
    for i, one in enumerate(seen):
        group = one.mark.group
        mention = not one.heading and by_heading[group] >= max(2, whole[group] // 4)
        if mention and one.mark.first != last.get(group, -1) + 1:
            continue
        following = seen[i + 1 : i + 2]
        if one.mark.span > 1 and any(
            inner.mark.group == group
            and (inner.level == one.level or inner.mark.span > 1)
            and one.mark.first <= inner.mark.first <= inner.mark.last <= one.mark.last
            and inner.mark.span < one.mark.span
            for inner in following
        ):
            continue
        # The same number again, at another level or without what the first one holds, repeats.
        key = (group, one.mark.first, one.mark.last)
        holds = any(n.mark.group != group and n.level > one.level for n in following)
        if key in named and (one.level != usual[group] or (named[key] and not holds)):
            continue
        named[key] = holds
        last[group] = one.mark.last
        out.append(one)
    return out


def _ranges_enclose(seen: Sequence[HeadingOccurrence], group: str) -> bool:
    """Return whether ranges of a group stand over single ones that are in them."""
    wide = [s for s in seen if s.mark.group == group and s.mark.span > 1]
    single = [s for s in seen if s.mark.group == group and s.mark.span == 1]
    if not wide or median(s.level for s in wide) >= median([s.level for s in single] or [0]):
        return False
    inside = {n for s in wide for n in range(s.mark.first, s.mark.last + 1)}
    return any(s.mark.first in inside for s in single)


def _innermost(order: Sequence[str], seen: Sequence[HeadingOccurrence]) -> str | None:
    """Return the innermost group that many headings announce, where no table knows its meaning."""
    counts = Counter(one.mark.group for one in seen if one.heading)
    many = max(counts.values(), default=0) / 2
    found = (group for group in reversed(order) if counts[group] and counts[group] >= many)
    return next(found, order[-1] if order else None)


def _unit(order: tuple[str, ...]) -> str | None:
    for group in ("week", "module", "day", "lesson"):
        if group in order and not (group == "module" and "day" in order):
            return group
    return order[-1] if order else None
