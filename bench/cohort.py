"""Measures `milepost cohort` for a class of sixty, with a GitHub that takes 150 ms to answer.

Run by `python -m bench.cohort`. Each learner has the built-in path and four weeks of issues.
Nothing is cached on the first run, and all of it on the second.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.cli.app import run
from bot.github.http_session import Response, Urllib3Session
from bot.settings import CONFIG_PATH
from github_sandbox.server import Sandbox, running

LEARNERS = 60
LATENCY = 0.15  # seconds
MOST = 6.0  # seconds
SETTINGS = "start: {day}\nmentors: [{mentor}]\ncohort: {{share: true}}\n"


def main() -> None:
    """Print the seconds of each run. Raises SystemExit when the first takes too long."""
    with running() as sandbox, tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "GITHUB_API_URL": sandbox.api_url,
            "GITHUB_GRAPHQL_URL": sandbox.graphql_url,
            "GITHUB_TOKEN": sandbox.token,
            "MILEPOST_CACHE_DIR": str(Path(folder) / "cache"),
            "MILEPOST_WRITE_INTERVAL": "0",
        }
        os.chdir(folder)
        names = [_learner(sandbox, number) for number in range(LEARNERS)]
        sandbox.world.clock.advance(timedelta(hours=1))  # and GitHub's limit is a new one
        os.environ["MILEPOST_CACHE_DIR"] = str(Path(folder) / "empty")
        first, second = _measured(names), _measured(names)
    for name, (seconds, busy) in (("first", first), ("again", second)):
        print(f"{LEARNERS} learners at {LATENCY * 1000:.0f} ms, {name}: {seconds:.1f} s", end="")
        print(f", of them {busy:.1f} s of processor")
    if first[0] > MOST:
        raise SystemExit(f"more than {MOST:g} s")


def _learner(sandbox: Sandbox, number: int) -> str:
    world = sandbox.world
    day = world.clock.exact().date()
    text = SETTINGS.format(day=day, mentor=sandbox.repository.partition("/")[0])
    if number == LEARNERS // 2:
        world.clock.advance(timedelta(hours=1))
    with world.lock:
        home = world.add_repository(f"{sandbox.repository.partition('/')[0]}/path-{number}")
        world.commit_files(home, {CONFIG_PATH: text.encode()}, "Share")
    if _milepost(sandbox, "apply", "--yes", "--repo", home.full_name):
        raise SystemExit(f"no path in {home.full_name}")
    return home.full_name


def _measured(names: list[str]) -> tuple[float, float]:
    """Return the seconds of a process of its own, and those that it kept a processor busy."""
    began, before = time.perf_counter(), os.times()
    command = [sys.executable, "-m", "bench.cohort", *names]
    folder = Path(__file__).parents[1]
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    used = os.times()
    busy = used.children_user + used.children_system
    busy -= before.children_user + before.children_system
    return time.perf_counter() - began, busy


def _milepost(sandbox: Sandbox, *arguments: str) -> int:
    silent = io.StringIO()
    with redirect_stdout(silent), redirect_stderr(silent):
        return run(arguments, clock=sandbox.world.clock.exact)


def _wait_for_each_request() -> None:
    send = Urllib3Session.send

    def slow(*request: Any) -> Response:
        time.sleep(LATENCY)
        return send(*request)

    Urllib3Session.send = slow  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    if sys.argv[1:]:
        _wait_for_each_request()
        raise SystemExit(run(["cohort", *sys.argv[1:]]))
    main()
