"""Each check of a built-in path fails where no work is, and passes with the work in place."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from docs.pages import ROOT
from planning.paths import SMALL
from repository_fixture import RepositoryFixture, settings

from bot.curriculum.checks import Check
from bot.curriculum.load import catalog_names, from_catalog
from bot.curriculum.model import Curriculum, ProjectIdea, Task, TaskKind
from bot.progress.checks import checked_items, find
from bot.progress.path import LearningPath
from bot.sync.checks import CheckRunner, RepositoryFacts
from github_sandbox.state import releases, workflow_runs

PAGE = ROOT / "docs" / "reference" / "built-in-checks.md"
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
# What Milepost itself writes to the default branch.
OURS = (
    *(".github/milepost.yml", ".github/workflows/milepost.yml", ".github/ISSUE_TEMPLATE/log.yml"),
    *("reports/m06.md", "reports/m06.html", "reports/m06.json", "LICENSE", "SKILL.md"),
)
EVERY = [
    pytest.param(check, id=f"{item.id}-{check}")
    for name in catalog_names()
    for _, item in checked_items(from_catalog(name))
    for check in item.checks
]


class OpenWeb:
    """Pages that answer."""

    def __init__(self) -> None:
        self.pages: set[str] = set()

    def due(self, url: str) -> bool:
        return bool(url)

    def missed(self, url: str) -> None:
        self.pages.discard(url)

    def exists(self, url: str) -> str | None:
        return "" if url in self.pages else None


def found(bench: RepositoryFixture, check: Check, web: OpenWeb) -> str | None:
    """The address of what a check finds now."""
    path = LearningPath.read(SMALL, settings(features={"links": True}), bench.edges.snapshot(), NOW)
    return find(
        check,
        RepositoryFacts(
            path, bench.edges, web, CheckRunner(bench.edges, web, before_reports=False)
        ),
    )


def do_the_work(bench: RepositoryFixture, check: Check, web: OpenWeb) -> None:
    """Make what the check names, and nothing else."""
    world, home = bench.world, bench.repository
    if check.file:
        path = check.file.replace("**", "some/folder").replace("*", "x").replace("?", "x")
        text = check.contains or "line\n" * (check.lines or 1)
        world.commit_files(home, {path: text.encode()}, "Work")
    elif check.workflow:
        file = f".github/workflows/{check.workflow}"
        world.commit_files(home, {file: b"on: push"}, "Work")
        workflow_runs.finish(world, home, check.workflow)
    elif check.release:
        tag = check.release.replace("*", "1")
        releases.create(world, bench.learner, home, {"tag_name": tag})
    elif check.link:
        web.pages.add(check.link.replace("{owner}", "learner").replace("{repository}", home.name))
    else:
        raise AssertionError(f"no built-in path had such a check so far: {check}")


@pytest.mark.parametrize("check", EVERY)
def test_a_check_fails_with_only_a_readme_and_passes_with_the_work(check: Check) -> None:
    bench, web = RepositoryFixture(), OpenWeb()
    assert found(bench, check, web) is None
    bench.world.commit_files(bench.repository, dict.fromkeys(OURS, b"Milepost"), "Begin")
    assert found(bench, check, web) is None
    do_the_work(bench, check, web)
    assert found(bench, check, web)


@pytest.mark.parametrize("name", catalog_names())
def test_most_practice_and_project_work_has_checks(name: str) -> None:
    path = from_catalog(name)
    made = [t for t in path.tasks() if t.kind in {TaskKind.PRACTICE, TaskKind.PROJECT}]
    work: list[Task | ProjectIdea] = [*made, *path.projects]
    assert sum(bool(one.checks) for one in work) > len(work) / 2
    assert all(one.checks for one in path.deliverables())
    assert all(one.checks for one in path.projects)


def page() -> str:
    """The page as it should be."""
    head, found, _ = PAGE.read_text(encoding="utf-8").partition("<!-- generated -->\n")
    assert found
    return head + found + "".join(map(_section, map(from_catalog, catalog_names())))


def _section(path: Curriculum) -> str:
    rows = [
        f"| {item.title} | {kind} | {'<br>'.join(f'`{check}`' for check in item.checks)} |"
        for kind, item in checked_items(path)
    ]
    return "\n".join(
        ["", f"## {path.title}", "", "| work | | checks |", "|---|---|---|", *rows, ""]
    )


def test_the_page_lists_them_all(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--force-regen"):
        Path(PAGE).write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
