"""Makes the document that pages and badges show of a repository, after each sync.

It is stored as one row, so that a page needs neither GitHub nor the curriculum. A document of
another version that cannot be read counts as missing; the next sync makes it again.
"""

import zlib
from datetime import datetime, timedelta

from pydantic import AwareDatetime, ValidationError
from pydantic_core import from_json

from bot.i18n import use_language
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.snapshot import FrozenModel
from bot.progress.path import LearningPath
from bot.reports.badge import Badge, badge_of
from bot.reports.calendar import as_ics, path_calendar
from bot.reports.checkpoint import CheckpointReport, checkpoint_report
from bot.reports.cohort import Member, member
from bot.reports.dashboard import Dashboard, dashboard
from bot.reports.due_checkpoints import is_reached
from bot.reports.due_weeks import Week
from bot.reports.pictures import activity, burnup, card, skills
from bot.reports.pictures.activity import ActivityMap
from bot.reports.pictures.burnup import BurnUp
from bot.reports.pictures.card import ProgressCard
from bot.reports.pictures.skills import SkillPicture
from bot.reports.report_day import on_report_day
from bot.reports.weekly import Weekly, weekly
from bot.server.store.calendar_table import CalendarTable
from bot.server.store.rows import Audience
from bot.settings import FileSettings
from bot.templating import printable

LARGEST = 8 * 1024 * 1024  # bytes of a document, unpacked


class Showing(FrozenModel):
    """Holds all that pages and badges show, as of `made_at`."""

    made_at: AwareDatetime
    dashboard: Dashboard
    badge: Badge
    week: Weekly | None  # the newest complete one, None in the first
    summary_url: str  # the issue with the summaries, empty when there is none
    reports: tuple[CheckpointReport, ...]  # of the checkpoints reached, oldest first
    burn_up: BurnUp
    skills: SkillPicture
    activity: ActivityMap
    card: ProgressCard
    member: Member | None  # None for a learner who does not share

    def picture(self, name: str) -> str | None:
        """Return the SVG of that name in the language in use; None for a name there is not."""
        match name:
            case "burn-up":
                return burnup.as_svg(self.burn_up)
            case "burn-up-narrow":
                return burnup.as_svg(self.burn_up, burnup.NARROW)
            case "card":
                return card.as_svg(self.card)
            case "skills":
                return skills.as_svg(self.skills)
            case "activity":
                return activity.as_svg(self.activity)
        return None

    @property
    def burn_up_words(self) -> str:
        """Return the alternative text of the burn-up."""
        return burnup.description(self.burn_up)

    def report(self, name: str) -> CheckpointReport | None:
        """Return the report on the checkpoint of that id."""
        return next((one for one in self.reports if one.id == name), None)


def showing(view: LearningPath, now: datetime) -> Showing:
    """Return the document of a path; its own texts are in the path's language. `now` is aware.

    It shows the path's report day, as the dashboard does, so that it holds while nothing is new.
    """
    view = on_report_day(view)
    summary = view.observed.issues.get(SUMMARY_KEY)
    complete = Week.of(view.today, view.settings.summary.day).before
    before_first = view.dates.first - timedelta(days=1)
    with use_language(view.language):
        return Showing(
            made_at=now,
            dashboard=dashboard(view),
            badge=badge_of(view),
            week=weekly(view, complete) if complete.last >= before_first else None,
            summary_url=summary.state.url if summary else "",
            reports=tuple(
                checkpoint_report(view, one)
                for one in view.curriculum.checkpoints
                if is_reached(view, one)
            ),
            burn_up=burnup.burn_up(view),
            skills=skills.skills(view),
            activity=activity.activity(view),
            card=card.card(view),
            member=member(view) if view.settings.cohort.share else None,
        )


def update_calendar(
    calendars: CalendarTable, repository_id: int, view: LearningPath, now: datetime
) -> None:
    """Store the calendar of a path where it differs from the stored one. `now` is aware."""
    with use_language(view.language):
        made = path_calendar(on_report_day(view))
    there = calendars.address_key(repository_id)
    if there is None or there.fingerprint != made.fingerprint:
        calendars.put(repository_id, made.fingerprint, as_ics(made, now))


def audience(settings: FileSettings, full_name: str, number: int) -> Audience:
    """Return whom these settings of a repository share its path with."""
    alias = settings.cohort.name
    learner = learner_key(full_name, number if alias else None)
    # Databases take no NUL.
    name = printable(alias or full_name.partition("/")[0])
    return Audience(settings.shared_with, learner, name)


def learner_key(full_name: str, number: int | None = None) -> str:
    """Return the `learner` of an `Audience`; `number` is the repository's id with another name."""
    owner = full_name.partition("/")[0].lower()
    return owner if number is None else f"{owner}#{number}"


def packed(shown: Showing) -> bytes:
    """Return the document's bytes for the store."""
    # By alias, because only so fields that have one can be read.
    return zlib.compress(shown.model_dump_json(by_alias=True).encode())


def unpacked_member(document: bytes) -> Member | None:
    """Return the row of a learner who shares, which takes less time than the whole document."""
    try:
        found = from_json(zlib.decompressobj().decompress(document, LARGEST)).get("member")
        return Member.model_validate(found, strict=False) if found else None
    except (zlib.error, ValueError, AttributeError):
        return None


def unpacked(document: bytes) -> Showing | None:
    """Return the document from the store's bytes; None when this version cannot read it."""
    try:
        return Showing.model_validate_json(zlib.decompressobj().decompress(document, LARGEST))
    except (zlib.error, ValidationError):
        return None
