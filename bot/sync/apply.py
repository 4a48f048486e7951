"""Applies a plan: its changes through the gateway, one after the other, in the plan's order.

An interrupted apply needs no clean-up: what was written carries its marker, and the next plan is
made from what is there. When the response to a write is lost, nobody knows whether it happened;
then we read and plan again instead of writing again. The same where an issue changed since it was
read: GitHub takes whole bodies only, and ours would undo what the learner wrote meanwhile.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from bot.errors import (
    AlreadyExistsError,
    ChangeRefusedError,
    GitHubError,
    LockedError,
    NotThereError,
    PermissionDeniedError,
    PullRequestPermissionError,
    SubIssuesUnsupportedError,
    UncertainWriteError,
    WorkflowPermissionError,
)
from bot.i18n import gettext as _
from bot.planning import changes
from bot.planning.base_change import Numbers
from bot.planning.daily_workflow import EnableWorkflow
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.plan import Plan
from bot.planning.ports import Gateway, Reader, WriteResult
from bot.planning.refusals import Refused, created, waits_for
from bot.planning.snapshot import IssueRef, IssueState, LabelState, MilestoneState, Snapshot
from bot.sync.command_changes import after_update
from bot.sync.publish import oldest_comment

_JUST_NOW = datetime.min.replace(tzinfo=UTC)  # of what this plan made; nobody asks when
MOST_RELOADS = 5
FIRST_PAUSE = 2.0
_DASHBOARD = f"create-issue {SUMMARY_KEY}"  # without it there is nothing to go on with


Progress = Callable[[int, int, changes.Change], None]
"""Called before each change with how many are done, how many there are, and which comes now."""


class WriteContext(NamedTuple):
    """The means of writing: opens the gateway, sleeps some seconds, and reports progress."""

    gateway: Callable[[], Gateway]
    sleep: Callable[[float], None]
    progress: Progress = lambda *_: None


class _NotAsPlannedError(Exception):
    """Part of the plan was refused: what it would note in the ledger is not true any more."""


class OvertakenError(GitHubError):
    """Somebody changed an issue, milestone or label after it was read; `now` is how it is now."""

    def __init__(self, now: IssueState | MilestoneState | LabelState) -> None:
        kind, where = "issue", getattr(now, "url", "")
        if isinstance(now, MilestoneState):
            kind, where = "milestone", now.title
        elif isinstance(now, LabelState):
            kind, where = "label", now.name
        super().__init__(
            f"somebody else keeps changing the same {kind}.",
            where=where,
            hint="Run it again.",
        )
        self.now = now


def _shown(milestone: MilestoneState) -> tuple[object, ...]:
    """Return the fields that a person may have changed."""
    return milestone.title, _plain(milestone.description), milestone.due_on, milestone.state


def _plain(text: str) -> str:
    """Return a text with the line ends and spaces that GitHub may change made equal."""
    return text.replace("\r\n", "\n").strip()


class PlanWriter:
    """Writes changes of one plan, made from `snapshot`.

    Knows which number each key has got by now, and which issues are still as they were read.
    """

    def __init__(
        self,
        gateway: Gateway,
        plan: Plan,
        reader: Reader,
        snapshot: Snapshot,
        refused: list[Refused],
    ) -> None:
        self._gateway = gateway
        self._plan = plan
        self._refused = refused
        self._missing: set[str] = set()  # keys of what could not be made
        self._incomplete = False
        self._reader = reader
        self._read = {issue.number: issue for issue in snapshot.issues}
        self._read_labels = dict(snapshot.labels_by_name)
        self._read_milestones = {m.number: m for m in snapshot.milestones}
        self._accounts = snapshot.trust.accounts
        self._pulls = {pull.number for pull in snapshot.pulls}
        self._locked = snapshot.locked
        self._renamed: dict[str, str] = {}
        self._numbers = Numbers(issues=dict(plan.issues), milestones=dict(plan.milestones))
        self._has_sub_issues = True

    @property
    def highest(self) -> int:
        """Return the highest number of an issue that was read or made."""
        return max(self._read, default=0)

    def remaining(self) -> Iterator[changes.Change]:
        """Yield the changes that can be written: none that waits for what was refused.

        Raises _NotAsPlannedError before the ledger, when something was refused that it would note.
        """
        for change in self._plan.changes:
            if waits_for(change, self._missing):
                self._missing |= created(change)
            elif self._incomplete and "ledger" in getattr(change, "fields", ()):
                raise _NotAsPlannedError
            else:
                yield change

    def write(self, change: changes.Change) -> bool:
        """Send one change; return whether it was written.

        What GitHub refuses of this one alone is noted. Raises OvertakenError, and what reader and
        gateway raise.
        """
        try:
            return self._write(change)
        except ChangeRefusedError as error:
            if change.identity == _DASHBOARD:
                raise
            self._refused.append((change, error))
            self._missing |= created(change)
            self._incomplete = True
            return False

    def _write(self, change: changes.Change) -> bool:
        if isinstance(change, changes.AddSubIssue) and not self._has_sub_issues:
            return False
        change = change.resolved(self._numbers)
        number = getattr(change, "number", 0)
        try:
            made = self._gateway.write(change, check=lambda: self._check(change))
        except LockedError as locked:
            locked.issue = number if number in self._locked else 0
            raise
        except PermissionDeniedError as denied:
            if isinstance(change, EnableWorkflow):
                raise WorkflowPermissionError(
                    _("The token may not enable workflows."),
                    hint=_("Give it Actions: Read and write, in a workflow `actions: write`."),
                ) from denied
            if number not in self._pulls:
                raise
            raise PullRequestPermissionError(
                f"The token may not write on pull requests ({denied.what.rstrip('.')}).",
                hint="Give it Pull requests: Read and write, in a workflow `pull-requests: write`.",
            ) from denied
        except change.optional as refused:
            if isinstance(refused, ChangeRefusedError):
                raise
            if isinstance(refused, SubIssuesUnsupportedError):
                self._has_sub_issues = False
            return False
        self._note(change, made)
        return True

    def _check(self, change: changes.Change) -> None:
        """Raise OvertakenError when it is not as it was read, or as this plan wrote it."""
        match change:
            case changes.CreateLabel(name=name) | changes.UpdateLabel(name=name):
                read = self._read_labels.get(name.casefold())
                label = self._reader.label(name) if read else None
                if label and label != read:
                    raise OvertakenError(label)
            case changes.UpdateMilestone(number=number) if number in self._read_milestones:
                milestone = self._reader.milestone(number)
                if milestone and _shown(milestone) != _shown(self._read_milestones[number]):
                    raise OvertakenError(milestone)
            case changes.UpdateIssue(number=int(number)) if number in self._read:
                issue = self._reader.issue(number)
                if issue and self._seen(issue) != self._seen(self._read[number]):
                    raise OvertakenError(issue)

    def _note(self, change: changes.Change, made: WriteResult) -> None:
        match change:
            case changes.UpdateLabel():
                self._renamed[change.name] = change.new_name
                now = LabelState(
                    name=change.new_name, color=change.color, description=change.description
                )
                self._read_labels[now.name.casefold()] = now
            case changes.CreateMilestone():
                self._numbers.milestones[change.key] = made.number
            case changes.CreateIssue():
                self._numbers.issues[change.key] = IssueRef(made.number, made.id)
                self._read[made.number] = IssueState(
                    number=made.number,
                    id=made.id,
                    title=change.title,
                    body=change.body,
                    labels=change.labels,
                    milestone=change.milestone_number,
                    created_at=_JUST_NOW,
                    updated_at=_JUST_NOW,
                )
            case changes.UpdateIssue(number=int(number)) if number in self._read:
                self._read[number] = after_update(self._read[number], change, _JUST_NOW)
            case changes.CreateComment():
                there = self._reader.comments(change.number, fresh=True)
                oldest_comment(change.key, made.id, there, self._accounts, lambda: self._gateway)

    def _seen(self, issue: IssueState) -> tuple[object, ...]:
        """Return the fields that a person may have changed; labels by their new names."""
        names = frozenset(self._renamed.get(name, name).casefold() for name in issue.labels)
        return issue.title, _plain(issue.body), issue.state, issue.milestone, names


def apply(
    plan: Plan,
    snapshot: Snapshot,
    *,
    replan: Callable[[Snapshot], Plan],
    reader: Reader,
    context: WriteContext,
    refused: list[Refused],
) -> int:
    """Write every change of `plan`, which was made from `snapshot`; returns how many were written.

    What GitHub refuses of one change alone is added to `refused`; what depends on it waits. Before
    issues are created, GitHub is asked for those that its list did not show yet. When a response is
    lost, or something is there already, or gone (people work on the repository meanwhile), it reads
    again, at most five times with growing pauses, and goes on with what `replan` returns. Raises
    UncertainWriteError when it still cannot know, and what the gateway raises.
    """
    gateway = context.gateway()
    written = reloads = 0
    newer: dict[int, IssueState] = {}
    known = 0  # the highest number that GitHub gave to this run
    if plan.count("create-issue"):
        seen = with_newest(snapshot, reader)
        plan = plan if seen is snapshot else replan(seen)
        snapshot = seen
    while True:
        writer = PlanWriter(gateway, plan, reader, snapshot, refused)
        total = written + len(plan.changes)
        try:
            for change in writer.remaining():
                context.progress(written, total, change)
                written += writer.write(change)
        except _NotAsPlannedError:
            reloads += 1
            if reloads > MOST_RELOADS:
                raise refused[-1][1] from None
        except (UncertainWriteError, AlreadyExistsError, NotThereError, OvertakenError) as why:
            reloads += 1
            if reloads > MOST_RELOADS:
                raise
            context.sleep(FIRST_PAUSE * 2 ** (reloads - 1))
            if isinstance(why, OvertakenError) and isinstance(why.now, IssueState):
                newer[why.now.number] = why.now
        else:
            return written
        known = max(known, writer.highest)
        snapshot = with_newest(reader.snapshot(fresh=True), reader, known=known)
        snapshot = _with(snapshot, newer)
        plan = replan(snapshot)


def with_newest(snapshot: Snapshot, reader: Reader, *, known: int = 0) -> Snapshot:
    """Return `snapshot` with issues newer than its lists, which lag; GitHub gave out `known`."""
    number = max([snapshot.last_number, *(issue.number for issue in snapshot.issues)])
    newest = reader.newer(number, known=known)
    if not newest:
        return snapshot
    return snapshot.model_copy(
        update={"issues": (*snapshot.issues, *newest), "last_number": newest[-1].number}
    )


def _with(snapshot: Snapshot, newer: dict[int, IssueState]) -> Snapshot:
    """Return `snapshot` with these issues as they were read: lists lag, single issues do not."""
    issues = (
        found if (found := newer.get(i.number)) and found.updated_at > i.updated_at else i
        for i in snapshot.issues
    )
    return snapshot.model_copy(update={"issues": tuple(issues)})
