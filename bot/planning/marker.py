"""The marker: how an object in GitHub remembers that it is ours, which one, and what we last wrote.

A body (of an issue, or the description of a milestone) holds one region of ours:

    <!-- milepost:begin -->
    what we wrote
    <!-- milepost:end {"v":1,"id":"task:m01-ml-course",...} -->

Everything outside is the learner's. The JSON holds the id and a short hash of each field as we last
wrote it. A field whose hash no longer fits was changed by somebody else: that is drift, and kept.

The memory (`bot/progress/command_log.py`) is a second comment behind that: what the learner said.
The ledger (`ledger.py`) is a third, in the summary issue only: every object ever made.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Literal, NamedTuple

from pydantic import ConfigDict, ValidationError

from bot.errors import NewerFormatError
from bot.planning.snapshot import FrozenModel
from bot.templating import Markdown

BEGIN = "<!-- milepost:begin -->"
_END = re.compile(r"<!-- milepost:end (\{[^\n]*\}) -->")
# With the words first, for a pattern that begins with a line is tried at each character.
LEDGER_TEXT = re.compile(r"<!-- milepost:ledger (\{[^\n]*\}) -->")
MEMORY_TEXT = re.compile(r"<!-- milepost:memory (\{[^\n]*\}) -->")
LEDGER = re.compile(rf"(?<!\n)\n*+{LEDGER_TEXT.pattern}")
# Lines are eaten from the first on, once: tried from each of them they would take endless time.
MEMORY = re.compile(rf"(?<!\n)\n*+{MEMORY_TEXT.pattern}")
# The newest version of each comment that is read. `v` stands first, or is left out for 1.
NEWEST = {"end": 1, "memory": 1, "ledger": 2}
_VERSION = re.compile(r'<!-- milepost:(end|memory|ledger) \{(?:"v":(\d+))?')
_TICK = re.compile(r"^([ \t>]*(?:[-*+]|\d+[.)])[ \t]+)\[[xX]\]", re.MULTILINE)
# A task list item: what stands before the box, what is in it, and the words behind it.
BOX = re.compile(r"^([ \t>]*(?:[-*+]|\d+[.)])[ \t]+)\[([ xX])\][ \t]+(.*)$", re.MULTILINE)
# A box that asks for something when it is ticked; the JSON is a command.
BUTTON = re.compile(r"<!-- milepost:press (\{[^\n]*\}) -->")
# Behind a box that is ticked because the work that it stands for is done.
BY_WORK = Markdown("<!-- milepost:work -->")

Key = str
"""The id of anything we make: kind, colon, the curriculum's id, as `task:m01-ml-course`."""


def digest(text: str) -> str:
    """Return ten hex digits of SHA-256: enough to notice a change, short enough to store."""
    return sha256(text.encode()).hexdigest()[:10]


def normalized(text: str) -> str:
    """Return `text` for comparisons: Unix line ends, no trailing space, boxes unticked.

    Ticking a box is progress, not an edit. GitHub's web editor sends CRLF.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = "\n".join(map(str.rstrip, lines)).strip()
    return _TICK.sub(r"\1[ ]", text) if _has_ticks(text) else text


def count_ticks(text: str) -> int:
    """Return how many boxes are ticked."""
    return len(_TICK.findall(text)) if _has_ticks(text) else 0


def _has_ticks(text: str) -> bool:
    """Return whether there may be one: most texts have none, and the pattern tries each line."""
    return "[x]" in text or "[X]" in text


class Box(NamedTuple):
    """A box and the words behind it; `ticked` is what the learner did, not a button nor work."""

    text: str
    ticked: bool


def boxes_in(region: str) -> list[Box]:
    """Return the boxes in the order in which they stand."""
    return [
        Box(text=m[3].strip(), ticked=m[2] != " " and "<!-- milepost:" not in m[3])
        for m in BOX.finditer(region)
    ]


def carry_ticks(boxes: Sequence[Box], texts: Sequence[str]) -> list[bool]:
    """Return for each text whether the box that means it is ticked.

    That is the one with the same text. Where there is none and the boxes are as many, as when a
    text was translated or worded anew, it is the one in the same place, unless that is another's.
    """
    ticked, known = {box.text for box in boxes if box.ticked}, {box.text for box in boxes}
    aligned: Sequence[Box | None] = boxes if len(boxes) == len(texts) else [None] * len(texts)
    return [
        text in ticked or bool(box and box.ticked and text not in known and box.text not in texts)
        for text, box in zip(texts, aligned, strict=True)
    ]


class Marker(FrozenModel):
    """What the object remembers: `key`, and per field the hash of what we last wrote.

    `labels` holds a hash for each label we put on, `milestone` the key of the unit it was put in,
    `due` the day, which a journal entry has as it is, `state` the state as we last set it.
    `starter` is the hash of the text that was put behind the region for the learner to fill in,
    `answer` the option that the issue of a choice was closed for. `ticks` is how many boxes of the
    region we ticked ourselves. `writers` are, in a milestone, the ids of the accounts that the path
    is written by. Fields that are not known here are kept.
    """

    model_config = ConfigDict(extra="allow")

    v: Literal[1] = 1
    key: Key
    title: str
    body: str
    labels: tuple[str, ...] = ()
    milestone: Key | None = None
    due: str | None = None
    state: Literal["open", "closed"] = "open"
    starter: str | None = None
    answer: str = ""
    ticks: int = 0
    writers: tuple[int, ...] = ()


class MarkedBody(FrozenModel):
    """A body taken apart. `region` is None when the begin marker is gone or stands twice."""

    marker: Marker
    before: str
    region: str | None
    after: str

    @property
    def unchanged_outside(self) -> bool:
        """Return whether nothing stands outside the region but what we put there ourselves.

        Ledger and memory are nobody's text; a starter counts once it was filled in.
        """
        around = MEMORY.sub("", LEDGER.sub("", self.before + self.after)).strip()
        return not around or digest(normalized(around)) == self.marker.starter

    @property
    def edited(self) -> bool:
        """Return whether somebody changed the region, or wrote something outside it."""
        region = digest(normalized(self.region or ""))
        return region != self.marker.body or not self.unchanged_outside

    @property
    def ticked(self) -> bool:
        """Return whether somebody ticked or cleared a box in the region."""
        return count_ticks(self.region or "") != self.marker.ticks

    def with_region(self, region: str, marker: Marker) -> str:
        """Return the body with another region and marker; the text around them stays.

        Boxes that were ticked stay ticked; buttons do not.
        """
        texts = [box.text for box in boxes_in(region)]
        ticks = iter(carry_ticks(boxes_in(self.region or ""), texts))
        ticked_region = BOX.sub(lambda m: f"{m[1]}[x] {m[3]}" if next(ticks) else m[0], region)
        return self.before + wrap(ticked_region, marker) + self.after

    def with_marker(self, marker: Marker) -> str:
        """Return the body with another marker; every other byte stays."""
        region = "" if self.region is None else f"{BEGIN}\n{self.region}\n"
        return f"{self.before}{region}{_end_comment(marker)}{self.after}"


def wrap(region: str, marker: Marker) -> str:
    """A whole region with its markers."""
    return f"{BEGIN}\n{region}\n{_end_comment(marker)}"


def find(body: str) -> MarkedBody | None:
    """Return our region in `body`, or None when nothing there is ours.

    Of several end markers the first counts: a copy pasted below does not change whose issue it is.
    """
    text = body.replace("\r\n", "\n")
    end = _END.search(text)
    if end is None:
        return None
    marker = _parsed(end[1])
    if marker is None:
        return None
    head, tail = text[: end.start()], text[end.end() :]
    if head.count(BEGIN) != 1:
        return MarkedBody(marker=marker, before=head, region=None, after=tail)
    before, _, region = head.partition(BEGIN)
    return MarkedBody(marker=marker, before=before, region=region.strip("\n"), after=tail)


@lru_cache(maxsize=2048)  # a run reads each some three times
def _parsed(text: str) -> Marker | None:
    """Return the marker with this JSON; None where it is damaged."""
    try:
        return Marker.model_validate_json(text)
    except ValidationError:
        return None


def check_versions(text: str, where: str) -> None:
    """Raise NewerFormatError when a newer program wrote a comment of ours in `text`.

    Only for text by those who may write here, or a stranger could stop every run. Of several
    comments of one kind the first counts, as for `find`. `where` names the object for people.
    """
    checked: set[str] = set()
    for kind, version in _VERSION.findall(text):
        if kind not in checked and (len(version) > 4 or int(version or 1) > NEWEST[kind]):
            raise NewerFormatError(
                "a newer version of Milepost wrote this, in a format that this one can't read.",
                where=where,
                hint="Update the Action or the App. Nothing was written.",
            )
        checked.add(kind)


def _end_comment(marker: Marker) -> str:
    return (
        f"<!-- milepost:end {safe_json(marker.model_dump(mode='json', exclude_defaults=True))} -->"
    )


def safe_json(content: object) -> str:
    """Return compact JSON that cannot end an HTML comment."""
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return text.replace("--", "-\\u002d").replace("<", "\\u003c").replace(">", "\\u003e")


def button(stored: Mapping[str, object]) -> Markdown:
    """Return the hidden comment that makes a box a button for the command that is `stored` so."""
    return Markdown(f"<!-- milepost:press {safe_json(stored)} -->")
