"""Ticking a guide: the boxes of finished tasks, and not one byte beside them."""

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.curriculum.guide_ticks import tick_boxes
from bot.sync.file_sources import read_guide

GUIDES = Path(__file__).parent / "guides"
WHOLE = (GUIDES / "whole-guide.md").read_bytes()
READ = partial(read_guide, name="guide.md")
OPEN = [task.id for task in READ(WHOLE).tasks() if not task.done]
BOXED = frozenset(OPEN)
DONE = frozenset(READ(WHOLE).done())


def differing(before: bytes, after: bytes) -> list[tuple[bytes, bytes]]:
    pairs = zip(before.splitlines(keepends=True), after.splitlines(keepends=True), strict=True)
    return [(old, new) for old, new in pairs if old != new]


@settings(max_examples=15)  # each reads the guide twice
@given(st.sets(st.sampled_from(OPEN)))
def test_only_the_boxes_of_these_tasks_change(tasks: set[str]) -> None:
    after, ticked = tick_boxes(WHOLE, tasks, READ)
    changed = differing(WHOLE, after)
    assert ticked == tasks
    assert len(changed) == len(tasks)
    assert all(new == old.replace(b"[ ]", b"[x]", 1) for old, new in changed)
    assert set(READ(after).done()) == {*DONE, *tasks}


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_the_mark_of_utf_8_stay(end: bytes, mark: bytes) -> None:
    guide = mark + WHOLE.replace(b"\n", end).rstrip()
    after, _ = tick_boxes(guide, {"grow-two-starters"}, READ)
    assert after == guide.replace(b"[ ] Grow", b"[x] Grow")


def test_equal_titles_have_their_boxes_in_order() -> None:
    guide = (
        b"# G\n## Week 1\n- [ ] Take notes\n- [ ] Bake\n## Week 2\n- [ ] Take notes\n- [ ] Rest\n"
    )
    _, second = [task.id for task in READ(guide).tasks() if task.title.endswith("Take notes")]
    after, _ = tick_boxes(guide, {second}, READ)
    assert after == guide.replace(b"Week 2\n- [ ]", b"Week 2\n- [x]")


def test_titles_that_are_counted_have_their_boxes_in_order() -> None:
    guide = b"# G\n## Week 1\n- [ ] Run\n- [ ] Rest\n- [ ] Run\n## Week 2\n- [ ] Swim\n"
    _, second = [task.id for task in READ(guide).tasks() if "Run" in task.title]
    after, _ = tick_boxes(guide, {second}, READ)
    assert after == guide.replace(b"Rest\n- [ ]", b"Rest\n- [x]")


def test_a_task_without_a_box_is_left_alone() -> None:
    guide = b"# G\n## Week 1\n- Take notes\n- Bake\n- Rest\n"
    assert tick_boxes(guide, {"bake"}, READ) == (guide, frozenset())


def test_what_would_read_as_another_guide_is_not_ticked() -> None:
    """As one whose only open boxes are those of a checkpoint with the words of a task."""
    guide = (
        b"# G\n## Week 1\n- Bake bread\n- Eat it\n\n## Checkpoint\n- [ ] Bake bread\n- [ ] Eat it\n"
    )
    after, ticked = tick_boxes(guide, {"bake-bread"}, READ)
    assert (after, ticked) == (guide, frozenset())
