"""Every command has a word in each language, which is understood whatever the language."""

import unicodedata
from datetime import date

import pytest
from progress.test_parse_command import OTHER_BOTS

from bot.i18n import ENGLISH, LANGUAGES, use_language
from bot.progress import parse_command, quantities
from bot.progress.command_aliases import alias, aliases, folded
from bot.progress.commands import slash_commands
from bot.progress.parse_command import BEGINNING, ParsedLine, is_for_us, read_commands

COMMANDS = slash_commands()
ALIASES = [(one.word, one.do) for one in aliases().values()]
SAME_IN_FRENCH_AND_GERMAN = {"pause", "journal"}


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != ENGLISH])
def test_every_command_has_a_word_in_each_language_or_the_english_one(language: str) -> None:
    without = {word for word, kind in COMMANDS.items() if not alias(kind.do, language)}
    assert without <= SAME_IN_FRENCH_AND_GERMAN
    assert not any(alias(kind.do, ENGLISH) for kind in COMMANDS.values())


@pytest.mark.parametrize(("written", "do"), ALIASES)
def test_an_alias_is_read_as_its_command(written: str, do: str) -> None:
    for text in (
        f"/{written}",
        f"/{unicodedata.normalize('NFD', written).upper()}!",
        f"/{folded(written)}",
        f"\N{FULLWIDTH SOLIDUS}{written}\N{IDEOGRAPHIC FULL STOP}",
        f"/start\n/log 1h\N{IDEOGRAPHIC SPACE}/{written}",
    ):
        *_, parsed = read_commands(text)
        assert (parsed.known, COMMANDS[parsed.word].do) == (True, do), text
        assert BEGINNING.search(text)


def test_an_alias_clashes_with_no_word_of_ours_and_no_other_bot_s() -> None:
    taken = {*OTHER_BOTS.split(), *parse_command._OTHER_BOTS, *parse_command._FOLDERS}
    for written, do in ALIASES:
        plain = folded(written)
        assert plain not in taken | COMMANDS.keys(), written
        meant = parse_command._MEANINGS.get(plain)
        assert meant is None or COMMANDS[meant].do == do, written
        others = [one for one, other in ALIASES if other != do and folded(one) == plain]
        assert others == []


def test_a_command_is_quoted_as_it_was_written() -> None:
    logged, done = read_commands("/Registrar 2h, capítulo 1 /hecho")
    assert logged == ParsedLine(word="log", rest="2h, capítulo 1", alias="registrar")
    assert logged.line == "/registrar 2h, capítulo 1"
    assert done.line == "/hecho"


def test_one_word_stands_for_two() -> None:
    assert read_commands("/sin-opcionales") == read_commands("/drop optional")
    assert read_commands("/keep-optional") == read_commands("/keep optional")


def test_a_mistyped_alias_names_the_nearest_one() -> None:
    assert [one.near for one in read_commands("/hehco\n/ayudme\n/erledgt")] == [
        *("hecho", "ayúdame", "erledigt")
    ]
    assert read_commands("/完全") == ()


def test_an_alias_is_for_us_where_its_command_is() -> None:
    done, approved = read_commands("/hecho\n/aprobar")
    assert is_for_us(done, ours=False)
    assert not is_for_us(approved, ours=False)
    assert is_for_us(approved, ours=True)


def test_a_word_in_a_sentence_is_none() -> None:
    assert read_commands("Escribe /hecho\n> /hecho\n`/hecho`\n/完成度很高") == ()


WEEKS = ("2 semanas", "2 semaines", "2 Wochen", "2周", "2週間", "2 हफ़्ते", "1 semana 7 dias")
DAYS = ("14 días", "14 dias", "14 jours", "14 Tage", "14天", "14日", "14日間", "14 दिन")


@pytest.mark.parametrize("weeks", [*WEEKS, *DAYS])
def test_a_time_may_be_in_the_language_of_the_command(weeks: str) -> None:
    assert quantities.span(weeks) == 14
    assert quantities.until(weeks, date(2026, 1, 5)) == date(2026, 1, 18)


@pytest.mark.parametrize(
    "hours", ["2 horas", "2 heures", "2 Std.", "2 Stunden", "2小时", "2時間", "2 घंटे"]
)
def test_hours_may_be_in_the_language_of_the_command(hours: str) -> None:
    assert quantities.hours(f"{hours} 30 minutos, capítulo 2") == (2.5, "capítulo 2")
    assert quantities.hours(f"{hours} 3 capítulos") == (2, "3 capítulos")
    assert quantities.pace(hours) == (2, None)


@pytest.mark.parametrize(
    "hours",
    [
        *("2h 30 minutos", "2 h 30 Minuten", "2 horas y 30 minutos", "2 horas e 30 minutos"),
        *("2 heures et 30 minutes", "2 Stunden und 30 Minuten", "2 घंटे और 30 मिनट"),
    ],
)
def test_no_minutes_behind_hours_are_lost(hours: str) -> None:
    assert quantities.hours(f"{hours}, y más") == (2.5, "y más")


@pytest.mark.parametrize("months", ["3 meses", "3 mois", "3 Monate", "3个月", "3か月", "3 महीने"])
def test_months_may_be_in_the_language_of_the_command(months: str) -> None:
    assert quantities.pace(months) == (None, 3)
    assert quantities.until(months, date(2026, 1, 5)) == date(2026, 4, 4)


@pytest.mark.parametrize("word", ["hasta", "até", "bis"])
def test_the_end_of_a_pause_may_follow_a_word_of_the_language(word: str) -> None:
    assert quantities.until(f"{word} 2026-08-16", date(2026, 1, 5)) == date(2026, 8, 16)


def test_a_note_stays_as_it_is_written() -> None:
    assert quantities.hours("2h horas de estudio") == (2, "horas de estudio")
    assert quantities.hours("2h 3 horas") == (2, "3 horas")
    assert quantities.span("3 hours") is None


def test_hier_is_yesterday_on_a_french_path_alone() -> None:
    today = date(2026, 2, 20)
    with use_language("fr"):
        assert quantities.day("hier", today, ahead=False) == (date(2026, 2, 19), "")
    with use_language("de"):
        assert quantities.day("hier", today, ahead=False) is None


def test_a_day_ahead_is_read_where_it_is_meant() -> None:
    today = date(2026, 2, 20)
    for word in ("morgen", "mañana", "明天", "कल", "tomorrow"):
        assert quantities.day(word, today, ahead=True) == (date(2026, 2, 21), "")
