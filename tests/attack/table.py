"""Attacks a fresh `milepost serve` on loopback, and prints what a neighbour notices of it.

    python -m attack.table [sqlite|postgresql|caddy|nginx] [NAME ...]

Each attack is on for some seconds, while somebody else asks for `/readyz` and has a repository of
their own synced: 99 of 100 of each may take twice as long as before and a second more, and no
process more than 400 MB.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import NamedTuple

from attack import tenants
from attack.held import HELD, Held
from attack.proxies import PROXIES, installed
from attack.target import ROOT, Noticed, Target, target
from server import postgres

QUIET = 4.0  # seconds
UNDER = 6.0
BEHIND = 4.0
TENANT = 10.0
TIMES = 2.0
MORE = 1.0  # second
MEMORY = 400.0  # MB
LINES = 200  # of the log, while many ask for pages


class Row(NamedTuple):
    """What came of one attack."""

    store: str
    attack: str
    answer: str
    quiet: Noticed
    under: Noticed

    @property
    def wrong(self) -> list[str]:
        """Return what is worse than it may be."""
        return [*self.slower(MORE), *(["log"] if self.under.lines > LINES else [])]

    def slower(self, more: float) -> list[str]:
        """Return what takes more than twice as long and so many seconds, or too much memory."""
        pairs = zip(("readyz", "sync"), self.quiet.p99, self.under.p99, strict=True)
        found = [name for name, quiet, under in pairs if under > TIMES * quiet + more]
        return [*found, *(["memory"] if self.under.memory > MEMORY else [])]

    def text(self) -> str:
        """Return the row of the table."""
        ready, syncs = (
            f"{quiet:>6.2f} {under:>6.2f}"
            for quiet, under in zip(self.quiet.p99, self.under.p99, strict=True)
        )
        verdict = f"NO: {', '.join(self.wrong)}" if self.wrong else "ok"
        return (
            f"{self.store:<11}{self.attack:<20}{ready}  {syncs} {self.under.memory:>7.0f}"
            f" {self.under.lines:>6}  {self.answer:<40.40} {verdict}"
        )


HEAD = (
    f"{'':<31}{'/readyz, s':>13}  {'sync, s':>13} {'memory':>7} {'lines':>6}\n"
    f"{'store':<11}{'attack':<20}{'quiet':>6} {'under':>6}  {'quiet':>6} {'under':>6}"
    f" {'MB':>7} {'logged':>6}  answers"
)


@contextlib.contextmanager
def attacked(made: Target, name: str, cookie: str = "") -> Iterator[dict[str, int]]:
    """Attack over sockets meanwhile; the answers are there in the end."""
    command = [sys.executable, "-m", "attack.attackers", name, made.url, cookie]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=made.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    answers: dict[str, int] = {}
    try:
        assert process.stdout
        assert process.stdout.readline() == "on\n"
        yield answers
        printed, _ = process.communicate(timeout=60)
        answers.update(json.loads(printed))
    finally:
        process.kill()
        process.communicate()


def over_sockets(made: Target, name: str, seconds: float = UNDER) -> tuple[str, Noticed]:
    """Attack over sockets; return the answers, and what was noticed."""
    cookie = ""
    if name == "slow_github":
        cookie = made.signed_in("visitor")
        made.world.faults.add("timeout", path="/repos/slow/*", times=0, hold=60.0)
    with attacked(made, name, cookie) as answers:
        noticed = made.observe(seconds)
    made.world.faults.clear()
    return ", ".join(f"{count} {status}" for status, count in sorted(answers.items())), noticed


OVER_SOCKETS = ("half_forms", "slow_heads", "half_bodies", "flood", "slow_github")
TENANTS: dict[str, Callable[[Target], AbstractContextManager[None]]] = {
    "silent_links": tenants.silent_links,
    "worst_repositories": tenants.worst_repositories,
    "huge_curriculum": tenants.huge_curriculum,
}


@contextlib.contextmanager
def fresh(server: str | None = None, proxy: str = "") -> Iterator[Target]:
    """Yield a server that is not started yet, with an empty store of its kind."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        url = f"sqlite:///{folder}/store.sqlite3"
        if server is not None:
            url = stack.enter_context(postgres.empty_database(server))
        yield stack.enter_context(target(url, Path(folder), proxy))


def rows(store: str, server: str | None, names: list[str]) -> Iterator[Row]:
    """Yield a row for each attack, as soon as it is over."""
    with fresh(server) as made:
        made.start(workers=0 if server is None else 1)
        made.settle()
        quiet = made.observe(QUIET)
        for name in OVER_SOCKETS:
            if not names or name in names:
                answer, under = over_sockets(made, name)
                yield Row(store, name, answer, quiet, under)
                made.next_neighbour()
                made.calm(quiet)
    for name, begin in TENANTS.items():
        if not names or name in names:
            with fresh(server) as made, begin(made):
                yield Row(store, name, "", quiet, made.observe(TENANT))


def behind(proxy: str) -> Iterator[Row]:
    """Yield a row for each attack over sockets, through a proxy as the docs show it."""
    with fresh(proxy=proxy) as made:
        made.start()
        made.settle()
        quiet = made.observe(QUIET)
        for name in OVER_SOCKETS:
            answer, under = over_sockets(made, name, BEHIND)
            yield Row(proxy, name, answer, quiet, under)
            made.next_neighbour()
            made.calm(quiet)


def refused(store: str, server: str | None) -> Iterator[Held]:
    """Yield what came of each attack that was always refused."""
    with fresh(server) as made:
        made.start(workers=0 if server is None else 1)
        made.settle()
        for name, attack in HELD.items():
            yield attack(made)._replace(store=store, attack=name)


def write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Print the table; 1 when something is worse than it may be."""
    every = ("sqlite", "postgresql", *filter(installed, PROXIES))
    stores = [one for one in every if one in arguments] or every
    names = [one for one in arguments if one not in every]
    wrong = 0
    write(HEAD)
    with ExitStack() as stack:
        for store in stores:
            server = stack.enter_context(postgres.server()) if store == "postgresql" else None
            for row in behind(store) if store in PROXIES else rows(store, server, names):
                write(row.text())
                wrong += bool(row.wrong)
            for held in refused(store, server) if not names and store not in PROXIES else ():
                write(held.text())
                wrong += not held.held
    write(f"\n{wrong or 'None'} of them came through.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
