"""What was asked for in comments happens once, whatever is repeated, cut off or out of order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import writes
from builders import curriculum
from planning.paths import SMALL
from repository_fixture import RepositoryFixture
from repository_fixture import settings as config
from sync.command_runs import Run, labels, marks, seed

from bot.curriculum.load import from_catalog
from bot.planning.changes import CreateIssue, React, UpdateIssue
from bot.planning.marker import find, safe_json
from bot.planning.observed_state import observe
from bot.progress.command import Command
from bot.progress.command_log import AcceptedCommand, find_log
from bot.progress.commands.choose import Choose
from bot.progress.commands.done import Done, Reopen
from bot.progress.commands.evidence import Attested, Evidenced
from bot.progress.commands.log import Log
from bot.progress.commands.open import OpenUnit
from bot.progress.commands.optional import DropOptional
from bot.progress.commands.pause import PauseUntil, Resume
from bot.progress.commands.rate import Rate
from bot.progress.commands.replan import Replan
from bot.progress.commands.skip import Skip
from bot.progress.commands.start import Start
from bot.progress.path import LearningPath
from bot.sync.comment_inbox import CommentInbox, read_inbox
from bot.sync.run_commands import run_commands
from github_sandbox.state import comments
from github_sandbox.state.objects import Comment

GUIDE = from_catalog("devops-to-mlops")


@pytest.fixture
def bench() -> RepositoryFixture:
    made = RepositoryFixture()
    seed(made, SMALL)
    seed(made, SMALL)
    return made


@pytest.fixture
def run(bench: RepositoryFixture) -> Run:
    return Run(bench, SMALL)


def press(bench: RepositoryFixture, title: str, command: Command | str) -> None:
    """Ticks a button that stands in our region of an issue."""
    json = command if isinstance(command, str) else safe_json(command.stored())
    body = bench.issue(title).body or ""
    line = f"- [x] Do it <!-- milepost:press {json} -->"
    bench.edit(title, body=body.replace("<!-- milepost:end", f"{line}\n<!-- milepost:end", 1))


def test_hours_are_kept_in_the_issue_they_were_spent_on(bench: RepositoryFixture, run: Run) -> None:
    text = bench.comment("Read", "/log 2h30m the first chapter")
    (change, mark) = run()
    assert isinstance(change, UpdateIssue)
    assert (change.fields, change.why) == (
        ("memory",),
        "/log 2h30m the first chapter by learner",
    )
    assert isinstance(mark, React)
    assert run.remembered("Read") == [Log(hours=2.5, note="the first chapter")]
    assert marks(text) == ["rocket"]
    assert run.replies("Read") == []


def test_done_closes_and_takes_the_status_off(bench: RepositoryFixture, run: Run) -> None:
    bench.edit("Read", labels=["status: in progress", "status: blocked", "mine"])
    bench.comment("Read", "/done")
    run()
    issue = bench.issue("Read")
    assert (issue.state, issue.state_reason) == ("closed", "completed")
    assert labels(bench, "Read") == {"mine"}


def test_done_said_before_midnight_counts_on_that_day_of_the_learners(
    bench: RepositoryFixture, run: Run
) -> None:
    run.how = config(timezone="America/New_York")
    text = bench.comment("Read", "/done")
    sunday = datetime(2026, 1, 12, 4, 50, tzinfo=UTC)  # ten to midnight where the learner is
    text.birth, text.updated_at = replace(text.birth, at=sunday), sunday
    bench.comment("Write", "/log 1h")
    run()
    bench.close("Write")
    monday = datetime(2026, 1, 12, 14, tzinfo=UTC)
    for title in ("Read", "Write"):
        bench.issue(title).closed_at = monday
    progress = LearningPath.read(SMALL, run.how, bench.edges.snapshot(), monday).progress
    days = {work.title: work.closed_on for work in progress.work if work.finished}
    assert {title.split()[0]: str(day) for title, day in days.items()} == {
        "Read": "2026-01-11",
        "Write": "2026-01-12",
    }


@pytest.mark.parametrize(
    ("command", "state", "reason"),
    [
        ("/done", "closed", "completed"),
        ("/credit", "closed", "completed"),
        ("/skip too easy", "closed", "not_planned"),
    ],
)
def test_what_the_learner_closed_stays_closed(
    bench: RepositoryFixture, run: Run, command: str, state: str, reason: str
) -> None:
    bench.comment("Read", command)
    run()
    assert (bench.issue("Read").state, bench.issue("Read").state_reason) == (state, reason)
    assert seed(bench, SMALL).empty
    assert (bench.issue("Read").state, bench.issue("Read").state_reason) == (state, reason)


def test_what_was_skipped_can_be_done_after_all(bench: RepositoryFixture, run: Run) -> None:
    bench.close("Read", "not_planned")
    bench.comment("Read", "/done")
    run()
    assert (bench.issue("Read").state, bench.issue("Read").state_reason) == ("closed", "completed")


def test_why_something_was_skipped_is_kept(bench: RepositoryFixture, run: Run) -> None:
    bench.comment("Read", "/skip I wrote it")
    run()
    (entry,) = find_log(bench.issue("Read").body or "").entries
    assert entry.command == Skip(why="I wrote it")


def test_reopen_opens_and_the_next_plan_agrees(bench: RepositoryFixture, run: Run) -> None:
    bench.close("Read")
    bench.comment("Read", "/reopen")
    run()
    assert bench.issue("Read").state_reason == "reopened"
    seed(bench, SMALL)
    assert bench.issue("Read").state == "open"
    assert seed(bench, SMALL).empty


def test_a_close_by_hand_is_newer_than_an_older_command_whoever_closed_first(
    bench: RepositoryFixture,
) -> None:
    class Whole(Run):
        def inbox(self) -> CommentInbox:
            return read_inbox(bench.edges, observe(bench.edges.snapshot()))

    run = Whole(bench, SMALL)

    def set_state(state: str) -> None:
        bench.world.clock.advance(timedelta(hours=1))
        bench.edit("Read", state=state)

    for first in ("open", "closed"):
        set_state(first)
        bench.comment("Read", "/done")
        run()
        assert bench.issue("Read").state == "closed"
        for text in ("/skip no", "/reopen"):
            bench.world.clock.advance(timedelta(hours=1))
            bench.comment("Read", text)
        set_state("open")
        set_state("closed")
        run()
        assert (bench.issue("Read").state, bench.issue("Read").state_reason) == (
            "closed",
            "completed",
        ), first


def test_what_left_the_plan_stays_open_when_it_was_reopened(bench: RepositoryFixture) -> None:
    without = curriculum("Phase: Foundations\nMonth 1: Basics\nWeek 1: First steps\n- Other (1h)")
    seed(bench, without)
    assert bench.issue("Read").state_reason == "not_planned"
    bench.comment("Read", "/reopen")
    Run(bench, without)()
    seed(bench, without)
    assert bench.issue("Read").state == "open"


def test_start_puts_the_label_on_by_its_name_here(bench: RepositoryFixture, run: Run) -> None:
    bench.edit_label("status: in progress", new_name="doing")
    bench.comment("Read", "/start")
    run()
    assert "doing" in labels(bench, "Read")


def test_without_the_label_a_start_is_still_remembered(bench: RepositoryFixture, run: Run) -> None:
    bench.delete_label("status: in progress")
    before = labels(bench, "Read")
    bench.comment("Read", "/start")
    run()
    assert run.remembered("Read") == [Start()]
    assert labels(bench, "Read") == before


def test_what_concerns_the_path_is_kept_in_the_summary_issue(
    bench: RepositoryFixture, run: Run
) -> None:
    bench.comment("Read", "/pause until 2026-01-20\n/choose data\n/open month 2\n/drop optional")
    run()
    kinds = [command.do for command in run.remembered("Your path")]
    assert kinds == ["pause", "choose", "open", "drop-optional"]
    assert run.remembered("Read") == []
    assert run.life().choices == {"choose-your-way": "data"}


def test_a_choice_is_kept_where_it_was_made(bench: RepositoryFixture, run: Run) -> None:
    bench.comment("Choose your way", "/choose B")
    run()
    assert [command.do for command in run.remembered("Choose your way")] == ["choose"]


def test_hours_on_an_issue_that_is_not_ours_are_kept_in_the_summary(
    bench: RepositoryFixture, run: Run
) -> None:
    number = bench.edges.write(writes.create_issue("A thought", body="")).number
    assert bench.issue("A thought").number == number
    bench.comment("A thought", "/log 1h")
    run()
    assert run.remembered("Your path") == [Log(hours=1)]
    assert run.life().logged[0].key is None


def test_a_pause_can_be_asked_for_and_ended_in_one_comment(
    bench: RepositoryFixture, run: Run
) -> None:
    bench.comment("Your path", "/pause 2 weeks\n/resume")
    run()
    assert [command.do for command in run.remembered("Your path")] == ["pause", "resume"]
    assert run.life().pauses == ()


def test_strangers_and_bots_make_us_neither_write_nor_talk(
    bench: RepositoryFixture, run: Run
) -> None:
    bench.comment("Read", "/done\n/help\n/doone", by="stranger")
    bench.world.add_user("helper[bot]", kind="Bot")
    actor = bench.world.actor("helper[bot]")
    comments.create(bench.world, actor, bench.repository, bench.issue("Read"), {"body": "/done"})
    run.writers.add(actor.user.id)
    assert run() == ()


def test_who_may_write_is_obeyed_under_any_name(bench: RepositoryFixture, run: Run) -> None:
    run.writers.add(bench.comment("Read", "/done", by="Ada").user.id)
    bench.world.users["ada"].login = "Countess"
    run()
    assert bench.issue("Read").state == "closed"


def test_a_comment_of_ours_is_never_read_for_commands(bench: RepositoryFixture, run: Run) -> None:
    bench.comment("Read", '/done\n<!-- milepost:end {"key":"x:y","title":"","body":""} -->')
    assert run() == ()


def edit(bench: RepositoryFixture, comment: Comment, text: str) -> None:
    bench.world.clock.advance(timedelta(minutes=5))
    comments.edit(bench.world, bench.learner, bench.repository, comment, {"body": text})


@pytest.mark.parametrize("text", ["/done", "/pause 2 weeks", "/log much", "/rate sql 4"])
def test_an_edit_that_says_something_else_leaves_what_was_logged(
    bench: RepositoryFixture, run: Run, text: str
) -> None:
    comment = bench.comment("Read", "/log 1h")
    run()
    edit(bench, comment, text)
    assert run() == ()


def test_an_edited_comment_corrects_hours_and_leaves_other_commands(
    bench: RepositoryFixture, run: Run
) -> None:
    comment = bench.comment("Read", "/log 1h\n/done\n/log 3h slides")
    run()
    bench.edit("Read", state="open")
    edit(bench, comment, "/log 2h\n/skip")
    (change,) = run()
    assert (change.op, bench.issue("Read").state) == ("update-issue", "open")
    assert run.remembered("Read") == [Log(hours=2), Done()]
    assert marks(comment) == ["rocket"]
    assert run() == ()


def test_hours_are_taken_back_where_an_edit_takes_the_command_out(
    bench: RepositoryFixture, run: Run
) -> None:
    comment = bench.comment("Read", "/log 1h")
    run()
    edit(bench, comment, "of no use")
    run()
    assert run.remembered("Read") == []
    assert run() == ()


def test_an_edit_moves_no_date_that_was_reckoned_before(bench: RepositoryFixture, run: Run) -> None:
    comment = bench.comment("Your path", "/pause 2 weeks")
    run()
    edit(bench, comment, "/pause 3 weeks")
    assert run() == ()


def test_revert_takes_back_the_newest_command_of_its_author(
    bench: RepositoryFixture, run: Run
) -> None:
    bench.comment("Read", "/log 2h")
    bench.comment("Your path", "/pause 2 weeks")
    run.writers.add(bench.world.add_user("mona").id)
    bench.comment("Write", "/log 9h", by="mona")
    run()
    bench.world.clock.advance(timedelta(minutes=5))
    bench.comment("Write", "/revert")
    run()
    assert [entry.hours for entry in run.life().logged] == [2, 9]
    assert run.life().pauses == ()
    assert "/pause until 2026-01-18" in run.replies("Write")[0]
    bench.world.clock.advance(timedelta(minutes=5))
    bench.comment("Write", "/log 1h /revert /revert")
    run()
    assert [entry.hours for entry in run.life().logged] == [9]
    bench.world.clock.advance(timedelta(minutes=5))
    bench.comment("Write", "/revert")
    run()
    assert "You have no command to undo." in run.replies("Write")[-1]


@pytest.mark.parametrize(
    ("command", "way"), [("/done", "write `/reopen` on its issue"), ("/start", "remove its label")]
)
def test_revert_says_how_to_take_back_what_an_issue_shows(
    bench: RepositoryFixture, run: Run, command: str, way: str
) -> None:
    bench.comment("Read", command)
    run()
    bench.world.clock.advance(timedelta(minutes=5))
    bench.comment("Read", "/revert")
    run()
    assert way in run.replies("Read")[-1]


def test_minus_takes_hours_back_from_the_newest_and_never_more_than_there_were(
    bench: RepositoryFixture, run: Run
) -> None:
    bench.comment("Read", "/log 2h on 2026-01-02")
    bench.comment("Read", "/log 1h")
    bench.comment("Write", "/log 4h")
    bench.comment("Read", "/log -1h30m")
    run()
    found = {(str(entry.day), entry.hours) for entry in run.life().logged}
    assert found == {("2026-01-02", 1.5), ("2026-01-05", 4)}
    bench.comment("Read", "/log -20h")
    run()
    assert [entry.hours for entry in run.life().logged] == [4]
    bench.comment("Read", "/log 1h")
    run()
    assert sum(entry.hours for entry in run.life().logged) == 5


def test_a_lost_mark_is_set_again_and_nothing_else(bench: RepositoryFixture, run: Run) -> None:
    text = bench.comment("Read", "/log 1h\n/doone")
    run()
    text.reactions.clear()
    assert [change.op for change in run()] == ["react"]
    assert run.remembered("Read") == [Log(hours=1)]
    assert len(run.replies("Read")) == 1


def test_what_was_obeyed_is_not_judged_again(bench: RepositoryFixture, run: Run) -> None:
    bench.comment("Your path", "/pause 2 weeks")
    run()
    text = bench.comment("Your path", "/resume")
    run()
    text.reactions.clear()
    run()
    assert marks(text) == ["rocket"]


def test_a_mistyped_command_is_answered_and_the_rest_obeyed(
    bench: RepositoryFixture, run: Run
) -> None:
    text = bench.comment("Read", "/log 1h\n/doone")
    run()
    assert marks(text) == ["confused"]
    assert run.remembered("Read") == [Log(hours=1)]
    (reply,) = run.replies("Read")
    assert "`/doone` · Did you mean `/done`?" in reply


def test_a_reply_cannot_be_made_to_say_more_than_text(bench: RepositoryFixture, run: Run) -> None:
    bench.comment("Read", "/rate `@bob` <b>#3</b> <!-- milepost:end {} --> 9\n/choose `@bob")
    run()
    (reply,) = run.replies("Read")
    found = find(reply)
    assert found
    assert "@bob" not in reply
    assert "#3" not in reply
    assert "<b>" not in reply
    assert reply.count("milepost:end") == 1


def test_more_than_ten_commands_are_refused_in_one_reply(
    bench: RepositoryFixture, run: Run
) -> None:
    bench.comment("Read", "/log 1h\n" * 14)
    run()
    assert len(run.remembered("Read")) == 10
    assert len(run.replies("Read")) == 1


def test_without_the_summary_issue_the_path_s_commands_wait(
    bench: RepositoryFixture, run: Run
) -> None:
    bench.delete("Your path")
    bench.comment("Read", "/drop optional")
    assert run() == ()


def test_optional_tasks_can_be_dropped_and_kept_again(bench: RepositoryFixture, run: Run) -> None:
    bench.comment("Your path", "/drop optional")
    run()
    assert run.life().overrides.without_optional
    bench.comment("Your path", "/keep optional")
    run()
    assert not run.life().overrides.without_optional


def test_a_full_issue_says_so(bench: RepositoryFixture, run: Run) -> None:
    body = bench.issue("Read").body or ""
    bench.edit("Read", body=body + "\n" + "x" * (65_500 - len(body)))
    text = bench.comment("Read", "/done")
    run()
    assert bench.issue("Read").state == "open"
    assert marks(text) == ["confused"]


def test_a_log_takes_the_last_of_65536_characters_and_no_more() -> None:
    def done(length: int) -> str:
        """Return the text of an issue of that length after `/done` on it."""
        bench = RepositoryFixture()
        seed(bench, SMALL)
        body = bench.issue("Read").body or ""
        bench.edit("Read", body=body + "x" * (length - len(body)))
        bench.comment("Read", "/done")
        Run(bench, SMALL)()
        return bench.issue("Read").body or ""

    grown = len(done(5_000)) - 5_000
    assert len(done(65_536 - grown)) == 65_536
    assert len(done(65_537 - grown)) == 65_537 - grown


def test_a_journal_entry_becomes_a_closed_issue(bench: RepositoryFixture, run: Run) -> None:
    bench.comment("Read", "/journal Loops, at last.\n\nAsk @bob about <b>#3</b>.\n> quoted")
    made, closed, *_ = run()
    assert isinstance(made, CreateIssue)
    assert isinstance(closed, UpdateIssue)
    issue = bench.issue("Journal, 5 Jan 2026: Loops, at last.")
    assert (issue.state, issue.state_reason) == ("closed", "completed")
    assert "@bob" not in (issue.body or "")
    assert "> quoted" in (issue.body or "")
    assert run() == ()


def test_two_journal_entries_of_one_comment_are_two(bench: RepositoryFixture, run: Run) -> None:
    bench.comment("Read", "/journal one\n/log 1h\n/journal two")
    run()
    titles = [title for title in bench.titles("closed") if title.startswith("Journal")]
    assert titles == ["Journal, 5 Jan 2026: one", "Journal, 5 Jan 2026: two"]


def test_a_deleted_entry_is_not_made_again(bench: RepositoryFixture, run: Run) -> None:
    text = bench.comment("Read", "/journal one")
    run()
    seed(bench, SMALL)
    bench.delete("Journal")
    text.reactions.clear()
    assert [change.op for change in run()] == ["react"]


@pytest.mark.parametrize(
    "command",
    [
        OpenUnit(unit="your-way"),
        Replan(unit="second-steps"),
        PauseUntil(last=datetime(2026, 1, 11, tzinfo=UTC).date()),
        Resume(),
        Choose(choice="choose-your-way", option="web"),
        DropOptional(),
    ],
)
def test_a_button_is_obeyed_and_cleared(
    bench: RepositoryFixture, run: Run, command: Command
) -> None:
    press(bench, "Your path", command)
    (change,) = run()
    assert isinstance(change, UpdateIssue)
    assert change.fields == ("memory", "text")
    assert run.remembered("Your path") == [command]
    assert "- [ ] Do it <!-- milepost:press" in (bench.issue("Your path").body or "")
    assert run() == ()


@pytest.mark.parametrize(
    "command",
    [
        OpenUnit(unit="gone"),
        Choose(choice="choose-your-way", option="gone"),
        PauseUntil(last=datetime(2020, 1, 1, tzinfo=UTC).date()),
        Log(hours=3),
        Done(),
        "{not json}",
        '{"do":"fly"}',
    ],
)
def test_a_button_that_makes_no_sense_is_only_cleared(
    bench: RepositoryFixture, run: Run, command: Command | str
) -> None:
    press(bench, "Your path", command)
    run()
    assert run.remembered("Your path") == []
    assert run() == ()


def test_clearing_a_button_leaves_other_boxes_alone(bench: RepositoryFixture, run: Run) -> None:
    body = (bench.issue("Choose your way").body or "").replace(
        "<!-- milepost:end", "- [x] mine\n<!-- milepost:end", 1
    )
    bench.edit("Choose your way", body=body)
    press(bench, "Choose your way", Choose(choice="choose-your-way", option="web"))
    run()
    assert "- [x] mine" in (bench.issue("Choose your way").body or "")
    assert run.life().choices == {"choose-your-way": "web"}


def noted(command: Command, key: str = "task:read-the-tutorial") -> AcceptedCommand:
    at = datetime(2026, 1, 5, 10, tzinfo=UTC)
    return AcceptedCommand(command=command, key=key, at=at, by="milepost")


def test_what_was_found_is_noted_once(run: Run) -> None:
    found = Evidenced(kind="release", url="https://github.com/learner/x/releases/v1")
    again = found.model_copy(update={"title": "Another title"})
    assert len(run(noted(found), noted(Attested()))) == 1
    assert run(noted(again), noted(Attested())) == ()
    assert run.remembered("Read") == [found, Attested()]


def test_what_the_same_run_asks_for_twice_is_kept_once(run: Run) -> None:
    command = noted(Replan(unit="first-steps"), key="summary:summary")
    run(command)
    assert run(command) == ()


def test_a_remembered_comment_with_any_mark_is_left_alone(
    bench: RepositoryFixture, run: Run
) -> None:
    bench.comment("Read", "/log 1h")
    run()
    inbox = run.inbox().model_copy(update={"marked": frozenset()})
    path = LearningPath.read(SMALL, config(), bench.edges.snapshot(), run.now)
    assert run_commands(path, inbox, ()).last == ()


def test_a_deed_about_an_issue_that_is_gone_is_left_out(run: Run) -> None:
    assert run(noted(Attested(), key="task:gone")) == ()


def test_the_snapshot_is_as_it_will_be(bench: RepositoryFixture, run: Run) -> None:
    bench.comment("Read", "/done\n/log 1h")
    bench.comment("Install", "/start")
    promised = run.job().path.observed
    run()
    found = observe(bench.edges.snapshot())
    for key, ours in found.issues.items():
        reported = promised.issues[key].state
        for field in ("body", "state", "state_reason", "labels", "title"):
            assert getattr(reported, field) == getattr(ours.state, field), (key, field)
        assert (reported.closed_at is None) == (ours.state.closed_at is None)


def test_ratings_on_a_checkpoint_are_kept_there() -> None:
    bench = RepositoryFixture()
    seed(bench, GUIDE, config(ahead="all"), "2026-12-31")
    bench.comment("Three-month checkpoint", "/rate python 4")
    bench.comment("Your path", "/rate cloud 2")
    run = Run(bench, GUIDE, config(ahead="all"))
    run()
    assert run.remembered("Three-month checkpoint") == [Rate(skill="rated-python", value=4)]
    assert run.remembered("Your path") == [Rate(skill="rated-cloud", value=2)]


Act = Callable[[Run, Comment], None]


def deletes(run: Run, comment: Comment) -> None:
    comments.delete(run.bench.world, run.bench.learner, run.bench.repository, comment)
    run.deleted = {comment.id}


def deletes_without_an_event(run: Run, comment: Comment) -> None:
    deletes(run, comment)
    run.deleted.clear()


def corrects(run: Run, comment: Comment) -> None:
    edit(run.bench, comment, "/log 4h")


def corrects_without_a_right(run: Run, comment: Comment) -> None:
    corrects(run, comment)
    run.writers.clear()


@pytest.mark.parametrize("act", [deletes_without_an_event, corrects_without_a_right])
def test_what_nobody_took_back_stays_in_the_log(
    bench: RepositoryFixture, run: Run, act: Act
) -> None:
    comment = bench.comment("Read", "/log 1h")
    run()
    act(run, comment)
    assert run() == ()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/log 2h", []),
        ("/count people +3", []),
        ("/pause 2 weeks", []),
        ("/choose A", []),
        ("/log 2h\n/done", [Done()]),
        ("/start\n/log 2h", [Start()]),
        ("/reopen", [Reopen()]),
    ],
)
def test_a_deleted_comment_takes_back_what_does_not_show_on_an_issue(
    bench: RepositoryFixture, run: Run, text: str, left: list[Command]
) -> None:
    comment = bench.comment("Read", text)
    run()
    state = bench.issue("Read").state
    deletes(run, comment)
    run()
    titles = ("Read", "Your path", "Choose your way")
    assert [one for title in titles for one in run.remembered(title)] == left
    assert bench.issue("Read").state == state
    assert run() == ()


@pytest.mark.parametrize("act", [deletes, corrects])
def test_what_was_added_up_by_now_stays_when_one_of_its_comments_changes(
    bench: RepositoryFixture, run: Run, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    monkeypatch.setattr("bot.progress.command_log.ROOM", 100)
    bench.comment("Read", "/log 1h")
    comment = bench.comment("Read", "/log 2h")
    run()
    assert run.remembered("Read") == [Log(hours=3)]
    act(run, comment)
    assert run() == ()


def test_a_deleted_revert_lets_the_command_count_again(bench: RepositoryFixture, run: Run) -> None:
    bench.comment("Read", "/log 2h")
    run()
    comment = bench.comment("Read", "/revert")
    run()
    assert run.life().logged == ()
    deletes(run, comment)
    run()
    assert [entry.hours for entry in run.life().logged] == [2]
