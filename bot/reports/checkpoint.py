"""The checkpoint report: what the learner has to show at a gate of the guide, and what comes next.

The values are pure; they become a comment, JSON for programs, and one page to print. Every number
is read from issues, comments and the schedule; where nothing was found it says so.
"""

import json
from collections.abc import Iterable
from datetime import date
from typing import Literal

from bot import templating
from bot.curriculum.model import Checkpoint, Curriculum, Module
from bot.errors import UsageError
from bot.planning.length_limits import git_name
from bot.planning.marker import Key
from bot.planning.schedule import UnitDates
from bot.planning.snapshot import FrozenModel
from bot.planning.unit_names import module_name, unit_names
from bot.progress.career import Metric, applications, metrics
from bot.progress.effort import EffortSource
from bot.progress.forecast import Forecast
from bot.progress.journal import HIGHLIGHT, JournalEntry, journal
from bot.progress.path import LearningPath
from bot.progress.progress import LEFT_OUT, Work
from bot.progress.skills import RoleFit, SkillRating, calibration, role_fits
from bot.reports import checkpoint_evidence as evidence
from bot.reports.due_checkpoints import last_day, unit_order
from bot.reports.formatting import WORDS

STEPS = 3
HIGHLIGHTS = 5


class HoursReport(FrozenModel):
    """Hours against the plan. Where `timed` is False the guide gives few, and pieces count.

    `finished` are the hours of required work finished by the day, `planned` those of the work that
    stands in the plan up to then (a unit under way counts by its days), `total` those of the whole
    path; `source` says whose hours. `logged` is what the learner wrote down. The `pieces` are
    required tasks and deliverables.
    """

    timed: bool
    source: EffortSource
    finished: float
    planned: float
    total: float
    logged: float
    pieces_done: int
    pieces_planned: int
    pieces: int


class RoleReport(FrozenModel):
    """A role of the guide: the needs that are covered and those that are not, by title.

    `unsure` are needs that work covers and that the learner rates low, `experience` is what the
    role asks for beside them, `salary` the guide's range in `currency` a year, never the learner's.
    """

    id: str
    title: str
    level: str
    experience: str | None
    salary: tuple[int, int] | None
    currency: str
    covered: tuple[str, ...]
    unsure: tuple[str, ...]
    missing: tuple[str, ...]


class NextStep(FrozenModel):
    """Something to do next: an open line of the checkpoint, a skill to rate, or the next unit.

    `title` is the line, skill or unit; `piece` the work that would show the line, with its address
    where it has an issue; `first` and `last` are the unit's days.
    """

    kind: Literal["item", "rate", "unit"]
    id: str
    title: str
    piece: str = ""
    url: str = ""
    first: date | None = None
    last: date | None = None


class CheckpointReport(FrozenModel):
    """A report as of `day`, in the learner's zone. `due` is the last day of its `module`.

    `percent` is that of the whole path. `forecast` is None when the day is not that of the path.
    `checks_found` is the work whose checks found all that they look for.
    `next_checkpoint` is the title of the one after this, None at the last. `entries` counts the
    journal, `highlight` is the label that chooses from it, and `more_highlights` counts those
    chosen that are not among the newest five. `roles` are those whose needs are covered,
    `near_roles` lack one need, `later_roles` ask for years on the job as well, and `known_roles` is
    how many have needs.
    """

    id: str
    title: str
    path: str
    module: str
    day: date
    due: date
    url: str
    percent: int
    items: tuple[evidence.ItemReport, ...]
    found: int
    scale: int
    skills: tuple[SkillRating, ...]
    hours: HoursReport
    deliverables: tuple[evidence.EvidencePiece, ...]
    checks_found: tuple[evidence.EvidencePiece, ...] = ()
    metrics: tuple[Metric, ...]
    has_journal: bool
    entries: int
    highlight: str
    highlights: tuple[JournalEntry, ...]
    more_highlights: int
    known_roles: int
    roles: tuple[RoleReport, ...]
    near_roles: tuple[RoleReport, ...]
    later_roles: tuple[RoleReport, ...]
    forecast: Forecast | None
    next_checkpoint: str | None
    steps: tuple[NextStep, ...]


def checkpoint_report(
    path: LearningPath, checkpoint: Checkpoint, day: date | None = None
) -> CheckpointReport:
    """Return the report on `checkpoint` as of `day`: the path's own day or an earlier one.

    For an earlier day, closed issues, evidence, hours, ratings and counts are those of that day.
    Ticks and approvals have no day, so they are those of now.
    """
    day = day or path.today
    curriculum = path.curriculum
    label = path.observed.labels.get(HIGHLIGHT)
    module = _module(curriculum, checkpoint)
    numbers = metrics(path, day)
    sent = tuple(a for a in applications(path) if a.opened <= day)
    items = tuple(evidence.item_reports(path, checkpoint, day, numbers, sent))
    skills = calibration(path, day)
    known, fitting, nearly, later = _roles(role_fits(path, day))
    entries = [entry for entry in journal(path) if entry.day <= day]
    chosen = [entry for entry in reversed(entries) if entry.highlighted]
    issue = path.issue_of("checkpoint", checkpoint)
    return CheckpointReport(
        id=checkpoint.id,
        title=checkpoint.title,
        path=curriculum.title,
        module=module_name(curriculum, module),
        day=day,
        due=last_day(path, checkpoint),
        url=issue.state.url if issue else "",
        percent=path.percent(day),
        items=items,
        found=sum(item.found for item in items),
        scale=curriculum.assessment.scale,
        skills=skills,
        hours=_hours(path, day),
        deliverables=tuple(evidence.piece(work, day) for work in _deliverables(path, module)),
        checks_found=tuple(evidence.found_by_checks(path, day)),
        metrics=numbers,
        has_journal=bool(curriculum.journal or entries),
        entries=len(entries),
        highlight=label.name if label else "highlight",
        highlights=tuple(chosen[:HIGHLIGHTS]),
        more_highlights=max(0, len(chosen) - HIGHLIGHTS),
        known_roles=known,
        roles=fitting,
        near_roles=nearly,
        later_roles=later,
        forecast=path.outlook if day == path.today else None,
        next_checkpoint=_after(curriculum, checkpoint),
        steps=_steps(path, items, skills, day),
    )


def by_number(curriculum: Curriculum, text: str) -> Checkpoint:
    """Return the checkpoint of this module number, id or title. Raises UsageError."""
    wanted = " ".join(text.split()).casefold()
    numbers = {module.id: str(module.number) for module in curriculum.modules()}
    checkpoints = curriculum.checkpoints
    if not checkpoints:
        raise UsageError("the curriculum has no checkpoints.", where=curriculum.title)
    found = [
        c for c in checkpoints if wanted in {c.id, *c.aliases, c.title.casefold(), numbers[c.after]}
    ]
    exact = [c for c in found if c.id == wanted]
    if len(exact or found) == 1:
        return (exact or found)[0]
    among = found or checkpoints
    names = ", ".join(f"{numbers[c.after]} or {c.id} ({c.title})" for c in among)
    what = f"'{text}' is {'more than one checkpoint' if found else 'no checkpoint'}."
    raise UsageError(what, where="N", hint=f"There are: {names}.")


def _module(curriculum: Curriculum, checkpoint: Checkpoint) -> Module:
    return next(m for m in curriculum.modules() if m.id == checkpoint.after)


def _after(curriculum: Curriculum, checkpoint: Checkpoint) -> str | None:
    order = unit_order(curriculum)
    ahead = [c for c in curriculum.checkpoints if order[c.id] > order[checkpoint.id]]
    return min(ahead, key=lambda c: order[c.id]).title if ahead else None


def _deliverables(path: LearningPath, module: Module) -> list[Work]:
    if not path.settings.features.deliverables:
        return []
    modules = [m.id for m in path.curriculum.modules()]
    upto = modules[: modules.index(module.id) + 1]
    return [w for w in path.progress.work if w.module in upto and w.key.startswith("deliverable:")]


def _hours(path: LearningPath, day: date) -> HoursReport:
    progress, dates = path.progress, path.dates
    required = [w for w in progress.work if w.counts and w.state not in LEFT_OUT]
    planned = 0.0
    for unit in dates.units:
        days = min(day, unit.last).toordinal() - unit.first.toordinal() + 1
        planned += progress.of_unit(unit.unit).total * max(0, days) / unit.days
    return HoursReport(
        timed=path.effort.in_hours,
        source=path.effort.source,
        finished=progress.done_by(day),
        planned=planned,
        total=progress.all.total,
        logged=path.history.hours_logged(date.min, day),
        pieces_done=sum(w.finished and (w.closed_on or day) <= day for w in required),
        pieces_planned=sum(dates[w.unit].last <= day for w in required),
        pieces=len(required),
    )


def _roles(
    fits: Iterable[RoleFit],
) -> tuple[int, tuple[RoleReport, ...], tuple[RoleReport, ...], tuple[RoleReport, ...]]:
    """Return how many roles have needs; those that fit, that lack one, and that ask for years."""
    needing = [fit for fit in fits if fit.covered or fit.unsure or fit.missing]
    begun = [(fit, len(fit.missing + fit.unsure)) for fit in needing if fit.covered]
    return (
        len(needing),
        tuple(_role(fit) for fit in needing if fit.fits),
        tuple(_role(fit) for fit, lacks in begun if lacks == 1 and not fit.asks_experience),
        tuple(_role(fit) for fit, lacks in begun if not lacks and fit.asks_experience),
    )


def _role(fit: RoleFit) -> RoleReport:
    needs = {"covered": fit.covered, "unsure": fit.unsure, "missing": fit.missing}
    return RoleReport.model_validate(dict(fit.role) | needs)


def _steps(
    path: LearningPath,
    items: tuple[evidence.ItemReport, ...],
    skills: tuple[SkillRating, ...],
    day: date,
) -> tuple[NextStep, ...]:
    steps: list[NextStep] = []
    taken: set[Key] = set()
    for item in items:
        work = next((p for p in evidence.open_pieces(item)), None)
        if item.found or (work and work.key in taken):
            continue
        taken |= {work.key} if work else set()
        title, url = (work.title, work.url) if work else ("", "")
        steps.append(NextStep(kind="item", id=item.id, title=item.title, piece=title, url=url))
    steps += [
        NextStep(kind="rate", id=skill.id, title=skill.title)
        for skill in skills
        if not skill.ratings
    ][:1]
    if dates := _next_unit(path, day):
        name = unit_names(path.curriculum)[dates.unit]
        steps.append(
            NextStep(kind="unit", id=dates.unit, title=name, first=dates.first, last=dates.last)
        )
    return tuple(steps[:STEPS])


def _next_unit(path: LearningPath, day: date) -> UnitDates | None:
    """Return the unit of `day` or the first after it that has work left; else any before."""
    current = path.dates.current(day) or path.dates.units[0]
    for dates in path.dates.units[path.dates.units.index(current) :]:
        if not path.progress.of_unit(dates.unit).complete:
            return dates
    earlier = path.progress.first_unfinished
    return path.dates[earlier] if earlier else None


SCHEMA = 1
MOST = 60_000  # characters of a comment; GitHub holds 65,536
Format = Literal["markdown", "json", "html"]
ENDINGS: dict[Format, str] = {"markdown": "md", "json": "json", "html": "html"}


def as_markdown(report: CheckpointReport) -> str:
    """Return the comment, without marker. A text that is too long leaves out the evidence."""
    text = templating.render("checkpoint.md.j2", r=report, details=True, **WORDS)
    if len(text) > MOST:
        text = templating.render("checkpoint.md.j2", r=report, details=False, **WORDS)
    return text


def as_json(report: CheckpointReport) -> str:
    """Return JSON: `schema`, then the report's fields. Only ASCII, and no `<`."""
    content = {"schema": SCHEMA, **report.model_dump(mode="json")}
    return json.dumps(content, indent=2, ensure_ascii=True).replace("<", "\\u003c")


def as_html(report: CheckpointReport, *, back: str = "") -> str:
    """Return a page that needs nothing else: one sheet of A4 for a path of usual size.

    `back` is the address that it leads back to, where it is one of several pages.
    """
    return templating.render("checkpoint.html.j2", r=report, back=back, **WORDS)


def as_format(report: CheckpointReport, how: Format) -> str:
    """Return the report as a file, with a line end at its end."""
    makers = {"markdown": as_markdown, "json": as_json, "html": as_html}
    return f"{makers[how](report)}\n"


def files(report: CheckpointReport) -> dict[str, str]:
    """Return all formats by path: `reports/<checkpoint id>.md`, `.json`, `.html`."""
    name = git_name(report.id)
    return {f"reports/{name}.{ending}": as_format(report, how) for how, ending in ENDINGS.items()}
