"""What pages and badges show of a repository: made after each sync, stored as one row.

A page then asks GitHub for none of it, nor the curriculum. What an older version kept and this one
cannot read counts as not there; the next sync makes it anew.
"""

import zlib
from datetime import datetime, timedelta

from pydantic import AwareDatetime, ValidationError

from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.snapshot import FrozenModel
from bot.progress.path import LearningPath
from bot.reports import pictures
from bot.reports.badge import Badge, badge_of
from bot.reports.checkpoint import CheckpointReport, checkpoint_report, is_reached
from bot.reports.cohort import Member, member
from bot.reports.dashboard import Dashboard, dashboard
from bot.reports.due_weeks import Week
from bot.reports.pictures import activity, burnup, skills
from bot.reports.weekly import Weekly, weekly

LARGEST = 8 * 1024 * 1024  # bytes of a document, unpacked


class PageImage(FrozenModel):
    """An SVG, and the text that stands for it."""

    name: str
    svg: str
    words: str


class Showing(FrozenModel):
    """All values, as they were at `made_at`.

    `week` is the newest one that is over, None in the first; `summary_url` is the issue with the
    summaries, empty when there is none. `reports` are of the checkpoints reached, oldest first.
    `member` is None for somebody who does not share; `mentors` are the logins that may see it, in
    lower case.
    """

    made_at: AwareDatetime
    dashboard: Dashboard
    badge: Badge
    week: Weekly | None
    summary_url: str
    reports: tuple[CheckpointReport, ...]
    pictures: tuple[PageImage, ...]
    member: Member | None
    mentors: tuple[str, ...]

    def picture(self, name: str) -> PageImage | None:
        """The one of that name."""
        return next((one for one in self.pictures if one.name == name), None)

    def report(self, name: str) -> CheckpointReport | None:
        """The one of that checkpoint's id."""
        return next((one for one in self.reports if one.id == name), None)


def showing(view: LearningPath, now: datetime) -> Showing:
    """What is to be shown of it. `now` is aware."""
    summary = view.observed.issues.get(SUMMARY_KEY)
    shares = view.settings.cohort.share
    return Showing(
        made_at=now,
        dashboard=dashboard(view),
        badge=badge_of(view),
        week=_week(view),
        summary_url=summary.state.url if summary else "",
        reports=tuple(
            checkpoint_report(view, one)
            for one in view.curriculum.checkpoints
            if is_reached(view, one)
        ),
        pictures=_pictures(view),
        member=member(view) if shares else None,
        mentors=tuple(sorted({m.lower() for m in view.settings.mentors})) if shares else (),
    )


def packed(shown: Showing) -> bytes:
    """For the store."""
    # By alias, for only so fields that have one are read again.
    return zlib.compress(shown.model_dump_json(by_alias=True).encode())


def unpacked(document: bytes) -> Showing | None:
    """From the store; None for what this version cannot read."""
    try:
        return Showing.model_validate_json(zlib.decompressobj().decompress(document, LARGEST))
    except (zlib.error, ValidationError):
        return None


def _week(view: LearningPath) -> Weekly | None:
    over = Week.of(view.today, view.settings.summary.day).before
    return weekly(view, over) if over.last >= view.dates.first - timedelta(days=1) else None


def _pictures(view: LearningPath) -> tuple[PageImage, ...]:
    values = {
        "burn-up": burnup.description(burnup.burn_up(view)),
        "skills": skills.description(skills.skills(view)),
        "activity": activity.description(activity.activity(view)),
    }
    return tuple(
        PageImage(name=name, svg=pictures.picture(name, view), words=words)
        for name, words in values.items()
    )
