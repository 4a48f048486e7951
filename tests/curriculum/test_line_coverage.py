"""Line coverage: each line with words on it once, in runs that blank lines join."""

from bot.curriculum.importer import GuideLine, LinePlacement
from bot.curriculum.importer.blocks import Block
from bot.curriculum.importer.line_coverage import LineCoverage


def test_blank_lines_inside_a_run_go_with_it_and_the_last_word_counts() -> None:
    coverage = LineCoverage("a\n\nb\nc\n\nd \ne")
    coverage.place_lines(1, 3, "tasks")
    coverage.place_lines(3, 4, "goals")
    coverage.mark_unplaced("no words for it", Block("text", 6, 7))
    coverage.mark_unplaced("too late", Block("text", 7, 7))
    assert coverage.placed() == (
        LinePlacement(first=1, last=1, became="tasks"),
        LinePlacement(first=3, last=4, became="goals"),
    )
    assert coverage.unplaced() == (
        GuideLine(number=6, text="d", why="no words for it"),
        GuideLine(number=7, text="e", why="no words for it"),
    )
    coverage.place_lines(1, 9, "tasks")
    assert coverage.placed() == (LinePlacement(first=1, last=7, became="tasks"),)
    assert coverage.unplaced() == ()
