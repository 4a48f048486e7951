"""What once was lost under faults and races, found by `make chaos` and made small."""

from chaos.actions import Act, Change, ConcurrentChange, ConcurrentRuns, Fault, Run
from chaos.state_machine import LearnerStateMachine

from github_sandbox.state import comments

COMMANDS = {"/done": 1, "/reopen": 3, "/move": 6}


def started(first: Run | ConcurrentRuns) -> LearnerStateMachine:
    """A history that begins so."""
    play = LearnerStateMachine()
    play.begin(app=False, place="comment", first=first)
    return play


def after(first: Run | ConcurrentRuns, *steps: Act | Change | Run | int) -> list[str]:
    """What is wrong after these steps and one run that nothing disturbs; a number is hours."""
    play = started(first)
    for step in steps:
        match step:
            case Act():
                play.does(step)
            case Change():
                play.maintain(step)
            case Run():
                play.run(step)
            case int():
                play.wait(step)
    return play.end().violations


def test_words_wait_while_the_summary_issue_is_missing() -> None:
    text = Act("command", COMMANDS["/reopen"])
    assert after(Run(), Act("summary_delete", 0), text) == []
    assert after(Run(), Act("summary_delete", 0), text, 170) == []


def test_a_close_by_hand_is_newer_than_a_command_before_it() -> None:
    assert after(Run(), Act("command", COMMANDS["/reopen"]), *(Act("close", 3),) * 6) == []


def test_a_close_by_hand_is_newer_also_where_a_command_had_closed_before() -> None:
    done, again = Act("command", COMMANDS["/done"]), Act("command", 288 + COMMANDS["/reopen"])
    assert after(Run(), done, Run(), again, Act("reopen", 0), Act("close", 1)) == []
    assert after(Run(), done, Run(), again) == []


def test_one_run_is_enough_after_a_week_of_silence_and_a_command() -> None:
    assert after(Run(), Act("comment", 5), 170) == []


def test_what_is_changed_between_reading_and_writing_stays() -> None:
    for name in ("note", "wear", "move", "tick", "milestone_note"):
        meanwhile = (ConcurrentChange(5, Act(name, 1)), ConcurrentChange(8, Act(name, 2)))
        steps = (Run(), Change("path", 5), Change("pace", 4), Run(meanwhile=meanwhile))
        assert after(*steps) == [], name


def test_a_label_that_took_the_name_of_one_of_ours_stays() -> None:
    for number, at in ((0, 3), (0, 15), (1, 9), (2, 6)):
        meanwhile = (ConcurrentChange(at, Act("label_taken", number)),)
        assert after(Run(), Change("prefix", 1), Run(meanwhile=meanwhile)) == [], (number, at)


def test_the_summary_issue_is_not_written_over_at_the_end_of_the_first_run() -> None:
    for name in ("note", "title", "wear"):
        assert after(Run(meanwhile=(ConcurrentChange(50, Act(name, 0)),))) == [], name


def test_two_first_runs_at_once_where_one_dies() -> None:
    dies = Run(faults=(Fault("kill-after", 30, "write"),))
    for turns in ((1,), (2, 1)):
        assert after(ConcurrentRuns(dies, Run(), turns)) == []


def test_an_answer_that_two_runs_gave_is_taken_back_once() -> None:
    play = started(Run())
    play.does(Act("comment", 4))
    play.run(Run())
    (answer,) = play.scenario.repository.issues[1].comments[1:]
    bot = play.scenario.world.actor()
    comments.create(
        play.scenario.world,
        bot,
        play.scenario.repository,
        play.scenario.repository.issues[1],
        {"body": answer.body},
    )
    assert play.end().violations == []
    assert play.scenario.repository.issues[1].comments[1:] == [answer]
