"""What a machine can hold of the voice: short sentences, no quaint words, help that is active."""

import re
from collections.abc import Iterator
from typing import Any

import messages
import pytest
import typer
from docs.pages import ROOT

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
MOST_WORDS = 32  # of a sentence; with more, nobody reads its end on a phone
USUAL_WORDS = 14  # on the mean
_PASSIVE = re.compile(r"(is|are|was|were|be|being|been|can be|will be) |\w+ed by ", re.IGNORECASE)
_END = re.compile(r"(?<=[.!?:])\s+|\n")


def sentences() -> Iterator[str]:
    """Every sentence that people read, with a word for each value."""
    for message in messages.template():
        for text in messages._forms(message.id):
            plain = re.sub(r"`[^`]*`|%\(\w+\)s|</?\w[^>]*>", "x", text)
            yield from filter(None, _END.split(plain))


def helps(command: Any, path: str = "milepost") -> Iterator[tuple[str, str]]:
    """The help of a command, of its options and of its commands."""
    yield path, command.help or ""
    for parameter in command.params:
        yield f"{path} {parameter.opts[-1]}", getattr(parameter, "help", None) or ""
    for name, one in getattr(command, "commands", {}).items():
        yield from helps(one, f"{path} {name}")


HELPS = dict(helps(typer.main.get_command(app)))


def test_no_sentence_is_long() -> None:
    counts = {text: len(text.split()) for text in sentences()}
    assert not [text for text, count in counts.items() if count > MOST_WORDS]
    assert sum(counts.values()) / len(counts) <= USUAL_WORDS


def test_no_sentence_has_a_phrase_that_a_native_speaker_would_not_write() -> None:
    assert not [text for text in sentences() if BANNED.search(text)]


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
