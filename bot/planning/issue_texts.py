"""The texts of issues and milestones, from the curriculum's values and `templates/`."""

from collections.abc import Iterable

from bot import templating
from bot.curriculum.model import (
    ActionItem,
    Checkpoint,
    Choice,
    Curriculum,
    Deliverable,
    Horizon,
    Module,
    Phase,
    ProjectIdea,
    Task,
    Unit,
    WorkItem,
)
from bot.curriculum.sections import Resource
from bot.planning.marker import button
from bot.planning.schedule import hours_by_unit
from bot.settings import CONFIG_PATH, Settings

OPENINGS = {
    Horizon.WEEK: "Small first steps for this week: they open the doors the path goes through.",
    Horizon.MONTH: "For the first month, beside the tasks of the weeks.",
    Horizon.QUARTER: "For the first three months: where the start should have led.",
}


def module_name(curriculum: Curriculum, module: Module) -> str:
    """Return a name as `Month 3: ML lifecycle`; the title alone of a path's single module."""
    if len(list(curriculum.modules())) == 1:
        return module.title
    word = module.kind.capitalize()
    if module.title.casefold().startswith(f"{word} {module.number}".casefold()):
        return module.title
    return f"{word} {module.number}: {module.title}"


def unit_name(unit: Unit) -> str:
    """Return a name as `Week 1-2: Introduction`, or the title alone when that says it."""
    if unit.label and unit.label.casefold() not in unit.title.casefold():
        return f"{unit.label}: {unit.title}"
    return unit.title


def full_unit_name(curriculum: Curriculum, module: Module, unit: Unit) -> str:
    """Return the unit's name with its module's in front, as a milestone's title needs it."""
    if len(list(curriculum.modules())) == 1:
        return unit_name(unit)
    if len(module.units) == 1 and unit.title == module.title:
        return module_name(curriculum, module)
    word = f"{module.kind.capitalize()} {module.number}"
    name = unit_name(unit)
    return name if name.casefold().startswith(word.casefold()) else f"{word}, {name}"


class IssueTexts:
    """Render every text of one path. Pure: the same values give the same text."""

    def __init__(self, curriculum: Curriculum, settings: Settings, in_progress: str) -> None:
        self._curriculum = curriculum
        self._settings = settings
        self._in_progress = in_progress
        self._resources = {resource.id: resource for resource in curriculum.resources}
        self._hours = hours_by_unit(curriculum, settings)
        self._roles = {role.id: role.title for role in curriculum.roles}

    def task(self, module: Module, unit: Unit, task: Task) -> str:
        """Return a task's body."""
        return templating.render(
            "issues/task.md.j2",
            module=module_name(self._curriculum, module),
            unit=unit_name(unit),
            task=task,
            resources=self._used([task]),
            in_progress=self._in_progress,
        )

    def deliverable(self, module: Module, deliverable: Deliverable) -> str:
        """Return a deliverable's body."""
        return templating.render(
            "issues/deliverable.md.j2",
            module=module_name(self._curriculum, module),
            module_kind=module.kind,
            deliverable=deliverable,
            resources=self._used([deliverable]),
        )

    def project(self, idea: ProjectIdea) -> str:
        """Return the body of a project idea that was started."""
        return templating.render(
            "issues/project.md.j2",
            idea=idea,
            skills=[skill.title for skill in self._curriculum.skills if skill.id in idea.skills],
            resources=self._used([idea]),
        )

    def checkpoint(self, module: Module, checkpoint: Checkpoint) -> str:
        """Return a checkpoint's body."""
        return templating.render(
            "issues/checkpoint.md.j2",
            module=module_name(self._curriculum, module),
            checkpoint=checkpoint,
        )

    def choice(self, module: Module, choice: Choice) -> str:
        """Return the body of a choice's issue."""
        taken = self._settings.choices.get(choice.id)
        return templating.render(
            "issues/choice.md.j2",
            module=module_name(self._curriculum, module),
            choice=choice,
            roles={o.id: [self._roles[role] for role in o.roles] for o in choice.options},
            taken=next((o.title for o in choice.options if o.id == taken), None),
            others=[o for o in choice.options if o.id != taken],
            buttons={
                option.id: button({"do": "choose", "choice": choice.id, "option": option.id})
                for option in choice.options
            },
            config_path=CONFIG_PATH,
        )

    def actions(self, horizon: Horizon, actions: list[ActionItem]) -> str:
        """Return the body of a list of next steps."""
        return templating.render(
            "issues/actions.md.j2",
            opening=OPENINGS[horizon],
            actions=actions,
            resources=self._used(actions),
        )

    def milestone(self, phase: Phase, unit: Unit) -> str:
        """Return a milestone's description."""
        hours = self._hours[unit.id]
        # To a tenth, so that the rows of a table add up to its sum.
        shown = f"{round(hours, 1):g}" if hours else ""
        return templating.render(
            "milestone.md.j2", goals=unit.goals, phase=phase.title, hours=shown
        )

    def _used(self, items: Iterable[WorkItem]) -> list[Resource]:
        """Return the resources of these items, each once, in the order they are named."""
        names = dict.fromkeys(name for item in items for name in item.resources)
        return [self._resources[name] for name in names]
