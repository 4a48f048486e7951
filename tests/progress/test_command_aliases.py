"""Every command has a word in each language, which is understood whatever the language."""

import unicodedata

import pytest
from progress.test_parse_command import OTHER_BOTS

from bot.i18n import ENGLISH, LANGUAGES
from bot.progress import parse_command
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
