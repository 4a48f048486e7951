"""Commands are found where a reader would see one, and nowhere else."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.progress import quantities
from bot.progress.command import Command
from bot.progress.commands import slash_commands
from bot.progress.parse_command import BEGINNING, MOST, ParsedLine, read_commands


def words(text: str) -> list[str]:
    return [requested.word for requested in read_commands(text)]


@pytest.mark.parametrize(
    "text",
    [
        "/done",
        "   /done",
        "/Done",
        "/DONE!",
        "/done.",
        "Well then.\r\n/done\r\nThat was it.",
        "/done thanks",
        "/done <!-- at last -->",
        "<!-- hidden\n-->\n/done",
        "`<!--` opens a comment\n/done",
        "a <!-- that never closes\n/done",
        "```\n/start\n```\n/done",
        "~~~~\n/start\n~~~\n/start\n~~~~\n/done",
        "- ```\n  /start\n  ```\n/done",
        "```inline```\n/done",
        "```\n   ```\n/done",
    ],
)
def test_a_command_is_the_first_thing_on_a_line(text: str) -> None:
    assert words(text) == ["done"]


@pytest.mark.parametrize(
    "space",
    [
        "\xa0",
        "\u200b",
        "\u200c",
        "\u200d",
        "\u2060",
        "\ufeff",
        "\u202f",
        "\u3000",
        "\u200e",
        "\u2066",
    ],
)
def test_odd_spaces_and_characters_without_width_are_spaces(space: str) -> None:
    assert words(f"{space}/done") == ["done"]
    assert words(f"Well.\n {space} {space}{space}{space}/done{space}\nbye") == ["done"]
    (logged,) = read_commands(f"/log{space}2h{space} about loops")
    assert logged.rest.split() == ["2h", "about", "loops"] or space in "\u200c\u200d"
    assert read_commands(f"    {space}/done") == ()
    assert read_commands(f"{space}> /done") == ()
    assert BEGINNING.search(f"Well.\r\n{space} /done")
    assert not BEGINNING.search(f"{space}> /done {space}")


def test_what_joins_the_characters_of_a_text_stays_in_it() -> None:
    family = "\N{MAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
    (journal,) = read_commands(f"/journal\xa0Fin\xa0! {family}\nA\u200bB")
    assert journal.rest == f"Fin\xa0! {family}\nA\u200bB"
    assert read_commands(f"/log 2h {family}")[0].rest == f"2h {family}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Say /done when you are",
        "    /done",
        "\t/done",
        "> /done",
        "- /done",
        "```\n/done\n```",
        "~~~ bash\n/done",
        "```\n~~~\n/done\n~~~\n```",
        "```\n    ```\n/done",
        "<!-- /done -->",
        "<!--\n/done\n-->",
        "<!-- x --> /done",
        "/usr/bin",
        "/done/now",
        "/etc",
        "/proc",
        "/s",
        "/",
        "//done",
        "https://example.com/done",
        "/shop is nice",
        "/zzzzzz",
        "/done-zo/x",
    ],
)
def test_what_is_no_command(text: str) -> None:
    assert read_commands(text) == ()


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("/doone", "done"),
        ("/lgo 2h", "log"),
        ("/stat", "start"),
        ("/puase until tomorrow", "pause"),
        ("/rte python 4", "rate"),
        ("/projct start api", "project"),
        ("/close", "done"),
        ("/finish", "done"),
        ("/complete", "done"),
        ("/spent 2h", "log"),
    ],
)
def test_a_mistyped_command_names_the_nearest_one(text: str, near: str) -> None:
    (requested,) = read_commands(text)
    assert (requested.known, requested.near) == (False, near)


OTHER_BOTS = (
    "retest test test-all lgtm hold unhold assign unassign cc uncc kind area "
    "priority label remove-label lifecycle remove-lifecycle milestone retitle override ok-to- "
    "test rebase merge cherrypick cherry-pick backport verify-owners joke meow woof pony shrug "
    "triage transfer sig plan apply unlock deploy build run rerun update refresh queue requeue "
    "review ready stale release fix format lint preview benchmark rollback cancel ask describe "
    "improve validate resolve stop wip sync remove regenerate override draft squash"
)


@pytest.mark.parametrize("word", OTHER_BOTS.split())
def test_other_bots_words_are_no_mistakes_of_ours(word: str) -> None:
    assert read_commands(f"/{word}") == ()
    assert read_commands(f"/{word} 2") == ()


@pytest.mark.parametrize("text", ["\N{PARTY POPPER} /done", "\N{WHITE HEAVY CHECK MARK}/done"])
def test_an_emoji_may_stand_before_a_command(text: str) -> None:
    assert read_commands(text) == (ParsedLine(word="done"),)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("/log 1h /done", ["/log 1h", "/done"]),
        (
            "/log 1h, reading; /done /rate python 4!",
            ["/log 1h, reading", "/done", "/rate python 4!"],
        ),
        ("/done /log 1h", ["/done", "/log 1h"]),
        ("/log 1h in /usr/bin", ["/log 1h in /usr/bin"]),
        ("/log 1h and/done", ["/log 1h and/done"]),
        ("/journal I wrote /done today", ["/journal I wrote /done today"]),
        ("/help /log", ["/help /log"]),
        ("/log 1h /journal A day", ["/log 1h", "/journal A day"]),
    ],
)
def test_commands_on_one_line_are_each_read(text: str, lines: list[str]) -> None:
    assert [one.line for one in read_commands(text)] == lines


def test_a_mistyped_word_in_prose_is_prose() -> None:
    assert read_commands("/doone is what I wrote yesterday") == ()


def test_only_words_that_begin_with_a_slash_use_up_what_is_compared() -> None:
    assert [one.near for one in read_commands("A day.\n" * 50 + "/doone")] == ["done"]
    assert read_commands("/zzzzzz\n" * 20 + "/doone") == ()
    assert [one.near for one in read_commands("/zzzzzz\n" * 19 + "/doone")] == ["done"]


def test_every_command_of_a_comment_is_found_in_order() -> None:
    text = "Today:\n/log 2h\n\nand\n/done\n/count posts +1"
    assert read_commands(text) == (
        ParsedLine(word="log", rest="2h"),
        ParsedLine(word="done"),
        ParsedLine(word="count", rest="posts +1"),
    )


def test_a_journal_s_text_goes_on_until_the_next_command() -> None:
    text = "/journal First line\n\nsecond\n```\n/done\n```\n<!-- no -->third\n/done\nlater"
    assert read_commands(text) == (
        ParsedLine(word="journal", rest="First line\n\nsecond\n```\n/done\n```\nthird"),
        ParsedLine(word="done"),
    )


def test_a_journal_may_begin_on_the_next_line() -> None:
    assert read_commands("/journal\nA day\n")[0].rest == "A day"


def test_one_more_than_the_most_is_told_of() -> None:
    assert len(read_commands("/done\n" * 40)) == MOST + 1
    assert len(read_commands("/done\n" * MOST)) == MOST


@given(st.text())
def test_no_text_makes_it_stumble(text: str) -> None:
    assert len(read_commands(text)) <= MOST + 1


LINES = st.sampled_from(
    ["/done", "/log 2h", "/lgo", "```", "~~~", "<!--", "-->", "> /x", "    /done", "`", "/journal"]
)


@given(st.lists(LINES | st.text(max_size=5), max_size=30))
def test_no_mix_of_lines_makes_it_stumble(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = read_commands(text)
    assert len(found) <= MOST + 1
    assert all(one.line.split()[0] in text for one in found)


PROSE = st.text(st.characters(codec="utf-8", exclude_characters="/`~<>\n\r"), max_size=30)


@given(PROSE, PROSE, st.sampled_from(list(slash_commands())), st.integers(0, 3), st.integers(0, 8))
def test_case_and_surrounding_text_do_not_matter(
    before: str, after: str, word: str, indent: int, upper: int
) -> None:
    line = " " * indent + "/" + word[:upper].upper() + word[upper:]
    assert words(f"{before}\n{line}\n{after}")[:1] == [word]


@pytest.mark.parametrize(
    "text",
    [
        "-   " * 16_000 + "x",
        "<!-- a --> " * 6_000,
        "<!--" * 16_000,
        "`" * 65_000,
        "/abcde\n" * 9_000,
        "/lgox 2h\n" * 7_000,
        "/log " + "1" * 65_000,
        "/journal\n" * 7_000,
        "/a" + " " * 65_000 + "\x00",
    ],
)
def test_the_longest_comments_are_read_at_once(text: str) -> None:
    began = time.process_time()
    read_commands(text)
    assert time.process_time() - began < 1


def test_each_command_has_a_word_of_its_own() -> None:
    kinds = [kind for kind in Command.registry.values() if kind.form]
    assert len(slash_commands()) == len(kinds)


@pytest.mark.parametrize(
    ("text", "hours", "note"),
    [
        ("2h30m the first chapter", 2.5, "the first chapter"),
        ("2h 30m", 2.5, ""),
        ("2h30", 2.5, ""),
        ("2h 30", 2.5, ""),
        ("2h 3 chapters", 2, "3 chapters"),
        ("90m", 1.5, ""),
        ("90 min, reading", 1.5, "reading"),
        ("1.5h", 1.5, ""),
        ("1,5 h", 1.5, ""),
        ("2 Hours", 2, ""),
        ("1:30 slides", 1.5, "slides"),
        ("0:45h", 0.75, ""),
        ("1 hour and 30 minutes: slides", 1.5, "slides"),
        ("20m", 0.33, ""),
    ],
)
def test_hours_as_people_write_them(text: str, hours: float, note: str) -> None:
    assert quantities.hours(text) == (hours, note)


@pytest.mark.parametrize("text", ["", "2", "2hello", "3 months", "h", "an hour", "-2h", "+2h"])
def test_what_is_no_amount_of_hours(text: str) -> None:
    assert quantities.hours(text) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("+1w", 7),
        ("-3d", -3),
        ("+1w2d", 9),
        ("-1w2d", -9),
        ("1 week, 2 days", 9),
        ("2 weeks", 14),
        ("10 days", 10),
        ("+", None),
        ("", None),
        ("1 month", None),
        ("w", None),
    ],
)
def test_spans_as_people_write_them(text: str, days: int | None) -> None:
    assert quantities.span(text) == days


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("until 2026-08-16", date(2026, 8, 16)),
        ("2026-08-16", date(2026, 8, 16)),
        ("2 weeks", date(2026, 1, 18)),
        ("for 10 days", date(2026, 1, 14)),
        ("1d", date(2026, 1, 5)),
        ("until 16 Aug", date(2026, 8, 16)),
        ("until August 16th", date(2026, 8, 16)),
        ("until tomorrow", date(2026, 1, 6)),
        ("until 3 January", date(2027, 1, 3)),
        ("20 January", date(2026, 1, 20)),
        ("29 Feb", date(2028, 2, 29)),
        ("31 Feb", None),
        ("16 Aug 2027", date(2027, 8, 16)),
        ("16 Augustus", None),
        ("1 month", date(2026, 2, 4)),
        ("0 months", None),
        ("2026-02-30", None),
        ("-1w", None),
        ("", None),
    ],
)
def test_the_last_day_of_a_pause(text: str, last: date | None) -> None:
    assert quantities.until(text, date(2026, 1, 5)) == last


@pytest.mark.parametrize(
    ("text", "pace"),
    [
        ("10h", (10, None)),
        ("7,5 hours a week", (7.5, None)),
        ("10 h/week", (10, None)),
        ("15 months", (None, 15)),
        ("15m", None),
        ("15.5 months", None),
        ("10", None),
    ],
)
def test_paces_as_people_write_them(
    text: str, pace: tuple[float | None, int | None] | None
) -> None:
    assert quantities.pace(text) == pace


@given(st.text())
def test_no_text_is_an_amount_by_accident(text: str) -> None:
    found = quantities.hours(text)
    assert found is None or found[0] >= 0
    quantities.span(text)
    quantities.until(text, date(2026, 1, 5))
    quantities.pace(text)
    quantities.signed(text)
