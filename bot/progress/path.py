"""The learner's path: the one value that plans, evidence, reports and pages are computed from.

They pass nothing else beside it. What takes time to compute is computed once, on first use.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cached_property, partial
from random import Random
from typing import Self

from pydantic import ConfigDict

from bot.curriculum.base import Item
from bot.curriculum.model import Curriculum, Module
from bot.planning.marker import Key, digest
from bot.planning.observed_state import ObservedState, OurIssue, observe
from bot.planning.path import PlannedPath
from bot.planning.schedule import schedule, start_as_of, unit_by_key
from bot.planning.snapshot import Checked, Snapshot
from bot.planning.start_day import first_day
from bot.planning.window import is_ending, units_in_window
from bot.progress.assessment import ratings_in_issues
from bot.progress.checks import CheckLine, lines_by_key
from bot.progress.command_log import Entry, find_logs
from bot.progress.commands.reading import AcceptReading
from bot.progress.commands.revert import Revert
from bot.progress.effort import Effort, effort
from bot.progress.forecast import Forecast, forecast, steady_end
from bot.progress.guide_file import GuideFile, GuideReading
from bot.progress.learner_history import HistoryBuilder, LearnerHistory
from bot.progress.progress import FINISHED, LEFT_OUT, Progress, item_keys, read_progress
from bot.settings import FileSettings

_MOVELESS = ("language", "dates", "effort")  # computed, and the same wherever a task was moved to
_DAYLESS = (*_MOVELESS, "places", "progress", "finished_on", "approvers")  # on any day


def read_learner_history(
    curriculum: Curriculum, settings: FileSettings, observed: ObservedState
) -> LearnerHistory:
    """Return the history that the command logs and self-assessments in `observed` add up to.

    `settings` are the file's. A command that no longer fits the curriculum (its skill, unit or
    option is gone) is left out, and so is one that was taken back.
    """
    logged = [(entry, key) for key, log in find_logs(observed).items() for entry in log.entries]
    history = HistoryBuilder(curriculum, settings)
    reverted = _reverted(entry for entry, _ in logged)
    for entry, key in sorted(logged, key=lambda pair: (pair[0].at, pair[0].id)):
        if entry.command.fits(curriculum) and (entry.id, entry.n) not in reverted:
            history.day, history.key = entry.at.astimezone(settings.zone).date(), key
            history.by = entry.by
            entry.command.replay(history)
    history.ratings += ratings_in_issues(curriculum, observed, settings)
    return history.build()


def accepted_readings(observed: ObservedState) -> set[str]:
    """Return the digests of the readings of the guide that the learner accepted."""
    commands = (one.command for log in find_logs(observed).values() for one in log.entries)
    return {command.digest for command in commands if isinstance(command, AcceptReading)}


def _reverted(entries: Iterable[Entry]) -> set[tuple[int, int]]:
    """Return comment and place of each command that was taken back."""
    commands = (entry.command for entry in entries)
    return {(one.comment, one.n) for one in commands if isinstance(one, Revert)}


class LearningPath(PlannedPath):
    """A curriculum and a learner's repository at `now` (aware).

    `file_settings` are those of the settings file, `settings` those in force. `observed` is the
    repository, `history` what its command logs and self-assessments add up to. `guide` is the file
    that the curriculum was read from, where it is a guide as it is, and `reading` that reading.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    guide: GuideFile | None = None
    reading: Checked[GuideReading]
    file_settings: Checked[FileSettings]
    observed: Checked[ObservedState]
    history: Checked[LearnerHistory]
    now: datetime

    @property
    def started(self) -> date | None:
        """The first day, where the settings file leaves it to the first run."""
        return None if isinstance(self.file_settings.start, date) else self.settings.start

    @cached_property
    def places(self) -> dict[Key, str]:
        """The unit of each piece of work that the learner moved, by its key."""
        homes = unit_by_key(self.curriculum)
        moved = {key: days for key, days in self.overrides.moved.items() if key in homes}
        return {key: self.dates.place(homes[key], days) for key, days in moved.items()}

    @cached_property
    def progress(self) -> Progress:
        """The state of each piece of work."""
        return read_progress(self)

    @cached_property
    def effort(self) -> Effort:
        """The weight of the curriculum's work, and whose hours it is."""
        return effort(self.curriculum)

    @cached_property
    def checks(self) -> Mapping[Key, tuple[CheckLine, ...]]:
        """The checks of each piece of work that has some, by the key of its issue."""
        return lines_by_key(self.curriculum, self.history)

    @cached_property
    def finished_on(self) -> date | None:
        """The day on which the last required work was finished or set aside; None before.

        Work without weight (a deliverable without hours) does not hold it up. Where nothing was
        closed, as all was known before, it is the first day.
        """
        if any(self.progress.undecided.values()):
            return None
        counted = [w for w in self.progress.work if w.counts and w.weight]
        if any(w.state not in FINISHED | LEFT_OUT for w in counted):
            return None
        return max((w.closed_on for w in counted if w.closed_on), default=self.dates.first)

    @cached_property
    def as_of(self) -> date:
        """The day of streaks and averages: today, or the day on which the path was finished."""
        return min(self.today, self.finished_on or self.today)

    @cached_property
    def outlook(self) -> Forecast:
        """The forecast of the end; its random draws are seeded by repository and day.

        Of a finished path it holds the pace that it had on its last day.
        """
        day = self.as_of + timedelta(days=1) if self.finished_on else self.today
        seed = digest(f"{self.observed.snapshot.repository} {day}")
        return forecast(
            self.progress,
            start=self.settings.start,
            today=day,
            pauses=self.settings.pauses,
            random=Random(seed),  # noqa: S311 - a simulation
        )

    @cached_property
    def approvers(self) -> frozenset[str]:
        """The logins of the mentors, in lower case, without the repository's owner.

        Nobody is their own mentor, whatever the settings say.
        """
        owner = self.observed.snapshot.repository.partition("/")[0].casefold()
        return frozenset(name.casefold() for name in self.settings.mentors) - {owner}

    def percent(self, day: date | None = None) -> int:
        """Return the whole percent of the path that is done by the end of `day` (None: now).

        Of an earlier day only closed issues are known: ticked boxes have no day.
        """
        if day is None or day >= self.today:
            return self.progress.all.percent
        return self.progress.percent_by(day)

    def days_late(self, day: date) -> int | None:
        """Return by how many days the path led past its plan on `day`, as far as it knew then.

        The end is that at the mean pace, the plan the one of that day. None without enough history.
        """
        pauses = tuple(p for p in self.settings.pauses if day >= self.today or p.first <= day)
        turns = tuple(turn for turn in self.overrides.turns if turn.on <= day)
        start = self.settings.start
        end = steady_end(self.progress, start=start, today=day, pauses=pauses)
        if end is None:
            return None
        if (turns, pauses) == (self.overrides.turns, self.settings.pauses):
            return (end - self.dates.last).days
        settings = self.settings.model_copy(update={"pauses": pauses})
        return (end - schedule(self.curriculum, settings, turns).last).days

    def on(self, day: date) -> Self:
        """Return the path at the end of an earlier `day` that differs from today by its date alone.

        What does not depend on the date is not computed again.
        """
        if day == self.today:
            return self
        now = datetime.combine(day, time.max, tzinfo=self.settings.zone)
        return self.copy_keeping(_DAYLESS, {"today": day, "now": now})

    def day_of(self, moment: datetime) -> date:
        """Return the learner's day at `moment` (aware)."""
        return moment.astimezone(self.settings.zone).date()

    def issue_of(self, kind: str, item: Item) -> OurIssue | None:
        """Return the issue of an item of the curriculum, under its id or an older name."""
        issues = self.observed.issues
        return next((issues[key] for key in item_keys(kind, item) if key in issues), None)

    def module_days(self, module: Module) -> tuple[date, date]:
        """Return the planned first and last day of a module."""
        return self.dates[module.units[0].id].first, self.dates[module.units[-1].id].last

    def is_ending(self, module: Module) -> bool:
        """Return whether a module's last days have come or all its work is done."""
        work = self.progress.by_module.get(module.id, ())
        done = any(w.finished for w in work) and self.progress.of_module(module.id).complete
        return done or is_ending(self.dates, module.units, self.today)

    def units_with_issues(self, today: date, weeks_ahead: int | None) -> frozenset[str]:
        """Return the ids of the units in the window of `today`, and of those opened early."""
        window = units_in_window(self.dates, today, weeks_ahead)
        return frozenset({dates.unit for dates in window} | self.overrides.opened)

    def first_unfinished(self) -> str | None:
        """Return the first unit with required work left, moved tasks in their old unit, or None."""
        update = {"overrides": self.overrides.model_copy(update={"moved": {}})}
        unmoved = self.copy_keeping(_MOVELESS, update)
        return read_progress(unmoved).first_unfinished

    def newest_command(self, by: str) -> Entry | None:
        """Return the newest logged command of a person, of those that were not taken back.

        Of a log that was too long, what can be added up is the sum of several and counts as none.
        """
        logs = find_logs(self.observed).values()
        reverted = _reverted(entry for log in logs for entry in log.entries)
        mine = (
            entry
            for log in logs
            for entry in log.entries
            if entry.id
            and entry.by.casefold() == by.casefold()
            and (entry.id, entry.n) not in reverted
            and not isinstance(entry.command, Revert)
            and not (log.merged and entry.command.sum_key is not None)
        )
        return max(mine, key=lambda entry: (entry.at, entry.id, entry.n), default=None)

    def at(self, snapshot: Snapshot) -> Self:
        """Return the path read from another snapshot, itself for its own."""
        if snapshot is self.observed.snapshot:
            return self
        source = self.guide or self.curriculum
        return type(self).read(source, self.file_settings, snapshot, self.now)

    @classmethod
    def read(
        cls,
        source: Curriculum | GuideFile,
        settings: FileSettings,
        snapshot: Snapshot,
        now: datetime,
    ) -> Self:
        """Return the path at `now` (aware); `settings` are those of the file.

        Raises GuideError where the source is a guide that has to be read anew, and can't be.
        """
        observed = observe(snapshot)
        guide = None if isinstance(source, Curriculum) else source
        reading = (
            GuideReading(curriculum=source)
            if isinstance(source, Curriculum)
            else source.reading(observed.ledger.reading, partial(accepted_readings, observed))
        )
        history = read_learner_history(reading.curriculum, settings, observed)
        today = now.astimezone(settings.zone).date()
        begun_now = settings.starting(start_as_of(reading.curriculum, settings, today))
        in_force = history.in_force(begun_now)
        start = first_day(reading.curriculum, in_force, settings, observed)
        return cls(
            guide=guide,
            reading=reading,
            curriculum=reading.curriculum,
            settings=in_force.starting(start),
            today=today,
            overrides=history.overrides,
            repository=snapshot.repository,
            file_settings=settings,
            observed=observed,
            history=history,
            now=now,
        )


class PathReader:
    """Reads the path of one curriculum or guide at one moment; keeps the last one read."""

    def __init__(
        self, source: Curriculum | GuideFile, settings: FileSettings, now: datetime
    ) -> None:
        self._source = source
        self.settings = settings
        self.now = now
        self._last: LearningPath | None = None

    @property
    def curriculum(self) -> Curriculum:
        """The curriculum; of a guide the one that a path would begin with."""
        return self._source if isinstance(self._source, Curriculum) else self._source.read("")

    def check_settings(self) -> None:
        """Raise ConfigError when a setting does not fit the curriculum, where that is known yet.

        Which reading of a guide counts is known with the repository.
        """
        if isinstance(self._source, Curriculum):
            PlannedPath.at_start(self._source, self.settings).check_settings()

    def path(self, snapshot: Snapshot) -> LearningPath:
        """Return the path read from `snapshot`."""
        if self._last is None or self._last.observed.snapshot is not snapshot:
            self._last = LearningPath.read(self._source, self.settings, snapshot, self.now)
        return self._last
