"""What the guide says beside the path, for the folds of the dashboard.

What nobody can know here is left out: a resource that no work uses has no state, and a part that
the guide doesn't have has no fold.
"""

from collections.abc import Iterator
from typing import NamedTuple

from bot.curriculum.base import Priority, slugify
from bot.curriculum.model import Horizon
from bot.curriculum.picks import Pick
from bot.curriculum.sections import (
    CommunityEntry,
    CompanyTier,
    Overview,
    Resource,
    ResourceKind,
    Role,
    Source,
    ToolCategory,
    TransferableSkill,
)
from bot.i18n import ENGLISH, LANGUAGES
from bot.i18n import gettext as _
from bot.progress.commands.choose import Choose
from bot.progress.next_steps import ActionState, action_states
from bot.progress.path import LearningPath
from bot.progress.progress import Work, WorkState

READ = frozenset({ResourceKind.BOOK, ResourceKind.COURSE})
MOST_READ = 20
MOST_HELPED = 3
_PRIORITIES = {Priority.HIGH: 0, None: 1, Priority.MEDIUM: 1, Priority.LOW: 2}
_ACTIVE = frozenset({WorkState.IN_PROGRESS, WorkState.BLOCKED})


class ReadingItem(NamedTuple):
    """A book, course or page; `state` is empty where no work on the path uses it."""

    resource: Resource
    state: str


class ReadingList(NamedTuple):
    """Books and courses by priority, then all else by kind; certifications stand apart.

    `used` counts the books and courses that work on the path uses, `done` those whose work is done.
    """

    first: tuple[ReadingItem, ...]
    rest: dict[str, tuple[Resource, ...]]
    certifications: tuple[Resource, ...]
    used: int
    done: int


class BroughtSkill(NamedTuple):
    """A skill that the learner brings, and the open work that it makes easier."""

    skill: TransferableSkill
    helps: tuple[Work, ...]


class GoalState(NamedTuple):
    """A goal of the learner's own; `url` is its issue's, empty without one."""

    title: str
    url: str
    done: bool


class PickOption(NamedTuple):
    """An option of a pick; `command` takes it, None before the pick matters."""

    title: str
    detail: str
    command: Choose | None


class PickState(NamedTuple):
    """One of several, and the title of the one that the learner took, empty before."""

    title: str
    taken: str
    options: tuple[PickOption, ...]


class StepList(NamedTuple):
    """The next steps of one horizon, and their issue's address."""

    horizon: Horizon
    url: str
    steps: tuple[ActionState, ...]

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(step.done for step in self.steps)


class GuideFolds(NamedTuple):
    """The parts of a guide that stand beside its path.

    `language` is what it calls itself, empty for English. `known` is the work that was known before
    the path began. `groups` are tool categories by the guide's own groups.
    """

    overview: Overview
    source: Source
    version: str
    language: str
    known: tuple[Work, ...]
    brought: tuple[BroughtSkill, ...]
    reading: ReadingList
    groups: dict[str, tuple[ToolCategory, ...]]
    picks: tuple[PickState, ...]
    roles: tuple[Role, ...]
    companies: tuple[CompanyTier, ...]
    people: dict[str, tuple[CommunityEntry, ...]]
    steps: tuple[StepList, ...]
    goals: tuple[GoalState, ...]


def guide_folds(path: LearningPath) -> GuideFolds:
    """Return what the guide says beside the path, as of now."""
    curriculum = path.curriculum
    language = curriculum.language
    groups: dict[str, list[ToolCategory]] = {}
    for category in curriculum.tools:
        groups.setdefault(category.group or "", []).append(category)
    kinds = ("community", "event", "person")
    people = {k: tuple(one for one in curriculum.community if one.kind == k) for k in kinds}
    return GuideFolds(
        overview=curriculum.overview,
        source=curriculum.source,
        version=curriculum.version,
        language="" if language == ENGLISH else LANGUAGES.get(language, language),
        known=tuple(w for w in path.progress.work if w.state is WorkState.CREDITED),
        brought=tuple(_brought(path)),
        reading=_reading(path),
        groups={group: tuple(found) for group, found in groups.items()},
        picks=tuple(_picks(path)),
        roles=curriculum.roles,
        companies=tuple(sorted(curriculum.companies, key=lambda one: one.tier)),
        people={kind: found for kind, found in people.items() if found},
        steps=tuple(_steps(path)),
        goals=tuple(_goals(path)),
    )


def _brought(path: LearningPath) -> Iterator[BroughtSkill]:
    work = {w.key: w for w in path.progress.work if not w.done}
    for skill in path.curriculum.transferable_skills:
        keys = (f"task:{name}" for name in path.curriculum.relations.helps.get(skill.id, ()))
        helped = tuple(work[key] for key in keys if key in work)
        yield BroughtSkill(skill=skill, helps=helped[:MOST_HELPED])


def _reading(path: LearningPath) -> ReadingList:
    using: dict[str, list[Work]] = {}
    for work in path.progress.work:
        for name in path.curriculum.relations.resources.get(work.key, ()):
            using.setdefault(name, []).append(work)
    found = path.curriculum.resources
    first = [one for one in found if one.kind in READ]
    first.sort(key=lambda one: (_PRIORITIES[one.priority], one.rank or len(found)))
    items = tuple(
        ReadingItem(resource=one, state=_state(using.get(one.id, []))) for one in first[:MOST_READ]
    )
    rest: dict[str, list[Resource]] = {}
    for one in found:
        if one.kind not in READ | {ResourceKind.CERTIFICATION}:
            rest.setdefault(one.kind.value, []).append(one)
    return ReadingList(
        first=items,
        rest={kind: tuple(some) for kind, some in rest.items()},
        certifications=tuple(one for one in found if one.kind is ResourceKind.CERTIFICATION),
        used=sum(bool(item.state) for item in items),
        done=sum(item.state == "claimed" for item in items),
    )


def _state(using: list[Work]) -> str:
    """Return the state of a resource by the work that uses it, as the signs of work have it."""
    if not using:
        return ""
    if all(work.done for work in using):
        return "claimed"
    begun = any(work.done or work.state in _ACTIVE for work in using)
    return "in progress" if begun else "open"


def _goals(path: LearningPath) -> Iterator[GoalState]:
    """Yield the goals that were not dropped."""
    for goal in path.overrides.goals:
        ours = path.observed.issues.get(f"goal:{slugify(goal)}")
        issue = ours.state if ours else None
        if issue is None or not issue.settled or issue.finished:
            url, done = (issue.url, issue.finished) if issue else ("", False)
            yield GoalState(title=goal, url=url, done=done)


def _picks(path: LearningPath) -> Iterator[PickState]:
    order = [unit.unit for unit in path.dates.units]
    here = path.dates.current(path.today)
    for pick in path.curriculum.picks:
        taken = path.settings.choices.get(pick.id, "")
        matters = here is not None and order.index(pick.unit) <= order.index(here.unit)
        yield PickState(
            title=_pick_title(pick),
            taken=next((one.title for one in pick.options if one.id == taken), ""),
            options=tuple(
                PickOption(
                    title=one.title,
                    detail=pick.details.get(one.id, ""),
                    command=Choose(choice=pick.id, option=one.id)
                    if matters and one.id != taken
                    else None,
                )
                for one in pick.options
            ),
        )


def _pick_title(pick: Pick) -> str:
    if pick.id == "cloud":
        return _("Choose a cloud")
    return _("Choose one: %(options)s", options=" / ".join(one.title for one in pick.options))


def _steps(path: LearningPath) -> Iterator[StepList]:
    if not path.settings.features.actions:
        return
    found = list(action_states(path))
    for horizon in Horizon:
        steps = tuple(one for one in found if one.action.horizon is horizon)
        if steps:
            yield StepList(horizon=horizon, url=steps[0].url, steps=steps)
