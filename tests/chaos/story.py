"""A history as plain values: what is done, when a run happens, and what goes wrong in it.

Everything is chosen by numbers, each of which fits whatever it meets, so that a history stays one
when steps are taken out of it. The same seed gives the same history.
"""

from dataclasses import dataclass
from random import Random
from typing import Literal

FAULTS = (
    "500",
    "502",
    "502-after",
    "timeout",
    "timeout-after",
    "reset",
    "reset-after",
    "secondary-403",
    "secondary-429",
    "expired",
    "stale",
    "kill",
    "kill-after",
)
LEARNER = {
    "close": 9,
    "reopen": 5,
    "put_aside": 3,
    "title": 4,
    "note": 5,
    "inside": 3,
    "tick": 4,
    "wear": 3,
    "take_off": 3,
    "move": 3,
    "delete": 3,
    "transfer": 2,
    "unrelate": 2,
    "unpin": 1,
    "command": 9,
    "command_twice": 4,
    "say": 6,
    "edit_comment": 2,
    "delete_comment": 1,
    "label_rename": 2,
    "label_colour": 1,
    "label_delete": 2,
    "milestone_title": 2,
    "milestone_note": 2,
    "milestone_inside": 1,
    "milestone_due": 2,
    "milestone_close": 1,
    "milestone_delete": 2,
    "press": 2,
    "own": 2,
    "summary_close": 1,
    "summary_reopen": 1,
    "summary_delete": 1,
}
MAINTAINER = ("ahead", "choice", "credit", "feature", "pace", "path", "path", "pause", "prefix")


@dataclass(frozen=True)
class Act:
    """Something the learner does; `number` picks to what."""

    name: str
    number: int


@dataclass(frozen=True)
class Change:
    """Something the maintainer changes in the settings or the curriculum."""

    name: str
    number: int


@dataclass(frozen=True)
class Wait:
    """Time passes."""

    hours: int


@dataclass(frozen=True)
class Fault:
    """Strikes the request number `at` (from 1) of a run, of all or of the writes only.

    `amount` is the seconds of Retry-After (0: no header), or of what a stale list lags.
    """

    kind: str
    at: int
    of: Literal["any", "write"] = "any"
    amount: int = 0


@dataclass(frozen=True)
class Meanwhile:
    """An act of the learner's just before the request number `at` of a run."""

    at: int
    act: Act


@dataclass(frozen=True)
class Run:
    """One run of ours, and what happens in it."""

    kind: Literal["sync", "apply", "plan"] = "sync"
    faults: tuple[Fault, ...] = ()
    meanwhile: tuple[Meanwhile, ...] = ()
    warm: bool = True


@dataclass(frozen=True)
class Two:
    """Two runs at once; at each request chance, by `seed`, says in percent whether to switch."""

    first: Run
    second: Run
    seed: int
    switching: int = 50


Step = Act | Change | Wait | Run | Two


@dataclass(frozen=True)
class History:
    """Steps, and what holds for all of them: who writes, and where a week is summed up."""

    steps: tuple[Step, ...]
    app: bool = False
    place: Literal["comment", "issue"] = "comment"
    seed: int = 0


def history(seed: int, steps: int = 40) -> History:
    """A history by chance: always the same for the same seed."""
    chance = Random(seed)
    made: list[Step] = [_two(chance) if chance.random() < 0.2 else _run(chance)]
    made += [_step(chance) for _ in range(steps - 1)]
    app, place = chance.random() < 0.5, "issue" if chance.random() < 0.2 else "comment"
    return History(tuple(made), app=app, place=place, seed=seed)  # type: ignore[arg-type]


def _step(chance: Random) -> Step:
    roll = chance.random()
    if roll < 0.56:
        return _act(chance)
    if roll < 0.64:
        return Change(chance.choice(MAINTAINER), chance.randrange(100))
    if roll < 0.75:
        return Wait(chance.choice((1, 5, 20, 30, 60, 100, 170)))
    return _run(chance) if roll < 0.95 else _two(chance)


def _act(chance: Random) -> Act:
    name = chance.choices(list(LEARNER), weights=list(LEARNER.values()))[0]
    return Act(name, chance.randrange(1000))


def _run(chance: Random) -> Run:
    kind: Literal["sync", "apply", "plan"] = "sync"
    roll = chance.random()
    if roll > 0.75:
        kind = "apply" if roll < 0.95 else "plan"
    faults = tuple(_fault(chance) for _ in range(chance.choice((0, 0, 1, 1, 2, 3))))
    busy = chance.choice((0, 0, 0, 1, 2, 4))
    meanwhile = tuple(Meanwhile(_place(chance), _act(chance)) for _ in range(busy))
    return Run(kind, faults, meanwhile, warm=chance.random() < 0.8)


def _two(chance: Random) -> Two:
    return Two(_run(chance), _run(chance), chance.randrange(10_000), chance.choice((10, 50, 90)))


def _fault(chance: Random) -> Fault:
    kind = chance.choice(FAULTS)
    amount = 0
    if kind.startswith("secondary"):
        amount = chance.choice((0, 1, 7, 60, 300))
    if kind == "stale":
        amount = chance.choice((5, 60, 600, 3600))
    if kind == "stale" or chance.random() < 0.3:
        return Fault(kind, _place(chance) if kind != "stale" else 1, "any", amount)
    return Fault(kind, 1 + int(chance.expovariate(1 / 6)), "write", amount)


def _place(chance: Random) -> int:
    return 1 + int(chance.expovariate(1 / 10))
