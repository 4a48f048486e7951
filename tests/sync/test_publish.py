"""A summary stands exactly once, whatever happens on the way."""

from datetime import timedelta
from typing import Any

import pytest
from planning.paths import SMALL
from repository_fixture import RepositoryFixture, settings

from bot.errors import GitHubError, LockedError, UncertainWriteError
from bot.planning.changes import DeleteComment, UpdateIssue, Write
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.observed_state import observe
from bot.planning.ports import WriteResult
from bot.sync.apply import WriteContext
from bot.sync.publish import DueComment, Outcome, duplicate_comments, keys_of, publish_once
from github_sandbox.state import comments

KEY = "weekly:2026-W07"


@pytest.fixture
def bench() -> RepositoryFixture:
    made = RepositoryFixture()
    made.apply(SMALL)
    return made


def publish(
    bench: RepositoryFixture,
    text: str = "All well.",
    key: str = KEY,
    on: tuple[str, ...] = (SUMMARY_KEY,),
) -> Outcome:
    return publish_once(
        DueComment(key=key, on=on, title="", text=text),
        observe(bench.edges.snapshot()),
        bench.edges,
        WriteContext(lambda: bench.edges, bench.waits.append),
    )


def posted(bench: RepositoryFixture) -> list[str]:
    return [comment.body for comment in bench.issue("Your path").comments]


def test_posted_once_and_then_left_alone(bench: RepositoryFixture) -> None:
    assert publish(bench) is Outcome.POSTED
    assert publish(bench, "Something else.") is Outcome.STANDS
    (body,) = posted(bench)
    assert "All well." in body
    assert publish(bench, key="weekly:2026-W08") is Outcome.POSTED
    assert len(posted(bench)) == 2


def test_a_closed_summary_issue_gets_none(bench: RepositoryFixture) -> None:
    bench.close("Your path")
    assert publish(bench) is Outcome.DECLINED
    assert posted(bench) == []


@pytest.mark.parametrize("on", [(SUMMARY_KEY,), ("checkpoint:x",)], ids=["summary", "checkpoint"])
def test_without_the_issue_apply_is_named(on: tuple[str, ...]) -> None:
    kind = on[0].partition(":")[0]
    with pytest.raises(GitHubError, match=f"no {kind} issue .* `milepost apply`"):
        publish(RepositoryFixture(), on=on)


CHECKPOINT = ("checkpoint:one-month-in",)


@pytest.mark.parametrize("state", ["open", "done"])
def test_another_issue_takes_its_comment_also_when_it_is_done(
    bench: RepositoryFixture, state: str
) -> None:
    bench.apply(SMALL, settings(ahead="all"), today="2026-12-31")
    if state == "done":
        bench.close("Checkpoint after")
    key = "report:one-month-in"
    assert publish(bench, key=key, on=CHECKPOINT) is Outcome.POSTED
    assert publish(bench, key=key, on=("checkpoint:older-name", *CHECKPOINT)) is Outcome.STANDS
    (comment,) = bench.issue("Checkpoint after").comments
    there = bench.edges.comments(bench.issue("Checkpoint after").number)
    assert keys_of(there, {bench.learner.user.id}) == {key}
    assert "All well." in comment.body
    assert posted(bench) == []


def test_an_issue_that_was_set_aside_gets_none(bench: RepositoryFixture) -> None:
    bench.apply(SMALL, settings(ahead="all"), today="2026-12-31")
    bench.close("Checkpoint after", "not_planned")
    assert publish(bench, on=CHECKPOINT) is Outcome.SKIPPED
    assert bench.issue("Checkpoint after").comments == []


def test_a_strangers_copy_of_the_marker_hides_nothing(bench: RepositoryFixture) -> None:
    publish(bench)
    comment = bench.issue("Your path").comments[0]
    comment.user = bench.world.add_user("stranger")
    assert publish(bench) is Outcome.POSTED


@pytest.mark.parametrize("after", [True, False], ids=["after", "before"])
def test_a_lost_answer_makes_no_second_summary(bench: RepositoryFixture, after: bool) -> None:
    lost = iter([True])

    def hook() -> None:
        if next(lost, False):
            raise UncertainWriteError("lost")

    if after:
        bench.edges.after_write = hook
    else:
        bench.edges.before_write = hook
    assert publish(bench) is Outcome.POSTED
    assert len(posted(bench)) == 1
    assert bench.waits == [2.0]


def test_of_two_runs_at_once_the_first_comment_stays(bench: RepositoryFixture) -> None:
    both = iter([True])

    def other_run() -> None:
        if next(both, False):
            assert publish(bench, "The other's.") is Outcome.POSTED

    bench.edges.before_write = other_run
    assert publish(bench, "Mine.") is Outcome.STANDS
    (body,) = posted(bench)
    assert "The other's." in body


def test_a_second_comment_that_may_not_be_deleted_stops_nothing(
    bench: RepositoryFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, write = iter([True]), bench.edges.write

    def other_run() -> None:
        if next(both, False):
            publish(bench, "The other's.")

    def refuse(change: Write, **how: Any) -> WriteResult:
        if isinstance(change, DeleteComment):
            raise LockedError("locked")
        return write(change, **how)

    bench.edges.before_write = other_run
    monkeypatch.setattr(bench.edges, "write", refuse)
    assert publish(bench, "Mine.") is Outcome.STANDS
    assert len(posted(bench)) == 2


def test_the_learners_comments_and_a_plan_stay_as_they_are(bench: RepositoryFixture) -> None:
    summary = bench.issue("Your path")
    comments.create(bench.world, bench.learner, bench.repository, summary, {"body": "Hello"})
    publish(bench)
    assert posted(bench)[0] == "Hello"
    (remembering,) = bench.apply(SMALL).changes
    assert isinstance(remembering, UpdateIssue)
    assert remembering.fields == ("ledger",)
    assert bench.plan(SMALL).empty
    assert posted(bench)[0] == "Hello"


def test_summaries_do_not_keep_an_undo_from_closing_the_summary_issue(
    bench: RepositoryFixture,
) -> None:
    publish(bench)
    assert SUMMARY_KEY not in {note.key for note in bench.undo().notes}
    assert bench.issue("Your path").state == "closed"


@pytest.mark.parametrize(
    ("by", "days", "deleted"),
    [
        pytest.param("milepost[bot]", 0, True, id="two runs at once"),
        pytest.param("milepost[bot]", 60, False, id="a copy of months later"),
        pytest.param("will", 0, False, id="the copy of a collaborator"),
    ],
)
def test_only_what_two_runs_post_at_once_is_a_duplicate(
    bench: RepositoryFixture, by: str, days: int, deleted: bool
) -> None:
    for login, kind in {"milepost[bot]": "Bot", "will": "User"}.items():
        bench.world.add_user(login, kind=kind)
        bench.repository.collaborators[login] = "write"
    publish(bench)
    (first,) = bench.issue("Your path").comments
    first.user = bench.world.users["milepost[bot]"]
    bench.world.clock.advance(timedelta(days=days))
    copy = bench.comment("Your path", first.body, by=by)
    found = bench.edges.comments(bench.issue("Your path").number)
    accounts = {user.id for user in bench.world.users.values()}
    assert [one.comment for one in duplicate_comments(found, {}, accounts)] == [copy.id] * deleted


def test_two_copies_by_a_stranger_are_left_as_they_are(bench: RepositoryFixture) -> None:
    publish(bench)
    (first,) = bench.issue("Your path").comments
    copies = [bench.comment("Your path", first.body, by="stranger") for _ in range(2)]
    found = bench.edges.comments(bench.issue("Your path").number)
    assert [comment.id for comment in found] == [first.id, *(copy.id for copy in copies)]
    assert list(duplicate_comments(found[1:], {}, {first.user.id})) == []
