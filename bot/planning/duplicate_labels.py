"""Extras: labels and milestones whose key another one has, made by a run that did not see it.

GitHub takes no second one of the same name, but settings or curriculum may ask for another name
while its lists still lack what was just made. An extra that nothing uses and nobody changed is
deleted; any other loses its mark and is the learner's own from then on. Numbers of issues tell
which of several is meant.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

from bot.planning.changes import DeleteLabel, DeleteMilestone, UpdateLabel, UpdateMilestone
from bot.planning.drift import milestone_touched
from bot.planning.labels import description_without_key, key_in
from bot.planning.marker import Key, find
from bot.planning.observed_state import OurMilestone
from bot.planning.snapshot import LabelState, MilestoneState, Snapshot

T = TypeVar("T")


class DuplicateLabelDiff:
    """What to do about them, before anything else; `rest` is what is there afterwards."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.changes: list[DeleteLabel | UpdateLabel | DeleteMilestone | UpdateMilestone] = []
        self.rest = snapshot
        self._labels = {label.name: label for label in snapshot.labels}
        self._milestones = {milestone.number: milestone for milestone in snapshot.milestones}
        worn = Counter(name.casefold() for issue in snapshot.issues for name in issue.labels)
        for key, labels in _repeated((key_in(x.description), x) for x in snapshot.labels):
            first = max(labels, key=lambda label: worn[label.name.casefold()])
            for extra in labels:
                if extra is not first:
                    self._label(key, extra, first, used=bool(worn[extra.name.casefold()]))
        inside = Counter(issue.milestone for issue in snapshot.issues)
        for key, milestones in _repeated(
            (ours.marker.key if (ours := find(m.description)) else None, m)
            for m in snapshot.milestones
        ):
            counts = max(milestones, key=lambda milestone: inside[milestone.number])
            for one in milestones:
                if one is not counts:
                    self._milestone(key, one, used=bool(inside[one.number]))
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
        self.changes.append(
            UpdateLabel(
                key=key,
                name=own.name,
                new_name=own.name,
                color=own.color,
                description=own.description,
                fields=("description",),
            )
        )

    def _milestone(self, key: Key, extra: MilestoneState, *, used: bool) -> None:
        marked = find(extra.description)
        if marked is None:
            return
        if not used and not milestone_touched(OurMilestone(state=extra, marked=marked)):
            deletion = DeleteMilestone(key=key, number=extra.number, title=extra.title)
            self.changes.append(deletion)
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


def _repeated(found: Iterable[tuple[Key | None, T]]) -> list[tuple[Key, list[T]]]:
    by_key: dict[Key, list[T]] = {}
    for key, one in found:
        if key is not None:
            by_key.setdefault(key, []).append(one)
    return [(key, every) for key, every in by_key.items() if len(every) > 1]
