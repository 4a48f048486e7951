"""Our objects in a snapshot by key, the ledger, and duplicates."""

from collections.abc import Sequence
from functools import cached_property

from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.labels import key_in
from bot.planning.ledger import Ledger, find_ledger
from bot.planning.marker import MEMORY_TEXT, Key, MarkedBody, check_versions, find
from bot.planning.snapshot import (
    FrozenModel,
    IssueState,
    LabelState,
    MilestoneState,
    Snapshot,
)


class OurMilestone(FrozenModel):
    """A milestone with our marker."""

    state: MilestoneState
    marked: MarkedBody


class OurIssue(FrozenModel):
    """An issue with our marker, written by somebody who may write here."""

    state: IssueState
    marked: MarkedBody

    @property
    def key(self) -> Key:
        """Return its key, as the marker has it."""
        return self.marked.marker.key

    @property
    def may_be_written(self) -> bool:
        """Return whether a plan may write its text: not where somebody else closed it."""
        return self.state.state == "open" or self.marked.marker.state == "closed"


class ObservedState(FrozenModel):
    """Our objects in a snapshot.

    Of several issues with one key one is meant: a finished one before any other, then one that
    somebody worked on, then the oldest. The others are `duplicates`.
    """

    snapshot: Snapshot
    labels: dict[Key, LabelState]
    milestones: dict[Key, OurMilestone]
    issues: dict[Key, OurIssue]
    duplicates: tuple[OurIssue, ...] = ()
    ledger: Ledger = Ledger()

    @cached_property
    def unit_of_milestone(self) -> dict[int, Key]:
        """Return the keys of our milestones by number."""
        return {our.state.number: key for key, our in self.milestones.items()}

    @cached_property
    def memories(self) -> dict[Key, str]:
        """Return the JSON of the command logs in our issues, by the issue's key."""
        texts = {key: ours.state.body.replace("\r\n", "\n") for key, ours in self.issues.items()}
        found = {key: MEMORY_TEXT.search(text) for key, text in texts.items()}
        return {key: log[1] for key, log in found.items() if log}

    def is_drawn(self, keys: Sequence[Key], seed: bool) -> bool:
        """Return whether a plan may write the text of the issue that has one of these keys.

        Of one that is not there it may where that is to be made (`seed`). Where no dashboard is,
        all have a text.
        """
        if SUMMARY_KEY not in self.issues:
            return True
        ours = next((self.issues[key] for key in keys if key in self.issues), None)
        return seed if ours is None else ours.may_be_written

    def keys(self) -> set[Key]:
        """Return the keys of everything that is there."""
        return {*self.labels, *self.milestones, *self.issues}


def is_begun(snapshot: Snapshot) -> bool:
    """Return whether a path began in the repository: its dashboard is there."""
    return SUMMARY_KEY in observe(snapshot).issues


def observe(snapshot: Snapshot) -> ObservedState:
    """Return our objects. A marker in an issue is only text unless a known account wrote it.

    Raises NewerFormatError when one of ours was written by a newer program.
    """
    labels: dict[Key, LabelState] = {}
    for label in snapshot.labels:
        key = key_in(label.description)
        if key:
            labels.setdefault(key, label)
    milestones: dict[Key, OurMilestone] = {}
    for milestone in snapshot.milestones:
        check_versions(milestone.description, f"milestone '{milestone.title}'")
        marked = find(milestone.description)
        if marked:
            milestones.setdefault(marked.marker.key, OurMilestone(state=milestone, marked=marked))
    found: dict[Key, list[OurIssue]] = {}
    for issue in sorted(snapshot.issues, key=lambda i: i.number):
        if not snapshot.trust.counts(issue):
            continue
        check_versions(issue.body, f"issue #{issue.number}")
        marked = find(issue.body)
        if marked:
            found.setdefault(marked.marker.key, []).append(OurIssue(state=issue, marked=marked))
    issues = {key: min(every, key=_rank) if every[1:] else every[0] for key, every in found.items()}
    duplicates = [one for key, every in found.items() for one in every if one is not issues[key]]
    return ObservedState(
        snapshot=snapshot,
        labels=labels,
        milestones=milestones,
        issues=issues,
        duplicates=tuple(duplicates),
        ledger=_ledger(issues.get(SUMMARY_KEY), found.get(SUMMARY_KEY, [])),
    )


def _rank(ours: OurIssue) -> tuple[bool, bool, int]:
    """Return the sort key of duplicates: the smallest counts, and work on it decides."""
    state, marker = ours.state, ours.marked.marker
    closed_by_us = state.state == "closed" and marker.state == "closed"
    worked_on = (
        (state.settled and not closed_by_us)
        or state.state_reason == "reopened"
        or state.comments > 0
        or ours.marked.edited
        or ours.marked.ticked
    )
    finished = state.finished and not closed_by_us
    return not finished, not worked_on, state.number


def _ledger(summary: OurIssue | None, every: list[OurIssue]) -> Ledger:
    """Return the ledger of the summary issue that counts, with all that any other says was made."""
    ledger = find_ledger(summary.state.body) if summary else Ledger()
    for other in every:
        if other is not summary:
            made = ledger.made | find_ledger(other.state.body).made
            ledger = ledger.model_copy(update={"made": made})
    return ledger
