"""Apply: a plan's changes through the gateway, one after the other, in the plan's order.

An interrupted apply needs no clean-up: what was written carries its marker, and the next plan is
made from what is there. When the answer to a write is lost, nobody knows whether it happened; then
we look again and plan anew instead of writing again. The same where an issue changed since it was
read: GitHub takes whole bodies only, and ours would undo what the learner wrote meanwhile.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import assert_never

from bot.errors import (
    AlreadyExistsError,
    GitHubError,
    NotThereError,
    SubIssuesUnsupportedError,
    UnavailableError,
    UncertainWriteError,
)
from bot.planning.changes import (
    AddSubIssue,
    Change,
    CloseIssue,
    CreateComment,
    CreateIssue,
    CreateLabel,
    CreateMilestone,
    DeleteComment,
    DeleteLabel,
    DeleteMilestone,
    PinIssue,
    Plan,
    React,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
)
from bot.planning.marker import Key
from bot.planning.ports import UNSET, Gateway, Reader
from bot.planning.snapshot import IssueState, MilestoneState, Snapshot
from bot.usecases.publish import first_of_all

_JUST_NOW = datetime.min.replace(tzinfo=UTC)  # of what this plan made; nobody asks when
LOOKS_AGAIN = 5
FIRST_PAUSE = 2.0


Progress = Callable[[int, int, Change], None]
"""Told before each change: how many are done, how many there are, and which comes now."""


class OvertakenError(GitHubError):
    """Somebody changed an issue or milestone after it was read; `now` is how it is now."""

    def __init__(self, now: IssueState | MilestoneState) -> None:
        kind = "issue" if isinstance(now, IssueState) else "milestone"
        super().__init__(
            f"somebody else keeps changing the same {kind}.",
            where=now.url if isinstance(now, IssueState) else now.title,
            hint="Run it again.",
        )
        self.now = now


def _shown(milestone: MilestoneState) -> tuple[object, ...]:
    """What somebody may have changed of it."""
    return milestone.title, _plain(milestone.description), milestone.due_on, milestone.state


def _plain(text: str) -> str:
    """A text without what GitHub may change of it."""
    return text.replace("\r\n", "\n").strip()


def after_update(issue: IssueState, change: UpdateIssue) -> IssueState:
    """The issue as it should be once `change` is written: what `Writer` expects to find again."""
    values = {"title": change.title, "labels": change.labels, "state": change.state}
    update = {field: value for field, value in values.items() if field in change.fields}
    return issue.model_copy(update={**update, "body": change.body})


class Writer:
    """Writes changes of one plan, made from `snapshot`.

    Knows which number each key has got by now, and which issues are still as they were read.
    """

    def __init__(self, gateway: Gateway, plan: Plan, reader: Reader, snapshot: Snapshot) -> None:
        self._gateway = gateway
        self._reader = reader
        self._read = {issue.number: issue for issue in snapshot.issues}
        self._read_milestones = {m.number: m for m in snapshot.milestones}
        self._renamed: dict[str, str] = {}
        self._issues = dict(plan.issues)
        self._milestones = dict(plan.milestones)
        self._has_sub_issues = True

    @property
    def highest(self) -> int:
        """The highest number of an issue that was read or made."""
        return max(self._read, default=0)

    def write(self, change: Change) -> None:
        """Send one change. Raises OvertakenError, and what reader and gateway raise."""
        match change:
            case CreateLabel():
                self._gateway.create_label(
                    change.name, color=change.color, description=change.description
                )
            case UpdateLabel():
                self._gateway.update_label(
                    change.name,
                    new_name=change.new_name,
                    color=change.color if "color" in change.fields else UNSET,
                    description=change.description if "description" in change.fields else UNSET,
                )
                self._renamed[change.name] = change.new_name
            case DeleteLabel():
                self._gateway.delete_label(change.name)
            case CreateMilestone():
                self._milestones[change.key] = self._gateway.create_milestone(
                    change.title, description=change.description, due_on=change.due_on
                )
            case UpdateMilestone():
                self._update_milestone(change)
            case DeleteMilestone():
                self._gateway.delete_milestone(change.number)
            case CreateIssue():
                self._create_issue(change)
            case UpdateIssue():
                self._update_issue(change)
            case _:
                self._write_small(change)

    def _write_small(
        self,
        change: AddSubIssue | CloseIssue | CreateComment | DeleteComment | React | PinIssue,
    ) -> None:
        match change:
            case CloseIssue():
                self._gateway.update_issue(change.number, state="closed", state_reason="completed")
            case AddSubIssue():
                self._relate(change)
            case CreateComment():
                made = self._gateway.create_comment(change.number, body=change.body)
                there = self._reader.comments(change.number, fresh=True)
                first_of_all(change.key, made, there, lambda: self._gateway)
            case DeleteComment():
                with suppress(NotThereError):
                    self._gateway.delete_comment(change.comment)
            case React():
                self._react(change)
            case PinIssue():
                self._pin(change)
            case _:
                assert_never(change)

    def _create_issue(self, change: CreateIssue) -> None:
        made = self._gateway.create_issue(
            change.title,
            body=change.body,
            labels=change.labels,
            milestone=self._number(change.milestone),
        )
        self._issues[change.key] = made
        self._read[made.number] = IssueState(
            number=made.number,
            id=made.id,
            title=change.title,
            body=change.body,
            labels=change.labels,
            milestone=self._number(change.milestone),
            created_at=_JUST_NOW,
            updated_at=_JUST_NOW,
        )

    def _number(self, key: Key | None) -> int | None:
        return self._milestones[key] if key is not None else None

    def _update_milestone(self, change: UpdateMilestone) -> None:
        self._gateway.update_milestone(
            change.number,
            title=change.title,
            description=change.description,
            due_on=change.due_on if "due date" in change.fields else UNSET,
            state=change.state if "state" in change.fields else UNSET,
            check=lambda: self._check_milestone(change.number),
        )

    def _check_milestone(self, number: int) -> None:
        read = self._read_milestones.get(number)
        now = self._reader.milestone(number) if read is not None else None
        if read and now and _shown(now) != _shown(read):
            raise OvertakenError(now)

    def _update_issue(self, change: UpdateIssue) -> None:
        fields = change.fields
        number = change.number if change.number is not None else self._issues[change.key].number
        reason = change.state_reason if change.state_reason is not None else UNSET
        self._gateway.update_issue(
            number,
            title=change.title if "title" in fields else UNSET,
            body=change.body,
            labels=change.labels if "labels" in fields else UNSET,
            milestone=self._number(change.milestone) if "milestone" in fields else UNSET,
            state=change.state if "state" in fields else UNSET,
            state_reason=reason if "state" in fields else UNSET,
            check=lambda: self._check_unchanged(number),
        )
        if number in self._read:
            inside = {"milestone": self._number(change.milestone)}
            written = after_update(self._read[number], change)
            self._read[number] = (
                written.model_copy(update=inside) if "milestone" in fields else written
            )

    def _check_unchanged(self, number: int) -> None:
        """Whether an issue is as it was read, or as this plan wrote it, before we write to it."""
        read = self._read.get(number)
        now = self._reader.issue(number) if read is not None else None
        if read and now and self._seen(now) != self._seen(read):
            raise OvertakenError(now)

    def _seen(self, issue: IssueState) -> tuple[object, ...]:
        """What somebody may have changed; labels by the names that this plan gave them."""
        names = frozenset(self._renamed.get(name, name).casefold() for name in issue.labels)
        return issue.title, _plain(issue.body), issue.state, issue.milestone, names

    def _react(self, change: React) -> None:
        """A mark on a comment that was deleted meanwhile marks nothing."""
        with suppress(NotThereError):
            self._gateway.react(change.comment, change.content)

    def _pin(self, change: PinIssue) -> None:
        """Three pins are all a repository has, and not every token may set one: then without."""
        try:
            self._gateway.pin_issue(change.node_id)
        except (UnavailableError, UncertainWriteError):
            raise
        except GitHubError:
            return

    def _relate(self, change: AddSubIssue) -> None:
        if not self._has_sub_issues:
            return
        try:
            self._gateway.add_sub_issue(
                self._issues[change.parent].number, self._issues[change.child].id
            )
        except SubIssuesUnsupportedError:
            self._has_sub_issues = False


def apply(
    plan: Plan,
    snapshot: Snapshot,
    *,
    replan: Callable[[Snapshot], Plan],
    reader: Reader,
    gateway: Gateway,
    sleep: Callable[[float], None],
    progress: Progress,
) -> int:
    """Write every change of `plan`, which was made from `snapshot`; returns how many were written.

    Where issues are to be created, GitHub is asked first whether there is one that its list did not
    show yet. When an answer is lost, or something turns out to be there already, or gone (people
    work on the repository meanwhile), it looks again, at most five times with growing pauses, and
    goes on with what `replan` says then. Raises UncertainWriteError when it still cannot know, and
    what the gateway raises.
    """
    written = looks = 0
    newer: dict[int, IssueState] = {}
    known = 0  # the highest number that GitHub gave to this run
    if plan.count("create-issue"):
        seen = with_newest(snapshot, reader)
        plan = plan if seen is snapshot else replan(seen)
        snapshot = seen
    while True:
        writer = Writer(gateway, plan, reader, snapshot)
        total = written + len(plan.changes)
        try:
            for change in plan.changes:
                progress(written, total, change)
                writer.write(change)
                written += 1
        except (UncertainWriteError, AlreadyExistsError, NotThereError, OvertakenError) as why:
            looks += 1
            if looks > LOOKS_AGAIN:
                raise
            sleep(FIRST_PAUSE * 2 ** (looks - 1))
            known = max(known, writer.highest)
            snapshot = with_newest(reader.snapshot(fresh=True), reader, known=known)
            if isinstance(why, OvertakenError) and isinstance(why.now, IssueState):
                newer[why.now.number] = why.now
            snapshot = _with(snapshot, newer)
            plan = replan(snapshot)
        else:
            return written


def with_newest(snapshot: Snapshot, reader: Reader, *, known: int = 0) -> Snapshot:
    """`snapshot` with the issues that are newer than its lists: lists lag, single issues do not.

    `known` is a number that was given out for sure.
    """
    number = max([snapshot.last_number, *(issue.number for issue in snapshot.issues)])
    newest = reader.newer(number, known=known)
    if not newest:
        return snapshot
    return snapshot.model_copy(
        update={"issues": (*snapshot.issues, *newest), "last_number": newest[-1].number}
    )


def _with(snapshot: Snapshot, newer: dict[int, IssueState]) -> Snapshot:
    """`snapshot` with these issues as they were seen: lists lag, single issues do not."""
    issues = (
        found if (found := newer.get(i.number)) and found.updated_at > i.updated_at else i
        for i in snapshot.issues
    )
    return snapshot.model_copy(update={"issues": tuple(issues)})
