"""What a learner reads in an issue or milestone: golden files."""

import pytest
from builders import curriculum
from pytest_regressions.file_regression import FileRegressionFixture
from repository_fixture import RepositoryFixture, settings

from bot.curriculum.model import Curriculum
from bot.planning.marker import find

DRAWN = curriculum(
    """
    Phase: Foundations
      Month 1: Basics -> Two small programs
        Week 1-2: First steps
          - Read the tutorial (5h) [reading] #python
          - Look around (1-2h) [practice]?
      Month 2: Your way
        Week 1-4: Your way
        Choice: Choose your way
          Option: Web
            - Build a page (4h)
          Option: Data
            - Clean a table (4h)
      Checkpoint: One month in
        - Can write a program
        - Knows what comes next
    Next week:
      - Join the forum
      - Tell a friend
    """
)


def full(path: Curriculum) -> Curriculum:
    """The drawn path with everything that a drawing leaves out."""
    data = path.model_dump(mode="json", exclude_defaults=True)
    data["overview"] = {
        "summary": "From nothing to a first program.",
        "from_role": "Curious",
        "target_role": "Programmer",
    }
    data["resources"] = [
        {
            "title": "The [Python] Tutorial",
            "kind": "documentation",
            "url": "https://docs.python.org/3/tutorial/",
        },
        {"title": "A book", "kind": "book", "author": "Somebody", "note": "the first half"},
    ]
    module = data["phases"][0]["modules"][0]
    module["deliverables"][0] |= {
        "count": 2,
        "description": "Small is fine.",
        "done_when": ("Both run", "Both have a README"),
    }
    unit = module["units"][0]
    unit["goals"] = ("Know where to look things up",)
    unit["tasks"][0] |= {
        "description": "It is short, and it shows the whole language once.\n\nSkip chapter 9.",
        "done_when": ("Every example ran on your machine", "You changed three of them"),
        "resources": ("the-python-tutorial", "a-book"),
        "hours_from": "guide",
    }
    data["actions"][0]["description"] = "People answer there\nwithin a day."
    return Curriculum.model_validate(data)


@pytest.fixture(scope="module")
def bench() -> RepositoryFixture:
    made = RepositoryFixture()
    made.apply(full(DRAWN), settings(ahead="all"), today="2026-12-31")
    return made


@pytest.mark.parametrize(
    "title",
    ["Next steps", "Deliverable", "Read", "Look", "Choose", "Checkpoint"],
)
def test_issue(
    bench: RepositoryFixture, title: str, file_regression: FileRegressionFixture
) -> None:
    issue = bench.issue(title)
    found = find(issue.body or "")
    assert found is not None
    labels = ", ".join(label.name for label in issue.labels)
    milestone = issue.milestone.title if issue.milestone else "none"
    text = f"# {issue.title}\n\nLabels: {labels}\nMilestone: {milestone}\n\n{found.region}\n"
    file_regression.check(text, extension=".md")


def test_milestone(bench: RepositoryFixture, file_regression: FileRegressionFixture) -> None:
    texts = []
    for milestone in bench.repository.milestones.values():
        found = find(milestone.description or "")
        assert found is not None
        texts.append(f"# {milestone.title}\n\nDue: {milestone.due}\n\n{found.region}\n")
    file_regression.check("\n".join(texts), extension=".md")


def test_a_choice_that_was_made(file_regression: FileRegressionFixture) -> None:
    made = RepositoryFixture()
    for how in (settings(), settings(choices={"choose-your-way": "data"})):
        made.apply(full(DRAWN), how)
    found = find(made.issue("Choose").body or "")
    assert found is not None
    file_regression.check(f"{found.region}\n", extension=".md")


def test_labels(bench: RepositoryFixture, file_regression: FileRegressionFixture) -> None:
    lines = [f"{x.name} #{x.color} {x.description}" for x in bench.repository.labels.values()]
    assert all(len(label.name) <= 50 for label in bench.repository.labels.values())
    assert all(len(label.description or "") <= 100 for label in bench.repository.labels.values())
    file_regression.check("\n".join(lines))
