"""What commands change in an issue: log, state and labels, in a single change."""

from datetime import datetime
from typing import Literal

from bot.i18n import gettext as _
from bot.i18n import ngettext
from bot.planning.changes import CloseIssue, UpdateIssue
from bot.planning.ledger import spare_room
from bot.planning.length_limits import BODY
from bot.planning.marker import BOX, BUTTON
from bot.planning.observed_state import ObservedState, OurIssue
from bot.planning.snapshot import IssueState
from bot.progress.command import Command
from bot.progress.command_log import CommandLog, Entry, find_log, with_log

_MAX_REASONS = 3
State = Literal["open", "closed"]
Reason = Literal["completed", "not_planned", "reopened"]


class Edit:
    """The edit of one issue by all commands of a run.

    `closed_again`: a command had closed the issue, and a person closed it again by hand.
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
        self._new_state: tuple[State, Reason] | None = None
        self._labels = ours.state.labels
        self._boxes_cleared = False
        self._why: list[str] = []
        self._before = find_log(ours.state.body)
        self.memory: CommandLog = self._before

    @property
    def number(self) -> int:
        """Return the issue's number."""
        return self._ours.state.number

    def remember(self, entry: Entry, why: str) -> bool:
        """Log an entry and do what it says; False when the issue has no room for it.

        A later entry that is logged already wins, so that the order of runs does not matter.
        """
        memory = self.memory.adding([entry])
        body = with_log(self._marked.with_marker(self._marker), memory)
        if len(body) > BODY.most + spare_room(self._ours.state.body):
            return False
        self.memory = memory
        self._why.append(why)
        later = memory.entries[memory.entries.index(entry) + 1 :]
        if not any(e.command.state_reason for e in later) and not self._closed_after(entry):
            self._set_state(entry.command)
        if entry.command.starts:
            if not any(e.command.state_reason == "completed" for e in later):
                self._add_label("status:in-progress")
        elif entry.command.asks_for_help:
            if not any(e.command.state_reason == "completed" for e in later):
                self._add_label("status:blocked")
        elif entry.command.state_reason == "completed":
            self._remove_label("status:blocked")
            if not any(e.command.starts for e in later):
                self._remove_label("status:in-progress")
        return True

    def correct(self, entry: Entry, now: Entry | None, why: str) -> None:
        """Log `now` in place of an entry; None takes the entry out."""
        entries = (now if one == entry else one for one in self.memory.entries)
        update = {"entries": tuple(one for one in entries if one is not None)}
        self.memory = self.memory.model_copy(update=update)
        self._why.append(why)

    def _closed_after(self, entry: Entry) -> bool:
        """Return whether the learner closed the issue by hand after they wrote the command.

        Not when an earlier command closed it: then the order of the commands decides.
        """
        state, by_us = self._ours.state, self._ours.marked.marker.state == "closed"
        closed = state.closed_at if state.settled and not by_us else None
        by_command = self._before.closing is not None and not self._closed_again
        return closed is not None and not by_command and bool(entry.id) and entry.at < closed

    def _set_state(self, command: Command) -> None:
        reason = command.state_reason
        if reason:
            state: State = "open" if reason == "reopened" else "closed"
            before: State = "closed" if state == "open" else "open"
            self._new_state = state, reason
            self._marker = self._marker.model_copy(update={"state": before})

    def _add_label(self, key: str) -> None:
        name = self._statuses.get(key)
        if name and name.casefold() not in {label.casefold() for label in self._labels}:
            self._labels = (*self._labels, name)

    def _remove_label(self, key: str) -> None:
        name = self._statuses.get(key, "").casefold()
        self._labels = tuple(label for label in self._labels if label.casefold() != name)

    def clear_buttons(self) -> None:
        """Clear the boxes of all buttons."""
        region = BOX.sub(
            lambda box: f"{box[1]}[ ] {box[3]}" if BUTTON.search(box[3]) else box[0],
            self._marked.region or "",
        )
        self._marked = self._marked.model_copy(update={"region": region})
        self._boxes_cleared = True

    @property
    def changes(self) -> tuple[UpdateIssue, ...]:
        """Return what to write: one change at most, and first the opening for another reason.

        GitHub ignores the reason of a close where the state does not change (REST: update an
        issue), so a closed issue is opened first. Cut off there, the next run does it again.
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
                "why": _("to close it for another reason"),
            }
        )
        return opening, change

    @property
    def change(self) -> UpdateIssue | None:
        """Return all of it as one change; None when nothing changes."""
        state = self._ours.state
        fields: list[str] = []
        if self.memory != self._before:
            fields.append("memory")
        if self._boxes_cleared:
            fields.append("text")
        new_state = self._new_state if self._changes_state(state) else None
        if new_state:
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
            state=new_state[0] if new_state else state.state,
            state_reason=new_state[1] if new_state else None,
            fields=tuple(fields),
            why=_first_reasons(self._why),
        )

    def _changes_state(self, state: IssueState) -> bool:
        if self._new_state is None:
            return False
        wanted, reason = self._new_state
        other_reason = (reason == "completed") != state.finished or not state.settled
        return wanted != state.state or (wanted == "closed" and other_reason)


def after_update(issue: IssueState, change: UpdateIssue | CloseIssue, now: datetime) -> IssueState:
    """Return the issue as it is once `change` is written at `now` (aware)."""
    update = change.payload
    if "labels" in update:
        update["labels"] = tuple(update["labels"])
    if update.get("state", issue.state) == issue.state:
        # GitHub uses the reason only where the state changes with it.
        update.pop("state_reason", None)
    else:
        update.setdefault("state_reason", None)
        update["closed_by_bot"] = ""
        update["closed_at"] = now if update["state"] == "closed" else None
    return issue.model_copy(update=update)


def _first_reasons(why: list[str]) -> str:
    shown = why[:_MAX_REASONS]
    if (more := len(why) - _MAX_REASONS) > 0:
        shown.append(ngettext("%(num)s more", "%(num)s more", more))
    return "; ".join(shown)
