"""How a plan reads: golden files, to be looked at as a learner would."""

import json

import pytest
from planning.paths import LONG, SMALL
from pytest_regressions.file_regression import FileRegressionFixture
from repository_fixture import RepositoryFixture, settings

from bot.planning.plan_text import as_json, as_markdown, as_text


@pytest.fixture
def lived() -> RepositoryFixture:
    """A path with some life behind it."""
    bench = RepositoryFixture()
    bench.apply(SMALL)
    bench.close("Read")
    bench.edit("Install", title="Install what \x1b[31mI\x1b[0m like")
    bench.edit_milestone("Month 1, Week 3-4", due_on="2026-03-01T00:00:00Z")
    bench.delete("Next steps")
    return bench


def test_first_plan_as_text(file_regression: FileRegressionFixture) -> None:
    file_regression.check(as_text(RepositoryFixture().plan(SMALL)))


def test_first_plan_as_markdown(file_regression: FileRegressionFixture) -> None:
    file_regression.check(as_markdown(RepositoryFixture().plan(SMALL)), extension=".md")


def test_a_later_plan_with_drift_as_text(
    lived: RepositoryFixture, file_regression: FileRegressionFixture
) -> None:
    config = settings("2026-01-12", choices={"choose-your-way": "data"})
    file_regression.check(as_text(lived.plan(SMALL, config)))


def test_a_later_plan_with_drift_as_markdown(
    lived: RepositoryFixture, file_regression: FileRegressionFixture
) -> None:
    config = settings("2026-01-12", choices={"choose-your-way": "data"})
    file_regression.check(as_markdown(lived.plan(SMALL, config)), extension=".md")


def test_another_path_as_text(
    lived: RepositoryFixture, file_regression: FileRegressionFixture
) -> None:
    file_regression.check(as_text(lived.plan(LONG)))


def test_nothing_to_do_as_text(file_regression: FileRegressionFixture) -> None:
    bench = RepositoryFixture()
    bench.apply(SMALL)
    file_regression.check(as_text(bench.plan(SMALL)))


def test_undo_as_text(lived: RepositoryFixture, file_regression: FileRegressionFixture) -> None:
    from bot.planning.undo import make_undo

    file_regression.check(as_text(make_undo(lived.edges.snapshot())))


def test_json_holds_everything_for_programs() -> None:
    plan = RepositoryFixture().plan(SMALL)
    found = json.loads(as_json(plan))
    assert found["repository"] == "learner/portfolio"
    assert len(found["changes"]) == len(plan.changes)
    assert found["notifications"] == plan.notifications == 7
    created = [c for c in found["changes"] if c["op"] == "create-issue"]
    assert created[1]["key"] == "task:read-the-tutorial"
    assert created[1]["milestone"] == "unit:first-steps"
