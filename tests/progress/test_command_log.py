"""What was said is kept in an issue's body, and found there again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.planning.ledger import Ledger, with_ledger
from bot.planning.snapshot import IssueState
from bot.progress.command import Command
from bot.progress.command_log import (
    AcceptedCommand,
    CommandLog,
    Entry,
    closed_at,
    find_log,
    with_log,
)
from bot.progress.commands.choose import Choose
from bot.progress.commands.credit import Credit
from bot.progress.commands.done import Done, Reopen
from bot.progress.commands.log import Log
from bot.progress.commands.open import OpenUnit
from bot.progress.commands.pause import PauseUntil
from bot.progress.commands.skip import Skip

DAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


def entry(
    number: int, command: Command, n: int = 0, at: datetime = DAY, by: str = "learner"
) -> Entry:
    return Entry(id=number, n=n, at=at, by=by, command=command)


def back(memory: CommandLog) -> CommandLog:
    return find_log(with_log("Words of the learner.", memory))


TEXTS: st.SearchStrategy[Command] = st.one_of(
    st.just(Done()),
    st.builds(Skip, why=st.text(max_size=50)),
    st.builds(Log, hours=st.integers(1, 99).map(float), note=st.text(max_size=50)),
    st.builds(Choose, choice=st.text(max_size=9), option=st.text(max_size=9)),
    st.builds(PauseUntil, last=st.dates()),
)
ENTRIES = st.lists(
    st.builds(
        entry,
        st.integers(0, 2**40),
        TEXTS,
        st.integers(0, 9),
        st.integers(0, 10**6).map(lambda s: DAY + timedelta(seconds=s)),
        st.text(max_size=9),
    ),
    unique_by=lambda e: (e.id, e.n),
    max_size=9,
)


@given(ENTRIES)
def test_what_is_kept_is_found_again_whatever_was_said(entries: list[Entry]) -> None:
    memory = CommandLog().adding(entries)
    assert back(memory) == memory


@given(ENTRIES, ENTRIES)
def test_the_order_of_adding_does_not_matter(first: list[Entry], second: list[Entry]) -> None:
    known = {(e.id, e.n) for e in first}
    rest = [e for e in second if e.id and (e.id, e.n) not in known]
    one, other = CommandLog().adding(first).adding(rest), CommandLog().adding(rest).adding(first)
    assert sorted(map(str, one.entries)) == sorted(map(str, other.entries))
    assert [e.at for e in one.entries] == sorted(e.at for e in one.entries)


def test_commands_of_one_comment_are_kept_each() -> None:
    one, two = entry(7, Log(hours=2)), entry(7, Done(), n=1)
    memory = back(CommandLog().adding([one]).adding([one, two]).adding([two]))
    assert memory.entries == (one, two)
    assert memory.has(7, 1)
    assert not memory.has(7, 2)
    assert memory.knows(7)


def test_buttons_are_kept_as_often_as_they_are_pressed() -> None:
    pressed = entry(0, OpenUnit(unit="a"))
    later = entry(0, OpenUnit(unit="b"))
    assert CommandLog().adding([pressed]).adding([later]).entries == (pressed, later)


def test_a_first_command_is_written_without_its_place() -> None:
    assert '"n"' not in CommandLog(entries=(entry(7, Done()),)).comment()


def test_a_deed_is_kept_to_the_second() -> None:
    at = DAY.replace(microsecond=5)
    command = AcceptedCommand(command=Done(), key="task:a", at=at, by="learner")
    assert Entry.of(command) == entry(0, Done())


def test_the_memory_stands_before_the_ledger_and_only_once() -> None:
    body = with_ledger("Mine.", Ledger())
    once = with_log(body, CommandLog(entries=(entry(1, Done()),)))
    twice = with_log(once, CommandLog(entries=(entry(2, Reopen()),)))
    assert twice.count("milepost:memory") == 1
    assert twice.index("milepost:memory") < twice.index("milepost:ledger")
    assert with_log(twice, CommandLog()) == body


def test_a_damaged_memory_is_an_empty_one() -> None:
    for body in (
        "<!-- milepost:memory {not json} -->",
        '<!-- milepost:memory {"v":1} -->',
        '<!-- milepost:memory {"v":2,"entries":[{"id":1}]} -->',
        '<!-- milepost:memory {"v":1,"entries":[1,{"id":1},{"id":2,"at":"x","do":"fly"}]} -->',
    ):
        assert find_log(body).entries == ()


def test_what_a_newer_version_wrote_stays_word_for_word() -> None:
    strange = '{"id":9,"at":"2026-01-05T09:00:00Z","by":"me","do":"fly","to":["the","moon"]}'
    body = f'Text\n\n<!-- milepost:memory {{"v":1,"entries":[{strange}]}} -->'
    memory = find_log(body).adding([entry(7, Done())])
    written = with_log(body, memory)
    assert strange in written
    assert find_log(written) == memory
    assert memory.knows(9)
    assert memory.has(9, 0)


def test_a_long_memory_adds_up_the_hours_of_a_week_and_forgets_no_comment() -> None:
    entries = [
        entry(n, Log(hours=1.5, note="a note " * 5), at=DAY + timedelta(hours=3 * n))
        for n in range(1, 400)
    ]
    memory = back(CommandLog().adding(entries))
    assert len(memory.comment()) <= 65_536 / 3  # of the room that GitHub gives a body
    assert all(memory.knows(n) and memory.has(n, 0) for n in range(1, 400))
    hours = sum(e.command.hours for e in memory.entries if isinstance(e.command, Log))
    assert hours == 1.5 * 399


@pytest.mark.parametrize("count", [250, 450, 600])
def test_a_log_of_hours_fits_into_an_issue_of_65536_characters(count: int) -> None:
    entries = [
        entry(n, Log(hours=1, note="a note " * 9), at=DAY + timedelta(minutes=n))
        for n in range(1, count)
    ]
    assert len(CommandLog().adding(entries).comment()) <= 65_536


def closed(reason: str | None, *text: tuple[Command, int], after: int = 60) -> IssueState:
    """An issue closed so many minutes after DAY, in which things were said, minutes after DAY."""
    entries = [entry(i, what, at=DAY + timedelta(minutes=at)) for i, (what, at) in enumerate(text)]
    return IssueState(
        number=7,
        id=7,
        title="Read",
        body=with_log("", CommandLog().adding(entries)),
        state="open" if reason is None else "closed",
        state_reason=reason,
        created_at=DAY,
        updated_at=DAY,
        closed_at=None if reason is None else DAY + timedelta(minutes=after),
    )


DONE, SKIP, REOPEN, CREDIT = Done(), Skip(), Reopen(), Credit()


@pytest.mark.parametrize(
    ("issue", "minutes"),
    [
        (closed("completed", (DONE, 5)), 5),
        (closed("completed", (CREDIT, 5), (Log(hours=1), 9)), 5),
        (closed("not_planned", (SKIP, 5)), 5),
        (closed("completed", (DONE, 5), (REOPEN, 8), (DONE, 9)), 9),
        (closed("completed"), 60),
        (closed("completed", (Log(hours=1), 5)), 60),
        (closed("completed", (DONE, 5), (REOPEN, 8)), 60),  # and closed by hand
        (closed("completed", (SKIP, 5)), 60),
        (closed("not_planned", (DONE, 5)), 60),
        (closed("completed", (DONE, 90)), 60),  # said of what was closed already
        (closed("completed", (DONE, 5), (REOPEN, 90)), 5),
        (closed(None, (DONE, 5)), None),
    ],
)
def test_what_a_word_closed_was_closed_when_it_was_said(
    issue: IssueState, minutes: int | None
) -> None:
    assert closed_at(issue) == (None if minutes is None else DAY + timedelta(minutes=minutes))
