"""The memory: what the learner said, kept as a hidden comment in the issue it is about.

    <!-- milepost:memory {"v":1,"entries":[{"id":17,"at":"2026-01-05T09:00:00Z",...}]} -->

One entry for each command obeyed, with the id of its comment and the command's place in it, so that
a comment is acted on once even when its mark, a reaction, was lost. What concerns the whole path,
or an issue that is not ours, stands in the summary issue.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, Literal, Self

from pydantic import ConfigDict, TypeAdapter, ValidationError

from bot.planning.intents import FINISHES, STATES, AcceptedCommand, Count, Intent, Log, Reopen
from bot.planning.marker import LEDGER, MEMORY, Key, safe_json
from bot.planning.observed import Observed
from bot.planning.snapshot import Frozen, IssueState

ROOM = 20_000
INTENT: TypeAdapter[Intent] = TypeAdapter(Intent, config=ConfigDict(defer_build=True))


class Entry(Frozen):
    """One thing said: the id of its comment (0 for a button), when (aware, UTC), by whom, what.

    `n` is the command's place among those of its comment, from 0.
    """

    id: int
    n: int = 0
    at: datetime
    by: str
    intent: Intent

    @classmethod
    def of(cls, deed: AcceptedCommand, n: int = 0) -> Self:
        """The entry that keeps a deed."""
        at = deed.at.replace(microsecond=0)
        return cls(id=deed.comment, n=n, at=at, by=deed.by, intent=deed.intent)

    def flat(self) -> dict[str, Any]:
        """As it stands in the comment: one level, defaults left out."""
        intent = self.intent.model_dump(mode="json", exclude_defaults=True)
        at = f"{self.at:%Y-%m-%dT%H:%M:%SZ}"
        place = {"n": self.n} if self.n else {}
        return {"id": self.id, **place, "at": at, "by": self.by, "do": self.intent.do, **intent}


class Memory(Frozen):
    """The entries of one issue, oldest first. `merged` are ids folded away.

    `unread` are entries that this version does not understand, as JSON: kept word for word.
    """

    v: Literal[1] = 1
    entries: tuple[Entry, ...] = ()
    merged: tuple[int, ...] = ()
    unread: tuple[str, ...] = ()

    def knows(self, comment: int) -> bool:
        """Whether this comment was acted on."""
        return comment in self.merged or any(number == comment for number, _ in self._places())

    def has(self, comment: int, n: int) -> bool:
        """Whether this command of this comment was obeyed."""
        return comment in self.merged or (comment, n) in self._places()

    def _places(self) -> Iterator[tuple[Any, Any]]:
        """Comment and place in it of all entries, those of a newer version among them."""
        yield from ((entry.id, entry.n) for entry in self.entries)
        for text in self.unread:
            item = json.loads(text)
            if isinstance(item, dict):
                yield item.get("id"), item.get("n", 0)

    @property
    def closing(self) -> Entry | None:
        """What was said last of open and closed, when that closes the issue."""
        last = next((e for e in reversed(self.entries) if isinstance(e.intent, STATES)), None)
        return None if last is None or isinstance(last.intent, Reopen) else last

    def adding(self, entries: Iterable[Entry]) -> Self:
        """With these entries, too; those of commands it has are left out."""
        new = [e for e in entries if not (e.id and self.has(e.id, e.n))]
        every = sorted((*self.entries, *new), key=_order)
        return self.model_copy(update={"entries": tuple(every)})

    def comment(self) -> str:
        """The hidden comment; empty when there is nothing to remember."""
        if not (self.entries or self.unread):
            return ""
        return f"<!-- milepost:memory {safe_json(_compact(self))} -->"


def find_memory(body: str) -> Memory:
    """The memory in an issue's body; an empty one when there is none.

    An entry that cannot be read (a newer version wrote it, or somebody edited it) has no effect and
    stays as it is.
    """
    found = MEMORY.search(body.replace("\r\n", "\n"))
    if found is None:
        return Memory()
    try:
        content = json.loads(found[1])
        raw = content["entries"] if content.get("v") == 1 else []
        merged = tuple(int(number) for number in content.get("merged", ()))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return Memory()
    found_entries = [(item, _read(item)) for item in raw] if isinstance(raw, list) else []
    return Memory(
        entries=tuple(entry for _, entry in found_entries if entry is not None),
        merged=merged,
        unread=tuple(safe_json(item) for item, entry in found_entries if entry is None),
    )


def with_memory(body: str, memory: Memory) -> str:
    """`body` with this memory in place of any other, before the ledger where there is one."""
    rest = MEMORY.sub("", body.replace("\r\n", "\n")).rstrip()
    comment = memory.comment()
    if not comment:
        return rest
    ledger = LEDGER.search(rest)
    if ledger is None:
        return f"{rest}\n\n{comment}"
    head, tail = rest[: ledger.start()].rstrip(), rest[ledger.start() :].lstrip("\n")
    return f"{head}\n\n{comment}\n\n{tail}"


def memories(observed: Observed) -> dict[Key, Memory]:
    """What is remembered in each issue of ours, by its key."""
    found = {key: find_memory(ours.state.body) for key, ours in observed.issues.items()}
    return {key: memory for key, memory in found.items() if memory.entries or memory.unread}


def closed_at(issue: IssueState) -> datetime | None:
    """When an issue was closed (aware); None while it is open.

    What a command closed counts from when the command was written, however late it was obeyed; what
    was closed by hand, from when it was closed. Who opens by hand what a command closed and closes
    it once more keeps the time of the command, for lists do not tell who closed.
    """
    closed = issue.closed_at
    if issue.state == "open" or closed is None:
        return None
    every = reversed(find_memory(issue.body).entries)
    last = next((e for e in every if isinstance(e.intent, STATES) and e.at <= closed), None)
    if last is None or isinstance(last.intent, Reopen):
        return closed
    return last.at if isinstance(last.intent, FINISHES) == issue.finished else closed


def _order(entry: Entry) -> tuple[datetime, int, int]:
    return entry.at, entry.id, entry.n


def _read(item: Any) -> Entry | None:
    """An entry; None when this version cannot read it."""
    try:
        rest = {k: v for k, v in item.items() if k not in {"id", "n", "at", "by"}}
        intent = INTENT.validate_python(rest)
        n = item.get("n", 0)
        return Entry(id=item["id"], n=n, at=item["at"], by=item["by"], intent=intent)
    except (ValidationError, KeyError, TypeError, AttributeError):
        return None


def _compact(memory: Memory) -> dict[str, Any]:
    """The JSON; where it would grow too long, hours and counts of a week are added up."""
    unread = [json.loads(text) for text in memory.unread]
    full = {"v": memory.v, "entries": [*(e.flat() for e in memory.entries), *unread]}
    if memory.merged:
        full["merged"] = list(memory.merged)
    if len(json.dumps(full)) <= ROOM:
        return full
    added = _added_up(memory)
    return {
        "v": 1,
        "entries": [*(e.flat() for e in added.entries), *unread],
        "merged": list(added.merged),
    }


def _added_up(memory: Memory) -> Memory:
    def kind(entry: Entry) -> tuple[str, str, int, int]:
        year, week, _ = entry.at.isocalendar()
        what = entry.intent.metric if isinstance(entry.intent, Count) else ""
        return entry.intent.do, what, year, week

    sums = [e for e in memory.entries if isinstance(e.intent, Log | Count)]
    kept = [e for e in memory.entries if not isinstance(e.intent, Log | Count)]
    merged = list(memory.merged)
    for _, group in groupby(sorted(sums, key=kind), key=kind):
        *earlier, last = sorted(group, key=lambda e: e.at)
        merged += [e.id for e in earlier if e.id]
        kept.append(last.model_copy(update={"intent": _sum([*earlier, last])}))
    return Memory(entries=tuple(sorted(kept, key=_order)), merged=tuple(merged))


def _sum(entries: list[Entry]) -> Intent:
    first = entries[0].intent
    if isinstance(first, Count):
        amount = sum(e.intent.amount for e in entries if isinstance(e.intent, Count))
        return first.model_copy(update={"amount": amount})
    hours = sum(e.intent.hours for e in entries if isinstance(e.intent, Log))
    return Log(hours=round(hours, 2))
