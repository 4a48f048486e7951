"""Whose edit wins: what somebody changed since we last wrote it is drift, and stays.

The marker of an object holds the digest of each field as we last wrote it.
"""

from bot.i18n import gettext_noop
from bot.planning.marker import Key, digest
from bot.planning.observed_state import OurIssue, OurMilestone
from bot.planning.snapshot import FrozenModel

HAS_COMMENTS = gettext_noop("it has comments")


class Drift(FrozenModel):
    """A field of ours that somebody changed: it is reported, and left as it is."""

    key: Key
    what: str
    field: str
    ours: str
    theirs: str


def label_digest(key: Key) -> str:
    """Return the digest by which an issue's marker remembers a label: eight hex digits."""
    return digest(key)[:8]


def compare_fields(
    key: Key, what: str, current: dict[str, str], wanted: dict[str, str], written: dict[str, str]
) -> tuple[list[str], list[Drift]]:
    """Return the fields to write, and those that somebody changed since we last wrote them.

    `written` has for each field the digest of what we last wrote, or how it begins; "" for never.
    """
    changed: list[str] = []
    drift: list[Drift] = []
    for field, ours in wanted.items():
        theirs = current[field]
        if ours == theirs:
            continue
        if written[field] and digest(theirs).startswith(written[field]):
            changed.append(field)
        else:
            drift.append(Drift(key=key, what=what, field=field, ours=ours, theirs=theirs))
    return changed, drift


def issue_touched(ours: OurIssue, label_keys: dict[str, Key], unit: Key | None) -> list[str]:
    """Return what somebody else did to an issue since we last wrote it, as messages.

    `label_keys` maps case-folded names of our labels to keys, `unit` is the unit of the milestone
    that the issue is in.
    """
    marker, state = ours.marked.marker, ours.state
    keys_on = {label_keys.get(name.casefold()) for name in state.labels}
    signs = {
        gettext_noop("it was closed"): state.state == "closed" and marker.state == "open",
        gettext_noop("it was reopened"): state.state == "open" and marker.state == "closed",
        gettext_noop("its title was changed"): digest(state.title) != marker.title,
        gettext_noop("its text was changed"): ours.marked.edited,
        gettext_noop("boxes were ticked"): ours.marked.ticked,
        gettext_noop("its labels were changed"): None in keys_on
        or {label_digest(key) for key in keys_on if key} != set(marker.labels),
        gettext_noop("it was moved"): unit != marker.milestone
        or (unit is None and state.milestone is not None),
        HAS_COMMENTS: state.comments > 0,
        gettext_noop("somebody is assigned"): bool(state.assignees),
    }
    return [sign for sign, seen in signs.items() if seen]


def milestone_touched(ours: OurMilestone) -> list[str]:
    """Return what somebody else changed of a milestone since we last wrote it, as messages."""
    marker = ours.marked.marker
    due = ours.state.due_on.isoformat() if ours.state.due_on else ""
    signs = {
        gettext_noop("its title was changed"): digest(ours.state.title) != marker.title,
        gettext_noop("its description was changed"): ours.marked.edited,
        gettext_noop("its due date was changed"): digest(due) != marker.due,
        gettext_noop("it was closed"): ours.state.state != marker.state,
    }
    return [sign for sign, seen in signs.items() if seen]
