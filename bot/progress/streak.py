"""The streak: weeks in a row in which something was finished."""

from datetime import date, timedelta

from bot.progress.progress import Progress

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


def streak(progress: Progress, today: date) -> int:
    """Return how many weeks in a row, back from the one of `today`, something was finished.

    Weeks begin on Monday. This week counts when it has something, and breaks nothing while it has
    not.
    """
    monday = today - timedelta(days=today.weekday())
    weeks = int(_finished(progress, monday) > 0)
    while _finished(progress, monday := monday - WEEK) > 0:
        weeks += 1
    return weeks


def _finished(progress: Progress, monday: date) -> float:
    return progress.done_by(monday + WEEK - DAY) - progress.done_by(monday - DAY)
