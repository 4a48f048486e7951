"""Counts the requests a run makes against the fewest it could make, and how long commands take.

Run by `make bench`. Everything runs as a person would run it: the installed command as a process of
its own, over HTTP, against a sandbox. Counts are the same on every machine; times are given as
multiples of the time that bare Python needs to start, measured in the same run.

This file shares its name with a library that PyGithub imports, so nothing here may import PyGithub.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx2

from bot.curriculum.load import from_catalog
from github_sandbox.server import Sandbox, running
from github_sandbox.state.journal import Journal

CURRICULUM = "devops-to-mlops"
OVERHEAD = 6
"""Requests that a first apply may need beside one for each object."""
MARGIN = 0.05
IDLE_REQUESTS = 5
SOON = 10
"""The write at which the dashboard and the first week's issues stand, at the latest."""
REPEATS = 5
NEW_ISSUE = ("POST", "issues")
METHODS = ("GET", "POST", "PATCH", "DELETE")


@dataclass(frozen=True)
class Leg:
    """The requests of one command."""

    name: str
    methods: dict[str, int]
    conditional: int
    not_modified: int
    writes: int
    seconds: float

    @property
    def total(self) -> int:
        return sum(self.methods.values())


class Bench:
    """A folder with settings, and a sandbox as GitHub."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.environ = {
            **os.environ,
            "HOME": str(folder),
            "MILEPOST_CACHE_DIR": str(folder / "cache"),
            "MILEPOST_WRITE_INTERVAL": "0",
            "GITHUB_API_URL": sandbox.api_url,
            "GITHUB_GRAPHQL_URL": sandbox.graphql_url,
            "GITHUB_REPOSITORY": sandbox.repository,
            "GITHUB_TOKEN": sandbox.token,
        }

    def milepost(self, *arguments: str) -> float:
        """Run the command; returns the seconds it took. Raises CalledProcessError."""
        return self.run(sys.executable, "-m", "bot", *arguments)

    def run(self, *command: str) -> float:
        """Run any command here, quietly; returns the seconds it took."""
        started = time.perf_counter()
        subprocess.run(command, cwd=self.folder, env=self.environ, capture_output=True, check=True)
        return time.perf_counter() - started

    def leg(self, name: str, *arguments: str) -> Leg:
        """Run the command and count what it asked for."""
        journal: Journal = self.sandbox.world.journal
        journal.forget()
        seconds = self.milepost(*arguments)
        counted = journal.summary()
        return Leg(
            name=name,
            methods={method: counted["by_method"].get(method, 0) for method in METHODS},
            conditional=counted["conditional"],
            not_modified=counted["not_modified"],
            writes=counted["writes"],
            seconds=seconds,
        )

    def objects(self) -> dict[str, int]:
        """What there is in the repository."""
        repository = self.sandbox.world.repository()
        issues = repository.issues.values()
        return {
            "labels": len(repository.labels),
            "milestones": len(repository.milestones),
            "issues": len(issues),
            "sub-issue relations": sum(issue.parent is not None for issue in issues),
        }

    def first_week(self) -> int:
        """Which write of the last leg made the last of the first week's tasks."""
        tasks = {task.title for task in next(from_catalog(CURRICULUM).units()).tasks}
        titles = [
            issue.title for _, issue in sorted(self.sandbox.world.repository().issues.items())
        ]
        writes = list(enumerate(self.sandbox.world.journal.writes, 1))
        made = [n for n, one in writes if (one.method, one.path.rpartition("/")[2]) == NEW_ISSUE]
        return max(n for n, title in zip(made, titles, strict=True) if title in tasks)

    def edit_as_learner(self) -> None:
        """The learner gives an issue another title."""
        answer = httpx2.patch(
            f"{self.sandbox.api_url}/repos/{self.sandbox.repository}/issues/6",
            json={"title": "A title of my own"},
            headers={"Authorization": f"Bearer {self.sandbox.token}", "User-Agent": "learner"},
        )
        answer.raise_for_status()


@contextmanager
def bench() -> Iterator[Bench]:
    """A bench with settings that seed the whole path at once."""
    with running() as sandbox, tempfile.TemporaryDirectory() as folder:
        made = Bench(sandbox, Path(folder))
        made.milepost(
            *("init", "--yes", "--curriculum", CURRICULUM, "--start", "2026-01-05"),
            *("--timezone", "UTC", "--ahead", "all"),
        )
        yield made


def count(on: Bench) -> bool:
    """Print the tables of requests; returns whether both aims were met."""
    first = on.leg("first apply, ahead: all", "apply", "--yes")
    soon = on.first_week()
    made = on.objects()
    legs = [
        first,
        on.leg("first look afterwards", "plan"),
        on.leg("apply, nothing to do", "apply", "--yes"),
    ]
    idle = legs[-1]
    on.edit_as_learner()
    legs += [
        on.leg("plan after a learner's edit", "plan"),
        on.leg("apply after it", "apply", "--yes"),
        on.leg("undo", "undo", "--yes"),
    ]
    print_legs(legs)
    print(f"\nThe first week stands at write {soon} of {first.writes} (aim: at most {SOON})")
    fewest = sum(made.values()) + OVERHEAD
    over = first.total / fewest - 1
    print(f"\nObjects made: {', '.join(f'{count} {name}' for name, count in made.items())}")
    print(
        f"First apply: {first.total} requests for {sum(made.values())} objects;"
        f" against objects + {OVERHEAD} = {fewest}: {over:+.1%} (aim: within {MARGIN:.0%})"
    )
    print(
        f"Nothing to do: {idle.total} requests, {idle.conditional} of them conditional,"
        f" {idle.not_modified} answered 304, {idle.writes} writes"
        f" (aim: at most {IDLE_REQUESTS}, all conditional, no write)"
    )
    lean = idle.total == idle.conditional == idle.not_modified <= IDLE_REQUESTS
    return over <= MARGIN and lean and idle.writes == 0 and soon <= SOON


def print_legs(legs: list[Leg]) -> None:
    """A row a command."""
    heads = " ".join(f"{method:>7}" for method in METHODS)
    print(f"{CURRICULUM:<27} requests {heads} conditional     304  writes")
    for leg in legs:
        methods = " ".join(f"{leg.methods[method]:>7}" for method in METHODS)
        print(
            f"{leg.name:<27} {leg.total:>8} {methods}"
            f" {leg.conditional:>11} {leg.not_modified:>7} {leg.writes:>7}"
        )


def clock(on: Bench) -> None:
    """Print how long commands take, in starts of bare Python."""
    python = sys.executable
    commands: dict[str, tuple[str, ...]] = {
        "python -c pass": (python, "-c", "pass"),
        "milepost --version": (python, "-m", "bot", "--version"),
        "milepost --help": (python, "-m", "bot", "--help"),
        "milepost plan, nothing to do": (python, "-m", "bot", "plan"),
        "import httpx2": (python, "-c", "import httpx2"),
        "import github (PyGithub)": (python, "-c", "import github"),
        "import pydantic": (python, "-c", "import pydantic"),
    }
    on.milepost("apply", "--yes")
    on.milepost("plan")
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(REPEATS):
        for name, command in commands.items():
            times[name].append(on.run(*command))
    bare = median(times["python -c pass"])
    print(f"\n{'time, median of ' + str(REPEATS):<30} {'ms':>6} {'x bare Python':>14}")
    for name, seconds in times.items():
        print(f"{name:<30} {median(seconds) * 1000:>6.0f} {median(seconds) / bare:>14.1f}")


def main() -> int:
    """Print everything; 1 when an aim was missed."""
    with bench() as on:
        good = count(on)
        clock(on)
    print(f"\nThe aims were {'met' if good else 'MISSED'}.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
