"""Measures what a learner pays on every event: set-up, imports, and a run with nothing to do.

Run by `.venv/bin/python -m bench.startup`; `make bench` prints what has an aim. It makes an
environment as action.yml does, from requirements/action.txt, lets the Action seed a repository of
the sandbox, and then runs it again with nothing to do, many times. "Cold" has no byte code, "warm"
has it, as the environment that GitHub's cache keeps. Times are medians and the best of all, in
milliseconds and as multiples of a start of bare Python in the same round, for those say the same on
every machine. Aims are held against the best: what else a machine does can only add. It reaches a
package index only where uv's own cache lacks a package.
"""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import httpx2

from bench.figure import NEEDS_BASELINE, Figure
from github_sandbox.server import Sandbox, running

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).parent / "uv"
ROUNDS = 15
COLD_ROUNDS = 3
IMPORTS, FIRST_REQUEST, IDLE = "imports, warm", "until the first request, warm", "idle run, warm"
AIMS = {IMPORTS: 0.2, FIRST_REQUEST: 1.0, IDLE: 0.5}
REQUESTS = 5
OF_BASELINE = 0.8
VALGRIND = shutil.which("valgrind")
MEGABYTES = 12  # compressed as actions/cache does it
UNUSED = ("server", "cli", "assistant")  # folders that action.yml leaves out
SETTINGS = """\
curriculum: devops-to-mlops
start: {start}
timezone: UTC
"""
TRACE = """\
import runpy, sys
try:
    runpy.run_module("bot.action", run_name="__main__")
except SystemExit:
    pass
with open(sys.argv[1], "w") as out:
    out.write("\\n".join(sys.modules))
"""
"""Runs the Action and lists the modules it loaded, in the order that they were loaded."""


@dataclass
class Times:
    """Seconds of one thing, round by round, and of bare Python beside it."""

    taken: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


class Environment:
    """A Python with the Action's dependencies in a folder of its own, and Milepost copied in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin/python"
        self.site = folder

    def install(self, *, compiled: bool) -> float:
        """Make it as action.yml does; returns the seconds."""
        shutil.rmtree(self.folder, ignore_errors=True)
        options: list[str | Path] = ["--compile-bytecode"] if compiled else []
        started = time.perf_counter()
        _quiet(UV, "venv", "--quiet", "--no-project", "--python", sys.executable, self.folder)
        checked = ("--no-deps", "--require-hashes")
        options += ["--python", self.python, "--requirement", ROOT / "requirements/action.txt"]
        _quiet(UV, "pip", "install", "--quiet", "--no-build", *checked, *options)
        found = _quiet(self.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
        self.site = Path(found.strip())
        left_out = shutil.ignore_patterns("__pycache__", *UNUSED)
        shutil.copytree(ROOT / "bot", self.site / "bot", ignore=left_out)
        shutil.copytree(ROOT / "templates", self.site / "bot/_templates", ignore=left_out)
        if compiled:
            _quiet(self.python, "-m", "compileall", "-q", self.site / "bot")
            _quiet(self.python, "-m", "bot.action.compile_templates")
        return time.perf_counter() - started

    def compressed(self) -> float:
        """Return its size as actions/cache stores it, in megabytes; 0 without zstd."""
        if not shutil.which("zstd"):
            return 0
        packed = self.folder.with_suffix(".tzst")
        _quiet("tar", "-cf", packed, "-I", "zstd -T0 --long=30", "-C", self.folder, ".")
        return packed.stat().st_size / 1e6

    def forget(self) -> None:
        """Be as after an installation without byte code."""
        for folder in [*self.folder.rglob("__pycache__")]:
            shutil.rmtree(folder)


class Runs:
    """The Action in a repository of the sandbox."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.folder = folder
        event = {
            "schedule": "17 5 * * *",
            "repository": {
                "full_name": sandbox.repository,
                "default_branch": "main",
                "fork": False,
                "is_template": False,
            },
            "sender": {"login": "learner", "type": "User"},
        }
        (folder / "event.json").write_text(json.dumps(event))
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "MILEPOST_CACHE_DIR": str(folder / "cache"),
            "MILEPOST_WRITE_INTERVAL": "0",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": sandbox.api_url,
            "GITHUB_GRAPHQL_URL": sandbox.graphql_url,
            "GITHUB_REPOSITORY": sandbox.repository,
            "GITHUB_TOKEN": sandbox.token,
            "GITHUB_EVENT_NAME": "schedule",
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_WORKSPACE": str(folder),
            "RUNNER_TEMP": str(folder),
            "PYDANTIC_DISABLE_PLUGINS": "__all__",
        }

    def settle(self, python: Path) -> None:
        """Put settings on the default branch and run until nothing is left to do."""
        # real clock: the Action is a process that runs by it
        start = datetime.now(UTC).date() - timedelta(days=60)
        content = base64.b64encode(SETTINGS.format(start=start).encode()).decode()
        url = (
            f"{self.sandbox.api_url}/repos/{self.sandbox.repository}/contents/.github/milepost.yml"
        )
        httpx2.put(
            url,
            json={"message": "Follow a path", "content": content},
            headers={"Authorization": f"Bearer {self.sandbox.token}", "User-Agent": "learner"},
        ).raise_for_status()
        for _ in range(3):
            self.run(python)

    def run(self, *command: str | Path, without: bool = False) -> str:
        """Run Python here, the Action if nothing else is given; returns what it printed."""
        python, *rest = command
        arguments = rest or ["-P", "-m", "bot.action"]
        more = {"PYTHONDONTWRITEBYTECODE": "1"} if without else {}
        return _quiet(python, *arguments, cwd=self.folder, env={**self.environ, **more})


def _quiet(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def bench() -> Iterator[tuple[Environment, Runs]]:
    """An environment that is still to be installed, and a sandbox."""
    with running() as sandbox, tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "work").mkdir()
        yield Environment(Path(folder) / "environment"), Runs(sandbox, Path(folder) / "work")


def loaded(made: Environment, on: Runs) -> list[str]:
    """Modules that an idle run loads, in that order."""
    on.run(made.python, "-P", "-c", TRACE, on.folder / "modules")
    names = (on.folder / "modules").read_text().splitlines()
    left_out = {"__main__", "__mp_main__", "runpy", "bot.action.__main__"}
    return [name for name in names if name not in left_out]


def measure(times: dict[str, Times], rounds: int, runs: dict[str, Callable[[], object]]) -> None:
    """Add rounds of `runs` by name, all in turn and each beside a start of bare Python.

    What a run returns as a number are the seconds that count.
    """
    for _ in range(rounds):
        for name, run in runs.items():
            stored = times.setdefault(name, Times())
            for taken, what in ((stored.bare, _bare), (stored.taken, run)):
                started = time.perf_counter()
                reported = what()
                past = time.perf_counter() - started
                taken.append(reported if isinstance(reported, float) else past)


def _bare() -> None:
    _quiet(sys.executable, "-I", "-c", "pass")


def importing(names: list[str]) -> str:
    """A program that imports what an idle run does, as it does, and prints the seconds."""
    return (
        "import gc, importlib, time\n"
        "gc.set_threshold(100_000)\n"
        "begun = time.perf_counter()\n"
        f"for name in {names!r}:\n"
        "    importlib.import_module(name)\n"
        "print(time.perf_counter() - begun)\n"
    )


def until_first_request(made: Environment, on: Runs) -> float:
    """Seconds from the start of the program to the first request of an idle run."""
    on.sandbox.world.journal.forget()
    started = datetime.now(UTC)  # real clock: the sandbox dates requests by it
    on.run(made.python)
    return (on.sandbox.world.journal.entries[0].at - started).total_seconds()


def report(times: dict[str, Times]) -> bool:
    """Print a row for each; returns whether the aims were met."""
    print(f"{'':<34} {'median ms':>9} {'best ms':>8} {'x bare Python':>14} {'aim ms':>7}")
    good = True
    for name, found in times.items():
        best, aim = min(found.taken), AIMS.get(name)
        ratio = median(a / b for a, b in zip(found.taken, found.bare, strict=True))
        reported = f"{aim * 1000:.0f}" if aim else ""
        print(
            f"{name:<34} {median(found.taken) * 1000:>9.0f} {best * 1000:>8.0f}"
            f" {ratio:>14.1f} {reported:>7}"
        )
        good = good and (aim is None or best <= aim)
    return good


def start(baseline: Path | None) -> Iterator[Figure]:
    """Yield what an idle run of the Action takes of the baseline's, and its environment's size."""
    counted = VALGRIND is not None
    name = "instructions" if counted else "processor time"
    ratio, why = None, NEEDS_BASELINE
    if baseline is not None:
        ratio, why = _idle_run(ROOT) / _idle_run(baseline), ""
    yield Figure(f"idle run of the Action, {name} of e415165's", ratio, OF_BASELINE, why=why)
    with bench() as (made, _):
        made.install(compiled=True)
        size = made.compressed()
    missing = "" if size else "needs zstd"
    yield Figure("its environment in GitHub's cache, MB", size or None, MEGABYTES, why=missing)


def _idle_run(tree: Path) -> float:
    """Return the instructions of an idle run of a checkout's Action, or its processor time.

    Both checkouts run in their `.venv`, which has more than the Action's environment.
    """
    python = tree / ".venv/bin/python"
    with bench() as (_, on):
        on.environ |= {"PYTHONPATH": str(tree), "PYTHONHASHSEED": "0"}
        on.settle(python)
        if VALGRIND is not None:
            log = on.folder / "instructions"
            options = ("--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
            program = (python, "-P", "-m", "bot.action")
            _quiet(VALGRIND, *options, f"--log-file={log}", *program, cwd=on.folder, env=on.environ)
            found = re.search(r"I +refs: +([\d,]+)", log.read_text(errors="replace"))
            return float(found[1].replace(",", "")) if found else 0.0
        taken = []
        for _time in range(ROUNDS):
            before = os.times()
            on.run(python)
            after = os.times()
            taken.append(
                after.children_user + after.children_system
                - before.children_user - before.children_system
            )  # fmt: skip
        return min(taken)


def main() -> int:
    """Print everything; 1 when an aim was missed."""
    times: dict[str, Times] = {}
    with bench() as (made, on):
        installs: dict[str, Callable[[], object]] = {
            "set-up without byte code": lambda: made.install(compiled=False),
            "set-up, compiled": lambda: made.install(compiled=True),
        }
        measure(times, COLD_ROUNDS, installs)
        size = made.compressed()
        on.settle(made.python)
        program = importing(names := loaded(made, on))
        on.sandbox.world.journal.forget()
        on.run(made.python)
        calls = on.sandbox.world.journal.summary()
        warm_runs: dict[str, Callable[[], object]] = {
            IMPORTS: lambda: float(on.run(made.python, "-P", "-c", program)),
            FIRST_REQUEST: lambda: until_first_request(made, on),
            IDLE: lambda: on.run(made.python),
        }
        measure(times, ROUNDS, warm_runs)
        made.forget()
        cold: dict[str, Callable[[], object]] = {
            "idle run, cold": lambda: on.run(made.python, without=True)
        }
        measure(times, COLD_ROUNDS, cold)
    good = report(times)
    count, writes = sum(calls["by_method"].values()), calls["writes"]
    print(
        f"\nAn idle run loads {len(names)} modules and makes {count} requests,"
        f" {calls['not_modified']} of them answered 304, {writes} writes (aim: {REQUESTS}, none)."
    )
    print(f"Its environment takes {size:.1f} MB in GitHub's cache (aim: {MEGABYTES}).")
    good = good and size <= MEGABYTES
    good = good and count == calls["not_modified"] <= REQUESTS and not writes
    print(f"The aims were {'met' if good else 'MISSED'}.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
