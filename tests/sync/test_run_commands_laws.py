"""Each command runs once: after a repetition, a cut anywhere, or another order of runs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning.paths import SMALL
from repository_fixture import RepositoryFixture
from sync.command_runs import Run, labels, marks, seed

from bot.planning.marker import find
from bot.progress.path import LearningPath

EVERYTHING = (
    ("Read", "/start\n/log 2h reading\n/count people +1"),
    ("Read", "/doone\n/done"),
    ("Install", "/journal one\n/journal two\n/skip"),
    ("Your path", "/pause 1 week\n/status\n/replan"),
    ("Choose your way", "/choose A\n/pace 10h"),
    ("Write", "/move +1w\n/reopen\n/help"),
)


class CutError(Exception):
    """The power went."""


def state(bench: RepositoryFixture) -> Sequence[object]:
    """All that a run leaves behind, but for the order of its writes."""
    return sorted(
        (
            issue.title,
            issue.state,
            str(issue.state_reason),
            issue.body or "",
            sorted(label.name for label in issue.labels),
            sorted(m.marker.key if (m := find(c.body)) else c.body for c in issue.comments),
            [sorted(marks(c)) for c in issue.comments if not find(c.body)],
        )
        for issue in bench.repository.issues.values()
    )


def lived() -> tuple[RepositoryFixture, Run]:
    bench = RepositoryFixture()
    seed(bench, SMALL)
    for title, text in EVERYTHING:
        bench.comment(title, text)
    return bench, Run(bench, SMALL)


def test_obeying_twice_is_obeying_once() -> None:
    bench, run = lived()
    assert run()
    before = state(bench)
    assert run() == ()
    assert state(bench) == before


def test_cut_off_anywhere_it_ends_the_same() -> None:
    bench, run = lived()
    writes = len(run())
    expected = state(bench)
    for cut in range(writes):
        bench, run = lived()
        left = cut

        def power() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise CutError

        bench.edges.before_write = power
        with pytest.raises(CutError):
            run()
        bench.edges.before_write = lambda: None
        run()
        assert state(bench) == expected, cut
        assert run() == ()


COMMANDS = st.sampled_from(
    ["/start", "/done", "/skip", "/reopen", "/log 1h", "/pause 2 days", "/pace 9h", "/choose B"]
)


@settings(max_examples=25, deadline=None)
@given(st.lists(COMMANDS, min_size=1, max_size=6), st.data())
def test_the_order_of_inboxes_that_overlap_does_not_matter(
    texts: list[str], data: st.DataObject
) -> None:
    ends: list[object] = []
    first = data.draw(st.sets(st.sampled_from(range(len(texts)))))
    second = set(range(len(texts))) - first | data.draw(st.sets(st.sampled_from(range(len(texts)))))
    for order in ((first, second), (second, first)):
        bench = RepositoryFixture()
        seed(bench, SMALL)
        for text in texts:
            bench.world.clock.advance(timedelta(minutes=1))
            bench.comment("Read", text)
        run = Run(bench, SMALL)
        message = bench.edges.comments_since(datetime(2000, 1, 1, tzinfo=UTC))
        for seen in order:
            run.only = {message[n].id for n in seen}
            run()
        issue = bench.issue("Read")
        closed_as = issue.state_reason if issue.state == "closed" else None
        ends.append((issue.body, issue.state, closed_as, labels(bench, "Read"), run.life()))
    assert ends[0] == ends[1]


DATES = ["/pause 3 days", "/pace 9h", "/pace 15 months", "/replan", "/move +1w", "/choose B"]
DATES += ["/done"]


@pytest.mark.parametrize(("first", "second"), list(combinations(DATES, 2)))
def test_commands_of_one_day_come_to_the_same_in_either_order(first: str, second: str) -> None:
    """But for two of one kind, of which the later one counts."""
    if first.split(maxsplit=1)[0] == second.split(maxsplit=1)[0]:
        return
    ends = []
    for order in ((first, second), (second, first)):
        bench = RepositoryFixture()
        seed(bench, SMALL)
        bench.world.clock.advance(datetime(2026, 1, 30, tzinfo=UTC) - bench.world.clock.now())
        for text in order:
            title = "Read" if text == "/done" else "Your path"
            bench.world.clock.advance(timedelta(minutes=1))
            bench.comment(title, text)
        run = Run(bench, SMALL, today="2026-01-30")
        run()
        path = LearningPath.read(SMALL, run.how, bench.edges.snapshot(), run.now)
        units = [(dates.unit, dates.first, dates.last) for dates in path.dates.units]
        ends.append((units, path.settings.choices, path.progress.all, bench.issue("Read").state))
    assert ends[0] == ends[1]
