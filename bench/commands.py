"""Counts the requests of commands against the fewest, and measures how long commands take.

Everything runs as a person would run it: the command as a process of its own, over HTTP, against a
sandbox. Counts are the same on every machine; processor time is that of the process, and given as a
multiple of bare Python's in the same run where that says more.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.figure import Figure
from bot.curriculum.load import from_catalog
from github_sandbox.server import Sandbox, running

CURRICULUM = "devops-to-mlops"
OVERHEAD = 6
"""Requests of a first apply beside one for each object: lists, who writes, dashboard's links."""
MARGIN = 1.05
IDLE_REQUESTS = 5
SOON = 10
"""The write at which the dashboard and the first week's issues stand, at the latest."""
TIMES = 5
STATUS_SECONDS, VERSION_RATIO = 0.5, 4
NEW_ISSUE = ("POST", "issues")


class Bench:
    """A folder with settings that seed the whole path at once, and a sandbox as GitHub."""

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
        self.milepost("init", "--yes", "--curriculum", CURRICULUM, "--start", "today",
                      "--timezone", "UTC", "--ahead", "all")  # fmt: skip

    def milepost(self, *arguments: str) -> float:
        """Run the command; returns its seconds of processor time."""
        return self.run("-m", "bot", *arguments)

    def run(self, *arguments: str) -> float:
        """Run Python here; returns its seconds of processor time. Raises CalledProcessError."""
        command = [sys.executable, *arguments]
        nowhere = subprocess.DEVNULL
        process = subprocess.Popen(
            command, cwd=self.folder, env=self.environ, stdout=nowhere, stderr=nowhere
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        return used.ru_utime + used.ru_stime

    def requests(self, *arguments: str) -> dict[str, Any]:
        """Run the command and count what it asked for."""
        self.sandbox.world.journal.forget()
        self.milepost(*arguments)
        return self.sandbox.world.journal.summary()

    def objects(self) -> int:
        """Return how many labels, milestones, issues and relations there are."""
        repository = self.sandbox.world.repository()
        issues = repository.issues.values()
        relations = sum(issue.parent is not None for issue in issues)
        return len(repository.labels) + len(repository.milestones) + len(issues) + relations

    def first_week(self) -> int:
        """Return which write of the last command made the last of the first week's tasks."""
        tasks = {task.title for task in next(from_catalog(CURRICULUM).units()).tasks}
        titles = [
            issue.title for _, issue in sorted(self.sandbox.world.repository().issues.items())
        ]
        writes = list(enumerate(self.sandbox.world.journal.writes, 1))
        made = [n for n, one in writes if (one.method, one.path.rpartition("/")[2]) == NEW_ISSUE]
        return max(n for n, title in zip(made, titles, strict=True) if title in tasks)


@contextmanager
def bench() -> Iterator[Bench]:
    """A bench in a folder of its own."""
    with running() as sandbox, tempfile.TemporaryDirectory() as folder:
        yield Bench(sandbox, Path(folder))


def commands() -> Iterator[Figure]:
    """Yield the requests of `milepost apply`, and what commands take."""
    with bench() as on:
        first = on.requests("apply", "--yes")
        fewest = on.objects() + OVERHEAD
        yield Figure("first apply of the whole path, requests", first["total"], MARGIN * fewest)
        yield Figure("  the write at which the first week stands", on.first_week(), SOON)
        on.milepost("plan")
        idle = on.requests("apply", "--yes")
        yield Figure("apply with nothing to do, requests", idle["total"], IDLE_REQUESTS)
        yield Figure("  of these not answered with 304", idle["total"] - idle["not_modified"], 0)
        on.milepost("status")
        taken = [
            (on.run("-c", "pass"), on.milepost("--version"), on.milepost("status"))
            for _ in range(TIMES)
        ]
    bare, version, status = (min(times) for times in zip(*taken, strict=True))
    yield Figure("milepost status, seconds of processor", status, STATUS_SECONDS)
    yield Figure("milepost --version, of bare Python's time", version / bare, VERSION_RATIO)
