"""Skills are covered by finished work, beside what the learner thinks of them."""

from datetime import date

import pytest
from builders import curriculum
from hypothesis import given
from hypothesis import strategies as st
from reports.histories import ALL, RICH, HistoryLearner

from bot.curriculum.base import Priority
from bot.curriculum.sections import Skill
from bot.progress.commands.credit import Credit
from bot.progress.path import LearningPath
from bot.progress.progress import Progress, Work, WorkState
from bot.progress.skills import (
    RoleFit,
    SkillCover,
    SkillRating,
    calibration,
    coverage,
    role_fits,
    to_develop,
)
from bot.reports.checkpoint import as_markdown, checkpoint_report

UNTIL = date(2026, 4, 1)
ONE = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- x #python #data")


def cover(view: LearningPath, until: date | None = None) -> dict[str, SkillCover]:
    return {s.id: s for s in coverage(view, until)}


def rated(view: LearningPath, until: date | None = None) -> dict[str, SkillRating]:
    return {r.id: r for r in calibration(view, until)}


def test_a_skill_counts_the_work_that_carries_it_and_no_optional_work() -> None:
    python = cover(HistoryLearner(RICH).done(a1="2026-01-10", a2="2026-01-11").view("2026-02-01"))[
        "python"
    ]
    assert (python.done, python.total, python.done_hours, python.total_hours) == (1, 1, 10, 10)
    assert python.percent == 100


def test_a_branch_counts_once_it_is_taken() -> None:
    learner = HistoryLearner(RICH)
    assert cover(learner.view("2026-02-01"))["data"].total == 3
    learner.how = learner.how.model_copy(update={"choices": {"choose-your-way": "data"}})
    assert cover(learner.view("2026-02-01"))["data"].total == 4


def test_skipped_work_leaves_the_sums_and_known_work_counts_as_done() -> None:
    learner = HistoryLearner(RICH).skips("b1")
    learner.contains(Credit(), "2026-01-06", "e1")
    learner.bench.close("e1")
    data = cover(learner.view("2026-02-01"))["data"]
    assert (data.done, data.total, data.done_hours, data.total_hours) == (1, 2, 20, 30)


def test_what_was_done_later_did_not_count_then() -> None:
    view = HistoryLearner(RICH).done(b1="2026-01-20", c1="2026-02-10").view("2026-03-01")
    assert cover(view, date(2026, 1, 19))["data"].done == 0
    assert cover(view, date(2026, 1, 20))["data"].done == 1
    assert cover(view)["data"].done == 2


def test_evidence_is_told_apart_from_claims() -> None:
    learner = HistoryLearner(RICH).done(b1="2026-01-20", c1="2026-01-21").shows("b1", "2026-01-25")
    view = learner.view("2026-02-01")
    assert (cover(view)["data"].done, cover(view)["data"].evidenced) == (2, 1)
    assert cover(view, date(2026, 1, 24))["data"].evidenced == 0


def test_ratings_stand_beside_the_work_that_feeds_the_skill() -> None:
    learner = HistoryLearner(RICH).done(b1="2026-01-20")
    learner.rates("rated-data", 2, "2026-01-06").rates("rated-data", 4, "2026-02-01")
    view = learner.view("2026-03-01")
    data = rated(view)["rated-data"]
    assert [r.value for r in data.ratings] == [2, 4]
    assert (data.done, data.evidenced, data.total) == (1, 0, 3)
    assert [r.value for r in rated(view, date(2026, 1, 31))["rated-data"].ratings] == [2]
    assert rated(view)["rated-python"].ratings == ()


@pytest.mark.parametrize(
    ("done", "rating", "confidence"),
    [
        ([], 5, "over"),
        ([], 4, "over"),
        ([], 3, None),
        (["b1"], 5, None),
        (["b1", "c1", "e1"], 2, "under"),
        (["b1", "c1", "e1"], 1, "under"),
        (["b1", "c1", "e1"], 3, None),
        (["b1", "c1"], 1, None),
        ([], 1, None),
    ],
)
def test_a_rating_far_from_the_finished_work_is_noticed(
    done: list[str], rating: int, confidence: str | None
) -> None:
    learner = HistoryLearner(RICH, ALL).done(**dict.fromkeys(done, "2026-01-20"))
    learner.rates("rated-data", 3, "2026-01-06").rates("rated-data", rating, "2026-02-01")
    path = learner.view("2026-03-01")
    assert rated(path)["rated-data"].confidence == confidence
    assert rated(path)["rated-python"].confidence is None
    text = as_markdown(checkpoint_report(path, path.curriculum.checkpoints[0]))
    assert ("You feel surer than your finished work shows in: Data." in text) == (
        confidence == "over"
    )
    assert ("Most of the work is done in: Data. You may know more" in text) == (
        confidence == "under"
    )


def test_work_that_feeds_an_assessed_skill_twice_counts_once() -> None:
    both = curriculum(
        "Phase: P\nMonth 1: M\nWeek 1: W\n- x #python #data",
        assessment={"skills": [{"title": "All", "skills": ["python", "data"]}]},
    )
    assert rated(HistoryLearner(both).view("2026-01-06"))["all"].total == 1


ROLES = curriculum(
    """
    Phase: P
    Month 1: M
    Week 1: W
    - x (10h) #half #most
    - y (10h) #half
    - z (4h) #most
    - v #untimed
    - w #untimed
    """,
    roles=[
        {"title": "Both", "level": "entry", "skills": ["half", "most"]},
        {"title": "None", "level": "entry"},
        {"title": "Untimed", "level": "mid", "skills": ["untimed", "half"]},
    ],
)


def fits(view: LearningPath) -> dict[str, RoleFit]:
    found = role_fits(view)
    return {fit.role.title: fit for fit in found}


def test_a_need_is_covered_when_half_of_its_hours_are_done() -> None:
    learner = HistoryLearner(ROLES)
    assert fits(learner.view("2026-01-06"))["Both"].missing == ("half", "most")
    fit = fits(learner.done(x="2026-01-06").view("2026-01-07"))["Both"]
    assert (fit.covered, fit.missing, fit.fits) == (("half", "most"), (), True)


def test_less_than_half_is_not() -> None:
    fit = fits(HistoryLearner(ROLES).done(z="2026-01-06").view("2026-01-07"))["Both"]
    assert (fit.covered, fit.missing, fit.fits) == ((), ("half", "most"), False)


def test_a_role_without_needs_is_never_said_to_fit() -> None:
    assert not fits(HistoryLearner(ROLES).done(x="2026-01-06").view("2026-01-07"))["None"].fits


EXPERIENCED = curriculum(
    "Phase: P\nMonth 1: M\nWeek 1: W\n- x (10h) #bake",
    roles=[
        {"title": "Baker", "level": "entry", "skills": ["bake"]},
        {"title": "Master", "level": "entry", "experience": "3 years", "skills": ["bake"]},
        {"title": "Head", "level": "senior", "skills": ["bake"]},
    ],
    assessment={"modules": [1], "skills": [{"id": "r", "title": "Baking", "skills": ["bake"]}]},
)


def test_a_role_that_asks_for_years_on_the_job_never_fits() -> None:
    found = fits(HistoryLearner(EXPERIENCED).done(x="2026-01-06").view("2026-01-07"))
    assert {name: fit.fits for name, fit in found.items()} == {
        "Baker": True,
        "Master": False,
        "Head": False,
    }


@pytest.mark.parametrize(("rating", "unsure"), [(1, True), (2, True), (3, False), (5, False)])
def test_a_need_that_the_learner_rates_low_is_not_covered(rating: int, unsure: bool) -> None:
    learner = HistoryLearner(EXPERIENCED).done(x="2026-01-06").rates("r", 5, "2026-01-05")
    learner.rates("r", rating, "2026-01-06")
    fit = fits(learner.view("2026-01-07"))["Baker"]
    assert fit.fits is not unsure
    assert fit.unsure == (("bake",) if unsure else ())


def test_what_is_to_develop_begins_with_what_presses_most_and_leaves_out_the_rest() -> None:
    path = RICH.model_copy(
        update={
            "skills": tuple(
                s.model_copy(update={"priority": p})
                for s, p in zip(RICH.skills, (Priority.LOW, Priority.HIGH), strict=True)
            )
        }
    )
    path = path.model_copy(update={"skills": (*path.skills, Skill(title="Nowhere"))})
    found = to_develop(HistoryLearner(path).view("2026-01-06"))
    assert [s.id for s in found] == ["data", "python"]


works = st.builds(
    Work,
    key=st.integers(0, 99).map(lambda n: f"task:t{n}"),
    title=st.just("t"),
    unit=st.just("w"),
    module=st.just("m"),
    weight=st.floats(0, 100),
    hours=st.none(),
    counts=st.booleans(),
    state=st.sampled_from(WorkState),
    closed_on=st.dates(date(2026, 1, 1), date(2026, 6, 1)),
    skills=st.sampled_from([(), ("python",), ("data",), ("python", "data")]),
)


BARE = HistoryLearner(ONE).view("2026-01-06")


def having(works: list[Work]) -> LearningPath:
    """A path on which exactly these works are to be done."""
    progress = Progress(work=tuple(works), undecided={}, units={})
    path = BARE.model_copy()
    vars(path)["progress"] = progress
    return path


@given(st.lists(works, max_size=12))
def test_coverage_adds_up(found: list[Work]) -> None:
    """Every piece that counts stands in the sums of each of its skills, and nowhere else."""
    sums = coverage(having(found))
    for skill in sums:
        assert 0 <= skill.evidenced <= skill.done <= skill.total
        assert skill.done_hours <= skill.total_hours
        assert 0 <= skill.percent <= 100
    aside = {WorkState.SKIPPED, WorkState.REMOVED}
    counted = [w for w in found if w.counts and w.state not in aside]
    assert sum(s.total for s in sums) == sum(len(w.skills) for w in counted)
    weights = sum(w.weight * len(w.skills) for w in counted)
    assert sum(s.total_hours for s in sums) == pytest.approx(weights)


@given(st.lists(works, max_size=12), st.data())
def test_finishing_something_never_lowers_a_skill(found: list[Work], data: st.DataObject) -> None:
    open_ones = [i for i, w in enumerate(found) if w.state is WorkState.OPEN]
    before = coverage(having(found))
    if open_ones:
        index = data.draw(st.sampled_from(open_ones))
        state = data.draw(st.sampled_from(["claimed", "evidenced", "attested", "credited"]))
        found[index] = found[index].model_copy(update={"state": WorkState(state)})
    after = coverage(having(found))
    for then, now in zip(before, after, strict=True):
        assert now.percent >= then.percent
        assert now.done >= then.done
        assert now.evidenced >= then.evidenced


@given(st.lists(works, max_size=12), st.dates(date(2026, 1, 1), UNTIL))
def test_time_never_lowers_a_skill(found: list[Work], day: date) -> None:
    path = having(found)
    for then, now in zip(coverage(path, day), coverage(path, UNTIL), strict=True):
        assert now.done >= then.done
        assert now.total == then.total
