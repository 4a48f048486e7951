"""Draw `docs/images/calendar.svg`: five weeks of the calendar of the built-in path, as an SVG.

It reads the file that the tests of the calendar expect, and lays it out as calendar programs do:
days of several weeks as bars, what is on one day below them, times in the learner's zone. The weeks
have a checkpoint and the change to summer time. A test draws it again and compares.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar

ROOT = Path(__file__).parents[1]
FILE = ROOT / "tests" / "reports" / "test_calendar" / "test_the_builtin_path.ics"
PICTURE = ROOT / "docs" / "images" / "calendar.svg"
ZONE = ZoneInfo("Europe/Berlin")
FIRST, WEEKS = date(2026, 3, 23), 5
A_DAY = timedelta(days=1)
CELL, TOP, LINE = 140, 36, 22
CHARACTERS = 9  # px of one, at most
STYLE = """
svg{--p:#fff;--t:#1f2328;--m:#59636e;--l:#d1d9e0;--b:#0969da;--g:#1a7f37}
@media(prefers-color-scheme:dark){
svg{--p:#0d1117;--t:#e6edf3;--m:#9198a1;--l:#3d444d;--b:#1f6feb;--g:#3fb950}}
text{font:14px system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--t)}
.m{fill:var(--m)}.g{fill:var(--g);font-weight:600}.u{fill:#fff;font-weight:600}
.c{fill:var(--p);stroke:var(--l)}.b{fill:var(--b)}
"""


class Event(NamedTuple):
    """An event of the file: its first and last day, its title, and its time where it has one."""

    first: date
    last: date
    title: str
    time: str = ""

    @property
    def text(self) -> str:
        return f"{self.time} {self.title}".strip()


def events(content: bytes) -> Iterator[Event]:
    """Yield the events of a calendar file, in its order."""
    for found in Calendar.from_ical(content).events:
        start, end, title = found.start, found.end, str(found["SUMMARY"])
        if isinstance(start, datetime):
            local = start.astimezone(ZONE)
            yield Event(local.date(), local.date(), title, f"{local:%H:%M}")
        else:
            yield Event(start, end - A_DAY, title)


def _in_lines(event: Event, width: int) -> list[str]:
    """Return the text of an event, in two lines at most; a bar has one."""
    most = (width - 12) // CHARACTERS
    several = event.first != event.last
    return wrap(event.text, most, max_lines=1 if several else 2, placeholder="…")


def _places(monday: date, found: Iterable[Event]) -> Iterator[tuple[Event, int, int, int]]:
    """Yield each event of a week, its first and last day of the week, and its line in the row."""
    used = [0] * 7
    for event in found:
        first, last = max((event.first - monday).days, 0), min((event.last - monday).days, 6)
        if first <= last:
            place = max(used[first : last + 1])
            lines = len(_in_lines(event, (last + 1 - first) * CELL - 8))
            used[first : last + 1] = [place + lines] * (last + 1 - first)
            yield event, first, last, place


def _events(top: int, placed: Iterable[tuple[Event, int, int, int]]) -> Iterator[str]:
    for event, first, last, place in placed:
        left, width, y = first * CELL + 4, (last + 1 - first) * CELL - 8, top + 44 + place * LINE
        style = "m" if event.time else "g"
        if event.first != event.last:
            style = "u"
            bar = f'x="{left}" y="{y - 15}" width="{width}" height="{LINE - 2}" rx="4"'
            yield f'<rect class="b" {bar}/>'
        for number, line in enumerate(_in_lines(event, width)):
            at = f'x="{left + 5}" y="{y + number * LINE}"'
            yield f'<text class="{style}" {at}>{escape(line)}</text>'


def drawn(content: bytes) -> str:
    """Return the picture of the weeks in a calendar file."""
    found = list(events(content))
    lines = [
        f'<text class="m" x="{day * CELL + 8}" y="23">{FIRST + day * A_DAY:%a}</text>'
        for day in range(7)
    ]
    top = TOP
    for week in range(WEEKS):
        monday = FIRST + 7 * week * A_DAY
        placed = list(_places(monday, found))
        height = 76 + LINE * max(place for *_, place in placed)
        for day in range(7):
            at = monday + day * A_DAY
            number = f"{at.day} {at:%b}" if at.day == 1 or at == FIRST else str(at.day)
            box = f'x="{day * CELL + 0.5}" y="{top + 0.5}" width="{CELL}" height="{height}"'
            lines.append(f'<rect class="c" {box}/>')
            lines.append(f'<text class="m" x="{day * CELL + 8}" y="{top + 20}">{number}</text>')
        lines += _events(top, placed)
        top += height
    width = 7 * CELL + 1
    size = f'viewBox="0 0 {width} {top + 1}" width="{width}" height="{top + 1}"'
    label = "Five weeks of a path: units as bars, a deliverable, a checkpoint, weekly summaries."
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{label}">',
            f"<style>{STYLE}</style>",
            f'<rect class="c" x=".5" y=".5" width="{width - 1}" height="{top}"/>',
            *lines,
            "</svg>\n",
        ]
    )


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(drawn(FILE.read_bytes()), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
