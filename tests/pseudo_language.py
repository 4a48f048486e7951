"""A language that is none: every sentence of the catalogue is bracketed, accented and longer.

What people read and has a plain letter in it, outside of code, addresses and HTML, has escaped the
catalogue, or is somebody else's: `escapes` finds it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot import i18n

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ACCENTED = "åƀçðéƒĝĥîĵķļɱñöþɋŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ"
_TRANSLATION = str.maketrans(_PLAIN, _ACCENTED)
# What a translator leaves as it is: placeholders, code, tags, addresses, entities.
_FIXED = r"%\(\w+\)[sd]|%%|`[^`]*`|</?\w[^>]*>|<!--.*?-->|\]\(<?[^)]*\)|https?://\S+|&\w+;"
_PIECES = re.compile(f"({_FIXED})")
_NO_WORDS = re.compile(rf"{_FIXED}|```.*?```|@?[\w.-]+/[\w.-]+|\b[A-Z]{{2,}}\b", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]{2,}")


def accented(message: str) -> str:
    """Return a sentence in that language: half as long again, and in brackets."""
    pieces = _PIECES.split(message)
    text = "".join(p if n % 2 else p.translate(_TRANSLATION) for n, p in enumerate(pieces))
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{lead}⟦{text.strip()}{'·' * (len(message) // 3)}⟧{tail}" if text.strip() else text


class PseudoCatalogue:
    """The catalogue of that language."""

    def gettext(self, message: str) -> str:
        return accented(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return accented(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        del context
        return accented(message)


@contextmanager
def pseudo_language(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Use that language for every sentence within a block, whatever settings and browsers ask for.

    Dates and numbers are written as in Chinese, which has no letters for them, unless a path's
    language is used.
    """
    with patch.context() as within:
        within.setattr(i18n, "catalogue", lambda _: PseudoCatalogue())
        within.setattr(i18n, "find_language", lambda _: "zh")
        with i18n.use_language("zh"):
            yield


def escapes(text: str) -> list[str]:
    """Return the plain words of a text that people read as they are."""
    return _WORD.findall(_NO_WORDS.sub(" ", text))
