"""Whose edit wins: what somebody changed since we last wrote it is drift, and stays.

The marker of an object holds the digest of each field as we last wrote it.
"""

from bot.planning.marker import Key, digest, normalized
from bot.planning.observed_state import OurIssue, OurMilestone
from bot.planning.snapshot import FrozenModel

HAS_COMMENTS = "it has comments"


class Drift(FrozenModel):
    """A field of ours that somebody changed: told, and left as it is."""

    key: Key
    what: str
    field: str
    ours: str
    theirs: str


def label_digest(key: Key) -> str:
    return digest(key)[:8]


def issue_touched(ours: OurIssue, label_keys: dict[str, Key], unit: Key | None) -> list[str]:
    """Return what somebody else did to an issue since we last wrote it, in words.

    `label_keys` maps case-folded names of our labels to keys, `unit` is the unit of the milestone
    that the issue is in.
    """
    marker, state = ours.marked.marker, ours.state
    keys_on = {label_keys.get(name.casefold()) for name in state.labels}
    region = ours.marked.region or ""
    signs = {
        "it was closed": state.state == "closed" and marker.state == "open",
        "it was reopened": state.state == "open" and marker.state == "closed",
        "its title was changed": digest(state.title) != marker.title,
        "its text was changed": digest(normalized(region)) != marker.body
        or not ours.marked.unchanged_outside,
        "boxes were ticked": "[x]" in region.casefold(),
        "its labels were changed": None in keys_on
        or {label_digest(key) for key in keys_on if key} != set(marker.labels),
        "it was moved": unit != marker.milestone or (unit is None and state.milestone is not None),
        HAS_COMMENTS: state.comments > 0,
        "somebody is assigned": bool(state.assignees),
    }
    return [sign for sign, seen in signs.items() if seen]


def milestone_touched(ours: OurMilestone) -> list[str]:
    """Return what somebody else changed of a milestone since we last wrote it, in words."""
    marker = ours.marked.marker
    due = ours.state.due_on.isoformat() if ours.state.due_on else ""
    signs = {
        "its title was changed": digest(ours.state.title) != marker.title,
        "its description was changed": digest(normalized(ours.marked.region or "")) != marker.body
        or not ours.marked.unchanged_outside,
        "its due date was changed": digest(due) != marker.due,
        "it was closed": ours.state.state != marker.state,
    }
    return [sign for sign, seen in signs.items() if seen]
