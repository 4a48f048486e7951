"""Dates of units: exact examples, and laws for any path, pace, start, zone and pauses."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from builders import curriculum
from hypothesis import given
from hypothesis import strategies as st
from planning.paths import LONG
from repository_fixture import settings

from bot.curriculum.importer import read
from bot.curriculum.model import Curriculum
from bot.errors import ConfigError
from bot.planning.due_date import at_noon
from bot.planning.schedule import Schedule, add_months, hours_by_unit, schedule
from bot.planning.window import units_in_window
from bot.settings import Pause, Settings

DAYS = st.dates(date(2020, 1, 1), date(2090, 1, 1))
LENGTHS = st.lists(st.integers(1, 8), min_size=1, max_size=20)


def path(weeks: list[int], months: tuple[int, int] | None = None) -> Curriculum:
    lines = ["Phase: P", "Month 1: M"]
    for number, length in enumerate(weeks):
        lines += [f"Week 1-{length}: unit {number}", f"- task {number} (10h)"]
    return curriculum("\n".join(lines), overview={"months": months} if months else {})


@st.composite
def pauses(draw: st.DrawFn, start: date) -> tuple[Pause, ...]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        first = start + timedelta(days=draw(st.integers(-30, 400)))
        found.append(Pause(**{"from": first, "to": first + timedelta(draw(st.integers(0, 40)))}))
    return tuple(found)


@st.composite
def scheduled(draw: st.DrawFn) -> tuple[Curriculum, Settings, Schedule]:
    found = path(draw(LENGTHS))
    start = draw(DAYS)
    speed = draw(
        st.sampled_from([{}, {"pace": 12}, {"pace": 18}, {"hours_per_week": 3}, {"pace": 1}])
    )
    config = Settings(start=start, pauses=draw(pauses(start)), **speed)
    return found, config, schedule(found, config)


@given(scheduled())
def test_units_follow_each_other_without_overlap(
    drawn: tuple[Curriculum, Settings, Schedule],
) -> None:
    found, config, dates = drawn
    assert [d.unit for d in dates.units] == [unit.id for unit in found.units()]
    assert dates.first >= config.start
    for unit in dates.units:
        assert unit.first <= unit.last
    for before, after in zip(dates.units, dates.units[1:], strict=False):
        assert before.last < after.first


@given(scheduled())
def test_no_unit_begins_or_ends_in_a_pause_and_gaps_are_pauses(
    drawn: tuple[Curriculum, Settings, Schedule],
) -> None:
    _, config, dates = drawn

    def paused(day: date) -> bool:
        return any(pause.first <= day <= pause.last for pause in config.pauses)

    for unit in dates.units:
        assert not paused(unit.first)
        assert not paused(unit.last)
    for before, after in zip(dates.units, dates.units[1:], strict=False):
        gap = before.last + timedelta(days=1)
        while gap < after.first:
            assert paused(gap)
            gap += timedelta(days=1)


@given(LENGTHS, DAYS, st.integers(1, 36))
def test_a_pace_in_months_lasts_exactly_that_many_months(
    weeks: list[int], start: date, months: int
) -> None:
    dates = schedule(path(weeks), Settings(start=start, pace=months))
    assert dates.first == start
    assert dates.last == add_months(start, months) - timedelta(days=1)


@given(LENGTHS, DAYS)
def test_a_slower_pace_never_makes_a_unit_shorter(weeks: list[int], start: date) -> None:
    fast = schedule(path(weeks), Settings(start=start, pace=12))
    slow = schedule(path(weeks), Settings(start=start, pace=18))
    for quick, calm in zip(fast.units, slow.units, strict=True):
        assert calm.days >= quick.days


@given(LENGTHS, DAYS, st.data())
def test_a_pause_inside_the_path_moves_its_end_by_its_length(
    weeks: list[int], start: date, data: st.DataObject
) -> None:
    plain = schedule(path(weeks), Settings(start=start))
    inside = data.draw(st.integers(0, (plain.last - plain.first).days))
    length = data.draw(st.integers(1, 60))
    first = start + timedelta(days=inside)
    pause = Pause(**{"from": first, "to": first + timedelta(days=length - 1)})
    assert schedule(path(weeks), Settings(start=start, pauses=(pause,))).last == (
        plain.last + timedelta(days=length)
    )


@given(
    scheduled(),
    st.sampled_from(["Pacific/Pago_Pago", "America/St_Johns", "Asia/Kolkata", "Asia/Vladivostok"]),
)
def test_a_due_date_at_noon_utc_is_that_day_from_pago_pago_to_vladivostok(
    drawn: tuple[Curriculum, Settings, Schedule], zone: str
) -> None:
    _, _, dates = drawn
    for unit in dates.units:
        assert at_noon(unit.last).astimezone(ZoneInfo(zone)).date() == unit.last


def test_two_week_units_at_their_nominal_length() -> None:
    dates = schedule(LONG, settings("2026-01-05"))
    assert [(d.first.isoformat(), d.last.isoformat()) for d in dates.units[:3]] == [
        ("2026-01-05", "2026-01-18"),
        ("2026-01-19", "2026-02-01"),
        ("2026-02-02", "2026-02-15"),
    ]


def test_the_guides_shortest_duration_holds_when_nothing_else_is_said() -> None:
    dates = schedule(path([2, 2], months=(12, 18)), settings("2026-03-15"))
    assert dates.last == date(2027, 3, 14)


def test_hours_a_week_give_each_unit_the_time_its_hours_take() -> None:
    dates = schedule(LONG, settings("2026-01-05", hours_per_week=5))
    assert [d.days for d in dates.units] == [14] * 6
    dates = schedule(LONG, settings("2026-01-05", hours_per_week=20))
    assert [d.days for d in dates.units] == [4] * 6
    dates = schedule(LONG, settings("2026-01-05", hours_per_week=13))
    assert [d.days for d in dates.units] == [6] * 6  # 10 h take 5.4 days: never too few


def test_leap_days_and_short_months_are_days_like_others() -> None:
    assert add_months(date(2023, 8, 31), 6) == date(2024, 2, 29)
    dates = schedule(path([4, 4]), Settings(start=date(2024, 1, 31), pace=1))
    assert dates.last == date(2024, 2, 28)


def test_a_pace_too_fast_for_its_units_is_refused() -> None:
    with pytest.raises(ConfigError, match="fewer than the 40 units"):
        schedule(path([1] * 40), settings(pace=1))


def test_a_pause_without_an_end_in_sight_is_refused() -> None:
    endless = Pause(**{"from": date(2026, 2, 1), "to": date(9999, 12, 30)})
    with pytest.raises(ConfigError, match="after the year 2200"):
        schedule(LONG, settings(pauses=(endless,)))


@pytest.mark.parametrize(
    ("today", "ahead", "units"),
    [
        ("2025-11-01", 4, "ab"),  # long before the start: the first two, to look forward to
        ("2026-01-05", 0, "ab"),  # the current one and the next, whatever `ahead` says
        ("2026-01-05", 4, "abc"),  # c begins exactly four weeks later
        ("2026-01-04", 4, "ab"),
        ("2026-02-20", 0, "abcde"),
        ("2026-01-05", None, "abcdef"),
        ("2027-01-01", 4, "abcdef"),
    ],
)
def test_the_window_of_units_that_have_issues(today: str, ahead: int | None, units: str) -> None:
    dates = schedule(LONG, settings("2026-01-05"))
    window = units_in_window(dates, date.fromisoformat(today), ahead)
    assert "".join(d.unit for d in window) == units


def test_in_a_pause_the_unit_before_it_is_still_the_current_one() -> None:
    pause = Pause(**{"from": date(2026, 1, 19), "to": date(2026, 1, 25)})
    dates = schedule(LONG, settings("2026-01-05", pauses=(pause,)))
    current = dates.current(date(2026, 1, 20))
    assert current is not None
    assert current.unit == "a"
    assert dates.current(date(2026, 1, 1)) is None


def test_a_deliverable_is_work_of_its_modules_last_unit() -> None:
    data = LONG.model_dump(mode="json", exclude_defaults=True)
    data["phases"][0]["modules"][0]["deliverables"][0]["hours"] = 4
    path_with_work = Curriculum.model_validate(data)
    hours = hours_by_unit(path_with_work, settings())
    assert (hours["a"], hours["b"]) == (10, 14)
    dates = schedule(path_with_work, settings(hours_per_week=5))
    assert [dates["a"].days, dates["b"].days] == [14, 20]


def test_a_unit_without_hours_keeps_its_length_whatever_its_deliverable_takes() -> None:
    data = curriculum("Phase: P\nMonth 1: M -> A thing\nWeek 1-2: W\n- a").model_dump(
        mode="json", exclude_defaults=True
    )
    data["phases"][0]["modules"][0]["deliverables"][0]["hours"] = 1
    found = Curriculum.model_validate(data)
    assert hours_by_unit(found, settings()) == {"w": None}
    assert schedule(found, settings(hours_per_week=7))["w"].days == 14


def test_of_a_choice_the_branch_taken_counts_and_before_that_the_mean() -> None:
    fork = curriculum(
        """
        Phase: P
          Month 1: M
            Week 1: Fork
            Choice: Way
              Option: Short
                - s (2h)
              Option: Long
                - l (8h)
                - extra (9h)?
        """
    )
    assert hours_by_unit(fork, settings())["fork"] == 5
    assert hours_by_unit(fork, settings(choices={"way": "long"}))["fork"] == 8


THREE_DAYS = """\
## 2026-04-22
- [ ] Lists

## 2026-04-24
- [ ] Sit the exam

## 2026-04-27
- [ ] Talk about it
"""


@pytest.mark.parametrize(
    ("start", "more", "days"),
    [
        (date(2026, 4, 22), {}, ["04-22", "04-24", "04-27"]),
        (date(2026, 5, 1), {}, ["05-01", "05-03", "05-06"]),
        (date(2026, 4, 22), {"hours_per_week": 7}, ["04-22", "04-23", "04-24"]),
    ],
)
def test_the_days_that_a_guide_says_hold_unless_a_pace_is_set(
    start: date, more: dict[str, int], days: list[str]
) -> None:
    guide = read(THREE_DAYS.encode(), name="exam.md").curriculum

    found = schedule(guide, Settings(start=start, **more))

    assert [f"{one.first:%m-%d}" for one in found.units] == days
    assert all(one.first == one.last for one in found.units)


def test_a_guide_whose_days_do_not_follow_each_other_is_laid_out_by_lengths() -> None:
    back = "## 2026-04-24\n- [ ] a\n\n## 2026-04-22\n- [ ] b\n"

    found = schedule(read(back.encode(), name="x").curriculum, Settings(start=date(2026, 4, 22)))

    assert [one.first.day for one in found.units] == [22, 23]
