"""Which issues have a text: those that are there, and those that are to be made."""

from planning.paths import SMALL
from repository_fixture import settings as config

from bot.planning.desired_state import desired_state
from bot.planning.path import PlannedPath


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
    desired = {issue.key: issue for issue in desired_state(path, there={first.key}).issues}
    assert desired[first.key] == first
    assert [desired[issue.key].body for issue in gone] == [""] * len(gone)
    assert [one for one in every.issues if one.seed] == [
        one for one in desired.values() if one.seed
    ]
