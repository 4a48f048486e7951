"""Plays a history to its end, and says what came of it."""

from chaos.house import House, Tally
from chaos.learner import Learner
from chaos.maintainer import Maintainer
from chaos.story import Act, Change, History, Run, Step, Two, Wait
from chaos.witness import Verdict, judge

from bot.errors import MilepostError


class Play:
    """One history under way."""

    def __init__(self, *, app: bool = False, place: str = "comment") -> None:
        self.house = House(app=app, place=place)
        self.learner = Learner(self.house)
        self.maintainer = Maintainer(self.house)
        self.house.act = self.learner.does

    def step(self, step: Step) -> None:
        """One step."""
        self.house.tally.steps += 1
        match step:
            case Act():
                self.learner.does(step)
            case Change():
                self.maintainer.does(step)
            case Wait():
                self.house.later(step.hours)
            case Two():
                self.house.two(step)
            case Run():
                self._run(step)

    def _run(self, run: Run) -> None:
        ended = self.house.run(run)
        stale = bool(self.house.world.faults.waiting)
        if ended and run.kind != "plan" and not stale and not run.meanwhile:
            self.learner.settle()

    def end(self) -> Verdict:
        """The faults stop; one run. What is wrong after that."""
        house = self.house
        house.world.faults.clear()
        house.later(1)
        try:
            house.calm_run()
            again = house.foreseen()
            wrote = house.calm_run()
        except MilepostError as error:
            house.errors.append(f"the run at the end: {type(error).__name__}: {error}")
            return judge(house, self.learner)
        verdict = judge(house, self.learner)
        verdict.unsettled = [f"{c.op} {c!r}"[:300] for c in again.plan.changes]
        verdict.unsettled += [f"due: {due.title}" for due in again.due]
        verdict.unsettled += [f"a second run: {write}" for write in wrote]
        return verdict


def play(history: History) -> tuple[Verdict, Tally]:
    """A whole history."""
    play = Play(app=history.app, place=history.place)
    for step in history.steps:
        play.step(step)
    return play.end(), play.house.tally
