"""`milepost curriculum` and `milepost import`."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from cli.terminal import Terminal, curriculum_text
from planning.paths import SMALL
from pytest_regressions.file_regression import FileRegressionFixture

GUIDE = """# From Cook to Baker

## Phase 1: Bread

### Month 1: Dough

#### Week 1-2: Flour and water
- [ ] Read "The Bread Book" chapters 1-3 (4 hours)
- [ ] Bake a simple loaf (3 hours)

#### Week 3-4: Yeast
- [ ] Keep a sourdough alive for two weeks

**Deliverable**: A loaf that you would sell
"""

GUIDES = sorted((Path(__file__).parents[1] / "curriculum" / "guides").glob("*.md"))


def test_the_built_in_ones_are_listed(terminal: Terminal) -> None:
    ran = terminal("curriculum", "list")
    assert ran.code == 0
    assert "devops-to-mlops\n" in ran.out
    found = json.loads(terminal("curriculum", "list", "--json").out)
    facts = {one["name"]: one for one in found}["devops-to-mlops"]
    assert (facts["phases"], facts["title"]) == (4, "From DevOps to MLOps")


def test_a_curriculum_is_shown_as_an_outline(
    terminal: Terminal, file_regression: FileRegressionFixture
) -> None:
    terminal.write("path.yml", curriculum_text(SMALL))
    ran = terminal("curriculum", "show", "path.yml")
    assert ran.code == 0
    file_regression.check(ran.out)


def test_a_curriculum_as_json_is_a_curriculum_file(terminal: Terminal) -> None:
    terminal.write("path.yml", curriculum_text(SMALL))
    ran = terminal("curriculum", "show", "path.yml", "--json")
    terminal.write("again.yml", ran.out)
    assert terminal("curriculum", "show", "again.yml", "--json").out == ran.out


def test_files_are_validated(terminal: Terminal) -> None:
    terminal.write("good.yml", curriculum_text(SMALL))
    good = terminal("curriculum", "validate", "good.yml")
    assert (good.code, good.out) == (0, "good.yml: well-formed, 3 units, 5 tasks\n")
    terminal.write("bad.yml", curriculum_text(SMALL).replace("hours:", "ours:", 1))
    bad = terminal("curriculum", "validate", "good.yml", "bad.yml")
    assert bad.code == 4
    assert "bad.yml, line" in bad.err
    assert "Did you mean 'hours'?" in bad.err


@pytest.mark.parametrize("which", ["nothing.yml", "nothing.md", "nothing"])
def test_a_missing_curriculum(terminal: Terminal, which: str) -> None:
    ran = terminal("curriculum", "validate", which)
    assert ran.code == 4
    assert which in ran.err


def test_the_schemas_hold_what_we_write(terminal: Terminal) -> None:
    schema = json.loads(terminal("curriculum", "schema").out)
    assert _misfits(yaml.safe_load(curriculum_text(SMALL)), schema) == []
    assert terminal("init", "--yes").code == 0
    schema = json.loads(terminal("curriculum", "schema", "--settings").out)
    text = (terminal.folder / ".github/milepost.yml").read_text(encoding="utf-8")
    assert _misfits(yaml.load(text, yaml.BaseLoader), schema) == []


def _misfits(written: object, schema: dict[str, Any]) -> list[str]:
    checker = jsonschema.validators.validator_for(schema)
    checker.check_schema(schema)
    return [misfit.message for misfit in checker(schema).iter_errors(written)]


def test_a_guide_is_read_and_told(
    terminal: Terminal, file_regression: FileRegressionFixture
) -> None:
    terminal.write("guide.md", GUIDE)
    ran = terminal("import", "guide.md")
    assert ran.code == 0
    file_regression.check(ran.out)


def test_a_line_that_begins_as_a_check_and_is_none_is_named(terminal: Terminal) -> None:
    lines = [
        "# Baking", "## Week 1", "- [ ] Bake a loaf", "  - Check: `file: loaf.md`",
        "  - Check: `fil: loaf.md`", "- [ ] Eat it", "  - Check: `workflow`",
        "  - Check: `file: crumbs.md` before noon", "",
    ]  # fmt: skip
    terminal.write("guide.md", "\n".join(lines))
    out = terminal("import", "guide.md").out
    assert "Not a check: 3 lines. Write a kind (file," in out
    assert "  line 5: Check: `fil: loaf.md`\n  line 7: Check: `workflow`" in out
    assert "line 4" not in out
    terminal.write("guide.md", "\n".join(lines[:4]))
    assert "Not a check" not in terminal("import", "guide.md").out


def test_close_readings_are_shown_and_another_is_taken(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.curriculum.importer.choice.CLOSE", 2)
    lessons = "### Lesson {}\n- a\n- b\n"
    modules = ["## Module 1\n", "## Module 2\n"]
    terminal.write("guide.md", "".join(m + lessons.format(i) for i, m in enumerate(modules, 1)))

    first, second = terminal("import", "guide.md"), terminal("import", "guide.md", "--reading", "2")

    assert "1. 2 units with 4 tasks" in first.err
    assert "--reading 2" in first.err
    assert "several ways" not in second.err
    assert first.out != second.out


def test_the_summary_for_programs(terminal: Terminal) -> None:
    terminal.write("guide.md", GUIDE)
    found = json.loads(terminal("import", "guide.md", "--summary", "json").out)
    assert found["title"] == "From Cook to Baker"
    assert [unit["tasks"] for unit in found["units"]] == [2, 1]
    assert (found["total_tasks"], found["deliverables"], found["hours"]) == (3, 1, 7)


def test_an_imported_guide_is_a_curriculum_to_plan_with(terminal: Terminal) -> None:
    terminal.write("guide.md", GUIDE)
    ran = terminal("import", "guide.md", "-o", "path.yml")
    assert ran.code == 0
    assert "Wrote path.yml" in ran.err
    terminal.settings()
    assert "Bake a simple loaf" in terminal("plan").out


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_sample_guide_becomes_a_plan(terminal: Terminal, guide: Path) -> None:
    ran = terminal("import", str(guide), "-o", "path.yml")
    assert ran.code == 0, ran.err
    terminal.settings()
    planned = terminal("plan", "--detailed-exitcode")
    assert (planned.code, planned.err) == (2, "")


def test_import_does_not_overwrite_but_by_force(terminal: Terminal) -> None:
    terminal.write("guide.md", GUIDE)
    mine = terminal.write("path.yml", "mine")
    ran = terminal("import", "guide.md", "-o", "path.yml")
    assert (ran.code, mine.read_text()) == (64, "mine")
    assert "--force" in ran.err
    assert terminal("import", "guide.md", "-o", "path.yml", "--force").code == 0
    assert mine.read_text() != "mine"


@pytest.mark.parametrize(
    ("name", "content", "reported"),
    [
        ("missing.md", None, "cannot be read"),
        ("empty.md", b"", "empty"),
        ("binary.md", bytes(range(256)) * 20, "binary.md"),
        ("huge.md", b"- a task\n" * 120_000, "1 MB"),
        ("prose.md", b"Once upon a time there was a bread.\n", "prose.md"),
    ],
)
def test_what_is_no_guide(
    terminal: Terminal, name: str, content: bytes | None, reported: str
) -> None:
    if content is not None:
        Path(terminal.folder / name).write_bytes(content)
    ran = terminal("import", name)
    assert (ran.code, ran.out) == (5, "")
    assert reported in ran.err
