"""Measures how many webhooks a second the server takes, beside a Probot 14 that keeps none of them.

Run by `make bench-server`, as `python -m bench.webhooks [ROUNDS [SECONDS]]`. All servers run as
processes of their own, take turns for some rounds, and are knocked at alike: signed `issues.closed`
payloads of 25 KB, 32 connections that stay open. Ours say 202 after the disk has the delivery, and
every such delivery must be in the database in the end. The sandbox of a machine where other things
run tells little by one number, so compare the lines of one run.
"""

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench import contestants
from bench.contestants import Contestant
from bench.webhook_load import SIZE, LoadResult, SignedRequests, Target, payloads, send_load

CONNECTIONS = 32
ROUNDS = 5
SECONDS = 3.0
WARM_UP_SECONDS = 2.0
AIM = 0.5  # of Probot's processor time, for each delivery
GENERATOR = 1.5  # how much quicker the load generator must be than whom it measures
OURS = "milepost"
THEIRS = "probot"


@dataclass
class Turns:
    """What came back from one target, round after round."""

    contestant: Contestant
    requests: SignedRequests
    rounds: list[LoadResult] = field(default_factory=list)
    taken: list[float] = field(default_factory=list)  # seconds of its processor, a delivery
    database: list[float] = field(default_factory=list)  # the same of its database's processes
    accepted: int = 0

    def turn(self, seconds: float, *, count: bool = True) -> None:
        """One more."""
        before, stored = self.contestant.seconds(), self.contestant.database_seconds()
        result = send_load(
            self.contestant.target, self.requests, connections=CONNECTIONS, seconds=seconds
        )
        if result.refused:
            raise ConnectionError(f"{self.contestant.name} refused {result.refused}")
        self.accepted += result.accepted
        if count:
            self.rounds.append(result)
            self.taken.append((self.contestant.seconds() - before) / result.accepted)
            took = self.contestant.database_seconds() - stored
            self.database.append(took / result.accepted)

    @property
    def rate(self) -> float:
        """Deliveries a second, of the round in the middle."""
        return median(one.rate for one in self.rounds)

    @property
    def processor(self) -> float:
        """Microseconds of processor for each delivery, its database's included."""
        return 1e6 * median(map(sum, zip(self.taken, self.database, strict=True)))

    def within(self, share: float) -> float:
        """Milliseconds, of the round in the middle."""
        return median(one.within(share) for one in self.rounds)


@contextlib.contextmanager
def everybody(folder: Path, bodies: list[bytes]) -> Iterator[list[Turns]]:
    """All servers, running."""
    length = sum(map(len, SignedRequests(Target(10_000), bodies).next()))
    with contextlib.ExitStack() as stack:

        def at(name: str) -> Path:
            place = folder / name
            place.mkdir()
            return place

        lite, post = at("sqlite"), at("postgresql")
        found = [
            stack.enter_context(contestants.null(length)),
            stack.enter_context(
                contestants.milepost(f"{OURS}, SQLite", lite, f"sqlite:///{lite / 'a.sqlite3'}")
            ),
            stack.enter_context(
                contestants.milepost(
                    f"{OURS}, PostgreSQL", post, stack.enter_context(contestants.postgres())
                )
            ),
        ]
        theirs = at(THEIRS)
        if why := contestants.install_probot(theirs):
            print(f"Probot is left out: {why}.")
        else:
            for name, level in (("", "info"), (", logs nothing", "fatal")):
                text = contestants.probot(f"{THEIRS}{name}", theirs, LOG_LEVEL=level)
                found.append(stack.enter_context(text))
        yield [Turns(one, SignedRequests(one.target, bodies)) for one in found]


def disk(folder: Path, times: int = 200) -> float:
    """Milliseconds until the disk has 8 KB."""
    waits = []
    with (folder / "disk").open("wb") as file:
        for _ in range(times):
            file.write(bytes(8192))
            file.flush()
            started = time.perf_counter()
            os.fdatasync(file.fileno())
            waits.append(time.perf_counter() - started)
    return median(waits) * 1000


def table(everyone: list[Turns]) -> None:
    """A row each."""
    print(
        f"\n{'server':<24} {'a second':>9} {'lowest':>8} {'highest':>8} {'p50 ms':>8} {'p99 ms':>8}"
        f" {'processor':>10} {'database':>10} {'accepted':>9} {'kept':>9}"
    )
    for one in everyone:
        rates = [result.rate for result in one.rounds]
        stored = one.contestant.stored()
        print(
            f"{one.contestant.name:<24} {one.rate:>9,.0f} {min(rates):>8,.0f} {max(rates):>8,.0f}"
            f" {one.within(0.5):>8.1f} {one.within(0.99):>8.1f} {median(one.taken) * 1e6:>7.0f} us"
            f" {median(one.database) * 1e6:>7.0f} us"
            f" {one.accepted:>9,} {'' if stored is None else format(stored, ','):>9}"
        )


def judge(everyone: list[Turns]) -> bool:
    """Print what was aimed at, and say whether it was met."""
    ours = [one for one in everyone if one.contestant.name.startswith(OURS)]
    theirs = [one for one in everyone if one.contestant.name.startswith(THEIRS)]
    lost = [one for one in ours if one.contestant.stored() != one.accepted]
    print(f"\nEvery delivery that was accepted is kept: {'NO' if lost else 'yes'}.")
    generator, quickest = everyone[0].rate, max(one.rate for one in everyone[1:])
    wide = generator >= GENERATOR * quickest
    print(f"The load generator is {generator / quickest:.1f} times as quick as who is quickest.")
    good = not lost and wide
    for mine in ours:
        for other in theirs:
            times, taken = mine.rate / other.rate, mine.processor / other.processor
            slow = mine.within(0.99) / other.within(0.99)
            print(
                f"{mine.contestant.name} beside {other.contestant.name}: {taken:.2f} of its"
                f" processor time (aim: {AIM}), p99 {slow:.2f} times as long (aim: below 1),"
                f" {times:.2f} times as many."
            )
            if other.contestant.name == THEIRS:
                good = good and taken <= AIM and slow < 1
    return good


def main(arguments: list[str]) -> int:
    """Print everything; 1 when an aim was missed."""
    rounds = int(arguments[0]) if arguments else ROUNDS
    seconds = float(arguments[1]) if len(arguments) > 1 else SECONDS
    bodies = payloads()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(
            f"Payloads of {SIZE:,} bytes, {CONNECTIONS} connections, {rounds} rounds of"
            f" {seconds:g} s. The disk takes {disk(folder):.2f} ms to have 8 KB."
        )
        with everybody(folder, bodies) as everyone:
            for one in everyone:
                one.turn(WARM_UP_SECONDS, count=False)
            for _ in range(rounds):
                for one in everyone:
                    one.turn(seconds)
            table(everyone)
            good = judge(everyone)
    print(f"The aims were {'met' if good else 'MISSED'}.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
