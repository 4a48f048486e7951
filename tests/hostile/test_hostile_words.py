"""What people write: bodies, comments, forms, events. Read in time, and nothing raises."""

import json
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from unicodedata import category

import pytest
from hostile.pace import in_proportion
from hypothesis import given
from hypothesis import strategies as st

from bot import templating
from bot.action.activity import activity
from bot.action.inputs import inputs
from bot.planning import marker, memory
from bot.planning.labels import key_in
from bot.progress import amounts, commands, formbody, links
from bot.reports import readme
from bot.usecases.inbox import _COMMAND

SIZE = 32_000  # characters; GitHub takes at most 65,536 in a body or comment
WEB = "https://github.com"
READERS: dict[str, Callable[[str], object]] = {
    "commands": commands.read_commands,
    "a command somewhere": lambda text: list(_COMMAND.finditer(text)),
    "a marker": marker.find,
    "a ledger": marker.find_ledger,
    "another ledger": lambda text: marker.with_ledger(text, marker.Ledger()),
    "a memory": memory.find_memory,
    "another memory": lambda text: memory.with_memory(text, memory.Memory()),
    "the text as it counts": marker.normal,
    "boxes": lambda text: list(marker.BOX.finditer(text)),
    "buttons": lambda text: list(marker.BUTTON.finditer(text)),
    "a form": formbody.sections,
    "links": lambda text: links.links(text, WEB),
    "evidence": lambda text: list(links.candidates(text, WEB, "a/b")),
    "neutral text": templating.neutral,
    "a link's words": lambda text: templating.link(text, text),
    "a cell": templating.cell,
    "hours": amounts.hours,
    "a pause": lambda text: amounts.until(text, date(2026, 1, 5)),
    "a pace": amounts.pace,
    "a README": lambda text: readme.with_block(text, "block"),
}  # fmt: skip
ATOMS = (
    "/", "/log ", "\n/", "\n\n", " ", "\t", "\n \n", "\r", "`", "``", "~~~\n", "<!--", "-->",
    "-", "<!-- milepost:begin -->", "<!-- milepost:end {", "<!-- milepost:end {} -->",
    "<!-- milepost:memory {", "<!-- milepost:ledger {} -->", "\n<!-- milepost:memory {} -->",
    "<!-- milepost:press {", "- [ ] ", "- [x] a\n", "> ", "1", "1.", "### ", "### a\n", "[",
    "![", "](", "![a](", "https://", "http://a.b/", "(", "@a", "#1", "GH-", "<a", "\\", "|",
    "# ", "<h1>", "</h1>", "\u202e", "\u200b", "\x00", "\ud800", "1h", "1 h and ", "\xe9",
)  # fmt: skip


def _repeated(atom: str, before: str, n: int) -> str:
    return before + atom * (n // len(atom)) + "!"


@pytest.mark.parametrize("reader", READERS)
def test_words_are_read_in_proportion_to_their_number(reader: str) -> None:
    """One atom over and over; behind words; and what never ends before what it begins."""
    read = READERS[reader]
    slow = [
        (atom, before)
        for atom in ATOMS
        for before in ("", "1", "/log ", "<!-- milepost:end {", "- [ ] ")
        if not in_proportion(read, partial(_repeated, atom, before), SIZE)
    ]
    assert slow == []


@pytest.mark.parametrize("reader", ["commands", "a marker", "a memory", "a form", "links"])
def test_ten_megabytes_are_no_hang(reader: str) -> None:
    READERS[reader]("- [ ] a word and a [link](https://a.b/c) \u202e\n" * 220_000)


WILD = st.lists(st.sampled_from(ATOMS) | st.text(max_size=5), max_size=40).map("".join)


@given(WILD)
def test_nothing_that_is_written_raises(text: str) -> None:
    for read in READERS.values():
        read(text)


NAMES = st.text(max_size=4) | st.sampled_from((
    "v", "key", "title", "body", "labels", "milestone", "due", "state", "starter", "made",
    "seen", "entries", "merged", "id", "n", "at", "by", "do", "hours", "note", "why", "skill",
    "value", "last", "days", "url", "kind",
))  # fmt: skip
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)
DEEP = "[" * 200_000 + "]" * 200_000
KINDS = ("end", "memory", "ledger", "press")


@given(st.sampled_from(KINDS), st.dictionaries(NAMES, JSON, max_size=8))
def test_a_forged_comment_of_ours_raises_nothing(kind: str, content: dict[str, Any]) -> None:
    text = f"{marker.BEGIN}\nours\n<!-- milepost:{kind} {marker.safe_json(content)} -->"
    for read in READERS.values():
        read(text)


@given(NAMES, JSON)
def test_a_forged_entry_raises_nothing(name: str, value: Any) -> None:
    entry = {"id": 1, "at": "2026-01-05T09:00:00Z", "by": "a", "do": "log", "hours": 1, name: value}
    read = memory.find_memory(
        f"<!-- milepost:memory {json.dumps({'v': 1, 'entries': [entry]})} -->"
    )
    memory.with_memory("", read)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "content",
    [
        '{"v":1,"entries":' + DEEP + "}",
        '{"v":1,"key":"task:a","title":' + DEEP + "}",
        '{"a":' * 200_000 + "1" + "}" * 200_000,
        '{"v":1,"entries":[{"id":' + "9" * 10_000 + "}]}",
        '{"v":1,"entries":[{"id":1e999,"at":1e999,"by":"a","do":"log","hours":NaN}]}',
        '{"v":1,"merged":[' + "9" * 10_000 + '],"entries":[]}',
        '{"v":1,"merged":[1e999],"entries":[]}',
        '{"v":1,"merged":5,"entries":{}}',
        '{"v":1,"entries":5}',
        '{"v":1,"entries":[{"id":1,"at":"9999-12-31T23:59:59-23:59","by":"a","do":"start"}]}',
        '{"v":1,"entries":[{"id":1,"at":"0001-01-01T00:00:00+23:59","by":"a","do":"start"}]}',
        '{"v":1,"made":["\\ud800"],"seen":"0001-01-01"}',
        '{"v":1,"key":"\\ud800","title":"a","body":"b"}',
        "{" + "\\" * 100_000 + "}",
    ],
    ids=lambda content: content[:40],
)
def test_json_that_is_made_to_hurt_raises_nothing(kind: str, content: str) -> None:
    text = f"{marker.BEGIN}\nours\n<!-- milepost:{kind} {content} -->"
    for read in READERS.values():
        read(text)


EVENTS = (
    "issues",
    "issue_comment",
    "push",
    "pull_request",
    "label",
    "milestone",
    "schedule",
    "",
    "x",
)


@given(st.sampled_from(EVENTS), st.dictionaries(st.text(max_size=5), JSON, max_size=4), JSON)
def test_no_event_raises(event: str, payload: dict[str, Any], thing: Any) -> None:
    names = ("action", "sender", "comment", "issue", "repository", "commits", "pull_request", "ref")
    for name in names:
        activity(event, payload | {name: thing}, inputs({}))
        activity(event, dict.fromkeys(names, thing), inputs({}))


def test_a_label_that_is_made_to_hurt() -> None:
    assert in_proportion(key_in, lambda n: "· milepost " * (n // 11), SIZE)


@given(WILD)
def test_nothing_written_gets_out_of_its_place(text: str) -> None:
    """No comment of ours can be forged through a title, and no control sign reaches a page."""
    shown = templating.neutral(text)
    assert "<!--" not in shown
    assert "\u202e" not in shown
    assert not [c for c in templating.printable(text) if category(c) == "Cc" and c != "\n"]
