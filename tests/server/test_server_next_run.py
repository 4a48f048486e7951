"""When a repository is looked at again."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.server import next_run
from bot.settings import Settings

ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "Pacific/Apia"]
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
numbers = st.integers(1, 2**40)


def settings(zone: str = "Europe/Berlin", **summary: object) -> Settings:
    return Settings.model_validate({"start": "2026-01-05", "timezone": zone, "summary": summary})


@given(now=moments, number=numbers, zone=st.sampled_from(ZONES), hour=st.integers(0, 23))
def test_it_is_soon_and_never_past(now: datetime, number: int, zone: str, hour: int) -> None:
    again = next_run.next_sync(settings(zone, hour=hour), now, number)
    assert now < again <= now + timedelta(hours=25) + next_run.NIGHT_LASTS


@given(now=moments, number=numbers, zone=st.sampled_from(ZONES))
def test_a_week_of_looks_meets_every_day_and_the_summary(
    now: datetime, number: int, zone: str
) -> None:
    how = settings(zone, day="wednesday", hour=17)
    runner, at = [], now
    while at < now + timedelta(days=8):
        at = next_run.next_sync(how, at, number)
        runner.append(at.astimezone(ZoneInfo(zone)))
    assert {(job.date() - runner[0].date()).days for job in runner} >= set(range(1, 8))
    due = [job for job in runner if job.weekday() == 2 and job.hour == 17]
    assert due
    assert due[0].minute < 10


def test_a_night_is_the_learner_s() -> None:
    now = datetime(2026, 1, 6, 12, tzinfo=UTC)
    for zone in ZONES:
        local = next_run.next_sync(settings(zone), now, 5).astimezone(ZoneInfo(zone))
        assert 1 <= local.hour < 5
    assert 1 <= next_run.next_sync(None, now, 5).hour < 5


@pytest.mark.parametrize("number", [1, 77])
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_when_the_clocks_change_no_day_is_left_out(number: int, day: str) -> None:
    zone = ZoneInfo("Europe/Berlin")
    at = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=zone) - timedelta(days=1)
    days = []
    for _ in range(4):
        at = next_run.next_sync(settings(), at, number)
        days.append(at.astimezone(zone).date())
    assert len(set(days)) >= 3


@given(number=numbers, tries=st.integers(0, 10_000))
def test_retries_come_ever_later_up_to_a_limit(number: int, tries: int) -> None:
    now = datetime(2026, 1, 6, 12, tzinfo=UTC)
    wait = next_run.next_retry(now, tries, number) - now
    assert next_run.FIRST_RETRY <= wait <= next_run.LAST_RETRY * 1.25
    assert next_run.next_retry(now, tries + 1, number) - now >= wait


def test_neighbours_are_spread_evenly() -> None:
    tenths = [int(next_run.spread(number) * 10) for number in range(1_000, 2_000)]
    assert set(tenths) == set(range(10))
    assert max(tenths.count(tenth) for tenth in range(10)) < 120
