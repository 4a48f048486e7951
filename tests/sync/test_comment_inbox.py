"""Which comments are read, and whose reaction says that one was."""

from datetime import date, timedelta

import pytest
from planning.paths import SMALL
from repository_fixture import RepositoryFixture
from sync.command_runs import seed

from bot.planning.ledger import find_ledger, with_ledger
from bot.planning.observed_state import observe
from bot.sync.comment_inbox import CommentInbox, read_inbox
from github_sandbox.state import comments
from github_sandbox.state.objects import Comment


@pytest.fixture
def bench() -> RepositoryFixture:
    made = RepositoryFixture()
    seed(made, SMALL)
    seed(made, SMALL)
    return made


def read(bench: RepositoryFixture) -> CommentInbox:
    return read_inbox(bench.edges, observe(bench.edges.snapshot()))


def bot_reacts(bench: RepositoryFixture, comment: Comment, content: str) -> None:
    bot = bench.world.actor(bench.world.add_user("milepost[bot]", kind="Bot").login)
    comments.react(bench.world, bot, comment, {"content": content})


@pytest.mark.parametrize("content", ["rocket", "confused"])
def test_the_reaction_of_a_stranger_says_nothing(bench: RepositoryFixture, content: str) -> None:
    text = bench.comment("Read", "/done")
    bench.react(text, content, by="stranger")
    assert read(bench).marked == frozenset()
    assert read(bench).writers == {bench.learner.user.id}
    bot_reacts(bench, text, content)
    assert read(bench).marked == frozenset()
    bench.react(text, content)  # the learner's token is the one that writes here
    assert read(bench).marked == {text.id}


def test_another_reaction_of_a_bot_says_nothing(bench: RepositoryFixture) -> None:
    bot_reacts(bench, bench.comment("Read", "/done"), "eyes")
    assert read(bench).marked == frozenset()


@pytest.mark.parametrize(("day", "is_read"), [(6, True), (7, True), (8, False)])
def test_comments_of_two_days_before_the_last_run_are_read_again(
    bench: RepositoryFixture, day: int, is_read: bool
) -> None:
    """Where the learner is (UTC+14) the 6th began at 10:00 UTC on the 5th."""
    body = bench.issue("Your path").body or ""
    ledger = find_ledger(body).model_copy(update={"seen": date(2026, 1, day)})
    bench.edit("Your path", body=with_ledger(body, ledger))
    bench.world.clock.advance(timedelta(hours=3))
    text = bench.comment("Read", "/done")
    assert [comment.id for comment in read(bench).comments] == [text.id] * is_read


def test_only_who_may_write_commands_and_the_owner_is_not_even_asked_about(
    bench: RepositoryFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for login, role in {"rita": "read", "will": "write"}.items():
        bench.world.add_user(login)
        bench.repository.collaborators[login] = role  # type: ignore[assignment]
    for login in ("rita", "will", "stranger", "rita"):
        bench.comment("Read", "/done", by=login)
    bench.comment("Read", "/done")
    bench.comment("Read", "A word without a command.", by="somebody")
    requested: list[str] = []
    may_write = bench.edges.may_write

    def query(login: str, account: int) -> bool:
        requested.append(login)
        return may_write(login, account)

    monkeypatch.setattr(bench.edges, "may_write", query)
    will = bench.world.users["will"]
    assert read(bench).writers == {bench.learner.user.id, will.id}
    assert requested == ["rita", "will", "stranger"]


def test_a_command_behind_a_space_that_does_not_break_is_obeyed(bench: RepositoryFixture) -> None:
    bench.comment("Read", "\ufeff\xa0/done\u200b")
    bench.apply(SMALL)
    assert (bench.issue("Read").state, bench.issue("Read").state_reason) == ("closed", "completed")
