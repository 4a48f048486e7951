"""Duplicate labels and milestones: two with one key, as a run makes that did not see the first.

GitHub takes no second one of the same name, but settings or curriculum may ask for another name
while its lists still lack what was just made. An extra that nothing uses and nobody changed is
deleted; any other loses its mark and is the learner's own from then on. Numbers of issues tell
which of several is meant.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TypeVar

from bot.planning.changes import DeleteLabel, DeleteMilestone, UpdateLabel, UpdateMilestone
from bot.planning.drift import milestone_touched
from bot.planning.labels import description_without_key, key_in
from bot.planning.marker import Key, find
from bot.planning.observed_state import OurMilestone
from bot.planning.snapshot import LabelState, MilestoneState, Snapshot

T = TypeVar("T")


class DuplicateLabelDiff:
    """The changes for them, before any other; `rest` is the snapshot as it is afterwards."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.changes: list[DeleteLabel | UpdateLabel | DeleteMilestone | UpdateMilestone] = []
        self.rest = snapshot
        self._labels = {label.name: label for label in snapshot.labels}
        self._milestones = {milestone.number: milestone for milestone in snapshot.milestones}
        worn = Counter(name.casefold() for issue in snapshot.issues for name in issue.labels)
        labels = [(key_in(label.description), label) for label in snapshot.labels]
        unknown = bool(snapshot.omitted)  # whether what was not read wears them
        for key, label, first in _extras(labels, lambda label: worn[label.name.casefold()]):
            self._label(key, label, first, used=unknown or bool(worn[label.name.casefold()]))
        inside = Counter(issue.milestone for issue in snapshot.issues)
        marked = [(find(milestone.description), milestone) for milestone in snapshot.milestones]
        milestones = [(ours.marker.key if ours else None, milestone) for ours, milestone in marked]
        for key, one, _ in _extras(milestones, lambda milestone: inside[milestone.number]):
            self._milestone(key, one, used=unknown or bool(inside[one.number]))
        if self.changes:
            left = {"labels": self._labels.values(), "milestones": self._milestones.values()}
            fields = {name: getattr(snapshot, name) for name in Snapshot.model_fields}
            self.rest = Snapshot(**fields | {name: tuple(some) for name, some in left.items()})

    def _label(self, key: Key, extra: LabelState, first: LabelState, *, used: bool) -> None:
        same = (extra.color, extra.description) == (first.color, first.description)
        if same and not used:
            self.changes.append(DeleteLabel(key=key, name=extra.name))
            del self._labels[extra.name]
            return
        own = extra.model_copy(update={"description": description_without_key(extra.description)})
        self._labels[extra.name] = own
        values = own.model_dump(include={"name", "color", "description"})
        change = UpdateLabel(key=key, new_name=own.name, **values, fields=("description",))
        self.changes.append(change)

    def _milestone(self, key: Key, extra: MilestoneState, *, used: bool) -> None:
        marked = find(extra.description)
        if marked is None:
            return
        if not used and not milestone_touched(OurMilestone(state=extra, marked=marked)):
            self.changes.append(DeleteMilestone(key=key, number=extra.number, title=extra.title))
            del self._milestones[extra.number]
            return
        parts = (marked.before.strip(), (marked.region or "").strip(), marked.after.strip())
        own = extra.model_copy(update={"description": "\n\n".join(filter(None, parts))})
        self._milestones[own.number] = own
        self.changes.append(
            UpdateMilestone(
                key=key,
                number=own.number,
                title=own.title,
                description=own.description,
                due_on=own.due_on,
                state=own.state,
                fields=("marker",),
            )
        )


def _extras(
    found: list[tuple[Key | None, T]], used: Callable[[T], int]
) -> Iterator[tuple[Key, T, T]]:
    """Yield the key and each object but the most used one that has it, and that one."""
    by_key: dict[Key, list[T]] = {}
    for key, one in found:
        if key is not None:
            by_key.setdefault(key, []).append(one)
    for key, every in by_key.items():
        first = max(every, key=used)
        yield from ((key, one, first) for one in every if one is not first)
