"""A summary stands exactly once, whatever happens on the way."""

import pytest
from planning.paths import SMALL
from workbench import Workbench

from bot.errors import GitHubError, UncertainWriteError
from bot.planning.desired import SUMMARY_KEY
from bot.sandbox.state import comments
from bot.usecases.publish import Outcome, publish_once

KEY = "weekly:2026-W07"


@pytest.fixture
def bench() -> Workbench:
    made = Workbench()
    made.apply(SMALL)
    return made


def publish(bench: Workbench, text: str = "All well.", key: str = KEY) -> Outcome:
    return publish_once(
        key,
        text,
        bench.edges.snapshot(),
        reader=bench.edges,
        gateway=lambda: bench.edges,
        sleep=bench.waits.append,
    )


def posted(bench: Workbench) -> list[str]:
    return [comment.body for comment in bench.issue("Your path").comments]


def test_posted_once_and_then_left_alone(bench: Workbench) -> None:
    assert publish(bench) is Outcome.POSTED
    assert publish(bench, "Something else.") is Outcome.STANDS
    (body,) = posted(bench)
    assert "All well." in body
    assert publish(bench, key="weekly:2026-W08") is Outcome.POSTED
    assert len(posted(bench)) == 2


def test_a_closed_summary_issue_gets_none(bench: Workbench) -> None:
    bench.close("Your path")
    assert publish(bench) is Outcome.DECLINED
    assert posted(bench) == []


def test_without_a_summary_issue_apply_is_named() -> None:
    with pytest.raises(GitHubError, match="milepost apply"):
        publish(Workbench())


def test_a_strangers_copy_of_the_marker_hides_nothing(bench: Workbench) -> None:
    publish(bench)
    comment = bench.issue("Your path").comments[0]
    comment.user = bench.world.add_user("stranger")
    assert publish(bench) is Outcome.POSTED


@pytest.mark.parametrize("after", [True, False], ids=["after", "before"])
def test_a_lost_answer_makes_no_second_summary(bench: Workbench, after: bool) -> None:
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


def test_the_learners_comments_and_a_plan_stay_as_they_are(bench: Workbench) -> None:
    summary = bench.issue("Your path")
    comments.create(bench.world, bench.learner, bench.repository, summary, {"body": "Hello"})
    publish(bench)
    assert posted(bench)[0] == "Hello"
    assert bench.plan(SMALL).empty


def test_summaries_do_not_keep_an_undo_from_closing_the_summary_issue(bench: Workbench) -> None:
    publish(bench)
    assert SUMMARY_KEY not in {note.key for note in bench.undo().notes}
    assert bench.issue("Your path").state == "closed"
