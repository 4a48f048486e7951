"""The values that issues show of parts beside them: resources, skills, people, companies, picks."""

from typing import Any

from bot import templating
from bot.curriculum.base import Item
from bot.curriculum.model import (
    Curriculum,
    Horizon,
    ProjectIdea,
    ProjectLevel,
    Task,
    TaskKind,
    WorkItem,
)
from bot.curriculum.sections import Resource
from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.planning.marker import Key
from bot.settings import Settings

ACTION_TITLES = {
    Horizon.WEEK: gettext_noop("Next steps: this week"),
    Horizon.MONTH: gettext_noop("Next steps: this month"),
    Horizon.QUARTER: gettext_noop("Next steps: the first three months"),
}
# Whom each issue of next steps names: the places to join first, then people, then events.
ACTION_PEOPLE = {
    Horizon.WEEK: ("community", gettext_noop("Communities")),
    Horizon.MONTH: ("person", gettext_noop("People to follow")),
    Horizon.QUARTER: ("event", gettext_noop("Events")),
}
LEVELS = {
    ProjectLevel.BEGINNER: gettext_noop("beginner"),
    ProjectLevel.INTERMEDIATE: gettext_noop("intermediate"),
    ProjectLevel.ADVANCED: gettext_noop("advanced"),
}


class IssueValues:
    """Looks up what the issues of a curriculum name; `settings` are those in force."""

    def __init__(self, curriculum: Curriculum, settings: Settings) -> None:
        self._curriculum = curriculum
        self._choices = settings.choices
        self._resources = {resource.id: resource for resource in curriculum.resources}
        self._picks = {task: pick for pick in curriculum.picks for task in pick.tasks}
        searching = (t.id for t in curriculum.tasks() if t.kind is TaskKind.JOB_SEARCH)
        self._job_search = next(searching, None)

    def resources(self, *items: WorkItem, key: Key = "") -> list[Resource]:
        """Return the resources of these items, each once, in the order they are named.

        `key` is that of a task or deliverable, whose title may name others.
        """
        also = self._curriculum.relations.resources.get(key, ())
        names = dict.fromkeys([*(name for item in items for name in item.resources), *also])
        return [self._resources[name] for name in names]

    def _skills(self, item: WorkItem) -> list[str]:
        return [skill.title for skill in self._curriculum.skills if skill.id in item.skills]

    def of_project(self, idea: ProjectIdea) -> dict[str, Any]:
        """Return what the issue of a project shows."""
        return {
            "level": _(LEVELS[idea.level]),
            "skills": self._skills(idea),
            "resources": self.resources(idea),
        }

    def of_task(self, task: Task) -> dict[str, Any]:
        """Return what a task's issue shows: companies stand in the first one of the job search."""
        return {
            "resources": self.resources(task, key=f"task:{task.id}"),
            "pick": self._picks.get(task.id),
            "picked": self._picked(task),
            "people": self._curriculum.community if task.kind is TaskKind.NETWORKING else (),
            "companies": self._curriculum.companies if task.id == self._job_search else (),
        }

    def invitation(self, task: Task) -> str:
        """Return how to pick one of what a task leaves open; empty where nothing is to pick."""
        pick = None if self._picked(task) else self._picks.get(task.id)
        return templating.render("issues/pick.md.j2", pick=pick) if pick else ""

    def of_actions(self, horizon: Horizon) -> dict[str, Any]:
        """Return what the issue of next steps of a horizon shows; `actions` are those."""
        actions = [a for a in self._curriculum.actions if a.horizon == horizon]
        kind, people_title = ACTION_PEOPLE[horizon]
        return {
            "actions": actions,
            "skills": {action.id: self._skills(action) for action in actions},
            "people": [one for one in self._curriculum.community if one.kind == kind],
            "people_title": _(people_title),
            "resources": self.resources(*actions),
        }

    def _picked(self, task: Task) -> Item | None:
        """Return the option that the learner picked of those that a task leaves open."""
        pick = self._picks.get(task.id)
        taken = self._choices.get(pick.id) if pick else None
        return next((one for one in pick.options if one.id == taken), None) if pick else None
