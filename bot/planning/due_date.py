"""Due dates of milestones: a day as GitHub is sent it, and the day that its answer means."""

from datetime import UTC, date, datetime, time

NOON = time(12, tzinfo=UTC)  # on the same day in every time zone from -12 to +11


def at_noon(day: date) -> datetime:
    """Return the time that stands for a due day: GitHub would read midnight as the day before."""
    return datetime.combine(day, NOON)


def as_sent(day: date) -> str:
    """Return a due day as GitHub's REST API is sent it."""
    return f"{at_noon(day):%Y-%m-%dT%H:%M:%SZ}"


def due_day(due_on: str | None) -> date | None:
    """Return the day that a milestone's `due_on` means.

    GitHub keeps a day and answers with its midnight in US Pacific time, 07:00Z or 08:00Z; a server
    that keeps what it was sent answers with noon. Both are that day in UTC.
    """
    if not due_on:
        return None
    due = datetime.fromisoformat(due_on)
    return due.astimezone(UTC).date() if due.tzinfo else due.date()
