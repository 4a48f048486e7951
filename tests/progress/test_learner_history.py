"""What was said adds up in the order it was said, and the settings file has the last word."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports.histories import RICH, HistoryLearner
from repository_fixture import settings

from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.marker import Key, Marker, wrap
from bot.planning.observed_state import observe
from bot.planning.snapshot import IssueState, Snapshot, Trust
from bot.progress.command import Command
from bot.progress.command_log import CommandLog, Entry, with_log
from bot.progress.commands.choose import Choose
from bot.progress.commands.count import Count
from bot.progress.commands.credit import Credit
from bot.progress.commands.done import Reopen
from bot.progress.commands.evidence import Attested, Evidenced
from bot.progress.commands.log import Log
from bot.progress.commands.move import Move
from bot.progress.commands.open import OpenUnit
from bot.progress.commands.pace import SetPace
from bot.progress.commands.pause import PauseUntil, Resume
from bot.progress.commands.project import StartProject
from bot.progress.commands.rate import Rate
from bot.progress.commands.replan import Replan
from bot.progress.commands.start import Start
from bot.progress.learner_history import LearnerHistory
from bot.progress.path import read_learner_history

HOW = settings("2026-01-05", choices={"choose-your-way": "web"}, pace=6)
TASK = "task:a1"


def life(*text: tuple[str, Key, Command], how: object = HOW) -> LearnerHistory:
    """A life from (day, key of the issue, what was said)."""
    stored: dict[Key, CommandLog] = {SUMMARY_KEY: CommandLog(), TASK: CommandLog()}
    for number, (day, key, command) in enumerate(text, start=1):
        at = datetime.fromisoformat(f"{day}T20:00:00").replace(tzinfo=UTC)
        stored[key] = stored[key].adding([Entry(id=number, at=at, by="ada", command=command)])
    issues = tuple(
        IssueState(
            number=number,
            id=number,
            title=key,
            body=with_log(wrap("x", Marker(key=key, title="", body="")), memory),
            author_id=1,
            created_at=datetime(2026, 1, 5, tzinfo=UTC),
            updated_at=datetime(2026, 1, 5, tzinfo=UTC),
        )
        for number, (key, memory) in enumerate(stored.items(), start=1)
    )
    seen = observe(Snapshot(repository="a/b", issues=issues, trust=Trust(accounts=frozenset({1}))))
    return read_learner_history(RICH, how, seen)  # type: ignore[arg-type]


def pauses(found: LearnerHistory) -> list[tuple[str, str]]:
    return [(str(pause.first), str(pause.last)) for pause in found.pauses]


def test_nothing_said_is_what_the_file_says() -> None:
    found = life()
    assert found == LearnerHistory(choices={"choose-your-way": "web"})
    assert found.in_force(HOW) == HOW


def test_a_count_is_never_below_zero_on_its_way() -> None:
    amounts = [("2026-01-06", 3), ("2026-01-07", -5), ("2026-01-08", 2), ("2026-01-09", -1)]
    found = life(*((day, SUMMARY_KEY, Count(metric="connections", amount=n)) for day, n in amounts))
    days = [date(2026, 1, day) for day in (5, 6, 7, 8, 9)]
    assert [found.counted("connections", day) for day in days] == [0, 3, 0, 2, 1]


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=8), st.integers(0, 7), st.integers(0, 7))
def test_counts_added_up_in_a_long_log_are_worth_the_same(
    amounts: list[int], first: int, last: int
) -> None:
    counts = [Count(metric="m", amount=amount) for amount in amounts]
    first, last = sorted((min(first, len(counts) - 1), min(last, len(counts) - 1)))
    merged = [*counts[:first], counts[last].add(counts[first:last]), *counts[last + 1 :]]

    def total(commands: list[Count]) -> int:
        return life(*(("2026-01-06", SUMMARY_KEY, one) for one in commands)).counted(
            "m", date(2026, 1, 6)
        )

    assert total(merged) == total(counts) >= 0


def test_hours_and_counts_add_up_by_day() -> None:
    found = life(
        ("2026-01-06", TASK, Log(hours=2, note="loops")),
        ("2026-01-07", SUMMARY_KEY, Log(hours=1.5)),
        ("2026-01-08", SUMMARY_KEY, Count(metric="connections", amount=3)),
        ("2026-01-09", SUMMARY_KEY, Count(metric="connections", amount=-5)),
    )
    assert found.hours_logged(date(2026, 1, 5), date(2026, 1, 6)) == 2
    assert found.hours_logged(date(2026, 1, 5), date(2026, 1, 11)) == 3.5
    assert found.hours_logged(date(2026, 1, 7), date(2026, 1, 7)) == 1.5
    assert found.hours_logged(date(2026, 1, 8), date(2026, 1, 11)) == 0
    assert found.hours_logged(date(2026, 1, 4), date(2026, 1, 5)) == 0
    assert [entry.key for entry in found.logged] == [TASK, None]
    assert found.counted("connections", date(2026, 1, 8)) == 3
    assert found.counted("connections", date(2026, 1, 9)) == 0  # never below nothing


def test_a_pause_ends_early_when_one_goes_on() -> None:
    found = life(
        ("2026-02-02", SUMMARY_KEY, PauseUntil(last=date(2026, 2, 15))),
        ("2026-02-05", SUMMARY_KEY, Resume()),
        ("2026-03-02", SUMMARY_KEY, PauseUntil(last=date(2026, 3, 8))),
        ("2026-03-02", SUMMARY_KEY, Resume()),
        ("2026-04-01", SUMMARY_KEY, Move(days=7)),
    )
    assert pauses(found) == [("2026-02-02", "2026-02-04"), ("2026-04-01", "2026-04-07")]


def test_a_pause_of_the_file_can_be_ended_too() -> None:
    how = settings("2026-01-05", pauses=[{"from": "2026-02-02", "to": "2026-02-15"}])
    assert pauses(life(("2026-02-10", SUMMARY_KEY, Resume()), how=how)) == [
        ("2026-02-02", "2026-02-09")
    ]


@pytest.mark.parametrize(("was", "taken"), [("web", "data"), ("", "web")])
def test_a_choice_holds_until_the_file_is_edited(was: str, taken: str) -> None:
    choose = Choose(choice="choose-your-way", option="data", was=was)
    found = life(("2026-02-02", SUMMARY_KEY, choose))
    assert found.choices == {"choose-your-way": taken}


@pytest.mark.parametrize(("was", "turns"), [("6 months", 1), ("", 0), ("10h", 0)])
def test_a_pace_holds_until_the_file_is_edited(was: str, turns: int) -> None:
    found = life(("2026-02-02", SUMMARY_KEY, SetPace(hours=5, was=was)))
    assert len(found.overrides.turns) == turns


def test_who_approved_and_when_and_what_was_found_is_known_of_each_issue() -> None:
    found = life(
        ("2026-02-02", TASK, Attested()),
        ("2026-02-02", TASK, Evidenced(kind="post", url="https://x.org/1")),
        ("2026-02-03", TASK, Evidenced(kind="post", url="https://x.org/1", title="Again")),
        ("2026-02-01", TASK, Start()),
        ("2026-02-04", TASK, Start()),
    )
    assert found.attested == {TASK: ("ada", date(2026, 2, 2))}
    assert [(e.day, e.title) for e in found.evidence[TASK].values()] == [
        (date(2026, 2, 3), "Again")
    ]
    assert found.started == {TASK: date(2026, 2, 1)}


def test_what_no_longer_fits_the_curriculum_is_left_out() -> None:
    found = life(
        ("2026-02-02", SUMMARY_KEY, Choose(choice="choose-your-way", option="gone", was="web")),
        ("2026-02-03", SUMMARY_KEY, Rate(skill="gone", value=3)),
        ("2026-02-04", SUMMARY_KEY, OpenUnit(unit="gone")),
        ("2026-02-05", SUMMARY_KEY, Replan(unit="gone")),
        ("2026-02-06", SUMMARY_KEY, StartProject(idea="gone")),
    )
    assert found == life()


def test_the_last_word_counts() -> None:
    found = life(
        ("2026-02-02", TASK, Credit()),
        ("2026-02-03", TASK, Reopen()),
        ("2026-02-04", TASK, Move(days=7)),
        ("2026-02-05", TASK, Move(days=7)),
        ("2026-02-06", SUMMARY_KEY, Rate(skill="rated-python", value=2)),
        ("2026-02-07", SUMMARY_KEY, Rate(skill="rated-python", value=9)),
    )
    assert found.credited == frozenset()
    assert found.overrides.moved == {TASK: 14}
    assert [rating.value for rating in found.ratings] == [2, 5]  # the scale ends there


def test_credit_is_done_at_no_hours() -> None:
    learner = HistoryLearner(RICH)
    total = learner.view("2026-01-12").progress.all.total
    learner.done(a1="2026-01-06")
    work = next(w for w in learner.view("2026-01-12").progress.work if w.key == TASK)
    learner.bench.edit("a1", state="open")
    learner.bench.comment("a1", "/credit")
    learner.bench.apply(learner.path, learner.how, "2026-01-12")
    seen = learner.view("2026-01-12").progress
    credited = next(w for w in seen.work if w.key == TASK)
    assert (credited.done, credited.finished) == (True, False)
    assert seen.all.total == total - work.weight
    assert seen.all.done == 0
