"""look = read, sum up: where the learner is, without writing anything."""

from datetime import datetime
from random import Random

from bot.curriculum.model import Curriculum
from bot.planning.marker import digest
from bot.planning.observed import observe
from bot.planning.schedule import schedule
from bot.planning.snapshot import Snapshot
from bot.progress.forecast import forecast
from bot.progress.progress import read_progress
from bot.reports.view import View
from bot.settings import Settings


def look(curriculum: Curriculum, settings: Settings, snapshot: Snapshot, now: datetime) -> View:
    """The view at `now` (aware). The same values give the same view: chance is seeded by them."""
    today = now.astimezone(settings.zone).date()
    progress = read_progress(curriculum, settings, observe(snapshot))
    outlook = forecast(
        progress,
        start=settings.start,
        today=today,
        pauses=settings.pauses,
        random=Random(digest(f"{snapshot.repository} {today}")),  # noqa: S311 - a simulation
    )
    return View(
        curriculum=curriculum,
        settings=settings,
        dates=schedule(curriculum, settings),
        progress=progress,
        outlook=outlook,
        today=today,
    )
