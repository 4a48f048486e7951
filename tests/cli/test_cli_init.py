"""`milepost init`: flags, or answers, become a checked settings file, or nothing at all."""

import subprocess
from datetime import date
from typing import Any

import pytest
from builders import curriculum
from cli.terminal import CommandRun, Terminal, curriculum_text
from pytest_regressions.file_regression import FileRegressionFixture

from bot.settings import CONFIG_PATH, FileSettings, parse

FLAGS = {"--curriculum": "devops-to-mlops", "--start": "2026-02-02", "--timezone": "Europe/Berlin"}


def flags(**changed: str | None) -> list[str]:
    """The usual flags with some of them changed; None takes one out."""
    chosen = FLAGS | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return [word for name, value in chosen.items() if value is not None for word in (name, value)]


def written(terminal: Terminal) -> str:
    return (terminal.folder / CONFIG_PATH).read_text(encoding="utf-8")


def begins_on_monday(settings: FileSettings) -> bool:
    return isinstance(settings.start, date) and settings.start.weekday() == 0


def test_flags_become_the_file(terminal: Terminal, file_regression: FileRegressionFixture) -> None:
    ran = terminal("init", *flags(pace="15 months", ahead="all"))
    assert (ran.code, ran.out) == (0, "Wrote .github/milepost.yml.\n")
    file_regression.check(written(terminal), extension=".yml")


@pytest.mark.parametrize(
    ("given", "key", "value"),
    [
        ({"pace": "14"}, "pace", 14),
        ({"hours_per_week": "7.5"}, "hours_per_week", 7.5),
        ({"ahead": "6 weeks"}, "ahead", 6),
        ({"ahead": "all"}, "ahead", None),
        ({"start": "2026-12-31"}, "start", date(2026, 12, 31)),
        ({"timezone": "America/Argentina/Buenos_Aires"}, "timezone", None),
    ],
)
def test_what_is_written_is_what_was_given(
    terminal: Terminal, given: dict[str, str | None], key: str, value: Any
) -> None:
    assert terminal("init", *flags(**given)).code == 0
    expected = given["timezone"] if key == "timezone" else value
    assert getattr(parse(written(terminal)), key) == expected


@pytest.mark.parametrize(
    ("given", "code", "reported"),
    [
        ({"start": "soon"}, 3, "start"),
        ({"start": "2026-02-30"}, 3, "start"),
        ({"timezone": "Europe/Atlantis"}, 3, "Europe/Atlantis"),
        ({"pace": "fast"}, 3, "pace"),
        ({"pace": "12", "hours_per_week": "8"}, 64, "--hours-per-week"),
        ({"ahead": "much"}, 3, "ahead"),
        ({"curriculum": "devops-to-mlop"}, 4, "devops-to-mlops"),
        ({"curriculum": "mine.yml"}, 4, "mine.yml"),
        ({"hours_per_week": "many"}, 64, "hours-per-week"),
    ],
)
def test_a_wrong_answer_writes_nothing(
    terminal: Terminal, given: dict[str, str | None], code: int, reported: str
) -> None:
    ran = terminal("init", *flags(**given))
    assert ran.code == code
    assert reported in ran.err
    assert not (terminal.folder / CONFIG_PATH).exists()


def test_it_does_not_overwrite_but_by_force(terminal: Terminal) -> None:
    assert terminal("init", *flags()).code == 0
    before = written(terminal)
    ran = terminal("init", *flags(start="2027-01-01"))
    assert ran.code == 3
    assert "--force" in ran.err
    assert written(terminal) == before
    assert terminal("init", *flags(start="2027-01-01"), "--force").code == 0
    assert "2027-01-01" in written(terminal)


def test_yes_takes_defaults(terminal: Terminal) -> None:
    assert terminal("init", "--yes").code == 0
    settings = parse(written(terminal))
    assert settings.curriculum == "devops-to-mlops"
    assert begins_on_monday(settings)
    assert settings.ahead == 4


def test_without_a_person_to_ask_it_names_the_flags(terminal: Terminal) -> None:
    ran = terminal("init", *flags(start=None, timezone=None))
    assert ran.code == 64
    assert "--start, --timezone" in ran.err
    assert "--yes" in ran.err


def test_answers_typed_in_a_terminal(terminal: Terminal) -> None:
    ran = terminal.dialogue(
        "init",
        answers={
            "or a path to your guide) [devops-to-mlops]:": "",
            "First day of study": "",
            "Time zone": "Asia/Kolkata",
            "'all' [4 weeks]:": "6",
            "(empty: as the guide says):": "13",
        },
    )
    assert ran.code == 0, ran.err
    settings = parse(written(terminal))
    assert (settings.timezone, settings.ahead, settings.pace) == ("Asia/Kolkata", 6, 13)
    assert begins_on_monday(settings)


def test_answers_from_a_pipe(terminal: Terminal) -> None:
    ran = piped(terminal, "\n2026-02-02\nAsia/Kolkata\n6\n13\n")
    assert (ran.code, ran.out) == (0, "Wrote .github/milepost.yml.\n")
    settings = parse(written(terminal))
    assert settings.curriculum == "devops-to-mlops"
    assert settings.start == date(2026, 2, 2)
    assert (settings.timezone, settings.ahead, settings.pace) == ("Asia/Kolkata", 6, 13)


@pytest.mark.parametrize("answer", ["8h", "8 hours a week", "8 h/week"])
def test_the_speed_may_be_answered_in_hours_a_week(terminal: Terminal, answer: str) -> None:
    assert piped(terminal, f"\n2026-02-02\nUTC\n6\n{answer}\n").code == 0
    settings = parse(written(terminal))
    assert (settings.hours_per_week, settings.pace) == (8, None)


def test_more_hours_than_a_week_can_hold_write_nothing(terminal: Terminal) -> None:
    assert piped(terminal, "\n2026-02-02\nUTC\n6\n200h\n").code != 0
    assert not (terminal.folder / CONFIG_PATH).exists()


def test_a_pipe_may_end_before_the_answers_that_have_a_default(terminal: Terminal) -> None:
    assert piped(terminal, "\n2026-02-02\nUTC").code == 0
    assert parse(written(terminal)).ahead == 4


@pytest.mark.parametrize(
    ("lines", "reported"),
    [("", "for --curriculum, --start, --timezone"), ("\n", "for --start, --timezone")],
)
def test_a_pipe_that_ends_early_writes_nothing(
    terminal: Terminal, lines: str, reported: str
) -> None:
    ran = piped(terminal, lines)
    assert ran.code == 64
    assert f"there is nobody to ask {reported}. Give these flags, or --yes" in ran.err
    assert not (terminal.folder / CONFIG_PATH).exists()


def test_a_wrong_answer_from_a_pipe_is_not_asked_again(terminal: Terminal) -> None:
    ran = piped(terminal, "\nsoon\nUTC\n4\n\n2026-02-02\n")
    assert ran.code == 64
    assert "start" in ran.err
    assert not (terminal.folder / CONFIG_PATH).exists()


def piped(terminal: Terminal, lines: str) -> CommandRun:
    """What `init` does with these lines on its standard input."""
    with terminal.start("init", stdin=subprocess.PIPE) as process:
        out, err = process.communicate(lines, timeout=60)
    return CommandRun(process.returncode, out, err)


def test_a_guide_with_dates_starts_on_its_own_first_day(terminal: Terminal) -> None:
    terminal.write("guide.md", "## 2099-04-22\n- [ ] Read\n\n## 2099-04-24: Exam\n- [ ] Pass\n")
    assert terminal("init", *flags(curriculum="guide.md", start=None), "--yes").code == 0
    assert parse(written(terminal)).start == date(2099, 4, 22)


def test_a_guide_with_dates_that_are_past_starts_on_a_monday(terminal: Terminal) -> None:
    terminal.write("guide.md", "## 2019-04-23\n- [ ] Read\n\n## 2019-04-24: Exam\n- [ ] Pass\n")
    assert terminal("init", *flags(curriculum="guide.md", start=None), "--yes").code == 0
    assert begins_on_monday(parse(written(terminal)))


def test_a_curriculum_of_ones_own(terminal: Terminal) -> None:
    path = curriculum("Phase: One\n Month 1: Basics\n Week 1: First\n - Read (2h)")
    terminal.write("path.yml", curriculum_text(path))
    assert terminal("init", *flags(curriculum="path.yml")).code == 0
    assert "Read" in terminal("plan").out
