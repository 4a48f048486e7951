"""What obeying does to one issue of ours: memory, state and labels in a single change."""

import textwrap
from datetime import date, datetime
from typing import Literal

from bot import templating
from bot.planning import intents
from bot.planning.changes import CreateIssue, UpdateIssue
from bot.planning.desired import MAX_REGION
from bot.planning.diff_issues import MAX_BODY
from bot.planning.intents import FINISHES, STATES, Intent
from bot.planning.marker import BOX, BUTTON, Key, Marker, digest, normal, wrap
from bot.planning.observed import Observed, OurIssue
from bot.planning.snapshot import IssueState
from bot.progress.command_log import Entry, Memory, find_memory, with_memory

JOURNAL = "kind:journal"
_TOLD = 3
_MAX_FIRST = 60
State = Literal["open", "closed"]
Reason = Literal["completed", "not_planned", "reopened"]


class Edit:
    """Gathers what changes.

    `closed_again` says of an issue that a command had closed that its last close is by hand.
    """

    def __init__(self, ours: OurIssue, observed: Observed, *, closed_again: bool = False) -> None:
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
        self._before = find_memory(ours.state.body)
        self.memory: Memory = self._before

    @property
    def number(self) -> int:
        """The issue's."""
        return self._ours.state.number

    def remember(self, entry: Entry, why: str) -> bool:
        """Keep an entry and do what it says; False when the issue has no room for it.

        What was said later and is known already wins, so that the order of runs does not matter.
        """
        memory = self.memory.adding([entry])
        if len(with_memory(self._marked.with_marker(self._marker), memory)) > MAX_BODY:
            return False
        self.memory = memory
        self._why.append(why)
        later = memory.entries[memory.entries.index(entry) + 1 :]
        if not any(isinstance(e.intent, STATES) for e in later) and not self._closed_after(entry):
            self._switch(entry.intent)
        if isinstance(entry.intent, intents.Start):
            if not any(isinstance(e.intent, FINISHES) for e in later):
                self._wear("status:in-progress")
        elif isinstance(entry.intent, FINISHES):
            self._take_off("status:blocked")
            if not any(isinstance(e.intent, intents.Start) for e in later):
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

    def _switch(self, intent: Intent) -> None:
        """A close is the learner's; who opens again what the plan had closed keeps it open."""
        match intent:
            case intents.Done() | intents.Credit():
                self._close("completed")
            case intents.Skip():
                self._close("not_planned")
            case intents.Reopen():
                self._switched = ("open", "reopened")
                self._marker = self._marker.model_copy(update={"state": "closed"})

    def _close(self, reason: Reason) -> None:
        self._switched = ("closed", reason)
        self._marker = self._marker.model_copy(update={"state": "open"})

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
            body=with_memory(self._marked.with_marker(self._marker), self.memory),
            labels=self._labels,
            state=switched[0] if switched else state.state,
            state_reason=switched[1] if switched else None,
            fields=tuple(fields),
            why=_told(self._why),
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


def new_journal(
    key: Key, text: str, day: date, observed: Observed
) -> tuple[CreateIssue, UpdateIssue] | None:
    """An entry of the journal: made, then closed. None when it does not fit into an issue.

    `day` is the one it was written on, in the learner's zone.
    """
    body = templating.render("replies/journal.md.j2", text=text)
    if len(body) > MAX_REGION:
        return None
    label = observed.labels.get(JOURNAL)
    first = next(filter(None, (line.strip("#*>-_` ") for line in text.splitlines())), "")
    told = textwrap.shorten(first, _MAX_FIRST, placeholder="…") or first[:_MAX_FIRST]
    title = f"Journal, {templating.day(day).replace(templating.NO_BREAK, ' ')}: {told}"
    marker = Marker(
        key=key,
        title=digest(title),
        body=digest(normal(body)),
        labels=(digest(JOURNAL)[:8],) if label else (),
    )
    made = CreateIssue(
        key=key,
        title=title,
        body=wrap(body, marker),
        labels=(label.name,) if label else (),
        milestone=None,
    )
    return made, _closing(key, None, title, made.body, made.labels)


def closed_journal(key: Key, issue: IssueState) -> UpdateIssue:
    """Closes an entry whose making was cut off."""
    return _closing(key, issue.number, issue.title, issue.body, issue.labels)


def _closing(
    key: Key, number: int | None, title: str, body: str, labels: tuple[str, ...]
) -> UpdateIssue:
    return UpdateIssue(
        key=key,
        number=number,
        title=title,
        body=body,
        labels=labels,
        state="closed",
        state_reason="completed",
        fields=("state",),
        why="an entry of the journal counts closed",
    )


def _told(why: list[str]) -> str:
    more = len(why) - _TOLD
    return "; ".join(why[:_TOLD]) + (f"; and {more} more" if more > 0 else "")
