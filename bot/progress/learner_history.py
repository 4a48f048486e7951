"""The learner's history: hours, ratings, counts, evidence and decisions, each with its day.

Days are the learner's. The commands in the logs fill it (`read_learner_history` in `path.py`).
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from pydantic import Field, InstanceOf

from bot.curriculum.model import Curriculum
from bot.planning.marker import Key
from bot.planning.schedule import PlanOverride, PlanOverrides
from bot.planning.snapshot import FrozenModel
from bot.settings import FileSettings, Pause, Settings


class Logged(FrozenModel):
    """Hours the learner wrote down; `key` is the issue they were spent on, None at large."""

    day: date
    hours: float
    key: Key | None = None
    note: str = ""


class Rating(FrozenModel):
    """An assessed skill, rated by the learner."""

    day: date
    skill: str
    value: int


class Counted(FrozenModel):
    """A change of a number that the learner counts; `least` is what is left of it afterwards.

    One change leaves nothing below zero. Of changes added up, more may be left for sure.
    """

    day: date
    metric: str
    amount: int
    least: int = 0


class Evidence(FrozenModel):
    """A page linked from an issue that exists, and the day on which it was found."""

    day: date
    kind: str
    url: str
    title: str = ""


class FoundCheck(NamedTuple):
    """A check that was found: the first day of that, and the address of what was found."""

    day: date
    url: str


class CheckState(NamedTuple):
    """What the checks of an issue found when they ran last; a check is named by its one line.

    `unknown` says why a check could not be made: a right that is missing, or else.
    """

    found: Mapping[str, FoundCheck] = MappingProxyType({})
    missing: tuple[str, ...] = ()
    unknown: Mapping[str, str] = MappingProxyType({})


class HelpWanted(FrozenModel):
    """A request for help with an issue: its first day, and its words, empty for none."""

    day: date
    words: str = ""


class LearnerHistory(FrozenModel):
    """The history, oldest first.

    `started` says on which day work on an issue began by command, `attested` who approved an issue
    and when, `evidence` what was found, by URL, `checks` what the checks of an issue last found;
    `help_wanted` are the open requests for help.
    `pauses` and `choices` are those in force, the settings file's among them; `overrides` is what
    else bends the plan.
    """

    logged: tuple[Logged, ...] = ()
    ratings: tuple[Rating, ...] = ()
    counts: tuple[Counted, ...] = ()
    started: dict[Key, date] = Field(default_factory=dict)
    credited: frozenset[Key] = frozenset()
    evidence: dict[Key, dict[str, Evidence]] = Field(default_factory=dict)
    attested: dict[Key, tuple[str, date]] = Field(default_factory=dict)
    checks: dict[Key, InstanceOf[CheckState]] = Field(default_factory=dict)
    help_wanted: dict[Key, HelpWanted] = Field(default_factory=dict)
    pauses: tuple[Pause, ...] = ()
    choices: dict[str, str] = Field(default_factory=dict)
    overrides: PlanOverrides = PlanOverrides()

    def hours_logged(self, first: date, last: date) -> float:
        """Return the hours logged for the days from `first` to `last`, both included."""
        return sum(entry.hours for entry in self.logged if first <= entry.day <= last)

    def counted(self, metric: str, until: date) -> int:
        """Return the count of a metric at the end of `until`; it never went below zero."""
        count = 0
        for change in self.counts:
            if change.metric == metric and change.day <= until:
                count = max(change.least, count + change.amount)
        return count

    def rating(self, skill: str, until: date) -> Rating | None:
        """Return the newest rating of a skill by the end of `until`."""
        found = [r for r in self.ratings if r.skill == skill and r.day <= until]
        return found[-1] if found else None

    def in_force(self, settings: Settings) -> Settings:
        """Return the settings with the choices and pauses that hold now."""
        return settings.model_copy(update={"choices": self.choices, "pauses": self.pauses})


class HistoryBuilder:
    """Collects the effects of commands, oldest first, in the fields of what it builds.

    `settings` are the file's. `day` (the learner's), `key` and `by` say when, on which issue and by
    whom the next was written.
    """

    day: date
    key: Key
    by: str

    def __init__(self, curriculum: Curriculum, settings: FileSettings) -> None:
        self.curriculum = curriculum
        self.settings = settings
        self.logged: list[Logged] = []
        self.ratings: list[Rating] = []
        self.counts: list[Counted] = []
        self.started: dict[Key, date] = {}
        self.credited: set[Key] = set()
        self.evidence: dict[Key, dict[str, Evidence]] = {}
        self.attested: dict[Key, tuple[str, date]] = {}
        self.checks: dict[Key, CheckState] = {}
        self.help_wanted: dict[Key, HelpWanted] = {}
        self.pauses = list(settings.pauses)
        self.choices = dict(settings.choices)
        self.turns: list[PlanOverride] = []
        self.opened: set[str] = set()
        self.moved: dict[Key, int] = {}
        self.projects: list[str] = []
        self.goals: list[str] = []
        self.without_optional = False

    def pause(self, first: date, last: date) -> None:
        """Add a pause, unless it ends before it begins."""
        if last >= first:
            self.pauses.append(Pause.model_validate({"from": first, "to": last}))

    def take_back(self, hours: float, key: Key | None, on: date | None) -> None:
        """Take hours off the newest that were logged on an issue, or of one day of it."""
        for entry in [e for e in self.logged[::-1] if e.key == key and on in {None, e.day}]:
            left = max(0.0, round(entry.hours - hours, 2))
            hours -= entry.hours - left
            at = self.logged.index(entry)
            self.logged[at : at + 1] = [entry.model_copy(update={"hours": left})] if left else []

    def build(self) -> LearnerHistory:
        """Return the history up to here."""
        self.logged.sort(key=lambda entry: entry.day)
        self.ratings.sort(key=lambda rating: rating.day)
        return LearnerHistory.model_validate(self, from_attributes=True)

    @property
    def overrides(self) -> PlanOverrides:
        """The decisions that bend the plan."""
        return PlanOverrides.model_validate(self, from_attributes=True)
