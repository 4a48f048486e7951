"""The first day where the settings leave it to the first run: taken once, and then kept."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from builders import curriculum
from hypothesis import given
from hypothesis import strategies as st
from planning.paths import SMALL
from repository_fixture import RepositoryFixture

from bot.curriculum.model import Curriculum
from bot.planning.ledger import find_ledger, with_ledger
from bot.planning.schedule import start_as_of
from bot.progress.path import LearningPath
from bot.settings import FileSettings

TODAY = FileSettings.model_validate({"start": "today"})
LEFT_OUT = FileSettings()
NEXT_MONDAY = FileSettings.model_validate({"start": "Next Monday"})
THURSDAY = "2026-01-08"


def due_dates(bench: RepositoryFixture) -> dict[str, date | None]:
    """The due date of each milestone by its title."""
    found = bench.edges.snapshot().milestones
    return {one.title: one.due_on for one in found}


def first_due(bench: RepositoryFixture) -> date | None:
    return due_dates(bench)["Month 1, Week 1-2: First steps"]


def dashboard(bench: RepositoryFixture) -> str:
    return bench.dashboard_issue().body or ""


def first_day(bench: RepositoryFixture, config: FileSettings, today: str) -> date:
    """The first day of the path on another day."""
    now = datetime.combine(date.fromisoformat(today), time(9), tzinfo=UTC)
    return LearningPath.read(SMALL, config, bench.edges.snapshot(), now).settings.start


def begun(config: FileSettings, today: str = THURSDAY) -> RepositoryFixture:
    bench = RepositoryFixture()
    bench.apply(SMALL, config, today)
    return bench


@pytest.mark.parametrize(
    ("config", "start"),
    [(TODAY, "2026-01-08"), (LEFT_OUT, "2026-01-08"), (NEXT_MONDAY, "2026-01-12")],
)
def test_the_first_run_takes_the_day_and_the_ledger_keeps_it(
    config: FileSettings, start: str
) -> None:
    bench = begun(config)
    assert f'"started":"{start}"' in dashboard(bench)
    assert first_due(bench) == date.fromisoformat(start) + timedelta(days=13)
    assert bench.plan(SMALL, config, THURSDAY).empty


@given(
    config=st.sampled_from([TODAY, LEFT_OUT, NEXT_MONDAY]),
    first=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    later=st.integers(0, 800),
)
def test_a_later_run_has_the_dates_of_the_first(
    config: FileSettings, first: date, later: int
) -> None:
    bench = begun(config, str(first))
    dates = due_dates(bench)
    bench.apply(SMALL, config, str(first + timedelta(days=later)))
    assert due_dates(bench) == dates


def test_it_is_the_day_in_the_zone_of_the_settings() -> None:
    far = FileSettings(timezone="Pacific/Kiritimati")  # 14 hours ahead: 9:00 in UTC is 23:00
    assert first_day(RepositoryFixture(), far, THURSDAY) == date(2026, 1, 8)
    now = datetime(2026, 1, 8, 11, tzinfo=UTC)
    path = LearningPath.read(SMALL, far, RepositoryFixture().edges.snapshot(), now)
    assert path.settings.start == date(2026, 1, 9)


def test_a_plan_before_the_first_run_shows_the_day_and_takes_none() -> None:
    bench = RepositoryFixture()
    for day, shown in (("2026-01-08", "Thu 8 Jan"), ("2026-01-09", "Fri 9 Jan")):
        (note,) = bench.plan(SMALL, TODAY, day).notes
        assert note.text.replace("\N{NO-BREAK SPACE}", " ") == f"Your path starts on {shown}."
    bench.apply(SMALL, TODAY, "2026-01-09")
    assert bench.plan(SMALL, TODAY, "2026-02-09").notes == ()


def test_a_date_in_the_file_wins_and_stays_when_it_is_taken_out_again() -> None:
    bench = begun(TODAY)
    named = FileSettings.model_validate({"start": "2026-02-02"})
    bench.apply(SMALL, named, "2026-01-20")
    assert first_due(bench) == date(2026, 2, 15)
    assert '"started"' not in dashboard(bench)
    dates = due_dates(bench)
    bench.apply(SMALL, LEFT_OUT, "2026-03-20")
    assert due_dates(bench) == dates
    assert '"started":"2026-02-02"' in dashboard(bench)


@pytest.mark.parametrize("config", [TODAY, FileSettings(hours_per_week=3.0), FileSettings(pace=2)])
def test_a_deleted_dashboard_moves_no_date(config: FileSettings) -> None:
    bench = begun(config)
    dates = due_dates(bench)
    bench.delete("Your path")
    bench.apply(SMALL, config, "2026-03-01")
    assert due_dates(bench) == dates
    assert '"started":"2026-01-08"' in dashboard(bench)


def test_a_pause_before_the_first_due_date_moves_no_start() -> None:
    pause = {"from": "2026-01-10", "to": "2026-01-19"}
    config = FileSettings.model_validate({"pauses": [pause]})
    bench = begun(config)
    bench.delete("Your path")
    assert first_day(bench, config, "2026-03-01") == date(2026, 1, 8)


def test_a_milestone_that_the_learner_moved_does_not_tell() -> None:
    bench = begun(TODAY)
    bench.edit_milestone("Month 1, Week 1-2", due_on="2026-05-05T12:00:00Z")
    bench.delete("Your path")
    assert first_day(bench, TODAY, "2026-03-01") == date(2026, 1, 8)


def test_a_run_that_was_cut_off_before_the_ledger_goes_on_with_its_day() -> None:
    bench = begun(TODAY)
    body = dashboard(bench)
    ledger = find_ledger(body).model_copy(update={"started": None})
    bench.edit("Your path", body=with_ledger(body, ledger))
    assert first_day(bench, TODAY, "2026-01-09") == date(2026, 1, 8)


def test_what_was_undone_begins_anew() -> None:
    bench = begun(TODAY)
    bench.undo()
    bench.apply(SMALL, TODAY, "2026-02-05")
    assert first_due(bench) == date(2026, 2, 18)


def dated() -> Curriculum:
    found = json.loads(
        curriculum(
            "Phase: A\n Month 1: B\n  Week 1: C\n   - c\n  Week 2: D\n   - d"
        ).model_dump_json()
    )
    units = found["phases"][0]["modules"][0]["units"]
    for unit, first in zip(units, ("2026-03-02", "2026-03-09"), strict=True):
        unit |= {"first": first, "last": str(date.fromisoformat(first) + timedelta(days=6))}
    return Curriculum.model_validate(found)


@pytest.mark.parametrize(
    ("config", "today", "start"),
    [
        (LEFT_OUT, "2026-02-01", "2026-03-02"),
        (LEFT_OUT, "2026-03-02", "2026-03-02"),
        (LEFT_OUT, "2026-03-03", "2026-03-03"),
        (TODAY, "2026-02-01", "2026-02-01"),
        (FileSettings.model_validate({"start": "2026-04-01"}), "2026-02-01", "2026-04-01"),
    ],
)
def test_a_guide_with_dates_to_come_begins_with_its_own(
    config: FileSettings, today: str, start: str
) -> None:
    assert str(start_as_of(dated(), config, date.fromisoformat(today))) == start
