"""What people write: bodies, comments, forms, events. Read in time, and nothing raises."""

import json
import re
from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import chain
from math import inf
from typing import Any, NamedTuple
from unicodedata import category

import pytest
from hostile.linear_time import in_proportion
from hypothesis import given
from hypothesis import strategies as st

from bot import templating
from bot.action.event import requested_activity
from bot.action.inputs import ActionCommand, read_inputs
from bot.planning import ledger, marker
from bot.planning.labels import key_in
from bot.progress import command_log, evidence_links, issue_form_answers, parse_command, quantities
from bot.progress.commands import slash_commands
from bot.reports import readme_block

SIZE = 16_000  # characters; GitHub takes at most 65,536 in a body or comment
MONDAY = date(2026, 1, 5)
BLOCK = f"{readme_block.BEGIN}\nblock\n{readme_block.END}"
WEB = "https://github.com"
MOST_LINKS = 20


class Reader(NamedTuple):
    """Reads a text; `right` says of what it was given and what came of it whether that fits."""

    read: Callable[[str], Any]
    right: Callable[[str, Any], bool]


def _written_again(found: marker.MarkedBody) -> marker.Marker | None:
    """The marker that is found in a body in which it was written anew."""
    again = marker.find(found.with_marker(found.marker))
    return again.marker if again else None


def stored(found: command_log.CommandLog) -> int:
    """How many entries it has, understood or not."""
    return len(found.entries) + len(found.unread)


READERS = {
    "commands": Reader(
        parse_command.read_commands,
        lambda _, found: (
            len(found) <= parse_command.MOST + 1
            and all((one.word in slash_commands()) == one.known for one in found)
        ),
    ),
    "a command somewhere": Reader(
        lambda text: parse_command.BEGINNING.search(text.replace("\r", "\n")),
        lambda text, found: found is not None or parse_command.read_commands(text) == (),
    ),
    "a marker": Reader(
        marker.find, lambda _, found: found is None or _written_again(found) == found.marker
    ),
    "a ledger": Reader(
        ledger.find_ledger,
        lambda text, found: ledger.find_ledger(ledger.with_ledger(text, found)) == found,
    ),
    "another ledger": Reader(
        lambda text: ledger.with_ledger(text, ledger.Ledger()),
        lambda _, found: ledger.find_ledger(found) == ledger.Ledger(),
    ),
    "a memory": Reader(
        command_log.find_log,
        lambda text, found: (
            stored(found) == stored(command_log.find_log(command_log.with_log(text, found)))
        ),
    ),
    "another memory": Reader(
        lambda text: command_log.with_log(text, command_log.CommandLog()),
        lambda _, found: command_log.find_log(found) == command_log.CommandLog(),
    ),
    "the text as it counts": Reader(
        marker.normalized, lambda _, found: marker.normalized(found) == found
    ),
    "boxes": Reader(
        lambda text: [found[0] for found in marker.BOX.finditer(text)],
        lambda text, found: len(found) <= text.count("[") and "\n" not in "".join(found),
    ),
    "buttons": Reader(
        lambda text: [found[1] for found in marker.BUTTON.finditer(text)],
        lambda text, found: len(found) <= text.count("press {") and "\n" not in "".join(found),
    ),
    "a form": Reader(
        issue_form_answers.sections,
        lambda text, found: (
            all(value.strip() == value != "" for _, value in found)
            and sum(map(len, chain(*found))) <= len(text)
        ),
    ),
    "links": Reader(
        lambda text: evidence_links.links(text, WEB),
        lambda _, found: (
            len(set(found)) == len(found) <= MOST_LINKS
            and all(link.startswith("https://") for link in found)
        ),
    ),
    "evidence": Reader(
        lambda text: list(evidence_links.candidates(text, WEB, "a/b")),
        lambda _, found: len({one.url for one in found}) == len(found) <= MOST_LINKS,
    ),
    "neutral text": Reader(
        templating.neutralize,
        lambda _, found: not re.search(r"<[A-Za-z/!?]|@[A-Za-z0-9]|#\d", found),
    ),
    "a link's words": Reader(
        lambda text: templating.link(text, text),
        # One link, on one line, whatever its words and its address hold.
        lambda text, found: (
            "\n" not in found and re.sub(r"\\.", "", found).count("](<") == bool(text)
        ),
    ),
    "a cell": Reader(templating.cell, lambda _, found: not re.search(r"\n|(?<!\\)\|", found)),
    "hours": Reader(quantities.hours, lambda _, found: found is None or 0 <= found[0] < inf),
    "a pause": Reader(
        lambda text: quantities.until(text, MONDAY),
        lambda text, found: found is None or found >= MONDAY or found.isoformat() in text,
    ),
    "a pace": Reader(
        quantities.pace,
        lambda _, found: found is None or (found.hours is None) != (found.months is None),
    ),
    "a README": Reader(
        lambda text: readme_block.with_block(text, BLOCK),
        lambda _, found: (
            found is None
            or (readme_block.has_block(found) and readme_block.with_block(found, BLOCK) is None)
        ),
    ),
}


def misread(text: str) -> list[str]:
    """What comes of a text as it must not."""
    return [name for name, (read, right) in READERS.items() if not right(text, read(text))]


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
    read = READERS[reader].read
    slow = [
        (atom, before)
        for atom in ATOMS
        for before in ("", "1", "/log ", "<!-- milepost:end {", "- [ ] ")
        if not in_proportion(read, partial(_repeated, atom, before), SIZE)
    ]
    assert slow == []


A_LINE = "- [ ] a word and a [link](https://a.b/c) \u202e\n"


def _lines(n: int) -> str:
    return A_LINE * (n // len(A_LINE))


@pytest.mark.parametrize(
    ("reader", "comes"),
    [
        ("commands", ()),
        ("a marker", None),
        ("a memory", command_log.CommandLog()),
        ("a form", (("", _lines(10_000_000).strip()),)),
        ("links", ("https://a.b/c",)),
    ],
    ids=["commands", "a marker", "a memory", "a form", "links"],
)
def test_ten_megabytes_are_read_in_proportion_and_rightly(reader: str, comes: object) -> None:
    found: list[object] = []
    assert in_proportion(lambda text: found.append(READERS[reader].read(text)), _lines, 10_000_000)
    assert found[0] == comes


WILD = st.lists(st.sampled_from(ATOMS) | st.text(max_size=5), max_size=40).map("".join)


@given(WILD)
def test_whatever_is_written_is_read_as_it_should_be(text: str) -> None:
    assert misread(text) == []


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
DEEP = "[" * 30_000 + "]" * 30_000  # as deep as a body has room for
KINDS = ("end", "memory", "ledger", "press")


@given(st.sampled_from(KINDS), st.dictionaries(NAMES, JSON, max_size=8))
def test_a_forged_comment_of_ours_is_one_or_none(kind: str, content: dict[str, Any]) -> None:
    assert misread(_forged(kind, marker.safe_json(content))) == []


def _forged(kind: str, content: str) -> str:
    return f"{marker.BEGIN}\nours\n<!-- milepost:{kind} {content} -->"


@given(NAMES, JSON)
def test_a_forged_entry_is_kept_and_nothing_comes_of_it_that_is_none(name: str, value: Any) -> None:
    entry = {"id": 1, "at": "2026-01-05T09:00:00Z", "by": "a", "do": "log", "hours": 1, name: value}
    read = command_log.find_log(
        f"<!-- milepost:memory {json.dumps({'v': 1, 'entries': [entry]})} -->"
    )
    assert stored(read) == 1
    assert stored(command_log.find_log(command_log.with_log("", read))) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "content",
    [
        '{"v":1,"entries":' + DEEP + "}",
        '{"v":1,"key":"task:a","title":' + DEEP + "}",
        '{"a":' * 10_000 + "1" + "}" * 10_000,
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
        "{" + "\\" * 60_000 + "}",
    ],
    ids=lambda content: content[:40],
)
def test_json_that_is_made_to_hurt_is_nothing_of_ours(kind: str, content: str) -> None:
    text = _forged(kind, content)
    assert misread(text) == []
    assert marker.find(text) is None
    assert ledger.find_ledger(text) == ledger.Ledger()
    # What is odd about some is their time alone, and that does no harm.
    assert {entry.command.do for entry in command_log.find_log(text).entries} <= {"start"}


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
def test_an_event_asks_for_a_look_or_a_plan_or_nothing(
    event: str, payload: dict[str, Any], thing: Any
) -> None:
    names = ("action", "sender", "comment", "issue", "repository", "commits", "pull_request", "ref")
    given = [payload | {name: thing} for name in names]
    found = [
        requested_activity(event, one, read_inputs({}))
        for one in (*given, dict.fromkeys(names, thing))
    ]
    planned = ActionCommand.PLAN if event == "pull_request" else ActionCommand.SYNC
    assert {one.what for one in found} <= {None, planned}
    assert all(one.why for one in found)
    assert event == "pull_request" or {one.pull for one in found} == {None}


def test_a_label_that_is_made_to_hurt() -> None:
    assert in_proportion(key_in, lambda n: "· milepost " * (n // 11), SIZE)


@given(WILD)
def test_nothing_written_gets_out_of_its_place(text: str) -> None:
    """No comment of ours can be forged through a title, and no control sign reaches a page."""
    shown = templating.neutralize(text)
    assert "<!--" not in shown
    assert "\u202e" not in shown
    assert not [c for c in templating.printable(text) if category(c) == "Cc" and c != "\n"]
