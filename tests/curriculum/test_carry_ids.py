"""Ids carried over to another reading: by text and place, each once, and again the same."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.curriculum import importer
from bot.curriculum.carry_ids import carry_ids, count_tasks
from bot.curriculum.model import Curriculum

CASES = Path(__file__).parent / "cases"
GUIDE = """# Learn Rust

## Week 1: Set up

- [ ] Install the toolchain
- [ ] Practice

**Deliverable**: A small tool

## Week 2: Ownership

- [ ] Solve ten exercises on ownership
- [ ] Practice

## Week 3: Traits

- [ ] Read chapter 10 of the book
- [ ] Practice
"""


def read(text: str) -> Curriculum:
    return importer.read(text.encode(), name="guide.md").curriculum


def carried(*changes: tuple[str, str]) -> Curriculum:
    """The guide after these changes of its text, with the ids of before."""
    text = GUIDE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    found = carry_ids(read(GUIDE), read(text))
    Curriculum.model_validate(found.model_dump())  # ids are still unique, and references lead on
    return found


def ids(found: Curriculum) -> dict[str, list[str]]:
    return {unit.id: [task.id for task in unit.tasks] for unit in found.units()}


BEFORE = ids(read(GUIDE))
WEEKS = ("week-1", "week-2", "week-3")


def test_the_guide_has_ids_by_words_and_numbers() -> None:
    assert tuple(BEFORE) == WEEKS
    assert BEFORE["week-1"] == ["install-the-toolchain", "practice"]


def test_the_same_guide_gets_the_same_ids() -> None:
    assert carried() == read(GUIDE)


def test_a_reworded_task_keeps_its_id() -> None:
    found = carried(("Install the toolchain", "Install the Rust toolchain"))
    assert ids(found) == BEFORE
    assert next(found.tasks()).title == "Install the Rust toolchain"


def test_other_numbers_are_another_task() -> None:
    found = carried(("chapter 10", "chapter 11"))
    assert ids(found)["week-3"] == ["read-chapter-11-of-the-book", *BEFORE["week-3"][1:]]
    assert count_tasks(read(GUIDE), found) == (1, 1)


def test_a_task_that_moves_keeps_its_id() -> None:
    line = "- [ ] Solve ten exercises on ownership\n"
    found = carried((line, ""), ("- [ ] Read chapter", f"{line}- [ ] Read chapter"))
    assert ids(found)["week-3"] == [BEFORE["week-2"][0], *BEFORE["week-3"]]


def test_a_new_first_week_renumbers_the_others_and_takes_no_id() -> None:
    new = "## Week 1: Why Rust\n\n- [ ] Watch a talk\n- [ ] Practice\n\n"
    changes = (("Week 3:", "Week 4:"), ("Week 2:", "Week 3:"), ("Week 1:", "Week 2:"))
    found = carried(*changes, ("## Week 2:", f"{new}## Week 2:"))
    names = ids(found)
    assert list(names)[1:] == list(WEEKS)
    assert {week: names[week] for week in WEEKS} == BEFORE
    assert names[next(iter(names))] == ["watch-a-talk", "practice-2"]
    deliverable = next(found.deliverables())
    assert deliverable.id == next(read(GUIDE).deliverables()).id


def test_ids_are_carried_on_through_many_changes() -> None:
    old = carried(("Install the toolchain", "Install the Rust toolchain"))
    text = GUIDE.replace("Install the toolchain", "Install the whole Rust toolchain")
    assert ids(carry_ids(old, read(text))) == BEFORE


def test_a_task_with_nothing_in_common_is_new() -> None:
    found = carried(("Install the toolchain", "Write to a mentor"))
    assert ids(found)["week-1"][0] == "write-to-a-mentor"
    assert count_tasks(read(GUIDE), found) == (1, 1)


@pytest.mark.parametrize("name", sorted(file.stem for file in CASES.glob("*.md")))
def test_each_guide_is_the_same_as_itself(name: str) -> None:
    found = importer.read((CASES / f"{name}.md").read_bytes(), name="guide.md").curriculum
    assert carry_ids(found, found) == found


@pytest.mark.parametrize("name", sorted(file.stem for file in CASES.glob("*.md")))
def test_carrying_twice_is_carrying_once(name: str) -> None:
    old = read(GUIDE)
    new = importer.read((CASES / f"{name}.md").read_bytes(), name="guide.md").curriculum
    once = carry_ids(old, new)
    Curriculum.model_validate(once.model_dump())
    assert carry_ids(once, new) == once


def test_a_title_that_only_says_more_is_the_same_task() -> None:
    days = (CASES / "days-in-weeks.md").read_text()
    old = read(days)
    [first, second] = old.tasks()
    assert (first.title, second.title) == ("Day 1: Take notes", "Day 2: Take notes")
    place = days.rindex("Take notes")
    new = read(f"{days[:place]}Write a program{days[place + len('Take notes') :]}")
    titles = [task.title for task in new.tasks()]
    assert titles == ["Take notes", "Write a program"]
    assert [task.id for task in carry_ids(old, new).tasks()] == [first.id, "write-a-program"]


TITLES = ["Practice", "Review", *(f"Read about {word}" for word in ("loops", "traits", "tests"))]
Weeks = list[list[str]]
WEEKS_OF_TASKS = st.lists(
    st.lists(st.sampled_from(TITLES), min_size=1, max_size=4), min_size=1, max_size=5
)


def guide(weeks: Weeks) -> str:
    parts = ["# Guide"]
    for number, tasks in enumerate(weeks, start=1):
        parts += [f"## Week {number}", *(f"- [ ] {title}" for title in tasks)]
    return "\n\n".join(parts)


def test_weeks_without_titles_are_known_by_their_tasks() -> None:
    weeks = [["Read a book", "Write a page"], ["Give a talk", "Rest"]]
    old, new = read(guide(weeks)), read(guide([["Begin", "Buy a pen"], *weeks]))
    found = carry_ids(old, new)
    assert [unit.id for unit in found.units()][1:] == [unit.id for unit in old.units()]


@given(WEEKS_OF_TASKS, st.data())
def test_a_task_that_is_added_or_taken_out_leaves_all_others_their_ids(
    weeks: Weeks, data: st.DataObject
) -> None:
    old = read(guide(weeks))
    week = data.draw(st.sampled_from(range(len(weeks))))
    tasks = list(weeks[week])
    place = data.draw(st.sampled_from(range(len(tasks) + 1)))
    added = place == len(tasks) or len(tasks) == 1 or data.draw(st.booleans())
    tasks[place : place if added else place + 1] = ["Something else"] if added else []
    changed = [*weeks[:week], tasks, *weeks[week + 1 :]]
    new = carry_ids(old, read(guide(changed)))
    Curriculum.model_validate(new.model_dump())
    assert [unit.id for unit in new.units()] == [unit.id for unit in old.units()]
    assert Counter(count_tasks(old, new)) == Counter((int(added), int(not added)))
    assert carry_ids(new, read(guide(changed))) == new
    for before, after in zip(old.units(), new.units(), strict=True):
        if before != list(old.units())[week]:
            assert [task.id for task in after.tasks] == [task.id for task in before.tasks]


@given(WEEKS_OF_TASKS, WEEKS_OF_TASKS)
def test_whatever_changes_ids_stay_unique_and_settle(weeks: Weeks, others: Weeks) -> None:
    new = carry_ids(read(guide(weeks)), read(guide(others)))
    Curriculum.model_validate(new.model_dump())
    assert carry_ids(new, read(guide(others))) == new
    again = carry_ids(new, read(guide(weeks)))
    Curriculum.model_validate(again.model_dump())
