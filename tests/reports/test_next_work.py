"""The next open thing has a name, whatever was done."""

from datetime import date

import pytest
from hypothesis import given, settings
from reports.histories import HistoryLearner
from reports.random_histories import HOW, PATHS, histories
from repository_fixture import settings as config

from bot.reports.due_weeks import Week
from bot.reports.next_work import next_open
from bot.reports.weekly import as_markdown, weekly

WEB = HOW.model_copy(update={"choices": {"choose-your-way": "web"}})
ALL_WORK = {"a1": "06", "b1": "07", "c1": "08", "d1": "09"}


@settings(max_examples=20, deadline=None)
@given(histories())
def test_something_is_named_until_all_is_done_and_the_summary_begins_with_it(
    history: tuple[HistoryLearner, date],
) -> None:
    learner, today = history
    path = learner.view(str(today))
    named = next_open(path)
    if path.finished_on is None:
        assert named
    assert all(thing.title for thing in named)
    values = weekly(path, Week.of(today).before)
    blocks = as_markdown(values).split("\n\n")
    if values.finished:
        assert blocks[1].startswith("**Your path is finished.**")
    elif values.resting_until:
        assert blocks[1].startswith("**Paused until")
        assert named[0].title in blocks[1]
    else:
        assert blocks[1] == "**Next:**"
        assert named[0].title in blocks[2]


def first(learner: HistoryLearner, today: str) -> str:
    return next_open(learner.view(today))[0].title


def test_ahead_of_the_plan_it_is_the_work_to_come() -> None:
    learner = HistoryLearner(PATHS[True], config("2026-01-05", ahead=0))
    learner.done(a1="2026-01-06", b1="2026-01-07")
    (thing, *_) = next_open(learner.view("2026-01-08"))
    assert (thing.title, thing.first) == ("Deliverable: A first thing", date(2026, 1, 19))


def test_in_the_week_of_a_checkpoint_it_is_the_checkpoint_once_the_work_is_done() -> None:
    learner = HistoryLearner(PATHS[True], HOW).done(a1="2026-01-06", b1="2026-01-20")
    learner.done(**{"Deliverable:_A_first": "2026-01-21"})
    assert first(learner, "2026-01-30").startswith("Checkpoint")
    learner.done(Checkpoint="2026-01-30")
    assert first(learner, "2026-01-31") == "c1"


def test_before_a_choice_it_is_the_choice() -> None:
    learner = HistoryLearner(PATHS[True], HOW)
    learner.done(a1="2026-01-06", b1="2026-01-07", c1="2026-01-08")
    learner.done(**{"Deliverable:_A_first": "2026-01-09", "Checkpoint_after_Month_1": "2026-01-10"})
    assert first(learner, "2026-02-17") == "Choose your way"


@pytest.mark.parametrize("today", ["2026-01-12", "2026-05-01"])
def test_at_the_end_it_is_what_is_left_beside_the_work_and_the_next_steps_last(today: str) -> None:
    learner = HistoryLearner(PATHS[True], WEB)
    learner.done(**{title: f"2026-01-{day}" for title, day in ALL_WORK.items()})
    for title in ("a2", "Deliverable", "Checkpoint after Month 1", "Checkpoint after Month 2"):
        learner.bench.close(title)
    assert [t.title for t in next_open(learner.view(today))] == ["Next steps: this week"]
    learner.bench.close("Next steps")
    assert next_open(learner.view(today)) == ()
