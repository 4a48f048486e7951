"""Look up the time words of a guide's languages: hours to months, and the names of days and months.

The table `time_words.json` comes from Unicode CLDR and is written by `bench/time_words.py`.
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

STRETCHES = ("day", "week", "month")
_TABLE = resources.files("bot.curriculum.importer") / "time_words.json"
_ARTICLES = ("ال",)  # which a language writes together with its noun
_ENGLISH = "en"
BESIDE_NUMBER = 5  # how much more a word counts that stands beside a number


@dataclass(frozen=True, slots=True)
class TimeWords:
    """Folded words of a guide: stretches by group, months from 1, weekdays from 0 (Monday)."""

    stretches: dict[str, str]
    months: dict[str, int]
    weekdays: dict[str, int]

    def stretch(self, word: str) -> str | None:
        """Return "day", "week" or "month" for a folded word, or None."""
        found = self.stretches.get(word)
        for article in _ARTICLES:
            found = found or self.stretches.get(word.removeprefix(article))
        return found


def folded(text: str) -> str:
    """Return a text of the same length in lower case without accents, as the table has words."""
    lower = text.lower()
    if len(lower) != len(text):  # "İ" becomes two
        lower = "".join(char.lower()[0] for char in text)
    return lower if lower.isascii() else "".join(map(_base, lower))


@cache
def _base(char: str) -> str:
    """Return the letter without its accent; vowel signs that stand alone stay."""
    plain = unicodedata.normalize("NFKD", char)
    accented = len(plain) > 1 and all(unicodedata.category(mark) == "Mn" for mark in plain[1:])
    return plain[0] if accented else char


@cache
def _table() -> dict[str, Any]:
    return dict(json.loads(_TABLE.read_text(encoding="utf-8")))


@cache
def words_of_hours() -> tuple[frozenset[str], frozenset[str]]:
    """Return the folded words for hours and for minutes, of all languages."""
    rows = [one["amounts"] for name, one in _table().items() if name != "source"]
    hours, minutes = (frozenset(w for row in rows for w in row[kind]) for kind in (0, 1))
    return hours - minutes, minutes - hours


@cache
def _languages_by_word() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for language, one in _table().items():
        if language != "source":
            for words in (*one["stretches"], *one["months"], *one["weekdays"]):
                for word in words:
                    found.setdefault(word, set()).add(language)
    return {word: frozenset(languages) for word, languages in found.items()}


def is_stretch(word: str) -> bool:
    """Return whether a folded word is one for day, week or month in any language."""
    return any(
        word in spelled
        for language in _languages_by_word().get(word, ())
        for spelled in _table()[language]["stretches"]
    )


def time_words(words: Iterable[str], numbered: Iterable[str] = ()) -> TimeWords:
    """Return the time words of the two languages that most of these folded words are from.

    Words that stand beside a number count more. English counts always.
    """
    here = set(words)
    here |= {w.removeprefix(a) for w in here for a in _ARTICLES if w.startswith(a)}
    known = _languages_by_word()
    counts = Counter(language for word in here for language in known.get(word, ()))
    for word in numbered:
        for language in known.get(word, ()):
            stretches = _table()[language]["stretches"]
            counts[language] += BESIDE_NUMBER * any(word in one for one in stretches)
    best = [one for one, _ in sorted(counts.items(), key=lambda c: (-c[1], c[0]))]
    chosen = list(dict.fromkeys([*best[:2], _ENGLISH]))
    made = TimeWords({}, {}, {})
    for language in reversed(chosen):
        one = _table()[language]
        named = zip(STRETCHES, one["stretches"], strict=True)
        made.stretches.update((w, s) for s, words in named for w in words)
        made.months.update((w, n) for n, ws in enumerate(one["months"], 1) for w in ws)
        made.weekdays.update((w, n) for n, ws in enumerate(one["weekdays"]) for w in ws)
    return made
