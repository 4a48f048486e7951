"""Answers become a settings file that says the same."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError, CurriculumError
from bot.settings import Weekday, parse
from bot.sync.settings_text import SettingsAnswers, check, render, without_answers

USUAL = {
    "curriculum": "devops-to-mlops",
    "start": "2026-02-02",
    "timezone": "Europe/Berlin",
    "ahead": "4 weeks",
}
LOGINS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}", fullmatch=True)


class Nowhere:
    """Holds no file."""

    def read(self, path: str) -> bytes | None:
        del path
        return None


@given(
    day=st.sampled_from(Weekday),
    hour=st.integers(0, 23),
    mentors=st.lists(LOGINS, max_size=5).map(tuple),
    share=st.booleans(),
)
def test_the_file_says_what_was_answered(
    day: Weekday, hour: int, mentors: tuple[str, ...], share: bool
) -> None:
    text = SettingsAnswers(
        **USUAL, summary_day=day, summary_hour=hour, mentors=mentors, share=share
    )
    read = parse(render(text))
    assert (read.summary.day, read.summary.hour) == (day, hour)
    assert (read.mentors, read.cohort.share) == (mentors, share)
    assert read.start == date(2026, 2, 2)


def test_what_was_not_asked_is_not_in_the_file() -> None:
    text = render(SettingsAnswers(**USUAL))
    assert not {"summary:", "mentors:", "cohort:"} & set(text.split())


def test_settings_and_curriculum_are_checked_together() -> None:
    settings, curriculum = check(render(SettingsAnswers(**USUAL)), Nowhere())
    assert settings.curriculum == "devops-to-mlops"
    assert curriculum.phases
    with pytest.raises(CurriculumError, match="no file"):
        check(render(SettingsAnswers(**{**USUAL, "curriculum": "mine.md"})), Nowhere())
    with pytest.raises(ConfigError, match="Atlantis"):
        check(render(SettingsAnswers(**{**USUAL, "timezone": "Europe/Atlantis"})), Nowhere())


def test_what_answers_do_not_decide_on_is_kept() -> None:
    there = """\
curriculum: other.yml
start: 2020-01-06
pauses:
  - {from: 2026-08-03, to: 2026-08-16, reason: "Größe: 1"}
features: {reflections: false}
summary: issue
"""
    text = SettingsAnswers(**USUAL, share=True, name="Ada: L")
    read = parse(render(text) + without_answers(there))
    assert (read.start, read.summary.place) == (date(2026, 2, 2), "comment")
    assert (read.pauses[0].reason, read.features.reflections) == ("Größe: 1", False)
    assert (read.cohort.share, read.cohort.name) == (True, "Ada: L")
    assert without_answers("curriculum: other.yml\nstart: 2020-01-06\n") == ""
