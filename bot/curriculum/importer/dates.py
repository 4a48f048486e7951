"""Find the dates in a label: ISO, numeric and named ones, ranges, months, and the year carried on.

A label without a year takes the one of the label before it. Before any year is named it is unknown:
`with_years` takes the next that fits.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.curriculum.importer.time_words import TimeWords, folded

UNKNOWN = 4  # a leap year nobody learns in
_JOIN = r"\s*(?:-|\u2013|\u2014|~|→|to|until|through|till|bis|al?|au|até|hasta|ate|至|到)\s*"
_CENTURY = "(?:19|20)"  # of a year in full: in another one there is no time left to learn
_ISO = rf"(?P<iso>{_CENTURY}\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}})"
_YEAR = rf"(?:,?\s*(?:de\s+|del\s+)?(?P<{{0}}>{_CENTURY}\d{{{{2}}}})(?![\d-]))?"


@dataclass(frozen=True, slots=True)
class FoundDate:
    """Days `first` to `last` that stand at `start` to `end` of a text."""

    first: date
    last: date
    start: int
    end: int
    whole_month: bool = False

    @property
    def days(self) -> int:
        """Return the days from first to last."""
        return (self.last - self.first).days + 1


class DateReader:
    """A reader of dates that carries the year on from label to label, in their order."""

    def __init__(self, words: TimeWords, *, day_first: bool = False) -> None:
        self._words = words
        self._day_first = day_first
        self._year: int | None = None
        self._before: date | None = None
        months = "|".join(sorted(map(re.escape, words.months), key=len, reverse=True))
        weekdays = "|".join(sorted(map(re.escape, words.weekdays), key=len, reverse=True))
        day = r"(?P<{0}>\d{{1,2}})(?:st|nd|rd|th|er|ª|º|\.)?(?!\d|:\d|\w)"
        month = rf"(?<!\w)(?P<{{0}}>{months})\.?(?!\w)"
        self._weekday = re.compile(rf"(?:{weekdays})\b\.?,?\s*", re.IGNORECASE)
        ends = (
            rf"{month.format('m2')}\s*{day.format('d2')}|{day.format('d3')}\s*(?:de\s+)?"
            rf"{month.format('m3')}|{day.format('d4')}"
        )
        again = rf"{_JOIN}(?:(?:{weekdays})\.?,?\s*)?"
        until, year = rf"(?:{again}(?:{ends}))?", _YEAR.format
        alone = r"(?<![\d/.:-])"
        short_year = rf"(?:(?P=sign)(?P<{{0}}>{_CENTURY}?\d{{{{2}}}}))?(?![\d/%])".format
        named = rf"{month.format('m')}{year('y')}"
        spelled = (
            rf"(?<!\d){_ISO}(?:{_JOIN}(?P<iso2>{_CENTURY}\d\d-\d{{1,2}}-\d{{1,2}}))?(?!\d)",
            rf"{month.format('m')}\s*{day.format('d')}{year('y')}{until}{year('y2')}",
            rf"{alone}{day.format('d')}\s*(?:de\s+)?{named}{until}{year('y2')}",
            rf"{alone}{day.format('d')}{_JOIN}{day.format('d4')}\s*(?:de\s+)?{named}",
            (
                rf"{alone}(?P<a>\d{{1,2}})(?P<sign>[/.]|-(?=\d\d?-\d{{4}}(?!\d)))(?P<b>\d{{1,2}}){short_year('y')}\.?"
                rf"(?:{again}(?P<a2>\d{{1,2}})(?P=sign)(?P<b2>\d{{1,2}}){short_year('y2')})?"
            ),
            rf"{month.format('m')}(?:{_JOIN}{month.format('m2')})?{year('y')}(?!\s*\d)",
        )
        self._patterns = tuple(re.compile(one, re.IGNORECASE) for one in spelled)

    def find(self, text: str) -> FoundDate | None:
        """Return the first date or range of dates in a short text, or None."""
        if len(text) > 200 or not (re.search(r"\d", text) or self._names(text)):
            return None
        plain = folded(text)
        for number, pattern in enumerate(self._patterns):
            for one in pattern.finditer(plain):
                made = self._made(number, one, plain)
                if made is not None:
                    return made
        return None

    def _names(self, text: str) -> bool:
        return any(folded(word) in self._words.months for word in re.findall(r"[^\W\d_]+", text))

    def _made(self, number: int, one: re.Match[str], text: str) -> FoundDate | None:
        start = self._weekday_before(text, one.start())
        try:
            first, last = self._days(number, one.groupdict())
        except ValueError:
            return None
        if number == 4 and start == one.start() and not one["y"] and not one["a2"]:
            return None  # 1/2 is a part as often as a day
        if last < first or (last - first).days > 400:
            return None
        if first.year != UNKNOWN:
            self._year, self._before = last.year, last
        return FoundDate(first, last, start, one.end(), number == 5)

    def _weekday_before(self, text: str, start: int) -> int:
        for found in self._weekday.finditer(text, max(0, start - 16), start):
            if found.end() == start and not text[found.start() - 1 : found.start()].isalnum():
                return found.start()
        return start

    def _days(self, number: int, got: dict[str, str | None]) -> tuple[date, date]:
        if number == 0:
            low = _iso(got["iso"] or "")
            return low, _iso(got["iso2"]) if got["iso2"] else low
        if number == 5:
            return self._months(got)
        if number == 4:
            low = self._numeric(got["a"], got["b"], got["y"] or got["y2"])
            high = self._numeric(got["a2"], got["b2"], got["y2"]) if got["a2"] else low
            return low, _after(low, high)
        month = self._words.months[folded(got["m"] or "")]
        given = got.get("y") or got.get("y2")
        low = self._date(given, month, int(got["d"] or 0))
        until = got.get("m2") or got.get("m3")
        to = got.get("d2") or got.get("d3") or got.get("d4")
        if not to:
            return low, low
        last_month = self._words.months[folded(until)] if until else month
        return low, _after(low, date(low.year, last_month, int(to)))

    def _months(self, got: dict[str, str | None]) -> tuple[date, date]:
        low = self._date(got["y"], self._words.months[folded(got["m"] or "")], 1)
        high = self._words.months[folded(got["m2"])] if got["m2"] else low.month
        year = low.year + (high < low.month)
        return low, date(year, high, monthrange(year, high)[1])

    def _numeric(self, a: str | None, b: str | None, year: str | None) -> date:
        one, other = int(a or 0), int(b or 0)
        day, month = (one, other) if self._day_first or one > 12 else (other, one)
        full = f"20{year}" if year and len(year) == 2 else year
        return self._date(full, month, day)

    def _date(self, year: str | None, month: int, day: int) -> date:
        if year:
            return date(int(year), month, day)
        if self._year is not None and self._before is not None:
            made = date(self._year, month, day)
            return made.replace(year=made.year + 1) if (self._before - made).days > 200 else made
        return date(UNKNOWN, month, day)


def with_years(days: Iterable[tuple[date, date]], after: date) -> Iterator[tuple[date, date]]:
    """Yield first and last days in their order; those without a year take the next that fits.

    The first of them is on the day `after` or later.
    """
    for first, last in days:
        years = 0
        if first.year == UNKNOWN:
            years = after.year + (_in(after.year, first) < after) - UNKNOWN
        after = _in(first.year + years, first)
        yield after, _in(last.year + years, last)


def _in(year: int, day: date) -> date:
    """Return the day in another year, 28 February for the 29th where there is none."""
    return day.replace(year=year, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _iso(text: str) -> date:
    year, month, day = re.split(r"[-/.]", text)
    return date(int(year), int(month), int(day))


def _after(low: date, high: date) -> date:
    """Return `high`, a year later where a range goes over the new year."""
    if high < low and (low - high).days > 180:
        return high + timedelta(days=366 if high.year == UNKNOWN else 365)
    return high
