"""Histories of faults, races and edits by anybody: afterwards one run puts everything right.

A small fixed share of `make chaos`. What once went wrong stands beside the code it was in, as
tests/usecases/test_races.py and tests/planning/test_twins.py.
"""

import pytest
from chaos.play import Play, play
from chaos.shrink import shrink
from chaos.story import Act, History, Run, Two, history
from chaos.table import Sum, number_of

SEED = 0
SHARE = 8


@pytest.mark.parametrize("n", range(SHARE))
def test_after_a_history_one_run_puts_everything_right(n: int) -> None:
    verdict, tally = play(history(number_of(SEED, n)))
    assert verdict.violations == []
    assert tally.steps == 40


def test_the_same_seed_is_the_same_history() -> None:
    assert history(7) == history(7) != history(8)
    first, again = (play(history(7))[1] for _ in range(2))
    assert first == again


def test_two_first_runs_at_once_leave_one_issue_of_each() -> None:
    verdict, _ = play(History((Two(Run(), Run(), seed=3, switching=90),)))
    assert verdict.violations == []


class TestTheWitness:
    """It notices what it is there for."""

    @pytest.fixture
    def under_way(self) -> Play:
        play = Play()
        play.step(Run())
        return play

    def test_a_doubled_issue(self, under_way: Play) -> None:
        home = under_way.house.repository
        home.issues[2].body = home.issues[3].body
        home.issues[2].user = under_way.house.world.add_user("somebody")
        assert under_way.end().duplicates

    def test_a_lost_edit(self, under_way: Play) -> None:
        under_way.step(Act("title", 5))
        for issue in under_way.house.repository.issues.values():
            issue.title = "Not that"
        assert under_way.end().lost_edits

    def test_lost_work(self, under_way: Play) -> None:
        under_way.step(Act("close", 2))
        for issue in under_way.house.repository.issues.values():
            issue.state = "open"
        assert under_way.end().lost_work

    def test_a_missing_summary(self, under_way: Play) -> None:
        under_way.house.later(200)
        under_way.step(Run())
        for issue in under_way.house.repository.issues.values():
            issue.comments.clear()
        assert under_way.end().summaries

    def test_an_error_of_ours(self, under_way: Play, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> None:
            raise ZeroDivisionError

        with monkeypatch.context() as patched:
            patched.setattr("bot.usecases.reconcile.obey", broken)
            under_way.step(Run())
        assert under_way.end().errors == ["ZeroDivisionError: "]


def test_a_failure_shrinks_to_what_matters() -> None:
    steps = tuple(Act(name, 1) for name in ("title", "note", "close", "tick", "wear"))

    def fails(candidate: History) -> bool:
        return Act("tick", 1) in candidate.steps

    assert shrink(History(steps), fails).steps == (Act("tick", 1),)


def test_the_table_counts() -> None:
    total = Sum()
    verdict, tally = play(History((Run(), Act("close", 1))))
    total.add(1, verdict, tally)
    assert total.violations == 0
    assert "| steps | 2 |" in total.table()
