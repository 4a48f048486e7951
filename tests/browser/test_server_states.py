"""The pages of paths in every state, and error pages, in a browser."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from browser.page_checks import PageChecker, PageProblems, walker
from reports import picture_states
from reports.checkpoints import REPORTED, three_months
from reports.histories import TINY, HistoryLearner
from server.page_documents_fixture import PageDocuments, document_server, six_weeks
from server.server_fixture import Host

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

WRONG = "timezone: there is no time zone 'Moon/Crater'.\nUse a name like Europe/Berlin."


@pytest.fixture(scope="module")
def host_and_documents(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Host, PageDocuments]]:
    with document_server(tmp_path_factory.mktemp("states")) as (host, documents):
        documents.add("ada/three-months", three_months().view(REPORTED))
        documents.add("ada/finished", picture_states.finished())
        documents.add("ada/before", HistoryLearner(TINY).view("2025-12-01"))
        documents.add("ada/wrong", six_weeks(), result="wrong", detail=WRONG)
        documents.known("ada/waiting", result="waiting", detail="GitHub answered 503.")
        documents.known("ada/refused", result="refused", detail="GitHub said no.")
        documents.known("ada/archived", result="archived", archived=True)
        documents.known("ada/new")
        documents.known("ada/unset", result="unset")
        writing = documents.known("ada/writing", result="unset")
        documents.store.repositories.record_progress(writing.id, 12, 40)
        yield host, documents


@pytest.fixture
def visitor(
    browser: "Browser", host_and_documents: tuple[Host, PageDocuments]
) -> Iterator[tuple[PageChecker, PageProblems]]:
    problems = PageProblems()
    with walker(browser, problems, (host_and_documents[0].url,)) as somebody:
        yield somebody, problems


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
    host_and_documents: tuple[Host, PageDocuments],
    visitor: tuple[PageChecker, PageProblems],
    path: str,
) -> None:
    somebody, problems = visitor
    assert somebody.open(f"{host_and_documents[0].url}/r/ada/{path}") == 200
    somebody.check(f"state-{path.replace('/', '-')}")
    assert (problems.barriers, problems.wide, problems.complaints) == ([], [], [])


@pytest.mark.parametrize(
    ("status", "path"), [(404, "/r/ada/none"), (405, "/sign-out"), (401, "/cohort")]
)
def test_each_error_can_be_read_by_everybody(
    host_and_documents: tuple[Host, PageDocuments],
    visitor: tuple[PageChecker, PageProblems],
    status: int,
    path: str,
) -> None:
    somebody, problems = visitor
    assert somebody.open(f"{host_and_documents[0].url}{path}") == status
    somebody.check(f"error-{status}")
    assert (problems.barriers, problems.wide, problems.complaints) == ([], [], [])
