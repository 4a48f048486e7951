"""The path as a calendar (iCalendar, RFC 5545) to subscribe to: what it lists, and its file.

What calendar programs break on decides its form:

- An event is found again by its UID. One that changes makes duplicates (ellite/Wallos#966,
  sendou-ink/sendou.ink#2888, ovumcy/ovumcy-web#219), so it comes from our key and the repository.
- Some take a change only with a higher SEQUENCE (GatherPress/gatherpress#2058,
  jasvrcek/ICS#10). All have one, from the time of the last change; it fits into 32 bits, unlike
  that of Shelf-nu/shelf.nu#2485.
- A TZID needs its VTIMEZONE, and Outlook makes mistakes with those (owncloud-archive/calendar#687,
  SuperKenVery/nju-schedule-ics#8, callumalpass/tasknotes#1913). So summaries are listed one by one
  in UTC, and everything else is a day without a zone.
- The end of an all-day event is the day after it (swcarpentry/DEPRECATED-website#21).
- Without TRANSP, a learner would look busy all year (moadim-io/daemon#461).
- Google shows no URL, only the description, so that has the address, too.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import takewhile
from typing import NamedTuple

from bot.curriculum.base import Item
from bot.i18n import gettext as _
from bot.planning.desired_state import DELIVERABLE, SUMMARY_KEY, unit_key
from bot.planning.length_limits import TITLE, one_line
from bot.planning.marker import Key
from bot.planning.schedule import UnitDates
from bot.planning.unit_names import checkpoint_title, unit_names
from bot.progress.path import LearningPath
from bot.progress.progress import LEFT_OUT
from bot.reports.due_weeks import summary_weeks, weekly_key
from bot.reports.side_issues import events_on_path
from bot.settings import Pause

FILE_NAME = "path.ics"
MEDIA_TYPE = "text/calendar; charset=utf-8"
REFRESH = timedelta(hours=12)
FORMAT = 1  # changes with the form of the file, so that it's written again
A_DAY = timedelta(days=1)
SUMMARY_LENGTH = timedelta(minutes=15)
_SEQUENCE_START = datetime(2020, 1, 1, tzinfo=UTC)


class CalendarEvent(NamedTuple):
    """Holds one event: days, or times in UTC, from `start` up to but not including `end`."""

    key: Key
    title: str
    start: date
    end: date
    url: str = ""


class PathCalendar(NamedTuple):
    """Holds what the calendar of a path shows. Writing it as a file takes time, comparing none."""

    name: str
    repository: str
    events: tuple[CalendarEvent, ...]

    @property
    def fingerprint(self) -> str:
        """Return a text that differs when the file would differ in more than its time."""
        return sha256(repr((FORMAT, self)).encode(errors="backslashreplace")).hexdigest()


def path_calendar(path: LearningPath) -> PathCalendar:
    """Return the calendar of a path, in the language in use."""
    events = _Events(path)
    return PathCalendar(
        name=one_line(path.curriculum.title, TITLE),
        repository=path.observed.snapshot.repository.lower(),
        events=(
            *events.units(),
            *events.deliverables(),
            *events.checkpoints(),
            *events.events(),
            *events.summaries(),
        ),
    )


class _Events:
    """Makes the events of a path."""

    def __init__(self, path: LearningPath) -> None:
        self._path = path
        self._summary = path.observed.issues.get(SUMMARY_KEY)
        url = self._summary.state.url if self._summary else ""
        self._home = url.rpartition("/issues/")[0]  # of the repository on GitHub

    def units(self) -> Iterator[CalendarEvent]:
        """Yield the days of each unit; one that a pause interrupts has an event for each part."""
        names = unit_names(self._path.curriculum)
        for dates in self._path.dates.units:
            for number, (first, last) in enumerate(study_spans(dates, self._path.settings.pauses)):
                key = unit_key(dates.unit) + (f":{number + 1}" if number else "")
                yield _all_day(key, names[dates.unit], first, last, self._milestone(dates.unit))

    def deliverables(self) -> Iterator[CalendarEvent]:
        """Yield the last day for each deliverable that isn't left out."""
        if not self._path.settings.features.deliverables:
            return
        left_out = {w.key for w in self._path.progress.work if w.state in LEFT_OUT}
        for module in self._path.curriculum.modules():
            for one in module.deliverables:
                key = f"deliverable:{one.id}"
                unit = self._path.places.get(key, module.due_unit(one).id)
                if key not in left_out:
                    title = _(DELIVERABLE, title=one.title)
                    yield from self._due(key, one, title, unit)

    def checkpoints(self) -> Iterator[CalendarEvent]:
        """Yield the day of each checkpoint."""
        curriculum = self._path.curriculum
        if not self._path.settings.features.checkpoints:
            return
        modules = {module.id: module for module in curriculum.modules()}
        for one in curriculum.checkpoints:
            module = modules[one.after]
            title = checkpoint_title(curriculum, module, one)
            yield from self._due(f"checkpoint:{one.id}", one, title, module.due_unit(one).id)

    def events(self) -> Iterator[CalendarEvent]:
        """Yield the days of the guide's events."""
        for event, on, unit in events_on_path(self._path):
            yield from self._due(f"event:{event.id}", event, event.title, unit, on)

    def summaries(self) -> Iterator[CalendarEvent]:
        """Yield the time of each weekly summary, up to the end of the plan; none for no summary."""
        path = self._path
        summary = self._summary.state if self._summary else None
        if summary is not None and summary.settled:
            return
        made_on = path.day_of(summary.created_at) if summary else path.today
        end = max(path.dates.last, path.today)
        for week in takewhile(lambda w: w.first <= end, summary_weeks(path, made_on)):
            key, at = weekly_key(week), week.due(path.settings)
            own = path.observed.issues.get(key)
            url = own.state.url if own else summary.url if summary else ""
            yield CalendarEvent(key, _("Weekly summary"), at, at + SUMMARY_LENGTH, url)

    def _due(
        self, key: Key, item: Item, title: str, unit: str, on: date | None = None
    ) -> Iterator[CalendarEvent]:
        """Yield the day of something with an issue, unless that is closed as not planned."""
        issue = self._path.issue_of(key.partition(":")[0], item)
        if issue is not None and issue.state.settled and not issue.state.finished:
            return
        day = on or self._path.dates[unit].last
        yield _all_day(key, title, day, day, issue.state.url if issue else self._milestone(unit))

    def _milestone(self, unit: str) -> str:
        """Return the address of a unit's milestone; empty where there is none yet."""
        ours = self._path.observed.milestones.get(unit_key(unit))
        return f"{self._home}/milestone/{ours.state.number}" if ours and self._home else ""


def study_spans(dates: UnitDates, pauses: tuple[Pause, ...]) -> tuple[tuple[date, date], ...]:
    """Return first and last day of each part of a unit between pauses.

    One that lies in a pause as a whole, because it was over when the pause came, has its own days.
    """
    found, day = [], dates.first
    for pause in sorted(pauses, key=lambda pause: pause.first):
        if day <= pause.last and pause.first <= dates.last:
            if day < pause.first:
                found.append((day, pause.first - A_DAY))
            day = pause.last + A_DAY
    if day <= dates.last:
        found.append((day, dates.last))
    return tuple(found) or ((dates.first, dates.last),)


def _all_day(key: Key, title: str, first: date, last: date, url: str) -> CalendarEvent:
    return CalendarEvent(key, one_line(title, TITLE), first, last + A_DAY, url)


def as_ics(calendar: PathCalendar, revised: datetime) -> bytes:
    """Return the file of a calendar whose content last changed at `revised` (aware).

    The same calendar and time give the same bytes.
    """
    from icalendar import Calendar, Event, vText

    file = Calendar()
    file.add("version", "2.0")
    file.add("prodid", "-//Milepost//Milepost//EN")
    name = vText(calendar.name)  # of a plain text icalendar escapes nothing here
    file.add("name", name)
    file.add("x-wr-calname", name)
    file.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    file.add("x-published-ttl", "PT12H")  # what Outlook calls it
    stamp = revised.astimezone(UTC)
    sequence = (stamp - _SEQUENCE_START) // timedelta(minutes=1)
    for one in calendar.events:
        event = Event()
        event.add("uid", _uid(calendar.repository, one.key))
        event.add("summary", one.title)
        event.add("dtstart", one.start)
        event.add("dtend", one.end)
        event.add("dtstamp", stamp)
        event.add("last-modified", stamp)
        event.add("sequence", sequence)
        event.add("transp", "TRANSPARENT")
        if one.url:
            event.add("url", one.url)
            event.add("description", one.url)
        file.add_component(event)
    content: bytes = file.to_ical()
    return content


def _uid(repository: str, key: Key) -> str:
    """Return an id that says nothing about the repository, which may be private."""
    return f"{sha256(f'{repository} {key}'.encode()).hexdigest()[:32]}@milepost"
