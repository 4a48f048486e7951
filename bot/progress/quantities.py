"""Parses the amounts in commands: hours, days, dates, paces. None for any other text."""

import re
from datetime import date, timedelta
from typing import NamedTuple

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
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SIGNED = re.compile(r"[+-]\d{1,7}", re.ASCII)
DAYS_A_WEEK = 7


class Pace(NamedTuple):
    """Hours a week, or months in all; one of them is None."""

    hours: float | None
    months: int | None


def hours(text: str) -> tuple[float, str] | None:
    """Return the hours at the start of `text`, to a hundredth, and the rest of it.

    `2h30m`, `2h 30`, `90m`, `1.5h`, `1,5 h`, `1 hour 30 minutes`. A bare number is none.
    """
    found = _HOURS.match(text)
    if found is None or not (found[1] or found[2]) or (found[2] and not (found[1] or found[3])):
        return None
    whole, minutes, unit = found.groups()
    rest = text[found.end() :]
    if rest.strip() and minutes and not unit and " " in found[0]:  # "2h 3 chapters": a note
        minutes, rest = None, text[found.start(2) :]
    total = float((whole or "0").replace(",", ".")) + int(minutes or 0) / 60
    return round(total, 2), rest.lstrip(" \t,;:-\N{EN DASH}\N{EM DASH}.").strip()


def span(text: str) -> int | None:
    """Return the days in `+1w`, `-3d`, `+1w2d`, `2 weeks`, `10 days`."""
    found = _SPAN.fullmatch(text.strip())
    if found is None or not (found[2] or found[3]):
        return None
    days = DAYS_A_WEEK * int(found[2] or 0) + int(found[3] or 0)
    return -days if found[1] == "-" else days


def until(text: str, today: date) -> date | None:
    """Return the last day in `until 2026-08-16`, `2026-08-16`, `2 weeks`, `for 10 days`."""
    words = text.strip().split(maxsplit=1)
    if len(words) == 2 and words[0].lower() in {"until", "till", "to", "for"}:
        text = words[1]
    text = text.strip().rstrip(".")
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    days = span(text)
    return None if days is None or days < 1 else today + timedelta(days=days - 1)


def pace(text: str) -> Pace | None:
    """Return the pace in `10h`, `7.5 hours a week`, `15 months`."""
    found = _PACE.fullmatch(text.strip().rstrip("."))
    if found is None:
        return None
    number = float(found[1].replace(",", "."))
    if found[2]:
        return Pace(hours=number, months=None)
    return Pace(hours=None, months=int(number)) if number.is_integer() else None


def signed(text: str) -> int | None:
    """Return the number in `+3`, `-1`, which must have a sign."""
    return int(text) if _SIGNED.fullmatch(text) else None
