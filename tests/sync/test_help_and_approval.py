"""A learner asks for help by a command or a label, and a mentor approves by a comment."""

from datetime import date, timedelta

import pytest
from planning.paths import SMALL
from repository_fixture import RepositoryFixture, settings
from sync.command_runs import Run, labels, marks, seed

from bot.progress.command_log import AcceptedCommand
from bot.progress.commands.approve import Approve
from bot.progress.commands.help_me import HelpMe, HelpOver
from bot.progress.learner_history import HelpWanted
from bot.progress.path import LearningPath
from bot.progress.progress import WorkState
from bot.reports.cohort import HelpRequest, member
from bot.settings import Settings
from bot.sync.evidence import gather

MENTORED = settings(mentors=["Mona", "learner"])
KEY = "task:read-the-tutorial"
BLOCKED = "status: blocked"


@pytest.fixture
def bench() -> RepositoryFixture:
    made = RepositoryFixture()
    seed(made, SMALL, MENTORED)
    seed(made, SMALL, MENTORED)
    return made


@pytest.fixture
def run(bench: RepositoryFixture) -> Run:
    return Run(bench, SMALL, MENTORED)


def path(run: Run) -> LearningPath:
    return LearningPath.read(SMALL, run.how, run.bench.edges.snapshot(), run.now)


def noted(run: Run) -> tuple[AcceptedCommand, ...]:
    return gather(path(run), run.bench.edges, ())


def asking(run: Run) -> tuple[HelpRequest, ...]:
    return member(path(run)).asking


def test_help_me_puts_the_label_on_and_words_and_day_into_the_table(
    bench: RepositoryFixture, run: Run
) -> None:
    text = bench.comment("Read", "/help-me what is a *pod*?")
    run()
    assert BLOCKED in labels(bench, "Read")
    assert (marks(text), run.replies("Read")) == (["rocket"], [])
    (request,) = asking(run)
    assert (request.words, request.since) == ("what is a *pod*?", date(2026, 1, 5))
    assert request.number == bench.issue("Read").number
    # The label says what is logged already; nothing is to be noted.
    assert (noted(run), run()) == ((), ())


@pytest.mark.parametrize("by", ["label", "closing"])
def test_a_request_is_over_with_its_label_or_its_issue(
    bench: RepositoryFixture, run: Run, by: str
) -> None:
    bench.comment("Read", "/help-me what is a pod?")
    run()
    if by == "label":
        bench.edit("Read", labels=[])
    else:
        bench.close("Read")
    assert asking(run) == ()
    assert [one.command for one in noted(run)] == [HelpOver()]
    run(*noted(run))
    assert (run.life().help_wanted, noted(run)) == ({}, ())


def test_done_ends_it(bench: RepositoryFixture, run: Run) -> None:
    bench.comment("Read", "/help-me /done")
    run()
    assert (BLOCKED in labels(bench, "Read"), asking(run)) == (False, ())


def test_a_label_alone_is_dated_by_the_first_run_that_sees_it(
    bench: RepositoryFixture, run: Run
) -> None:
    bench.edit("Read", labels=[BLOCKED])
    assert [one.since for one in asking(run)] == [None]
    run(*noted(run))
    assert run.life().help_wanted == {KEY: HelpWanted(day=date(2026, 1, 5))}
    run.now += timedelta(days=3)
    assert (noted(run), [one.since for one in asking(run)]) == ((), [date(2026, 1, 5)])


def test_who_asks_again_waits_since_then(bench: RepositoryFixture, run: Run) -> None:
    bench.edit("Read", labels=[BLOCKED])
    run(*noted(run))
    bench.edit("Read", labels=[])
    run(*noted(run))
    run.now += timedelta(days=9)
    bench.edit("Read", labels=[BLOCKED])
    run(*noted(run))
    assert [one.since for one in asking(run)] == [date(2026, 1, 14)]


def test_without_the_label_in_the_repository_the_log_alone_says_so(
    bench: RepositoryFixture, run: Run
) -> None:
    bench.delete_label(BLOCKED)
    bench.comment("Read", "/help-me")
    run()
    assert ([one.number for one in asking(run)], noted(run)) == ([bench.issue("Read").number], ())
    bench.close("Read")
    assert (asking(run), [one.command for one in noted(run)]) == ((), [HelpOver()])


def test_help_can_be_asked_for_at_large(bench: RepositoryFixture, run: Run) -> None:
    bench.comment("Your path", "/help-me where do I begin?")
    run()
    assert [one.words for one in asking(run)] == ["where do I begin?"]
    assert run.remembered("Your path") == [HelpMe(words="where do I begin?")]


def test_a_mentor_approves_without_the_right_to_write(bench: RepositoryFixture, run: Run) -> None:
    bench.close("Read")
    text = bench.comment("Read", "Well done.\n\n/approve", by="mona")
    run()
    (read,) = [work for work in path(run).progress.work if work.key == KEY]
    assert (read.state, read.attested_by) == (WorkState.ATTESTED, "mona")
    assert (marks(text), run.replies("Read")) == (["rocket"], [])
    assert member(path(run)).awaiting == 0
    assert run() == ()


def test_an_approval_before_the_issue_is_closed_counts_then(
    bench: RepositoryFixture, run: Run
) -> None:
    bench.comment("Read", "/approve", by="mona")
    run()
    bench.close("Read")
    (read,) = [work for work in path(run).progress.work if work.key == KEY]
    assert read.state is WorkState.ATTESTED


def test_an_edited_comment_takes_the_approval_back(bench: RepositoryFixture, run: Run) -> None:
    text = bench.comment("Read", "/approve", by="mona")
    run()
    assert run.remembered("Read") == [Approve()]
    text.body, text.updated_at = "Not yet.", run.now + timedelta(hours=1)
    run()
    assert run.remembered("Read") == []


@pytest.mark.parametrize(
    ("words", "by", "how"),
    [
        ("/approve", "stranger", MENTORED),
        ("/approve", "mona", settings()),
        ("/done", "mona", MENTORED),
        ("/log 3h", "mona", MENTORED),
    ],
)
def test_nothing_else_of_a_mentor_counts_and_nothing_of_strangers(
    bench: RepositoryFixture, words: str, by: str, how: Settings
) -> None:
    run = Run(bench, SMALL, how)
    text = bench.comment("Read", words, by=by)
    assert run() == ()
    assert marks(text) == []


def test_nobody_approves_their_own_work(bench: RepositoryFixture, run: Run) -> None:
    text = bench.comment("Read", "/approve")
    run()
    assert (run.remembered("Read"), marks(text)) == ([], ["confused"])
    (reply,) = run.replies("Read")
    assert "Only mentors whom the settings name" in reply
