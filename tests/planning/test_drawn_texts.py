"""Which issues have a text: those that are there, and those that are to be made."""

from datetime import UTC, datetime

from planning.paths import SMALL
from repository_fixture import RepositoryFixture
from repository_fixture import settings as config

from bot.planning.changes import UpdateIssue
from bot.planning.desired_state import desired_state
from bot.planning.diff import make_plan
from bot.planning.path import PlannedPath
from bot.progress.path import LearningPath


def test_a_path_that_is_to_begin_has_all_texts() -> None:
    desired = desired_state(PlannedPath.at_start(SMALL, config(ahead=0)))
    assert not all(issue.seed for issue in desired.issues)
    assert all(issue.body for issue in desired.issues[1:])


def test_of_one_under_way_nothing_is_drawn_that_is_not_there_yet() -> None:
    path = PlannedPath.at_start(SMALL, config(ahead=0))
    every = desired_state(path)
    later = [issue for issue in every.issues if not issue.seed]
    first, gone = later[0], later[1:]
    assert gone
    drawn = desired_state(path, is_drawn=lambda keys, seed: seed or first.key in keys)
    desired = {issue.key: issue for issue in drawn.issues}
    assert desired[first.key] == first
    assert [desired[issue.key].body for issue in gone] == [""] * len(gone)
    assert [one for one in every.issues if one.seed] == [
        one for one in desired.values() if one.seed
    ]


def test_what_is_not_drawn_would_not_be_written() -> None:
    repository = RepositoryFixture()
    repository.apply(SMALL, config(ahead="all"))
    repository.close("Read the tutorial")
    repository.close("Install the tools", "not_planned")
    repository.apply(SMALL, config(ahead="all", credits=["write-a-loop"]))  # closes that one
    other_texts = config(ahead="all", label_prefix="my ")
    now = datetime(2026, 1, 6, tzinfo=UTC)
    path = LearningPath.read(SMALL, other_texts, repository.edges.snapshot(), now)
    drawn = desired_state(path, is_drawn=path.observed.is_drawn)
    empty = [one.title for one in drawn.issues[1:] if one.seed and not one.body]
    assert empty == ["Read the tutorial", "Install the tools"]
    plan = make_plan(drawn, path.observed)
    assert plan == make_plan(desired_state(path), path.observed)
    assert "Write a loop" in [one.title for one in plan.changes if isinstance(one, UpdateIssue)]
