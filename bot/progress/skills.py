"""Skills: how much of the work that trains each one is done, and what that says for roles.

Counted are tasks and deliverables on the path that carry the skill. Optional ones are left out, and
so is what the learner set aside (skipped, removed, a branch not taken). What was known before the
start counts as done.
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from bot.curriculum.base import Priority
from bot.curriculum.sections import Role, RoleLevel
from bot.planning.snapshot import FrozenModel
from bot.progress.learner_history import Rating
from bot.progress.path import LearningPath
from bot.progress.progress import ASIDE, Work, WorkState

ENOUGH = 0.5  # the part of a skill's hours from which a role's need counts as covered
HIGH = 0.7  # of the scale above its lowest value, and of the work; a low one is what that leaves
PROVEN = frozenset({WorkState.EVIDENCED, WorkState.ATTESTED})


class SkillCover(FrozenModel):
    """A skill to develop, and the work that trains it; hours are estimates.

    `evidenced` are those of `done` for which something was found to exist, or a mentor approved.
    """

    id: str
    title: str
    priority: Priority
    done: int
    evidenced: int
    total: int
    done_hours: float
    total_hours: float

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1: by hours, by pieces where there are no hours."""
        if self.total_hours:
            return min(1.0, self.done_hours / self.total_hours)
        return self.done / self.total if self.total else 0.0

    @property
    def percent(self) -> int:
        """Whole percent, rounded down, so that 100 means all of it."""
        return int(100 * self.share + 1e-9)


class SkillRating(FrozenModel):
    """A skill that is rated: the learner's ratings, oldest first, beside the work behind it.

    `aim` is the level that the guide aims at, empty where it names none. `confidence` says that the
    newest rating is much higher or lower than the work that is done.
    """

    id: str
    title: str
    aim: str = ""
    ratings: tuple[Rating, ...]
    done: int
    evidenced: int
    total: int
    confidence: Literal["over", "under"] | None = None


class RoleFit(FrozenModel):
    """A role, and which of the skills it needs are covered; titles.

    `unsure` are those that are covered by work, and that the learner rates low.
    """

    role: Role
    covered: tuple[str, ...]
    unsure: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def asks_experience(self) -> bool:
        """Whether it asks for years on the job, which no path gives."""
        return self.role.experience is not None or self.role.level is not RoleLevel.ENTRY

    @property
    def fits(self) -> bool:
        """Every need is covered, there is one, and no more is asked for."""
        return bool(self.covered) and not (self.unsure or self.missing or self.asks_experience)


def coverage(path: LearningPath, until: date | None = None) -> tuple[SkillCover, ...]:
    """Return every skill to develop, in the curriculum's order, as of the end of `until`."""
    found: list[SkillCover] = []
    for skill in path.curriculum.skills:
        works = _work_for_skills(path, {skill.id})
        found.append(
            SkillCover(
                id=skill.id,
                title=skill.title,
                priority=skill.priority,
                **_counts(works, until),
                done_hours=sum(w.weight for w in works if w.done_by(until)),
                total_hours=sum(w.weight for w in works),
            )
        )
    return tuple(found)


def calibration(path: LearningPath, until: date | None = None) -> tuple[SkillRating, ...]:
    """Return every skill that is rated with its ratings up to `until`, and the work behind it."""
    feeds = path.curriculum.relations.feeds
    found: list[SkillRating] = []
    for skill in path.curriculum.rated:
        ratings = tuple(
            rating
            for rating in path.history.ratings
            if rating.skill == skill.id and (until is None or rating.day <= until)
        )
        counts = _counts(_work_for_skills(path, set(feeds.get(skill.id, ()))), until)
        confidence = None
        if ratings and counts["total"]:
            share = counts["done"] / counts["total"]
            confidence = _confidence(ratings[-1].value, path.curriculum.assessment.scale, share)
        found.append(
            SkillRating(
                id=skill.id,
                title=skill.title,
                aim=skill.aim or "",
                ratings=ratings,
                confidence=confidence,
                **counts,
            )
        )
    return tuple(found)


def _confidence(rating: int, scale: int, share: float) -> Literal["over", "under"] | None:
    """Return how the rating compares with the share of the work that is done; None where alike."""
    sure = (rating - 1) / max(1, scale - 1)
    if sure >= HIGH and share <= 1 - HIGH:
        return "over"
    return "under" if sure <= 1 - HIGH and share >= HIGH else None


def role_fits(path: LearningPath, until: date | None = None) -> tuple[RoleFit, ...]:
    """Return every role of the guide with the skills it needs, as of the end of `until`.

    A need counts as covered when at least half of its skill's hours are done, and no rating of the
    learner's own says otherwise. A need that no work on the path trains is missing, for nothing
    shows it.
    """
    skills = {skill.id: skill for skill in coverage(path, until)}
    low = set(_rated_low(path, until))
    fits = []
    for role in path.curriculum.roles:
        needs = [skills[name] for name in role.skills if name in skills]
        done = [need for need in needs if need.share >= ENOUGH]
        fits.append(
            RoleFit(
                role=role,
                covered=tuple(need.title for need in done if need.id not in low),
                unsure=tuple(need.title for need in done if need.id in low),
                missing=tuple(need.title for need in needs if need.share < ENOUGH),
            )
        )
    return tuple(fits)


def _rated_low(path: LearningPath, until: date | None) -> Iterator[str]:
    """Yield the skills whose newest rating is below the middle of the scale."""
    assessment = path.curriculum.assessment
    for rated in assessment.skills:
        newest = path.history.rating(rated.id, until or path.today)
        if newest is not None and newest.value < (assessment.scale + 1) / 2:
            yield from path.curriculum.relations.feeds.get(rated.id, ())


def to_develop(path: LearningPath) -> tuple[SkillCover, ...]:
    """Return the skills that work on the path trains, by priority."""
    rank = list(Priority)
    found = (skill for skill in coverage(path) if skill.total)
    return tuple(sorted(found, key=lambda skill: rank.index(skill.priority)))


def _work_for_skills(path: LearningPath, skills: set[str]) -> list[Work]:
    return [
        work
        for work in path.progress.work
        if work.counts and work.state not in ASIDE and not skills.isdisjoint(work.skills)
    ]


def _counts(works: list[Work], until: date | None) -> dict[str, int]:
    done = [work for work in works if work.done_by(until)]
    return {
        "done": len(done),
        "evidenced": sum(_proven(work, until) for work in done),
        "total": len(works),
    }


def _proven(work: Work, until: date | None) -> bool:
    if until is None or work.state is not WorkState.EVIDENCED:
        return work.state in PROVEN
    return any(found.day <= until for found in work.evidence)
