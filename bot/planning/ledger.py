"""The ledger: which objects were ever made, so that what the learner deleted is not made again.

It is a hidden comment at the end of the summary issue, and remembers labels as well, which have no
body for a marker:

    <!-- milepost:ledger {"v":2,"made":"3:...","labels":{"kind:course":"..."}} -->

Each object is a number of 32 bits out of its key. Sorted, their distances are about equal and take
20 to 25 bits each by Golomb-Rice coding, packed as `packing.py` says. 10,000 tasks with all that
belongs to them take 24,000 characters; version 1, a list of hex digits, took 227,000.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, Self

from pydantic import Field, TypeAdapter

from bot.planning.marker import LEDGER, LEDGER_TEXT, Key, digest, safe_json
from bot.planning.packing import pack_bits, unpack_bits
from bot.planning.reading_record import ReadingRecord, read_record
from bot.planning.snapshot import FrozenModel

SPACE = 1 << 32
_OWN = frozenset(
    {"v", "made", "labels", "seen", "writers", "refused", "closed", "bots", "reading", "started"}
)
_READ_APART = frozenset({"v", "made", "refused", "reading", "started"})
MOST_DAYS = 28  # between two tries of what GitHub refused


class RefusedChange(FrozenModel):
    """What was refused, why, how often it was tried, and last on which day.

    `text` is the hash of what was sent where its text was the reason, `locked` the number of the
    issue that is locked, `pull` that of the pull request on which the token may not write, 0 for
    none. `first` is the day of the first try.
    """

    what: str
    why: str
    tries: int = 1
    tried: date
    text: str = ""
    locked: int = 0
    pull: int = 0
    first: date | None = None

    @property
    def next_try(self) -> date:
        """Return the day of the next try, in the learner's zone."""
        return self.tried + timedelta(days=min(2 ** (self.tries - 1), MOST_DAYS))


_REFUSED = TypeAdapter(dict[str, RefusedChange])


class Ledger(FrozenModel):
    """Numbers of the keys of all objects ever made, and per label key what we last wrote of it.

    `seen` is the day of the last run that read comments and had none to answer: the next one asks
    for those since then. `writers` are the ids of the accounts that the path was written by.
    `refused` are the changes that GitHub did not take, by identity, `closed` (aware, UTC) and
    `bots` those of `Closings`. `reading` is how the guide was read, where the path is one as it is.
    `started` is the first day of the path, where the settings leave it to the first run.
    `more` holds fields that this program does not know, as JSON.
    """

    v: Literal[2] = 2
    made: frozenset[int] = frozenset()
    labels: dict[Key, str] = Field(default_factory=dict)
    seen: date | None = None
    writers: frozenset[int] = frozenset()
    refused: dict[str, RefusedChange] = Field(default_factory=dict)
    closed: datetime | None = None
    bots: dict[int, str] = Field(default_factory=dict)
    reading: ReadingRecord | None = None
    started: date | None = None
    more: dict[str, str] = Field(default_factory=dict)

    def has(self, key: Key) -> bool:
        """Return whether an object with this key was ever made."""
        return _number(key) in self.made

    def adding(self, keys: Iterable[Key], labels: dict[Key, str], seen: date | None = None) -> Self:
        """Return it with these keys made, these labels written and comments read on that day."""
        return self.model_copy(
            update={
                "made": self.made | {_number(key) for key in keys},
                "labels": {**self.labels, **labels},
                "seen": seen or self.seen,
            }
        )

    def without(self, keys: Iterable[Key]) -> Self:
        """Return it with these keys never made and no first day: what comes next begins anew.

        What was last written of labels stays known.
        """
        made = self.made - {_number(key) for key in keys}
        return self.model_copy(update={"made": made, "started": None})

    def comment(self) -> str:
        """Return the hidden comment. Sorted, so that equal ledgers are equal bytes."""
        fields = {
            "v": str(self.v),
            "made": f'"{_pack(self.made)}"',
            "labels": safe_json(dict(sorted(self.labels.items()))),
            **({"seen": safe_json(self.seen.isoformat())} if self.seen else {}),
            **({"writers": safe_json(sorted(self.writers))} if self.writers else {}),
            **({"refused": safe_json(_dumped(self.refused))} if self.refused else {}),
            **({"closed": f'"{self.closed:%Y-%m-%dT%H:%M:%SZ}"'} if self.closed else {}),
            **({"bots": safe_json(dict(sorted(self.bots.items())))} if self.bots else {}),
            **({"reading": self.reading.as_json()} if self.reading else {}),
            **({"started": safe_json(self.started.isoformat())} if self.started else {}),
            **dict(sorted(self.more.items())),
        }
        content = ",".join(f"{safe_json(name)}:{value}" for name, value in fields.items())
        return f"<!-- milepost:ledger {{{content}}} -->"


def find_ledger(body: str) -> Ledger:
    """Return the ledger in the summary issue's body; an empty one when it is missing or damaged."""
    found = LEDGER_TEXT.search(body.replace("\r\n", "\n"))
    return Ledger() if found is None else _parsed(found[1])


@lru_cache(maxsize=16)  # a run reads it some three times
def _parsed(text: str) -> Ledger:
    """Return the ledger with this JSON; an empty one where it is damaged."""
    try:
        return _read(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return Ledger()


def spare_room(body: str) -> int:
    """Return how many characters of the summary issue's body make way where room is needed.

    They are those of the curriculum in its ledger, which can be read from the guide again.
    """
    reading = find_ledger(body).reading
    return len(reading.packed) if reading else 0


def with_ledger(body: str, ledger: Ledger) -> str:
    """Return `body` with this ledger as its last line, in place of any other."""
    rest = LEDGER.sub("", body.replace("\r\n", "\n")).rstrip()
    return f"{rest}\n\n{ledger.comment()}"


def _dumped(refused: dict[str, RefusedChange]) -> dict[str, Any]:
    return {
        name: one.model_dump(mode="json", exclude_defaults=True)
        for name, one in sorted(refused.items())
    }


@lru_cache(maxsize=8192)  # a run asks for all of its path several times
def _number(key: Key) -> int:
    return int(digest(key)[:8], 16)


def _read(content: dict[str, Any]) -> Ledger:
    """Return a ledger of either version. Raises ValueError, or what another shape leads to."""
    if content.get("v", 1) == 1:
        made = frozenset(int(text[:8], 16) for text in content["made"])
    else:
        made = _unpack(content["made"])
    given = {name: content[name] for name in _OWN - _READ_APART if name in content}
    more = {name: safe_json(value) for name, value in content.items() if name not in _OWN}
    try:
        refused = _REFUSED.validate_python(content.get("refused", {}))
    except ValueError:  # each is tried again
        refused = {}
    apart = {"v": 2, "made": made, "refused": refused, "reading": read_record(content)}
    apart |= {"started": _read_day(content.get("started"))}
    return Ledger.model_validate({**given, **apart, "more": more})


def _read_day(value: object) -> date | None:
    """Return a day; None for a damaged one, which the milestones then tell."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _pack(numbers: frozenset[int]) -> str:
    """Return their count, a colon, and the distances between them as described above."""
    width = _width(len(numbers))
    bits: list[str] = []
    before = -1
    for number in sorted(numbers):
        high, low = divmod(number - before - 1, 1 << width)
        bits.append("1" * high + "0" + (f"{low:0{width}b}" if width else ""))
        before = number
    return f"{len(numbers)}:{pack_bits(''.join(bits))}"


def _unpack(text: str) -> frozenset[int]:
    """Return the numbers that `_pack` wrote. Raises ValueError when the text is damaged."""
    count, _, packed = text.partition(":")
    bits = unpack_bits(packed)
    width, at, before = _width(int(count)), 0, -1
    numbers: set[int] = set()
    for _ in range(min(int(count), len(bits))):
        end = bits.index("0", at)
        low = bits[end + 1 : end + 1 + width]
        before += 1 + ((end - at) << width) + int(low or "0", 2)
        at = end + 1 + width
        numbers.add(before)
    if len(numbers) != int(count) or at > len(bits) or before >= SPACE:
        raise ValueError("it is cut off")
    return frozenset(numbers)


def _width(count: int) -> int:
    """Return how many bits of a distance are written as they are; the rest is counted."""
    return (SPACE // max(count, 1)).bit_length() - 1
