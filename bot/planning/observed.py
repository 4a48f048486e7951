"""What of a snapshot is ours: objects by key, the ledger, and markers that do not count."""

from functools import cached_property

from bot.planning.desired import SUMMARY_KEY
from bot.planning.labels import key_in
from bot.planning.marker import Key, Ledger, Marked, find, find_ledger
from bot.planning.snapshot import (
    CommentState,
    Frozen,
    IssueState,
    LabelState,
    MilestoneState,
    Snapshot,
)

TRUSTED = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


class OurMilestone(Frozen):
    """A milestone with our marker."""

    state: MilestoneState
    marked: Marked


class OurIssue(Frozen):
    """An issue with our marker, written by somebody who may write here."""

    state: IssueState
    marked: Marked

    @property
    def key(self) -> Key:
        """Its key, as the marker has it."""
        return self.marked.marker.key


class Observed(Frozen):
    """Ours in a snapshot. Of several objects with one key the oldest is meant."""

    snapshot: Snapshot
    labels: dict[Key, LabelState]
    milestones: dict[Key, OurMilestone]
    issues: dict[Key, OurIssue]
    duplicates: tuple[OurIssue, ...] = ()
    ledger: Ledger = Ledger()

    @cached_property
    def unit_of_milestone(self) -> dict[int, Key]:
        """Keys of our milestones by number."""
        return {our.state.number: key for key, our in self.milestones.items()}

    def keys(self) -> set[Key]:
        """Keys of all that is there."""
        return {*self.labels, *self.milestones, *self.issues}


def observe(snapshot: Snapshot) -> Observed:
    """Find ours. A marker in an issue by a stranger is only text.

    Who counts: people whom GitHub calls owner, member or collaborator of the repository
    (REST: `author_association`), and bots (`user.type`), for an app writes under its own name only
    where somebody installed it. A stranger may well write by way of some app of theirs, so
    `performed_via_github_app` says nothing.
    """
    labels: dict[Key, LabelState] = {}
    for label in snapshot.labels:
        key = key_in(label.description)
        if key:
            labels.setdefault(key, label)
    milestones: dict[Key, OurMilestone] = {}
    for milestone in snapshot.milestones:
        marked = find(milestone.description)
        if marked:
            ours = OurMilestone(state=milestone, marked=marked)
            milestones.setdefault(marked.marker.key, ours)
    issues: dict[Key, OurIssue] = {}
    duplicates: list[OurIssue] = []
    for issue in sorted(snapshot.issues, key=lambda i: i.number):
        marked = find(issue.body) if trusted(issue) else None
        if marked is None:
            continue
        our_issue = OurIssue(state=issue, marked=marked)
        if marked.marker.key in issues:
            duplicates.append(our_issue)
        else:
            issues[marked.marker.key] = our_issue
    return Observed(
        snapshot=snapshot,
        labels=labels,
        milestones=milestones,
        issues=issues,
        duplicates=tuple(duplicates),
        ledger=find_ledger(issues[SUMMARY_KEY].state.body) if SUMMARY_KEY in issues else Ledger(),
    )


def trusted(written: IssueState | CommentState) -> bool:
    """Whether a marker in it counts: see `observe`."""
    return written.association in TRUSTED or written.author_kind == "Bot"
