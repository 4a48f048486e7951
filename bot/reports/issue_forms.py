"""Issue forms for the learner's repository: journal, self-assessment, job application.

Their format is GitHub's (docs: syntax for issue forms, and for its form schema): `name`,
`description` and `body` are needed, ids are ASCII, labels and options of a form are unique, and a
label that is not in the repository is not made. An issue made by a form is known by our label.
"""

from typing import Any

from bot.curriculum.base import slugify
from bot.curriculum.model import Curriculum
from bot.curriculum.sections import TemplateField
from bot.planning.marker import Key
from bot.progress.issue_form_answers import APPLICATION, ASSESSMENT, JOURNAL
from bot.reports.assessment import meanings
from bot.settings import Settings

FOLDER = ".github/ISSUE_TEMPLATE"
MANAGED_NOTE = "# Kept by Milepost; delete this line to keep the file as you edit it."
APPLIED = "stage:applied"
_USUAL = 5
Form = dict[str, Any]


def form_files(
    curriculum: Curriculum, settings: Settings, label_names: dict[Key, str]
) -> dict[str, str]:
    """Return the forms as files: path to text, each with the line `MANAGED_NOTE` on top.

    `label_names` are the names of our labels in the repository by key. A form whose own label is
    not there is left out, for nobody could tell its issues from others; so is one that the
    curriculum has nothing for, or that the settings switch off.
    """
    forms = {
        "learning-journal": (JOURNAL, _journal(curriculum) if curriculum.journal else None),
        "skill-assessment": (ASSESSMENT, _assessment(curriculum, settings)),
        "job-application": (APPLICATION, _application(curriculum) if curriculum.roles else None),
    }
    return {
        f"{FOLDER}/{name}.yml": _text(form, [label_names[k] for k in worn if k in label_names])
        for name, (kind, form) in forms.items()
        if form is not None and kind in label_names
        for worn in [(kind, APPLIED) if kind == APPLICATION else (kind,)]
    }


def _text(form: Form, labels: list[str]) -> str:
    import yaml

    body = form.pop("body")
    written = yaml.safe_dump(
        {**form, "labels": labels, "body": _distinct(body)},
        sort_keys=False,
        allow_unicode=True,
        width=100,
    )
    return f"{MANAGED_NOTE}\n{written}"


def _journal(curriculum: Curriculum) -> Form:
    fields = [_field(field) for field in curriculum.journal]
    first = next((field for field in fields if field["type"] == "textarea"), fields[0])
    first["validations"] = {"required": True}
    return {
        "name": "Journal entry",
        "description": "What you learned, in a few lines",
        "title": "Journal: ",
        "body": [
            _note(
                "A few lines are plenty. The entry is closed once it is filed, so that your list"
                " stays tidy, and it comes back in your reflection at the end of the month."
            ),
            *fields,
        ],
    }


def _field(field: TemplateField) -> Form:
    match field.kind:
        case "date":
            about = "The day this is about, such as 2026-11-23; empty for today."
            return _input(field.id, field.title, about)
        case "month":
            return _input(field.id, field.title)
        case _:
            return _area(field.id, field.title)


def _assessment(curriculum: Curriculum, settings: Settings) -> Form | None:
    assessment = curriculum.assessment
    if not settings.features.assessments or not assessment.skills:
        return None
    whole = assessment.scale == _USUAL
    options = (
        list(meanings(assessment.scale))
        if whole
        else [str(value) for value in range(1, assessment.scale + 1)]
    )
    ends = "" if whole else f" The ends of the scale: {'; '.join(meanings(assessment.scale))}."
    return {
        "name": "How sure do you feel?",
        "description": "Rate your skills by your own measure",
        "title": "How sure do I feel?",
        "body": [
            _note(
                "There is no right answer, and no progress depends on it. Leave out what you do not"
                f" want to rate.{ends}"
            ),
            *(_dropdown(skill.id, skill.title, options) for skill in assessment.skills),
        ],
    }


def _application(curriculum: Curriculum) -> Form:
    role = _input("role", "Role", placeholder=curriculum.roles[0].title)
    company = _input("company", "Company") | {"validations": {"required": True}}
    return {
        "name": "Job application",
        "description": "Keep track of a job you applied for",
        "title": "Application: ",
        "body": [
            _note(
                "**This repository may be public, and then everybody can read what you write"
                " here.** Leave out what is private: pay, and names, addresses or words of people."
                " The labels for stages say how it goes on."
            ),
            company,
            role,
            _input("link", "Link", "The page of the opening."),
            _input("found", "Where found", "A board, a community, a recommendation."),
            _area("notes", "Notes", "Why this one, what to prepare, what comes next."),
        ],
    }


def _note(text: str) -> Form:
    return {"type": "markdown", "attributes": {"value": text}}


def _input(name: str, label: str, about: str = "", *, placeholder: str = "") -> Form:
    attributes = {"label": label, "description": about, "placeholder": placeholder}
    return {"type": "input", "id": name, "attributes": {k: v for k, v in attributes.items() if v}}


def _area(name: str, label: str, about: str = "") -> Form:
    return {**_input(name, label, about), "type": "textarea"}


def _dropdown(name: str, label: str, options: list[str]) -> Form:
    return {
        "type": "dropdown",
        "id": name,
        "attributes": {"label": label, "options": list(options)},
    }


def _distinct(body: list[Form]) -> list[Form]:
    """Return the fields with ids in ASCII, and no id or label twice."""
    ids: set[str] = set()
    labels: set[str] = set()
    for number, element in enumerate(body):
        if "id" not in element:
            continue
        name = element["id"] if element["id"].isascii() else ""
        if not name or name in ids:
            element["id"] = name = f"field-{number}"
        ids.add(name)
        label = element["attributes"]["label"]
        if slugify(label) in labels:
            element["attributes"]["label"] = label = f"{label} ({number})"
        labels.add(slugify(label))
    return body
