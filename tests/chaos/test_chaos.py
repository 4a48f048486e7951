"""Histories of faults, races and edits by anybody: afterwards one run puts everything right.

A small fixed share of `make chaos`. What once went wrong stands beside the code it was in, as
tests/sync/test_races.py and tests/planning/test_duplicate_issues.py.
"""

import pytest
from chaos import actions, table
from chaos.actions import Act, ConcurrentRuns, Run
from chaos.in_memory_http import InMemoryHttp, edges
from chaos.invariants import Verdict
from chaos.scenario import Scenario
from chaos.state_machine import LearnerStateMachine, play
from chaos.table import Share
from hypothesis.internal.conjecture.providers import HypothesisProvider

from bot.errors import LockedError


@pytest.mark.parametrize("number", [0, 1])
def test_after_a_history_one_run_puts_everything_right(number: int) -> None:
    share = Share(number, histories=4)
    total = table.one(share)
    assert total.violations == 0, table.smallest(share)
    assert (total.histories, total.steps) == (4, 160)


def test_the_same_number_is_the_same_histories() -> None:
    first, again, other = (table.one(Share(n, histories=1, steps=8)) for n in (7, 7, 8))
    assert first == again != other


def test_chance_alone_chooses_what_a_history_is_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis' own choice would leave whole rules out, and use what code is loaded."""
    monkeypatch.setattr(Scenario, "run", lambda *_: False)
    monkeypatch.setattr(Scenario, "two", lambda *_: None)
    seen: list[set[str]] = []

    class Listening(LearnerStateMachine):
        def does(self, act: Act) -> None:
            self.learner.text[len(self.learner.text)] = act.name

        def end(self) -> Verdict:
            seen.append(set(self.learner.text.values()))
            return Verdict()

    play(Listening, 0, histories=3, steps=100)
    _simplest, *by_chance = seen
    for acts in by_chance:
        assert all(acts & set(group) for group in actions.GROUPS)
    assert callable(HypothesisProvider._maybe_draw_constant), "what `_ByChance` replaces"


def test_the_numbers_of_histories_are_shared_out() -> None:
    found = list(table.shares(1, 25, 8))
    assert [share.histories for share in found] == [10, 10, 5]
    assert found[:2] == list(table.shares(1, 20, 8))
    assert {s.number for s in found}.isdisjoint(s.number for s in table.shares(0, 5000, 8))


def test_two_first_runs_at_once_leave_one_issue_of_each() -> None:
    state = LearnerStateMachine()
    state.begin(app=False, place="comment", first=ConcurrentRuns(Run(), Run(), turns=(2, 1, 3)))
    assert state.end().violations == []


def test_a_long_silence_is_made_good_by_as_many_runs_as_it_needs() -> None:
    state = LearnerStateMachine()
    state.begin(app=False, place="comment", first=Run())
    state.wait(24 * 7 * 20)
    assert state.end().violations == []


def test_a_command_that_is_edited_before_it_is_heard_is_the_last_word() -> None:
    state = LearnerStateMachine()
    state.begin(app=False, place="comment", first=Run())
    for text in ("/done", "/reopen"):
        state.learner._comment(state.scenario.repository.issues[3], text)
        state.wait(1)
    state.comment(Act("edit_comment", 0))
    state.teardown()
    assert state.scenario.repository.issues[3].state == "closed"


class TestTheWitness:
    """It notices what it is there for."""

    @pytest.fixture
    def under_way(self) -> LearnerStateMachine:
        play = LearnerStateMachine()
        play.begin(app=False, place="comment", first=Run())
        return play

    def test_a_doubled_issue(self, under_way: LearnerStateMachine) -> None:
        home = under_way.scenario.repository
        home.issues[2].body = home.issues[3].body
        home.issues[2].user = under_way.scenario.world.add_user("somebody")
        assert under_way.end().duplicates

    def test_a_lost_edit(self, under_way: LearnerStateMachine) -> None:
        under_way.write(Act("title", 5))
        for issue in under_way.scenario.repository.issues.values():
            issue.title = "Not that"
        assert under_way.end().lost_edits

    def test_lost_work(self, under_way: LearnerStateMachine) -> None:
        under_way.finish(Act("close", 2))
        for issue in under_way.scenario.repository.issues.values():
            issue.state = "open"
        assert under_way.end().lost_work

    def test_a_missing_summary(self, under_way: LearnerStateMachine) -> None:
        under_way.wait(200)
        under_way.run(Run())
        for issue in under_way.scenario.repository.issues.values():
            issue.comments.clear()
        assert under_way.end().summaries

    def test_a_look_at_an_issue_that_went_elsewhere(self, under_way: LearnerStateMachine) -> None:
        under_way.remove(Act("transfer", 2))
        assert under_way.end().elsewhere == []
        reader, _ = edges(InMemoryHttp(under_way.scenario.engine), repository="learner/elsewhere")
        reader.issue(1)
        assert under_way.end().elsewhere == ["GET /repos/learner/elsewhere/issues/1"]

    def test_a_change_of_an_issue_that_went_elsewhere(self, under_way: LearnerStateMachine) -> None:
        under_way.remove(Act("transfer", 2))
        under_way.scenario.elsewhere.issues[1].comments.clear()
        under_way.scenario.elsewhere.issues[1].state = "closed"
        assert under_way.end().elsewhere == ["learner/elsewhere is not as the learner left it"]

    def test_what_is_left_to_do(
        self, under_way: LearnerStateMachine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Scenario, "calm_run", lambda _: [])
        under_way.scenario.how["label_prefix"] = "mp "
        assert under_way.end().unsettled

    def test_an_error_of_ours(
        self, under_way: LearnerStateMachine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> None:
            raise ZeroDivisionError

        with monkeypatch.context() as patched:
            patched.setattr("bot.sync.reconcile.run_commands", broken)
            under_way.sync(Run())
        assert under_way.end().errors == ["ZeroDivisionError: "]

    def test_a_run_that_one_thing_stopped(
        self, under_way: LearnerStateMachine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(*_: object) -> None:
            raise LockedError("The conversation is locked.")

        with monkeypatch.context() as patched:
            patched.setattr("bot.sync.reconcile.run_commands", refused)
            under_way.sync(Run())
        verdict = under_way.end()
        assert (verdict.stops, verdict.errors) == (["The conversation is locked."], [])


def test_a_failure_is_told_in_its_smallest_form_as_lines_to_paste(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Scenario, "run", lambda *_: False)
    monkeypatch.setattr(Scenario, "two", lambda *_: None)

    class Strict(LearnerStateMachine):
        """Nothing may be closed once it has a note."""

        noted = False
        closed = False

        def does(self, act: Act) -> None:
            self.noted |= act.name == "note"
            self.closed |= self.noted and act.name == "close"

        def end(self) -> Verdict:
            return Verdict(lost_edits=["the note"] if self.closed else [])

    with pytest.raises(AssertionError, match="lost_edits: the note") as caught:
        play(Strict, 1, histories=30, steps=20)
    first = "Run(kind='sync', faults=(), meanwhile=(), warm=True, behind=0, other=False)"
    setup = "Setup(zone='UTC', day='monday', early=0, publish=False, pulls=False, private=False)"
    assert table.reported(caught.value).splitlines()[-5:] == [
        "state = Strict()",
        f"state.begin(app=False, place='comment', first={first}, setup={setup})",
        "state.write(act=Act(name='note', number=0))",
        "state.finish(act=Act(name='close', number=0))",
        "state.teardown()",
    ]


def test_the_table_counts() -> None:
    total = table.one(Share(3, histories=2, steps=3))
    total += table.one(Share(4, histories=1, steps=3))
    assert total.violations == 0
    assert "| histories | 3 |" in total.table()
    assert "| steps | 9 |" in total.table()
    assert "| lost work | 0 |" in total.table()
    assert "| stopped by one thing | 0 |" in total.table()
    total.blame(Share(3, 1), Verdict(lost_work=["#3"]))
    assert "| violations | 1 |" in total.table()
    assert total.failed == [(Share(3, 1), ["lost_work: #3"])]
