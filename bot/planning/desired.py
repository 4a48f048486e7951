"""The desired state: the labels, milestones and issues that should be there now, and what they say.

Pure: the same curriculum, settings and day give the same values. Every task of the path is in it;
`seed` says which ones the rolling window asks to be made now. One that was made before stays wanted
when the window moves away from it, so that a later start never closes anything.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from difflib import get_close_matches

from bot.curriculum.model import Choice, Curriculum, Deliverable, Horizon, Module, Phase, Task, Unit
from bot.errors import ConfigError, CurriculumError
from bot.planning.bodies import Bodies, full_unit_name, module_name
from bot.planning.labels import DesiredLabel, labels_for, task_labels, work_labels
from bot.planning.marker import Key
from bot.planning.schedule import Schedule, add_months, due_on, schedule
from bot.planning.snapshot import Frozen
from bot.settings import Settings

SUMMARY_KEY = "summary:summary"
MAX_TITLE = 256
MAX_REGION = 60_000
MAX_CHILDREN = 100

ACTION_TITLES = {
    Horizon.WEEK: "Next steps: this week",
    Horizon.MONTH: "Next steps: this month",
    Horizon.QUARTER: "Next steps: the first three months",
}


class DesiredMilestone(Frozen):
    """A unit's milestone; `description` is our region, without markers."""

    key: Key
    aliases: tuple[Key, ...] = ()
    title: str
    description: str
    due_on: date


class DesiredIssue(Frozen):
    """An issue; `labels`, `milestone` and `parent` are keys, `body` is our region."""

    key: Key
    aliases: tuple[Key, ...] = ()
    title: str
    body: str
    labels: tuple[Key, ...] = ()
    milestone: Key | None = None
    parent: Key | None = None
    seed: bool = True


class DesiredState(Frozen):
    """All that should be there. Issues stand in the order in which they are to be made.

    `set_aside` are the tasks of branches that the learner did not take.
    """

    labels: tuple[DesiredLabel, ...]
    milestones: tuple[DesiredMilestone, ...]
    issues: tuple[DesiredIssue, ...]
    set_aside: frozenset[Key] = frozenset()


def desired_state(curriculum: Curriculum, settings: Settings, today: date) -> DesiredState:
    """What should be in the repository on `today` (a day in the learner's time zone).

    Raises ConfigError when a setting does not fit the curriculum, CurriculumError when a text is
    too long for an issue.
    """
    _check_choices(curriculum, settings)
    issues_of = _Issues(curriculum, settings, schedule(curriculum, settings), today)
    issues = tuple(issues_of.all())
    _check_lengths(issues)
    return DesiredState(
        labels=issues_of.labels,
        milestones=tuple(issues_of.milestones()),
        issues=issues,
        set_aside=frozenset(_set_aside(curriculum, settings)),
    )


def unit_key(unit: Unit | str) -> Key:
    """The key of a unit's milestone."""
    return f"unit:{unit if isinstance(unit, str) else unit.id}"


class _Issues:
    """Walks the path once and says which issue each part of it becomes."""

    def __init__(
        self, curriculum: Curriculum, settings: Settings, dates: Schedule, today: date
    ) -> None:
        self._curriculum = curriculum
        self._settings = settings
        self._dates = dates
        self._window = {d.unit for d in dates.window(today, settings.ahead)}
        self.labels = tuple(labels_for(curriculum, settings.label_prefix, self._kinds()))
        names = {label.key: label.name for label in self.labels}
        self._bodies = Bodies(curriculum, settings, names["status:in-progress"])

    def milestones(self) -> Iterator[DesiredMilestone]:
        titles: set[str] = set()
        for phase, module, unit in self._walk():
            title = _distinct(full_unit_name(self._curriculum, module, unit), titles)
            yield DesiredMilestone(
                key=unit_key(unit),
                aliases=tuple(unit_key(alias) for alias in unit.aliases),
                title=title,
                description=self._bodies.milestone(phase, unit),
                due_on=due_on(self._dates[unit.id]),
            )

    def all(self) -> Iterator[DesiredIssue]:
        yield self._summary()
        if self._settings.features.actions:
            yield from self._actions()
        for phase in self._curriculum.phases:
            for module in phase.modules:
                yield from self._module(phase, module)

    def _walk(self) -> Iterator[tuple[Phase, Module, Unit]]:
        for phase in self._curriculum.phases:
            for module in phase.modules:
                for unit in module.units:
                    yield phase, module, unit

    def _kinds(self) -> set[str]:
        features = self._settings.features
        kinds = {str(task.kind) for task in self._curriculum.tasks()} | {"summary"}
        extra = {
            "deliverable": features.deliverables and any(self._curriculum.deliverables()),
            "checkpoint": features.checkpoints and bool(self._curriculum.checkpoints),
            "choice": any(self._curriculum.choices()),
            "next-steps": features.actions and bool(self._curriculum.actions),
        }
        return kinds | {kind for kind, used in extra.items() if used}

    def _summary(self) -> DesiredIssue:
        return DesiredIssue(
            key=SUMMARY_KEY,
            title=_short(f"Your path: {self._curriculum.title}"),
            body=self._bodies.summary(self._dates),
            labels=("kind:summary",),
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
                children += 1
                yield self._task(
                    phase, module, unit, task, parent if children <= MAX_CHILDREN else None
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
        return DesiredIssue(
            key=f"task:{task.id}",
            aliases=tuple(f"task:{alias}" for alias in task.aliases),
            title=_short(task.title),
            body=self._bodies.task(module, unit, task),
            labels=task_labels(self._curriculum, phase.id, task),
            milestone=unit_key(unit),
            parent=parent,
            seed=unit.id in self._window,
        )

    def _deliverable(self, phase: Phase, module: Module, deliverable: Deliverable) -> DesiredIssue:
        return DesiredIssue(
            key=f"deliverable:{deliverable.id}",
            aliases=tuple(f"deliverable:{alias}" for alias in deliverable.aliases),
            title=_short(f"Deliverable: {deliverable.title}"),
            body=self._bodies.deliverable(module, deliverable),
            labels=(
                f"phase:{phase.id}",
                "kind:deliverable",
                *work_labels(self._curriculum, deliverable),
            ),
            milestone=unit_key(module.units[-1]),
            seed=any(unit.id in self._window for unit in module.units),
        )

    def _choice(self, phase: Phase, module: Module, unit: Unit, choice: Choice) -> DesiredIssue:
        return DesiredIssue(
            key=f"choice:{choice.id}",
            aliases=tuple(f"choice:{alias}" for alias in choice.aliases),
            title=_short(choice.title),
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
            yield DesiredIssue(
                key=f"checkpoint:{checkpoint.id}",
                aliases=tuple(f"checkpoint:{alias}" for alias in checkpoint.aliases),
                title=_short(title),
                body=self._bodies.checkpoint(module, checkpoint),
                labels=(f"phase:{phase.id}", "kind:checkpoint"),
                milestone=unit_key(last),
                seed=last.id in self._window,
            )


def _set_aside(curriculum: Curriculum, settings: Settings) -> Iterator[Key]:
    for choice in curriculum.choices():
        for option in choice.options:
            if option.id != settings.choices.get(choice.id):
                for task in option.tasks:
                    yield from (f"task:{name}" for name in (task.id, *task.aliases))


def _short(title: str) -> str:
    title = " ".join(title.split())
    return title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1].rstrip()}…"


def _distinct(title: str, taken: set[str]) -> str:
    """GitHub refuses a second milestone with the same title."""
    candidate, number = _short(title), 2
    while candidate in taken:
        tail = f" ({number})"
        candidate = f"{title[: MAX_TITLE - len(tail)]}{tail}"
        number += 1
    taken.add(candidate)
    return candidate


def _check_choices(curriculum: Curriculum, settings: Settings) -> None:
    choices = {choice.id: [o.id for o in choice.options] for choice in curriculum.choices()}
    for name, taken in settings.choices.items():
        if name not in choices:
            raise ConfigError(_unknown("choice", name, list(choices)), where="choices")
        if taken not in choices[name]:
            raise ConfigError(_unknown("option", taken, choices[name]), where=f"choices.{name}")


def _unknown(kind: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    if near:
        return f"the curriculum has no {kind} '{name}'. Did you mean '{near[0]}'?"
    return f"the curriculum has no {kind} '{name}'; it has: {', '.join(known) or 'none'}."


def _check_lengths(issues: tuple[DesiredIssue, ...]) -> None:
    for issue in issues:
        if len(issue.body) > MAX_REGION:
            raise CurriculumError(
                f"the text of '{issue.title}' has {len(issue.body)} characters; an issue on GitHub"
                f" holds 65,536, and {MAX_REGION} leave room for the learner's own.",
                where=issue.key,
                hint="Shorten its description.",
            )
