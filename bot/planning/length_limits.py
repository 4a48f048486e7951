"""GitHub's limits on what we write, field by field: how much each takes, and which characters.

Titles, names and texts are counted in characters, names of files and branches in bytes of UTF-8.
Sources: "title is too long (maximum is 256 characters)", "body is too long (maximum is 65536
characters)" (reports: danger/danger#424, dead-claudia/github-limits#13), "description doesn't
accept 4-byte Unicode" (github-community-projects/safe-settings#428, dwyl/labels#146,
Financial-Times/github-label-sync#171; a label's name takes them), git-check-ref-format(1).
"""

import re
import unicodedata
from collections.abc import Container
from hashlib import sha256
from typing import NamedTuple

ELLIPSIS = "…"
SUB_ISSUES = 100  # of one issue
MOST_JOINED = 32  # characters that are read as one; more is a heap of marks, cut anywhere
_NEVER = re.compile("[\x00-\x08\x0e-\x1b\x7f\ud800-\udfff]")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile("[\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_FOUR_BYTES = re.compile("[\U00010000-\U0010ffff][\ufe0f\u200d]*")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]+$")
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_JOINER = "\N{ZERO WIDTH JOINER}"


class FieldLimit(NamedTuple):
    """What a field takes: `most` characters, line breaks, characters of 4 bytes such as emoji."""

    most: int
    breaks: bool = False
    four_bytes: bool = True


TITLE = FieldLimit(256)  # of issues, milestones and pull requests; the first line of a commit
BODY = FieldLimit(65_536, breaks=True)  # of issues, comments and pull requests
LABEL_NAME = FieldLimit(50)
LABEL_DESCRIPTION = FieldLimit(100, four_bytes=False)
GIT_NAME = 200  # bytes of a part of a path or branch; Git takes 255, with `.lock` behind it


def one_line(text: str, limit: FieldLimit) -> str:
    """Return our own `text` for a field of one line: single spaces, nothing that turns the line."""
    if not _is_plain(text):
        text = _DIRECTION.sub("", _allowed(text, limit))
    return fit(" ".join(text.split()), limit)


def fit(text: str, limit: FieldLimit) -> str:
    """Return `text` as the field takes it; what fits comes back as it is.

    What does not fit on its one line is cut between two characters as they are read, with an
    ellipsis. A text with line breaks is not cut: its marker would go. Who writes it leaves room.
    """
    text = _allowed(text, limit)
    if limit.breaks:
        return text
    text = _BREAKS.sub(" ", text)
    if len(text) <= limit.most:
        return text
    return f"{cut(text, limit.most - len(ELLIPSIS))}{ELLIPSIS}"


def cut(text: str, most: int) -> str:
    """Return the beginning of a longer `text`: at most `most` characters, none read as half."""
    end = most
    while end > max(0, most - MOST_JOINED) and _is_joined(text, end):
        end -= 1
    return text[: most if _is_joined(text, end) else end].rstrip()


def distinct_title(title: str, taken: Container[str]) -> str:
    """Return a title that is not `taken`: GitHub refuses a second milestone of one title."""
    short, number = one_line(title, TITLE), 2
    candidate = short
    while candidate in taken:
        tail = f" ({number})"
        candidate = f"{cut(short, TITLE.most - len(tail))}{tail}"
        number += 1
    return candidate


def git_name(text: str) -> str:
    """Return an id as part of a path or branch; a digest ends one of more than 200 bytes."""
    if len(text.encode()) <= GIT_NAME:
        return text
    tail = f"-{sha256(text.encode()).hexdigest()[:10]}"
    return text.encode()[: GIT_NAME - len(tail)].decode(errors="ignore") + tail


def _is_plain(text: str) -> bool:
    """Return whether it has only what every field takes, as most texts have."""
    return text.isascii() and text.isprintable()


def _allowed(text: str, limit: FieldLimit) -> str:
    if _is_plain(text):
        return text
    text = _NEVER.sub("", text)
    return text if limit.four_bytes else _FOUR_BYTES.sub("", text)


def _is_joined(text: str, at: int) -> bool:
    """Return whether the characters before and behind `at` are read as one.

    An accent and its letter, the parts of an emoji and of a flag (Unicode Standard Annex 29).
    """
    before, behind = text[:at], text[at : at + 1]
    if not before or not behind:
        return False
    if behind == _JOINER or before[-1] == _JOINER or ord(behind) in _SKIN_TONES:
        return True
    if unicodedata.category(behind).startswith("M"):
        return True
    flag = _FLAG.search(before[-MOST_JOINED:])
    return bool(flag and _FLAG.match(behind) and len(flag[0]) % 2)
