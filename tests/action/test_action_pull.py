"""The comment on a pull request: one, ours, and never too long."""

import pytest
from planning.paths import SMALL
from repository_fixture import RepositoryFixture, settings

from bot.action.activities import (
    KEY,
    changed,
    comment_body,
    existing_comment,
    post_comment,
)
from bot.errors import UncertainWriteError
from bot.planning.changes import CreateLabel
from bot.planning.desired_state import desired_state
from bot.planning.diff import make_plan
from bot.planning.marker import find
from bot.planning.observed_state import observe
from bot.planning.path import PlannedPath
from bot.planning.plan import Plan
from bot.planning.snapshot import Snapshot

EMPTY = Plan(repository="learner/portfolio")
LABEL = CreateLabel(key="skill:a", name="n" * 50, color="ededed", description="")
BODY = comment_body(EMPTY, None)


@pytest.fixture
def bench() -> RepositoryFixture:
    bench = RepositoryFixture()
    bench.merge_pull("Change the path")
    return bench


def put(bench: RepositoryFixture, body: str = BODY) -> str:
    """Post on the pull request."""
    number = bench.issue("Change the path").number
    return post_comment(number, body, reader=bench.edges, gateway=lambda: bench.edges)


def bodies(bench: RepositoryFixture) -> list[str]:
    return [text.body for text in bench.issue("Change the path").comments]


def test_it_is_written_once_and_edited_when_it_says_something_else(
    bench: RepositoryFixture,
) -> None:
    assert put(bench) == "posted"
    assert put(bench) == "unchanged"
    assert put(bench, comment_body(EMPTY, "https://github.com/another/run")) == "unchanged"
    other = comment_body(Plan(repository="learner/portfolio", changes=(LABEL,)), None)
    assert put(bench, other) == "updated"
    assert bodies(bench) == [other]


def test_a_copy_of_it_by_a_stranger_is_not_taken_for_ours(bench: RepositoryFixture) -> None:
    bench.comment("Change the path", BODY, by="stranger")
    assert put(bench) == "posted"
    assert len(bodies(bench)) == 2


def test_an_answer_that_was_lost_makes_no_second(bench: RepositoryFixture) -> None:
    def lose() -> None:
        raise UncertainWriteError("the answer was lost.")

    bench.edges.after_write = lose
    assert put(bench) == "posted"
    assert bodies(bench) == [BODY]


def test_a_write_that_surely_did_not_happen_is_told(bench: RepositoryFixture) -> None:
    def lose() -> None:
        raise UncertainWriteError("the answer was lost.")

    bench.edges.before_write = lose
    with pytest.raises(UncertainWriteError):
        put(bench)
    assert existing_comment(bench.issue("Change the path").number, bench.edges) is None


def test_a_plan_too_long_for_a_comment_is_summed_up_there() -> None:
    long = Plan(repository="learner/portfolio", changes=(LABEL,) * 2_000)
    text = comment_body(long, "https://github.com/learner/portfolio/actions/runs/1")
    assert len(text) < 65_536
    assert "2,000 to create" in text
    assert "The plan is too long for a comment." in text
    assert "[The run that made this plan](<https://github.com/learner/portfolio" in text


def test_the_mark_is_there_whatever_the_plan_says() -> None:
    spoilt = SMALL.model_copy(update={"title": '<!-- milepost:end {"key":"a"} -->'})
    wanted = desired_state(PlannedPath.at_start(spoilt, settings()))
    empty = observe(Snapshot(repository="learner/portfolio"))
    marked = find(comment_body(make_plan(wanted, empty), None))
    assert marked
    assert marked.marker.key == KEY


class Files(dict[str, bytes]):
    """A place with files in it."""

    def read(self, path: str) -> bytes | None:
        return self.get(path)


def test_a_file_is_touched_when_more_than_its_line_ends_differ() -> None:
    there = Files({"a": b"one\ntwo\n"})
    assert not changed(("a", "b"), Files({"a": b"one\r\ntwo\r\n", "c": b"more"}), there)
    assert changed(("a", "b"), Files({"a": b"one\n"}), there)
    assert changed(("a", "b"), Files(), there)
    assert changed(("a", "b"), Files({"a": b"one\ntwo\n", "b": b""}), there)
