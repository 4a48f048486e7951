"""The labels of a path: phase, kind, skill, priority and status, and how a label says it is ours.

A label has no body to hide a marker in, so its visible description ends with "· milepost KEY". A
learner may rename it; the key goes along. Colours are middle tones: GitHub darkens or lightens the
text by the theme, and both stay readable.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from bot.curriculum.base import Priority
from bot.curriculum.model import Curriculum, Task, WorkItem
from bot.i18n import pgettext, pgettext_noop
from bot.planning.length_limits import LABEL_DESCRIPTION, LABEL_NAME, cut, one_line
from bot.planning.marker import Key
from bot.planning.schedule import PlanOverrides
from bot.planning.snapshot import FrozenModel
from bot.settings import Settings

SEPARATOR = " · milepost "
_OURS = re.compile(r"(?:^|· )milepost (\S+)$")
_CODE = re.compile(r"%((?:10|[1-9a-f])[0-9a-f]{4});")

PHASE_COLORS = ("1f6feb", "8250df", "bf3989", "bc4c00", "1a7f37", "0a7ea4")
KIND_COLOR = "57606a"
SKILL_COLOR = "0e8a83"
PRIORITY_COLORS = {Priority.HIGH: "cf222e", Priority.MEDIUM: "bf8700", Priority.LOW: "6e7781"}
HIGHLIGHT_COLOR = "b08800"
_RANK = {Priority.HIGH: 0, Priority.MEDIUM: 1, Priority.LOW: 2}

STAGE_COLOR = "0969da"
STATUS_COLORS = {"attested": "8250df", "in-progress": "2da44e", "blocked": "a40e26"}
# Name and description of the labels that every path may have, by key, in the order in which they
# are listed. The description is followed by the key, so a short one is better.
TEXTS: Mapping[Key, tuple[str, str]] = MappingProxyType(
    {
        "kind:course": (
            pgettext_noop("label", "kind: course"),
            pgettext_noop("label text", "Follow a course"),
        ),
        "kind:reading": (
            pgettext_noop("label", "kind: reading"),
            pgettext_noop("label text", "Read something"),
        ),
        "kind:project": (
            pgettext_noop("label", "kind: project"),
            pgettext_noop("label text", "Build something"),
        ),
        "kind:practice": (
            pgettext_noop("label", "kind: practice"),
            pgettext_noop("label text", "Learn by doing"),
        ),
        "kind:setup": (
            pgettext_noop("label", "kind: setup"),
            pgettext_noop("label text", "Set something up"),
        ),
        "kind:post": (
            pgettext_noop("label", "kind: post"),
            pgettext_noop("label text", "Write for others"),
        ),
        "kind:contribution": (
            pgettext_noop("label", "kind: contribution"),
            pgettext_noop("label text", "Contribute to other people's projects"),
        ),
        "kind:networking": (
            pgettext_noop("label", "kind: networking"),
            pgettext_noop("label text", "Meet people"),
        ),
        "kind:job-search": (
            pgettext_noop("label", "kind: job-search"),
            pgettext_noop("label text", "Find a job"),
        ),
        "kind:deliverable": (
            pgettext_noop("label", "kind: deliverable"),
            pgettext_noop("label text", "Something you make and show"),
        ),
        "kind:checkpoint": (
            pgettext_noop("label", "kind: checkpoint"),
            pgettext_noop("label text", "Check what you can do by now"),
        ),
        "kind:choice": (
            pgettext_noop("label", "kind: choice"),
            pgettext_noop("label text", "Choose a branch of the path"),
        ),
        "kind:next-steps": (
            pgettext_noop("label", "kind: next-steps"),
            pgettext_noop("label text", "Small steps beside your weekly tasks"),
        ),
        "kind:summary": (
            pgettext_noop("label", "kind: summary"),
            pgettext_noop("label text", "Where you are on the path"),
        ),
        "kind:portfolio": (
            pgettext_noop("label", "kind: portfolio"),
            pgettext_noop("label text", "A project for your portfolio"),
        ),
        "kind:goal": (
            pgettext_noop("label", "kind: goal"),
            pgettext_noop("label text", "A goal of your own"),
        ),
        "kind:assessment": (
            pgettext_noop("label", "kind: assessment"),
            pgettext_noop("label text", "Rate how sure you feel"),
        ),
        "kind:reflection": (
            pgettext_noop("label", "kind: reflection"),
            pgettext_noop("label text", "Look back on a part of the path"),
        ),
        "kind:journal": (
            pgettext_noop("label", "kind: journal"),
            pgettext_noop("label text", "An entry in your journal"),
        ),
        "kind:application": (
            pgettext_noop("label", "kind: application"),
            pgettext_noop("label text", "A job you applied for"),
        ),
        "priority:high": (
            pgettext_noop("label", "priority: high"),
            pgettext_noop("label text", "Builds a skill of high priority"),
        ),
        "priority:medium": (
            pgettext_noop("label", "priority: medium"),
            pgettext_noop("label text", "Builds a skill of medium priority"),
        ),
        "priority:low": (
            pgettext_noop("label", "priority: low"),
            pgettext_noop("label text", "Builds a skill of low priority"),
        ),
        "optional:optional": (
            pgettext_noop("label", "optional"),
            pgettext_noop("label text", "Nice to have. The path is complete without it"),
        ),
        "stage:applied": (
            pgettext_noop("label", "stage: applied"),
            pgettext_noop("label text", "Sent, no answer yet"),
        ),
        "stage:interview": (
            pgettext_noop("label", "stage: interview"),
            pgettext_noop("label text", "You're talking"),
        ),
        "stage:offer": (
            pgettext_noop("label", "stage: offer"),
            pgettext_noop("label text", "They made you an offer"),
        ),
        "stage:closed": (
            pgettext_noop("label", "stage: closed"),
            pgettext_noop("label text", "Over"),
        ),
        "journal:highlight": (
            pgettext_noop("label", "highlight"),
            pgettext_noop("label text", "Shown in your next checkpoint report"),
        ),
        "status:attested": (
            pgettext_noop("label", "status: attested"),
            pgettext_noop("label text", "A mentor approved it"),
        ),
        "status:in-progress": (
            pgettext_noop("label", "status: in progress"),
            pgettext_noop("label text", "You're working on it"),
        ),
        "status:blocked": (
            pgettext_noop("label", "status: blocked"),
            pgettext_noop("label text", "You can't go on with it for now"),
        ),
    }
)


class DesiredLabel(FrozenModel):
    """A label as it should be; `description` includes the key."""

    key: Key
    name: str
    color: str
    description: str


def path_labels(
    curriculum: Curriculum, settings: Settings, overrides: PlanOverrides
) -> Iterator[DesiredLabel]:
    """Yield every label that a path may use."""
    kinds = set(_kinds_in_use(curriculum, settings, overrides))
    return labels_for(curriculum, settings.label_prefix, kinds)


def _kinds_in_use(
    curriculum: Curriculum, settings: Settings, overrides: PlanOverrides
) -> Iterator[str]:
    """Yield the kinds of issues that a path may have, `attested` for one with mentors."""
    features = settings.features
    yield from {str(task.kind) for task in curriculum.tasks()} | {"summary"}
    extra = {
        "deliverable": features.deliverables and any(curriculum.deliverables()),
        "checkpoint": features.checkpoints and curriculum.checkpoints,
        "choice": any(curriculum.choices()),
        "next-steps": features.actions and curriculum.actions,
        "portfolio": overrides.projects,
        "goal": overrides.goals,
        "networking": any(entry.on for entry in curriculum.community),
        "assessment": features.assessments and curriculum.rated,
        "reflection": features.reflections and curriculum.reflection,
        "journal": curriculum.journal,
        "application": curriculum.roles,
        "attested": settings.mentors,
    }
    yield from (kind for kind, used in extra.items() if used)


def labels_for(curriculum: Curriculum, prefix: str, kinds: set[str]) -> Iterator[DesiredLabel]:
    """Yield every label for these kinds of issues."""
    taken: set[str] = set()
    for key, name, color, text in _label_rows(curriculum, kinds):
        free, shown = _unique(f"{prefix}{name}", taken), _describe(text, key)
        yield DesiredLabel(key=key, name=free, color=color, description=shown)


def _label_rows(curriculum: Curriculum, kinds: set[str]) -> Iterator[tuple[Key, str, str, str]]:
    """Yield key, name, color and description of each, neither unique nor cut to fit yet."""
    for index, phase in enumerate(curriculum.phases):
        color = PHASE_COLORS[index % len(PHASE_COLORS)]
        name = pgettext("label", "phase: %(title)s", title=phase.title)
        yield f"phase:{phase.id}", name, color, phase.goal
    ours = (key for key in TEXTS if key.startswith("kind:"))
    yield from (_row(key, KIND_COLOR) for key in ours if key.partition(":")[2] in kinds)
    for skill in curriculum.skills:
        name = pgettext("label", "skill: %(title)s", title=skill.title)
        yield f"skill:{skill.id}", name, SKILL_COLOR, ", ".join(skill.specifics)
    for priority in sorted({skill.priority for skill in curriculum.skills}, key=_RANK.__getitem__):
        yield _row(f"priority:{priority}", PRIORITY_COLORS[priority])
    if any(task.optional for task in curriculum.tasks()):
        yield _row("optional:optional", KIND_COLOR)
    if "application" in kinds:
        yield from (_row(key, STAGE_COLOR) for key in TEXTS if key.startswith("stage:"))
    if "journal" in kinds:
        yield _row("journal:highlight", HIGHLIGHT_COLOR)
    for status, color in STATUS_COLORS.items():
        if status != "attested" or "attested" in kinds:
            yield _row(f"status:{status}", color)


def _row(key: Key, color: str) -> tuple[Key, str, str, str]:
    name, text = TEXTS[key]
    return key, pgettext("label", name), color, pgettext("label text", text)


def task_labels(curriculum: Curriculum, phase: str, task: Task) -> tuple[Key, ...]:
    """Return the keys of the labels of a task."""
    optional = ("optional:optional",) if task.optional else ()
    return (f"phase:{phase}", f"kind:{task.kind}", *work_labels(curriculum, task), *optional)


def work_labels(curriculum: Curriculum, item: WorkItem) -> tuple[Key, ...]:
    """Return the keys of an item's skill labels, and of the highest priority among them."""
    skills = [skill for skill in curriculum.skills if skill.id in item.skills]
    keys = [f"skill:{skill.id}" for skill in skills]
    if skills:
        highest = min((skill.priority for skill in skills), key=_RANK.__getitem__)
        keys.append(f"priority:{highest}")
    return tuple(keys)


def key_in(description: str) -> Key | None:
    """Return the key at the end of a label's description, or None when it is not ours."""
    found = _OURS.search(description)
    return _CODE.sub(lambda code: chr(int(code[1], 16)), found[1]) if found else None


def description_without_key(description: str) -> str:
    """Return the description for a label that is not ours any more."""
    return _OURS.sub("", description).rstrip()


def _unique(name: str, taken: set[str]) -> str:
    """Return a name that GitHub takes, without comma (its search splits there), and none twice."""
    short = one_line(name.replace(",", " "), LABEL_NAME)
    free, number = short, 2
    while free.casefold() in taken:
        tail = f" {number}"
        free = f"{cut(short, LABEL_NAME.most - len(tail))}{tail}"
        number += 1
    taken.add(free.casefold())
    return free


def _describe(text: str, key: Key) -> str:
    """Return the description, with the key behind it; characters of 4 bytes in that are numbers."""
    coded = re.sub("[\U00010000-\U0010ffff]", lambda character: f"%{ord(character[0]):x};", key)
    room = LABEL_DESCRIPTION.most - len(SEPARATOR) - len(coded)
    text = one_line(text, LABEL_DESCRIPTION).rstrip(".")
    text = one_line(text, LABEL_DESCRIPTION._replace(most=room)) if room > 1 else ""
    return f"{text}{SEPARATOR}{coded}" if text else f"milepost {coded}"
