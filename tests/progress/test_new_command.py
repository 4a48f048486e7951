"""A new command is one class: parsed, in the help, logged, replayed and answered by itself."""

from datetime import date

import pytest
from planning.paths import SMALL
from pydantic import Field
from repository_fixture import RepositoryFixture
from sync.command_runs import Run, seed

from bot.planning.changes import UpdateIssue
from bot.planning.marker import Key
from bot.progress.command import THIS_ISSUE, Command, CommandContext, CommandError, ReplyContext
from bot.progress.commands import read_stored, slash_commands
from bot.progress.learner_history import HistoryBuilder
from bot.progress.parse_command import read_commands


@pytest.fixture
def bench() -> RepositoryFixture:
    made = RepositoryFixture()
    seed(made, SMALL)
    return made


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[date, Key, str]]:
    """`/memo TEXT` exists; what is replayed of it is listed here."""
    found: list[tuple[date, Key, str]] = []
    monkeypatch.setattr(Command, "registry", dict(Command.registry))

    class Memo(Command):
        form = "/memo TEXT"
        line_format = "/memo {0.text}"
        help_line = "Keeps a memo."
        log_issue = THIS_ISSUE

        text: str = Field(max_length=20)

        @classmethod
        def parse(cls, text: str, context: CommandContext) -> "Memo":
            if not text:
                raise CommandError(f"A memo needs some words, {context.today}.")
            return cls(text=text)

        def replay(self, history: HistoryBuilder) -> None:
            found.append((history.day, history.key, self.text))

        def reply(self, context: ReplyContext) -> str:
            return f"Noted: {self.text}, until {context.path.dates.last}."

    return found


@pytest.mark.usefixtures("replayed")
def test_it_stands_in_the_help_before_the_questions(bench: RepositoryFixture) -> None:
    words = list(slash_commands())
    assert words.index("keep") < words.index("memo") < words.index("status")
    bench.comment("Read", "/help")
    run = Run(bench, SMALL)
    run()
    assert "| `/memo TEXT` | Keeps a memo. |" in run.replies("Read")[0]


def test_it_is_logged_replayed_and_answered_once(
    bench: RepositoryFixture, replayed: list[tuple[date, Key, str]]
) -> None:
    bench.comment("Read", "/memo loops")
    run = Run(bench, SMALL)
    change = run()[0]
    assert isinstance(change, UpdateIssue)
    assert change.why == "/memo loops by learner"
    assert run() == ()
    (memo,) = run.remembered("Read")
    assert memo.stored() == {"do": "memo", "text": "loops"}
    assert read_stored(memo.stored()) == memo
    assert memo.format_command() == "/memo loops"
    replayed.clear()
    run.life()
    assert replayed == [(date(2026, 1, 5), "task:read-the-tutorial", "loops")]
    assert "Noted: loops, until 2026-" in run.replies("Read")[0]


@pytest.mark.usefixtures("replayed")
def test_its_own_sentence_says_what_it_needs(bench: RepositoryFixture) -> None:
    bench.comment("Read", "/memo")
    run = Run(bench, SMALL)
    run()
    assert "A memo needs some words, 2026-01-05." in run.replies("Read")[0]


def test_without_its_class_nobody_knows_it() -> None:
    assert read_commands("/memo loops") == ()
    with pytest.raises(ValueError, match="no command of this version"):
        read_stored({"do": "memo", "text": "loops"})
