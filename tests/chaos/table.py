"""Many histories, on all cores, and a table of what came of them.

    python -m chaos.table [SEED [HISTORIES [STEPS]]]

Histories come in shares of a few, each from its own seed, so that the same numbers give the same
histories on any machine. All are counted; then Hypothesis shrinks the first failure of the first
few shares that failed.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from multiprocessing import get_context
from typing import Self

from chaos import limits
from chaos.invariants import Verdict
from chaos.scenario import Tally
from chaos.state_machine import LearnerStateMachine, play

HISTORIES = 500
STEPS = 40
SHARE = 10
SHOWN = 3
APART = 1_000_003
"""Between the shares of one seed and of the next."""


@dataclass(frozen=True)
class Share:
    """Some histories of a seed."""

    number: int
    histories: int
    steps: int = STEPS


@dataclass
class RunTotals:
    """What many histories came to."""

    histories: int = 0
    steps: int = 0
    runs: int = 0
    requests: int = 0
    acts: int = 0
    refused: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[Share, list[str]]] = field(default_factory=list)

    def add(self, share: Share, verdict: Verdict, tally: Tally) -> None:
        """One history more."""
        self.histories += 1
        self.steps += tally.steps
        self.runs += tally.runs
        self.requests += tally.requests
        self.acts += tally.acts
        self.refused += tally.refused
        self.faults += tally.faults
        self.judged += tally.judged
        self.blame(share, verdict)

    def blame(self, share: Share, verdict: Verdict) -> None:
        """What went wrong in a history of this share."""
        self.wrong["duplicates"] += len(verdict.duplicates)
        self.wrong["lost edits"] += len(verdict.lost_edits)
        self.wrong["lost work"] += len(verdict.lost_work)
        self.wrong["summaries missing or doubled"] += len(verdict.summaries)
        self.wrong["touched elsewhere"] += len(verdict.elsewhere)
        self.wrong["not settled by one run"] += len(verdict.unsettled)
        self.wrong["not as expected"] += len(verdict.untrue)
        self.wrong["stopped by one thing"] += len(verdict.stops)
        self.wrong["errors"] += len(verdict.errors)
        if verdict.violations:
            self.failed.append((share, verdict.violations))

    def __iadd__(self, other: "RunTotals") -> Self:
        for each in fields(self):
            mine, more = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, Counter):
                mine.update(more)  # addition would leave the zeros out
            else:
                setattr(self, each.name, mine + more)
        return self

    @property
    def violations(self) -> int:
        """All that went wrong."""
        return sum(self.wrong.values())

    def table(self) -> str:
        """For people, as Markdown."""
        rows = [
            ("histories", self.histories),
            ("steps", self.steps),
            ("faults injected", sum(self.faults.values())),
            *((f"- {kind}", count) for kind, count in sorted(self.faults.items())),
            ("runs", self.runs),
            ("requests in them", self.requests),
            ("writes that GitHub refused", self.refused),
            ("acts of the learner", self.acts),
            ("things judged", sum(self.judged.values())),
            *((f"- {kind}", count) for kind, count in sorted(self.judged.items())),
            *self.wrong.items(),
            ("violations", self.violations),
        ]
        lines = [f"| {name} | {count:,} |" for name, count in rows]
        return "\n".join(["| what | how many |", "|---|---:|", *lines])


def shares(seed: int, histories: int, steps: int) -> Iterator[Share]:
    """All histories of a seed."""
    for n, done in enumerate(range(0, histories, SHARE)):
        yield Share(seed * APART + n, min(SHARE, histories - done), steps)


def one(share: Share) -> RunTotals:
    """What came of a share. The simplest history, with which each begins, is played only."""
    total = RunTotals()
    simplest = True

    class Counted(LearnerStateMachine):
        def over(self, verdict: Verdict) -> None:
            nonlocal simplest
            if simplest:
                total.blame(share, verdict)
            else:
                total.add(share, verdict, self.scenario.tally)
            simplest = False

    play(Counted, share.number, histories=share.histories, steps=share.steps)
    return total


def many(seed: int, histories: int, steps: int = STEPS) -> RunTotals:
    """So many histories, on all cores."""
    total = RunTotals()
    with get_context("spawn").Pool(min(os.cpu_count() or 1, 8)) as pool:
        for part in pool.imap(one, shares(seed, histories, steps)):
            total += part
    return total


def smallest(share: Share) -> str:
    """The smallest form of the first failure in a share, as Hypothesis tells it."""
    try:
        play(LearnerStateMachine, share.number, histories=share.histories, steps=share.steps)
    except AssertionError as error:
        return reported(error)
    return "It went well when it was played again: something in it is not the same each time."


def reported(error: AssertionError) -> str:
    """What went wrong, and Hypothesis' own report of how."""
    return "\n".join([str(error), *getattr(error, "__notes__", ())])


def main(words: list[str]) -> int:
    """Print the table; 1 when something went wrong."""
    numbers = [int(word) for word in words if word]
    seed, histories, steps = (*numbers, *(0, HISTORIES, STEPS)[len(numbers) :])
    began = time.monotonic()
    total = many(seed, histories, steps)
    comment(total.table())
    limited, well = limits.table()
    comment("", limited)
    comment(f"\nSeed {seed}, {time.monotonic() - began:.0f} s.")
    for share, violations in total.failed:
        comment(f"\nIn {share}:", *violations)
    for share in list(dict.fromkeys(share for share, _ in total.failed))[:SHOWN]:
        comment(f"\nThe smallest in {share}:", smallest(share))
    return 0 if well and not total.violations else 1


def comment(*lines: object) -> None:
    """To the screen."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
