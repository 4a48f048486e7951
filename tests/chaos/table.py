"""Many histories, on all cores, and a table of what came of them.

    python -m chaos.table [SEED [HISTORIES [STEPS]]]

History number n of seed s is always the same one, so what is printed can be played again. Of the
first few that go wrong the smallest form is printed, to become a plain test.
"""

import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing import get_context

from chaos import limits
from chaos.house import Tally
from chaos.play import play
from chaos.shrink import shrink
from chaos.story import History, history
from chaos.witness import Verdict

HISTORIES = 500
STEPS = 40
SHOWN = 3
APART = 1_000_003
"""Between the histories of one seed and of the next."""


@dataclass
class Sum:
    """What many histories came to."""

    histories: int = 0
    steps: int = 0
    runs: int = 0
    requests: int = 0
    acts: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[int, list[str]]] = field(default_factory=list)

    def add(self, number: int, verdict: Verdict, tally: Tally) -> None:
        """One history more."""
        self.histories += 1
        self.steps += tally.steps
        self.runs += tally.runs
        self.requests += tally.requests
        self.acts += tally.acts
        self.faults += tally.faults
        self.wrong["duplicates"] += len(verdict.duplicates)
        self.wrong["lost edits"] += len(verdict.lost_edits)
        self.wrong["lost work"] += len(verdict.lost_work)
        self.wrong["summaries missing or doubled"] += len(verdict.summaries)
        self.wrong["not settled by one run"] += len(verdict.unsettled)
        self.wrong["errors"] += len(verdict.errors)
        if verdict.violations:
            self.failed.append((number, verdict.violations))

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
            ("runs of ours", self.runs),
            ("requests in them", self.requests),
            ("acts of the learner", self.acts),
            *self.wrong.items(),
            ("violations", self.violations),
        ]
        lines = [f"| {name} | {count:,} |" for name, count in rows]
        return "\n".join(["| what | how many |", "|---|---:|", *lines])


def number_of(seed: int, n: int) -> int:
    """The number of the n-th history of a seed."""
    return seed * APART + n


def one(number_and_steps: tuple[int, int]) -> tuple[int, Verdict, Tally]:
    """A history by its number."""
    number, steps = number_and_steps
    return (number, *play(history(number, steps)))


def many(seed: int, histories: int, steps: int = STEPS) -> Sum:
    """So many histories, on all cores."""
    total = Sum()
    work = [(number_of(seed, n), steps) for n in range(histories)]
    with get_context("spawn").Pool(min(os.cpu_count() or 1, 8)) as pool:
        for number, verdict, tally in pool.imap_unordered(one, work, chunksize=2):
            total.add(number, verdict, tally)
    return total


def smallest(number: int, steps: int, violations: list[str]) -> History:
    """The smallest history that goes wrong in the same way as this one."""
    kinds = {violation.partition(":")[0] for violation in violations}

    def fails(candidate: History) -> bool:
        verdict, _ = play(candidate)
        return any(violation.partition(":")[0] in kinds for violation in verdict.violations)

    return shrink(history(number, steps), fails)


def main(words: list[str]) -> int:
    """Print the table; 1 when something went wrong."""
    numbers = [int(word) for word in words if word]
    seed, histories, steps = (*numbers, *(0, HISTORIES, STEPS)[len(numbers) :])
    began = time.monotonic()
    total = many(seed, histories, steps)
    say(total.table())
    limited, well = limits.table()
    say("", limited)
    say(f"\nSeed {seed}, {time.monotonic() - began:.0f} s.")
    for number, violations in sorted(total.failed):
        say(f"\nHistory {number}:", *violations)
    for number, violations in sorted(total.failed)[:SHOWN]:
        small = smallest(number, steps, violations)
        say(f"\nSmallest form of {number} (app={small.app}, place={small.place}):", *small.steps)
    return 0 if well and not total.violations else 1


def say(*lines: object) -> None:
    """To the screen."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
