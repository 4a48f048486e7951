"""Measures texts in pictures, and cuts them to fit.

Nobody knows the viewer's fonts, so widths are those of Verdana, one of the widest: a text that fits
by these numbers fits in all of them. Of letters that Verdana has not they are guesses, by script.
"""

import re
import unicodedata
from itertools import pairwise

BASE = 11
ELLIPSIS = "…"
# Pixels of 11 px Verdana, by letter; what is not here is about as wide as a digit.
_WIDTHS = {
    **dict.fromkeys("ijl.,:;'|!()[]/ \N{NO-BREAK SPACE}", 4.4),
    **dict.fromkeys("frt-", 5.0),
    **dict.fromkeys("mwMW%@…", 10.8),
    **dict.fromkeys("ABCDGHKNOQRUVXYZ", 7.9),
}
_USUAL = 6.9
_WIDE = 11.0  # of East Asia, and of what else is unknown
# Devanagari: letters hang from one line; signs of vowels beside them are narrow.
_DEVANAGARI, _BESIDE = 8.6, 4.4
# Greek and Cyrillic; the average of joined Arabic letters; Hebrew and digits of Arabic.
_GREEK, _JOINED = 7.4, 6.2
_RIGHT_TO_LEFT = {"AL": _JOINED, "R": _USUAL, "AN": _USUAL}
_LAST_LATIN, _LAST_CYRILLIC = 0x2FF, 0x52F
_CLOSING = frozenset({"Pe", "Pf", "Po"})  # what no line begins with
_NO_ROOM = frozenset({"Mn", "Me", "Cf"})  # marks above and below letters, and what only joins
_SPACE = re.compile(r"[^\S\N{NO-BREAK SPACE}]+")
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def width(text: str, size: float = BASE) -> float:
    """Return about how many pixels `text` takes at `size` pixels."""
    return sum(map(_character_width, text)) * size / BASE


def fit(text: str, size: float, room: float) -> str:
    """Return `text` on one line no wider than `room` pixels, cut with an ellipsis."""
    text = plain(text)
    if width(text, size) <= room:
        return text
    while text and width(text + ELLIPSIS, size) > room:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


def lines(text: str, size: float, room: float, most: int = 2) -> list[str]:
    """Return `text` on at most `most` lines, broken where the script allows it.

    The last may be cut.
    """
    made: list[str] = []
    rest = plain(text)
    while rest and len(made) < most - 1:
        fitting = [end for end in _breaks(rest) if width(rest[:end].rstrip(" "), size) <= room]
        if not fitting:
            break
        made.append(rest[: fitting[-1]].rstrip(" "))
        rest = rest[fitting[-1] :]
    return [*made, fit(rest, size, room)] if rest else made


def _breaks(text: str) -> list[int]:
    """Return where a line may end: after spaces, and around the letters of East Asia."""
    found = []
    for place, (one, other) in enumerate(pairwise(text), 1):
        beside = _is_east_asian(one) or _is_east_asian(other)
        starts = other != " " and unicodedata.category(other) not in _CLOSING | _NO_ROOM
        if one == " " or (beside and starts and unicodedata.category(one) not in {"Ps", "Pi"}):
            found.append(place)
    return [*found, len(text)]


def _is_east_asian(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}


def plain(text: str) -> str:
    """Return `text` on one line, without characters that XML forbids."""
    return _SPACE.sub(" ", _NOT_XML.sub("", text)).strip()


def is_known(text: str) -> bool:
    """Return whether the widths of all characters are known, none guessed."""
    return all(character in _WIDTHS or ord(character) <= _LAST_CYRILLIC for character in text)


def runs_left(text: str) -> bool:
    """Return whether `text` runs from right to left (Unicode Standard Annex 9, rules P2 and P3)."""
    strong = (found for x in text if (found := unicodedata.bidirectional(x)) in {"L", "R", "AL"})
    return next(strong, "L") != "L"


def _character_width(character: str) -> float:
    if unicodedata.category(character) in _NO_ROOM:
        return 0.0
    if character in _WIDTHS:
        return _WIDTHS[character]
    if ord(character) <= _LAST_CYRILLIC:
        return _USUAL if ord(character) <= _LAST_LATIN else _GREEK
    if "\u0900" <= character <= "\u097f":
        return _BESIDE if unicodedata.category(character) == "Mc" else _DEVANAGARI
    return _RIGHT_TO_LEFT.get(unicodedata.bidirectional(character), _WIDE)
