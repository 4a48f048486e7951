"""The finish: the totals of a whole path, posted once, and in the dashboard from then on."""

from datetime import date, timedelta

from bot import templating
from bot.planning.marker import Key
from bot.planning.snapshot import FrozenModel
from bot.progress.effort import EffortSource, joint_source
from bot.progress.learner_history import Rating
from bot.progress.path import LearningPath
from bot.progress.progress import Work
from bot.progress.skills import calibration
from bot.reports.formatting import WORDS
from bot.reports.next_work import OpenThing, next_open
from bot.reports.position import DAYS_A_WEEK

FINISH_KEY: Key = "finish:path"
FINISH_ID = "finished-path"
LATEST = timedelta(days=7)  # so late it is still posted, once


class SkillChange(FrozenModel):
    """An assessed skill's first rating and its last; one and the same where it has only one."""

    title: str
    first: Rating
    last: Rating


class Finish(FrozenModel):
    """The totals of a finished path.

    `hours` are those of all finished work, `source` whose they are, `logged` what the learner wrote
    down, `weeks` those from the first day to the last. `open` is what is left beside required work.
    """

    title: str
    repository: str
    first: date
    last: date
    weeks: int
    done: int
    in_hours: bool
    hours: float
    source: EffortSource
    logged: float
    deliverables: tuple[Work, ...]
    scale: int
    skills: tuple[SkillChange, ...]
    open: tuple[OpenThing, ...]

    @property
    def learner(self) -> str:
        """Return the login of the repository's owner."""
        return self.repository.partition("/")[0]


def finish(path: LearningPath) -> Finish | None:
    """Return the totals of the path; None while required work is left, or nothing was done."""
    last, first = path.finished_on, path.dates.first
    finished = [w for w in path.progress.work if w.finished]
    if last is None or not finished:
        return None
    return Finish(
        title=path.curriculum.title,
        repository=path.observed.snapshot.repository,
        first=first,
        last=last,
        weeks=max(0, (last - first).days) // DAYS_A_WEEK + 1,
        done=len(finished),
        in_hours=path.effort.in_hours,
        hours=sum(w.weight for w in finished),
        source=joint_source(w.source for w in finished),
        logged=path.history.hours_logged(date.min, path.today),
        deliverables=tuple(w for w in finished if w.key.startswith("deliverable:")),
        scale=path.curriculum.assessment.scale,
        skills=tuple(
            SkillChange(title=skill.title, first=skill.ratings[0], last=skill.ratings[-1])
            for skill in calibration(path)
            if skill.ratings
        ),
        open=next_open(path),
    )


def recent_finish(path: LearningPath) -> Finish | None:
    """Return the totals in the first days after the last one of the path, when they are written."""
    day = path.finished_on
    return finish(path) if day is not None and path.today <= day + LATEST else None


def due_finish(path: LearningPath) -> Finish | None:
    """Return what is to be posted now: once, in those days."""
    return None if path.observed.ledger.has(FINISH_KEY) else recent_finish(path)


def as_markdown(values: Finish) -> str:
    """Return the comment, without marker."""
    return templating.render("finish.md.j2", f=values, **WORDS)


def as_html(values: Finish) -> str:
    """Return one page to print, that needs nothing else."""
    return templating.render("finish.html.j2", f=values, **WORDS)


def files(values: Finish) -> dict[str, bytes]:
    """Return the page by path."""
    return {f"reports/{FINISH_ID}.html": f"{as_html(values)}\n".encode()}
