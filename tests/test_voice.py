"""What a machine can hold of the voice: short sentences, no quaint words, help that is active."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import messages
import pytest
import typer
from docs.pages import PAGES, ROOT, name_of, tokens

from bot.cli.app import app

# A word for word list of what was once written here, and of what invites it.
BANNED = re.compile(
    r"what a way|drawn a thousand|half of the ways|they keep\b|are the most\b|names no\b|"
    r"\bwhoever\b|those you accompany|that are here\b|for everybody to see|wants no hurry|"
    r"be a github app|looked at on|fills your head|stand in the plan|stretch of the path|"
    r"\bnobody hurries|\bpray\b|\blest\b|\bhence\b|\bthus\b|\bupon\b|\bshall\b|\bought to\b|"
    r"\bin order to\b|\bplease note\b|\bsimply\b|\bunfortunately\b|\boops\b|\bsorry\b|"
    r"\bfailed to\b|\bunable to\b|\binvalid\b|\bshould you\b|\bmay it\b",
    re.IGNORECASE,
)
# What docs said beside that, in sentences that nobody would speak.
BANNED_IN_DOCS = re.compile(
    r"\bobey|\bwears?\b|\banew\b|\bof ours\b|\bwhom\b|what is left|is for nobody|"
    r"\bmend(s|ed)?\b|\bis told\b|wants more patience|asks? for patience",
    re.IGNORECASE,
)
MOST_WORDS = 32  # of a sentence; with more, nobody reads its end on a phone
MOST_WORDS_IN_DOCS = 40  # some list files or values
USUAL_WORDS = 14  # on the mean
_PASSIVE = re.compile(r"(is|are|was|were|be|being|been|can be|will be) |\w+ed by ", re.IGNORECASE)
_END = re.compile(r"(?<=[.!?:])\s+|\n")


def sentences() -> Iterator[str]:
    """Every sentence that people read, with a word for each value."""
    for message in messages.template():
        for text in messages.forms(message.id):
            plain = re.sub(r"`[^`]*`|%\(\w+\)s|</?\w[^>]*>", "x", text)
            yield from filter(None, _END.split(plain))


def helps(command: Any, path: str = "milepost") -> Iterator[tuple[str, str]]:
    """The help of a command, of its options and of its commands."""
    yield path, command.help or ""
    for parameter in command.params:
        yield f"{path} {parameter.opts[-1]}", getattr(parameter, "help", None) or ""
    for name, one in getattr(command, "commands", {}).items():
        yield from helps(one, f"{path} {name}")


# Not these: a-year.md is generated, the changelog lists what earlier versions said.
PROSE = [page for page in PAGES if page.name not in {"a-year.md", "CHANGELOG.md"}]


def prose(page: Path) -> Iterator[str]:
    """Every sentence of a page, with a word for each piece of code."""
    in_table = False
    for token in tokens(page):
        in_table = (in_table or token.type == "table_open") and token.type != "table_close"
        quotes_old_sentences = in_table and page.name == "CONTRIBUTING.md"
        if token.type == "inline" and not quotes_old_sentences:
            words = {"code_inline": "x", "softbreak": " ", "html_inline": ""}
            parts = (words.get(child.type, child.content) for child in token.children or ())
            yield from filter(None, _END.split("".join(parts)))


HELPS = dict(helps(typer.main.get_command(app)))


def test_no_sentence_is_long() -> None:
    counts = {text: len(text.split()) for text in sentences()}
    assert not [text for text, count in counts.items() if count > MOST_WORDS]
    assert sum(counts.values()) / len(counts) <= USUAL_WORDS


def test_no_sentence_has_a_phrase_that_a_native_speaker_would_not_write() -> None:
    assert not [text for text in sentences() if BANNED.search(text)]


@pytest.mark.parametrize("page", PROSE, ids=name_of)
def test_docs_are_written_in_the_voice(page: Path) -> None:
    found = list(prose(page))
    assert not [text for text in found if len(text.split()) > MOST_WORDS_IN_DOCS]
    assert not [text for text in found if BANNED.search(text) or BANNED_IN_DOCS.search(text)]


@pytest.mark.parametrize("name", HELPS)
def test_help_says_what_a_thing_does_and_not_what_is_done(name: str) -> None:
    text = HELPS[name]
    assert not _PASSIVE.match(text)
    assert not BANNED.search(text)


def test_the_guide_to_the_voice_has_forty_sentences_before_and_after() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text()
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", page.partition("| Not | But |")[2], re.MULTILINE)
    assert len(rows) >= 40
    assert not [after for _, after in rows if BANNED.search(after)]
