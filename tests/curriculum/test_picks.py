"""What is picked beside the choices of a path: a cloud, and one side of "A OR B"."""

import pytest
from builders import curriculum

from bot.curriculum.load import from_catalog

CLOUDS = [
    {"title": "AWS", "services": ["SageMaker", "Lambda"]},
    {"title": "Google Cloud", "services": ["AI Platform"]},
]
TOOLS = [{"title": "Feature stores", "tools": ["Feast", "Tecton"]}]


def path(*tasks: str) -> str:
    weeks = (f"Week {n}: Unit {n}\n- {task}" for n, task in enumerate(tasks, 1))
    return "\n".join(("Phase: P", "Month 1: M", *weeks))


def test_a_cloud_is_picked_from_the_first_task_about_one_on() -> None:
    [pick] = curriculum(
        path("Rest", "Deploy to a cloud", "SageMaker OR AI Platform"), clouds=CLOUDS
    ).picks
    assert (pick.id, pick.unit, pick.tasks) == (
        "cloud",
        "unit-2",
        frozenset({"sagemaker-or-ai-platform"}),
    )
    assert [option.title for option in pick.options] == ["AWS", "Google Cloud"]
    assert pick.details["aws"] == "SageMaker, Lambda"


@pytest.mark.parametrize(
    ("task", "sides"),
    [
        ("Rye OR wheat", ["Rye", "wheat"]),
        ("Learn Feast or Tecton", ["Feast", "Tecton"]),
        ("Bake rolls or buns", []),
        ("Learn Feast and Tecton", []),
        ("Work for Oregon", []),
        ("A OR B OR C OR D OR E", []),
    ],
)
def test_a_task_leaves_open_which_of_its_sides(task: str, sides: list[str]) -> None:
    found = curriculum(path(task), tools=TOOLS).picks
    assert [option.title for pick in found for option in pick.options] == sides


@pytest.mark.parametrize(
    ("language", "task", "sides"),
    [
        ("en", "O'Reilly on Feast and Tecton", []),
        ("es", "Aprende Feast o Tecton", ["Feast", "Tecton"]),
        ("es", "Rye OR wheat", ["Rye", "wheat"]),
        ("pt", "Compare o Feast e o Tecton", []),
        ("pt-BR", "Aprenda Feast ou Tecton", ["Feast", "Tecton"]),
        ("zh", "学习 Feast 或 Tecton", ["Feast", "Tecton"]),
    ],
)
def test_or_is_a_word_of_the_paths_language(language: str, task: str, sides: list[str]) -> None:
    found = curriculum(path(task), tools=TOOLS, language=language).picks
    assert [option.title for pick in found for option in pick.options] == sides


def test_a_choice_of_the_path_keeps_its_name() -> None:
    drawing = path("Rest") + "\nChoice: Cloud\nOption: A\n- a\nOption: B\n- b"
    assert curriculum(drawing, clouds=CLOUDS).picks == ()


def test_a_copy_has_its_own() -> None:
    drawn = curriculum(path("Rye OR wheat"))
    assert len(drawn.picks) == 1
    assert drawn.model_copy(update={"phases": curriculum(path("Rest")).phases}).picks == ()


def test_those_of_the_built_in_path() -> None:
    picks = {pick.id: pick.unit for pick in from_catalog("devops-to-mlops").picks}
    assert picks == {"cloud": "m04-w3-4", "feast-or-tecton": "m07-w1-2"}
