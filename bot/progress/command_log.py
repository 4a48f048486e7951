"""The command log of an issue: a hidden comment with the commands that were accepted on it.

    <!-- milepost:memory {"v":1,"entries":[{"id":17,"at":"2026-01-05T09:00:00Z",...}]} -->

Each entry has the id of its comment and the command's place in it, so that a comment takes effect
once even when its mark, a reaction, is lost. Commands about the whole path, and those on an issue
that is not ours, are logged in the summary issue.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any, Literal, Self

from bot.planning.marker import LEDGER, MEMORY, MEMORY_TEXT, Key, safe_json
from bot.planning.observed_state import ObservedState
from bot.planning.snapshot import FrozenModel, IssueState
from bot.progress.command import Command
from bot.progress.commands import read_stored

ROOM = 20_000


class AcceptedCommand(FrozenModel):
    """A command that stands in no comment: on the issue `key`, when (aware, UTC), by whom."""

    command: Command
    key: Key
    at: datetime
    by: str


class Entry(FrozenModel):
    """A logged command: the id of its comment (0 for a button), when (aware, UTC), and by whom.

    `n` is the command's place among those of its comment, from 0.
    """

    id: int
    n: int = 0
    at: datetime
    by: str
    command: Command

    @classmethod
    def of(cls, accepted: AcceptedCommand) -> Self:
        """Return the entry that stores a command."""
        at = accepted.at.replace(microsecond=0)
        return cls(id=0, at=at, by=accepted.by, command=accepted.command)

    def flat(self) -> dict[str, Any]:
        """Return its JSON object: one level, defaults left out."""
        at = f"{self.at:%Y-%m-%dT%H:%M:%SZ}"
        place = {"n": self.n} if self.n else {}
        return {"id": self.id, **place, "at": at, "by": self.by, **self.command.stored()}


class CommandLog(FrozenModel):
    """The entries of one issue, oldest first.

    `merged` are the ids of comments whose entries were added up. `unread` are entries that this
    version does not understand, as JSON: they are written back word for word.
    """

    v: Literal[1] = 1
    entries: tuple[Entry, ...] = ()
    merged: tuple[int, ...] = ()
    unread: tuple[str, ...] = ()

    def knows(self, comment: int) -> bool:
        """Return whether a command of this comment is logged."""
        return comment in self.comments

    def has(self, comment: int, n: int) -> bool:
        """Return whether this command of this comment is logged."""
        return comment in self.merged or (comment, n) in self._places

    @cached_property
    def comments(self) -> frozenset[int]:
        """The ids of the comments of which a command is logged."""
        return frozenset((*self.merged, *(number for number, _ in self._places)))

    @cached_property
    def _places(self) -> frozenset[tuple[int, int]]:
        """Comment and place of each entry, of a newer version's entries, too."""
        return frozenset(self._read_places())

    def _read_places(self) -> Iterator[tuple[int, int]]:
        yield from ((entry.id, entry.n) for entry in self.entries)
        for text in self.unread:
            item = json.loads(text)
            if isinstance(item, dict) and isinstance(item.get("id"), int):
                n = item.get("n", 0)
                yield item["id"], n if isinstance(n, int) else -1

    @property
    def closing(self) -> Entry | None:
        """The last entry that changes the issue's state, when it closes the issue."""
        last = next((e for e in reversed(self.entries) if e.command.state_reason), None)
        return None if last is None or last.command.state_reason == "reopened" else last

    def adding(self, entries: Iterable[Entry]) -> Self:
        """Return the log with these entries added; commands it has already are left out."""
        new = [e for e in entries if not (e.id and self.has(e.id, e.n))]
        every = sorted((*self.entries, *new), key=_order)
        return self.model_copy(update={"entries": tuple(every)})

    def comment(self) -> str:
        """Return the hidden comment; empty for an empty log."""
        if not (self.entries or self.unread):
            return ""
        return f"<!-- milepost:memory {safe_json(_compact(self))} -->"


def find_log(body: str) -> CommandLog:
    """Return the log in an issue's body; an empty one when there is none.

    An entry that cannot be read (a newer version wrote it, or somebody edited it) has no effect and
    stays as it is.
    """
    found = MEMORY_TEXT.search(body.replace("\r\n", "\n"))
    return CommandLog() if found is None else _parsed(found[1])


@lru_cache(maxsize=1024)  # a run reads each log some ten times
def _parsed(text: str) -> CommandLog:
    """Return the log with this JSON; an empty one where it is damaged."""
    try:
        content = json.loads(text)
        raw = content["entries"] if content.get("v") == 1 else []
        merged = tuple(int(number) for number in content.get("merged", ()))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return CommandLog()
    found_entries = [(item, _read(item)) for item in raw] if isinstance(raw, list) else []
    return CommandLog(
        entries=tuple(entry for _, entry in found_entries if entry is not None),
        merged=merged,
        unread=tuple(safe_json(item) for item, entry in found_entries if entry is None),
    )


def with_log(body: str, log: CommandLog) -> str:
    """Return `body` with this log in place of any other, before the ledger if there is one."""
    rest = MEMORY.sub("", body.replace("\r\n", "\n")).rstrip()
    comment = log.comment()
    if not comment:
        return rest
    ledger = LEDGER.search(rest)
    if ledger is None:
        return f"{rest}\n\n{comment}"
    head, tail = rest[: ledger.start()].rstrip(), rest[ledger.start() :].lstrip("\n")
    return f"{head}\n\n{comment}\n\n{tail}"


def find_logs(observed: ObservedState) -> dict[Key, CommandLog]:
    """Return the log of each issue of ours that has one, by the issue's key."""
    found = {key: _parsed(text) for key, text in observed.memories.items()}
    return {key: log for key, log in found.items() if log.entries or log.unread}


def closed_at(issue: IssueState) -> datetime | None:
    """Return when an issue was closed (aware); None while it is open.

    An issue that a command closed counts from when the command was written, however late it ran.
    Opened and closed again by hand, it keeps the time of the command, for GitHub's lists do not say
    who closed an issue.
    """
    closed = issue.closed_at
    if not issue.settled or closed is None:
        return None
    every = reversed(find_log(issue.body).entries)
    last = next((e for e in every if e.command.state_reason and e.at <= closed), None)
    if last is None or last.command.state_reason == "reopened":
        return closed
    finished = last.command.state_reason == "completed"
    return last.at if finished == issue.finished else closed


def _order(entry: Entry) -> tuple[datetime, int, int]:
    return entry.at, entry.id, entry.n


def _read(item: Any) -> Entry | None:
    try:
        rest = {k: v for k, v in item.items() if k not in {"id", "n", "at", "by"}}
        command = read_stored(rest)
        n = item.get("n", 0)
        return Entry(id=item["id"], n=n, at=item["at"], by=item["by"], command=command)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _compact(log: CommandLog) -> dict[str, Any]:
    """Return the JSON; in a log that is too long, hours and counts of a week are added up."""
    unread = [json.loads(text) for text in log.unread]
    full = {"v": log.v, "entries": [*(e.flat() for e in log.entries), *unread]}
    if log.merged:
        full["merged"] = list(log.merged)
    if len(json.dumps(full)) <= ROOM:
        return full
    added = _added_up(log)
    return {
        "v": 1,
        "entries": [*(e.flat() for e in added.entries), *unread],
        "merged": list(added.merged),
    }


def _added_up(log: CommandLog) -> CommandLog:
    def kind(entry: Entry) -> tuple[str, str, int, int]:
        year, week, _ = entry.at.isocalendar()
        return entry.command.do, entry.command.sum_key or "", year, week

    sums = [e for e in log.entries if e.command.sum_key is not None]
    stored = [e for e in log.entries if e.command.sum_key is None]
    merged = list(log.merged)
    for _, group in groupby(sorted(sums, key=kind), key=kind):
        *earlier, last = sorted(group, key=lambda e: e.at)
        merged += [e.id for e in earlier if e.id]
        total = last.command.add([e.command for e in earlier])
        stored.append(last.model_copy(update={"command": total}))
    return CommandLog(entries=tuple(sorted(stored, key=_order)), merged=tuple(merged))
