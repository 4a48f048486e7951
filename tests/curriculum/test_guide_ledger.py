"""The account of a guide's lines: each with words on it once, in runs that blank lines join."""

from bot.curriculum.guide import Line, Placed
from bot.curriculum.guide.ledger import Ledger


def test_blank_lines_inside_a_run_go_with_it_and_the_last_word_counts() -> None:
    ledger = Ledger("a\n\nb\nc\n\nd \ne")
    ledger.place_lines(1, 3, "tasks")
    ledger.place_lines(3, 4, "goals")
    ledger.leave_lines(6, 7, "no words for it")
    ledger.leave_lines(7, 7, "too late")
    assert ledger.placed() == (
        Placed(first=1, last=1, became="tasks"),
        Placed(first=3, last=4, became="goals"),
    )
    assert ledger.unplaced() == (
        Line(number=6, text="d", why="no words for it"),
        Line(number=7, text="e", why="no words for it"),
    )
    ledger.place_lines(1, 9, "tasks")
    assert ledger.placed() == (Placed(first=1, last=7, became="tasks"),)
    assert ledger.unplaced() == ()
