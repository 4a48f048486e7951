"""Weeks that begin on any day: one name each, a moment each, and one summary each."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports.histories import TINY, HistoryLearner, at, day
from repository_fixture import settings as config

from bot.progress.path import LearningPath
from bot.reports.due_weeks import MOST_AT_ONCE, Week, due_weeks, weekly_key
from bot.settings import Settings, Weekday

DAYS = st.dates(date(1990, 1, 1), date(2190, 1, 1))
BEGINS = st.sampled_from(list(Weekday))


def test_a_week_is_written_and_read_as_iso_does() -> None:
    assert str(Week.of(date(2026, 1, 4))) == "2026-W01"
    assert str(Week.of(date(2027, 1, 1))) == "2026-W53"
    assert Week.parse("2026-w53").first == date(2026, 12, 28)
    assert str(Week.parse("2026-W01").before) == "2025-W52"
    for wrong in ("2026-W54", "W07", "2026-07", "soon", ""):
        with pytest.raises(ValueError, match=r".*"):
            Week.parse(wrong)


@given(DAYS)
def test_from_monday_on_it_is_the_iso_week(when: date) -> None:
    year, number, _ = when.isocalendar()
    assert str(Week.of(when)) == f"{year}-W{number:02d}"


@given(DAYS, BEGINS)
def test_each_day_lies_in_one_week_and_each_week_has_one_name(when: date, begins: Weekday) -> None:
    week = Week.of(when, begins)
    assert week.first <= when <= week.last
    assert week.first.weekday() == begins.number
    assert Week.parse(str(week), begins) == week
    assert week.after.before == week
    assert str(week.after) != str(week)
    iso = date.fromisocalendar(int(str(week)[:4]), int(str(week)[6:]), 1)
    assert len({iso + timedelta(days=n) for n in range(7)} & set(_days(week))) >= 4


def _days(week: Week) -> list[date]:
    return [week.first + timedelta(days=n) for n in range(7)]


@pytest.mark.parametrize(
    ("zone", "weekday", "hour", "week", "due"),
    [
        ("UTC", "monday", 8, "2026-W07", "2026-02-16T08:00"),
        ("Europe/Berlin", "monday", 8, "2026-W07", "2026-02-16T07:00"),
        ("Europe/Berlin", "sunday", 18, "2026-W28", "2026-07-12T16:00"),
        ("Pacific/Auckland", "monday", 0, "2026-W07", "2026-02-15T11:00"),
        # the night the clocks go on: two o'clock is three o'clock
        ("Europe/Berlin", "sunday", 2, "2026-W13", "2026-03-29T01:00"),
        # the night they go back: two o'clock comes twice, the first one counts
        ("Europe/Berlin", "sunday", 2, "2026-W43", "2026-10-25T00:00"),
        ("Europe/Berlin", "sunday", 3, "2026-W43", "2026-10-25T02:00"),
    ],
)
def test_the_moment_of_the_summary(zone: str, weekday: str, hour: int, week: str, due: str) -> None:
    how = config(timezone=zone, summary={"day": weekday, "hour": hour})
    found = Week.parse(week, how.summary.day).due(how)
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


def view(learner: HistoryLearner, now: datetime) -> LearningPath:
    local = now.astimezone(learner.how.zone)
    return learner.view(str(local.date())).model_copy(update={"now": now})


def due(
    learner: HistoryLearner, now: datetime, made: str = "2026-01-05", *posted: str
) -> list[str]:
    keys = {f"weekly:{week}" for week in posted}
    return [str(w) for w in due_weeks(view(learner, now), day(made), keys)]


def test_none_before_the_first_week_is_over_and_none_twice() -> None:
    learner = HistoryLearner()
    assert due(learner, at("2026-01-12", 7)) == []
    assert due(learner, at("2026-01-12", 8)) == ["2026-W02"]
    assert due(learner, at("2026-01-12", 8), "2026-01-05", "2026-W02") == []


def test_what_was_missed_comes_oldest_first_and_a_few_at_a_time() -> None:
    learner = HistoryLearner()
    first = due(learner, at("2026-06-01", 9))
    assert first == [f"2026-W{n:02d}" for n in range(2, 2 + MOST_AT_ONCE)]
    assert due(learner, at("2026-06-01", 9), "2026-01-05", *first)[0] == "2026-W10"


def test_none_from_before_the_summary_issue_was_made() -> None:
    assert due(HistoryLearner(), at("2026-02-16", 9), "2026-02-04") == ["2026-W06", "2026-W07"]


def test_none_after_the_week_in_which_all_was_done() -> None:
    learner = HistoryLearner(TINY).done(Only_this="2026-01-14")
    assert due(learner, at("2026-03-01", 9)) == ["2026-W02", "2026-W03"]


def test_a_path_that_has_not_begun_has_none() -> None:
    learner = HistoryLearner(how=config("2026-03-02"))
    assert due(learner, at("2026-02-20", 9), "2026-01-05") == []


NOWS = st.lists(
    st.integers(0, 180 * 24).map(lambda hours: at("2026-01-01", 0) + timedelta(hours=hours)),
    max_size=8,
)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati"])


@settings(max_examples=40, deadline=None)
@given(NOWS, ZONES, BEGINS, st.integers(0, 23))
def test_every_week_once_in_any_order_and_repetition_of_runs(
    nows: list[datetime], zone: str, begins: Weekday, hour: int
) -> None:
    summary = {"day": begins.value, "hour": hour}
    learner = HistoryLearner(how=config("2026-01-05", timezone=zone, summary=summary))
    posted: list[str] = []
    for now in nows:
        posted += [weekly_key(w) for w in due_weeks(view(learner, now), day("2026-01-05"), posted)]
    end = datetime(2026, 7, 1, 23, tzinfo=UTC)
    while found := due_weeks(view(learner, end), day("2026-01-05"), posted):
        posted += [weekly_key(week) for week in found]
    assert len(posted) == len(set(posted))
    assert set(posted) == set(_all_due(learner.how, end))


def _all_due(how: Settings, end: datetime) -> list[str]:
    """Found day by day: every week that holds a day of the path and whose moment has come."""
    every = (date(2026, 1, 5) + timedelta(days=n) for n in range(180))
    weeks = {Week.of(when, how.summary.day).first: when for when in every}
    return [f"weekly:{Week(first=first)}" for first in weeks if Week(first=first).due(how) <= end]
