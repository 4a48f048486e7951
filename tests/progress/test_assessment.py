"""Ratings are read where the learner wrote them, and everything else is only text."""

from dataclasses import replace
from datetime import date

import pytest
from builders import curriculum
from hypothesis import given
from hypothesis import strategies as st
from reports.histories import RICH, HistoryLearner, at

from bot.planning.marker import Marker, wrap
from bot.planning.observed_state import observe
from bot.progress.assessment import pairs_in, parse_rating, ratings_in_issues
from bot.progress.learner_history import Rating
from github_sandbox.state.objects import Issue

FORM = "### Python\n\n3: I can do it with help\n\n### Data\n\n_No response_\n"
TEXT = "How sure do you feel?\n\n| Python | 1 of 5 |\n\n- Python: 1"


def requested(learner: HistoryLearner, written: str, day: str = "2026-02-01") -> Issue:
    """An assessment issue of ours with what the learner wrote below."""
    issue = learner.bench.issue("How sure do you feel?")
    marker = Marker(key="assessment:january", title="", body="")
    issue.body = f"{wrap(TEXT, marker)}\n\n{written}"
    issue.birth = replace(issue.birth, at=at(day))
    return issue


def found(learner: HistoryLearner) -> list[Rating]:
    seen = observe(learner.bench.edges.snapshot())
    return list(ratings_in_issues(learner.path, seen, learner.how))


def values(written: str) -> dict[str, int]:
    learner = HistoryLearner(RICH)
    requested(learner, written)
    return {rating.skill: rating.value for rating in found(learner)}


@pytest.mark.parametrize(
    "line",
    [
        "- Python: 4",
        "Python: 4",
        "* **Python**: 4/5",
        "1. python : 4 of 5",
        "- Python: 4 (better than before)",
        "- Python: **4**",
        "> Python = 4",
        "- rated-python: 4: I can do it alone",
        "- [ ] Python: 4\r",
    ],
)
def test_a_line_with_a_skill_and_a_number_is_a_rating(line: str) -> None:
    assert values(line) == {"rated-python": 4}


@pytest.mark.parametrize(
    "line",
    [
        "- Python: ",
        "- Python",
        "- Python: 6",
        "- Python: 0",
        "- Python: -1",
        "- Python: 4.5",
        "- Python: 3-4",
        "- Python: 4/10",
        "- Python: four",
        "- Juggling: 4",
        "- Python: 44",
        "- Python: 4444",
        "Python 4",
        "<!-- Python: 4 -->",
    ],
)
def test_anything_else_is_only_text(line: str) -> None:
    assert values(line) == {}


def test_our_own_words_are_no_rating_and_the_last_line_counts() -> None:
    assert values("- Python: 2\n- Data: 5\n- Python: 3") == {"rated-python": 3, "rated-data": 5}


def test_the_form_says_it_with_sections() -> None:
    learner = HistoryLearner(RICH).files("Me", "kind:assessment", "2026-02-03", FORM)
    assert found(learner) == [Rating(day=date(2026, 2, 3), skill="rated-python", value=3)]


def test_the_day_is_the_one_it_was_closed_on_else_made_on() -> None:
    learner = HistoryLearner(RICH)
    issue = requested(learner, "- Python: 4", "2026-02-01")
    assert [r.day for r in found(learner)] == [date(2026, 2, 1)]
    learner.done(How_sure="2026-02-09")
    assert issue.state == "closed"
    assert [r.day for r in found(learner)] == [date(2026, 2, 9)]


def test_an_issue_taken_back_says_nothing() -> None:
    learner = HistoryLearner(RICH)
    requested(learner, "- Python: 4")
    learner.bench.close("How sure", "not_planned")
    assert found(learner) == []


def test_a_stranger_rates_nobody() -> None:
    learner = HistoryLearner(RICH).files("Me", "kind:assessment", "2026-02-03", FORM)
    learner.bench.issue("Me").user = learner.bench.world.add_user("stranger")
    assert found(learner) == []


def test_ratings_reach_the_life_of_a_view() -> None:
    learner = HistoryLearner(RICH).rates("rated-python", 2, "2026-01-10")
    requested(learner, "- Python: 4", "2026-02-01")
    view = learner.view("2026-02-02")
    assert [r.value for r in view.history.ratings] == [2, 4]


def test_a_title_with_a_colon_or_a_sign_is_found() -> None:
    path = curriculum(
        "Phase: P\nMonth 1: M\nWeek 1: W\n- x",
        assessment={
            "skills": [{"title": "Tools: @home"}, {"title": "C#3"}],
            "modules": [1],
            "scale": 10,
        },
        reflection=[{"title": "Goals"}],
    )
    learner = HistoryLearner(path)
    requested(learner, "- Tools: @\u200bhome: 10\n- C#\u200b3: 7")
    assert [(r.skill, r.value) for r in found(learner)] == [("tools-home", 10), ("c-3", 7)]


@given(st.text(max_size=400), st.integers(2, 10))
def test_any_text_can_be_read_and_a_rating_is_on_the_scale(text: str, scale: int) -> None:
    for name, rest in [*pairs_in(text), ("", text)]:
        assert name == name.strip()
        value = parse_rating(rest, scale)
        assert value is None or 1 <= value <= scale


@given(st.integers(2, 10), st.integers(-5, 120))
def test_a_number_is_a_rating_exactly_when_it_is_on_the_scale(scale: int, number: int) -> None:
    assert parse_rating(f"{number}", scale) == (number if 1 <= number <= scale else None)
    assert parse_rating(f"{number}/{scale}", scale) == (number if 1 <= number <= scale else None)


def test_a_very_long_line_is_prose() -> None:
    assert list(pairs_in("a: " * 10_000)) == []
