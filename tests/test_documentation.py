"""Links to the documentation: where they lead, that their pages are there, and who gets them."""

import re
from pathlib import Path

import pytest
from planning.paths import SMALL
from repository_fixture import RepositoryFixture
from repository_fixture import settings as config
from sync.command_runs import Run, seed

from bot import documentation
from bot.curriculum.load import from_catalog
from bot.documentation import docs, site_of
from bot.planning.marker import find
from bot.templating import render

ROOT = Path(__file__).parents[1]
SITE = "https://docs.example.org/latest"
PAGE = re.compile(r'"((?:explanation|how-to|reference|start)/[\w-]+)"')


@pytest.fixture
def _site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILEPOST_DOCS_URL", f"{SITE}/")


def test_until_the_account_is_named_there_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MILEPOST_DOCS_URL")
    monkeypatch.setattr(documentation, "REPOSITORY", "OWNER/milepost")
    assert docs("how-to/undo") == ""
    monkeypatch.setattr(documentation, "REPOSITORY", "Mona/milepost")
    assert docs("how-to/undo") == "https://mona.github.io/milepost/latest/how-to/undo/"
    assert docs() == f"{site_of('Mona/milepost')}/"


def test_the_variable_names_another_site_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documentation, "REPOSITORY", "mona/milepost")
    monkeypatch.setenv("MILEPOST_DOCS_URL", f" {SITE}/ ")
    assert docs("how-to/undo") == f"{SITE}/how-to/undo/"
    monkeypatch.setenv("MILEPOST_DOCS_URL", "none")
    assert docs("how-to/undo") == ""


def test_every_page_that_a_template_links_to_is_there() -> None:
    pages = {
        page
        for file in (ROOT / "templates").rglob("*.j2")
        for page in PAGE.findall(file.read_text())
    }
    assert len(pages) >= 11
    assert not [page for page in pages if not (ROOT / f"docs/{page}.md").is_file()]


@pytest.mark.usefixtures("_site")
def test_every_issue_links_to_the_page_that_helps() -> None:
    bench = RepositoryFixture()
    path = from_catalog("devops-to-mlops")
    bench.apply(path, config(ahead="all"), today="2026-10-04")
    found: dict[str, set[str]] = {}
    for issue in bench.repository.issues.values():
        marked = find(issue.body or "")
        assert marked
        (page,) = re.findall(rf"{SITE}/([^>)]*)/>\)", issue.body or "")
        found.setdefault(marked.marker.key.partition(":")[0], set()).add(page)
    assert found == {
        "summary": {"how-to/troubleshooting"},
        "task": {"how-to/let-tasks-check-themselves", "how-to/faq"},
        "deliverable": {"explanation/what-counts-as-done"},
        "choice": {"how-to/choose-an-option"},
        "checkpoint": {"explanation/what-counts-as-done"},
        "actions": {"how-to/faq"},
        "assessment": {"how-to/journal-and-reflection"},
        "reflection": {"how-to/journal-and-reflection"},
    }


@pytest.mark.usefixtures("_site")
def test_help_and_what_is_not_understood_link_to_the_commands() -> None:
    bench = RepositoryFixture()
    seed(bench, SMALL)
    bench.comment("Read", "/help")
    bench.comment("Read", "/log")
    run = Run(bench, SMALL)
    run()
    for reply in run.replies("Read"):
        assert f"{SITE}/reference/commands/>)" in reply


@pytest.mark.parametrize("site", [SITE, "none"])
def test_a_run_that_stopped_links_to_troubleshooting(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MILEPOST_DOCS_URL", site)
    text = render("action-stopped.md.j2", wrong=[])
    assert ("[Help](" in text) == (site == SITE)
