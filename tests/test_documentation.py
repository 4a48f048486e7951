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
NAMED = re.compile(
    r"""(?:docs|footer)\("([^"]+)"\)|set docs_page = "([^"]+)"|default\("([^"]+)"\)"""
)


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
        next(filter(None, found))
        for file in (ROOT / "templates").rglob("*.j2")
        for found in NAMED.findall(file.read_text())
        if "/" in "".join(found)
    }
    assert len(pages) >= 7
    assert not [page for page in pages if not (ROOT / f"docs/{page}.md").is_file()]


@pytest.mark.usefixtures("_site")
def test_the_dashboard_choices_and_checkpoints_link_to_the_page_that_helps() -> None:
    bench = RepositoryFixture()
    path = from_catalog("devops-to-mlops")
    bench.apply(path, config(ahead="all"), today="2026-10-04")
    found = {}
    for issue in bench.repository.issues.values():
        marked = find(issue.body or "")
        assert marked
        if SITE in (issue.body or ""):
            found[marked.marker.key.partition(":")[0]] = issue.body or ""
    assert {key: re.findall(rf"{SITE}/([^>)]*)", body) for key, body in found.items()} == {
        "summary": ["how-to/troubleshooting/"],
        "choice": ["how-to/choose-an-option/"],
        "checkpoint": ["explanation/what-counts-as-done/"],
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
