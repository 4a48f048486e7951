"""A history as Hypothesis plays it: a state machine whose rules are what can happen.

The end of each is judged. What goes wrong is shrunk and printed as lines that are a test once
they are pasted into one:

    state = Play()
    state.begin(app=False, place="comment", first=Run())
    state.finish(act=Act("close", 0))
    state.teardown()
"""

import sys
from typing import Any

from chaos import actions, markers
from chaos.actions import PLAIN, Act, Change, ConcurrentRuns, Place, Run, Setup
from chaos.expected import Expected
from chaos.invariants import Verdict, judge
from chaos.learner import Learner
from chaos.maintainer import Maintainer
from chaos.scenario import Scenario
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.stateful import (
    Rule,
    RuleBasedStateMachine,
    RuleStrategy,
    initialize,
    rule,
    run_state_machine_as_test,
)

from bot.errors import ChangeRefusedError, MilepostError, PermissionDeniedError

BY_CHANCE = "chaos-by-chance"
WEEKS_AT_ONCE = 8
"""So many weekly summaries a run posts at most, however long nobody ran."""

REFUSED = frozenset({403, 409, 422})
LONGEST_WAIT = 29
"""Days after which everything that was refused is tried again."""


class _AnyRule(RuleStrategy):
    """Any rule in any history. Hypothesis would leave out about half of them in each: many without
    a run, and none that shrinks well, for most steps could not be made into the simplest one.
    """

    def _rule_is_enabled(self, r: Rule) -> bool:
        return self.is_valid(r)


class LearnerStateMachine(RuleBasedStateMachine):
    """One history under way."""

    scenario: Scenario
    learner: Learner
    maintainer: Maintainer

    def __init__(self) -> None:
        super().__init__()
        self._rules_strategy = _AnyRule(self)

    @initialize(
        app=st.booleans(),
        place=actions.PLACES,
        first=actions.ANY_RUN | actions.TWO,
        setup=actions.SETUPS,
    )
    def begin(
        self, app: bool, place: Place, first: Run | ConcurrentRuns, setup: Setup = PLAIN
    ) -> None:
        """A new repository: who writes, where a week is summed up, and what makes the path."""
        self.scenario = Scenario(app=app, place=place, setup=setup)
        self.learner = Learner(self.scenario)
        self.maintainer = Maintainer(self.scenario)
        self.scenario.act = self.learner.does
        if isinstance(first, ConcurrentRuns):
            self.two(first)
        else:
            self.run(first)

    @rule(act=actions.acts(actions.FINISHING))
    def finish(self, act: Act) -> None:
        self.does(act)

    @rule(act=actions.acts(actions.MARKING))
    def mark(self, act: Act) -> None:
        self.does(act)

    @rule(act=actions.acts(actions.WRITING))
    def write(self, act: Act) -> None:
        self.does(act)

    @rule(act=actions.acts(actions.ARRANGING))
    def arrange(self, act: Act) -> None:
        self.does(act)

    @rule(act=actions.acts(actions.REMOVING))
    def remove(self, act: Act) -> None:
        self.does(act)

    @rule(act=actions.acts(actions.COMMANDING))
    def command(self, act: Act) -> None:
        self.does(act)

    @rule(act=actions.acts(actions.SAYING))
    def comment(self, act: Act) -> None:
        self.does(act)

    @rule(act=actions.acts(actions.OTHERS))
    def others(self, act: Act) -> None:
        self.does(act)

    @rule(act=actions.acts(actions.BOTS))
    def bots(self, act: Act) -> None:
        self.does(act)

    @rule(act=actions.acts(actions.REFUSING))
    def refuse(self, act: Act) -> None:
        self.does(act)

    def does(self, act: Act) -> None:
        """An act of the learner's, or of other people."""
        self.scenario.tally.steps += 1
        self.learner.does(act)

    @rule(change=actions.CHANGES)
    def maintain(self, change: Change) -> None:
        self.scenario.tally.steps += 1
        self.maintainer.does(change)

    @rule()
    def rest(self) -> None:
        """The simplest step, being the only one in which nothing is chosen.

        Hypothesis makes others into it, and takes out what has so few choices.
        """
        self.wait(20)

    @rule(hours=actions.HOURS)
    def wait(self, hours: int) -> None:
        self.scenario.tally.steps += 1
        self.scenario.later(hours)

    @rule(run=actions.runs("sync"))
    def sync(self, run: Run) -> None:
        self.run(run)

    @rule(run=actions.runs("apply", "apply", "apply", "plan", "sync"))
    def apply(self, run: Run) -> None:
        self.run(run)

    @rule(both=actions.TWO)
    def two(self, both: ConcurrentRuns) -> None:
        self.scenario.tally.steps += 1
        self.scenario.two(both)

    def run(self, run: Run) -> None:
        """One run; the learner is told when it came to its end undisturbed."""
        self.scenario.tally.steps += 1
        ended = self.scenario.run(run)
        stale = bool(self.scenario.world.faults.waiting)
        if ended and run.kind != "plan" and not stale and not run.meanwhile:
            self.learner.settle()

    def teardown(self) -> None:
        """The end, unless Hypothesis gave the history up on the way."""
        if sys.exception() is None:
            self.over(self.end())

    def end(self) -> Verdict:
        """The faults stop, and nothing is refused any more; one run. What is wrong after that."""
        scenario = self.scenario
        scenario.world.faults.clear()
        writes = scenario.world.journal.writes
        scenario.tally.refused = sum(e.status in REFUSED and e.fault is None for e in writes)
        self.learner.lift()
        self.maintainer.lift()
        scenario.later(1)
        try:
            self._settle()
            if markers.refused(scenario.repository):
                scenario.later(24 * LONGEST_WAIT)
                self._settle()
            expected = Expected(scenario, self.learner)
            untrue = list(expected.complaints())
            seen = [scenario.foreseen()]
            seen += [scenario.foreseen(other=True)] if scenario.private else []
            wrote = scenario.calm_run()
        except (ChangeRefusedError, PermissionDeniedError) as refused:
            scenario.stops.append(f"the run at the end: {refused}")
            return judge(scenario, self.learner)
        except MilepostError as error:
            scenario.errors.append(f"the run at the end: {type(error).__name__}: {error}")
            return judge(scenario, self.learner)
        verdict = judge(scenario, self.learner)
        verdict.untrue = untrue
        verdict.untrue += [f"refused: {name}" for name in markers.refused(scenario.repository)]
        scenario.tally.judged += expected.judged
        verdict.unsettled = [f"{c.op} {c!r}"[:300] for again in seen for c in again.plan.changes]
        verdict.unsettled += [f"due: {due.title}" for again in seen for due in again.due]
        verdict.unsettled += [f"a second run: {write}" for write in wrote]
        return verdict

    def _settle(self) -> None:
        """One run, and another only after one that told of as many weeks as a run may."""
        reported = -WEEKS_AT_ONCE  # for the first
        while markers.weeks_reported(self.scenario.repository) - reported >= WEEKS_AT_ONCE:
            reported = markers.weeks_reported(self.scenario.repository)
            self.scenario.calm_run()

    def over(self, verdict: Verdict) -> None:
        """Raises AssertionError when something is wrong."""
        if verdict.violations:
            raise AssertionError("\n".join(verdict.violations))


class _ByChance(HypothesisProvider):
    """Chance alone chooses, from the seed. Hypothesis would mix in constants of all modules that
    happen to be loaded, and change what it tried before: the same seed was another history after
    any change of our code, and most histories were much like the one before.
    """

    def _maybe_draw_constant(self, *_: Any, **__: Any) -> None:
        return None


AVAILABLE_PROVIDERS[BY_CHANCE] = _ByChance


def play(machine: type[LearnerStateMachine], number: int, *, histories: int, steps: int) -> None:
    """So many histories by chance, always the same for the same number.

    Before them comes the simplest one there is: Hypothesis always begins with that.
    """
    how = settings(
        backend=BY_CHANCE,
        database=None,
        deadline=None,
        derandomize=False,
        max_examples=histories + 1,
        phases=(Phase.generate, Phase.shrink),
        print_blob=False,
        report_multiple_bugs=False,
        stateful_step_count=steps,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(machine), settings=how)
