"""Reading guides: our own small ones against golden files, and single rules on tiny text."""

from pathlib import Path
from textwrap import dedent

import pytest
from pytest_regressions.file_regression import FileRegressionFixture

from bot.curriculum.dump import to_yaml
from bot.curriculum.importer import ImportResult, read
from bot.curriculum.model import Curriculum, Task, TaskKind, UnitKind
from bot.errors import GuideError

GUIDES = Path(__file__).parent / "guides"
every_guide = pytest.mark.parametrize("name", sorted(one.stem for one in GUIDES.glob("*.md")))

FOLD_OUT = "<details>\n<summary>{}</summary>\n\n- {}\n\n</details>\n\n"


def importing(text: str, name: str = "guide.md") -> ImportResult:
    return read(dedent(text).encode(), name=name)


def curriculum(text: str) -> Curriculum:
    return importing(text).curriculum


def titles(text: str) -> list[str]:
    """Return the titles of the tasks of a guide."""
    return [task.title for task in curriculum(text).tasks()]


def only_task(item: str) -> Task:
    """Return the task that one list item under a week becomes."""
    (task,) = curriculum(f"## Week 1: A\n{item}").tasks()
    return task


def reported(imported: ImportResult) -> str:
    """Return an import as text: the summary, the curriculum, and what became of each line."""
    summary = "\n".join(
        f"# {key}: {value}" for key, value in imported.summary().items() if key != "units"
    )
    units = "\n".join(
        f"# {u['kind']} {u['title']} ({u['tasks']})" for u in imported.summary()["units"]
    )
    placed = "\n".join(f"# {one.first}-{one.last} {one.became}" for one in imported.placed)
    unplaced = "\n".join(f"# {one.number} {one.text!r}: {one.why}" for one in imported.unplaced)
    parts = (summary, units, "", to_yaml(imported.curriculum), "# placed", placed)
    return "\n".join((*parts, "# unplaced", unplaced, ""))


@every_guide
def test_our_own_guides_are_read_as_before(
    name: str, file_regression: FileRegressionFixture
) -> None:
    imported = read((GUIDES / f"{name}.md").read_bytes(), name=f"{name}.md")

    file_regression.check(reported(imported), extension=".yml", basename=name)


@every_guide
@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_change_nothing_but_the_repairs(name: str, line_end: str) -> None:
    text = (GUIDES / f"{name}.md").read_text(encoding="utf-8")

    plain = read(text.encode(), name="x")
    other = read(text.replace("\n", line_end).encode(), name="x")

    assert other.repairs
    assert other.model_copy(update={"repairs": ()}) == plain


def test_a_guide_damaged_by_mac_roman_is_read_as_the_healthy_one() -> None:
    healthy = (GUIDES / "months-and-options.md").read_bytes()

    damaged = read(healthy.decode("mac_roman").encode(), name="x")

    assert damaged.repairs
    assert damaged.model_copy(update={"repairs": ()}) == read(healthy, name="x")


@pytest.mark.parametrize(
    "text",
    [
        "# My library\n\n## Installation\n\n- Run `pip install it`\n\n## Usage\n\n- Import it\n",
        "# Notes\n\nJust words.\n",
        "## Week 1\n",
        "# Study plan\n\n```\n## Week 1\n- [ ] not a task\n```\n",
        "<p>Week 1</p>\n",
    ],
)
def test_a_page_without_tasks_is_no_guide(text: str) -> None:
    with pytest.raises(GuideError, match="no tasks") as refused:
        importing(text, "README.md")

    assert refused.value.where == "README.md"
    assert refused.value.hint


def test_checkboxes_are_the_tasks_where_there_are_some() -> None:
    imported = importing(
        """\
        ## Week 1
        - [ ] Do this
        - [x] And that
        - A remark

        ### Aside
        - Elsewhere
        """
    )

    found = [(task.title, task.description) for task in imported.curriculum.tasks()]
    assert found == [("Do this", "- A remark"), ("And that", "")]
    assert [(one.number, one.why) for one in imported.unplaced] == [
        (7, "a bullet in a unit whose tasks are checkboxes"),
    ]


@pytest.mark.parametrize(
    "items",
    ["- One\n- Two", "1. One\n2. Two", "* ☐ One\n* ☑ Two", "- **Today**:\n  - One\n  - Two"],
)
def test_lists_of_any_kind_are_tasks(items: str) -> None:
    assert titles(f"## Week 1\n{items}\n") == ["One", "Two"]


def test_boxes_below_a_box_say_what_done_means() -> None:
    task = only_task("- [ ] Build it\n  - [ ] it runs\n  - by hand\n")

    assert task.title == "Build it"
    assert task.done_when == ("it runs",)
    assert task.description == "- by hand"


def test_boxes_below_a_plain_item_are_tasks_of_their_own() -> None:
    assert titles("## Week 1\n- HTML\n  - [ ] Tags\n  - [ ] Forms\n") == ["Tags", "Forms"]


def test_a_title_is_plain_and_its_links_become_resources() -> None:
    guide = curriculum(
        "## Week 1\n- Read **the** [`Rust` book](https://doc.rust-lang.org/book/) - 3 hours\n"
    )
    (task,) = guide.tasks()

    assert task.title == "Read the `Rust` book"
    assert (str(task.hours), task.hours_from) == ("3", "guide")
    assert task.kind is TaskKind.READING
    assert task.resources == ("rust-book",)
    assert guide.resources[0].url == "https://doc.rust-lang.org/book/"


def test_one_address_is_one_resource() -> None:
    guide = curriculum(
        "## Week 1\n- Look [here](https://a.example/)\n- See https://a.example/\n- [ref][r]\n\n"
        "[r]: https://a.example/\n"
    )

    assert [one.title for one in guide.resources] == ["Look here"]
    assert {one.resources for one in guide.tasks()} == {("look-here",)}


def test_a_long_title_is_cut_at_a_word_and_whole_in_the_description() -> None:
    long = "word " * 80 + "end"

    task = only_task(f"- {long}")

    assert len(task.title) <= 256
    assert task.title.endswith("word…")
    assert task.description == long


def test_a_repeated_title_takes_its_units_id() -> None:
    guide = curriculum("## Week 1\n- Review\n- Review\n## Week 2\n- Review\n")

    assert [task.id for task in guide.tasks()] == ["review", "review-week-1", "review-week-2"]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Write a blog post about queues", TaskKind.POST),
        ("Contribute to an open-source project", TaskKind.CONTRIBUTION),
        ("Network with other nurses", TaskKind.NETWORKING),
        ("Computer networking basics", TaskKind.PRACTICE),
        ("Update your résumé", TaskKind.JOB_SEARCH),
        ("Set up Python", TaskKind.SETUP),
        ("Read chapter 3", TaskKind.READING),
        ("Complete the official tutorials", TaskKind.COURSE),
        ("Build a simple neural network", TaskKind.PROJECT),
        ("Understand closures", TaskKind.PRACTICE),
    ],
)
def test_the_kind_is_guessed_from_the_title(title: str, kind: TaskKind) -> None:
    assert only_task(f"- {title}").kind is kind


@pytest.mark.parametrize("item", ["(Optional) Draw it", "Draw it (optional)", "*Bonus:* Draw it"])
def test_optional_tasks_are_marked(item: str) -> None:
    task = only_task(f"- {item}")

    assert (task.title, task.optional) == ("Draw it", True)


def test_goals_are_tasks_only_where_nothing_else_is() -> None:
    with_tasks = curriculum("## Week 1\n### Goals\n- Know it\n### Topics\n- Learn it\n")
    without = curriculum("## Week 1\n### Goals\n- Know it\n")

    assert [unit.goals for unit in with_tasks.units()] == [("Know it",)]
    assert [task.title for task in with_tasks.tasks()] == ["Learn it"]
    assert [task.title for task in without.tasks()] == ["Know it"]


def test_a_label_says_what_it_is() -> None:
    guide = curriculum(
        """\
        ## Week 1: Start
        **Goal**: See it run

        **Time commitment:** 5-6 hours

        **Practice**: Type it yourself

        **Difficulty**: easy

        **Deliverable:** 3 small programs
        """
    )
    (unit,) = guide.units()

    assert unit.goals == ("See it run",)
    assert str(unit.hours) == "5\u20136"
    assert [task.title for task in unit.tasks] == ["Type it yourself"]
    assert [(d.title, d.count) for d in guide.deliverables()] == [("3 small programs", 3)]


@pytest.mark.parametrize("sign", [": ", " - ", " \u2013 ", "\uff1a"])
def test_a_label_ends_with_a_colon_or_a_dash(sign: str) -> None:
    made = curriculum(f"## Week 1\n- Read\n\n**Deliverable**{sign}a small report")
    assert [one.title for one in made.deliverables()] == ["a small report"]


def test_a_day_inside_a_week_is_a_group_and_a_day_by_itself_a_unit() -> None:
    inside = importing("## Week 1\n### Day 1: A\n- x\n### Day 2: B\nRead it.\n## Week 2\n- y\n")
    alone = importing("## Day 1: A\n- x\n## Day 2: B\n- y\n")
    counted = importing("# 30 Days of Drawing\n## Week 1\n" + "### Day 1\n- x\n" * 6)

    assert [(u["title"], u["tasks"]) for u in inside.summary()["units"]] == [
        ("Week 1", 2),
        ("Week 2", 1),
    ]
    assert {unit.kind for unit in alone.curriculum.units()} == {UnitKind.DAY}
    assert {unit.kind for unit in counted.curriculum.units()} == {UnitKind.DAY}


def test_headings_that_recur_beside_the_weeks_belong_to_them() -> None:
    imported = importing(
        "## Week 1\n## Goals\n- g\n## Tasks\n- a\n## Week 2\n## Goals\n- h\n## Tasks\n- b\n"
        "## Resources\n- [R](https://r.example/)\n"
    )

    assert [(u.goals, len(u.tasks)) for u in imported.curriculum.units()] == [
        (("g",), 1),
        (("h",), 1),
    ]
    assert [one.title for one in imported.curriculum.resources] == ["R"]


def test_parts_may_hold_the_months_they_span() -> None:
    guide = curriculum(
        "## Months 1-2: Base\n### Month 1\n- a\n### Month 2\n- b\n"
        "## Months 3-4: Up\n### Month 3\n- c\n"
    )

    assert [phase.title for phase in guide.phases] == ["Base", "Up"]
    assert [(unit.kind, unit.days) for unit in guide.units()] == [(UnitKind.MONTH, 28)] * 3


def test_units_are_named_with_their_module_where_numbers_start_again() -> None:
    imported = importing(
        "## Module 1: A\n### Week 1: x\n- a\n### Week 2\n- b\n## Module 2: B\n### Week 1: y\n- c\n"
    )

    assert imported.unit_names == (
        "Module 1 / Week 1: x",
        "Module 1: A / Week 2",
        "Module 2 / Week 1: y",
    )


def test_hours_are_the_units_own_or_those_of_its_tasks() -> None:
    imported = importing(
        "## Week 1\n### Study time: 4-6 hours\n- a (3 hours)\n"
        "## Week 2\n- b - 2 hours\n- c (30 min)\n"
    )

    assert imported.hours == (6.5, 8.5)
    assert imported.summary()["hours"] == 7.5


def test_hours_of_a_week_are_found_in_a_table_that_repeats_the_weeks() -> None:
    imported = importing(
        "| Week | Hours |\n|--|--|\n| 1 | 4-6 |\n| 2 | 5 |\n\n## Week 1\n- a\n## Week 2\n- b\n"
    )

    assert [str(unit.hours) for unit in imported.curriculum.units()] == ["4\u20136", "5"]
    assert not imported.unplaced


@pytest.mark.parametrize(
    ("words", "after"),
    [("End of Month 1", "month-1"), ("2-Month Checkpoint", "month-2"), ("Readiness", "month-2")],
)
def test_a_checkpoint_is_due_after_the_module_it_names(words: str, after: str) -> None:
    guide = curriculum(
        f"## Month 1: A\n- x\n## Month 2: B\n- y\n## Milestones\n### {words}\n- [ ] Done\n"
    )

    assert [checkpoint.after for checkpoint in guide.checkpoints] == [after]


def test_front_matter_gives_the_title() -> None:
    imported = importing("---\ntitle: Knots\ntags: [rope]\n---\n\n## Week 1\n- Bowline\n")

    assert imported.curriculum.title == "Knots"
    assert imported.placed[0].became == "front matter"


def test_without_any_title_the_file_names_the_guide() -> None:
    assert importing("## Week 1\n- a\n", "/tmp/knots.md").curriculum.title == "knots"


def test_checkboxes_make_a_guide_of_headings_without_weeks() -> None:
    imported = importing("# Knots\n## Bends\n- [ ] Reef\n- [ ] Sheet\n## Hitches\n- [ ] Clove\n")

    assert [(u["title"], u["kind"], u["tasks"]) for u in imported.summary()["units"]] == [
        ("Bends", "module", 2),
        ("Hitches", "module", 1),
    ]


def test_a_list_right_below_the_title_is_one_unit() -> None:
    imported = importing("# Knots to learn\n- [ ] Reef\n- [ ] Sheet\n- [ ] Clove\n")

    assert imported.unit_names == ("Knots to learn",)
    assert imported.summary()["total_tasks"] == 3


def test_a_box_that_stands_in_no_unit_goes_to_the_nearest() -> None:
    imported = importing(
        "## Month 1\n- [ ] Early\n### Week 1\n- [ ] a\n### Week 2\n- [ ] b\n### Week 3\n- [ ] c\n"
        "## Month 2\n### Week 4\n- [ ] d\n### Week 5\n- [ ] e\n"
    )

    assert [u["tasks"] for u in imported.summary()["units"]] == [2, 1, 1, 1, 1]
    assert not imported.unplaced


def test_a_single_week_counts_where_nothing_else_holds_tasks() -> None:
    text = "## Week 1\n- [ ] Begin\n\n" + "## Module 1: Later\n" * 3

    assert titles(text) == ["Begin"]


@pytest.mark.parametrize(
    "text",
    [
        "Week 1: Start\n- a\n- b\n\nWeek 2: On\n- c\n",
        "**Week 1: Start**\n- a\n- b\n\n**Week 2: On**\n- c\n",
        "- **Week 1**: Start\n  - a\n  - b\n- **Week 2**: On\n  - c\n",
        FOLD_OUT.format("<b>Week 1: Start</b>", "a\n- b") + FOLD_OUT.format("Week 2: On", "c"),
        "| Week | Focus | Do |\n|--|--|--|\n| 1 | Start | a<br>b |\n| 2 | On | c |\n",
        "Week 1: Start\n===\n- a\n- b\n\nWeek 2: On\n===\n- c\n",
    ],
    ids=["plain line", "bold line", "list", "fold-out", "table", "underlined heading"],
)
def test_weeks_are_found_in_whatever_way_they_are_written(text: str) -> None:
    guide = curriculum(f"# Plan\n\n{text}")

    assert [(u.label, u.title, len(u.tasks)) for u in guide.units()] == [
        ("Week 1", "Start", 2),
        ("Week 2", "On", 1),
    ]


def test_a_bold_line_glued_to_a_list_is_a_label_all_the_same() -> None:
    guide = curriculum("## Week 1\n- [ ] Style it\n**Deliverable**: a web page\n")

    assert [task.title for task in guide.tasks()] == ["Style it"]
    assert [one.title for one in guide.deliverables()] == ["a web page"]


def test_bullets_make_a_guide_only_of_what_calls_itself_one() -> None:
    text = "## Linux (2 weeks)\n- shell\n- users\n### Practice\n- a script\n"
    text += "## Docker\n- images\n- layers\n"
    imported = importing(f"# DevOps Study Guide\n{text}")

    assert imported.unit_names == ("Linux (2 weeks)", "Docker")
    assert [unit.days for unit in imported.curriculum.units()] == [14, 7]
    with pytest.raises(GuideError):
        importing(f"# My tool\n{text}")
