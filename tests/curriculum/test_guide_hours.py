"""Hours in the many ways that guides write them."""

import pytest

from bot.curriculum.base import Hours
from bot.curriculum.importer import durations


@pytest.mark.parametrize(
    ("text", "rest", "stated"),
    [
        ("Complete the course - 20 hours", "Complete the course", "20"),
        ("Complete the course (12-15 hrs)", "Complete the course", "12-15"),
        ("Take the exam (130 min)", "Take the exam", "2.17"),
        ("Warm-up (30 minutes): stretch", "Warm-up: stretch", "0.5"),
        ("2h: Read", "Read", "2"),
        ("Sprint, ~3h", "Sprint", "3"),
        ("Estudo: 40 horas", "Estudo", "40"),
        ("Lesen (1,5 Stunden)", "Lesen", "1.5"),
        ("练习 - 20小时", "练习", "20"),
        ("阅读章节（2小时）", "阅读章节", "2"),
        ("章を読む（90分）", "章を読む", "1.5"),
        ("पाठ पढ़ें (2 घंटे)", "पाठ पढ़ें", "2"),
        ("Прочитать главу (3 часа)", "Прочитать главу", "3"),
        ("Đọc chương (2 giờ)", "Đọc chương", "2"),
        ("장 읽기 (3시간)", "장 읽기", "3"),
        ("Bölümü oku (45 dakika)", "Bölümü oku", "0.75"),
        ("Baca bab (2 jam)", "Baca bab", "2"),
        ("Læs kapitlet (1 time)", "Læs kapitlet", "1"),
        ("İlk bölüm (45 Dakika)", "İlk bölüm", "0.75"),
        ("Review (1h30)", "Review", "1.5"),
        ("Review (1 hour 30 minutes)", "Review", "1.5"),
        ("Build it | 10+ hours", "Build it", "10"),
    ],
)
def test_hours_are_cut_from_a_title(text: str, rest: str, stated: str) -> None:
    assert durations.without_duration(text) == (rest, Hours.model_validate(stated))


@pytest.mark.parametrize(
    "text",
    [
        "Watch 24 hours of Le Mans",
        "Study 2-3 hours/day",
        "A 5 m rope",
        "$95K - $130K",
        "Chapters 1-5",
        "0 hours",
        "Join the forum (0 hours)",
        "Python 3.11 basics",
    ],
)
def test_titles_without_hours_of_their_own_stay_whole(text: str) -> None:
    assert durations.without_duration(text) == (text, None)


def test_a_rate_is_no_total() -> None:
    assert durations.total("2-3 hours/day, 15 hours in all") == Hours(low=15, high=15)
    assert durations.hours_per_week("It takes about 20-25 hours of study per week.") == Hours(
        low=20, high=25
    )
    assert durations.hours_per_week("20 hours") is None


@pytest.mark.parametrize(
    "text", ["2 jam per hari", "2 jam sehari", "2 timer om ugen", "2 time om ugen", "2 sat dnevno"]
)
def test_an_hour_of_another_language_may_be_one_of_a_rate(text: str) -> None:
    assert [found.hours for found in durations.find(text)] == [Hours(low=2, high=2)]


@pytest.mark.parametrize(
    "text", ["Build 3 time series models", "Play in 2 jam sessions", "Take 2 SAT practice tests"]
)
def test_an_english_word_is_no_hour_of_another_language(text: str) -> None:
    assert durations.find(text) == []


def test_a_duration_at_a_rate_gives_the_whole() -> None:
    assert durations.hours_over_weeks("14 weeks", "6-10 hours/week") == Hours(low=84, high=140)
    assert durations.hours_over_weeks("6 months", "5 hours/week") == Hours(low=130, high=130)
    assert durations.hours_over_weeks("14 weeks", "-") is None


def test_a_cell_under_hours_needs_no_unit() -> None:
    assert durations.hours_without_unit("12-15") == Hours(low=12, high=15)
    assert durations.hours_without_unit("~3h") == Hours(low=3, high=3)
    assert durations.hours_without_unit("___") is None
