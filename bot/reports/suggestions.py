"""Suggestions in reports and the dashboard's buttons: the commands that make sense now.

A button is a box in the summary issue with a command behind it. The next run that sees it ticked
does what it says and clears the box.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from bot.curriculum.model import Choice, Unit
from bot.errors import ConfigError
from bot.planning.schedule import PlanOverride, schedule
from bot.planning.snapshot import FrozenModel
from bot.planning.unit_names import unit_names
from bot.progress.command import Command
from bot.progress.commands import read_stored
from bot.progress.commands.choose import Choose
from bot.progress.commands.open import OpenUnit
from bot.progress.commands.optional import DropOptional
from bot.progress.commands.pause import PauseUntil, Resume
from bot.progress.commands.reading import AcceptReading
from bot.progress.commands.replan import Replan
from bot.progress.path import LearningPath
from bot.progress.progress import WorkState
from bot.reports.position import DAYS_A_WEEK, pause_end

FEWEST_DAYS = 14
MOST_HOURS = 40
FASTEST = 80  # the fastest pace that the settings take
NEAR = 4
PAUSE = timedelta(days=9)  # from a page's day to the last of it: a page may be six days old
TOLERANCE = timedelta(weeks=2)  # between the planned and the likely end


# Pages are rendered from stored JSON, which must keep the kind of the command.
StoredCommand = Annotated[
    Command,
    BeforeValidator(lambda found: found if isinstance(found, Command) else read_stored(found)),
    PlainSerializer(Command.stored, when_used="json"),
]


class Button(FrozenModel):
    """A box that asks for `command`.

    `name` is the unit or option it is about, `choice` the option's choice, `day` the last day of
    the path or of the pause that would follow or runs, `count` how many things it is about, `text`
    what it would change.
    """

    command: StoredCommand
    name: str = ""
    choice: str = ""
    day: date | None = None
    count: int = 0
    text: str = ""


class Suggestions(FrozenModel):
    """Ways to let dates and pace agree, where the likely end is weeks after the planned one.

    `replanned` is the last day if the path went on today. `optional` counts the optional tasks that
    are not made yet. `needed` is how many hours a week would keep the dates as they are, `usual`
    the whole hours that the learner's own weeks had; both None when nobody knows, and the former
    when it is more than a week of work.
    """

    replanned: date | None
    optional: int
    needed: float | None
    usual: int | None


def buttons(path: LearningPath) -> tuple[Button, ...]:
    """Return the buttons that make sense today; none when all is done."""
    if path.finished_on:
        return ()
    return tuple(_buttons(path))


def suggestions(path: LearningPath) -> Suggestions | None:
    """Return what to offer when the likely end is two weeks after the planned one; else None."""
    likely, end = path.outlook.likely, path.dates.last
    if likely is None or likely <= end + TOLERANCE:
        return None
    unit = path.progress.first_unfinished
    known = path.effort.in_hours
    days = _study_days(path, end)
    needed = path.outlook.left * DAYS_A_WEEK / days if known and days >= FEWEST_DAYS else None
    return Suggestions(
        replanned=_last_when_replanned(path, unit) if unit else None,
        optional=count_optional_ahead(path),
        needed=needed if needed and needed <= MOST_HOURS else None,
        usual=min(FASTEST, max(1, round(path.outlook.pace))) if known else None,
    )


def open_choice(path: LearningPath, day: date | None = None) -> tuple[Unit, Choice] | None:
    """Return the first open choice in the window of `day` (None: today).

    Where all issues are made at once, that is one in the next four weeks.
    """
    weeks = NEAR if path.settings.ahead is None else path.settings.ahead
    reach = path.units_with_issues(day or path.today, weeks)
    for unit in path.curriculum.units():
        if unit.choice and unit.id in reach and unit.choice.id not in path.settings.choices:
            return unit, unit.choice
    return None


def count_optional_ahead(path: LearningPath) -> int:
    """Return the number of optional tasks that would still be made."""
    if path.overrides.without_optional:
        return 0
    return sum(not w.counts and w.state is WorkState.AHEAD for w in path.progress.work)


def next_to_open(path: LearningPath) -> str | None:
    """Return the id of the first unit that has no issues and gets none today."""
    window = path.units_with_issues(path.today, path.settings.ahead)
    dropped = path.overrides.without_optional
    waiting = {
        w.unit
        for w in path.progress.work
        if w.state is WorkState.AHEAD and w.key.startswith("task:") and (w.counts or not dropped)
    }
    seen = path.observed
    for unit in path.curriculum.units():
        if unit.id in window:
            continue
        key = f"choice:{unit.choice.id}" if unit.choice else ""
        if unit.id in waiting or (key and key not in seen.issues and not seen.ledger.has(key)):
            return unit.id
    return None


def _buttons(path: LearningPath) -> Iterator[Button]:
    if offered := path.reading.offered:
        yield Button(command=AcceptReading(digest=offered.digest), text=offered.sentence)
    names = unit_names(path.curriculum)
    if unit := next_to_open(path):
        yield Button(command=OpenUnit(unit=unit), name=names[unit])
    unit = path.progress.first_unfinished
    last = _last_when_replanned(path, unit) if unit else None
    if unit and last:
        yield Button(command=Replan(unit=unit), name=names[unit], day=last)
    if rest := pause_end(path):
        yield Button(command=Resume(), day=rest)
    elif path.today >= path.dates.first:
        last = path.today + PAUSE
        yield Button(command=PauseUntil(last=last), day=last)
    if found := open_choice(path):
        choice = found[1]
        for option in choice.options:
            name = f"{option.label}: {option.title}" if option.label else option.title
            # Without an option taken the settings file names none: `was` is empty.
            command = Choose(choice=choice.id, option=option.id)
            yield Button(command=command, name=name, choice=choice.title)
    if count := count_optional_ahead(path):
        yield Button(command=DropOptional(), count=count)


def _last_when_replanned(path: LearningPath, unit: str) -> date | None:
    """Return the last day if `unit` began today; None when that changes no date."""
    turns = (*path.overrides.turns, PlanOverride(on=path.today, unit=unit))
    try:
        found = schedule(path.curriculum, path.settings, turns)
    except ConfigError:  # there is no such plan within the calendar, so there is nothing to offer
        return None
    return None if found.units == path.dates.units else found.last


def _study_days(path: LearningPath, last: date) -> int:
    days = (path.today + timedelta(days=n) for n in range((last - path.today).days + 1))
    return sum(not any(p.first <= d <= p.last for p in path.settings.pauses) for d in days)
