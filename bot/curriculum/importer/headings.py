"""Recognise what a heading, a label or an item announces: "Week 1-2: HTML", "Option A"."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from unicodedata import category

from bot.curriculum.importer import patterns

_NUMBER = (
    r"(?:\d{1,4}|(?-i:[IVX]{1,5})|"
    + "|".join(sorted((re.escape(word) for word in patterns.NUMBER_WORDS), key=len, reverse=True))
    + r")"
)
_JOIN = r"(?:[-\u2013\u2014~/&]|to|through|until|and|a|à|ao|at[ée]|bis|und|y|e|et|至|到)"
_LEAD = re.compile(r"^[^\w(\[#`]+|^\d{1,2}\ufe0f?\u20e3\s*")
_ENUMERATOR = re.compile(r"^(?:\d{1,2}[.)]|[a-z][.)])\s+(?=\w)", re.IGNORECASE)
_COLONS = f":{patterns.COLON}"
_AFTER = re.compile(rf"^[\s{_COLONS}|.)\]\u2013\u2014\-\u2022·>→,、]+")
_CLOSING = "!?%+#.)]`\"'”/*…】」》\u2019" + patterns.BRACKETS[1]
_ROMAN = {"I": 1, "V": 5, "X": 10}


@dataclass(frozen=True, slots=True)
class HeadingMark:
    """A stretch that a heading names: `group` of patterns.GROUPS, numbers `first` to `last`.

    `dates` are its first and last day where the guide says them.
    `label` is how the guide names it ("Week 1-2"), `title` what is left ("" when nothing is), and
    `name` the heading as a whole. `leads` says that the label comes first in the heading.
    """

    group: str
    first: int
    last: int
    label: str
    title: str
    name: str
    leads: bool = True
    dates: tuple[date, date] | None = None

    @property
    def span(self) -> int:
        """Return how many weeks, days or months it covers."""
        return self.last - self.first + 1

    def after(self, text: str) -> str:
        """Return what follows the label in `text`, all of it where the guide names no label."""
        return text.partition(self.label)[2] if self.label else text


@lru_cache(maxsize=1 << 13)
def clean(text: str) -> str:
    """Return a heading without the emoji and signs around its words."""
    text = _LEAD.sub("", text.strip()).strip()
    while text and not (text[-1].isalnum() or text[-1] in _CLOSING or _is_mark(text[-1])):
        text = text[:-1].rstrip()
    return text


def spaced(title: str) -> str:
    """Return a title that is written with underscores, as the name of a file, in words."""
    joined = "_" in title and not re.search(r"[\s/`]", title.strip())
    return title.replace("_", " ").strip() if joined else title


def _is_mark(char: str) -> bool:
    """Return whether it belongs to the letter before: a vowel sign, not the selector of emoji."""
    return category(char) in {"Mn", "Mc"} and not "\ufe00" <= char <= "\ufe0f"


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return for each group the patterns of its spellings, the most specific first."""
    return tuple(stretch_patterns(patterns.STRETCH, patterns.CJK_STRETCH))


def stretch_patterns(
    stretches: Mapping[str, str], cjk_stretches: Mapping[str, str]
) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield for each group the patterns of its spellings, the most specific first."""
    for group, spelled in stretches.items():
        until = (
            rf"(?:[-\u2013\u2014~/&](?:(?:{spelled})\s*)?(?P<b>{_NUMBER})(?![\w.])"
            rf"|\s*{_JOIN}\s+(?:(?:{spelled})\s*)?(?P<c>{_NUMBER})"
            rf"(?=\s*(?:[{_COLONS}|.)\](\-\u2013\u2014]|$)))?"
        )
        label = rf"(?P<label>(?:{spelled})[\s_#]*(?P<a>{_NUMBER})(?:\.\d{{1,2}})?{until})(?![\w])"
        ordinal = (
            rf"(?P<label>(?P<a>\d{{1,3}})(?:st|nd|rd|th|ª|º|\.|-[^\W\d_]{{1,2}})\s*(?:{spelled}))(?![\w])"
            rf"(?P<b>)(?P<c>)(?=$|\s*[{_COLONS}|(\u2013\u2014-])"
        )
        written_together = (
            rf"(?P<label>第?\s*(?P<a>{_NUMBER})(?:\s*[-\u2013~至到]\s*(?P<b>{_NUMBER}))?\s*"
            rf"(?:{cjk_stretches.get(group, spelled)}))(?P<c>)"
            rf"(?=$|[\s{_COLONS}、{patterns.COMMA},|({patterns.BRACKETS[0]}-])"
        )
        for one in (f"(?:the )?{label}", written_together, ordinal):
            yield group, re.compile(f"^{one}(?P<title>.*)$", re.IGNORECASE)


@cache
def _codes() -> re.Pattern[str]:
    codes = "".join(patterns.CODES)
    return re.compile(
        rf"^(?P<label>(?P<code>[{codes}])(?P<a>\d{{1,3}})(?:-[{codes}]?(?P<b>\d{{1,3}}))?)"
        rf"(?:\s*[{_COLONS}|.\u2013\u2014-]|$)(?P<c>)(?P<title>.*)$",
        re.IGNORECASE,
    )


@cache
def _trailing() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(trailing_patterns(patterns.STRETCH))


def trailing_patterns(stretches: Mapping[str, str]) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield for each group the pattern of "Linear Regression | Day 2", "HTML (Week 1-2)"."""
    end = r"\s*[)\]]?$(?P<c>)"
    until = rf"(?:\s?[-\u2013\u2014]\s?(?P<b>{_NUMBER}))?"
    start = r"^(?P<title>.*\S)\s*[|(\[\u2013\u2014-]\s*"
    for group, spelled in stretches.items():
        one = rf"{start}(?P<label>(?:{spelled})\s*(?P<a>{_NUMBER}){until}){end}"
        yield group, re.compile(one, re.IGNORECASE)


def mark(text: str) -> HeadingMark | None:
    """Return the stretch that a heading names, or None."""
    if len(text) > 300:
        return None
    name = clean(text)
    for candidate in (name, _ENUMERATOR.sub("", name)):
        code = _codes().match(candidate)
        if code:
            return make_mark(patterns.CODES[code["code"].casefold()], code, candidate, name)
        for group, pattern in _patterns():
            found = pattern.match(candidate)
            if found:
                return make_mark(group, found, candidate, name)
    trailing = ((group, pattern.match(name)) for group, pattern in _trailing())
    return next(
        (make_mark(g, found, name, name, leads=False) for g, found in trailing if found), None
    )


def make_mark(
    group: str, found: re.Match[str], text: str, name: str, *, leads: bool = True
) -> HeadingMark | None:
    """Return the mark of a match in `text` or in a folded text as long as it."""
    first = number(found["a"])
    last = number(found["b"] or found["c"] or found["a"])
    if first is None or last is None or not first <= last <= first + 400:
        return None
    label = text[slice(*found.span("label"))].strip()
    if label.isupper() and len(label) > 3:
        label = label.capitalize()
    title = spaced(clean(_AFTER.sub("", text[slice(*found.span("title"))])))
    return HeadingMark(group, first, last, label.replace("_", " "), title, name, leads)


def number(text: str) -> int | None:
    """Return the value of a number in digits, words or Roman numerals, or None."""
    if text.isascii() and text.isdigit():
        return int(text)
    if text.casefold() in patterns.NUMBER_WORDS:
        return patterns.NUMBER_WORDS[text.casefold()]
    if text and set(text) <= set(_ROMAN):
        values = [_ROMAN[c] for c in text]
        return sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))
    return None


def spans(text: str) -> list[tuple[str, int, int]]:
    """Return every stretch that a text mentions, in order: ("month", 3, 3) for "End of Month 3"."""
    found: list[tuple[int, str, int, int]] = []
    for group in patterns.GROUPS:
        spelled = patterns.STRETCH[group]
        for one in re.finditer(
            rf"\b(?:(?:{spelled})\s*(\d{{1,3}})(?:\s?[-\u2013]\s?(\d{{1,3}}))?|(\d{{1,3}})[\s-](?:{spelled}))\b",
            text[:300],
            re.IGNORECASE,
        ):
            low = int(one[1] or one[3])
            found.append((one.start(), group, low, int(one[2] or low)))
    return [(group, low, high) for _, group, low, high in sorted(found)]


_OPTION = re.compile(
    rf"^(?P<label>{patterns.OPTION}\s+(?:[a-z]|\d{{1,2}}))\b(?P<title>.*)$", re.IGNORECASE
)


def option(text: str) -> tuple[str, str] | None:
    """Return label and title of "Option A: Platform Focus", or None."""
    found = _OPTION.match(clean(text)[:300])
    return (found["label"], clean(_AFTER.sub("", found["title"]))) if found else None


_TASK = re.compile(
    rf"^{patterns.TASK_WORD}\s*#?\d{{1,3}}\s*[{_COLONS}.\u2013\u2014-]\s*(?P<title>.+)$",
    re.IGNORECASE,
)
_PROJECT = re.compile(
    rf"^{patterns.PROJECT_WORD}\s*[{_COLONS}\u2013\u2014]\s*(?P<title>.+)$", re.IGNORECASE
)


def task_title(text: str) -> str | None:
    """Return the title of "Task 2: Set up Grafana", or None."""
    found = _TASK.match(clean(text)[:300])
    return found["title"].strip() if found else None


def project_title(text: str) -> str | None:
    """Return the title of "Project: Weather dashboard" or "Projeto prático: ...", or None."""
    found = _PROJECT.match(clean(text)[:300])
    return found["title"].strip() if found else None
