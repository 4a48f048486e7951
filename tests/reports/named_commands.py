"""Commands that a report names: each can be written just so, and is understood."""

import re

from bot.planning.desired_state import SUMMARY_KEY
from bot.progress.command import CommandContext
from bot.progress.parse_command import parse_command, read_commands
from bot.progress.path import LearningPath

IN_TEXT = re.compile(r"`(/\w[^`]*)`")
IN_TERMINAL = re.compile(r"^  (/\w.*?) {2,}", re.MULTILINE)
ON_WORK = {"move", "skip", "done", "log"}


def understood(seen: LearningPath, text: str) -> set[str]:
    """The words of the commands that `text` names; fails when one would not be understood."""
    words = set()
    for line in (*IN_TEXT.findall(text), *IN_TERMINAL.findall(text)):
        (requested,) = read_commands(line)
        assert requested.known, line
        words.add(requested.word)
        named_only = requested.rest in {"", "until DATE"} and requested.word != "replan"
        if not named_only:
            parse_command(requested, _place(seen, requested.word))
    return words


def _place(seen: LearningPath, word: str) -> CommandContext:
    work = seen.progress.work[0]
    key = work.key if word in ON_WORK else SUMMARY_KEY
    return CommandContext(path=seen, key=key, today=seen.today)
