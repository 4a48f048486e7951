"""What commands change in one issue of ours: log, state and labels, in a single change."""

from datetime import datetime
from typing import Literal

from bot.planning.changes import UpdateIssue
from bot.planning.length_limits import ISSUE_BODY
from bot.planning.marker import BOX, BUTTON
from bot.planning.observed_state import ObservedState, OurIssue
from bot.planning.snapshot import IssueState
from bot.progress.command import Command
from bot.progress.command_log import CommandLog, Entry, find_log, with_log

_REPORTED = 3
State = Literal["open", "closed"]
Reason = Literal["completed", "not_planned", "reopened"]


class Edit:
    """Gathers what changes.

    `closed_again` says of an issue that a command had closed that its last close is by hand.
    """

    def __init__(
        self, ours: OurIssue, observed: ObservedState, *, closed_again: bool = False
    ) -> None:
        self._ours = ours
        self._closed_again = closed_again
        self._marked = ours.marked
        self._marker = ours.marked.marker
        self._statuses = {
            key: label.name
            for key in ("status:in-progress", "status:blocked")
            if (label := observed.labels.get(key))
        }
        self._switched: tuple[State, Reason] | None = None
        self._labels = ours.state.labels
        self._unticked = False
        self._why: list[str] = []
        self._before = find_log(ours.state.body)
        self.memory: CommandLog = self._before

    @property
    def number(self) -> int:
        """The issue's."""
        return self._ours.state.number

    def remember(self, entry: Entry, why: str) -> bool:
        """Keep an entry and do what it says; False when the issue has no room for it.

        What was said later and is known already wins, so that the order of runs does not matter.
        """
        memory = self.memory.adding([entry])
        if len(with_log(self._marked.with_marker(self._marker), memory)) > ISSUE_BODY:
            return False
        self.memory = memory
        self._why.append(why)
        later = memory.entries[memory.entries.index(entry) + 1 :]
        if not any(e.command.state_reason for e in later) and not self._closed_after(entry):
            self._switch(entry.command)
        if entry.command.starts:
            if not any(e.command.state_reason == "completed" for e in later):
                self._wear("status:in-progress")
        elif entry.command.state_reason == "completed":
            self._take_off("status:blocked")
            if not any(e.command.starts for e in later):
                self._take_off("status:in-progress")
        return True

    def _closed_after(self, entry: Entry) -> bool:
        """Whether the learner closed the issue by hand later than they wrote: that is newer.

        Not when a command that was obeyed before closed it: then the order of the words decides.
        """
        state, by_us = self._ours.state, self._ours.marked.marker.state == "closed"
        closed = state.closed_at if state.state == "closed" and not by_us else None
        by_word = self._before.closing is not None and not self._closed_again
        return closed is not None and not by_word and bool(entry.id) and entry.at < closed

    def _switch(self, command: Command) -> None:
        """A close is the learner's; who opens again what the plan had closed keeps it open."""
        reason = command.state_reason
        if reason:
            state: State = "open" if reason == "reopened" else "closed"
            before: State = "closed" if state == "open" else "open"
            self._switched = state, reason
            self._marker = self._marker.model_copy(update={"state": before})

    def _wear(self, key: str) -> None:
        name = self._statuses.get(key)
        if name and name.casefold() not in {label.casefold() for label in self._labels}:
            self._labels = (*self._labels, name)

    def _take_off(self, key: str) -> None:
        name = self._statuses.get(key, "").casefold()
        self._labels = tuple(label for label in self._labels if label.casefold() != name)

    def untick(self) -> None:
        """Clear the boxes of all buttons."""
        region = BOX.sub(
            lambda box: f"{box[1]}[ ] {box[3]}" if BUTTON.search(box[3]) else box[0],
            self._marked.region or "",
        )
        self._marked = self._marked.model_copy(update={"region": region})
        self._unticked = True

    @property
    def changes(self) -> tuple[UpdateIssue, ...]:
        """What to write: at most one change, and before it the opening that another reason needs.

        GitHub ignores the reason of a close where the state does not change (REST: update an
        issue), so a closed issue is opened first. Cut off there, it is only asked for again.
        """
        change, state = self.change, self._ours.state
        if change is None:
            return ()
        if "state" not in change.fields or change.state != state.state:
            return (change,)
        opening = change.model_copy(
            update={
                "body": state.body,
                "state": "open",
                "state_reason": "reopened",
                "fields": ("state",),
                "why": "to close it for another reason",
            }
        )
        return opening, change

    @property
    def change(self) -> UpdateIssue | None:
        """All of it as one change; None when nothing changes."""
        state = self._ours.state
        fields: list[str] = []
        if self.memory != self._before:
            fields.append("memory")
        if self._unticked:
            fields.append("text")
        switched = self._switched if self._switches(state) else None
        if switched:
            fields.append("state")
        if self._labels != state.labels:
            fields.append("labels")
        if not fields:
            return None
        return UpdateIssue(
            key=self._ours.key,
            number=state.number,
            title=state.title,
            body=with_log(self._marked.with_marker(self._marker), self.memory),
            labels=self._labels,
            state=switched[0] if switched else state.state,
            state_reason=switched[1] if switched else None,
            fields=tuple(fields),
            why=_reported(self._why),
        )

    def _switches(self, state: IssueState) -> bool:
        if self._switched is None:
            return False
        wanted, reason = self._switched
        return wanted != state.state or (
            wanted == "closed" and (reason == "completed") != state.finished
        )


def after(issue: IssueState, change: UpdateIssue, now: datetime) -> IssueState:
    """The issue as it will be once the change is written, at `now` (aware)."""
    update: dict[str, object] = {"body": change.body}
    if "labels" in change.fields:
        update["labels"] = change.labels
    if "state" in change.fields:
        closed_at = now if change.state == "closed" else None
        update |= {"state": change.state, "state_reason": change.state_reason}
        update["closed_at"] = closed_at
    return issue.model_copy(update=update)


def _reported(why: list[str]) -> str:
    more = len(why) - _REPORTED
    return "; ".join(why[:_REPORTED]) + (f"; and {more} more" if more > 0 else "")
