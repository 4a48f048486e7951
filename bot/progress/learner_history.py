"""What the learner said and did on the way, read from memories and issues: the facts of reports.

Pure. Days are the learner's. The order in which things were said decides where they contradict each
other, and the settings file wins over what was said before it was edited.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from pydantic import Field

from bot.curriculum.model import Curriculum
from bot.planning import intents
from bot.planning.desired import SUMMARY_KEY
from bot.planning.marker import Key
from bot.planning.observed import Observed
from bot.planning.plan_overrides import PlanOverride, PlanOverrides
from bot.planning.snapshot import Frozen
from bot.progress.command_log import Entry, memories
from bot.settings import Pause, Settings


class Logged(Frozen):
    """Hours the learner wrote down; `key` is the issue they were spent on, None at large."""

    day: date
    hours: float
    key: Key | None = None
    note: str = ""


class Rating(Frozen):
    """An assessed skill, rated by the learner."""

    day: date
    skill: str
    value: int


class Counted(Frozen):
    """A number the learner keeps went up or down."""

    day: date
    metric: str
    amount: int


class Evidence(Frozen):
    """Something linked from an issue that was found to exist, and when that was."""

    day: date
    kind: str
    url: str
    title: str = ""


class LearnerHistory(Frozen):
    """All of it, oldest first.

    `started` says on which day work on an issue began by command, `attested` who approved an issue
    and when. `pauses` and `choices` are those in force, the settings file's among them; `course` is
    what else bends the plan. `hours_per_week` and `pace` say which speed holds now.
    """

    logged: tuple[Logged, ...] = ()
    ratings: tuple[Rating, ...] = ()
    counts: tuple[Counted, ...] = ()
    started: dict[Key, date] = Field(default_factory=dict)
    credited: frozenset[Key] = frozenset()
    evidence: dict[Key, tuple[Evidence, ...]] = Field(default_factory=dict)
    attested: dict[Key, tuple[str, date]] = Field(default_factory=dict)
    pauses: tuple[Pause, ...] = ()
    choices: dict[str, str] = Field(default_factory=dict)
    course: PlanOverrides = PlanOverrides()

    def hours_logged(self, first: date, last: date) -> float:
        """Hours written down for the days from `first` to `last`, both included."""
        return sum(entry.hours for entry in self.logged if first <= entry.day <= last)

    def counted(self, metric: str, until: date) -> int:
        """Where a number stood at the end of `until`; never below zero."""
        return max(0, sum(c.amount for c in self.counts if c.metric == metric and c.day <= until))

    def rating(self, skill: str, until: date) -> Rating | None:
        """The newest rating of a skill by the end of `until`."""
        found = [r for r in self.ratings if r.skill == skill and r.day <= until]
        return found[-1] if found else None

    def in_force(self, settings: Settings) -> Settings:
        """The settings with the choices and pauses that hold now."""
        return settings.model_copy(update={"choices": self.choices, "pauses": self.pauses})


def read_learner_history(
    curriculum: Curriculum,
    settings: Settings,
    observed: Observed,
    ratings: Iterable[Rating] = (),
) -> LearnerHistory:
    """What the memories of the issues in `observed` add up to.

    `settings` are the file's. `ratings` are those that stand in issues instead of memories. What no
    longer fits the curriculum (a skill, a unit, an option that is gone) is left out.
    """
    said = [(entry, key) for key, memory in memories(observed).items() for entry in memory.entries]
    said.sort(key=lambda pair: (pair[0].at, pair[0].id))
    fold = _Fold(curriculum, settings)
    for entry, key in said:
        fold.take(entry, key)
    return fold.life(ratings)


class _Fold:
    """Takes one entry after the other."""

    def __init__(self, curriculum: Curriculum, settings: Settings) -> None:
        self._settings = settings
        self._units = {unit.id for unit in curriculum.units()}
        self._options = {c.id: {o.id for o in c.options} for c in curriculum.choices()}
        self._skills = {skill.id for skill in curriculum.assessment.skills}
        self._ideas = {idea.id for idea in curriculum.projects}
        self._scale = curriculum.assessment.scale
        self._logged: list[Logged] = []
        self._ratings: list[Rating] = []
        self._counts: list[Counted] = []
        self._started: dict[Key, date] = {}
        self._credited: set[Key] = set()
        self._evidence: dict[Key, dict[str, Evidence]] = {}
        self._attested: dict[Key, tuple[str, date]] = {}
        self._pauses = list(settings.pauses)
        self._choices = dict(settings.choices)
        self._turns: list[PlanOverride] = []
        self._opened: set[str] = set()
        self._moved: dict[Key, int] = {}
        self._projects: dict[str, None] = {}
        self._without_optional = False

    def take(self, entry: Entry, key: Key) -> None:
        day = entry.at.astimezone(self._settings.zone).date()
        (
            self._about_work(entry, key, day)
            or self._about_the_learner(entry.intent, day)
            or self._about_time(entry.intent, key, day)
            or self._about_the_course(entry.intent, key)
        )

    def _about_work(self, entry: Entry, key: Key, day: date) -> bool:
        match entry.intent:
            case intents.Start():
                self._started.setdefault(key, day)
            case intents.Credit():
                self._credited.add(key)
            case intents.Reopen():
                self._credited.discard(key)
            case intents.Log(hours=hours, note=note):
                about = None if key == SUMMARY_KEY else key
                self._logged.append(Logged(day=day, hours=hours, key=about, note=note))
            case intents.Evidenced() as found:
                self._evidence.setdefault(key, {})[found.url] = Evidence(
                    day=day, kind=found.kind, url=found.url, title=found.title
                )
            case intents.Attested():
                self._attested[key] = (entry.by, day)
            case _:
                return False
        return True

    def _about_the_learner(self, intent: intents.Intent, day: date) -> bool:
        match intent:
            case intents.Rate(skill=skill, value=value) if skill in self._skills:
                rated = Rating(day=day, skill=skill, value=min(value, self._scale))
                self._ratings.append(rated)
            case intents.Count(metric=metric, amount=amount):
                self._counts.append(Counted(day=day, metric=metric, amount=amount))
            case _:
                return False
        return True

    def _about_time(self, intent: intents.Intent, key: Key, day: date) -> bool:
        match intent:
            case intents.Move(days=days) if key == SUMMARY_KEY:
                self._pause(day, day + timedelta(days=days - 1))
            case intents.PauseUntil(last=last):
                self._pause(day, last)
            case intents.Resume():
                self._resume(day)
            case intents.SetPace(hours=hours, months=months, was=was):
                if was == pace_of(self._settings):
                    self._turns.append(PlanOverride(on=day, hours_per_week=hours, months=months))
            case intents.Replan(unit=unit) if unit in self._units:
                self._turns.append(PlanOverride(on=day, unit=unit))
            case _:
                return False
        return True

    def _about_the_course(self, intent: intents.Intent, key: Key) -> bool:
        match intent:
            case intents.Choose(choice=choice, option=option, was=was):
                same = self._settings.choices.get(choice, "") == was
                if same and option in self._options.get(choice, ()):
                    self._choices[choice] = option
            case intents.Move(days=days):
                self._moved[key] = self._moved.get(key, 0) + days
            case intents.OpenUnit(unit=unit) if unit in self._units:
                self._opened.add(unit)
            case intents.StartProject(idea=idea) if idea in self._ideas:
                self._projects.setdefault(idea)
            case intents.DropOptional():
                self._without_optional = True
            case intents.KeepOptional():
                self._without_optional = False
            case _:
                return False
        return True

    def _pause(self, first: date, last: date) -> None:
        if last >= first:
            self._pauses.append(Pause.model_validate({"from": first, "to": last}))

    def _resume(self, day: date) -> None:
        """Every pause that runs on `day` ends the day before; one that began that day is gone."""
        running = [p for p in self._pauses if p.first <= day <= p.last]
        self._pauses = [p for p in self._pauses if p not in running]
        for pause in running:
            self._pause(pause.first, day - timedelta(days=1))

    def life(self, ratings: Iterable[Rating]) -> LearnerHistory:
        every = sorted((*self._ratings, *ratings), key=lambda rating: rating.day)
        return LearnerHistory(
            logged=tuple(self._logged),
            ratings=tuple(every),
            counts=tuple(self._counts),
            started=self._started,
            credited=frozenset(self._credited),
            evidence={key: tuple(found.values()) for key, found in self._evidence.items()},
            attested=self._attested,
            pauses=tuple(self._pauses),
            choices=self._choices,
            course=PlanOverrides(
                turns=tuple(self._turns),
                opened=frozenset(self._opened),
                moved=self._moved,
                projects=tuple(self._projects),
                without_optional=self._without_optional,
            ),
        )


def pace_of(settings: Settings) -> str:
    """The pace as the settings file has it, to notice later that it was edited."""
    if settings.hours_per_week is not None:
        return f"{settings.hours_per_week:g}h"
    return f"{settings.pace} months" if settings.pace is not None else ""
