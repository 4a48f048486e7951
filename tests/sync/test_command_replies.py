"""What Milepost answers to a comment, as a learner reads it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from planning.paths import SMALL
from pytest_regressions.file_regression import FileRegressionFixture
from repository_fixture import RepositoryFixture
from repository_fixture import settings as config
from sync.command_runs import Run, seed

from bot.curriculum.load import from_catalog
from bot.planning.changes import CreateComment
from bot.planning.marker import find

GUIDE = from_catalog("devops-to-mlops")


ANSWERS = {
    "status": "/status",
    "misunderstood": "/doone\n/rate cooking 3\n/log 2",
    "choose": "/choose B",
    "pause": "/pause 2 weeks",
    "pace-hours": "/pace 8h",
    "pace-months": "/pace 15 months",
    "replan": "/replan",
    "several": "/pause 1 week\n/pace 9h\n/status\n/doone",
    "too-many": "/status\n" * 12,
    "nothing-to-choose-from": "/open month 13\n/project start pipeline",
}


@pytest.fixture(scope="module")
def guided() -> RepositoryFixture:
    bench = RepositoryFixture()
    seed(bench, GUIDE, today="2026-02-20")
    return bench


@pytest.mark.parametrize("name", ANSWERS)
def test_replies(
    guided: RepositoryFixture, name: str, file_regression: FileRegressionFixture
) -> None:
    guided.world.clock.advance(datetime(2026, 2, 20, tzinfo=UTC) - guided.world.clock.now())
    text = guided.comment("Your path", ANSWERS[name])
    run = Run(guided, GUIDE, today="2026-02-20")
    run.only = {text.id}
    (reply,) = [change for change in run.job().last if isinstance(change, CreateComment)]
    found = find(reply.body)
    assert found
    file_regression.check((found.region or "") + "\n", extension=".md")


RESTED = {"from": "2026-02-16", "to": "2026-03-01"}


@pytest.mark.parametrize(
    ("today", "how"),
    [
        pytest.param("2025-12-20", {}, id="before-the-start"),
        pytest.param("2026-02-20", {"pauses": [RESTED]}, id="resting"),
        pytest.param("2027-03-01", {}, id="after-the-last-day"),
    ],
)
def test_status_at_other_times(
    today: str, how: dict[str, Any], file_regression: FileRegressionFixture
) -> None:
    bench = RepositoryFixture()
    seed(bench, SMALL, config(**how), today)
    bench.comment("Your path", "/status")
    run = Run(bench, SMALL, config(**how), today)
    (reply,) = [change for change in run.job().last if isinstance(change, CreateComment)]
    found = find(reply.body)
    assert found
    file_regression.check((found.region or "") + "\n", extension=".md")
