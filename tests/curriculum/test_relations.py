"""What belongs together in a guide that is used as it is, found by its words."""

from datetime import date
from pathlib import Path

import pytest
from builders import curriculum

from bot.curriculum import importer
from bot.curriculum.load import from_catalog
from bot.curriculum.model import Curriculum

WHOLE = Path(__file__).parent / "guides" / "whole-guide.md"


@pytest.fixture(scope="module")
def guide() -> Curriculum:
    return importer.read(WHOLE.read_bytes(), name="guide.md").curriculum


def test_tasks_train_the_skills_of_their_words_or_of_their_unit(guide: Curriculum) -> None:
    skills = guide.relations.skills
    assert skills["task:practice-baguettes"] == ("shaping",)
    assert skills["task:rye-sourdough-or-wheat-sourdough"] == ("sourdough",)
    assert "task:apply-to-five-bakeries" not in skills


def test_a_book_is_used_where_its_title_stands(guide: Curriculum) -> None:
    assert guide.relations.resources == {
        "task:read-bread-from-scratch-chapters-1-3": ("bread-from-scratch",)
    }


def test_a_line_of_a_checkpoint_is_shown_by_what_has_its_words_and_no_other(
    guide: Curriculum,
) -> None:
    assert guide.relations.evidence == {
        "three-loaves-baked-from-a-starter": ("three-loaves-from-your-own-starter",)
    }


def test_a_next_step_stands_for_the_work_of_its_time(guide: Curriculum) -> None:
    assert guide.relations.stands == {
        "buy-a-kitchen-scale": ("set-up-a-kitchen-scale",),
        "read-bread-from-scratch-first-3-chapters": ("read-bread-from-scratch-chapters-1-3",),
    }


def test_what_is_brought_makes_tasks_easier(guide: Curriculum) -> None:
    assert guide.relations.helps == {
        "knives": ("learn-scoring-with-sharp-knives",),
        "ovens-gas-wood": ("bake-with-steam-in-gas-ovens",),
    }


def test_what_is_rated_is_fed_by_the_skill_of_its_name(guide: Curriculum) -> None:
    assert guide.relations.feeds == {"sourdough": ("sourdough",)}


def test_an_event_has_its_day_where_the_guide_says_it(guide: Curriculum) -> None:
    days = {entry.title: entry.on for entry in guide.community}
    assert days["Bread Fair"] == date(2026, 3, 14)
    assert days["Oven Days"] is None


def test_a_day_whose_year_stands_elsewhere_is_none() -> None:
    text = b"## Week 1\n- a\n\n## Events\n- **Bread Fair 2026**: 3 May\n"
    assert [one.on for one in importer.read(text, name="x").curriculum.community] == [None]


def test_what_a_curriculum_names_counts_alone() -> None:
    path = from_catalog("devops-to-mlops")
    named = {f"task:{task.id}": task.skills for task in path.tasks() if task.skills}
    named |= {f"deliverable:{d.id}": d.skills for d in path.deliverables() if d.skills}
    assert path.relations.skills == named
    assert path.relations.stands["quarter-five-projects"] == ("m02-five-projects",)
    assert "month-follow" not in path.relations.stands


def test_a_phrase_is_found_by_its_acronym_and_words_by_their_beginnings() -> None:
    path = curriculum(
        "Phase: P\nMonth 1: M\nWeek 1: W\n- Monitor ML models\n- Bake\n- Swim\n- Rest\n- Read"
    )
    more = {"skills": [{"title": "Machine Learning Monitoring"}]}
    data = path.model_dump(mode="json") | more
    found = Curriculum.model_validate(data).relations.skills
    assert found == {"task:monitor-ml-models": ("machine-learning-monitoring",)}


def test_words_that_every_task_has_tell_nothing() -> None:
    path = curriculum(
        "Phase: P\nMonth 1: M\nWeek 1: W\n- ML one\n- ML two\n- ML three\n- ML four\n- ML five",
    )
    data = path.model_dump(mode="json") | {"skills": [{"title": "ML"}]}
    assert Curriculum.model_validate(data).relations.skills == {}
