"""Issue forms: `.github/ISSUE_TEMPLATE/*.yml`, and the body that answers to one become.

The body is GitHub's: `### Label`, a blank line, the value; `_No response_` for none; a list of
boxes for checkboxes; options of a dropdown with commas between; a fence around what `render` names.
Labels that the repository lacks are left out, and only public repositories insist on answers.
Sources: GitHub's "Syntax for issue forms" and "Syntax for GitHub's form schema",
stefanbuck/github-issue-parser, WordPress/gutenberg#63523, TensorBlock/awesome-mcp-servers#705.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from github_sandbox.state import yaml_files
from github_sandbox.state.objects import Repository
from github_sandbox.state.refusals import Invalid, NotFound

FOLDER = ".github/ISSUE_TEMPLATE"
FILE = re.compile(rf"{re.escape(FOLDER)}/(?!config\.)([^/]+\.ya?ml)")
NO_RESPONSE = "_No response_"
KINDS = frozenset({"markdown", "textarea", "input", "dropdown", "checkboxes"})

Answers = Mapping[str, list[str]]
"""What was filled in, by `FormField.name`: texts, chosen options, numbers of ticked boxes."""


@dataclass(frozen=True)
class Option:
    """One choice of a dropdown, or one box."""

    label: str
    required: bool = False


@dataclass(frozen=True)
class FormField:
    """A field. `name` is that of the input, `id` the one that an address may fill in before."""

    name: str
    kind: str
    id: str = ""
    label: str = ""
    description: str = ""
    placeholder: str = ""
    value: str = ""
    render: str = ""
    options: tuple[Option, ...] = ()
    multiple: bool = False
    default: str = ""
    required: bool = False


@dataclass(frozen=True)
class IssueForm:
    """A form, by the name of its file."""

    file: str
    name: str
    description: str
    title: str
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    fields: tuple[FormField, ...]


def of(repository: Repository) -> list[IssueForm]:
    """Return the forms of the default branch by file name, without those that have mistakes."""
    head = repository.git.head(repository.default_branch)
    names = [found[1] for path in (head.files if head else ()) if (found := FILE.fullmatch(path))]
    forms = (_read(name, yaml_files.read(repository, f"{FOLDER}/{name}")) for name in sorted(names))
    return [form for form in forms if form]


def find(repository: Repository, file: str) -> IssueForm:
    """Return the form in this file. Raises NotFound."""
    for form in of(repository):
        if form.file == file:
            return form
    raise NotFound


def has_blank_issues(repository: Repository) -> bool:
    """Return whether people may open an issue without a form (`config.yml`)."""
    settings = yaml_files.read(repository, f"{FOLDER}/config.yml")
    return settings.get("blank_issues_enabled") is not False


def body(repository: Repository, form: IssueForm, answers: Answers) -> str:
    """Return the body of the issue. Raises Invalid where a needed answer is missing."""
    parts: list[str] = []
    for field in form.fields:
        if field.kind == "markdown":
            continue
        given = [text.replace("\r\n", "\n").strip() for text in answers.get(field.name, ())]
        given = [text for text in given if text]
        if not repository.private and not _is_answered(field, given):
            raise Invalid(f"{field.label} needs an answer.")
        parts.append(f"### {field.label}\n\n{_value(field, given)}")
    return "\n\n".join(parts)


def known_labels(repository: Repository, form: IssueForm) -> list[str]:
    """Return those labels of the form that the repository has."""
    return [name for name in form.labels if name.lower() in repository.labels]


def _is_answered(field: FormField, given: list[str]) -> bool:
    if field.kind == "checkboxes":
        return all(str(n) in given for n, one in enumerate(field.options) if one.required)
    return bool(given) or not field.required


def _value(field: FormField, given: list[str]) -> str:
    if field.kind == "checkboxes":
        boxes = ("x" if str(n) in given else " " for n in range(len(field.options)))
        return "\n".join(
            f"- [{box}] {one.label}" for box, one in zip(boxes, field.options, strict=True)
        )
    if field.kind == "dropdown":
        given = [one.label for one in field.options if one.label in given]
    text = ", ".join(given)
    return f"```{field.render}\n{text}\n```" if text and field.render else text or NO_RESPONSE


def _read(file: str, content: dict[Any, Any]) -> IssueForm | None:
    """Return the form that a file holds, None where it is none."""
    given = content.get("body")
    if not (content.get("name") and content.get("description") and isinstance(given, list)):
        return None
    fields = [_field(number, one) for number, one in enumerate(given)]
    found = [field for field in fields if field]
    if len(found) < len(fields) or all(field.kind == "markdown" for field in found):
        return None
    return IssueForm(
        file,
        str(content["name"]),
        str(content["description"]),
        str(content.get("title") or ""),
        _names(content.get("labels")),
        _names(content.get("assignees")),
        tuple(found),
    )


def _field(number: int, given: Any) -> FormField | None:
    attributes = given.get("attributes") if isinstance(given, dict) else None
    if not isinstance(attributes, dict) or given.get("type") not in KINDS:
        return None
    options = tuple(map(_option, attributes.get("options") or ()))
    chosen = attributes.get("default")
    default = options[chosen].label if isinstance(chosen, int) and chosen < len(options) else ""
    field = FormField(
        f"answer-{number}",
        given["type"],
        id=str(given.get("id") or ""),
        **{
            key: str(attributes.get(key) or "")
            for key in ("label", "description", "placeholder", "value", "render")
        },
        options=options,
        multiple=attributes.get("multiple") is True,
        default=default,
        required=(given.get("validations") or {}).get("required") is True,
    )
    chooses = field.kind in {"dropdown", "checkboxes"}
    needed = field.value if field.kind == "markdown" else field.label
    return field if needed and bool(field.options) == chooses else None


def _option(given: Any) -> Option:
    if isinstance(given, dict):
        return Option(str(given.get("label") or ""), given.get("required") is True)
    return Option(str(given))


def _names(given: Any) -> tuple[str, ...]:
    """Return names from a list, or from a text with commas."""
    names = given.split(",") if isinstance(given, str) else given or ()
    return tuple(name for one in names if (name := str(one).strip()))
