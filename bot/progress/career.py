"""Career: job applications, projects for the portfolio, and the numbers of the guide.

Nothing here asks for a salary or for data of a person: a repository may be public. A number that
nobody but the learner can know, and that they did not count, is left out.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from math import ceil
from typing import Literal

from bot.curriculum.base import Hours
from bot.curriculum.model import ProjectIdea, ProjectLevel, TaskKind
from bot.curriculum.sections import LearningMetric, Target
from bot.i18n import format_hours, format_number, ngettext
from bot.i18n import gettext as _
from bot.planning.snapshot import FrozenModel, IssueState
from bot.progress.command_log import closed_at
from bot.progress.effort import describe_finished, describe_logged
from bot.progress.issue_form_answers import APPLICATION, issues_with_label, title_of
from bot.progress.names import Kind, kind_of
from bot.progress.path import LearningPath
from bot.progress.progress import ASIDE, item_keys

Stage = Literal["applied", "interview", "offer", "closed"]
_STAGES: tuple[Stage, ...] = ("applied", "interview", "offer", "closed")
DAYS_A_WEEK = 7
_TASKS = {
    Kind.COURSES: TaskKind.COURSE,
    Kind.POSTS: TaskKind.POST,
    Kind.CONTRIBUTIONS: TaskKind.CONTRIBUTION,
}
_PROJECT = re.compile(r"\b(?:projects?|portfolio|programs?|apps?)\b", re.IGNORECASE)


class Application(FrozenModel):
    """A job applied for; `opened` and `changed` (last, by anybody) are days in the learner's zone.

    The words for the next step of each stage are the template's.
    """

    number: int
    url: str
    title: str
    stage: Stage
    opened: date
    changed: date


class ProjectIdeaState(FrozenModel):
    """A project idea of the guide, and how far it is; `number` and `url` once it was started."""

    idea: ProjectIdea
    state: Literal["idea", "started", "done"]
    number: int | None = None
    url: str = ""
    done_on: date | None = None


class Metric(FrozenModel):
    """A number of the guide: where it stands, the target, and how it was counted.

    `low` and `high` are the target's ends, `text` is the target in words (empty without one),
    `basis` says in plain words what was counted.
    """

    id: str
    title: str
    unit: str | None
    value: float
    low: float | None
    high: float | None
    text: str
    basis: str

    @property
    def reached(self) -> bool:
        """There is a target, and the number is as high as its lower end."""
        return self.low is not None and self.value >= self.low


def applications(path: LearningPath) -> tuple[Application, ...]:
    """Return the issues that wear our label for applications, by number.

    The stage is the label the issue wears, the furthest of several, `applied` without any. An issue
    that is closed is over, unless it wears the label of an offer.
    """
    names = {
        label.name.casefold(): stage
        for stage in _STAGES
        if (label := path.observed.labels.get(f"stage:{stage}"))
    }
    return tuple(
        Application(
            number=issue.number,
            url=issue.url,
            title=title_of(issue),
            stage=_stage(issue, names),
            opened=path.day_of(issue.created_at),
            changed=path.day_of(issue.updated_at),
        )
        for issue in issues_with_label(path.observed, APPLICATION)
    )


def by_stage(found: Iterable[Application]) -> dict[Stage, int]:
    """Return the number of applications at each stage, in the order of the stages."""
    stages = [application.stage for application in found]
    return {stage: stages.count(stage) for stage in _STAGES}


def _stage(issue: IssueState, names: dict[str, Stage]) -> Stage:
    worn = {stage for name in issue.labels if (stage := names.get(name.casefold()))}
    furthest = max(worn, key=_STAGES.index, default=_STAGES[0])
    return furthest if issue.state == "open" or furthest == "offer" else "closed"


def ideas(path: LearningPath) -> tuple[ProjectIdeaState, ...]:
    """Return the guide's project ideas, the easiest level first. A finished issue makes it done."""
    levels = list(ProjectLevel)
    found = (_idea(path, idea) for idea in path.curriculum.projects)
    return tuple(sorted(found, key=lambda one: levels.index(one.idea.level)))


def _idea(path: LearningPath, idea: ProjectIdea) -> ProjectIdeaState:
    ours = path.issue_of("project", idea)
    if ours is None:
        removed = any(map(path.observed.ledger.has, item_keys("project", idea)))
        wanted = idea.id in path.overrides.projects and not removed
        return ProjectIdeaState(idea=idea, state="started" if wanted else "idea")
    issue = ours.state
    if issue.settled and not issue.finished:
        return ProjectIdeaState(idea=idea, state="idea")
    closed = closed_at(issue)
    return ProjectIdeaState(
        idea=idea,
        state="done" if issue.finished else "started",
        number=issue.number,
        url=issue.url,
        done_on=path.day_of(closed) if closed else None,
    )


def metrics(path: LearningPath, day: date) -> tuple[Metric, ...]:
    """Return the guide's metrics, then its targets, as of the end of `day`.

    A target about the same thing as a metric is shown with that metric, once. What the learner
    counted (`/count`) is added to what issues show. Left out are salary and time, which nobody here
    can know, and what is of no known kind and was not counted either.
    """
    return tuple(_MetricReader(path, day).all())


class _MetricReader:
    def __init__(self, path: LearningPath, day: date) -> None:
        self._path = path
        self._today = day
        self._done = {w.key: w for w in path.progress.work if w.done_by(day)}
        self._kinds = {f"task:{task.id}": task.kind for task in path.curriculum.tasks()}
        self._own = [
            one
            for one in ideas(path)
            if one.state == "done" and one.done_on is not None and one.done_on <= day
        ]

    def all(self) -> Iterator[Metric]:
        targets = list(self._path.curriculum.success.quantitative)
        for metric in self._path.curriculum.metrics:
            kind = kind_of(metric)
            same = next((t for t in targets if self._same(metric, kind, t)), None)
            targets = [t for t in targets if t is not same]
            yield from self._number(metric, same, kind)
        for target in targets:
            yield from self._number(target, target, kind_of(target))

    @staticmethod
    def _same(metric: LearningMetric, kind: Kind, target: Target) -> bool:
        if kind is Kind.OTHER:
            return metric.title.casefold() == target.title.casefold()
        return kind_of(target) is kind

    def _number(
        self, shown: LearningMetric | Target, target: Target | None, kind: Kind
    ) -> Iterator[Metric]:
        names = dict.fromkeys([shown.id, target.id if target else shown.id])
        counted = sum(self._path.history.counted(name, self._today) for name in names)
        found = self._found(kind, shown)
        if kind is Kind.PRIVATE or (found is None and not counted):
            return
        value, basis = found or (0.0, [])
        if counted:
            basis = [*basis, _("%(number)s counted by you", number=format_number(counted))]
        low, high, text = self._target(shown, target, kind)
        yield Metric(
            id=shown.id,
            title=shown.title,
            unit=shown.unit or (target.unit if target else None),
            value=value + counted,
            low=low,
            high=high,
            text=text,
            basis=" · ".join(basis) or _("nothing counted yet"),
        )

    def _found(self, kind: Kind, shown: LearningMetric | Target) -> tuple[float, list[str]] | None:
        """Return the number that issues show and its parts; None when issues cannot show it."""
        match kind:
            case Kind.HOURS:
                title = f"{shown.title} {shown.unit or ''}".casefold()
                return self._hours(weekly="week" in title)
            case Kind.PROJECTS:
                return self._projects()
            case Kind.PEOPLE:
                return 0.0, []
        return self._tasks(_TASKS[kind]) if kind in _TASKS else None

    def _target(
        self, shown: LearningMetric | Target, target: Target | None, kind: Kind
    ) -> tuple[float | None, float | None, str]:
        if target is not None:
            return target.low, target.high, target.text
        week = self._path.curriculum.overview.hours_per_week
        if kind is Kind.HOURS and week is not None:
            return week.low, week.high, _("%(hours)s a week", hours=_range(week))
        if kind is Kind.COURSES and isinstance(shown, LearningMetric) and shown.of_total:
            whole = self._courses()
            return float(whole), None, _("%(number)s on the path", number=format_number(whole))
        return None, None, ""

    def _courses(self) -> int:
        """Return how many required courses the path has: what was known or is done included."""
        others = {
            f"task:{task.id}"
            for choice in self._path.curriculum.choices()
            for option in choice.options
            if option.id != self._path.settings.choices.get(choice.id)
            for task in option.tasks
        }
        return sum(
            self._kinds.get(w.key) is TaskKind.COURSE
            and w.counts
            and w.state not in ASIDE
            and w.key not in others
            for w in self._path.progress.work
        )

    def _tasks(self, kind: TaskKind) -> tuple[float, list[str]]:
        count = sum(self._kinds.get(key) is kind for key in self._done)
        return float(count), [_tasks_done(kind, count)] if count else []

    def _projects(self) -> tuple[float, list[str]]:
        """Count the projects in deliverables and tasks of the path, and the ideas carried out.

        Where a deliverable asks for several ("a portfolio of five"), those of other such ones may
        be among them: the largest number counts. What is both a task and part of a deliverable of
        the same month counts once.
        """
        several: list[int] = []
        beside, path = 0, 0
        for module in self._path.curriculum.modules():
            tasks = sum(
                t.kind is TaskKind.PROJECT and f"task:{t.id}" in self._done
                for unit in module.units
                for t in unit.all_tasks()
            )
            deliverables = [d for d in module.deliverables if _PROJECT.search(d.title)]
            done = [d for d in deliverables if f"deliverable:{d.id}" in self._done]
            if any(d.count for d in deliverables):
                several.append(sum(d.count or 1 for d in done))
                beside = max(beside, tasks)
            else:
                path += max(len(done), tasks)
        path += max([beside, *several])
        basis = [_("%(number)s from tasks and deliverables", number=path)] if path else []
        if self._own:
            basis.append(_("%(number)s of your own choice", number=len(self._own)))
        return float(path + len(self._own)), basis

    def _hours(self, *, weekly: bool) -> tuple[float, list[str]]:
        """Return the hours (written down, else estimates) since the start, in all or a week.

        A week's are those of the weeks until the path was finished.
        """
        if self._today < self._path.settings.start:
            return 0.0, [_("Your path hasn't started yet.")]
        end = min(self._today, self._path.as_of) if weekly else self._today
        logged = self._path.history.hours_logged(date.min, end)
        if not (logged or self._path.effort.in_hours):
            return 0.0, []
        finished = [w for w in self._done.values() if w.finished]
        spent = logged or sum(w.weight for w in finished)
        sources = (w.source for w in finished)
        basis = [describe_logged(spent) if logged else describe_finished(spent, sources)]
        if not weekly:
            return round(spent, 1), basis
        weeks = self._weeks(end)
        shown = format_number(weeks)
        over = ngettext("over %(weeks)s week", "over %(weeks)s weeks", ceil(weeks), weeks=shown)
        return round(spent / weeks, 1), [*basis, over]

    def _weeks(self, end: date) -> float:
        start = self._path.settings.start
        resting = {
            day
            for pause in self._path.settings.pauses
            for n in range((min(pause.last, end) - pause.first).days + 1)
            if (day := pause.first + timedelta(days=n)) >= start
        }
        return max(1.0, ((end - start).days + 1 - len(resting)) / DAYS_A_WEEK)


def _tasks_done(kind: TaskKind, count: int) -> str:
    match kind:
        case TaskKind.COURSE:
            return ngettext("%(num)s course task done", "%(num)s course tasks done", count)
        case TaskKind.POST:
            return ngettext("%(num)s writing task done", "%(num)s writing tasks done", count)
        case _:
            return ngettext(
                "%(num)s contribution task done", "%(num)s contribution tasks done", count
            )


def _range(hours: Hours) -> str:
    """Return `10–12 h`."""
    low = "" if hours.low == hours.high else f"{format_number(hours.low)}\N{EN DASH}"
    return f"{low}{format_hours(hours.high)}"
