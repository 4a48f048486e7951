"""Check a whole curriculum for ids that are used twice, and references to ids that do not exist."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.curriculum.base import Item

if TYPE_CHECKING:
    from bot.curriculum.model import Curriculum, WorkItem


def problems(curriculum: "Curriculum") -> Iterator[str]:
    """Yield one sentence for each id that is repeated or missing."""
    yield from _repeated_ids(curriculum)
    yield from _dangling(curriculum)


def _repeated_ids(curriculum: "Curriculum") -> Iterator[str]:
    """Yield the ids that two items of a kind share. Aliases count as ids of their item."""
    options = [option for choice in curriculum.choices() for option in choice.options]
    kinds: dict[str, list[Item]] = {
        "phase": list(curriculum.phases),
        "module": list(curriculum.modules()),
        "unit": list(curriculum.units()),
        "task": list(curriculum.tasks()),
        "deliverable": list(curriculum.deliverables()),
        "choice": list(curriculum.choices()),
        "option": list(options),
        "checkpoint": list(curriculum.checkpoints),
        "action": list(curriculum.actions),
        "skill": list(curriculum.skills),
        "resource": list(curriculum.resources),
        "role": list(curriculum.roles),
        "project": list(curriculum.projects),
    }
    for kind, items in kinds.items():
        counts = Counter(name for item in items for name in {item.id, *item.aliases})
        for name, count in counts.items():
            if count > 1:
                yield f"{count} {kind}s share the id '{name}'"


def _dangling(curriculum: "Curriculum") -> Iterator[str]:
    """Yield the references to ids that do not exist."""
    skills = {s.id for s in curriculum.skills}
    resources = {r.id for r in curriculum.resources}
    modules = {m.id for m in curriculum.modules()}
    roles = {r.id for r in curriculum.roles}
    evidence = {t.id for t in curriculum.tasks()} | {d.id for d in curriculum.deliverables()}
    evidence |= {a.id for a in curriculum.actions}
    work: list[WorkItem] = [
        *curriculum.tasks(),
        *curriculum.deliverables(),
        *curriculum.actions,
        *curriculum.projects,
    ]
    for item in work:
        yield from _missing(f"'{item.id}' names the skill", item.skills, skills)
        yield from _missing(f"'{item.id}' names the resource", item.resources, resources)
    for checkpoint in curriculum.checkpoints:
        yield from _missing(
            f"checkpoint '{checkpoint.id}' comes after the module", (checkpoint.after,), modules
        )
        for line in checkpoint.items:
            yield from _missing(f"checkpoint item '{line.id}' names", line.evidence, evidence)
    for choice in curriculum.choices():
        for option in choice.options:
            yield from _missing(f"option '{option.id}' names the role", option.roles, roles)
    for rated in curriculum.assessment.skills:
        yield from _missing(f"assessed skill '{rated.id}' names the skill", rated.skills, skills)
    for role in curriculum.roles:
        yield from _missing(f"role '{role.id}' names the skill", role.skills, skills)


def _missing(who: str, names: tuple[str, ...], known: set[str]) -> Iterator[str]:
    for name in names:
        if name not in known:
            yield f"{who} '{name}', which is not there"
