"""What a path would begin with, as the set-up page tells it before anything is written. Pure."""

from datetime import date
from typing import NamedTuple

from bot.errors import RefusedError
from bot.planning import printing
from bot.planning.changes import CreateIssue, CreateMilestone
from bot.planning.printing import Group
from bot.usecases.files import describe_files
from bot.usecases.sync import SyncPreview

FIRST_ISSUES = 8


class Milestone(NamedTuple):
    """A milestone that would be made."""

    title: str
    due_on: date


class Outlook(NamedTuple):
    """What a run would do.

    `first` are the titles of the first issues of `issues`, `notifications` what whoever watches the
    repository would get. `minutes` is how long the writing takes, 0 for no time. `refused` says why
    a run would do none of it, empty when it would.
    """

    changes: int
    issues: int
    labels: int
    first: tuple[str, ...]
    milestones: tuple[Milestone, ...]
    notifications: int
    minutes: int
    groups: tuple[Group, ...]
    notes: tuple[str, ...]
    posts: tuple[str, ...]
    files: tuple[str, ...]
    refused: str


def outlook(seen: SyncPreview, *, interval: float) -> Outlook:
    """Told of what was foreseen; `interval` is the least time between two writes, in seconds."""
    plan = seen.plan
    issues = [change.title for change in plan.changes if isinstance(change, CreateIssue)]
    seconds = interval * (len(plan.changes) + len(seen.due))
    return Outlook(
        changes=len(plan.changes),
        issues=len(issues),
        labels=plan.count("create-label"),
        first=tuple(issues[:FIRST_ISSUES]),
        milestones=tuple(
            Milestone(change.title, change.due_on)
            for change in plan.changes
            if isinstance(change, CreateMilestone)
        ),
        notifications=plan.notifications + len(seen.due),
        minutes=round(seconds / 60),
        groups=tuple(printing.groups(plan)),
        notes=(*printing.drift_sentences(plan), *(note.text for note in plan.notes)),
        posts=tuple(post.title for post in seen.due),
        files=tuple(describe_files(seen.files).splitlines()),
        refused=_refused(seen),
    )


def _refused(seen: SyncPreview) -> str:
    try:
        seen.plan.check_safe()
    except RefusedError as much:
        return much.what
    return ""
