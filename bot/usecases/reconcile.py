"""reconcile = read, plan, apply. Each step stands alone, so that a person can look in between.

The clock, the reader and the way to get a gateway are arguments. A run that has nothing to write
never asks for the gateway, and so never pays for loading it.
"""

from collections.abc import Callable
from datetime import datetime

from bot.curriculum.model import Curriculum
from bot.errors import RefusedError
from bot.planning.changes import Plan
from bot.planning.desired import desired_state
from bot.planning.plan import make_plan
from bot.planning.ports import Gateway, Reader
from bot.planning.snapshot import Snapshot
from bot.settings import Settings
from bot.usecases.apply import Progress, apply

Planner = Callable[[Snapshot], Plan]

REMOVAL_SHARE = 4
ROUNDS = 3


class Session:
    """One repository, one planner: look at what is to be done, then do it."""

    def __init__(self, reader: Reader, planner: Planner) -> None:
        self._reader = reader
        self._planner = planner
        self._snapshot: Snapshot | None = None

    def plan(self) -> Plan:
        """Read the repository and say what would change."""
        self._snapshot = self._reader.snapshot()
        return self._planner(self._snapshot)

    def apply(
        self,
        plan: Plan,
        *,
        gateway: Callable[[], Gateway],
        sleep: Callable[[float], None],
        progress: Progress,
    ) -> int:
        """Write `plan`, which `plan()` gave; returns the number of changes written.

        The dashboard links to issues by number, so once some were made it looks again and writes
        what follows from that.
        """
        written = 0
        for _ in range(ROUNDS):
            if plan.empty:
                break
            written += apply(
                plan,
                self._snapshot or self._reader.snapshot(),
                replan=self._planner,
                reader=self._reader,
                gateway=gateway(),
                sleep=sleep,
                progress=progress,
            )
            if not plan.count("create-issue"):
                break
            plan = self.plan()
        return written


def planner(curriculum: Curriculum, settings: Settings, now: datetime) -> Planner:
    """How to plan this curriculum at this moment (aware; its day is taken in the learner's zone).

    Raises ConfigError or CurriculumError at once, before anything is read from GitHub.
    """
    desired = desired_state(curriculum, settings, now.astimezone(settings.zone).date())
    return lambda snapshot: make_plan(desired, snapshot)


def check_removals(plan: Plan, *, allowed: bool) -> None:
    """Raises RefusedError when the plan removes more than a quarter of what there is.

    A wrong path or an emptied file in the settings would otherwise close a learner's whole plan.
    """
    if not allowed and plan.removals * REMOVAL_SHARE > plan.existing:
        raise RefusedError(
            f"this plan would close {plan.removals} of {plan.existing} milestones and issues.",
            hint="If that is meant, run it again with --allow-removals.",
        )
