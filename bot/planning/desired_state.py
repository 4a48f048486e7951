"""The desired state: the labels, milestones and issues that should be there now, and what they say.

Pure: the same curriculum, settings and day give the same values. Every task of the path is in it;
`seed` says which ones the rolling window asks to be made now. One that was made before stays wanted
when the window moves away from it, so that a later start never closes anything.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from pydantic import Field, InstanceOf

from bot import templating
from bot.curriculum.base import Item
from bot.curriculum.model import (
    Choice,
    Curriculum,
    Deliverable,
    Horizon,
    Module,
    Phase,
    Task,
    Unit,
)
from bot.errors import CurriculumError
from bot.i18n import gettext as _
from bot.i18n import gettext_noop
from bot.planning.backlinks import without_backlinks
from bot.planning.issue_values import ACTION_TITLES, IssueValues
from bot.planning.labels import DesiredLabel, path_labels, task_labels, work_labels
from bot.planning.ledger import RefusedChange
from bot.planning.length_limits import SUB_ISSUES, TITLE, distinct_title, one_line
from bot.planning.marker import BY_WORK, Key, button
from bot.planning.neighbours import Neighbours
from bot.planning.path import PlannedPath
from bot.planning.reading_record import ReadingRecord
from bot.planning.schedule import add_months, hours_by_unit
from bot.planning.snapshot import FrozenModel
from bot.planning.unit_names import (
    checkpoint_place,
    checkpoint_title,
    module_name,
    unit_name,
    unit_names,
)
from bot.planning.window import is_ending, units_in_window
from bot.settings import CONFIG_PATH, Settings

SUMMARY_KEY = "summary:summary"
DELIVERABLE = gettext_noop("Deliverable: %(title)s")
MAX_REGION = 60_000  # of an issue's 65,536 characters: the rest is the learner's, and the ledger's


class DesiredMilestone(FrozenModel):
    """A unit's milestone; `description` is our region, without markers."""

    key: Key
    aliases: tuple[Key, ...] = ()
    title: str
    description: str
    due_on: date


class DesiredIssue(FrozenModel):
    """An issue; `labels`, `milestone` and `parent` are keys, `body` is our region.

    `starter` is put behind the region when the issue is made, for the learner to fill in: theirs
    from then on. `pinned` asks for a pin, once. `answer` is what was chosen, where the issue asks:
    each new one closes it, and without it is open.
    """

    key: Key
    aliases: tuple[Key, ...] = ()
    title: str
    body: str
    labels: tuple[Key, ...] = ()
    milestone: Key | None = None
    parent: Key | None = None
    seed: bool = True
    starter: str = ""
    pinned: bool = False
    answer: str = ""


class ReportTexts(FrozenModel):
    """Texts that are written from more than the curriculum: reports make them for the plan.

    `dashboard` is the body of the summary issue; `issues` are wanted beside those of the path:
    assessments, reflections. `reached` are the ids of checkpoints whose work is done, `stood_for`
    the titles and addresses of the work that shows an action item done, by its id. `seen` is the
    day of the run, when it read comments and has none to answer, and `reported` are the keys of the
    reports it met there. `refused` are the changes that GitHub did not take; None leaves them.
    `checks` are the lines that an issue shows of its checks, by its key.
    `reading` is how the guide was read, `started` the first day where no settings name it.
    """

    dashboard: str = ""
    issues: tuple[DesiredIssue, ...] = ()
    reached: frozenset[str] = frozenset()
    stood_for: dict[str, tuple[tuple[str, str], ...]] = Field(default_factory=dict)
    seen: date | None = None
    reported: frozenset[Key] = frozenset()
    checks: InstanceOf[Mapping[Key, tuple[Any, ...]]] = Field(default_factory=dict)
    refused: dict[str, RefusedChange] | None = None
    reading: ReadingRecord | None = None
    started: date | None = None


NO_TEXTS = ReportTexts()
# Whether the issue with one of these keys needs a text, and where it's not there, by `seed`.
IsDrawn = Callable[[Sequence[Key], bool], bool]


class DesiredState(FrozenModel):
    """Everything that should be there. Issues stand in the order in which they are to be made.

    `set_aside` are the tasks of branches that the learner did not take, and those known before.
    """

    labels: tuple[DesiredLabel, ...]
    milestones: tuple[DesiredMilestone, ...]
    issues: tuple[DesiredIssue, ...]
    set_aside: frozenset[Key] = frozenset()
    texts: ReportTexts = NO_TEXTS


def desired_state(
    path: PlannedPath, texts: ReportTexts = NO_TEXTS, is_drawn: IsDrawn = lambda _keys, _seed: True
) -> DesiredState:
    """Return what should be in the repository on the day of `path`.

    Issues that are not drawn have no text: no plan writes it (`ObservedState.is_drawn`).
    Raises ConfigError when a setting does not fit the curriculum, CurriculumError when a text is
    too long for an issue.
    """
    path.check_settings()
    issues_of = _Issues(path, texts, is_drawn)
    issues = tuple(_without_backlinks(i, path) for i in (*issues_of.all(), *texts.issues))
    _check_lengths(issues)
    return DesiredState(
        labels=issues_of.labels,
        milestones=tuple(issues_of.milestones()),
        issues=issues,
        set_aside=frozenset(_keys_set_aside(path.curriculum, path.settings)),
        texts=texts,
    )


def unit_key(unit: Unit | str) -> Key:
    """Return the key of a unit's milestone."""
    return f"unit:{unit if isinstance(unit, str) else unit.id}"


class _Issues:
    """Walk the path and make of each part its milestone or issue."""

    def __init__(self, path: PlannedPath, texts: ReportTexts, is_drawn: IsDrawn) -> None:
        curriculum, settings = path.curriculum, path.settings
        self._curriculum = curriculum
        self._settings = settings
        self._dates = path.dates
        self._is_ending = partial(is_ending, path.dates, today=path.today)
        self._overrides = path.overrides
        self._repository = path.repository
        self._texts = texts
        self._is_drawn = is_drawn
        self._credits = {f"task:{name}" for name in (*settings.credits, *curriculum.done())}
        window = units_in_window(path.dates, path.today, settings.ahead)
        self._window = {d.unit for d in window} | path.overrides.opened
        self.labels = tuple(path_labels(curriculum, settings, path.overrides))
        names = {label.key: label.name for label in self.labels}
        self._in_progress = names["status:in-progress"]
        self._values = IssueValues(curriculum, settings)
        self._hours = hours_by_unit(curriculum, settings)
        self._single = len(list(curriculum.modules())) == 1
        self._neighbours = Neighbours(curriculum, self._tasks_of)

    def milestones(self) -> Iterator[DesiredMilestone]:
        titles: set[str] = set()
        names = unit_names(self._curriculum)
        alone = [phase.title for phase in self._curriculum.phases] == [self._curriculum.title]
        walk = ((p, u) for p in self._curriculum.phases for m in p.modules for u in m.units)
        for phase, unit in walk:
            title = distinct_title(names[unit.id], titles)
            titles.add(title)
            values = {
                "goals": unit.goals,
                "description": unit.description,
                "phase": "" if phase.title in names[unit.id] or alone else phase.title,
                "hours": self._hours[unit.id],
            }
            yield DesiredMilestone(
                key=unit_key(unit),
                aliases=tuple(unit_key(alias) for alias in unit.aliases),
                title=title,
                description=without_backlinks(
                    templating.render("milestone.md.j2", **values), self._repository
                ),
                due_on=self._dates[unit.id].last,
            )

    def all(self) -> Iterator[DesiredIssue]:
        yield self._summary()
        if self._settings.features.actions:
            yield from self._actions()
        for phase in self._curriculum.phases:
            for module in phase.modules:
                yield from self._module(phase, module)
        yield from self._projects()

    def _issue(
        self, kind: str, item: Item, title: str, values: dict[str, Any], **more: Any
    ) -> DesiredIssue:
        """Return the issue of a part of the curriculum, found by its old ids as well.

        `values` are what its template needs beside the part itself.
        """
        keys = [f"{kind}:{name}" for name in (item.id, *item.aliases)]
        values = {**values, "checks": self._texts.checks.get(keys[0], ())}
        drawn = self._is_drawn(keys, more.get("seed", True)) or "answer" in more
        template = f"issues/{kind}.md.j2"
        return DesiredIssue(
            key=keys[0],
            aliases=tuple(keys[1:]),
            title=one_line(title, TITLE),
            body=templating.render(template, **{kind: item}, **values) if drawn else "",
            **more,
        )

    def _summary(self) -> DesiredIssue:
        return DesiredIssue(
            key=SUMMARY_KEY,
            title=one_line(_("Your path: %(title)s", title=self._curriculum.title), TITLE),
            body=self._texts.dashboard,
            labels=("kind:summary",),
            pinned=True,
        )

    def _actions(self) -> Iterator[DesiredIssue]:
        ends = {
            Horizon.WEEK: self._dates.first + timedelta(days=6),
            Horizon.MONTH: add_months(self._dates.first, 1),
            Horizon.QUARTER: add_months(self._dates.first, 3),
        }
        for horizon in Horizon:
            values = self._values.of_actions(horizon)
            unit = self._dates.current(ends[horizon])
            if values["actions"] and unit:
                work = {
                    name: [templating.link(*one) for one in found]
                    for name, found in self._texts.stood_for.items()
                }
                values |= {"done_with": work, "by_work": BY_WORK}
                key = f"actions:{horizon}"
                drawn = self._is_drawn([key], True)
                yield DesiredIssue(
                    key=key,
                    title=one_line(_(ACTION_TITLES[horizon]), TITLE),
                    body=templating.render("issues/actions.md.j2", **values) if drawn else "",
                    labels=("kind:next-steps",),
                    milestone=unit_key(unit.unit),
                )

    def _module(self, phase: Phase, module: Module) -> Iterator[DesiredIssue]:
        deliverables = module.deliverables if self._settings.features.deliverables else ()
        yield from (self._deliverable(phase, module, one) for one in deliverables)
        children: Counter[Key | None] = Counter()
        for unit in module.units:
            parent = self._parent(deliverables, unit)
            for task in self._tasks_of(unit):
                if f"task:{task.id}" in self._credits:
                    continue
                children[parent] += 1
                within = parent if children[parent] <= SUB_ISSUES else None
                yield self._task(phase, module, unit, task, within)
            if unit.choice:
                yield self._choice(phase, module, unit, unit.choice)
        if self._settings.features.checkpoints:
            yield from self._checkpoints(phase, module)

    def _parent(self, deliverables: tuple[Deliverable, ...], unit: Unit) -> Key | None:
        """Return the key of what a unit's tasks lead to: its own deliverable, or the module's."""
        leads = [d for d in deliverables if d.unit == unit.id]
        leads += [d for d in deliverables if d.unit is None]
        wanted = bool(leads) and self._settings.features.sub_issues
        return f"deliverable:{leads[0].id}" if wanted else None

    def _tasks_of(self, unit: Unit) -> list[Task]:
        options = unit.choice.options if unit.choice else ()
        taken = self._settings.choices.get(unit.choice.id) if unit.choice else None
        return [*unit.tasks, *(task for one in options if one.id == taken for task in one.tasks)]

    def _task(
        self, phase: Phase, module: Module, unit: Unit, task: Task, parent: Key | None
    ) -> DesiredIssue:
        place = self._place(f"task:{task.id}", unit)
        values = {
            "module": "" if self._single else module_name(self._curriculum, module),
            # A title that it has from its module is said once.
            "unit": unit.label if unit.label and unit.title == module.title else unit_name(unit),
            "neighbours": self._neighbours.of(unit, task),
            "invitation": self._values.invitation(task),
            **self._values.of_task(task),
            "in_progress": self._in_progress,
        }
        return self._issue(
            "task",
            task,
            task.title,
            values,
            labels=task_labels(self._curriculum, phase.id, task),
            milestone=unit_key(place),
            parent=parent,
            seed=place in self._window and not (task.optional and self._overrides.without_optional),
        )

    def _place(self, key: Key, unit: Unit) -> str:
        """Return the id of the unit in which it stands: its own, unless it was moved."""
        days = self._overrides.moved.get(key)
        return self._dates.place(unit.id, days) if days else unit.id

    def _projects(self) -> Iterator[DesiredIssue]:
        """Yield the project ideas that were started; they belong to no unit."""
        ideas = {idea.id: idea for idea in self._curriculum.projects}
        for idea in (ideas[name] for name in self._overrides.projects if name in ideas):
            labels = ("kind:portfolio", *work_labels(self._curriculum, idea))
            values = self._values.of_project(idea)
            title = _("Project: %(title)s", title=idea.title)
            yield self._issue("project", idea, title, values, labels=labels)

    def _deliverable(self, phase: Phase, module: Module, deliverable: Deliverable) -> DesiredIssue:
        skills = work_labels(self._curriculum, deliverable)
        due = module.due_unit(deliverable)
        units = (due,) if deliverable.unit else module.units
        name = unit_name(due) if deliverable.unit else module_name(self._curriculum, module)
        values = {
            "module": name,
            "resources": self._values.resources(deliverable, key=f"deliverable:{deliverable.id}"),
        }
        return self._issue(
            "deliverable",
            deliverable,
            _(DELIVERABLE, title=deliverable.title),
            values,
            labels=(f"phase:{phase.id}", "kind:deliverable", *skills),
            milestone=unit_key(self._place(f"deliverable:{deliverable.id}", due)),
            seed=any(unit.id in self._window for unit in units),
        )

    def _choice(self, phase: Phase, module: Module, unit: Unit, choice: Choice) -> DesiredIssue:
        taken = self._settings.choices.get(choice.id)
        roles = {role.id: role.title for role in self._curriculum.roles}
        buttons = {
            option.id: button({"do": "choose", "choice": choice.id, "option": option.id})
            for option in choice.options
        }
        values = {
            "module": module_name(self._curriculum, module),
            "roles": {o.id: [roles[role] for role in o.roles] for o in choice.options},
            "taken": next((o.title for o in choice.options if o.id == taken), None),
            "others": [o for o in choice.options if o.id != taken],
            "buttons": buttons,
            "config_path": CONFIG_PATH,
        }
        return self._issue(
            "choice",
            choice,
            choice.title,
            values,
            labels=(f"phase:{phase.id}", "kind:choice"),
            milestone=unit_key(unit),
            seed=unit.id in self._window and taken is None,
            answer=taken or "",
        )

    def _checkpoints(self, phase: Phase, module: Module) -> Iterator[DesiredIssue]:
        for checkpoint in self._curriculum.checkpoints:
            if checkpoint.after != module.id:
                continue
            unit = module.due_unit(checkpoint)
            units = (unit,) if checkpoint.unit else module.units
            name = checkpoint_place(self._curriculum, module, checkpoint)
            yield self._issue(
                "checkpoint",
                checkpoint,
                checkpoint_title(self._curriculum, module, checkpoint),
                {"module": name},
                labels=(f"phase:{phase.id}", "kind:checkpoint"),
                milestone=unit_key(unit),
                seed=checkpoint.id in self._texts.reached or self._is_ending(units),
            )


def _without_backlinks(issue: DesiredIssue, path: PlannedPath) -> DesiredIssue:
    texts = {"body": issue.body, "starter": issue.starter}
    shown = {name: without_backlinks(text, path.repository) for name, text in texts.items()}
    return issue if shown == texts else issue.model_copy(update=shown)


def _keys_set_aside(curriculum: Curriculum, settings: Settings) -> Iterator[Key]:
    for choice in curriculum.choices():
        for option in choice.options:
            if option.id != settings.choices.get(choice.id):
                for task in option.tasks:
                    yield from (f"task:{name}" for name in (task.id, *task.aliases))
    yield from (f"task:{name}" for name in (*settings.credits, *curriculum.done()))


def _check_lengths(issues: tuple[DesiredIssue, ...]) -> None:
    for issue in issues:
        if len(issue.body) > MAX_REGION:
            raise CurriculumError(
                f"the text of '{issue.title}' has {len(issue.body)} characters; an issue on GitHub"
                f" holds 65,536, and {MAX_REGION} leave room for the learner's own.",
                where=issue.key,
                hint="Shorten its description.",
            )
