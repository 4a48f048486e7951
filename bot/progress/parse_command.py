"""Slash commands: finds them in a comment and parses them. Pure, linear in the text, never raises.

A command is the first thing on a line, behind three spaces at most, as Markdown allows them before
a paragraph. Spaces that do not break, and characters without width, which phones and copied text
bring along, are spaces (reports: slack-ruby/slack-ruby-bot#255, NousResearch/hermes-agent#16269,
element-hq/element-web#1509). What stands in a code block, a quote or a hidden comment is no
command, and neither is a path such as /usr/bin. Each command has words in other languages, too
(`command_aliases.py`), and parses its own arguments (`commands/`).
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from bot.i18n import gettext as _
from bot.planning.snapshot import FrozenModel
from bot.progress.command import Command, CommandContext, CommandError
from bot.progress.command_aliases import CHARACTER, aliases, folded
from bot.progress.commands import slash_commands

MOST = 10  # commands of one comment that are run
MAX_REST = 300  # characters behind a command that is not a journal's
_MAX_UNKNOWN = 20  # words of one comment that are compared with the commands' names
_LEAST_LENGTH = 4  # of a word of another language that others are compared with
# Words of other bots that are ones of ours or look like them: Prow's command help has /approve,
# /reopen and /skip, Terraform's bots have /plan.
_OTHER_BOTS = frozenset({"approve", "cc", "check", "plan", "reopen", "skip"})
# Words of other bots (Prow has /close, GitLab /spend) that mean one of ours; see `is_for_us`.
_MEANINGS = {
    **dict.fromkeys(("close", "finish", "finished", "complete", "completed"), "done"),
    **dict.fromkeys(("spend", "spent"), "log"),
    **dict.fromkeys(("postpone", "snooze"), "move"),
    "begin": "start",
    "unpause": "resume",
    "undo": "revert",
}

_NAME = f"({CHARACTER}{{2,20}}(?:-{CHARACTER}{{2,20}})?)"
_SLASH = "[/\N{FULLWIDTH SOLIDUS}]"
_END = "[.!\N{IDEOGRAPHIC FULL STOP}\N{FULLWIDTH EXCLAMATION MARK}]?"
# Compiled at their first use: most runs read no comment.
_COMMAND = rf" {{0,3}}{_SLASH}{_NAME}(?:{_END}[ \t]*$|[ \t]+(\S.*)$)"
# Spaces that are not U+0020, characters without width, marks of direction, byte order mark.
_ODD = "\xa0\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u2064\u2066-\u2069\u3000\ufeff"
_ODD_SPACE = re.compile(f"[{_ODD}]")
_JOINERS = "\u200c\u200d"  # within a text they make emoji and Persian words
_EMOJI = "\u2190-\u2bff\u3030\u303d\ufe0f\U0001f000-\U0001faff"
_MARGIN = re.compile(f"[ {_ODD}{_JOINERS}{_EMOJI}]*")
_WORD = f"^( *)({_SLASH}(?:{CHARACTER}|-)+{_END})([ \\t{_ODD}{_JOINERS}]+|$)"
BEGINNING = re.compile(f"^{_MARGIN.pattern}{_SLASH}{CHARACTER}", re.MULTILINE)
"""The beginning of a line that may hold a command."""
_SECOND = rf"(?<= ){_SLASH}{_NAME}(?= |{_END}$)"
_FENCE = re.compile(r"( {0,3}(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)(`{3,}|~{3,})([^\n]*)$")
_CODE_SPAN = re.compile(r"`[^`]*`")
# Stands where a hidden comment was: what comes behind it is not the first on its line.
_HIDDEN = "\0"
# What stands behind a mistyped command: a number, or one of the words that commands know.
_ARGUMENT = re.compile(r"[+-]?\d|(?:until|start|for)[ \t]|optional$|[^\n]{1,80}[ \t][+-]?\d{1,7}$")
# The top of a Unix file system is often the first thing on a line.
_FOLDERS = frozenset(
    {"bin", "boot", "dev", "etc", "home", "lib", "media", "mnt", "opt", "proc", "root", "run"}
    | {"sbin", "srv", "sys", "tmp", "usr", "var"}
)


class ParsedLine(FrozenModel):
    """A command as it was written: its word in lower case, and what stands behind it.

    `alias` is the word of another language that was written instead. `known` is False for a word
    that is none; `near` is then the one that it looks like.
    """

    word: str
    rest: str = ""
    alias: str = ""
    known: bool = True
    near: str = ""

    @property
    def line(self) -> str:
        """How it was written, on one line, to be quoted."""
        first = " ".join(f"/{self.alias or self.word} {self.rest}".split())
        return first if len(first) <= 60 else f"{first[:59].rstrip()}…"


def parse_command(line: ParsedLine, context: CommandContext) -> Command:
    """Return what a line asks for, with its arguments. Raises CommandError, and nothing else."""
    kind = slash_commands().get(line.word)
    if kind is None:
        raise CommandError(_("Did you mean `/%(command)s`?", command=line.near))
    if kind.only_on and context.kind not in kind.only_on:
        written = line.alias or line.word
        raise CommandError(
            _("Write `/%(command)s` on the issue of your path that it's about.", command=written)
        )
    return kind.parse(line.rest, context)


def is_for_us(line: ParsedLine, *, ours: bool) -> bool:
    """Return whether a line asks Milepost for something; `ours`: on an issue of the path.

    Elsewhere other bots have their words: what is no command of ours is theirs, and what they have
    as well, too.
    """
    return ours or (line.known and line.word not in _OTHER_BOTS)


def read_commands(text: str) -> tuple[ParsedLine, ...]:
    """Return the commands of a comment in order: at most one more than `MOST`."""
    commands = slash_commands()
    found: list[ParsedLine] = []
    lines: list[str] | None = None
    unknown = 0
    for line, plain in _lines(text):
        parsed = list(_parse_line(line, commands, unknown)) if plain else []
        if not parsed:
            unknown += plain and line[_margin(line) :].startswith(("/", "\N{FULLWIDTH SOLIDUS}"))
            if lines is not None:
                lines.append(line)
            continue
        if lines is not None:
            found[-1] = _with_text(found[-1], lines)
        if len(found) > MOST:
            return tuple(found)
        found += parsed
        last = parsed[-1]
        lines = [last.rest] if last.known and commands[last.word].multiline else None
    if lines is not None:
        found[-1] = _with_text(found[-1], lines)
    return tuple(found[: MOST + 1])


def _parse_line(
    line: str, commands: Mapping[str, type[Command]], unknown: int
) -> Iterator[ParsedLine]:
    """Yield the commands of a line: behind one there may be more, as in `/log 1h /done`."""
    matched = re.match(_COMMAND, _with_plain_spaces(line))
    if matched is None:
        return
    written, rest = matched[1].lower(), (matched[2] or "").replace(_HIDDEN, "").strip()
    word = _command_word(written, commands)
    kind = commands.get(word)
    if kind is None or not kind.multiline:
        rest = _ODD_SPACE.sub(" ", rest)[:MAX_REST].strip()
    if kind is None:
        if unknown < _MAX_UNKNOWN and (near := _near(written, rest, commands)):
            yield ParsedLine(word=written, rest=rest, known=False, near=near)
        return
    alias, more = ("" if written == word else written), ""
    if alias and kind.do != word:  # it stands for the whole form
        alias, rest = "", kind.form.partition(" ")[2]
    elif not kind.multiline and word != "help":  # "/help /log" is one question
        seconds = re.finditer(_SECOND, f" {rest}")
        second = next((one for one in seconds if _command_word(one[1].lower(), commands)), None)
        if second is not None:
            at = second.start() - 1
            rest, more = rest[:at].rstrip(" ,;"), rest[at:]
    yield ParsedLine(word=word, rest=rest, alias=alias)
    yield from _parse_line(more, commands, unknown)


def _command_word(written: str, commands: Mapping[str, type[Command]]) -> str:
    """Return the word of the command that `written` means in any language; empty for none."""
    if written in commands:
        return written
    found = aliases().get(folded(written))
    return next((word for word, kind in commands.items() if found and kind.do == found.do), "")


def _near(word: str, rest: str, commands: Mapping[str, type[Command]]) -> str:
    """Return the word that one of no command is a slip of, or means; empty for none."""
    if word in _FOLDERS | _OTHER_BOTS or (rest and not _ARGUMENT.match(rest)):
        return ""
    if word in _MEANINGS:
        return _MEANINGS[word]
    words = {one: one for one in commands}
    words |= {plain: one.word for plain, one in aliases().items() if len(plain) >= _LEAST_LENGTH}
    close = get_close_matches(folded(word), words, n=1, cutoff=0.99 - 1 / len(word))  # a letter
    return words[close[0]] if close else ""


def _with_plain_spaces(line: str) -> str:
    """Return a line with plain spaces before, and one behind, the word of a command.

    Only plain ones before it make code of the line, as Markdown reads it.
    """
    end = _margin(line)
    line = " " * line.count(" ", 0, end) + line[end:]
    return re.sub(_WORD, r"\1\2 ", line)


def _margin(line: str) -> int:
    """Return how many spaces of any kind a line begins with."""
    found = _MARGIN.match(line)
    return found.end() if found else 0


def _with_text(parsed: ParsedLine, lines: list[str]) -> ParsedLine:
    return parsed.model_copy(update={"rest": "\n".join(lines).replace(_HIDDEN, "").strip()})


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each line without hidden comments, and whether it stands outside of code."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
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
    """Return whether the line closes the code block that a fence opened."""
    marks, indent = fence
    bare = line.lstrip(" \t")
    closing = len(bare) >= len(marks) and not bare.strip(marks[0])
    return closing and len(line) - len(bare) <= indent + 3


def _shown(line: str, *, hidden: bool, closes_later: bool) -> tuple[str, bool]:
    """Return a line without its hidden parts, and whether a hidden part is open at its end."""
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
