"""The calendar of a path, as two parsers that share no code with its writer read it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
import vobject  # type: ignore[import-untyped]
from builders import curriculum
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from planning.paths import LONG
from pytest_regressions.file_regression import FileRegressionFixture
from reports.histories import RICH, HistoryLearner, at
from repository_fixture import settings
from sync.sync_runs import SyncRuns

from bot.curriculum.load import from_catalog
from bot.i18n import use_language
from bot.planning.observed_state import ObservedState
from bot.planning.schedule import UnitDates
from bot.progress.commands.move import Move
from bot.progress.path import LearningPath
from bot.reports.calendar import PathCalendar, as_ics, path_calendar, study_spans
from bot.reports.due_weeks import Week
from bot.settings import Pause

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata")
A_DAY = timedelta(days=1)
NOW = at("2026-02-16")


class Read(NamedTuple):
    """An event as a parser reads it; `end` is exclusive."""

    uid: str
    title: str
    start: date
    end: date
    url: str
    sequence: int
    stamp: datetime
    busy: str


def by_ical(content: bytes) -> list[Read]:
    found = []
    for event in IcsCalendarStream.calendar_from_ics(content.decode()).events:
        assert event.dtstart
        assert event.dtend
        assert isinstance(event.dtstamp, datetime)
        when = (event.dtstart, event.dtend, str(event.url or ""))
        rest = (event.sequence or 0, event.dtstamp, str(event.transparency))
        found.append(Read(event.uid or "", event.summary or "", *when, *rest))
    return found


def by_vobject(content: bytes) -> list[Read]:
    return [
        Read(
            e.uid.value,
            e.summary.value,
            e.dtstart.value,
            e.dtend.value,
            e.url.value if hasattr(e, "url") else "",
            int(e.sequence.value),
            e.dtstamp.value,
            e.transp.value,
        )
        for e in vobject.readOne(content.decode()).vevent_list
    ]


def read(content: bytes) -> list[Read]:
    """Read a file with both parsers, which must agree."""
    found = by_ical(content)
    assert found == by_vobject(content)
    return found


def calendar(view: LearningPath) -> PathCalendar:
    with use_language(view.language):
        return path_calendar(view)


def file(view: LearningPath) -> bytes:
    return as_ics(calendar(view), view.now)


def titled(events: list[Read], title: str) -> list[Read]:
    return [event for event in events if event.title == title]


@pytest.fixture(scope="module")
def view() -> LearningPath:
    return HistoryLearner(RICH).view("2026-02-16")


def test_it_has_units_deliverables_checkpoints_and_summaries(view: LearningPath) -> None:
    events = read(file(view))
    (unit,) = titled(events, "Month 1, Week 1-2: A")
    assert (unit.start, unit.end) == (date(2026, 1, 5), date(2026, 1, 19))
    assert unit.url == "https://github.com/learner/portfolio/milestone/1"
    (thing,) = titled(events, "Deliverable: A first thing")
    assert (thing.start, thing.end) == (date(2026, 2, 1), date(2026, 2, 2))
    assert "/issues/" in thing.url
    (checkpoint,) = titled(events, "Checkpoint after Month 1: January: One month in")
    assert checkpoint.start == date(2026, 2, 1)
    summaries = titled(events, "Weekly summary")
    assert summaries[0].start == datetime(2026, 1, 12, 8, tzinfo=UTC)
    assert summaries[0].end - summaries[0].start == timedelta(minutes=15)
    assert all(b.start - a.start == timedelta(weeks=1) for a, b in pairwise(summaries))
    assert summaries[-1].start == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert {event.busy for event in events} == {"TRANSPARENT"}


def test_it_has_the_events_of_the_guide_on_their_days() -> None:
    path = curriculum(
        "Phase: P\nMonth 1: M\nWeek 1-2: W\n- a",
        community=[
            {"title": "A meeting", "kind": "event", "on": "2026-01-10"},
            {"title": "Long before", "kind": "event", "on": "2025-01-10"},
            {"title": "A forum", "kind": "community"},
        ],
    )
    events = read(file(HistoryLearner(path).view("2026-01-06")))
    (meeting,) = titled(events, "A meeting")
    assert (meeting.start, meeting.end) == (date(2026, 1, 10), date(2026, 1, 11))
    assert not titled(events, "Long before")
    assert not titled(events, "A forum")


def test_what_the_learner_left_out_is_left_out() -> None:
    learner = HistoryLearner(RICH).skips("Deliverable: A first thing")
    titles = {event.title for event in calendar(learner.view("2026-02-16")).events}
    assert "Deliverable: A first thing" not in titles
    assert "Deliverable: A second thing" in titles
    deleted = HistoryLearner(RICH)
    deleted.bench.delete("Deliverable: A first thing")
    there = deleted.view("2026-02-16")
    gone = there.model_copy(update={"observed": _remembering(there, "deliverable:a-first-thing")})
    assert "Deliverable: A first thing" not in {event.title for event in calendar(gone).events}
    point = "Checkpoint after Month 1: January: One month in"
    assert point in titles
    titles = {e.title for e in calendar(learner.skips(point).view("2026-02-16")).events}
    assert point not in titles
    off = {"deliverables": False, "checkpoints": False}
    plain = HistoryLearner(RICH, settings("2026-01-05", ahead="all", features=off))
    kinds = {e.key.partition(":")[0] for e in calendar(plain.view("2026-02-16")).events}
    assert kinds == {"unit", "weekly"}


def _remembering(view: LearningPath, key: str) -> ObservedState:
    ledger = view.observed.ledger.adding({key}, {})
    return view.observed.model_copy(update={"ledger": ledger})


def test_what_was_moved_is_on_the_last_day_of_its_new_unit() -> None:
    learner = HistoryLearner(RICH)
    learner.contains(Move(days=14), "2026-01-06", "Deliverable: A first thing")
    view = learner.view("2026-01-06")
    (thing,) = titled(read(file(view)), "Deliverable: A first thing")
    assert thing.start == view.dates["c"].last


def test_summaries_begin_when_their_issue_was_made() -> None:
    learner = HistoryLearner(RICH)
    issue = learner.bench.dashboard_issue()
    issue.birth = replace(issue.birth, at=at("2026-01-20"))
    summaries = titled(read(file(learner.view("2026-02-16"))), "Weekly summary")
    assert summaries[0].start == datetime(2026, 1, 26, 8, tzinfo=UTC)
    assert summaries[0].url == "https://github.com/learner/portfolio/issues/1"


def test_a_summary_leads_to_its_own_issue() -> None:
    how = settings("2026-01-05", ahead="all", summary="issue")
    runs = SyncRuns(RICH, how)
    runs.sync()
    runs.later(days=8).sync()
    own = next(i for i in runs.issues() if i.title.startswith("Weekly summary"))
    path = LearningPath.read(RICH, how, runs.bench.edges.snapshot(), runs.now)
    first, second = titled(read(file(path)), "Weekly summary")[:2]
    assert first.url.endswith(f"/issues/{own.number}")
    assert second.url != first.url


def test_without_summaries_there_is_no_time_for_them() -> None:
    learner = HistoryLearner(RICH).skips("Your path: From here to there")
    assert not titled(read(file(learner.view("2026-02-16"))), "Weekly summary")


def test_summaries_end_with_the_path(view: LearningPath) -> None:
    done = HistoryLearner(RICH)
    for work in view.progress.work:
        if work.number:
            done.bench.close(work.title)
            done.bench.issue(work.title).closed_at = at("2026-02-10")
    ended = done.view("2026-02-16").model_copy(update={"settings": done.how})
    ended.__dict__["finished_on"] = date(2026, 2, 10)
    summaries = titled(read(file(ended)), "Weekly summary")
    assert summaries[-1].start == datetime(2026, 2, 16, 8, tzinfo=UTC)
    # after the planned end they go on while the path does
    late = titled(read(file(HistoryLearner(RICH).view("2026-06-01"))), "Weekly summary")
    assert late[-1].start == datetime(2026, 6, 8, 8, tzinfo=UTC)


def test_a_unit_that_a_pause_interrupts_is_there_in_parts() -> None:
    rest = [{"from": "2026-01-10", "to": "2026-01-13"}, {"from": "2026-01-12", "to": "2026-01-15"}]
    learner = HistoryLearner(RICH, settings("2026-01-05", ahead="all", pauses=rest))
    events = read(file(learner.view("2026-01-06")))
    parts = titled(events, "Month 1, Week 1-2: A")
    assert [(p.start, p.end) for p in parts] == [
        (date(2026, 1, 5), date(2026, 1, 10)),
        (date(2026, 1, 16), date(2026, 1, 25)),
    ]
    without = read(file(HistoryLearner(RICH).view("2026-01-06")))
    assert titled(without, parts[0].title)[0].uid == parts[0].uid
    # summaries are posted in pauses, too
    assert date(2026, 1, 12) in {e.start.date() for e in events if isinstance(e.start, datetime)}


def test_a_unit_that_was_over_when_the_pause_came_has_its_own_days() -> None:
    dates = UnitDates(unit="u", first=date(2026, 1, 5), last=date(2026, 1, 8))
    rest = Pause.model_validate({"from": "2026-01-01", "to": "2026-01-31"})
    assert study_spans(dates, (rest,)) == ((dates.first, dates.last),)
    both = [("2026-01-05", "2026-01-06"), ("2026-01-07", "2026-01-07")]
    rests = tuple(Pause.model_validate({"from": first, "to": last}) for first, last in both)
    assert study_spans(dates, rests) == ((dates.last, dates.last),)
    beside = Pause.model_validate({"from": "2026-01-08", "to": "2026-01-31"})
    assert study_spans(dates, (beside,)) == ((date(2026, 1, 5), date(2026, 1, 7)),)


@pytest.mark.parametrize(
    ("zone", "hours"),
    [  # two changes of the clocks in a year, in either half of the world, and none
        ("Europe/Berlin", {6, 7}),
        ("Pacific/Auckland", {19, 20}),
        ("Asia/Kolkata", {2}),
    ],
)
def test_the_summary_is_at_the_same_hour_of_the_learners_clock(zone: str, hours: set[int]) -> None:
    how = settings(
        "2026-01-05", ahead="all", timezone=zone, pace=15, summary={"day": "monday", "hour": 8}
    )
    events = read(file(HistoryLearner(LONG, how).view("2026-01-06")))
    times = [e.start for e in events if isinstance(e.start, datetime)]
    assert len(times) > 55
    assert {(t.astimezone(ZoneInfo(zone)).weekday(), t.astimezone(ZoneInfo(zone)).hour)
            for t in times} == {(0, 8)}  # fmt: skip
    assert {t.astimezone(UTC).hour for t in times} == hours


@examples(max_examples=25, deadline=None)
@given(
    start=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    months=st.integers(2, 20),
    rest=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 40)), max_size=3),
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
)
def test_spans_are_the_days_of_study_and_ids_stay(
    start: date, months: int, rest: list[tuple[int, int]], zone: str, hour: int
) -> None:
    pauses = [
        {"from": str(start + n * A_DAY), "to": str(start + (n + length) * A_DAY)}
        for n, length in rest
    ]
    more: dict[str, Any] = {"timezone": zone, "summary": {"hour": hour}, "pauses": pauses}
    planned = _VIEW.model_copy(update={"settings": settings(str(start), pace=months, **more)})
    path = _fresh(planned, start)
    events = read(file(path))
    assert len({event.uid for event in events}) == len(events)
    resting = {
        p.first + n * A_DAY
        for p in path.settings.pauses
        for n in range((p.last - p.first).days + 1)
    }
    keys = [event.key for event in calendar(path).events]
    for dates in path.dates.units:
        days = {dates.first + n * A_DAY for n in range(dates.days)} - resting
        spans = [e for e, k in zip(events, keys, strict=True)
                 if k == f"unit:{dates.unit}" or k.startswith(f"unit:{dates.unit}:")]  # fmt: skip
        listed = [s.start + n * A_DAY for s in spans for n in range((s.end - s.start).days)]
        assert sorted(days) == listed
    for event, key in zip(events, keys, strict=True):
        assert event.start < event.end
        if key.startswith("weekly:"):
            assert event.start == Week.parse(key.partition(":")[2]).due(path.settings)
        else:
            assert path.dates.first <= event.start <= event.end - A_DAY <= path.dates.last
    later = _fresh(planned.model_copy(update={"settings": settings(str(start + A_DAY))}), start)
    names = dict(zip(keys, (event.uid for event in events), strict=True))
    moved = zip([e.key for e in calendar(later).events], read(file(later)), strict=True)
    assert all(names[key] == event.uid for key, event in moved if key in names)


def _fresh(view: LearningPath, today: date) -> LearningPath:
    """Return a path without what was computed of another."""
    fields = {name: getattr(view, name) for name in type(view).model_fields}
    return LearningPath.model_construct(**{**fields, "today": today})


_VIEW = HistoryLearner(RICH).view("2026-01-06")


def test_hostile_titles_stay_text() -> None:
    title = (
        "Lists, maps; \\n and\r\nEND:VEVENT\r\nBEGIN:VEVENT\x00\x0b\u2028 \u202eé" + "日本語🎓" * 30
    )
    path = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- a", title=title)
    unit = path.phases[0].modules[0].units[0].model_copy(update={"title": title, "label": None})
    module = path.phases[0].modules[0].model_copy(update={"units": (unit,)})
    phase = path.phases[0].model_copy(update={"modules": (module,)})
    before = HistoryLearner(path).view("2026-01-06")
    content = file(before.model_copy(update={"curriculum": path.model_copy(
        update={"phases": (phase,)})}))  # fmt: skip
    events = read(content)
    units = [e for e in events if not isinstance(e.start, datetime)]
    assert [e.title for e in units] == [
        "Lists, maps; \\n and END:VEVENT BEGIN:VEVENT é" + "日本語🎓" * 30
    ]
    unfolded = content.replace(b"\r\n ", b"")
    for name in (b"NAME", b"X-WR-CALNAME"):
        assert b"\r\n" + name + rb":Lists\, maps\; \\n and END" in unfolded
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75  # octets, RFC 5545, 3.1
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    for line in lines:
        line.decode()  # no character is cut in two


def test_an_unchanged_calendar_has_the_same_fingerprint(view: LearningPath) -> None:
    """What is written anew is the time: so a file is written only when something changed."""
    later = view.model_copy(update={"now": view.now + timedelta(hours=9)})
    assert calendar(later).fingerprint == calendar(view).fingerprint
    assert as_ics(calendar(later), NOW) == as_ics(calendar(view), NOW)
    moved = HistoryLearner(RICH, settings("2026-01-12", ahead="all")).view("2026-02-16")
    assert calendar(moved).fingerprint != calendar(view).fingerprint


def test_a_later_file_has_a_higher_number_that_every_program_can_hold(view: LearningPath) -> None:
    first, later = (
        read(as_ics(calendar(view), when)) for when in (NOW, NOW + timedelta(minutes=1))
    )
    assert max(e.sequence for e in first) < min(e.sequence for e in later)
    assert {e.stamp for e in first} == {NOW}
    far = read(as_ics(calendar(view), datetime(2200, 1, 1, tzinfo=UTC)))
    assert max(e.sequence for e in far) < 2**31


def test_it_says_how_often_to_look_and_nothing_of_a_zone(view: LearningPath) -> None:
    content = file(view)
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT12H\r\nX-PUBLISHED-TTL:PT12H\r\n" in content
    assert b"NAME:From here to there\r\nX-WR-CALNAME:From here to there\r\n" in content
    assert b"TZID" not in content
    assert b"METHOD" not in content


def test_another_repository_has_other_ids(view: LearningPath) -> None:
    ours = calendar(view)
    other = ours._replace(repository="lea/other")
    assert {e.uid for e in read(as_ics(ours, NOW))}.isdisjoint(
        e.uid for e in read(as_ics(other, NOW))
    )
    assert {e.uid for e in read(file(view))} == {
        e.uid for e in read(file(_named(view, "Learner/Portfolio")))
    }
    assert b"lea/other" not in as_ics(other._replace(events=other.events[-1:]), NOW)


def _named(view: LearningPath, repository: str) -> LearningPath:
    snapshot = view.observed.snapshot.model_copy(update={"repository": repository})
    observed = view.observed.model_copy(update={"snapshot": snapshot})
    return view.model_copy(update={"observed": observed})


def test_it_speaks_the_language_of_the_path() -> None:
    how = settings("2026-01-05", ahead="all", language="de")
    titles = {
        event.title for event in calendar(HistoryLearner(RICH, how).view("2026-02-16")).events
    }
    assert "Monat 1, Week 1-2: A" in titles


def test_the_builtin_path(file_regression: FileRegressionFixture) -> None:
    how = settings("2026-01-05", timezone="Europe/Berlin")
    learner = HistoryLearner(from_catalog("devops-to-mlops"), how)
    content = file(learner.view("2026-02-16"))
    assert len(read(content)) > 80
    file_regression.check(content.decode().replace("\r\n", "\n"), extension=".ics")
