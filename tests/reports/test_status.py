"""The status page in the states a learner meets: golden files."""

from datetime import UTC, date, datetime, timedelta

import pytest
from planning.paths import LONG
from pytest_regressions.file_regression import FileRegressionFixture
from workbench import Workbench, settings

from bot.reports.status import Status, as_text, status
from bot.settings import Settings
from bot.usecases.look import look

ALL = settings("2026-01-05", ahead="all")


@pytest.fixture
def bench() -> Workbench:
    made = Workbench()
    made.apply(LONG, ALL)
    return made


def done(bench: Workbench, title: str, day: str) -> None:
    bench.close(title)
    bench.issue(title).closed_at = datetime.fromisoformat(f"{day}T18:00:00+00:00")


def page(bench: Workbench, today: str, config: Settings = ALL) -> Status:
    now = datetime.fromisoformat(f"{today}T12:00:00").replace(tzinfo=UTC)
    return status(look(LONG, config, bench.edges.snapshot(), now))


def test_before_the_start(bench: Workbench, file_regression: FileRegressionFixture) -> None:
    file_regression.check(as_text(page(bench, "2025-12-20")))


def test_the_first_week(bench: Workbench, file_regression: FileRegressionFixture) -> None:
    bench.edit("a1", labels=["status: in progress"])
    file_regression.check(as_text(page(bench, "2026-01-07")))


def test_in_the_middle(bench: Workbench, file_regression: FileRegressionFixture) -> None:
    done(bench, "a1", "2026-01-15")
    done(bench, "b1", "2026-01-28")
    done(bench, "c1", "2026-02-12")
    bench.close("Deliverable: A first", "not_planned")
    bench.edit("d1", title="d1 with \x1b[31mcolour", labels=["status: blocked"])
    file_regression.check(as_text(page(bench, "2026-02-20")))


def test_in_a_pause(bench: Workbench, file_regression: FileRegressionFixture) -> None:
    done(bench, "a1", "2026-01-15")
    rest = {"from": "2026-01-19", "to": "2026-02-01"}
    file_regression.check(as_text(page(bench, "2026-01-25", settings(pauses=[rest]))))


def test_after_the_last_day(bench: Workbench, file_regression: FileRegressionFixture) -> None:
    done(bench, "a1", "2026-01-15")
    file_regression.check(as_text(page(bench, "2026-06-01")))


def test_all_done(bench: Workbench, file_regression: FileRegressionFixture) -> None:
    for number, title in enumerate(["a1", "b1", "c1", "d1", "e1", "f1"]):
        done(bench, title, str(date(2026, 1, 10) + timedelta(weeks=number)))
    for title in ("Deliverable: A first", "Deliverable: A second"):
        done(bench, title, "2026-02-20")
    file_regression.check(as_text(page(bench, "2026-03-01")))


def test_the_same_values_give_the_same_page(bench: Workbench) -> None:
    for number, title in enumerate(["a1", "b1", "c1", "d1"]):
        done(bench, title, str(date(2026, 1, 10) + timedelta(weeks=2 * number)))
    first = page(bench, "2026-03-10")
    assert first.forecast.likely is not None
    assert first == page(bench, "2026-03-10")
