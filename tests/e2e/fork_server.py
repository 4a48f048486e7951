"""Starts commands quickly: a process that has imported everything already and forks for each one.

Run as a script it reads one JSON request a line, forks a child for it, tells the child's pid, and
when that child has ended its wait status. The child waits for one more line before it begins, so
that whoever asked can arrange for what is to happen to it. A child is a process like any other:
killing it is killing `milepost`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any


class ForkServer:
    """The other side: runs commands in forked children of one warm process."""

    def __init__(self) -> None:
        from moved_clock import python_path  # out of reach of the script

        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": python_path(Path(__file__).parents[2])},
            text=True,
        )
        assert self._receive() == "ready"

    def run(
        self,
        folder: Path,
        environ: dict[str, str],
        arguments: list[str],
        *,
        now: datetime,
        before: Callable[[int], Any] = lambda _: None,
    ) -> int:
        """Run `milepost` there, at `now`; `before` is told the pid.

        Returns the code, or minus the signal.
        """
        self._comment(json.dumps([str(folder), environ, arguments, now.isoformat()]))
        before(int(self._receive()))
        self._comment("go")
        return os.waitstatus_to_exitcode(int(self._receive()))

    def close(self) -> None:
        """End the warm process."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        self._process.wait(10)

    def _comment(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _receive(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


def _serve() -> None:
    import github  # noqa: F401 - warms up what the command would load
    import httpx2  # noqa: F401
    import jinja2  # noqa: F401
    import yaml  # noqa: F401

    import bot.github.gateway
    import bot.github.pygithub_adapter
    import bot.github.reader
    import bot.planning.plan
    import bot.planning.undo
    import bot.sync.file_sources  # noqa: F401
    from bot.cli.app import run

    # Unbuffered, for the child reads on where the parent stopped.
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    _report("ready")
    while line := requests.readline():
        folder, environ, arguments, time = json.loads(line)
        child = os.fork()
        if child == 0:
            requests.readline()
            _become(folder, environ)
            os._exit(run(arguments, clock=partial(datetime.fromisoformat, time)))
        _report(str(child))
        _, status = os.waitpid(child, 0)
        _report(str(status))


def _report(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def _become(folder: str, environ: dict[str, str]) -> None:
    """Give the child its own place, and keep its output out of our conversation."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)


if __name__ == "__main__":
    _serve()
