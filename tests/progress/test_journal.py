"""The journal is read from issues: made by the form, or by us; dated, highlighted, kept tidy."""

from datetime import date
from typing import Any

import pytest
from builders import curriculum
from hypothesis import given
from hypothesis import strategies as st
from reports.histories import RICH, HistoryLearner
from repository_fixture import settings as config

from bot.planning.marker import Marker, wrap
from bot.planning.observed_state import observe
from bot.progress.commands.journal import Journal
from bot.progress.issue_form_answers import as_day, sections
from bot.progress.journal import JournalEntry, closings, journal

FORM = """### Date

2026-01-07

### Learned

That a table
has rows.

### Next

_No response_
"""


def entries(learner: HistoryLearner) -> tuple[JournalEntry, ...]:
    return journal(learner.view("2026-03-01"))


def last(learner: HistoryLearner) -> dict[str, Any]:
    """The body and state of the newest issue."""
    return vars(max(learner.bench.repository.issues.values(), key=lambda issue: issue.number))


def ours(learner: HistoryLearner, key: str, text: str, day: str) -> HistoryLearner:
    """An entry as a run makes it from a comment."""
    marker = Marker(key=key, title="", body="")
    return learner.files("Journal", "kind:journal", day, wrap(text, marker))


def test_the_answers_of_the_form_become_an_entry() -> None:
    (entry,) = entries(
        HistoryLearner(RICH).files("Journal: tables", "kind:journal", "2026-01-09", FORM)
    )
    assert entry.day == date(2026, 1, 7)
    assert entry.title == "Journal: tables"
    assert entry.text == "Learned: That a table\nhas rows."
    assert not entry.highlighted
    assert entry.url.endswith(f"/issues/{entry.number}")


@pytest.mark.parametrize("text", ["_No response_", "yesterday", "2026-02-30", "2027-01-07", ""])
def test_without_a_usable_date_the_day_of_the_issue_counts(text: str) -> None:
    body = FORM.replace("2026-01-07", text)
    (entry,) = entries(HistoryLearner(RICH).files("Journal", "kind:journal", "2026-01-09", body))
    assert entry.day == date(2026, 1, 9)


def test_a_title_left_as_the_form_began_it_is_completed_by_the_first_answer() -> None:
    (entry,) = entries(HistoryLearner(RICH).files("Journal: ", "kind:journal", "2026-01-09", FORM))
    assert (entry.title, entry.excerpt) == ("Journal: That a table", "")
    (entry,) = entries(HistoryLearner(RICH).files("Journal:", "kind:journal", "2026-01-09", ""))
    assert (entry.title, entry.excerpt) == ("Journal", "")


def test_an_excerpt_is_one_short_line() -> None:
    body = "### Learned\n\n" + "word " * 60
    (entry,) = entries(HistoryLearner(RICH).files("Today", "kind:journal", "2026-01-09", body))
    assert entry.excerpt.startswith("Learned: word")
    assert entry.excerpt.endswith("word…")
    assert len(entry.excerpt) <= 101


def test_days_are_those_of_the_learner() -> None:
    tokyo = HistoryLearner(RICH, config("2026-01-05", ahead="all", timezone="Asia/Tokyo"))
    (entry,) = entries(tokyo.files("Late", "kind:journal", "2026-01-09", "Hello"))
    assert entry.day == date(2026, 1, 10)  # 18:00 in London is 03:00 of the next day in Tokyo


def test_an_entry_of_ours_says_what_stands_in_its_region_and_around_it() -> None:
    learner = ours(HistoryLearner(RICH), "journal:7", "Loops are easy.", "2026-01-09")
    last(learner)["body"] += "\n\nRecursion is not."
    (entry,) = entries(learner)
    assert entry.text == "Loops are easy.\n\nRecursion is not."


def test_an_entry_by_command_is_of_the_day_its_title_says() -> None:
    """The command may have been read days after it was written."""
    text = "Loops are easy: it is recursion that bites me."
    learner = HistoryLearner(RICH)
    seen = observe(learner.bench.edges.snapshot())
    made, _ = Journal(text=text).own_issue("journal:7", date(2026, 1, 7), seen)
    learner.files(made.title, "kind:journal", "2026-01-09", made.body)
    (entry,) = entries(learner)
    assert (entry.day, entry.dated, entry.excerpt) == (date(2026, 1, 7), True, "")
    assert entry.text == text


def test_entries_come_oldest_first() -> None:
    learner = HistoryLearner(RICH)
    learner.files("Second", "kind:journal", "2026-01-12", "b")
    learner.files("First", "kind:journal", "2026-01-06", "a")
    ours(learner, "journal:9", "c", "2026-01-20")
    assert [entry.text for entry in entries(learner)] == ["a", "b", "c"]


def test_a_highlight_is_one_that_wears_the_label_whatever_it_is_called() -> None:
    learner = HistoryLearner(RICH).files("Journal", "kind:journal", "2026-01-09", FORM)
    learner.bench.edit_label("highlight", new_name="gold")
    learner.bench.edit("Journal", labels=["KIND: journal", "gold"])
    (entry,) = entries(learner)
    assert entry.highlighted


@pytest.mark.parametrize("reason", ["not_planned", "duplicate"])
def test_an_entry_taken_back_is_none(reason: str) -> None:
    learner = HistoryLearner(RICH).files("Journal", "kind:journal", "2026-01-09", FORM)
    learner.bench.close("Journal", reason)
    assert entries(learner) == ()


def test_a_strangers_issue_is_no_entry() -> None:
    learner = HistoryLearner(RICH).files("Journal", "kind:journal", "2026-01-09", FORM)
    last(learner)["user"] = learner.bench.world.add_user("stranger")
    assert entries(learner) == ()
    assert closings(observe(learner.bench.edges.snapshot())) == ()


def test_a_path_without_our_label_has_no_entries() -> None:
    plain = HistoryLearner(curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- Only this"))
    assert entries(plain) == ()


def test_what_a_form_filed_is_closed_and_nothing_else_about_it_changes() -> None:
    learner = HistoryLearner(RICH).files("Journal", "kind:journal", "2026-01-09", FORM)
    before = last(learner)
    (change,) = closings(observe(learner.bench.edges.snapshot()))
    assert (change.number, change.title) == (before["number"], before["title"])
    assert change.op == "close-issue"


def test_a_self_assessment_by_the_form_is_closed_as_well() -> None:
    learner = HistoryLearner(RICH).files("Me", "kind:assessment", "2026-01-09", "### Data\n\n4")
    assert len(closings(observe(learner.bench.edges.snapshot()))) == 1


def test_closed_once_and_never_against_the_learner() -> None:
    learner = HistoryLearner(RICH).files("Journal", "kind:journal", "2026-01-09", FORM)
    learner.bench.close("Journal")
    assert closings(observe(learner.bench.edges.snapshot())) == ()
    learner.bench.edit("Journal", state="open")
    assert closings(observe(learner.bench.edges.snapshot())) == ()
    assert len(entries(learner)) == 1


def test_our_own_issues_are_not_closed_here() -> None:
    learner = ours(HistoryLearner(RICH), "journal:7", "Loops.", "2026-01-09")
    assert closings(observe(learner.bench.edges.snapshot())) == ()


def test_a_day_is_read_in_the_ways_people_write_it() -> None:
    for text in ("2026-01-07", "7 Jan 2026", "7 January 2026", "January 7, 2026", "2026/01/07"):
        assert as_day(text) == date(2026, 1, 7), text


@given(st.text())
def test_any_body_can_be_read(text: str) -> None:
    for label, value in sections(text):
        assert value == value.strip()
        assert label == label.strip()
        as_day(value)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y\nz", "1. q"]))))
def test_sections_are_what_the_form_was_given(answers: list[tuple[str, str]]) -> None:
    body = "\r\n\r\n".join(f"### {label}\r\n\r\n{value}" for label, value in answers)
    assert list(sections(body)) == answers
