"""look = read, sum up: where the learner is, without writing anything."""

from datetime import datetime
from random import Random

from bot.curriculum.model import Curriculum
from bot.planning.marker import digest
from bot.planning.observed import observe
from bot.planning.schedule import schedule, unit_by_key
from bot.planning.snapshot import Snapshot
from bot.progress.assessment import ratings_in_issues
from bot.progress.forecast import forecast
from bot.progress.progress import read_progress
from bot.progress.replay_commands import read_learner_history
from bot.reports.view import View
from bot.settings import Settings


def look(curriculum: Curriculum, settings: Settings, snapshot: Snapshot, now: datetime) -> View:
    """The view at `now` (aware); `settings` are the file's.

    The same values give the same view: chance is seeded by them.
    """
    today = now.astimezone(settings.zone).date()
    observed = observe(snapshot)
    ratings = ratings_in_issues(curriculum, observed, settings)
    life = read_learner_history(curriculum, settings, observed, ratings)
    settings = life.in_force(settings)
    dates = schedule(curriculum, settings, life.course.turns)
    homes = unit_by_key(curriculum)
    moved = {key: days for key, days in life.course.moved.items() if key in homes}
    places = {key: dates.place(homes[key], days) for key, days in moved.items()}
    progress = read_progress(curriculum, settings, observed, life, places)
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
        dates=dates,
        progress=progress,
        life=life,
        observed=observed,
        outlook=outlook,
        today=today,
    )
