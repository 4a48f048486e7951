"""What holds for any input: an import or a GuideError, every line accounted for, time bounded."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from share import examples

from bot.curriculum.dump import to_yaml
from bot.curriculum.importer import ImportResult, read
from bot.curriculum.importer.repair import repair
from bot.curriculum.load import from_yaml
from bot.errors import GuideError

GUIDES = sorted((Path(__file__).parent / "guides").glob("*.md"))
LINES = sorted({line for file in GUIDES for line in file.read_text("utf-8").split("\n")})
PIECES = [
    *("# ", "## ", "### ", "- ", "- [ ] ", "* [x] ", "1. ", "  ", "    ", "> ", "**", "__", "`"),
    *("```\n", "~~~\n", "| a | b |\n|--|--|\n", "| Week | Topic |\n|--|--|\n| 1 | x |\n", "---\n"),
    *("Week 1", "**Week 2**: x", "Month 3", "Day 1-7", "Phase II", "Option A: p", "**Option B**"),
    *(
        "Deliverable: 5 apps",
        "**Goals**:\n",
        "20 hours",
        "(2h)",
        "✅",
        "第1周",
        "<div>",
        "<!-- c -->",
    ),
    *(
        "[x](http://a.b/c)",
        "[a]: http://b\n",
        "[y](https://%zz)",
        "https://exa mple.com",
        "![i](u)",
    ),
    *(
        "Choose one of the following:",
        "## Checkpoints\n",
        "## Books\n",
        "## Entry roles\n",
        "_____",
    ),
    *("$95K - $130K", "## Metrics\n", "## Journal\n", "### Quantitative\n", "\n", "\n\n", " ", "x"),
    *("a" * 300, "\ufeff", "\u200b", "\u2028", "\x85", "é", "🎯", "\\", "[[[", "]("),
]
pieces = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
pages = st.lists(st.one_of(st.sampled_from(LINES), pieces), max_size=40).map("\n".join)
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)
anything = st.one_of(pages, pages, words)


def read_or_refused(data: bytes) -> bool:
    """Return whether `data` has tasks, or raises an error that names the file and the fault."""
    try:
        return any(read(data, name="guide.md").curriculum.tasks())
    except GuideError as refused:
        return refused.where == "guide.md" and bool(refused.what)


def imported(data: bytes) -> ImportResult | None:
    """Return the import of `data`, or None on a GuideError. Any other error fails the test."""
    try:
        return read(data, name="guide.md")
    except GuideError:
        return None


def weekly(text: str) -> bytes:
    """Return `text` below a week with a task, so that it is part of a guide."""
    return f"## Week 1\n- [ ] Begin\n\n{text}".encode(errors="replace")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert read_or_refused(data)


@settings(max_examples=examples(150), deadline=None)
@given(st.one_of(anything, st.text(max_size=200)))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert read_or_refused(text.encode(errors="replace"))


@settings(max_examples=examples(200), deadline=None)
@given(anything)
def test_every_line_with_words_is_placed_or_unplaced(text: str) -> None:
    data = weekly(text)
    guide = imported(data)
    assert guide is not None
    lines = repair(data, name="x").text.split("\n")
    placed = {n for one in guide.placed for n in range(one.first, one.last + 1)}
    unplaced = {line.number for line in guide.unplaced}

    assert {n for n, line in enumerate(lines, 1) if line.strip()} <= placed | unplaced
    assert not placed & unplaced
    assert all(lines[line.number - 1].strip() == line.text for line in guide.unplaced)


@settings(max_examples=examples(150), deadline=None)
@given(anything)
def test_a_curriculum_goes_through_yaml_and_back(text: str) -> None:
    guide = imported(weekly(text))
    assert guide is not None

    assert from_yaml(to_yaml(guide.curriculum), name="x") == guide.curriculum


@settings(max_examples=examples(100), deadline=None)
@given(anything)
def test_the_summary_counts_what_the_curriculum_holds(text: str) -> None:
    guide = imported(weekly(text))
    assert guide is not None
    summary = guide.summary()

    assert sum(unit["tasks"] for unit in summary["units"]) == summary["total_tasks"]
    assert len(summary["units"]) == len(guide.unit_names)
    assert len({task.id for task in guide.curriculum.tasks()}) == summary["total_tasks"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "# \n## Executive Summary\n-\n    - [ ] checked\n    - [ ] checked", id="no title"
        ),
        pytest.param("- [ ] Sail (9999 h 99 min)", id="too many hours"),
        pytest.param("- [ ] See http://a.b/" + "é" * 1000, id="too long an address"),
        pytest.param(
            "## Week 2 (0001-01-01)\n- a\n\n## Week 3 (9999-12-31)\n- b", id="first and last days"
        ),
    ],
)
def test_what_no_curriculum_can_hold_is_left_out(text: str) -> None:
    assert imported(weekly(text)) is not None


@settings(max_examples=examples(100), deadline=None)
@given(anything)
def test_reading_twice_gives_the_same(text: str) -> None:
    assert imported(weekly(text)) == imported(weekly(text))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 400_000,
        ("- " + "[" * 3900 + "\n") * 100,
        ("- " + "![" * 1900 + "\n") * 100,
        ">" * 400_000,
        "*a **b " * 50_000,
        "- a" + " " * 400_000 + "b",
        "- " + "1" * 400_000,
        ("- " + "1 - 2 " * 500 + "\n") * 100,
        "".join("  " * n + "- a\n" for n in range(500)),
        "| a | b |\n|--|--|\n" + "| x | y |\n" * 4000,
        "|a" * 2000 + "|\n" + "|-" * 2000 + "|\n" + "|x|\n" * 200,
        "## " + "Week 1 " * 50_000,
        "**a**: b\n" * 4000,
        "- [ ] same\n" * 4000,
        "## Week 1\n- [ ] same\n" * 2000,
        "".join(f"## Week {n}\n- [ ] a\n" for n in range(1, 3001)),
        "".join(f"## Blorp {n} (Dec {n % 28 + 1})\n- a\n" for n in range(1, 3001)),
        "<table>" + "<tr><td>1</td><td>x</td></tr>" * 4000 + "</table>",
    ],
    ids=lambda text: text[:12].encode("unicode_escape").decode(),
)
def test_hostile_pages_are_read_in_bounded_time(text: str) -> None:
    began = time.process_time()

    imported(weekly(text))

    assert time.process_time() - began < 5
