"""What just happened: for webhooks, and for the list of events that each issue has."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from github_sandbox.state.objects import Actor, Happening, Installation, Repository


@dataclass(frozen=True)
class Event:
    """`name` and `action` are GitHub's; `subject` holds state objects and the `changes` mapping."""

    name: str
    action: str | None
    actor: Actor
    repository: Repository | None = None
    installation: Installation | None = None
    subject: dict[str, Any] = field(default_factory=dict)


# Making, editing and deleting an issue is in no list of events.
LISTED = frozenset(
    {"labeled", "unlabeled", "milestoned", "demilestoned"}
    | {"closed", "reopened", "locked", "unlocked"}
)


def remember(event: Event, at: datetime, next_id: Callable[[str], int]) -> None:
    """Write an event into the list of the issue it is about, if it belongs there."""
    if event.name != "issues" or event.action not in LISTED:
        return
    label, milestone = event.subject.get("label"), event.subject.get("milestone")
    event.subject["issue"].events.append(
        Happening(
            next_id("event"),
            event.action,
            event.actor.user,
            event.actor.app,
            at,
            (label.name, label.color) if label else None,
            milestone.title if milestone else None,
            lock_reason=event.subject["issue"].lock_reason,
        )
    )
