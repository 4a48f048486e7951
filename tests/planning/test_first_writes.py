"""The order of a first plan: a learner has something to do after a few writes, wherever it ends."""

from itertools import islice

import pytest
from planning.paths import SMALL
from repository_fixture import RepositoryFixture, settings

from bot.curriculum.load import catalog_names, from_catalog
from bot.planning.desired_state import SUMMARY_KEY
from github_sandbox.state import labels

SOON = 10


@pytest.mark.parametrize("name", catalog_names())
def test_the_dashboard_and_the_first_week_stand_within_ten_writes(name: str) -> None:
    curriculum = from_catalog(name)
    first = next(curriculum.units())
    plan = RepositoryFixture().plan(curriculum, settings(curriculum=name))
    made = [getattr(change, "key", "") for change in plan.changes[:SOON]]
    assert {SUMMARY_KEY, *(f"task:{task.id}" for task in first.tasks)} <= set(made)


def test_what_an_issue_wears_is_there_before_it_or_made_by_it() -> None:
    plan = RepositoryFixture().plan(SMALL)
    known, milestones = set[str](), set[str]()
    made_by_issues = {c.name for c in plan.changes if c.op == "create-label" and c.made_by_issue}
    for change in plan.changes:
        if change.op == "create-label" and change.made_by_issue:
            assert change.name in known
        elif change.op == "create-label":
            known.add(change.name)
        elif change.op == "create-milestone":
            milestones.add(change.key)
        elif change.op == "create-issue":
            assert change.milestone is None or change.milestone in milestones
            assert set(change.labels) <= known | made_by_issues
            known |= set(change.labels)


@pytest.mark.parametrize("writes", range(1, 12))
def test_a_run_that_ends_anywhere_leaves_labels_that_the_next_one_completes(writes: int) -> None:
    whole, cut = RepositoryFixture(), RepositoryFixture()
    whole.apply(SMALL)
    plan = cut.plan(SMALL)
    for change in islice(plan.changes, writes):
        if change.op != "create-issue" or change.milestone is None:
            cut.edges.write(change)
            continue
        number = cut.milestone("Month 1, Week 1-2").number
        cut.edges.write(change.model_copy(update={"milestone_number": number}))
    cut.apply(SMALL)
    assert shown(cut) == shown(whole)
    assert cut.plan(SMALL).empty


def test_a_grey_label_of_the_learner_with_words_of_its_own_stays() -> None:
    fixture = RepositoryFixture()
    labels.create(
        fixture.world,
        fixture.learner,
        fixture.repository,
        {"name": "kind: reading", "color": "ededed", "description": "My own"},
    )
    fixture.apply(SMALL)
    assert ("kind: reading", "ededed", "My own") in shown(fixture)


def shown(fixture: RepositoryFixture) -> list[tuple[str, str, str]]:
    """Name, colour and description of each label."""
    there = fixture.repository.labels.values()
    return sorted((label.name, label.color, label.description or "") for label in there)
