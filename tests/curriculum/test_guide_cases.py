"""Single structures of guides, as small as they get, and what a careful person reads in them."""

import json
from datetime import date
from pathlib import Path

import pytest

from bench.guides import REWRITES, case_faults
from bot.curriculum.importer import read
from bot.curriculum.importer.blocks import outline
from bot.curriculum.importer.dates import DateReader
from bot.curriculum.importer.keys import GuideKeys
from bot.curriculum.importer.time_words import time_words
from bot.errors import GuideError

CASES = sorted((Path(__file__).parent / "cases").glob("*.md"), key=lambda file: file.stem)
WEEKS = "# Plan\n\n## Week 1: A\n- [ ] a\n- [ ] b\n\n## Week 2: B\n- [ ] c\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_structure_is_read_as_a_careful_person_reads_it(case: Path) -> None:
    expected = json.loads(case.with_suffix(".json").read_text(encoding="utf-8"))

    assert not case_faults(read(case.read_bytes(), name=case.name), expected)


@pytest.mark.parametrize("rewrite", REWRITES)
def test_a_rewritten_guide_is_read_the_same(rewrite: str) -> None:
    summary = read(REWRITES[rewrite](WEEKS).encode(), name="plan.md").summary()

    assert [unit["tasks"] for unit in summary["units"]] == [2, 1]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Week 1 (Nov 21 - Nov 27, 2026)", (2026, 11, 21), (2026, 11, 27)),
        ("Week 3 (Dec 5-11, 2026)", (2026, 12, 5), (2026, 12, 11)),
        ("Lunes 15 de dic 2025", (2025, 12, 15), (2025, 12, 15)),
        ("Wednesday 2026-04-22", (2026, 4, 22), (2026, 4, 22)),
        ("Mon 9/22/2025", (2025, 9, 22), (2025, 9, 22)),
        ("Dec 29, 2025 - Jan 4", (2025, 12, 29), (2026, 1, 4)),
        ("April 2025", (2025, 4, 1), (2025, 4, 30)),
    ],
)
def test_dates_are_found_in_labels(
    text: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    found = DateReader(time_words(text.casefold().split())).find(text)

    assert found is not None
    assert (found.first, found.last) == (date(*first), date(*last))


@pytest.mark.parametrize("text", ["May the force", "1/2 of it", "10:00 - 12:00", "24/7 support"])
def test_what_has_no_day_is_no_date_of_one(text: str) -> None:
    found = DateReader(time_words(["monday"])).find(text)

    assert found is None or found.whole_month


@pytest.mark.parametrize(
    ("labels", "group"),
    [
        (["Hafta 1", "Hafta 2: Ağlar"], "week"),
        (["सप्ताह 1", "सप्ताह 2"], "week"),
        (["الأسبوع الأول", "الأسبوع الثاني: الشبكات"], "week"),
        (["Primera semana", "Segunda semana: redes"], "week"),
        (["1-я неделя", "2-я неделя"], "week"),
        (["Blorp 1", "Blorps 2-3"], "~blorp"),
    ],
)
def test_labels_count_by_the_words_of_any_language(labels: list[str], group: str) -> None:
    keys = GuideKeys(outline("\n\n".join(f"## {one}" for one in labels)))

    found = [keys.mark(one) for one in labels]

    assert [one and (one.group, one.first) for one in found] == [(group, 1), (group, 2)]


def test_a_word_whose_number_does_not_rise_is_no_key() -> None:
    keys = GuideKeys(outline("## Blorp 7\n\n## Blorp 3\n\n## Chapter of Blorp\n"))

    assert keys.mark("Blorp 7") is None


def test_bold_lines_that_have_only_a_number_name_stretches() -> None:
    text = "# Plan\n\n**1. Start**\n- a\n- b\n\n**2. Go on**\n- c\n- d\n"

    assert read(text.encode(), name="x").unit_names == ("1. Start", "2. Go on")


def test_links_are_resolved_against_the_folder_of_the_guide() -> None:
    guide = read(b"## Week 1\n- [One](days/01.md)\n- [Two](../02.md#a)\n- [Out](../../x.md)\n",
                 name="docs/guide.md").curriculum  # fmt: skip

    assert [one.path for one in guide.resources] == ["docs/days/01.md", "02.md"]


def test_ticks_on_every_task_are_decoration() -> None:
    guide = read("## Week 1\n- ✅ a\n- ✅ b\n".encode(), name="x").curriculum

    assert [task.title for task in guide.tasks()] == ["a", "b"]
    assert not list(guide.done())


TWO_WAYS = (
    "# Plan\n\n## Module 1: A\n\n### Lesson 1\n- a\n- b\n\n### Lesson 2\n- c\n- d\n\n"
    "## Module 2: B\n\n### Lesson 3\n- e\n- f\n"
)


def test_another_reading_is_taken_by_its_number() -> None:
    first, second = (read(TWO_WAYS.encode(), name="x", reading=number) for number in (1, 2))

    assert first.unit_names != second.unit_names
    assert {len(first.unit_names), len(second.unit_names)} == {2, 3}
    with pytest.raises(GuideError, match="readings, not 9"):
        read(TWO_WAYS.encode(), name="x", reading=9)


def test_close_readings_are_shown_with_the_tasks_of_their_options() -> None:
    options = "\n#### Option A\n- g\n\n#### Option B\n- h\n"

    assert read(f"{TWO_WAYS}{options}".encode(), name="x").readings == (
        "3 units with 8 tasks: Lesson 1 to Lesson 3",
        "2 units with 8 tasks: Module 1: A to Module 2: B",
    )


def test_a_shortcode_is_its_emoji_and_other_words_between_colons_stay() -> None:
    guide = read(
        b"## Week 1\n- Launch :rocket: at 10:30:15 or :nothing: else\n", name="x"
    ).curriculum

    assert [task.title for task in guide.tasks()] == [
        "Launch \U0001f680 at 10:30:15 or :nothing: else"
    ]


def test_the_account_of_a_guide_is_all_of_its_items_and_rows() -> None:
    week = "## Week 1\n- [ ] a\n  - b\n- c\n### Goals\n- d\n"
    text = f"{week}## Tips\n| x | y |\n|--|--|\n| 1 | 2 |\n"

    account = read(text.encode(), name="x").account

    assert sum(account.values()) == 5
    assert account == {"tasks": 1, "details of tasks": 2, "goals": 1, "without a place": 1}


def test_a_refusal_says_what_was_seen() -> None:
    with pytest.raises(GuideError, match=r"Seen: 1 heading, 2 list items, 1 block of code\."):
        read(b"# x\n\n- a\n- b\n\n```\ncode\n```\n", name="x")


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Week 1: run 3 km\nWeek 2: run 5 km\nWeek 3: run 8 km\n", [1, 1, 1]),
        ("Week 1\n\nRead it all.\n\nWeek 2\n\nWrite it down.\n", [1, 1]),
        ("| Week 1 | Intro |\n|--|--|\n| Week 2 | Search |\n| Week 3 | Games |\n", [1, 1, 1]),
        (
            "| Month | Week | Do |\n|--|--|--|\n| 1 | 1 | a |\n| | 2 | b |\n| 2 | 3 | c |\n",
            [1, 1, 1],
        ),
        ("| Day | Do | Done |\n|--|--|--|\n| Mon | a | [x] |\n| Tue | Rest | [ ] |\n", [1]),
        ("| # | Problem | Done |\n|--|--|--|\n| 1 | a | |\n| 2 | b | |\n", [2]),
        ("## SEGUNDA-FEIRA\n- a\n\n## TERÇA-FEIRA\n- b\n", [1, 1]),
        ("## 1주차: 기초\n- a\n\n## 2주차\n- b\n", [1, 1]),
    ],
)
def test_plans_are_found_in_whatever_shape(text: str, units: list[int]) -> None:
    guide = read(f"# Plan\n\n{text}".encode(), name="x").curriculum

    assert [len(unit.tasks) for unit in guide.units()] == units


UNITS = "## Unit 1\n- a\n- b\n\n## Unit 2\n- c\n- d\n\n## Unit 3\n- e\n"
PHASES = "### Phase 1\n- x\n\n### Phase 2\n- y\n"


@pytest.mark.parametrize(
    ("text", "units"),
    [
        pytest.param(f"{UNITS}\n## What we build first\n{PHASES}", [2, 2, 1], id="a list after"),
        pytest.param(
            "## Level 1\n### Unit 1\n- a\n### Unit 2\n- b\n## Checkpoint\n### Unit 3\n- c\n",
            [1, 1, 1],
            id="a unit that goes on in a section",
        ),
        pytest.param(
            "## Set up\n- [ ] a\n- [ ] b\n- [ ] c\n\n## Week 1\n- [ ] d\n"
            "## Week 2\n- [ ] e\n",
            [3, 1, 1],
            id="boxes to tick once",
        ),
        pytest.param(
            "## Week 1\n**Read (2 days)**: The docs\n- https://a.example/b\n\n"
            "**Make (3 days)**: A shop\n```\ncart\n```\n\n"
            "## Week 2\n**Make**: Tests\n```\nc\n```\n",
            [2, 1],
            id="labels over links and code",
        ),
        pytest.param("Before it:\n\n- a\n- b\n- c\n\nAfter it:\n\n- d\n- e\n", [3, 2], id="colons"),
        pytest.param(
            "# =====\n# PHASE 1: A\n# =====\n\n## Week 1\n- a\n\n"
            "# =====\n# PHASE 2: B\n# =====\n\n## Week 2\n- b\n",
            [1, 1],
            id="drawn lines",
        ),
        pytest.param(
            "## Day 1-2\n### Day 1\n- a\n### Day 2\n- b\n"
            "## Day 3-5\n### Maps\n- c\n### Sets\n- d\n",
            [1, 1, 1, 1],
            id="units without a label",
        ),
        pytest.param(
            "## Module 1\n### Lesson 1\n- a\n### Lesson 2\n- b\n### Homework, due Friday\n- c\n"
            "## Module 2\n### Lesson 3\n- d\n",
            [1, 2, 1],
            id="work beside the units",
        ),
        pytest.param(
            "## Week 1\n- a\n\n| Time | What |\n|--|--|\n| 6:30 | Get up |\n| 7:00 | Study |\n"
            "| 9:00 | Walk |\n\n## Week 2\n- b\n",
            [1, 1],
            id="a daily routine",
        ),
    ],
)  # fmt: skip
def test_what_belongs_to_the_path_is_found_beside_it(text: str, units: list[int]) -> None:
    guide = read(f"# Study plan\n\n{text}".encode(), name="x").curriculum

    assert [len(unit.tasks) for unit in guide.units()] == units


def test_units_without_a_label_share_the_days_of_what_holds_them() -> None:
    text = "## Day 1-2\n### Day 1\n- a\n### Day 2\n- b\n## Day 3-5\n### Maps\n- c\n### Sets\n- d\n"

    guide = read(text.encode(), name="x").curriculum

    assert [unit.days for unit in guide.units()] == [1, 1, 1, 2]


def test_a_list_of_what_the_tasks_make_is_deliverables() -> None:
    text = "## Week 1\n- Make a quiz app\n- Make a map\n\n**You will have:**\n- Quiz app\n- Map\n"

    guide = read(f"{text}\n## Week 2\n- Rest\n".encode(), name="x").curriculum

    assert [task.title for task in guide.tasks()] == ["Make a quiz app", "Make a map", "Rest"]
    assert [one.title for one in guide.deliverables()] == ["Quiz app", "Map"]


def test_templates_to_choose_from_are_no_single_plan() -> None:
    text = (
        "# Schedules\n\n## Template 1: Full time\n- a\n- b\n\n## Template 2: Evenings\n- c\n- d\n"
    )

    with pytest.raises(GuideError, match=r"2 plans to choose from \(Template 1: Full time, Templ"):
        read(text.encode(), name="x")


def test_rows_of_a_table_without_a_head_mean_what_their_first_cell_says() -> None:
    week = "|Goals | Know loops |\n|Lessons | Loops |\n|Deliverable | A game |\n"

    guide = read(
        f"# Plan\n\n## Week 1\n\n{week}\n## Week 2\n\n{week}".encode(), name="x"
    ).curriculum

    assert [task.title for task in guide.tasks()] == [
        "Week 1: Lessons: Loops",
        "Week 2: Lessons: Loops",
    ]
    assert [unit.goals for unit in guide.units()] == [("Know loops",)] * 2
    assert [one.title for one in guide.deliverables()] == ["A game"] * 2


@pytest.mark.parametrize(
    ("text", "days"),
    [
        pytest.param(
            "## Day 1 (Apr 20)\n- a\n## Day 2 (Apr 21)\n- b\n## Exam - 24 April\n- c\n",
            ["2027-04-20", "2027-04-21", "2027-04-24"],
            id="the next April that fits, and an exam on its day",
        ),
        pytest.param(
            "## Dec 29 - Jan 4\n- a\n## Jan 5 - Jan 11\n- b\n",
            ["2026-12-29", "2027-01-05"],
            id="over the new year",
        ),
        pytest.param(
            "## Lesson 1 23-02-2026\n- a\n## Lesson 2 24-02-2026\n- b\n",
            ["2026-02-23", "2026-02-24"],
            id="days between hyphens",
        ),
        pytest.param(
            "## Week 1 (Nov 30 - Dec 6)\n- a\n## Week 2\n- b\n## Week 3 (Dec 14 - Dec 20)\n- c\n",
            ["2026-11-30", "2026-12-07", "2026-12-14"],
            id="a week without days between two with them",
        ),
    ],
)
def test_days_of_a_guide_are_those_of_its_units(text: str, days: list[str]) -> None:
    guide = read(f"# Plan\n\n{text}".encode(), name="x", after=date(2026, 11, 29)).curriculum

    assert [str(unit.first) for unit in guide.units()] == days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        pytest.param(
            "# Plan\n\n## Weeks 1-4: A\n### Weeks 1-2\n- a\n### Weeks 3-4\n- b\n"
            "## Weeks 5-8: B\n### Weeks 5-6\n- c\n### Weeks 7-8\n- d\n",
            [14, 14, 14, 14],
            id="weeks over weeks",
        ),
        pytest.param(
            "# A 12-week plan\n\n## Module 1\n- a\n## Module 2\n- b\n## Module 3\n- c\n",
            [28, 28, 28],
            id="the title says how long",
        ),
    ],
)
def test_a_plan_takes_as_long_as_the_guide_says(text: str, days: list[int]) -> None:
    assert [unit.days for unit in read(text.encode(), name="x").curriculum.units()] == days


def test_what_stands_around_tasks_is_in_the_description_of_the_first() -> None:
    text = (
        "## Week 1\n**Why:** It pays off.\n\n### Day 1: Vectors\nWatch it twice.\n"
        "- [ ] a\n- [ ] b\n- a hint\n\n### Day 2\n- [ ] c\n"
    )

    tasks = list(read(f"# Plan\n\n{text}".encode(), name="x").curriculum.tasks())

    assert [one.description for one in tasks] == [
        "Day 1: Vectors\nWhy: It pays off.\nWatch it twice.\n- a hint",
        "Day 1: Vectors",
        "",
    ]


@pytest.mark.parametrize(
    ("rows", "units"),
    [
        pytest.param(
            "| <p>SEM 01<br>18.08.2025</p> | <ul><li><a href='a'>A</a></li><li>B</li></ul> | C |\n"
            "| <p>SEM 02<br>25.08.2025</p> | Exam | |\n",
            [("2025-08-18", "2025-08-24", ["A", "B", "C"]), ("2025-08-25", "2025-08-31", ["Exam"])],
            id="HTML in cells, and the day on which a week begins",
        )
    ],
)
def test_cells_hold_what_their_html_says(
    rows: str, units: list[tuple[str, str, list[str]]]
) -> None:
    text = f"# Plan\n\n| Week / Date | Theory | Practice |\n|--|--|--|\n{rows}"

    guide = read(text.encode(), name="x").curriculum

    found = [(str(one.first), str(one.last), [t.title for t in one.tasks]) for one in guide.units()]
    assert found == units


def test_a_stretch_in_brackets_inside_a_title_counts_with_the_rows_around_it() -> None:
    rows = "| Day | Do |\n|--|--|\n| 1 | a |\n| 2 | b |\n"
    more = "| Day | Do |\n|--|--|\n| 5 | d |\n| 6 | e |\n"

    text = f"# Plan\n\n{rows}\n### Project (Day 3-4): A game\n- c\n\n---\n\n{more}"

    assert [(one.title, one.days) for one in read(text.encode(), name="x").curriculum.units()] == [
        ("Day 1", 1), ("Day 2", 1), ("Project: A game", 2), ("Day 5", 1), ("Day 6", 1)
    ]  # fmt: skip


def test_days_in_a_column_of_dates_are_those_of_their_week() -> None:
    week = "| Day | Date | Do |\n|--|--|--|\n| {} | {} | a |\n| {} | {} | b |\n\n"
    text = (
        week.format(1, "2026-01-05", 2, "2026-01-06"),
        week.format(3, "2026-01-12", 4, "2026-01-13"),
    )

    guide = read(f"# P\n\n## Week 1\n{text[0]}## Week 2\n{text[1]}".encode(), name="x").curriculum

    assert [(str(one.first), str(one.last)) for one in guide.units()] == [
        ("2026-01-05", "2026-01-06"), ("2026-01-12", "2026-01-13")
    ]  # fmt: skip


def test_a_unit_that_is_an_exam_is_a_checkpoint() -> None:
    text = "## Day 1 (Apr 20)\n- a\n## Day 2 (Apr 21)\n- b\n## Exam - 24 April\n- Bring a pen\n"

    guide = read(f"# Plan\n\n{text}".encode(), name="x").curriculum

    assert [(one.title, len(one.items)) for one in guide.checkpoints] == [("Exam", 1)]


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("خطة التعلم والقراءة", "ar"),
        ("план обучения", "ru"),
        ("学习计划", "zh"),
        ("学習のけいかくです", "ja"),
        ("학습 계획", "ko"),
        ("Read the docs and write", "en"),
    ],
)
def test_the_language_of_a_guide_is_known_by_its_script(words: str, language: str) -> None:
    text = f"## Week 1\n- {words}\n- {words} {words}\n"

    assert read(text.encode(), name="x").curriculum.language == language


def test_front_matter_is_found_in_a_guide_that_was_copied_in_fences() -> None:
    inner = "---\ntitle: My plan\n---\n\n## Week 1\n- a\n\n## Week 2\n- b\n"

    fenced = f"````markdown\n```markdown\n{inner}```\n````\n"

    assert read(fenced.encode(), name="x").curriculum.title == "My plan"


def test_a_heading_without_words_over_tasks_names_nothing() -> None:
    text = "## Plan\n- [ ] a\n- [ ] b\n\n# \n**Goals**:\n\n- [ ] c\n- [ ] d\n"

    assert all(phase.title for phase in read(text.encode(), name="x").curriculum.phases)
