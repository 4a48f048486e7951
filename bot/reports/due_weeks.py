"""The learner's week: seven days from the weekday of the summary, named by the ISO week.

Of an ISO week's seven days a week of ours holds at least four, the fourth among them; with Monday
it is the ISO week itself. So every week has one name, and every day lies in exactly one week.
"""

from collections.abc import Container, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from bot.planning.marker import Key
from bot.planning.snapshot import FrozenModel
from bot.progress.path import LearningPath
from bot.reports.position import DAYS_A_WEEK
from bot.settings import FileSettings, Weekday

MOST_AT_ONCE = 8


class Week(FrozenModel):
    """Seven days from `first`. Written as `2026-W07`, after the ISO week of its fourth day."""

    first: date

    @classmethod
    def of(cls, day: date, begins: Weekday = Weekday.MONDAY) -> Self:
        """Return the week of `day` when weeks begin on `begins`."""
        return cls(first=day - timedelta(days=(day.weekday() - begins.number) % DAYS_A_WEEK))

    @classmethod
    def parse(cls, text: str, begins: Weekday = Weekday.MONDAY) -> Self:
        """Return the week written as `2026-W07`. Raises ValueError."""
        year, _, week = text.upper().partition("-W")
        # From the fourth day on, the week of each of ours ends inside the ISO week.
        return cls.of(date.fromisocalendar(int(year), int(week), 4), begins)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first + timedelta(days=DAYS_A_WEEK - 1)

    @property
    def before(self) -> "Week":
        """The week before."""
        return Week(first=self.first - timedelta(days=DAYS_A_WEEK))

    @property
    def after(self) -> "Week":
        """The week after."""
        return Week(first=self.first + timedelta(days=DAYS_A_WEEK))

    def due(self, settings: FileSettings) -> datetime:
        """Return when its summary is due (aware, UTC): on the day after it, at the chosen hour.

        An hour that the clocks skip is taken as soon as they went on, one that comes twice the
        first time.
        """
        local = datetime.combine(
            self.last + timedelta(days=1), time(settings.summary.hour), tzinfo=settings.zone
        )
        return local.astimezone(UTC)

    def __str__(self) -> str:
        year, week, _ = (self.first + timedelta(days=3)).isocalendar()
        return f"{year}-W{week:02d}"


def first_week(path: LearningPath) -> Week:
    """Return the week in which the path starts: no summary is of an earlier one."""
    return Week.of(path.dates.first, path.settings.summary.day)


def weekly_key(week: Week) -> Key:
    """Return the key of a week's summary."""
    return f"weekly:{week}"


def due_weeks(
    path: LearningPath, summary_made_on: date, posted: Container[Key] = ()
) -> tuple[Week, ...]:
    """Return the weeks whose summary is to be written now, oldest first, at most eight.

    None before the path's first week or before the summary issue was made (`summary_made_on`, a day
    in the learner's zone), none after the one in which the path was finished, and none that has an
    issue, is in the ledger, or whose key is `posted`. What is left over comes with the next runs.
    """
    found: list[Week] = []
    for week in summary_weeks(path, summary_made_on):
        if week.due(path.settings) > path.now or len(found) == MOST_AT_ONCE:
            break
        key, observed = weekly_key(week), path.observed
        if not (key in posted or key in observed.issues or observed.ledger.has(key)):
            found.append(week)
    return tuple(found)


def summary_weeks(path: LearningPath, summary_made_on: date) -> Iterator[Week]:
    """Yield the weeks that get a summary, posted ones too, oldest first.

    In pauses as well. The last is the one in which the path was finished; until then there is none.
    """
    begins = path.settings.summary.day
    week = Week.of(max(path.dates.first, summary_made_on), begins)
    end = Week.of(path.finished_on, begins) if path.finished_on else None
    while end is None or week.first <= end.first:
        yield week
        week = week.after
