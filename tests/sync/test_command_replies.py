"""What Milepost answers to a comment, as a learner reads it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from planning.paths import SMALL
from pytest_regressions.file_regression import FileRegressionFixture
from reports.histories import RICH
from repository_fixture import RepositoryFixture
from repository_fixture import settings as config
from sync.command_runs import Run, seed
from sync.sync_runs import SyncRuns

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
    "move-all": "/move +1w",
    "resume": "/pause 1 week\n/resume",
    "open": "/open month 5",
    "project": "/project start ML model API",
    "journal": "/journal one\n/journal two",
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


def test_a_task_that_moves_names_its_new_day(guided: RepositoryFixture) -> None:
    text = guided.comment("Learn cross", "/move +3w")
    run = Run(guided, GUIDE, today="2026-02-20")
    run.only = {text.id}
    (reply,) = [change for change in run.job().last if isinstance(change, CreateComment)]
    assert "This is now part of **Month 3" in reply.body
    assert "due Sat\N{NO-BREAK SPACE}21\N{NO-BREAK SPACE}Mar" in reply.body


def test_what_is_late_moves_from_today() -> None:
    bench = RepositoryFixture()
    seed(bench, GUIDE, today="2026-03-10")
    bench.world.clock.advance(datetime(2026, 3, 10, tzinfo=UTC) - bench.world.clock.now())
    bench.comment("Set up a Python", "/move +1w")  # it was due in January
    (reply,) = (c for c in Run(bench, GUIDE, today="2026-03-10").job().last if "reply" in str(c))
    assert isinstance(reply, CreateComment)
    assert "This is now part of **Month 3" in reply.body


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("/journal Loops", ["Journal, "]),
        ("/journal one\n/journal two", ["Journal, ", "Journal, "]),
        ("/project start Buns", ["Project: Buns"]),
        ("/open month 3", ["e1", "e2"]),
        ("/choose web", ["d1"]),
    ],
)
def test_what_makes_an_issue_links_it(text: str, begins: list[str]) -> None:
    runs = SyncRuns(RICH, config("2026-01-05", ahead=6))
    runs.sync()
    before = set(runs.bench.repository.issues)
    runs.bench.comment("Your path", text)
    runs.later(minutes=1).sync()
    made = [n for n in runs.bench.repository.issues if n not in before]
    titles = [runs.bench.repository.issues[n].title for n in made]
    (reply,) = runs.reports("reply").values()
    assert [t for t in titles if t.startswith(tuple(begins))], titles
    line = f"See {' and '.join(f'#{n}' for n in made)}."
    assert line in reply.body
    marked = find(reply.body)
    assert marked
    assert not marked.edited
    assert runs.writes() == []


def test_a_unit_that_left_the_guide_before_its_answer_leaves_the_answer_without_links() -> None:
    bench = RepositoryFixture()
    seed(bench, RICH)
    bench.comment("Your path", "/open month 3")
    Run(bench, RICH)()
    for comment in bench.issue("Your path").comments:
        comment.reactions.clear()
    comments = bench.issue("Your path").comments
    comments[:] = [comment for comment in comments if find(comment.body) is None]
    Run(bench, SMALL)()
    (reply,) = Run(bench, SMALL).replies("Your path")
    assert "The issues of **" in reply
    assert "See #" not in reply


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
