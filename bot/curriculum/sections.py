"""What stands around the path of a guide: resources, skills, roles, people, metrics, templates."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field, field_validator

from bot.curriculum.base import CurriculumModel, Hours, Item, Line, Priority, Slug, Text, Url


class ResourceKind(StrEnum):
    """What a resource is."""

    BOOK = "book"
    COURSE = "course"
    DOCUMENTATION = "documentation"
    ARTICLE = "article"
    SITE = "site"
    VIDEO = "video"
    TOOL = "tool"
    COMMUNITY = "community"
    CERTIFICATION = "certification"
    DATASET = "dataset"


class Resource(Item):
    """A book, course, site, certification: what a person learns from or towards.

    `path` is that of a file or folder in the learner's repository, where there is no `url`.
    """

    kind: ResourceKind
    url: Url | None = None
    path: Line | None = None
    author: Line | None = None
    platform: Line | None = None
    duration: Line | None = None
    focus: Line | None = None
    priority: Priority | None = None
    rank: int | None = Field(default=None, ge=1)
    note: Text | None = None


class TransferableSkill(Item):
    """A skill the learner brings, and what it becomes."""

    application: Line


class Skill(Item):
    """A skill to develop."""

    specifics: tuple[Line, ...] = ()
    priority: Priority = Priority.MEDIUM


class AssessedSkill(Item):
    """A skill the learner rates; `skills` are the skills to develop that feed it.

    `aim` is the level that the guide aims at, in its own words.
    """

    skills: tuple[Slug, ...] = ()
    aim: Line | None = None


class Assessment(CurriculumModel):
    """Self-rating on a scale from 1 to `scale`, after the modules with these numbers."""

    skills: tuple[AssessedSkill, ...] = ()
    modules: tuple[int, ...] = ()
    scale: int = Field(default=5, ge=2, le=10)


class Fact(CurriculumModel):
    """A named statement: a benefit, a community's note."""

    name: Line
    text: Line


class Overview(CurriculumModel):
    """Where the path leads. `months` is the range the guide calls realistic, whole months."""

    summary: Text = ""
    from_role: Line | None = None
    target_role: Line | None = None
    months: tuple[int, int] | None = None
    hours_per_week: Hours | None = None
    investment: Line | None = None
    benefits: tuple[Fact, ...] = ()

    @field_validator("months")
    @classmethod
    def _months_ordered(cls, value: tuple[int, int] | None) -> tuple[int, int] | None:
        if value is not None and not 1 <= value[0] <= value[1]:
            raise ValueError("months is a range such as [12, 18]")
        return value


class ToolCategory(Item):
    """Tools that do the same job, grouped as the guide groups them."""

    group: Line | None = None
    tools: tuple[Line, ...] = Field(min_length=1)


class Cloud(Item):
    """A cloud and its services; a learner chooses one."""

    services: tuple[Line, ...] = ()


class RoleLevel(StrEnum):
    """How far along a role is."""

    ENTRY = "entry"
    MID = "mid"
    SENIOR = "senior"


class Role(Item):
    """A job at the end of the path. Salary in `currency` a year, as the guide has it."""

    level: RoleLevel
    experience: Line | None = None
    salary: tuple[int, int] | None = None
    currency: Line = "USD"
    skills: tuple[Slug, ...] = ()


class CompanyTier(Item):
    """Companies of one kind."""

    tier: int = Field(ge=1)
    companies: tuple[Line, ...] = Field(min_length=1)


class CommunityEntry(Item):
    """A community, an event or a person worth following; `on` is the day of an event."""

    kind: Literal["community", "event", "person"]
    on: date | None = None
    note: Line | None = None
    url: Url | None = None


class LearningMetric(Item):
    """A number the learner keeps; `of_total` when the guide writes it as "__ of __"."""

    unit: Line | None = None
    of_total: bool = False


class TemplateField(Item):
    """A heading of a journal entry or reflection; `kind` is how it is filled in."""

    kind: Literal["date", "text", "list", "month"] = "text"


class Target(Item):
    """A quantitative success metric: a target in `unit`, at least `low`, at most `high`."""

    low: float | None = None
    high: float | None = None
    unit: Line | None = None
    text: Line


class Quality(Item):
    """A qualitative success metric and the level aimed at."""

    level: Line


class Success(CurriculumModel):
    """What success looks like."""

    quantitative: tuple[Target, ...] = ()
    qualitative: tuple[Quality, ...] = ()


class Source(CurriculumModel):
    """Where the curriculum came from; `reading` says what the units of a guide are."""

    name: Line | None = None
    url: Url | None = None
    note: Text | None = None
    reading: Line | None = None
