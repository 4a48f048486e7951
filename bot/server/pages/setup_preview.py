"""What a path would begin with, as the set-up page tells it before anything is written. Pure."""

from datetime import date
from typing import NamedTuple

from bot.errors import RefusedError
from bot.planning import plan_text
from bot.planning.changes import CreateIssue, CreateMilestone
from bot.planning.plan_text import PlanGroup
from bot.sync.files import describe_files
from bot.sync.sync import SyncPreview

FIRST_ISSUES = 8


class PreviewMilestone(NamedTuple):
    """A milestone that would be made."""

    title: str
    due_on: date


class SetupPreview(NamedTuple):
    """What a run would do.

    `first` are the titles of the first issues of `issues`, `notifications` what whoever watches the
    repository would get. `minutes` is how long the writing takes, 0 for no time. `refused` says why
    a run would do none of it, empty when it would.
    """

    changes: int
    issues: int
    labels: int
    first: tuple[str, ...]
    milestones: tuple[PreviewMilestone, ...]
    notifications: int
    minutes: int
    groups: tuple[PlanGroup, ...]
    notes: tuple[str, ...]
    posts: tuple[str, ...]
    files: tuple[str, ...]
    refused: str


def setup_preview(seen: SyncPreview, *, interval: float) -> SetupPreview:
    """Told of what was foreseen; `interval` is the least time between two writes, in seconds."""
    plan = seen.plan
    issues = [change.title for change in plan.changes if isinstance(change, CreateIssue)]
    seconds = interval * (len(plan.changes) + len(seen.due))
    return SetupPreview(
        changes=len(plan.changes),
        issues=len(issues),
        labels=plan.count("create-label"),
        first=tuple(issues[:FIRST_ISSUES]),
        milestones=tuple(
            PreviewMilestone(change.title, change.due_on)
            for change in plan.changes
            if isinstance(change, CreateMilestone)
        ),
        notifications=plan.notifications + len(seen.due),
        minutes=round(seconds / 60),
        groups=tuple(plan_text.groups(plan)),
        notes=(*plan_text.drift_sentences(plan), *(note.text for note in plan.notes)),
        posts=tuple(post.title for post in seen.due),
        files=tuple(describe_files(seen.files).splitlines()),
        refused=_removals_text(seen),
    )


def _removals_text(seen: SyncPreview) -> str:
    try:
        seen.plan.check_safe()
    except RefusedError as much:
        return much.what
    return ""
