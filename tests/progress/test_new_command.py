"""A new command is one class: parsed, in the help, logged, replayed and answered by itself."""

from datetime import date

import pytest
from planning.paths import SMALL
from pydantic import Field
from usecases.command_runs import Run, seed
from workbench import Workbench

from bot.planning.changes import UpdateIssue
from bot.planning.marker import Key
from bot.progress.command import THIS_ISSUE, Command, CommandContext, CommandError, ReplyContext
from bot.progress.commands import read_stored, slash_commands
from bot.progress.learner_history import HistoryBuilder
from bot.progress.parse_command import read_commands


@pytest.fixture
def bench() -> Workbench:
    made = Workbench()
    seed(made, SMALL)
    return made


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[date, Key, str]]:
    """`/note TEXT` exists; what is replayed of it is listed here."""
    found: list[tuple[date, Key, str]] = []
    monkeypatch.setattr(Command, "registry", dict(Command.registry))

    class Note(Command):
        form = "/note TEXT"
        line_format = "/note {0.text}"
        help_line = "Keeps a note."
        log_issue = THIS_ISSUE

        text: str = Field(max_length=20)

        @classmethod
        def parse(cls, text: str, context: CommandContext) -> "Note":
            if not text:
                raise CommandError(f"A note needs some words, {context.today}.")
            return cls(text=text)

        def replay(self, history: HistoryBuilder) -> None:
            found.append((history.day, history.key, self.text))

        def reply(self, context: ReplyContext) -> str:
            return f"Noted: {self.text}, until {context.last}."

    return found


@pytest.mark.usefixtures("replayed")
def test_it_stands_in_the_help_before_the_questions(bench: Workbench) -> None:
    assert list(slash_commands())[-3:] == ["note", "status", "help"]
    bench.say("Read", "/help")
    run = Run(bench, SMALL)
    run()
    assert "| `/note TEXT` | Keeps a note. |" in run.replies("Read")[0]


def test_it_is_logged_replayed_and_answered_once(
    bench: Workbench, replayed: list[tuple[date, Key, str]]
) -> None:
    bench.say("Read", "/note loops")
    run = Run(bench, SMALL)
    change = run()[0]
    assert isinstance(change, UpdateIssue)
    assert change.why == "/note loops by learner"
    assert run() == ()
    (note,) = run.remembered("Read")
    assert note.stored() == {"do": "note", "text": "loops"}
    assert read_stored(note.stored()) == note
    assert note.format_command() == "/note loops"
    replayed.clear()
    run.life()
    assert replayed == [(date(2026, 1, 5), "task:read-the-tutorial", "loops")]
    assert "Noted: loops, until 2026-" in run.replies("Read")[0]


@pytest.mark.usefixtures("replayed")
def test_its_own_sentence_says_what_it_needs(bench: Workbench) -> None:
    bench.say("Read", "/note")
    run = Run(bench, SMALL)
    run()
    assert "A note needs some words, 2026-01-05." in run.replies("Read")[0]


def test_without_its_class_nobody_knows_it() -> None:
    assert read_commands("/note loops") == ()
    with pytest.raises(ValueError, match="no command of this version"):
        read_stored({"do": "note", "text": "loops"})
