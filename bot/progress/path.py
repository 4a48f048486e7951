"""The one value that everything is made from: a learner's path, as one snapshot tells it.

Use cases, the desired state, evidence, reports and pages read it and pass nothing else beside it.
What takes time to work out is worked out by the first who asks, and once.
"""

from datetime import datetime
from functools import cached_property
from random import Random
from typing import Self

from bot.curriculum.model import Curriculum
from bot.planning.marker import Key, digest
from bot.planning.observed_state import ObservedState, observe
from bot.planning.path import PlannedPath
from bot.planning.schedule import unit_by_key
from bot.planning.snapshot import Snapshot
from bot.progress.assessment import ratings_in_issues
from bot.progress.forecast import Forecast, forecast
from bot.progress.learner_history import LearnerHistory
from bot.progress.progress import Progress, read_progress
from bot.progress.replay_commands import read_learner_history
from bot.settings import Settings


class LearningPath(PlannedPath):
    """A curriculum and the repository of somebody who follows it, at `now` (aware).

    `file_settings` are the settings as the file has them. `observed` is the repository that all
    else was read from, `life` what its command logs and self-assessments add up to.
    """

    file_settings: Settings
    observed: ObservedState
    life: LearnerHistory
    now: datetime

    @cached_property
    def places(self) -> dict[Key, str]:
        """The unit of each piece of work that was moved, by its key."""
        homes = unit_by_key(self.curriculum)
        moved = {key: days for key, days in self.course.moved.items() if key in homes}
        return {key: self.dates.place(homes[key], days) for key, days in moved.items()}

    @cached_property
    def progress(self) -> Progress:
        """How far each piece of work is."""
        return read_progress(self)

    @cached_property
    def outlook(self) -> Forecast:
        """When it may end. The same values give the same outlook: chance is seeded by them."""
        seed = digest(f"{self.observed.snapshot.repository} {self.today}")
        return forecast(
            self.progress,
            start=self.settings.start,
            today=self.today,
            pauses=self.settings.pauses,
            random=Random(seed),  # noqa: S311 - a simulation
        )

    def at(self, snapshot: Snapshot) -> Self:
        """Return the path as another snapshot tells it; itself for its own."""
        if snapshot is self.observed.snapshot:
            return self
        return type(self).read(self.curriculum, self.file_settings, snapshot, self.now)

    @classmethod
    def read(
        cls, curriculum: Curriculum, settings: Settings, snapshot: Snapshot, now: datetime
    ) -> Self:
        """Return the path at `now` (aware); `settings` are the file's."""
        observed = observe(snapshot)
        ratings = ratings_in_issues(curriculum, observed, settings)
        life = read_learner_history(curriculum, settings, observed, ratings)
        return cls(
            curriculum=curriculum,
            settings=life.in_force(settings),
            today=now.astimezone(settings.zone).date(),
            course=life.course,
            file_settings=settings,
            observed=observed,
            life=life,
            now=now,
        )


class PathReader:
    """Reads the path of one curriculum at one moment, once for each snapshot."""

    def __init__(self, curriculum: Curriculum, settings: Settings, now: datetime) -> None:
        self.curriculum = curriculum
        self.settings = settings
        self.now = now
        self._last: LearningPath | None = None

    def path(self, snapshot: Snapshot) -> LearningPath:
        """Return the path as `snapshot` tells it; the one read last where it is the same."""
        if self._last is None or self._last.observed.snapshot is not snapshot:
            self._last = LearningPath.read(self.curriculum, self.settings, snapshot, self.now)
        return self._last
