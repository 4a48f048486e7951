"""Parse hours of work in the ways that guides write them: "20 hours", "12-15h", "(130 min)"."""

import re
from dataclasses import dataclass
from typing import Literal

from bot.curriculum.base import Hours
from bot.curriculum.importer.time_words import folded, words_of_hours

# Folded, as the texts are that it is looked for in; what no table has by short forms and in Han.
_HOURS, _MINUTES = words_of_hours()
_SHORT_MINUTES = ("mins", "min", "m", "分钟", "分鐘", "分", "분")
_SHORT = ("hrs", "hr", "h", "std", "小时", "小時", "时", "時間", "시간", "gio", *_SHORT_MINUTES)
_UNIT = "|".join(sorted(map(re.escape, {*_HOURS, *_MINUTES, *_SHORT}), key=lambda w: (-len(w), w)))
_WORD_CHARACTER = "[a-z\u0400-\u04ff]"  # behind a unit it would be another word
# A Danish, an Indonesian and a Serbian hour are English words, too: then a noun comes after them.
_NO_HOURS = (
    r"(?:time\s+(?!(?:om|pr|hver)\b)|jam\s+(?!(?:per|tiap|setiap|sehari|seminggu)\b)"
    rf"|sat\s+(?!(?:dnevno|nedeljno|tjedno|vremena)\b)){_WORD_CHARACTER}"
)
_NUMBER = r"\d{1,4}(?:[.,]\d{1,2})?"
_DURATION = re.compile(
    rf"(?<![\w.,$€£-])(?:~|≈|about |approx\.? |ca\. )?(?P<low>{_NUMBER})\s*+\+?"
    rf"(?:\s*+(?:[-\u2013\u2014~]|to|a|bis|à|至|到)\s*+(?P<high>{_NUMBER})\s*+\+?)?\s*+-?(?!{_NO_HOURS})(?P<unit>{_UNIT})(?!{_WORD_CHARACTER})"
    r"(?:\s*+(?P<minutes>\d{1,2})\s*+(?:m(?:in(?:utes?|s)?)?\b)?)?"
    r"(?P<per>\s*+(?:/|per|a|each|every|por|pro|par|of study per)\s*+"
    r"(?P<rate>day|d|week|wk|w|dia|día|semana|tag|woche|jour|semaine)\b|/[天日周週])?",
    re.IGNORECASE,
)
_PER_DAY = re.compile(r"day|\bd$|d[ií]a|tag|jour|[天日]", re.IGNORECASE)
_BARE = re.compile(
    rf"~?\s*({_NUMBER})\s*+(?:[-\u2013\u2014]\s*+({_NUMBER})\s*+)?(?:\+\s*+)?(?:h(?:(?:ou)?rs?)?)?\.?",
    re.IGNORECASE,
)
_WEEKS = re.compile(r"(\d{1,3})(?:\s*[-\u2013]\s*(\d{1,3}))?\s*(week|month)s?\b", re.IGNORECASE)
_WEEKS_IN_A_MONTH = 52 / 12
_OPENING, _CLOSING = frozenset("([（［"), frozenset(")]）］")
MAX_HOURS = 10_000


@dataclass(frozen=True, slots=True)
class Duration:
    """Hours that a text states, where in it they stand, and whether they are per day or week."""

    hours: Hours
    start: int
    end: int
    per: Literal["day", "week"] | None = None


def find(text: str) -> list[Duration]:
    """Return every duration in `text`, in order."""
    out: list[Duration] = []
    for found in _DURATION.finditer(folded(text[:2000])):
        if found["unit"] == "m" and not found["minutes"]:
            continue  # "5 m" is a length as often as a time
        scale = 60 if found["unit"] in _MINUTES or found["unit"] in _SHORT_MINUTES else 1
        extra = float(found["minutes"]) / 60 if found["minutes"] and scale == 1 else 0.0
        hours = _hours(found["low"], found["high"], scale=scale, extra=extra)
        end = (
            found.end() if extra or not found["minutes"] or found["per"] else found.start("minutes")
        )
        per: Literal["day", "week"] | None = None
        if found["per"]:
            per = "day" if _PER_DAY.search(found["per"]) else "week"
        if hours is not None:
            out.append(Duration(hours, found.start(), end, per))
    return out


def _hours(low: str, high: str | None, *, scale: int, extra: float = 0.0) -> Hours | None:
    first, last = (float(end.replace(",", ".")) / scale + extra for end in (low, high or low))
    if not first <= last <= MAX_HOURS or last == 0:
        return None
    return Hours(low=round(first, 2), high=round(last, 2))


def total(text: str) -> Hours | None:
    """Return the first duration of `text` that is a total, not a rate."""
    return next((one.hours for one in find(text) if one.per is None), None)


def hours_without_unit(text: str) -> Hours | None:
    """Return the hours of a cell whose column is hours already: "12-15", "20", "3h"."""
    found = _BARE.fullmatch(text.strip())
    return _hours(found[1], found[2], scale=1) if found else total(text)


def hours_per_week(text: str) -> Hours | None:
    """Return the weekly hours in a text: "20-25 hours of study per week"."""
    found = find(re.sub(r"\bof (?:study|work|learning|your time)\b", "", text))
    return next((one.hours for one in found if one.per == "week"), None)


def hours_over_weeks(duration: str, effort: str) -> Hours | None:
    """Return the total hours of "14 weeks" at "6-10 hours/week"."""
    weeks, rate = _WEEKS.search(duration), hours_per_week(effort)
    if not weeks or not rate:
        return None
    scale = _WEEKS_IN_A_MONTH if weeks[3].casefold() == "month" else 1
    low = round(int(weeks[1]) * scale * rate.low)
    high = round(int(weeks[2] or weeks[1]) * scale * rate.high)
    return Hours(low=low, high=high) if low <= high <= MAX_HOURS else None


def without_duration(text: str) -> tuple[str, Hours | None]:
    """Return `text` without a duration at its end, its start or in brackets, and the duration."""
    for one in find(text):
        if one.per is not None:
            continue
        before, after = text[: one.start].rstrip(), text[one.end :].lstrip()
        bracketed = before[-1:] in _OPENING and after[:1] in _CLOSING
        if bracketed:
            before, after = before[:-1].rstrip(), after[1:].lstrip()
            space = "" if after[:1] in {":", ",", ".", ";"} else " "
            return f"{before}{space}{after}".strip().rstrip(" -\u2013\u2014:"), one.hours
        if re.search(r"[.!?]\s+[^.!?]+:$", before):
            return text, one.hours  # "Take the test. Target: 40 minutes": it says what they are
        if not after.strip(" .*_") and re.search(r"[-\u2013\u2014:,|(⏱~]$", before):
            return before.rstrip(" -\u2013\u2014:,|(⏱\ufe0f~"), one.hours
        if not before and after[:1] in {":", "-", "\u2013", "\u2014"}:
            return after[1:].strip(), one.hours
    return text, None
