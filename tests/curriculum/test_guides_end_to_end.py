"""Guides of ten shapes, all the way: what the learner finds in the repository on the first day.

The guides are invented. Each golden file has the milestones, the dashboard and the issues of one;
what stands at the foot of every issue is left out.
"""

import re
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from pytest_regressions.file_regression import FileRegressionFixture
from repository_fixture import settings
from sync.sync_runs import SyncRuns

from bot.curriculum.importer import ImportResult, read
from bot.planning.marker import find
from bot.settings import Settings
from github_sandbox.state.objects import Issue

GUIDES = Path(__file__).parent / "end_to_end_guides"
FOOT = re.compile(
    r"\n*(?:<details>(?:(?!<details>).)*?`/help`(?:(?!<details>).)*?</details>\n+)?---\n+<sub>.*",
    re.DOTALL,
)
MARKS = re.compile(r"[^\S\n]*<!--.*?-->", re.DOTALL)


def first_day(imported: ImportResult) -> Settings:
    """Settings with the guide's own first day as the start, else a Monday."""
    days = [unit.first for unit in imported.curriculum.units() if unit.first]
    return settings(str(min(days, default="2026-01-05")), curriculum="guide.md", ahead="all")


def text(body: str | None) -> str:
    """Our region of a body, as it shows."""
    marked = find(body or "")
    return MARKS.sub("", FOOT.sub("", marked.region if marked and marked.region else "")).strip()


def shown(issue: Issue) -> str:
    """An issue as a piece of Markdown."""
    facts = [
        f"labels: {', '.join(label.name for label in issue.labels)}",
        f"milestone: {issue.milestone.title}" if issue.milestone else "",
        f"below #{issue.parent.number}" if issue.parent else "",
    ]
    head = f"## #{issue.number} {issue.title}\n\n_{' · '.join(filter(None, facts))}_"
    return f"{head}\n\n{text(issue.body)}"


@pytest.mark.parametrize("name", sorted(one.stem for one in GUIDES.glob("*.md")))
def test_a_guide_becomes(name: str, file_regression: FileRegressionFixture) -> None:
    imported = read((GUIDES / f"{name}.md").read_bytes(), name=f"learning/{name}.md")
    how = first_day(imported)
    begins = datetime.combine(how.start, time(9), tzinfo=UTC)

    runs = SyncRuns(imported.curriculum, how, begins=begins)
    runs.sync()

    milestones = [
        f"- {one.due:%a %d %b %Y} · **{one.title}**"
        + "".join(f"\n  {line}" for line in text(one.description).splitlines() if line)
        for one in runs.bench.repository.milestones.values()
        if one.due
    ]
    assert runs.writes() == []
    pieces = ["# Milestones", *milestones, "", "# Issues", *map(shown, runs.issues())]
    file_regression.check("\n\n".join(pieces) + "\n", extension=".md", basename=name)
