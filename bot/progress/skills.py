"""Skills: how much of the work that trains each one is done, and what that says for roles.

Counted are tasks and deliverables on the path that carry the skill. Optional ones are left out, and
so is what the learner set aside (skipped, removed, a branch not taken). What was known before the
start counts as done.
"""

from datetime import date
from typing import Literal

from bot.curriculum.base import Priority
from bot.curriculum.sections import Role, TransferableSkill
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
    """An assessed skill: the learner's ratings, oldest first, beside the work behind it.

    `confidence` says that the newest rating is much higher or lower than the work that is done.
    """

    id: str
    title: str
    ratings: tuple[Rating, ...]
    done: int
    evidenced: int
    total: int
    confidence: Literal["over", "under"] | None = None


class RoleFit(FrozenModel):
    """A role, and which of the skills it needs are covered; titles."""

    role: Role
    covered: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Every need is covered, and there is one."""
        return bool(self.covered) and not self.missing


class SkillGap(FrozenModel):
    """What the learner brings, and what is to be developed, the most pressing first."""

    brought: tuple[TransferableSkill, ...]
    developing: tuple[SkillCover, ...]


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
    """Return every assessed skill with its ratings up to `until`, and the work that trains it."""
    found: list[SkillRating] = []
    for skill in path.curriculum.assessment.skills:
        ratings = tuple(
            rating
            for rating in path.history.ratings
            if rating.skill == skill.id and (until is None or rating.day <= until)
        )
        counts = _counts(_work_for_skills(path, set(skill.skills)), until)
        confidence = None
        if ratings and counts["total"]:
            share = counts["done"] / counts["total"]
            confidence = _confidence(ratings[-1].value, path.curriculum.assessment.scale, share)
        found.append(
            SkillRating(
                id=skill.id, title=skill.title, ratings=ratings, confidence=confidence, **counts
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

    A need counts as covered when at least half of its skill's hours are done. A need that no work
    on the path trains is missing, for nothing shows it.
    """
    skills = {skill.id: skill for skill in coverage(path, until)}
    fits = []
    for role in path.curriculum.roles:
        needs = [skills[name] for name in role.skills if name in skills]
        fits.append(
            RoleFit(
                role=role,
                covered=tuple(need.title for need in needs if need.share >= ENOUGH),
                missing=tuple(need.title for need in needs if need.share < ENOUGH),
            )
        )
    return tuple(fits)


def gap(path: LearningPath) -> SkillGap:
    """Return the skills brought along, and those to develop by priority."""
    rank = list(Priority)
    return SkillGap(
        brought=path.curriculum.transferable_skills,
        developing=tuple(sorted(coverage(path), key=lambda skill: rank.index(skill.priority))),
    )


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
