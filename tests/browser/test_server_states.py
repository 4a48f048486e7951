"""The pages of paths in every state, and error pages, in a browser."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

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


@pytest.mark.parametrize("language", ["de", "hi", "zh"])
def test_a_phone_shows_a_page_in_every_script_without_scrolling_sideways(
    host_and_documents: tuple[Host, PageDocuments],
    visitor: tuple[PageChecker, PageProblems],
    language: str,
) -> None:
    somebody, problems = visitor
    somebody.open(f"{host_and_documents[0].url}/r/ada/three-months?language={language}")
    somebody.check(f"state-three-months-{language}")
    assert (problems.barriers, problems.wide, problems.complaints) == ([], [], [])
    somebody.page.set_viewport_size({"width": 390, "height": 844})
    assert somebody.page.locator("header.top").evaluate("one => one.offsetHeight") < 64


def test_a_path_can_be_walked_with_the_keyboard(
    host_and_documents: tuple[Host, PageDocuments], visitor: tuple[PageChecker, PageProblems]
) -> None:
    somebody, _ = visitor
    somebody.open(f"{host_and_documents[0].url}/r/ada/three-months")
    keyboard = somebody.page.keyboard
    keyboard.press("Tab")
    assert _focused(somebody)["text"] == "Skip to content"
    keyboard.press("Enter")
    keyboard.press("Tab")
    reached: list[str] = []
    while (there := _focused(somebody))["text"] and there["text"] not in reached[:1]:
        assert there["outlined"], there
        assert there["visible"], there
        reached.append(there["text"])
        keyboard.press("Tab")
    assert reached[0] == "ada/three-months"
    assert {"Three-month checkpoint", "To develop", "Add it to a README"} <= set(reached)


def _focused(somebody: PageChecker) -> dict[str, Any]:
    """Return the text of what has the focus, and whether a person sees it and its outline."""
    found: dict[str, Any] = somebody.page.evaluate(
        """async () => {
          await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
          const one = document.activeElement, box = one.getBoundingClientRect();
          return {
            text: one === document.body ? "" : one.innerText.trim(),
            outlined: getComputedStyle(one).outlineStyle !== "none",
            visible: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
          };
        }"""
    )
    return found


@pytest.mark.parametrize("name", ["three-months", "before", "finished", "writing"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_a_page_loads(
    host_and_documents: tuple[Host, PageDocuments],
    visitor: tuple[PageChecker, PageProblems],
    name: str,
    width: int,
) -> None:
    somebody, _ = visitor
    somebody.page.set_viewport_size({"width": width, "height": 900})
    somebody.page.goto(f"{host_and_documents[0].url}/r/ada/{name}", wait_until="networkidle")
    shifts = somebody.page.evaluate(
        """() => new Promise((done) => {
          let sum = 0;
          const add = (list) => { for (const one of list.getEntries()) sum += one.value; };
          new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
          requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
        })"""
    )
    assert shifts == 0


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
