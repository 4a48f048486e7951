"""Issue forms for the learner's repository: journal, self-assessment, job application.

Their format is GitHub's (docs: syntax for issue forms, and for its form schema): `name`,
`description` and `body` are needed, ids are ASCII, labels and options of a form are unique, and a
label that is not in the repository is not made. An issue made by a form is known by our label.
"""

from typing import Any

from bot import templating
from bot.curriculum.base import slugify
from bot.curriculum.model import Curriculum
from bot.i18n import gettext as _
from bot.planning.length_limits import cut
from bot.planning.marker import Key
from bot.progress.issue_form_answers import APPLICATION, ASSESSMENT, JOURNAL
from bot.reports.assessment import meanings
from bot.settings import Settings

FOLDER = ".github/ISSUE_TEMPLATE"
MANAGED_NOTE = "# Kept by Milepost; delete this line to keep the file as you edit it."
APPLIED = "stage:applied"
SHORT = frozenset({"date", "month"})  # kinds of fields that take a word, not a text
_USUAL = 5
MOST_DESCRIBED = 400  # characters below a field
Form = dict[str, Any]


def form_files(
    curriculum: Curriculum, settings: Settings, label_names: dict[Key, str]
) -> dict[str, str]:
    """Return the forms as files: path to text, each with the line `MANAGED_NOTE` on top.

    `label_names` are the names of our labels in the repository by key. A form whose own label is
    not there is left out, for nobody could tell its issues from others; so is one that the
    curriculum has nothing for, or that the settings switch off.
    """
    assessed = curriculum.rated if settings.features.assessments else ()
    forms = {
        "learning-journal": ((JOURNAL,), curriculum.journal),
        "skill-assessment": ((ASSESSMENT,), assessed),
        "job-application": ((APPLICATION, APPLIED), curriculum.roles),
    }
    return {
        f"{FOLDER}/{name}.yml": _text(
            name, curriculum, [label_names[key] for key in worn if key in label_names]
        )
        for name, (worn, content) in forms.items()
        if content and worn[0] in label_names
    }


def _text(name: str, curriculum: Curriculum, labels: list[str]) -> str:
    import yaml

    scale = curriculum.assessment.scale
    large = [n for n, field in enumerate(curriculum.journal) if field.kind not in SHORT]
    form = yaml.safe_load(
        templating.render(
            f"forms/{name}.yml.j2",
            c=curriculum,
            tiers=_tiers(curriculum),
            short=SHORT,
            required=large[0] if large else 0,
            meanings=meanings(scale),
            options=meanings(scale) if scale == _USUAL else tuple(map(str, range(1, scale + 1))),
            intro=_intro(scale),
            quoted=_quoted,
        )
    )
    body = _distinct(form.pop("body"))
    written = yaml.safe_dump(
        {**form, "labels": labels, "body": body}, sort_keys=False, allow_unicode=True, width=100
    )
    return f"{MANAGED_NOTE}\n{written}"


def _tiers(curriculum: Curriculum) -> str:
    """Return the guide's companies in one line, those of the first tier first."""
    ordered = sorted(curriculum.companies, key=lambda one: one.tier)
    named = "; ".join(f"{one.title}: {', '.join(one.companies)}" for one in ordered)
    text = _("The guide names: %(companies)s", companies=named)
    return cut(text, MOST_DESCRIBED) if named else ""


def _intro(scale: int) -> str:
    """Return what stands above the form that rates skills; options may say what numbers mean."""
    text = _(
        "There's no right answer, and your progress doesn't depend on it. Leave out any skill."
    )
    if scale == _USUAL:
        return text
    ends = _("The ends of the scale: %(ends)s.", ends="; ".join(meanings(scale)))
    return f"{text} {ends}"


def _quoted(text: str) -> str:
    """Return a text in YAML's quotes, in ASCII and on one line."""
    import yaml

    written: str = yaml.safe_dump(str(text), default_style='"', width=float("inf"))
    return written.strip()


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
