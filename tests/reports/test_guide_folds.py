"""The folds of the dashboard with what the guide says beside the path, and the issues beside it."""

import re
from datetime import date

import pytest
from curriculum.guide_parts import HOW, WHOLE
from pytest_regressions.file_regression import FileRegressionFixture
from reports.histories import HistoryLearner

from bot.curriculum.model import Curriculum
from bot.planning.desired_state import desired_state
from bot.planning.diff import make_plan
from bot.planning.marker import BOX
from bot.planning.observed_state import observe
from bot.progress.commands.choose import Choose
from bot.progress.commands.goal import AddGoal
from bot.progress.next_steps import action_states
from bot.reports.dashboard import MOST_CHARACTERS, as_markdown, dashboard
from bot.reports.side_issues import event_issues, goal_issues
from bot.sync.reconcile import Session, texts

PATH = Curriculum.model_validate(WHOLE)


def path_with(**more: object) -> Curriculum:
    return Curriculum.model_validate(WHOLE | more)


def page(learner: HistoryLearner, today: str) -> str:
    return as_markdown(dashboard(learner.view(today)))


def runs(learner: HistoryLearner, today: str) -> None:
    """A run on that day, with all its texts."""
    seen = learner.view(today)
    desired = desired_state(seen, texts(seen))
    session = Session(learner.bench.edges, lambda there: make_plan(desired, observe(there)))
    learner.bench._run(session)


def test_the_folds(file_regression: FileRegressionFixture) -> None:
    learner = HistoryLearner(PATH, HOW).done(Read_about_flour="2026-01-08")
    learner.contains(AddGoal(goal="Master baker"), "2026-01-09")
    runs(learner, "2026-01-10")
    text = page(learner, "2026-01-20")
    file_regression.check(text[text.index("<details") :] + "\n", extension=".md")


def test_nothing_stands_before_the_folds_that_was_not_there_without_them() -> None:
    bare = path_with(
        actions=[], tools=[], clouds=[], companies=[], community=[], transferable_skills=[]
    )
    before = [
        page(HistoryLearner(path, HOW), "2026-01-20").partition("<details")[0]
        for path in (PATH, bare)
    ]
    numbers = re.compile(r"issues/\d+")
    assert numbers.sub("", before[0]) == numbers.sub("", before[1])


def test_a_page_that_would_be_too_long_leaves_out_the_guides_words_first() -> None:
    tiers = [
        {"title": f"Tier {n}", "tier": n, "companies": ["Bread " * 40] * 40} for n in range(1, 5)
    ]
    text = page(HistoryLearner(path_with(companies=tiers), HOW), "2026-01-20")
    assert len(text) <= MOST_CHARACTERS
    assert "Roles and companies" not in text
    assert "<summary>Skills</summary>" in text


@pytest.mark.parametrize(
    ("reading", "shown"), [("week", "weeks"), ("~blorp", "blorp"), ("~#", "number")]
)
def test_what_divides_a_guide_is_shown_as_a_word(reading: str, shown: str) -> None:
    path = path_with(source={"name": "The guide", "reading": reading})
    text = page(HistoryLearner(path, HOW), "2026-01-20")
    assert f"- From The guide · version 2.3 · language: Français · divided by: {shown}\n" in text


def test_a_part_that_the_guide_lacks_has_no_fold() -> None:
    path = path_with(tools=[], clouds=[], companies=[], community=[], actions=[])
    text = page(HistoryLearner(path, HOW), "2026-01-20")
    assert not any(word in text for word in ("Tools", "compan", "Communit", "Next steps"))


def test_a_next_step_is_done_by_its_tick_by_its_issue_or_by_its_work() -> None:
    learner = HistoryLearner(PATH, HOW)

    def done() -> dict[str, bool]:
        return {s.action.id: s.done for s in action_states(learner.view("2026-01-20"))}

    assert done() == {"apron": False, "flours": False}
    learner.done(Read_about_flour="2026-01-08")
    assert done() == {"apron": False, "flours": True}
    learner.ticks("Next steps: this week")
    assert done() == {"apron": True, "flours": True}


def test_the_box_of_a_next_step_follows_its_work_once() -> None:
    learner = HistoryLearner(PATH, HOW).done(Read_about_flour="2026-01-08")

    def box() -> str:
        [found] = BOX.findall(learner.bench.issue("Next steps: this month").body or "")
        return str(found[1])

    assert box() == " "
    runs(learner, "2026-01-09")
    assert box() == "x"
    text = learner.bench.issue("Next steps: this month").body or ""
    assert "Shown by [Read about flour]" in text
    learner.bench.edit("Next steps: this month", body=text.replace("[x]", "[ ]"))
    runs(learner, "2026-01-10")
    assert box() == " "


def test_a_box_that_we_ticked_is_no_work_of_the_learner_s() -> None:
    learner = HistoryLearner(PATH, HOW).done(Read_about_flour="2026-01-08")
    runs(learner, "2026-01-09")
    assert "[x]" in (learner.bench.issue("Next steps: this month").body or "")
    learner.bench.undo()
    assert learner.bench.issue("Next steps: this month").state == "closed"


def test_a_pick_has_boxes_where_it_matters_until_it_is_taken() -> None:
    learner = HistoryLearner(PATH, HOW)
    assert "Take Gas" in page(learner, "2026-01-20")
    learner.contains(Choose(choice="cloud", option="gas"), "2026-01-10")
    text = page(learner, "2026-01-20")
    assert "You chose **Gas**" in text
    assert "Take Gas" not in text
    assert "Take Wood" in text


def test_an_event_with_a_day_is_an_issue_in_the_milestone_of_that_day() -> None:
    learner = HistoryLearner(PATH, HOW)
    seen = learner.view("2026-01-20")
    [event] = event_issues(seen)
    unit = seen.dates.current(date(2026, 2, 14))
    assert unit is not None
    assert (event.key, event.milestone) == ("event:bread-fair", f"unit:{unit.unit}")
    assert event.seed
    [over] = event_issues(learner.view("2026-02-20"))
    assert not over.seed


def test_an_event_after_the_path_is_no_issue() -> None:
    community = [{"title": "Late fair", "kind": "event", "on": "2027-05-01"}]
    assert (
        event_issues(HistoryLearner(path_with(community=community), HOW).view("2026-01-20")) == ()
    )


def test_a_goal_is_an_issue_with_what_the_guide_says_of_it() -> None:
    learner = HistoryLearner(PATH, HOW)
    learner.contains(AddGoal(goal="Master baker"), "2026-01-09")
    learner.contains(AddGoal(goal="Own shop"), "2026-01-10")
    learner.contains(AddGoal(goal="own shop"), "2026-01-11")
    master, shop = goal_issues(learner.view("2026-01-20"))
    assert (master.title, shop.title) == ("Goal: Master baker", "Goal: Own shop")
    assert "From the guide: Master baker" in master.body
    assert "From the guide" not in shop.body
