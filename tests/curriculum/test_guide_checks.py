"""A guide's line such as "Check: `file: src/train.py`" is a check; other lines stay as they are."""

import pytest

from bot.curriculum import importer
from bot.curriculum.checks import matches
from bot.curriculum.dump import to_yaml
from bot.curriculum.load import from_yaml
from bot.curriculum.model import Curriculum, Task
from bot.errors import CurriculumError

GUIDE = """\
# A guide

## Week 1: Start

- [ ] Train a model
  - Check: `file: src/**/*.py`
  - Check: `{line}`
  - Check: your answers
  - [ ] It runs
- [ ] Show it
"""
PATH = """\
title: P
phases:
  - title: P
    modules:
      - title: M
        number: 1
        units:
          - title: U
            tasks:
              - title: T
                checks:
                  - {check}
"""


def read(line: str) -> tuple[Curriculum, Task]:
    found = importer.read(GUIDE.format(line=line).encode(), name="guide.md").curriculum
    task = next(found.tasks())
    assert task.title == "Train a model"
    return found, task


@pytest.mark.parametrize(
    "line",
    [
        *("file: notes.md, lines: 20", "file: README.md, contains: ## Results, and more"),
        *("workflow: ci.yml", "workflow: Unit tests", "release: v*", "tag: v1.?"),
        *("pull request: project", "link: https://{owner}.github.io/{repository}/"),
    ],
)
def test_a_line_of_a_guide_is_a_check_and_goes_to_yaml_and_back(line: str) -> None:
    found, task = read(line)
    assert [str(check) for check in task.checks] == ["file: src/**/*.py", line]
    assert task.done_when == ("It runs",)
    assert "your answers" in task.description
    assert "Check: `" not in task.description
    assert found.resources == ()
    assert from_yaml(to_yaml(found), name="p.yml") == found


def test_release_alone_is_any() -> None:
    assert str(read("release")[1].checks[1]) == "release: *"


@pytest.mark.parametrize("line", ["make test", "file: ../secret", "link: ftp://x", "files: x"])
def test_what_is_no_check_stays_a_part_of_the_description(line: str) -> None:
    _, task = read(line)
    assert len(task.checks) == 1
    assert f"Check: `{line}`" in task.description


@pytest.mark.parametrize(
    ("check", "why"),
    [
        ("file: /etc/passwd", "is not a path in the repository"),
        ("file: a/../b", "is not a path in the repository"),
        ("file: '*a*a*a*a*a*a*a*a*a'", "has more than 8 of"),
        ("link: http://example.org", "begins with https://"),
        ("link: 'https://{home}/'", "may only have the places {owner} and {repository}"),
        ("{file: a, workflow: b}", "exactly one of"),
        ("{workflow: b, lines: 2}", "are about a `file`"),
        ("{file: a, contains: b, lines: 2}", "are two checks"),
        ("'files: a'", "is not a check"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(check: str, why: str) -> None:
    with pytest.raises(CurriculumError) as wrong:
        from_yaml(PATH.format(check=check), name="path.yml")
    assert why in str(wrong.value)
    assert "line 12" in str(wrong.value)
    assert "path.yml" in str(wrong.value)


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*.py", "a.py", True),
        ("*.py", "src/a.py", False),
        ("src/*.py", "src/a/b.py", False),
        ("src/**/*.py", "src/b.py", True),
        ("src/**/*.py", "src/a/c/b.py", True),
        ("**", "a/b/c", True),
        ("**/x/**", "a/x", True),
        ("**/x/**", "a/y", False),
        ("?.md", "a.md", True),
        ("?.md", "ab.md", False),
        ("a*b*c", "aXbYbZc", True),
        ("a.py", "axpy", False),
        ("[a].py", "a.py", False),
        ("Notes/*.MD", "notes/a.md", True),
        ("*", ".gitignore", False),
        (".*", ".gitignore", True),
        ("**/*.yml", ".github/forms/a.yml", False),
        ("**/*.yml", "ci/.hidden/a.yml", False),
        (".github/**/*.yml", ".github/forms/a.yml", True),
    ],
)
def test_a_pattern_fits_names_and_folders(pattern: str, path: str, fits: bool) -> None:
    assert matches(pattern, path) is fits


def test_no_pattern_takes_long() -> None:
    steps = "a" * 4_000
    assert not matches("*a*a*a*a*a*a*a*b", steps)
    assert not matches("**/a/**/a/**/a/**/b", "/".join(steps))
