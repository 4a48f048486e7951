"""The pages of paths in every state, and what is told when something is wrong, in a browser."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from browser.page_checks import PageChecker, PageProblems, walker
from reports import picture_states
from reports.checkpoints import REPORTED, three_months
from reports.histories import TINY, HistoryLearner
from server.page_documents_fixture import PageDocuments, gallery, six_weeks
from server.server_fixture import Host

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

WRONG = "timezone: there is no time zone 'Moon/Crater'.\nUse a name like Europe/Berlin."


@pytest.fixture(scope="module")
def hung(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Host, PageDocuments]]:
    with gallery(tmp_path_factory.mktemp("states")) as (host, walls):
        walls.hang("ada/three-months", three_months().view(REPORTED))
        walls.hang("ada/finished", picture_states.finished())
        walls.hang("ada/before", HistoryLearner(TINY).view("2025-12-01"))
        walls.hang("ada/wrong", six_weeks(), result="wrong", detail=WRONG)
        walls.known("ada/waiting", result="waiting", detail="GitHub answered 503.")
        walls.known("ada/refused", result="refused", detail="GitHub said no.")
        walls.known("ada/archived", result="archived", archived=True)
        walls.known("ada/new")
        walls.known("ada/unset", result="unset")
        writing = walls.known("ada/writing", result="unset")
        walls.store.repositories.record_progress(writing.id, 12, 40)
        yield host, walls


@pytest.fixture
def visitor(
    browser: "Browser", hung: tuple[Host, PageDocuments]
) -> Iterator[tuple[PageChecker, PageProblems]]:
    runner = PageProblems()
    with walker(browser, runner, (hung[0].url,)) as somebody:
        yield somebody, runner


@pytest.mark.parametrize(
    "path",
    [
        "three-months",
        "three-months/checkpoints/month-3",
        "finished",
        "before",
        "wrong",
        "waiting",
        "refused",
        "archived",
        "new",
        "unset",
        "writing",
    ],
)
def test_each_state_can_be_read_by_everybody(
    hung: tuple[Host, PageDocuments], visitor: tuple[PageChecker, PageProblems], path: str
) -> None:
    somebody, runner = visitor
    assert somebody.open(f"{hung[0].url}/r/ada/{path}") == 200
    somebody.job(f"state-{path.replace('/', '-')}")
    assert (runner.barriers, runner.wide, runner.complaints) == ([], [], [])


@pytest.mark.parametrize(
    ("status", "path"), [(404, "/r/ada/none"), (405, "/sign-out"), (401, "/cohort")]
)
def test_each_error_can_be_read_by_everybody(
    hung: tuple[Host, PageDocuments],
    visitor: tuple[PageChecker, PageProblems],
    status: int,
    path: str,
) -> None:
    somebody, runner = visitor
    assert somebody.open(f"{hung[0].url}{path}") == status
    somebody.job(f"error-{status}")
    assert (runner.barriers, runner.wide, runner.complaints) == ([], [], [])
