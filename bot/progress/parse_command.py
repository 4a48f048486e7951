"""Slash commands: finds them in a comment. Pure, linear in the text, and never raises.

A command is the first thing on a line, behind three spaces at most, as Markdown allows them before
a paragraph. What stands in a code block, a quote or a hidden comment is no command, and neither is
a path such as /usr/bin. What a command means is for `bot/progress/understand.py`.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from bot.planning import intents
from bot.planning.snapshot import Frozen

MOST = 10  # commands of one comment that are obeyed
MAX_REST = 300  # characters behind a command that is not a journal's
_MAX_UNKNOWN = 20  # words of one comment that are compared with the commands' names
_NEAR = 0.6

_COMMAND = re.compile(r" {0,3}/([A-Za-z]{2,20}(?:-[A-Za-z]{2,20})?)(?:[.!]?[ \t]*$|[ \t]+(\S.*)$)")
_FENCE = re.compile(r"( {0,3}(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)(`{3,}|~{3,})([^\n]*)$")
_CODE_SPAN = re.compile(r"`[^`]*`")
# Stands where a hidden comment was: what comes behind it is not the first on its line.
_HIDDEN = "\N{ZERO WIDTH SPACE}"
# What stands behind a mistyped command: a number, or one of the words that commands know.
_ARGUMENT = re.compile(r"[+-]?\d|(?:until|start|for)[ \t]|optional$|[^\n]{1,80}[ \t][+-]?\d{1,7}$")
# The top of a Unix file system is often the first thing on a line.
_FOLDERS = frozenset(
    {"bin", "boot", "dev", "etc", "home", "lib", "media", "mnt", "opt", "proc", "root", "run"}
    | {"sbin", "srv", "sys", "tmp", "usr", "var"}
)


class Command(Frozen):
    """A command: its word, how it is written, what it does, and which issue remembers it."""

    word: str
    form: str
    does: str
    kept: str = "the issue"


_SUMMARY = "the summary issue"
_NOWHERE = "nowhere"
COMMANDS = tuple(
    Command(word=form.split()[0].strip("/"), form=form, does=does, kept=kept)
    for form, does, kept in (
        ("/start", "Says that you work on this issue now.", "the issue"),
        ("/done", "Closes this issue as done.", "the issue"),
        ("/skip [why]", "Closes this issue as not planned.", "the issue"),
        ("/reopen", "Opens this issue again.", "the issue"),
        ("/credit", "You knew this before: closes it, at no hours.", "the issue"),
        ("/log 2h30m [note]", "Notes hours of study.", "the issue, else the summary issue"),
        (
            "/rate SKILL 4",
            "Rates how sure you are of a skill.",
            "an assessment or checkpoint issue, else the summary issue",
        ),
        ("/choose A", "Takes an option of a choice.", "the choice's issue, else the summary issue"),
        (
            "/move +1w",
            "Moves this task; on the summary issue, everything ahead.",
            "the issue",
        ),
        ("/pause until 2026-08-16", "No study until that day, which is included.", _SUMMARY),
        ("/resume", "Ends the pause.", _SUMMARY),
        ("/pace 10h", "Another speed: hours a week, or months in all.", _SUMMARY),
        ("/count NAME +3", "Adds to a number you keep.", _SUMMARY),
        ("/project start NAME", "Makes an issue of a project idea.", _SUMMARY),
        ("/journal TEXT", "Makes an entry of your journal.", "an issue of its own"),
        ("/open UNIT", "Brings the issues of a later stretch forward.", _SUMMARY),
        ("/replan", "Goes on today where you are; later dates follow.", _SUMMARY),
        ("/drop optional", "Makes no more issues for optional tasks.", _SUMMARY),
        ("/keep optional", "Makes issues for optional tasks again.", _SUMMARY),
        ("/status", "Says where you are.", _NOWHERE),
        ("/help", "Shows this table.", _NOWHERE),
    )
)
WORDS = tuple(command.word for command in COMMANDS)


class ParsedLine(Frozen):
    """A command as it was written: its word in lower case, and what stands behind it.

    `known` is False for a word that is none; `near` is then the one that it looks like.
    """

    word: str
    rest: str = ""
    known: bool = True
    near: str = ""

    @property
    def line(self) -> str:
        """How it was written, on one line, to be quoted."""
        first = " ".join(f"/{self.word} {self.rest}".split())
        return first if len(first) <= 60 else f"{first[:59].rstrip()}…"


def read_commands(text: str) -> tuple[ParsedLine, ...]:
    """The commands of a comment in order: at most one more than `MOST`.

    A journal's text goes on until the next command or the end.
    """
    found: list[ParsedLine] = []
    journal: list[str] | None = None
    unknown = 0
    for line, plain in _lines(text):
        asked = _command(line, unknown) if plain else None
        if asked is None:
            unknown += plain and line.lstrip(" ").startswith("/")
            if journal is not None:
                journal.append(line)
            continue
        if journal is not None:
            found[-1] = _with_text(found[-1], journal)
        if len(found) > MOST:
            return tuple(found)
        found.append(asked)
        journal = [asked.rest] if asked.word == "journal" else None
    if journal is not None:
        found[-1] = _with_text(found[-1], journal)
    return tuple(found[: MOST + 1])


def _command(line: str, unknown: int) -> ParsedLine | None:
    """What a line outside of code asks for, if anything."""
    matched = _COMMAND.match(line)
    if matched is None:
        return None
    word, rest = matched[1].lower(), (matched[2] or "").replace(_HIDDEN, "").strip()
    if word == "drop-optional":
        word, rest = "drop", "optional"
    if word in WORDS:
        return ParsedLine(word=word, rest=rest if word == "journal" else rest[:MAX_REST])
    if word in _FOLDERS or unknown >= _MAX_UNKNOWN or (rest and not _ARGUMENT.match(rest)):
        return None
    near = get_close_matches(word, WORDS, n=1, cutoff=_NEAR)
    return ParsedLine(word=word, rest=rest[:MAX_REST], known=False, near=near[0]) if near else None


def _with_text(asked: ParsedLine, lines: list[str]) -> ParsedLine:
    return asked.model_copy(update={"rest": "\n".join(lines).replace(_HIDDEN, "").strip()})


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Each line without hidden comments, and whether it stands outside of code."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    last_close = text.rfind("-->")
    fence: tuple[str, int] | None = None
    hidden = False
    start = 0
    for raw in text.split("\n"):
        start += len(raw) + 1
        line = raw.rstrip()
        if fence is not None:
            yield line, False
            fence = None if _closes(line, fence) else fence
            continue
        was_hidden = hidden
        line, hidden = _shown(line, hidden=hidden, closes_later=last_close >= start)
        opening = None if was_hidden else _FENCE.match(line)
        if opening and not (opening[2][0] == "`" and "`" in opening[3]):
            fence = (opening[2], len(opening[1]))
        yield line, fence is None and not was_hidden


def _closes(line: str, fence: tuple[str, int]) -> bool:
    """Whether a code block that a fence opened ends here."""
    marks, indent = fence
    bare = line.lstrip(" \t")
    closing = len(bare) >= len(marks) and not bare.strip(marks[0])
    return closing and len(line) - len(bare) <= indent + 3


def _shown(line: str, *, hidden: bool, closes_later: bool) -> tuple[str, bool]:
    """A line without its hidden parts, and whether a hidden part is still open behind it."""
    shown: list[str] = []
    at = 0
    if hidden:
        end = line.find("-->")
        if end < 0:
            return "", True
        at = end + 3
    masked = line[:at] + _CODE_SPAN.sub(lambda span: "`" * len(span[0]), line[at:])
    while (begin := masked.find("<!--", at)) >= 0:
        end = masked.find("-->", begin + 4)
        if end < 0 and not closes_later and masked[:begin].strip():
            break
        shown += [line[at:begin], _HIDDEN]
        if end < 0:
            return "".join(shown), True
        at = end + 3
    return "".join((*shown, line[at:])), False


def format_command(intent: intents.Intent) -> str:
    """The command that says `intent`, with ids for names; without a slash where none does."""
    match intent:
        case intents.Skip(why=why):
            return f"/skip {why}".rstrip()
        case intents.Log(hours=hours, note=note):
            return f"/log {hours:.15g}h, {note}" if note else f"/log {hours:.15g}h"
        case intents.Rate(skill=skill, value=value):
            return f"/rate {skill} {value}"
        case intents.Move(days=days):
            return f"/move {days:+}d"
        case intents.PauseUntil(last=last):
            return f"/pause until {last}"
        case intents.SetPace(hours=hours, months=months):
            return f"/pace {hours:.15g}h" if hours is not None else f"/pace {months} months"
        case intents.Count(metric=metric, amount=amount):
            return f"/count {metric} {amount:+}"
        case intents.Evidenced(url=url):
            return f"evidence {url}"
        case intents.Attested():
            return "approval"
        case _:
            return f"/{_written_name(intent)}"


def _written_name(intent: intents.Intent) -> str:
    match intent:
        case intents.Choose(choice=choice, option=option):
            return f"choose {choice} {option}"
        case intents.StartProject(idea=idea):
            return f"project start {idea}"
        case intents.Journal(text=text):
            return f"journal {text}"
        case intents.OpenUnit(unit=unit):
            return f"open {unit}"
        case intents.DropOptional():
            return "drop optional"
        case intents.KeepOptional():
            return "keep optional"
        case _:
            return intent.do
