"""The desired state: the labels, milestones and issues that should be there now, and what they say.

Pure: the same curriculum, settings and day give the same values. Every task of the path is in it;
`seed` says which ones the rolling window asks to be made now. One that was made before stays wanted
when the window moves away from it, so that a later start never closes anything.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

from bot.curriculum.base import Item
from bot.curriculum.model import Choice, Curriculum, Deliverable, Horizon, Module, Phase, Task, Unit
from bot.errors import ConfigError, CurriculumError
from bot.planning.issue_texts import IssueTexts, full_unit_name, module_name
from bot.planning.labels import DesiredLabel, labels_for, task_labels, work_labels
from bot.planning.length_limits import ISSUE_TITLE, SUB_ISSUES, one_line
from bot.planning.marker import Key
from bot.planning.path import PlannedPath
from bot.planning.schedule import add_months
from bot.planning.snapshot import FrozenModel
from bot.planning.window import units_in_window
from bot.settings import Settings

SUMMARY_KEY = "summary:summary"
MAX_REGION = 60_000  # of an issue's 65,536 characters: the rest is the learner's, and the ledger's
MOST_NAMED = 8

ACTION_TITLES = {
    Horizon.WEEK: "Next steps: this week",
    Horizon.MONTH: "Next steps: this month",
    Horizon.QUARTER: "Next steps: the first three months",
}


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
    from then on. `pinned` asks for a pin, once.
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


class ReportTexts(FrozenModel):
    """Texts that are written from more than the curriculum: reports make them for the plan.

    `dashboard` is the body of the summary issue; `issues` are wanted beside those of the path:
    assessments, reflections. `seen` is the day of the run, when it read comments and has none
    to answer, and `reported` are the keys of the reports it met there.
    """

    dashboard: str = ""
    issues: tuple[DesiredIssue, ...] = ()
    seen: date | None = None
    reported: frozenset[Key] = frozenset()


NO_TEXTS = ReportTexts()


class DesiredState(FrozenModel):
    """Everything that should be there. Issues stand in the order in which they are to be made.

    `set_aside` are the tasks of branches that the learner did not take, and those known before.
    `seen` is the day up to which comments are dealt with; `reported` are reports that stand.
    """

    labels: tuple[DesiredLabel, ...]
    milestones: tuple[DesiredMilestone, ...]
    issues: tuple[DesiredIssue, ...]
    set_aside: frozenset[Key] = frozenset()
    seen: date | None = None
    reported: frozenset[Key] = frozenset()


def check_settings(path: PlannedPath) -> None:
    """Raise ConfigError when a setting does not fit the curriculum, or allows no dates."""
    curriculum, settings = path.curriculum, path.settings
    choices = {choice.id: [o.id for o in choice.options] for choice in curriculum.choices()}
    for name, taken in settings.choices.items():
        _check_known("choice", name, list(choices), where="choices")
        _check_known("option", taken, choices[name], where=f"choices.{name}")
    tasks = sorted({name for task in curriculum.tasks() for name in (task.id, *task.aliases)})
    for name in settings.credits:
        _check_known("task", name, tasks, where="credits")
    _ = path.dates


def desired_state(path: PlannedPath, texts: ReportTexts = NO_TEXTS) -> DesiredState:
    """Return what should be in the repository on the day of `path`.

    Raises ConfigError when a setting does not fit the curriculum, CurriculumError when a text is
    too long for an issue.
    """
    check_settings(path)
    issues_of = _Issues(path, texts)
    issues = (*issues_of.all(), *texts.issues)
    _check_lengths(issues)
    return DesiredState(
        labels=issues_of.labels,
        milestones=tuple(issues_of.milestones()),
        issues=issues,
        set_aside=frozenset(_keys_set_aside(path.curriculum, path.settings)),
        seen=texts.seen,
        reported=texts.reported,
    )


def unit_key(unit: Unit | str) -> Key:
    """Return the key of a unit's milestone."""
    return f"unit:{unit if isinstance(unit, str) else unit.id}"


class _Issues:
    """Walk the path and make of each part its milestone or issue."""

    def __init__(self, path: PlannedPath, texts: ReportTexts) -> None:
        curriculum, settings = path.curriculum, path.settings
        self._curriculum = curriculum
        self._settings = settings
        self._dates = path.dates
        self._overrides = path.overrides
        self._texts = texts
        self._credits = {f"task:{name}" for name in settings.credits}
        window = units_in_window(path.dates, path.today, settings.ahead)
        self._window = {d.unit for d in window} | path.overrides.opened
        self.labels = tuple(labels_for(curriculum, settings.label_prefix, self._kinds()))
        names = {label.key: label.name for label in self.labels}
        self._bodies = IssueTexts(curriculum, settings, names["status:in-progress"])

    def milestones(self) -> Iterator[DesiredMilestone]:
        titles: set[str] = set()
        walk = ((p, m, u) for p in self._curriculum.phases for m in p.modules for u in m.units)
        for phase, module, unit in walk:
            title = _distinct(full_unit_name(self._curriculum, module, unit), titles)
            yield DesiredMilestone(
                key=unit_key(unit),
                aliases=tuple(unit_key(alias) for alias in unit.aliases),
                title=title,
                description=self._bodies.milestone(phase, unit),
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

    def _kinds(self) -> set[str]:
        features = self._settings.features
        kinds = {str(task.kind) for task in self._curriculum.tasks()} | {"summary"}
        extra = {
            "deliverable": features.deliverables and any(self._curriculum.deliverables()),
            "checkpoint": features.checkpoints and bool(self._curriculum.checkpoints),
            "choice": any(self._curriculum.choices()),
            "next-steps": features.actions and bool(self._curriculum.actions),
            "portfolio": bool(self._overrides.projects),
            "assessment": features.assessments and bool(self._curriculum.assessment.skills),
            "reflection": features.reflections and bool(self._curriculum.reflection),
            "journal": bool(self._curriculum.journal),
            "application": bool(self._curriculum.roles),
            "attested": bool(self._settings.mentors),
        }
        return kinds | {kind for kind, used in extra.items() if used}

    def _issue(self, kind: str, item: Item, title: str, **more: Any) -> DesiredIssue:
        """Return the issue of a part of the curriculum, found by its old ids as well."""
        return DesiredIssue(
            key=f"{kind}:{item.id}",
            aliases=tuple(f"{kind}:{alias}" for alias in item.aliases),
            title=one_line(title, ISSUE_TITLE),
            **more,
        )

    def _summary(self) -> DesiredIssue:
        return DesiredIssue(
            key=SUMMARY_KEY,
            title=one_line(f"Your path: {self._curriculum.title}", ISSUE_TITLE),
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
            actions = [a for a in self._curriculum.actions if a.horizon == horizon]
            unit = self._dates.current(ends[horizon])
            if actions and unit:
                yield DesiredIssue(
                    key=f"actions:{horizon}",
                    title=ACTION_TITLES[horizon],
                    body=self._bodies.actions(horizon, actions),
                    labels=("kind:next-steps",),
                    milestone=unit_key(unit.unit),
                )

    def _module(self, phase: Phase, module: Module) -> Iterator[DesiredIssue]:
        parent: Key | None = None
        if self._settings.features.deliverables:
            made = [self._deliverable(phase, module, d) for d in module.deliverables]
            yield from made
            if made and self._settings.features.sub_issues:
                parent = made[0].key
        children = 0
        for unit in module.units:
            for task in self._tasks_of(unit):
                if f"task:{task.id}" in self._credits:
                    continue
                children += 1
                yield self._task(
                    phase, module, unit, task, parent if children <= SUB_ISSUES else None
                )
            if unit.choice:
                yield self._choice(phase, module, unit, unit.choice)
        if self._settings.features.checkpoints:
            yield from self._checkpoints(phase, module)

    def _tasks_of(self, unit: Unit) -> Iterator[Task]:
        yield from unit.tasks
        if unit.choice:
            taken = self._settings.choices.get(unit.choice.id)
            for option in unit.choice.options:
                if option.id == taken:
                    yield from option.tasks

    def _task(
        self, phase: Phase, module: Module, unit: Unit, task: Task, parent: Key | None
    ) -> DesiredIssue:
        place = self._place(f"task:{task.id}", unit)
        return self._issue(
            "task",
            task,
            task.title,
            body=self._bodies.task(module, unit, task),
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
            title, body = f"Project: {idea.title}", self._bodies.project(idea)
            yield self._issue("project", idea, title, body=body, labels=labels)

    def _deliverable(self, phase: Phase, module: Module, deliverable: Deliverable) -> DesiredIssue:
        skills = work_labels(self._curriculum, deliverable)
        return self._issue(
            "deliverable",
            deliverable,
            f"Deliverable: {deliverable.title}",
            body=self._bodies.deliverable(module, deliverable),
            labels=(f"phase:{phase.id}", "kind:deliverable", *skills),
            milestone=unit_key(self._place(f"deliverable:{deliverable.id}", module.units[-1])),
            seed=any(unit.id in self._window for unit in module.units),
        )

    def _choice(self, phase: Phase, module: Module, unit: Unit, choice: Choice) -> DesiredIssue:
        return self._issue(
            "choice",
            choice,
            choice.title,
            body=self._bodies.choice(module, choice),
            labels=(f"phase:{phase.id}", "kind:choice"),
            milestone=unit_key(unit),
            seed=unit.id in self._window,
        )

    def _checkpoints(self, phase: Phase, module: Module) -> Iterator[DesiredIssue]:
        last = module.units[-1]
        for checkpoint in self._curriculum.checkpoints:
            if checkpoint.after != module.id:
                continue
            title = checkpoint.title
            if "checkpoint" not in title.casefold():
                title = f"Checkpoint after {module_name(self._curriculum, module)}: {title}"
            yield self._issue(
                "checkpoint",
                checkpoint,
                title,
                body=self._bodies.checkpoint(module, checkpoint),
                labels=(f"phase:{phase.id}", "kind:checkpoint"),
                milestone=unit_key(last),
                seed=last.id in self._window,
            )


def _keys_set_aside(curriculum: Curriculum, settings: Settings) -> Iterator[Key]:
    for choice in curriculum.choices():
        for option in choice.options:
            if option.id != settings.choices.get(choice.id):
                for task in option.tasks:
                    yield from (f"task:{name}" for name in (task.id, *task.aliases))
    yield from (f"task:{name}" for name in settings.credits)


def _distinct(title: str, taken: set[str]) -> str:
    """Return a title that is not `taken`: GitHub refuses a second milestone of one title."""
    candidate, number = one_line(title, ISSUE_TITLE), 2
    while candidate in taken:
        tail = f" ({number})"
        candidate = f"{title[: ISSUE_TITLE - len(tail)]}{tail}"
        number += 1
    taken.add(candidate)
    return candidate


def _check_known(kind: str, name: str, known: list[str], *, where: str) -> None:
    if name in known:
        return
    near = get_close_matches(name, known, n=1)
    if near:
        text = f"the curriculum has no {kind} '{name}'. Did you mean '{near[0]}'?"
    else:
        some = ", ".join(known[:MOST_NAMED]) or "none"
        more = ", …" if len(known) > MOST_NAMED else ""
        text = f"the curriculum has no {kind} '{name}'; it has: {some}{more}."
    raise ConfigError(text, where=where)


def _check_lengths(issues: tuple[DesiredIssue, ...]) -> None:
    for issue in issues:
        if len(issue.body) > MAX_REGION:
            raise CurriculumError(
                f"the text of '{issue.title}' has {len(issue.body)} characters; an issue on GitHub"
                f" holds 65,536, and {MAX_REGION} leave room for the learner's own.",
                where=issue.key,
                hint="Shorten its description.",
            )
