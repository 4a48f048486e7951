"""The account of a guide's lines: each with words on it once, in runs that blank lines join."""

from bot.curriculum.importer import GuideLine, LinePlacement
from bot.curriculum.importer.line_coverage import LineCoverage


def test_blank_lines_inside_a_run_go_with_it_and_the_last_word_counts() -> None:
    ledger = LineCoverage("a\n\nb\nc\n\nd \ne")
    ledger.place_lines(1, 3, "tasks")
    ledger.place_lines(3, 4, "goals")
    ledger.mark_lines_unplaced(6, 7, "no words for it")
    ledger.mark_lines_unplaced(7, 7, "too late")
    assert ledger.placed() == (
        LinePlacement(first=1, last=1, became="tasks"),
        LinePlacement(first=3, last=4, became="goals"),
    )
    assert ledger.unplaced() == (
        GuideLine(number=6, text="d", why="no words for it"),
        GuideLine(number=7, text="e", why="no words for it"),
    )
    ledger.place_lines(1, 9, "tasks")
    assert ledger.placed() == (LinePlacement(first=1, last=7, became="tasks"),)
    assert ledger.unplaced() == ()
