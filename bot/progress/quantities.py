"""Parses the amounts in commands: hours, days, dates, paces. None for any other text.

Units of time may be words of another language (`unit_words.py`); dates are English or ISO.
"""

import re
from calendar import month_name, monthrange
from datetime import date, timedelta
from typing import NamedTuple

from bot.planning.schedule import add_months
from bot.progress.command_aliases import CHARACTER
from bot.progress.unit_words import day_offset, in_english, means_until

_HOURS = re.compile(
    r"(?:(\d{1,5}(?:[.,]\d{1,4})?)[ ]?(?:hours?|hrs?|h)(?:[ ]?(?:and[ ])?(?=\d)|(?![^\W_])))?"
    r"(?:(\d{1,5})[ ]?(minutes?|mins?|m)?(?![^\W_]))?",
    re.ASCII | re.IGNORECASE,
)
_SPAN = re.compile(
    r"([+-]?)[ ]?(?:(\d{1,3})[ ]?(?:weeks?|w)[ ,]{0,2})?(?:(\d{1,4})[ ]?(?:days?|d))?",
    re.ASCII | re.IGNORECASE,
)
_PACE = re.compile(
    r"(\d{1,4}(?:[.,]\d{1,2})?)[ ]?(?:(hours?|hrs?|h)|(months?))"
    r"(?:[ ]?(?:/|per|a|each|every)[ ]?(?:week|wk|w))?",
    re.ASCII | re.IGNORECASE,
)
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?:[ ]?h(?:ours?|rs?)?)?(?![^\W_]|:)", re.ASCII)
_MONTHS_LONG = re.compile(r"(\d{1,2})[ ]?months?", re.ASCII | re.IGNORECASE)
_MONTHS = [name.lower() for name in month_name]
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS[1:]) + "|sept"
_DAY = re.compile(
    r"(?:on[ ])?(?:(?P<iso>\d{4}-\d\d-\d\d)"
    rf"|(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[ ](?:of[ ])?(?P<month>{_MONTH})"
    rf"|(?P<month2>{_MONTH})[ ](?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)"
    r"(?(iso)|(?:,?[ ](?P<year>\d{4}))?)(?![^\W_])",
    re.ASCII | re.IGNORECASE,
)
# Compiled where it is needed: most runs read no day, and letters of every script take their time.
_FIRST_WORD = rf"{CHARACTER}++(?![^\W_]|['\N{{RIGHT SINGLE QUOTATION MARK}}])"
_SIGNED = re.compile(r"[+-]\d{1,7}", re.ASCII)
DAYS_A_WEEK = 7


class Pace(NamedTuple):
    """Hours a week, or months in all; one of them is None."""

    hours: float | None
    months: int | None


def hours(text: str) -> tuple[float, str] | None:
    """Return the hours at the start of `text`, to a hundredth, and the rest of it.

    `2h30m`, `2h 30`, `90m`, `1.5h`, `1,5 h`, `1:30`, `1 hour 30 minutes`. A bare number is none.
    """
    text = in_english(text)
    if clock := _CLOCK.match(text):
        return round(int(clock[1]) + int(clock[2]) / 60, 2), _without_mark(text[clock.end() :])
    found = _HOURS.match(text)
    if found is None or not (found[1] or found[2]) or (found[2] and not (found[1] or found[3])):
        return None
    whole, minutes, unit = found.groups()
    rest = text[found.end() :]
    if rest.strip() and minutes and not unit and " " in found[0]:  # "2h 3 chapters": a note
        minutes, rest = None, text[found.start(2) :]
    total = float((whole or "0").replace(",", ".")) + int(minutes or 0) / 60
    return round(total, 2), _without_mark(rest)


def _without_mark(text: str) -> str:
    """Return a note without what parts it from the amount."""
    return text.lstrip(" \t,;:-\N{EN DASH}\N{EM DASH}.").strip()


def day(text: str, today: date, *, ahead: bool) -> tuple[date, str] | None:
    """Return the day at the start of `text` and the rest of it.

    `yesterday`, `2026-11-03`, `on 3 Nov`, `November 3rd, 2026`. Without a year it is the next one
    from `today` on, or, not `ahead`, the last one up to it.
    """
    word = re.match(_FIRST_WORD, text)
    if word and (days_on := day_offset(word[0], ahead=ahead)) is not None:
        return today + timedelta(days=days_on), _without_mark(text[word.end() :])
    found = _DAY.match(text)
    if found is None:
        return None
    rest = _without_mark(text[found.end() :])
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"]), rest
        name = (found["month"] or found["month2"]).lower()[:3]
        month = [one[:3] for one in _MONTHS].index(name)
        number = int(found["day"] or found["day2"])
        if found["year"]:
            return date(int(found["year"]), month, number), rest
        years = (today.year + (n if ahead else -n) for n in range(9))  # 29 February is rare
        days = (date(year, month, number) for year in years if _is_day(year, month, number))
        return next(d for d in days if (d >= today if ahead else d <= today)), rest
    except (ValueError, StopIteration):
        return None


def _is_day(year: int, month: int, number: int) -> bool:
    return 1 <= number <= monthrange(year, month)[1]


def span(text: str) -> int | None:
    """Return the days in `+1w`, `-3d`, `+1w2d`, `2 weeks`, `10 days`."""
    found = _SPAN.fullmatch(in_english(text.strip()))
    if found is None or not (found[2] or found[3]):
        return None
    days = DAYS_A_WEEK * int(found[2] or 0) + int(found[3] or 0)
    return -days if found[1] == "-" else days


def until(text: str, today: date) -> date | None:
    """Return the last day in `until 16 Aug`, `2026-08-16`, `2 weeks`, `for 10 days`, `1 month`."""
    words = text.strip().split(maxsplit=1)
    if len(words) == 2 and means_until(words[0]):
        text = words[1]
    text = in_english(text.strip().rstrip("."))
    if (found := day(text, today, ahead=True)) is not None:
        return found[0] if not found[1] else None
    if months := _MONTHS_LONG.fullmatch(text):
        return add_months(today, int(months[1])) - timedelta(days=1) if int(months[1]) else None
    days = span(text)
    return None if days is None or days < 1 else today + timedelta(days=days - 1)


def pace(text: str) -> Pace | None:
    """Return the pace in `10h`, `7.5 hours a week`, `15 months`."""
    found = _PACE.fullmatch(in_english(text.strip().rstrip(".")))
    if found is None:
        return None
    number = float(found[1].replace(",", "."))
    if found[2]:
        return Pace(hours=number, months=None)
    return Pace(hours=None, months=int(number)) if number.is_integer() else None


def signed(text: str) -> int | None:
    """Return the number in `+3`, `-1`, which must have a sign."""
    return int(text) if _SIGNED.fullmatch(text) else None
