"""What was decided on the way bends the dates that lie ahead, and only those."""

from datetime import date, timedelta

from builders import curriculum
from hypothesis import assume, given
from hypothesis import strategies as st
from planning.paths import LONG
from repository_fixture import settings

from bot.planning.schedule import PlanOverride, Schedule, schedule

HOW = settings("2026-01-05", pauses=[{"from": "2026-02-16", "to": "2026-02-22"}])
UNITS = [unit.id for unit in LONG.units()]
DAYS = st.dates(date(2025, 12, 1), date(2026, 7, 1))


@st.composite
def turns(draw: st.DrawFn) -> tuple[PlanOverride, ...]:
    found = []
    for day in sorted(draw(st.lists(DAYS, max_size=4))):
        how = draw(st.sampled_from(["replan", "hours", "months"]))
        if how == "replan":
            found.append(PlanOverride(on=day, unit=draw(st.sampled_from(UNITS))))
        elif how == "hours":
            found.append(PlanOverride(on=day, hours_per_week=draw(st.integers(1, 40))))
        else:
            found.append(PlanOverride(on=day, months=draw(st.integers(1, 24))))
    return tuple(found)


def days(found: Schedule) -> list[tuple[date, date]]:
    return [(unit.first, unit.last) for unit in found.units]


def test_without_turns_nothing_bends() -> None:
    assert schedule(LONG, HOW, ()) == schedule(LONG, HOW)


def test_a_new_plan_from_today_moves_what_lies_ahead_and_keeps_its_lengths() -> None:
    before = schedule(LONG, settings("2026-01-05"))
    after = schedule(LONG, settings("2026-01-05"), (PlanOverride(on=date(2026, 2, 25), unit="b"),))
    assert after["a"] == before["a"]
    assert after["b"].first == date(2026, 2, 25)
    for unit in ("b", "c", "d", "e", "f"):
        assert after[unit].days == before[unit].days
    assert after.last == before.last + (after["b"].first - before["b"].first)


def test_a_new_plan_while_ahead_brings_the_end_nearer() -> None:
    before = schedule(LONG, settings("2026-01-05"))
    after = schedule(LONG, settings("2026-01-05"), (PlanOverride(on=date(2026, 1, 7), unit="d"),))
    assert after["d"].first == date(2026, 1, 7)
    assert after.last < before.last
    assert all(unit.last < date(2026, 1, 7) for unit in after.units[:3])


def test_a_slower_pace_leaves_the_days_that_are_over() -> None:
    before = schedule(LONG, settings("2026-01-05"))
    after = schedule(
        LONG, settings("2026-01-05"), (PlanOverride(on=date(2026, 2, 4), hours_per_week=2.5),)
    )
    assert days(after)[:2] == days(before)[:2]
    assert after["c"].first == before["c"].first
    assert after["c"].days == 28  # 10 hours at 2.5 a week


def test_a_pace_in_months_is_meant_for_the_whole_path() -> None:
    after = schedule(LONG, settings("2026-01-05"), (PlanOverride(on=date(2026, 2, 4), months=6),))
    assert after.last == date(2026, 7, 4)


def test_of_a_pause_that_runs_only_the_days_to_come_are_added_to_a_pace_in_months() -> None:
    """The third unit begins on 2 February, in the middle of a pause that is over on the 7th."""
    rest = [{"from": date(2026, 1, 26), "to": date(2026, 2, 7)}]
    turn = PlanOverride(on=date(2026, 2, 10), months=6)
    after = schedule(LONG, settings("2026-01-05", pauses=rest), (turn,))
    assert after.last == date(2026, 7, 4)


def test_a_path_that_starts_anew_later_keeps_the_day_on_which_it_began() -> None:
    turn = PlanOverride(on=date(2026, 1, 20), unit="a")
    after = schedule(LONG, settings("2026-01-05"), (turn,))
    assert after["a"].first == date(2026, 1, 20)
    assert after.first == date(2026, 1, 5)


def test_a_pace_that_is_too_fast_for_what_is_left_gives_each_unit_a_day() -> None:
    after = schedule(LONG, settings("2026-01-05"), (PlanOverride(on=date(2026, 3, 1), months=1),))
    assert all(unit.days == 1 for unit in after.units[4:])


@given(turns())
def test_units_keep_their_order_their_days_and_out_of_pauses(
    found: tuple[PlanOverride, ...],
) -> None:
    bent = schedule(LONG, HOW, found)
    assert [unit.unit for unit in bent.units] == UNITS
    assert all(unit.first <= unit.last for unit in bent.units)
    ends = [unit.last for unit in bent.units]
    assert ends == sorted(ends)
    rest = {date(2026, 2, 16) + timedelta(days=n) for n in range(7)}
    last = found[-1] if found else None
    ahead = bent.units if last is None else [u for u in bent.units if u.first > last.on]
    assert all(unit.first not in rest for unit in ahead)


@given(turns(), st.integers(0, 200))
def test_the_last_turn_leaves_what_was_over_by_then(
    found: tuple[PlanOverride, ...], later: int
) -> None:
    day = (found[-1].on if found else HOW.start) + timedelta(days=later)
    before = schedule(LONG, HOW, found)
    here = before.current(day)
    after = schedule(LONG, HOW, (*found, PlanOverride(on=day, hours_per_week=3)))
    over = before.units[: before.units.index(here)] if here else ()
    assert after.units[: len(over)] == over


def test_something_moved_stands_where_its_last_day_falls() -> None:
    dates = schedule(LONG, settings("2026-01-05"))
    assert dates.place("a", 7) == "b"
    assert dates.place("c", -14) == "b"
    assert dates.place("a", -100) == "a"
    assert dates.place("f", 700) == "f"
    one = schedule(curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- x"), settings("2026-01-05"))
    assert one.place("w", 70) == "w"


@given(
    DAYS,
    st.sampled_from(UNITS),
    st.one_of(
        st.builds(dict, hours_per_week=st.integers(1, 40)),
        st.builds(dict, months=st.integers(1, 24)),
    ),
)
def test_a_pace_and_a_new_plan_of_one_day_mean_the_same_in_either_order(
    on: date, unit: str, speed: dict[str, int]
) -> None:
    assume(not any(pause.first <= on <= pause.last for pause in HOW.pauses))
    replan = PlanOverride(on=on, unit=unit)
    pace = PlanOverride.model_validate({"on": on, **speed})
    after = (schedule(LONG, HOW, (replan, pace)), schedule(LONG, HOW, (pace, replan)))
    ahead = slice(UNITS.index(unit), None)
    assert days(after[0])[ahead] == days(after[1])[ahead]


def test_a_later_new_plan_has_the_newest_pace_for_what_it_goes_back_to() -> None:
    how = settings("2026-01-05")
    pace = PlanOverride(on=date(2026, 3, 2), hours_per_week=2.5)
    after = schedule(LONG, how, (pace, PlanOverride(on=date(2026, 4, 6), unit="c")))
    assert (after["c"].first, after["c"].days) == (date(2026, 4, 6), 28)  # 10 hours at 2.5 a week
