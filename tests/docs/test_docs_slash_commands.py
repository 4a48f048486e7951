"""The reference of commands says what the code does."""

from datetime import date

import pytest
from builders import curriculum
from docs.pages import ROOT, codes, sections
from reports.histories import HistoryLearner

from bot.i18n import LANGUAGES
from bot.progress import quantities
from bot.progress.command import WORK, ReplyContext
from bot.progress.command_aliases import alias
from bot.progress.commands import log, move, pace, slash_commands
from bot.progress.commands.help import Help
from bot.progress.parse_command import MOST, read_commands

EMPTY = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- a (1h)")
PAGE = sections(ROOT / "docs" / "reference" / "commands.md")
AMOUNTS = {row[0]: codes(row[1]) for row in PAGE["Ways to write amounts"].rows}


def test_every_command_is_told_as_the_code_has_it() -> None:
    reported = [(codes(row[0])[0], row[1], row[2]) for row in PAGE["Commands in comments"].rows]
    assert reported == [(c.form, c.help_line, c.log_issue.text) for c in slash_commands().values()]


def test_the_help_is_the_table_of_the_reference() -> None:
    rows = [f"| {row[0]} | {row[1]} |" for row in PAGE["Commands in comments"].rows]
    lines = [
        "<details>",
        "<summary>What you can write in a comment, at the beginning of a line</summary>",
        "",
        "| Command | What it does |",
        "| --- | --- |",
        *rows,
        "",
        "</details>",
    ]
    path = HistoryLearner(EMPTY).view("2026-01-05")
    context = ReplyContext(path, slash_commands().values(), dict)
    assert Help().reply(context) == "\n".join(lines)


def test_the_words_of_other_languages_are_told_as_the_code_has_them() -> None:
    heading, *rows = PAGE["In other languages"].tables[0]
    reported = {row[0]: [*map(codes, row[1:])] for row in rows}
    for kind in slash_commands().values():
        words = [alias(kind.do, language) for language in heading[1:]]
        form = f"`{kind.form if kind.do != kind.word else f'/{kind.word}'}`"
        assert reported.pop(form) == [[f"/{word}"] if word else [] for word in words]
    assert not reported
    assert {*heading[1:], "en"} == LANGUAGES.keys()


@pytest.mark.parametrize("form", [kind.form for kind in slash_commands().values()])
def test_every_form_is_read_as_its_command(form: str) -> None:
    (requested,) = read_commands(form.replace("[", "").replace("]", ""))
    assert requested.known
    assert f"/{requested.word}" == form.split(maxsplit=1)[0]


def test_the_ways_to_write_amounts_work() -> None:
    day = date(2026, 1, 5)
    assert all(quantities.hours(text) for text in AMOUNTS["hours"])
    assert all(quantities.span(text) for text in AMOUNTS["days"])
    assert all(quantities.until(text, day) for text in AMOUNTS["the end of a pause"])
    assert all(quantities.pace(text) for text in AMOUNTS["a pace"])
    assert all(quantities.signed(text) for text in AMOUNTS["a count"])


def test_the_limits_are_told() -> None:
    rows = {row[0]: row[1] for row in PAGE["Ways to write amounts"].rows}
    assert rows["hours"].endswith(f"up to {log.MAX_HOURS}")
    assert rows["days"].endswith(f"up to {move.MAX_DAYS}")
    assert f"1 to {pace.MAX_PACE} hours" in rows["a pace"]
    assert f"1 to {pace.MAX_MONTHS} months" in rows["a pace"]
    assert MOST == 10
    assert "up to ten commands" in PAGE["Commands in comments"].text.replace("\n", " ")


def test_the_kinds_of_work_are_told() -> None:
    text = PAGE["Commands in comments"].text.casefold()
    reported = {
        "project",
        "choice",
        "task",
        "deliverable",
        "checkpoint",
        "assessment",
        "reflection",
        "event",
        "goal",
    }
    assert reported | {"actions"} == WORK
    assert all(kind in text for kind in {*reported, "next steps"})


def test_the_examples_in_other_languages_work() -> None:
    examples = [one for one in codes(PAGE["In other languages"].text) if "-" not in one]
    words = [one.word for one in read_commands("\n".join(examples))]
    assert words == ["done", "help", "pause", "log"]
    assert quantities.until("2 semanas", date(2026, 1, 5))
    assert quantities.hours("2時間")
