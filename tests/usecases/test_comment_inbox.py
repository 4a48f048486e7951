"""Which comments are read, and whose reaction says that one was."""

from datetime import date, timedelta

import pytest
from planning.paths import SMALL
from usecases.command_runs import seed
from workbench import Workbench

from bot.planning.ledger import find_ledger, with_ledger
from bot.planning.observed import observe
from bot.usecases.comment_inbox import CommentInbox, read_inbox
from github_sandbox.state import comments
from github_sandbox.state.objects import Comment


@pytest.fixture
def bench() -> Workbench:
    made = Workbench()
    seed(made, SMALL)
    seed(made, SMALL)
    return made


def read(bench: Workbench) -> CommentInbox:
    return read_inbox(bench.edges, observe(bench.edges.snapshot()))


def bot_reacts(bench: Workbench, comment: Comment, content: str) -> None:
    bot = bench.world.actor(bench.world.add_user("milepost[bot]", kind="Bot").login)
    comments.react(bench.world, bot, comment, {"content": content})


@pytest.mark.parametrize("content", ["rocket", "confused"])
def test_the_reaction_of_a_stranger_says_nothing(bench: Workbench, content: str) -> None:
    said = bench.say("Read", "/done")
    bench.react(said, content, by="stranger")
    assert read(bench).marked == frozenset()
    assert read(bench).writers == {"learner"}
    bot_reacts(bench, said, content)
    assert read(bench).marked == {said.id}


def test_another_reaction_of_a_bot_says_nothing(bench: Workbench) -> None:
    bot_reacts(bench, bench.say("Read", "/done"), "eyes")
    assert read(bench).marked == frozenset()


def test_a_day_that_is_ahead_of_utc_hides_no_comment(bench: Workbench) -> None:
    """Where the learner is (UTC+14) the 6th began at 10:00 UTC on the 5th."""
    body = bench.issue("Your path").body or ""
    ledger = find_ledger(body).model_copy(update={"seen": date(2026, 1, 6)})
    bench.edit("Your path", body=with_ledger(body, ledger))
    bench.world.clock.advance(timedelta(hours=3))
    said = bench.say("Read", "/done")
    assert [comment.id for comment in read(bench).comments] == [said.id]


def test_only_who_may_write_commands_and_strangers_are_not_even_asked_about(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for login, role in {"rita": "read", "will": "write"}.items():
        bench.world.add_user(login)
        bench.repository.collaborators[login] = role  # type: ignore[assignment]
    for login in ("rita", "will", "stranger"):
        bench.say("Read", "/done", by=login)
    asked: list[str] = []
    may_write = bench.edges.may_write

    def ask(login: str) -> bool:
        asked.append(login)
        return may_write(login)

    monkeypatch.setattr(bench.edges, "may_write", ask)
    assert read(bench).writers == {"will"}
    assert asked == ["rita", "will"]
