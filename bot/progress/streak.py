"""The streak: weeks in a row in which something was finished."""

from datetime import date, timedelta

from bot.progress.progress import Progress

DAYS_A_WEEK = 7


def streak(progress: Progress, today: date) -> int:
    """Return how many weeks in a row, back from the one of `today`, something was finished.

    Weeks begin on Monday. This week counts when it has something, and breaks nothing while it has
    not.
    """
    monday = today - timedelta(days=today.weekday())
    weeks = 0
    if _finished(progress, monday) > 0:
        weeks += 1
    monday -= timedelta(days=DAYS_A_WEEK)
    while _finished(progress, monday) > 0:
        weeks += 1
        monday -= timedelta(days=DAYS_A_WEEK)
    return weeks


def _finished(progress: Progress, monday: date) -> float:
    before = progress.done_by(monday - timedelta(days=1))
    return progress.done_by(monday + timedelta(days=DAYS_A_WEEK - 1)) - before
