"""The labels of a path: phase, kind, skill, priority and status, and how a label says it is ours.

A label has no body to hide a marker in, so its visible description ends with "· milepost KEY". A
learner may rename it; the key goes along. Colours are middle tones: GitHub darkens or lightens the
text by the theme, and both stay readable.
"""

import re
from collections.abc import Iterator

from bot.curriculum.base import Priority
from bot.curriculum.model import Curriculum, Task, WorkItem
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

KIND_TEXTS = {
    "course": "Follow a course",
    "reading": "Read",
    "project": "Build something",
    "practice": "Learn by doing",
    "setup": "Set something up",
    "post": "Write for others",
    "contribution": "Contribute to other people's projects",
    "networking": "Meet people",
    "job-search": "Find the job",
    "deliverable": "What a month leaves behind",
    "checkpoint": "Stop and look at where you are",
    "choice": "Choose a branch of the path",
    "next-steps": "Next steps beside the timeline",
    "summary": "Where you are on the path",
    "portfolio": "A project of your own choice",
    "goal": "A goal of your own, beside the path",
    "assessment": "How sure you feel, by your own measure",
    "reflection": "Look back on a month",
    "journal": "An entry of your journal",
    "application": "A job you applied for",
}
STAGES = {
    "applied": "Sent, no answer yet",
    "interview": "Talking with each other",
    "offer": "They want you",
    "closed": "Over, one way or another",
}
STAGE_COLOR = "0969da"
STATUSES = {
    "attested": ("8250df", "A mentor puts it on what they approve"),
    "in progress": ("2da44e", "Put it on what you are working on"),
    "blocked": ("a40e26", "Put it on what you cannot go on with"),
}


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
        yield f"phase:{phase.id}", f"phase: {phase.title}", color, phase.goal
    for kind, text in KIND_TEXTS.items():
        if kind in kinds:
            yield f"kind:{kind}", f"kind: {kind}", KIND_COLOR, text
    for skill in curriculum.skills:
        text = ", ".join(skill.specifics)
        yield f"skill:{skill.id}", f"skill: {skill.title}", SKILL_COLOR, text
    for priority in sorted({skill.priority for skill in curriculum.skills}, key=_RANK.__getitem__):
        text = f"Serves a skill of {priority} priority"
        yield f"priority:{priority}", f"priority: {priority}", PRIORITY_COLORS[priority], text
    if any(task.optional for task in curriculum.tasks()):
        text = "Good to have; the path is complete without it"
        yield "optional:optional", "optional", KIND_COLOR, text
    if "application" in kinds:
        for stage, text in STAGES.items():
            yield f"stage:{stage}", f"stage: {stage}", STAGE_COLOR, text
    if "journal" in kinds:
        text = "Worth telling in the next checkpoint report"
        yield "journal:highlight", "highlight", HIGHLIGHT_COLOR, text
    for status, (color, text) in STATUSES.items():
        if status != "attested" or "attested" in kinds:
            yield f"status:{status.replace(' ', '-')}", f"status: {status}", color, text


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
