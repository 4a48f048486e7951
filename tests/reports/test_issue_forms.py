"""The issue forms: golden files, GitHub's rules for them, and that what they ask can be read."""

import re
from datetime import date
from typing import Any

import pytest
import yaml
from builders import curriculum
from hypothesis import given
from hypothesis import strategies as st
from pytest_regressions.file_regression import FileRegressionFixture
from reports.histories import RICH, HistoryLearner
from repository_fixture import settings as config

from bot.curriculum.load import from_catalog
from bot.curriculum.model import Curriculum
from bot.curriculum.sections import AssessedSkill, Assessment, TemplateField
from bot.planning.desired_state import desired_state
from bot.planning.observed_state import observe
from bot.planning.path import PlannedPath
from bot.progress.assessment import ratings_in_issues
from bot.progress.journal import journal
from bot.reports.issue_forms import MANAGED_NOTE, form_files
from bot.settings import Settings
from github_sandbox.state import issue_forms
from github_sandbox.world import World

HOW = config()
NAMES = {
    "kind:journal": "kind: journal",
    "kind:assessment": "kind: assessment",
    "kind:application": "kind: application",
    "stage:applied": "stage: applied",
}
OFFICIAL = from_catalog("devops-to-mlops")
PLAIN = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- x")

TOP = {"name", "description", "title", "labels", "body"}
ELEMENT = {"type", "id", "attributes", "validations"}
ATTRIBUTES = {
    "markdown": {"value"},
    "input": {"label", "description", "placeholder"},
    "textarea": {"label", "description", "placeholder"},
    "dropdown": {"label", "options", "description"},
}


def files(path: Curriculum = OFFICIAL, how: Settings = HOW) -> dict[str, str]:
    return form_files(path, how, NAMES)


def form(name: str, path: Curriculum = OFFICIAL) -> dict[str, Any]:
    loaded = yaml.safe_load(files(path)[f".github/ISSUE_TEMPLATE/{name}.yml"])
    assert isinstance(loaded, dict)
    return loaded


def test_the_stand_in_offers_all_forms_and_its_bodies_are_read() -> None:
    world = World()
    home = world.repository()
    texts = {path: text.encode() for path, text in files().items()}
    world.commit_files(home, texts, "Add forms")
    offered = {form.file: form for form in issue_forms.of(home)}
    assert len(offered) == len(texts) == 3
    entry = offered["learning-journal.yml"]
    given = {field.name: [f"About {field.label}"] for field in entry.fields}
    body = issue_forms.body(home, entry, given)
    learner = HistoryLearner(RICH).files("Journal: ", "kind:journal", "2026-01-09", body)
    (read,) = journal(learner.view("2026-03-01"))
    answered = [field.label for field in entry.fields if field.kind != "markdown"]
    assert all(f"About {label}" in read.title + read.text for label in answered[1:])


def is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def check(text: str) -> None:
    """What GitHub's page of validation errors for issue forms says, as far as it concerns ours."""
    loaded = yaml.safe_load(text)
    assert set(loaded) == TOP
    assert all(is_text(loaded[key]) for key in ("name", "description", "title"))
    assert loaded["labels"]
    assert all(map(is_text, loaded["labels"]))
    inputs = [element for element in loaded["body"] if element["type"] != "markdown"]
    assert inputs
    for element in loaded["body"]:
        assert set(element) <= ELEMENT
        attributes = element["attributes"]
        assert set(attributes) <= ATTRIBUTES[element["type"]]
        for name, value in attributes.items():
            texts = value if name == "options" else [value]
            assert all(map(is_text, texts))
        options = attributes.get("options", ["some"])
        assert len(set(options)) == len(options) > 0
        assert "none" not in {option.casefold() for option in options}
    ids = [element["id"] for element in inputs]
    labels = [element["attributes"]["label"].casefold() for element in inputs]
    assert len(set(ids)) == len(ids)
    assert len(set(labels)) == len(labels)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", name) for name in ids)


@pytest.mark.parametrize("name", ["learning-journal", "skill-assessment", "job-application"])
def test_the_form(name: str, file_regression: FileRegressionFixture) -> None:
    text = files()[f".github/ISSUE_TEMPLATE/{name}.yml"]
    file_regression.check(text, extension=".yml", encoding="utf-8")


@pytest.mark.parametrize("path", [OFFICIAL, RICH, from_catalog("learn-python-12-weeks")])
def test_every_form_follows_githubs_rules(path: Curriculum) -> None:
    made = files(path)
    assert len(made) >= 2
    for text in made.values():
        assert text.startswith(f"{MANAGED_NOTE}\n")
        check(text)


titles = st.text(min_size=1, max_size=30).map(str.strip).filter(bool)
fields = st.builds(
    TemplateField, title=titles, kind=st.sampled_from(["date", "text", "list", "month"])
)


@given(
    st.lists(fields, min_size=1, max_size=5),
    st.lists(st.builds(AssessedSkill, title=titles), min_size=1, max_size=5),
    st.integers(2, 10),
)
def test_a_guide_in_any_words_makes_forms_that_are_valid(
    fields: list[TemplateField], skills: list[AssessedSkill], scale: int
) -> None:
    path = PLAIN.model_copy(
        update={
            "journal": tuple(fields),
            "assessment": Assessment(skills=tuple(skills), scale=scale),
        }
    )
    made = files(path)
    assert len(made) == 2
    for text in made.values():
        check(text)


def test_the_same_values_give_the_same_bytes() -> None:
    assert files() == files()


def test_a_renamed_label_is_called_as_it_is_and_a_missing_one_makes_no_form() -> None:
    names = {"kind:journal": "diary", "kind:application": "jobs"}
    made = form_files(OFFICIAL, HOW, names)
    assert [yaml.safe_load(text)["labels"] for text in made.values()] == [["diary"], ["jobs"]]


def test_a_path_without_these_parts_has_no_forms() -> None:
    assert files(PLAIN) == {}


def test_no_form_for_what_is_switched_off() -> None:
    off = config(features={"assessments": False})
    assert not [path for path in files(how=off) if "assessment" in path]


def test_nothing_private_is_asked_for() -> None:
    """No field for pay or for a person; only the note names them, to leave them out."""
    for text in files().values():
        for element in yaml.safe_load(text)["body"]:
            if element["type"] != "markdown":
                requested = " ".join(
                    v for v in element["attributes"].values() if isinstance(v, str)
                )
                assert not re.search(
                    r"salar|pay\b|e-?mail|phone|address|birth", requested, re.IGNORECASE
                )
    (note, *_) = form("job-application")["body"]
    assert "may be public" in note["attributes"]["value"]


def filled_in(made: dict[str, Any], answers: dict[str, str]) -> str:
    """The body that GitHub makes of the form's answers; `answers` go by label."""
    labels = [e["attributes"]["label"] for e in made["body"] if e["type"] != "markdown"]
    return "\n\n".join(f"### {name}\n\n{answers.get(name, '_No response_')}" for name in labels)


def test_what_the_journal_form_asks_is_read_back() -> None:
    answers = {"Date": "2026-01-07", "What I learned": "Rows.\n\nAnd columns."}
    body = filled_in(form("learning-journal"), answers)
    learner = HistoryLearner(OFFICIAL).files("Journal: ", "kind:journal", "2026-01-09", body)
    (entry,) = journal(learner.view("2026-03-01"))
    assert (entry.day, entry.text) == (date(2026, 1, 7), "What I learned: Rows.\n\nAnd columns.")


@pytest.mark.parametrize("scale", [3, 5, 10])
def test_every_choice_of_the_assessment_form_is_read_back(scale: int) -> None:
    assessment = OFFICIAL.assessment.model_copy(update={"scale": scale})
    path = OFFICIAL.model_copy(update={"assessment": assessment})
    made = form("skill-assessment", path)
    first, *_ = [e for e in made["body"] if e["type"] == "dropdown"]
    label, options = first["attributes"]["label"], first["attributes"]["options"]
    learner = HistoryLearner(path)
    for option in options:
        learner.files("Me", "kind:assessment", "2026-01-09", filled_in(made, {label: option}))
    seen = observe(learner.bench.edges.snapshot())
    found = [r.value for r in ratings_in_issues(path, seen, learner.how)]
    assert found == list(range(1, scale + 1))


def test_the_labels_the_forms_wear_are_among_those_of_the_path() -> None:
    desired = desired_state(PlannedPath.at_start(OFFICIAL, HOW))
    wanted = {label.key: label.name for label in desired.labels}
    made = form_files(OFFICIAL, HOW, wanted)
    assert len(made) == 3
    for text in made.values():
        assert set(yaml.safe_load(text)["labels"]) <= set(wanted.values())
