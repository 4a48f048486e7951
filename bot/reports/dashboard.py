"""The dashboard: the body of the summary issue, edited in place.

What to do now, how far it is, what comes next, all on the first screen of a phone; behind it boxes
that work as buttons, and all else in folds. Two runs on one day with the same facts give equal
bytes.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from pydantic import InstanceOf

from bot import templating
from bot.curriculum.model import Curriculum, Deliverable, ModuleKind, ProjectLevel, Unit
from bot.planning.daily_workflow import stops_at
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.ledger import RefusedChange
from bot.planning.refusals import Refusals, to_report
from bot.planning.snapshot import FrozenModel
from bot.planning.unit_names import module_name, unit_names
from bot.progress import career
from bot.progress.effort import EffortSource
from bot.progress.forecast import Forecast
from bot.progress.path import LearningPath
from bot.progress.progress import DONE, Work, WorkState, WorkSum
from bot.progress.skills import SkillCover, SkillRating, calibration, to_develop
from bot.progress.streak import streak
from bot.reports import position
from bot.reports.due_weeks import Week
from bot.reports.finish import Finish, finish
from bot.reports.formatting import WORDS
from bot.reports.guide_folds import GuideFolds, guide_folds
from bot.reports.next_work import OpenThing, late_work, most_important, next_open
from bot.reports.suggestions import Button, Suggestions, buttons, suggestions
from bot.settings import CONFIG_PATH, SummarySettings

# GitHub holds 65,536 characters; the learner's own words, memory and ledger need room, too.
MOST_CHARACTERS = 30_000
MOST_WORK = 25
MOST_FIRST = 5  # of them on the first screen; the others are folded
MOST_LATE = 3
MOST_APPLIED = 15
MOST_ROWS = 25
UNDER_WAY = frozenset({WorkState.IN_PROGRESS, WorkState.BLOCKED})


class DashboardPosition(FrozenModel):
    """The unit the learner is in, or that comes first: its id, name, days, percent and work."""

    unit: str
    name: str
    first: date
    last: date
    percent: int
    work: tuple[Work, ...]


class FollowingUnit(FrozenModel):
    """The unit that comes next: its name, and its first day."""

    name: str
    first: date


class RowCheckpoint(FrozenModel):
    """A checkpoint in the row of its last day; `settled` once its issue is closed."""

    id: str
    title: str
    due: date
    url: str = ""
    settled: bool = False


class DashboardRow(FrozenModel):
    """A row of the table: days, percent, hours of what counts, and what it leaves behind.

    It is a module, or a unit where the guide has no modules of its own.
    """

    title: str
    first: date
    last: date
    percent: int
    done_hours: float
    total_hours: float
    deliverables: tuple[Work, ...]
    checkpoints: tuple[RowCheckpoint, ...]
    current: bool


class DashboardNumbers(FrozenModel):
    """Hours, `source` saying whose; tasks without `in_hours`.

    `logged` is what the learner wrote down in all, `logged_lately` a week on average over the weeks
    that the forecast is based on. `streak` counts weeks in a row with something finished.
    """

    percent: int
    done: float
    total: float
    in_hours: bool
    source: EffortSource
    logged: float
    logged_lately: float | None
    streak: int
    done_count: int
    credited_count: int
    open_count: int
    skipped_count: int


class ClosedByBot(FrozenModel):
    """An issue that a bot closed: title, address, and the bot's login."""

    title: str
    url: str
    bot: str


class Portfolio(FrozenModel):
    """Project ideas: those begun, and what is left by level."""

    started: tuple[career.ProjectIdeaState, ...]
    left: dict[ProjectLevel, tuple[career.ProjectIdeaState, ...]]


class Dashboard(FrozenModel):
    """All values of the page.

    `place` is the present unit, before the start the first one, in a pause the one that goes on
    after it. `under_way` and `late` are what is begun, and what is left from earlier, in other
    units; `closed_by_bots` is open to the learner all the same. `week_ends` is the day on which the
    present week is summed up. `schedule_stops` is the day on which GitHub stops the schedule if
    nothing is pushed before; None where it does not, or where nobody knows.
    """

    title: str
    from_role: str | None
    target_role: str | None
    today: date
    first: date
    last: date
    started: bool
    over: bool
    resting_until: date | None
    finished_on: date | None
    finish: Finish | None
    place: DashboardPosition
    coming: tuple[OpenThing, ...]
    under_way: tuple[Work, ...]
    late: tuple[Work, ...]
    closed_by_bots: tuple[ClosedByBot, ...]
    checkpoint: position.NextCheckpoint | None
    following: FollowingUnit | None
    numbers: DashboardNumbers
    row_kind: str
    rows: tuple[DashboardRow, ...]
    forecast: Forecast
    pauses_ahead: bool
    offers: Suggestions | None
    buttons: tuple[Button, ...]
    scale: int
    rated: tuple[SkillRating, ...]
    developing: tuple[SkillCover, ...]
    folds: InstanceOf[GuideFolds]
    portfolio: Portfolio
    metrics: tuple[career.Metric, ...]
    applications: dict[career.Stage, int]
    applied: tuple[career.Application, ...]
    next_sync: date
    schedule_stops: date | None
    week_ends: date
    summing: SummarySettings
    zone: str
    refused: tuple[RefusedChange, ...]


def dashboard(path: LearningPath, refused: Refusals | None = None) -> Dashboard:
    """Return the values for the path's day; `refused` is what GitHub did not take."""
    curriculum, settings, today = path.curriculum, path.settings, path.today
    overview, dates, refused = curriculum.overview, path.dates, refused or {}
    applied = career.applications(path)
    place = _place(path)
    stops = stops_at(path.observed.snapshot, settings.schedule, refused, path.now)
    elsewhere = [w for w in path.progress.work if w.unit != place.unit]
    # Unchecked: what makes these values is checked itself, and the schema of them all is large.
    return Dashboard.model_construct(
        title=curriculum.title,
        from_role=overview.from_role,
        target_role=overview.target_role,
        today=today,
        first=dates.first,
        last=dates.last,
        started=today >= dates.first,
        over=today > dates.last,
        resting_until=position.pause_end(path),
        finished_on=path.finished_on,
        finish=finish(path),
        place=place,
        coming=next_open(path),
        under_way=tuple(w for w in elsewhere if w.state in UNDER_WAY),
        late=tuple(w for w in late_work(path) if w.unit != place.unit and w.state not in UNDER_WAY),
        closed_by_bots=tuple(_closed_by_bots(path)),
        checkpoint=position.next_checkpoint(path),
        following=_following(path, place.unit),
        numbers=_numbers(path),
        row_kind=_row_kind(curriculum),
        rows=tuple(_rows(path)),
        forecast=path.outlook,
        pauses_ahead=any(p.last >= today for p in settings.pauses),
        offers=suggestions(path),
        buttons=buttons(path),
        scale=curriculum.assessment.scale,
        rated=calibration(path),
        developing=to_develop(path),
        folds=guide_folds(path),
        portfolio=_portfolio(path),
        metrics=career.metrics(path, today),
        applications=career.by_stage(applied) if applied else {},
        applied=applied,
        next_sync=today + timedelta(days=1),
        schedule_stops=path.day_of(stops) if stops else None,
        week_ends=Week.of(today, settings.summary.day).last + timedelta(days=1),
        summing=settings.summary,
        zone=settings.timezone,
        refused=to_report(refused),
    )


def as_markdown(values: Dashboard) -> str:
    """Return the body without marker.

    One that would be too long leaves out what the guide says beside the path, then all lists.
    """
    texts = (_rendered(values, **parts) for parts in ({}, {"beside": False}, {"full": False}))
    for text in texts:
        if len(text) <= MOST_CHARACTERS:
            break
    return text


def _rendered(values: Dashboard, *, full: bool = True, beside: bool = True) -> str:
    rows = values.rows if full else position.around_current(values.rows, MOST_ROWS)
    works = most_important(values.place.work, MOST_FIRST)
    more = most_important(values.place.work, MOST_WORK) if full else ()
    named_next = {thing.url for thing in values.coming[:1]}
    return templating.render(
        "dashboard.md.j2",
        d=values,
        under_way=[work for work in values.under_way if work.url not in named_next],
        late=[work for work in values.late if work.url not in named_next],
        rows=rows,
        works=works,
        later_works=[work for work in more if work not in works],
        buttons=values.buttons if full else values.buttons[:MOST_ROWS],
        full=full,
        beside=beside,
        most_late=MOST_LATE,
        most_applied=MOST_APPLIED,
        config_path=CONFIG_PATH,
        **WORDS,
    )


def _closed_by_bots(path: LearningPath) -> Iterator[ClosedByBot]:
    """Yield them by number, but for the dashboard, which is opened again."""
    for ours in sorted(path.observed.issues.values(), key=lambda ours: ours.state.number):
        issue = ours.state
        if issue.closed_by_bot and ours.key != SUMMARY_KEY:
            yield ClosedByBot(title=issue.title, url=issue.url, bot=issue.closed_by_bot)


def _place(path: LearningPath) -> DashboardPosition:
    current = position.current_unit(path) or path.dates.units[0]
    work = path.progress.by_unit.get(current.unit, ())
    return DashboardPosition(
        unit=current.unit,
        name=unit_names(path.curriculum)[current.unit],
        first=current.first,
        last=current.last,
        percent=path.progress.of_unit(current.unit).percent,
        work=tuple(w for w in work if w.state is not WorkState.REMOVED),
    )


def _following(path: LearningPath, unit: str) -> FollowingUnit | None:
    """Return the first unit behind `unit` that has not begun."""
    order = [dates.unit for dates in path.dates.units]
    behind = path.dates.units[order.index(unit) + 1 :]
    found = next((dates for dates in behind if dates.first > path.today), None)
    if found is None:
        return None
    return FollowingUnit(name=unit_names(path.curriculum)[found.unit], first=found.first)


def _numbers(path: LearningPath) -> DashboardNumbers:
    progress, weeks, since = path.progress, path.outlook.weeks, path.outlook.since
    last = path.as_of if path.finished_on else path.today - timedelta(days=1)
    lately = path.history.hours_logged(since, last) if since else 0.0
    ahead = (WorkState.AHEAD, WorkState.OPEN, WorkState.IN_PROGRESS, WorkState.BLOCKED)
    return DashboardNumbers(
        percent=path.percent(),
        done=progress.all.done,
        total=progress.all.total,
        in_hours=path.effort.in_hours,
        source=path.effort.source,
        logged=path.history.hours_logged(date.min, path.today),
        logged_lately=lately / weeks if weeks and lately else None,
        streak=streak(progress, path.as_of),
        done_count=progress.count(*DONE),
        credited_count=progress.count(WorkState.CREDITED),
        open_count=progress.count(*ahead),
        skipped_count=progress.count(WorkState.SKIPPED, WorkState.REMOVED),
    )


def _by_unit(curriculum: Curriculum) -> bool:
    """Return whether the table has a row for each unit: one for all of them would say little."""
    modules = list(curriculum.modules())
    return len(modules) == 1 or all(module.kind is ModuleKind.PART for module in modules)


def _row_kind(curriculum: Curriculum) -> str:
    """Return what the rows are by their commonest kind: weeks, days, modules."""
    rows = curriculum.units() if _by_unit(curriculum) else curriculum.modules()
    ((kind, _),) = Counter(str(row.kind) for row in rows).most_common(1)
    return kind


def _rows(path: LearningPath) -> Iterator[DashboardRow]:
    over = path.finished_on or path.today > path.dates.last
    current = None if over else position.current_unit(path)
    here = current.unit if current else ""
    work = {one.key: one for one in path.progress.work}
    checkpoints: dict[str, list[RowCheckpoint]] = {}
    for unit, checkpoint in _checkpoints(path):
        checkpoints.setdefault(unit, []).append(checkpoint)
    for title, units, counted, made in _stretches(path):
        left = ((one.title, work.get(f"deliverable:{one.id}")) for one in made)
        yield DashboardRow(
            title=title,
            first=path.dates[units[0].id].first,
            last=path.dates[units[-1].id].last,
            percent=counted.percent,
            done_hours=counted.done,
            total_hours=counted.total,
            deliverables=tuple(w.model_copy(update={"title": title}) for title, w in left if w),
            checkpoints=tuple(c for one in units for c in checkpoints.get(one.id, ())),
            current=any(one.id == here for one in units),
        )


def _checkpoints(path: LearningPath) -> Iterator[tuple[str, RowCheckpoint]]:
    """Yield each checkpoint with the id of the unit on whose last day it is due."""
    units = path.curriculum.due_units
    for checkpoint in path.curriculum.checkpoints:
        ours, unit = path.issue_of("checkpoint", checkpoint), units[checkpoint.id].id
        yield (
            unit,
            RowCheckpoint(
                id=checkpoint.id,
                title=checkpoint.title,
                due=path.dates[unit].last,
                url=ours.state.url if ours else "",
                settled=bool(ours and ours.state.settled),
            ),
        )


def _stretches(
    path: LearningPath,
) -> Iterator[tuple[str, tuple[Unit, ...], WorkSum, tuple[Deliverable, ...]]]:
    """Yield the title of each row, its units, its work, and what it leaves behind."""
    curriculum, progress = path.curriculum, path.progress
    by_unit, names = _by_unit(curriculum), unit_names(curriculum)
    for module in curriculum.modules():
        if by_unit:
            for unit in module.units:
                made = tuple(d for d in module.deliverables if module.due_unit(d) is unit)
                yield names[unit.id], (unit,), progress.of_unit(unit.id), made
        else:
            named = module.label or module.kind is ModuleKind.PART
            title = module_name(curriculum, module) if named else f"{module.number}. {module.title}"
            yield title, module.units, progress.of_module(module.id), module.deliverables


def _portfolio(path: LearningPath) -> Portfolio:
    found = career.ideas(path)
    left: dict[ProjectLevel, tuple[career.ProjectIdeaState, ...]] = {}
    for level in ProjectLevel:
        at_level = tuple(i for i in found if i.state == "idea" and i.idea.level is level)
        if at_level:
            left[level] = at_level
    return Portfolio(started=tuple(i for i in found if i.state != "idea"), left=left)
