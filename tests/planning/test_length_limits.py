"""What GitHub refuses as too long is never sent: each limit is GitHub's number, written out."""

import pytest
from builders import curriculum
from planning.paths import SMALL
from repository_fixture import RepositoryFixture, settings

from bot.curriculum.model import Curriculum
from bot.errors import CurriculumError
from bot.planning.desired_state import ReportTexts, desired_state
from bot.planning.labels import labels_for
from bot.planning.path import PlannedPath

LONGEST = "t" * 256  # of a title in a curriculum


def test_titles_of_issues_and_milestones_have_at_most_256_characters() -> None:
    drawing = "Phase: P\nMonth 1: M -> A thing\nWeek 1: A\n- a\nWeek 1: B\n- b"
    data = curriculum(drawing).model_dump(mode="json", exclude_defaults=True)
    (module,) = data["phases"][0]["modules"]
    for unit in module["units"]:
        unit["title"] = unit["tasks"][0]["title"] = LONGEST
    module["deliverables"][0]["title"] = LONGEST
    path = Curriculum.model_validate(data)
    desired = desired_state(PlannedPath.at_start(path, settings(ahead="all")))
    titles = [issue.title for issue in desired.issues]
    assert {len(title) for title in titles if "ttt" in title} == {256}
    assert LONGEST in titles
    first, second = [milestone.title for milestone in desired.milestones]
    assert (len(first), len(second)) == (256, 256)
    assert first != second


def test_a_label_fills_50_characters_of_name_and_100_of_description() -> None:
    data = SMALL.model_dump(mode="json", exclude_defaults=True)
    data["phases"][0] |= {"title": "p" * 200, "goal": "g" * 200}
    label = next(labels_for(Curriculum.model_validate(data), "", set()))
    assert (len(label.name), len(label.description)) == (50, 100)


def test_a_deliverable_has_at_most_100_sub_issues() -> None:
    tasks = "\n".join(f"- task {number}" for number in range(101))
    path = curriculum(f"Phase: P\nMonth 1: M -> A thing\nWeek 1: W\n{tasks}")
    desired = desired_state(PlannedPath.at_start(path, settings()))
    assert sum(issue.parent is not None for issue in desired.issues) == 100
    assert len([i for i in desired.issues if i.key.startswith("task:")]) == 101


def test_a_text_that_leaves_no_room_in_65536_characters_is_refused() -> None:
    path = PlannedPath.at_start(SMALL, settings())
    desired_state(path, ReportTexts(dashboard="d" * 60_000))
    with pytest.raises(CurriculumError, match="60001 characters; an issue on GitHub holds 65,536"):
        desired_state(path, ReportTexts(dashboard="d" * 60_001))


@pytest.mark.parametrize(("spare", "written"), [(2_000, True), (500, False)])
def test_a_new_text_is_not_sent_where_the_learner_filled_the_65536_characters(
    spare: int, written: bool
) -> None:
    bench = RepositoryFixture()
    bench.apply(SMALL)
    body = f"{bench.issue('Read').body}\n"
    bench.edit("Read", body=f"{body}{'x' * (65_536 - spare - len(body))}")
    data = SMALL.model_dump(mode="json", exclude_defaults=True)
    data["phases"][0]["modules"][0]["title"] = "Basics, and more"
    plan = bench.apply(Curriculum.model_validate(data))
    after = bench.issue("Read").body or ""
    assert ("Basics, and more" in after) is written
    assert ("there is no room for it" in {drift.theirs for drift in plan.drift}) is not written
    assert len(after) <= 65_536
