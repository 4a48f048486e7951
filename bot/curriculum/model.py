"""The curriculum: a frozen model that can hold every part of a learning guide.

A guide is phases; a phase is modules (the guide's months, or whatever it groups its weeks in); a
module is units (a week, a range of weeks, a day, or the whole module when the guide says no more);
a unit holds tasks, or a choice between options that hold tasks. Around that path stand the parts
that make a guide more than a list: deliverables, checkpoints, action items, skills, resources,
roles, projects, people, metrics and templates for reflection.

Ids are slugs. They are what the marker in an issue remembers, so they must outlive a re-wording:
write them out, or list the old ones under `aliases`. Where none is written, it is the title's slug.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from bot.curriculum.base import Hours, Item, Line, Slug, Text, slugify
from bot.curriculum.checks import Checks
from bot.curriculum.picks import Pick, find_picks
from bot.curriculum.relations import Relations, find_relations
from bot.curriculum.sections import (
    AssessedSkill,
    Assessment,
    Cloud,
    CommunityEntry,
    CompanyTier,
    LearningMetric,
    Overview,
    Resource,
    Role,
    Skill,
    Source,
    Success,
    TemplateField,
    ToolCategory,
    TransferableSkill,
)


class TaskKind(StrEnum):
    """What a task asks for; each is also a label."""

    COURSE = "course"
    READING = "reading"
    PROJECT = "project"
    PRACTICE = "practice"
    SETUP = "setup"
    POST = "post"
    CONTRIBUTION = "contribution"
    NETWORKING = "networking"
    JOB_SEARCH = "job-search"


class WorkItem(Item):
    """Something to do that is done or not: the base of tasks, deliverables and action items.

    `description` says why and how in a few lines of Markdown; `done_when` is the definition of
    done, one observable thing a line; `skills` and `resources` are ids of this curriculum.
    `hours_from` says whose number the hours are.
    """

    description: Text = ""
    done_when: tuple[Line, ...] = ()
    hours: Hours | None = None
    hours_from: Literal["guide", "estimate"] = "estimate"
    skills: tuple[Slug, ...] = ()
    resources: tuple[Slug, ...] = ()


class Task(WorkItem):
    """One thing to learn or do inside a unit; `done` is what the guide marks as done already."""

    kind: TaskKind = TaskKind.PRACTICE
    optional: bool = False
    done: bool = False
    checks: Checks = ()


class Deliverable(WorkItem):
    """What a module leaves behind; `count` is the number the guide asks for ("5 ML projects").

    `unit` is the id of the one that it is due in, where that is not the module's last.
    """

    count: int | None = Field(default=None, ge=1)
    unit: Slug | None = None
    checks: Checks = ()


class Horizon(StrEnum):
    """How soon an action item is meant."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class ActionItem(WorkItem):
    """A next step of the guide, beside the timeline.

    `stands_for` are ids of tasks and deliverables: once they are done, it is.
    """

    horizon: Horizon
    stands_for: tuple[Slug, ...] = ()


class Option(Item):
    """One branch of a choice."""

    label: Line | None = None
    description: Text = ""
    roles: tuple[Slug, ...] = ()
    tasks: tuple[Task, ...] = Field(min_length=1)


class Choice(Item):
    """A choice in the path: exactly one option is taken."""

    description: Text = ""
    options: tuple[Option, ...] = Field(min_length=2)


class UnitKind(StrEnum):
    """What stretch of the guide a unit is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    MODULE = "module"


def _describe_weeks(schema: dict[str, Any]) -> None:
    schema["properties"]["weeks"] = {"type": "integer", "minimum": 1, "maximum": 142}


class Unit(Item):
    """A stretch of the timeline: tasks, or a choice.

    `days` is its nominal length; with a pace in months only the proportions count. `label` is how
    the guide names the stretch ("Week 1-2"), `description` what else it says about it. `hours` is
    the guide's own sum where it gives one.
    `first` and `last` are the days on which it begins and ends, where the guide says them.
    """

    model_config = ConfigDict(json_schema_extra=_describe_weeks)

    kind: UnitKind = UnitKind.WEEK
    label: Line | None = None
    days: int = Field(default=7, ge=1, le=1000)
    description: Text = ""
    goals: tuple[Line, ...] = ()
    hours: Hours | None = None
    first: date | None = None
    last: date | None = None
    tasks: tuple[Task, ...] = ()
    choice: Choice | None = None

    @model_validator(mode="before")
    @classmethod
    def _weeks(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("weeks"), int) and "days" not in value:
            rest = {k: v for k, v in value.items() if k != "weeks"}
            return {**rest, "days": 7 * value["weeks"]}
        return value

    @model_validator(mode="after")
    def _days_ordered(self) -> Self:
        if (self.first is None) != (self.last is None):
            raise ValueError("`first` and `last` are given together")
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"its last day {self.last} is before its first")
        return self

    def all_tasks(self) -> Iterator[Task]:
        """Yield the tasks, then those of every option."""
        yield from self.tasks
        if self.choice:
            for option in self.choice.options:
                yield from option.tasks


class ModuleKind(StrEnum):
    """What a group of units is; a part is one that the guide does not number."""

    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    MODULE = "module"
    PART = "part"


class Module(Item):
    """A group of units inside a phase: a month, a module, or a part.

    `number` counts through the guide. `label` is how the guide names it ("Semana 3"), where that
    is more than its kind and number.
    """

    kind: ModuleKind = ModuleKind.MONTH
    number: int = Field(ge=1)
    label: Line | None = None
    units: tuple[Unit, ...] = Field(min_length=1)
    deliverables: tuple[Deliverable, ...] = ()

    def due_unit(self, what: "Deliverable | Checkpoint") -> Unit:
        """Return the unit in which a deliverable or checkpoint of this module is due."""
        return next((unit for unit in self.units if unit.id == what.unit), self.units[-1])


class Phase(Item):
    """A part of the guide with one goal."""

    goal: Text = ""
    modules: tuple[Module, ...] = Field(min_length=1)


class CheckpointItem(Item):
    """One line of a checkpoint; `evidence` names tasks, deliverables and actions that show it."""

    evidence: tuple[Slug, ...] = ()


class Checkpoint(Item):
    """A checkpoint of the guide, due at the end of the module `after`, or of a `unit` of it."""

    after: Slug
    unit: Slug | None = None
    items: tuple[CheckpointItem, ...] = Field(min_length=1)


class ProjectLevel(StrEnum):
    """How hard a project idea is."""

    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class ProjectIdea(WorkItem):
    """A project for the portfolio."""

    level: ProjectLevel
    checks: Checks = ()


class Curriculum(Item):
    """A whole guide. `schema_version` is this model's; `version` the guide's own."""

    schema_version: Literal[1] = 1
    version: Line = "1.0"
    language: Line = "en"
    source: Source = Field(default_factory=Source)
    overview: Overview = Field(default_factory=Overview)
    transferable_skills: tuple[TransferableSkill, ...] = ()
    skills: tuple[Skill, ...] = ()
    phases: tuple[Phase, ...] = Field(min_length=1)
    checkpoints: tuple[Checkpoint, ...] = ()
    actions: tuple[ActionItem, ...] = ()
    resources: tuple[Resource, ...] = ()
    tools: tuple[ToolCategory, ...] = ()
    clouds: tuple[Cloud, ...] = ()
    roles: tuple[Role, ...] = ()
    companies: tuple[CompanyTier, ...] = ()
    projects: tuple[ProjectIdea, ...] = ()
    community: tuple[CommunityEntry, ...] = ()
    metrics: tuple[LearningMetric, ...] = ()
    assessment: Assessment = Field(default_factory=Assessment)
    journal: tuple[TemplateField, ...] = ()
    reflection: tuple[TemplateField, ...] = ()
    success: Success = Field(default_factory=Success)

    def modules(self) -> Iterator[Module]:
        """Yield every module, in order."""
        for phase in self.phases:
            yield from phase.modules

    def units(self) -> Iterator[Unit]:
        """Yield every unit, in order."""
        for module in self.modules():
            yield from module.units

    def tasks(self) -> Iterator[Task]:
        """Yield every task of the timeline, those of all options included."""
        for unit in self.units():
            yield from unit.all_tasks()

    def done(self) -> Iterator[str]:
        """Yield the id of every task that the guide marks as done."""
        yield from (task.id for task in self.tasks() if task.done)

    def choices(self) -> Iterator[Choice]:
        """Yield every choice, in order."""
        for unit in self.units():
            if unit.choice:
                yield unit.choice

    @cached_property
    def due_units(self) -> dict[str, Unit]:
        """The unit at whose end each checkpoint is due, by the checkpoint's id."""
        modules = {module.id: module for module in self.modules()}
        return {one.id: modules[one.after].due_unit(one) for one in self.checkpoints}

    def deliverables(self) -> Iterator[Deliverable]:
        """Yield every deliverable, in order."""
        for module in self.modules():
            yield from module.deliverables

    @cached_property
    def rated(self) -> tuple[AssessedSkill, ...]:
        """What the learner rates: the assessed skills, then the qualitative success metrics."""
        skills = self.assessment.skills
        names = {name for skill in skills for name in (skill.id, slugify(skill.title))}
        aims = (q for q in self.success.qualitative if names.isdisjoint({q.id, slugify(q.title)}))
        own = (AssessedSkill(id=q.id, title=q.title, aliases=q.aliases, aim=q.level) for q in aims)
        return (*skills, *own)

    @cached_property
    def picks(self) -> tuple[Pick, ...]:
        """What the learner picks one of beside the choices: a cloud, "A OR B" in a task."""
        return find_picks(self)

    @cached_property
    def relations(self) -> Relations:
        """What belongs together: as the curriculum names it, else as the words suggest."""
        return find_relations(self)

    @model_validator(mode="after")
    def _ids_and_references(self) -> Self:
        problems = list(_problems(self))
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _problems(curriculum: Curriculum) -> Iterator[str]:
    """Yield a sentence for each id that two of a kind share, or that is named and not there.

    Aliases count as ids of their item.
    """
    kinds: dict[str, list[Item]] = {
        "phase": list(curriculum.phases),
        "module": list(curriculum.modules()),
        "unit": list(curriculum.units()),
        "task": list(curriculum.tasks()),
        "deliverable": list(curriculum.deliverables()),
        "choice": list(curriculum.choices()),
        "option": [option for choice in curriculum.choices() for option in choice.options],
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
    known = {kind: {item.id for item in items} for kind, items in kinds.items()}
    known["work"] = known["task"] | known["deliverable"]
    known["evidence"] = known["work"] | known["action"]
    for who, names, kind in _references(curriculum):
        for name in names:
            if name not in known[kind]:
                yield f"{who} '{name}', which is not there"


def _references(curriculum: Curriculum) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield who names something, the ids that it names, and their kind."""
    work: list[WorkItem] = [*curriculum.tasks(), *curriculum.deliverables()]
    for item in (*work, *curriculum.actions, *curriculum.projects):
        yield f"'{item.id}' names the skill", item.skills, "skill"
        yield f"'{item.id}' names the resource", item.resources, "resource"
    for action in curriculum.actions:
        yield f"'{action.id}' stands for", action.stands_for, "work"
    for checkpoint in curriculum.checkpoints:
        yield f"checkpoint '{checkpoint.id}' comes after the module", (checkpoint.after,), "module"
        yield f"checkpoint '{checkpoint.id}' ends the unit", _given(checkpoint.unit), "unit"
        for line in checkpoint.items:
            yield f"checkpoint item '{line.id}' names", line.evidence, "evidence"
    for left in curriculum.deliverables():
        yield f"deliverable '{left.id}' is due in the unit", _given(left.unit), "unit"
    for choice in curriculum.choices():
        for option in choice.options:
            yield f"option '{option.id}' names the role", option.roles, "role"
    for rated in curriculum.assessment.skills:
        yield f"assessed skill '{rated.id}' names the skill", rated.skills, "skill"
    for role in curriculum.roles:
        yield f"role '{role.id}' names the skill", role.skills, "skill"


def _given(name: str | None) -> tuple[str, ...]:
    return (name,) if name else ()
