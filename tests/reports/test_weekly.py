"""The weekly summary as a learner meets it: golden files, and laws of its numbers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from builders import curriculum
from hypothesis import given, settings
from hypothesis import strategies as st
from planning.paths import LONG
from pytest_regressions.file_regression import FileRegressionFixture
from workbench import Workbench
from workbench import settings as config

from bot.curriculum.model import Curriculum
from bot.reports.weekly import Week, Weekly, as_markdown, weekly
from bot.settings import Settings
from bot.usecases.look import look

ALL = config("2026-01-05", ahead="all")
TINY = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- Only this")


class Life:
    """A path and what a learner did on it."""

    def __init__(self, path: Curriculum = LONG, how: Settings = ALL) -> None:
        self.bench = Workbench()
        self.path = path
        self.how = how
        self.bench.apply(path, how)

    def done(self, **titles: str) -> "Life":
        for title, day in titles.items():
            self.bench.close(title)
            issue = self.bench.issue(title)
            issue.closed_at = datetime.fromisoformat(f"{day}T18:00:00+00:00")
        return self

    def label(self, title: str, name: str) -> "Life":
        self.bench.edit(title, labels=[name])
        return self

    def seen(self, week: str, today: str) -> Weekly:
        now = datetime.fromisoformat(f"{today}T08:00:00").replace(tzinfo=UTC)
        view = look(self.path, self.how, self.bench.edges.snapshot(), now)
        return weekly(view, Week.parse(week))


RESTING = config("2026-01-05", ahead="all", pauses=[{"from": "2026-01-19", "to": "2026-02-08"}])
STATES = {
    "before the start": (Life(), "2025-W52", "2025-12-29"),
    "first week": (Life().label("a1", "status: in progress"), "2026-W02", "2026-01-12"),
    "busy": (
        Life().done(a1="2026-01-13", b1="2026-01-14", c1="2026-01-18"),
        "2026-W03",
        "2026-01-19",
    ),
    "quiet": (Life().done(a1="2026-01-08"), "2026-W03", "2026-01-19"),
    "two quiet weeks": (Life().done(a1="2026-01-08"), "2026-W04", "2026-01-26"),
    "blocked": (Life().label("b1", "status: blocked"), "2026-W03", "2026-01-19"),
    "paused": (Life(how=RESTING).done(a1="2026-01-08"), "2026-W04", "2026-01-26"),
    "ahead": (Life().done(a1="2026-01-06", b1="2026-01-07"), "2026-W02", "2026-01-08"),
    "overdue": (Life().done(f1="2026-03-17"), "2026-W12", "2026-03-23"),
    "with a forecast": (
        Life().done(a1="2026-01-14", b1="2026-01-22", c1="2026-02-05", d1="2026-02-19"),
        "2026-W08",
        "2026-02-23",
    ),
    "a past week": (Life().done(a1="2026-01-13", b1="2026-02-05"), "2026-W03", "2026-02-23"),
    "finished": (
        Life().done(
            a1="2026-01-14",
            b1="2026-01-15",
            c1="2026-01-16",
            d1="2026-01-17",
            e1="2026-01-18",
            f1="2026-01-18",
        ),
        "2026-W03",
        "2026-01-19",
    ),
    "tiny and without hours": (
        Life(TINY, config("2026-01-05")),
        "2026-W02",
        "2026-01-12",
    ),
}


@pytest.mark.parametrize("name", STATES)
def test_summary(name: str, file_regression: FileRegressionFixture) -> None:
    life, week, today = STATES[name]
    file_regression.check(as_markdown(life.seen(week, today)) + "\n", extension=".md")


def test_a_week_is_written_and_read_as_iso_does() -> None:
    assert str(Week.of(date(2026, 1, 4))) == "2026-W01"
    assert str(Week.of(date(2027, 1, 1))) == "2026-W53"
    assert Week.parse("2026-w53").monday == date(2026, 12, 28)
    assert str(Week.parse("2026-W01").before) == "2025-W52"
    for wrong in ("2026-W54", "W07", "2026-07", "soon", ""):
        with pytest.raises(ValueError, match=r".*"):
            Week.parse(wrong)


CLOSINGS = st.dictionaries(
    st.sampled_from(["a1", "b1", "c1", "d1", "e1", "f1"]),
    st.dates(date(2026, 1, 1), date(2026, 4, 30)),
)


@settings(max_examples=60, deadline=None)
@given(CLOSINGS)
def test_each_thing_done_stands_in_exactly_one_week(closings: dict[str, date]) -> None:
    life = Life().done(**{title: str(day) for title, day in closings.items()})
    first = Week.of(date(2026, 1, 1))
    weeks = [Week(monday=first.monday + timedelta(weeks=n)) for n in range(19)]
    told = [w.title for week in weeks for w in life.seen(str(week), "2026-06-01").done]
    assert sorted(told) == sorted(closings)


@settings(max_examples=60, deadline=None)
@given(CLOSINGS, st.integers(0, 18))
def test_its_numbers_agree_with_what_the_repository_holds(
    closings: dict[str, date], number: int
) -> None:
    life = Life().done(**{title: str(day) for title, day in closings.items()})
    week = Week(monday=date(2025, 12, 29) + timedelta(weeks=number))
    values = life.seen(str(week), "2026-06-01")
    in_week = [day for day in closings.values() if week.monday <= day <= week.sunday]
    so_far = [day for day in closings.values() if day <= week.sunday]
    assert values.hours == 10 * len(in_week)
    assert values.percent == int(100 * 10 * len(so_far) / 60)
