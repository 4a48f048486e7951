"""Reads a large curriculum in a process of its own, with a bound on its time and memory.

A guide of 1 MB takes seconds of processor time and tens of megabytes to read, and pages would wait
for Python's lock meanwhile. Small files are read where they are.
"""

import os
import pickle
import subprocess
import sys
import threading
from typing import cast

from bot.curriculum.model import Curriculum
from bot.errors import ConfigError, CurriculumError, GuideError
from bot.sync.file_sources import FileContent, FileSource, find_curriculum, is_file

LARGE = 50_000  # bytes from which on a file gets a process
MAX_TASKS = 5_000
SECONDS = 30  # of processor time, and twice that of time
MEMORY = 512 * 1024 * 1024  # bytes, with those of Python itself
AT_ONCE = 2
MODULE = "bot.server.curriculum_process"
_OUT_OF_MEMORY = 3
_processes = threading.Semaphore(AT_ONCE)


def find_bounded(name: str, place: FileSource, units: str = "") -> Curriculum:
    """Return what `find_curriculum` does, and raise the same, or CurriculumError for too much."""
    content = place.read(name) if is_file(name) else None
    if content is None or len(content) < LARGE:
        found = find_curriculum(name, FileContent(content), units)
    else:
        with _processes:
            found = _read_in_process(name, content, units)
    tasks = sum(1 for _ in found.tasks())
    if tasks > MAX_TASKS:
        raise CurriculumError(
            f"it has {tasks:,} tasks, and the server takes {MAX_TASKS:,} at most.",
            where=name,
            hint="Split it into several paths, or use the GitHub Action instead.",
        )
    return found


def _read_in_process(name: str, content: bytes, units: str) -> Curriculum:
    command = [sys.executable, "-m", MODULE, name, units, str(SECONDS), str(MEMORY)]
    # Nothing secret goes along: what the process reads is somebody else's.
    ours = ("MILEPOST_", "GITHUB_")
    environ = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    try:
        done = subprocess.run(  # noqa: S603 - it is ourselves, and the name is one argument
            command, input=content, capture_output=True, timeout=2 * SECONDS, env=environ
        )
    except subprocess.TimeoutExpired:
        raise _too_much(name) from None
    if done.returncode < 0 or done.returncode == _OUT_OF_MEMORY:
        raise _too_much(name)
    if done.returncode:
        raise RuntimeError(f"reading {name} failed: {done.stderr.decode(errors='replace')}")
    kind, value = pickle.loads(done.stdout)  # noqa: S301 - we wrote it
    if kind in _ERRORS:
        raise _ERRORS[kind](value[0], where=value[1], hint=value[2])
    return cast("Curriculum", value)


def _too_much(name: str) -> CurriculumError:
    return CurriculumError(
        f"it takes more than {SECONDS} seconds or {MEMORY // 1024**2} MB to read.",
        where=name,
        hint="Make it smaller, or split it into several paths.",
    )


_ERRORS = {error.__name__: error for error in (ConfigError, CurriculumError, GuideError)}


def _main(name: str, units: str, seconds: int, memory: int) -> int:
    """Read the file on standard input, and write what is in it as a pickle."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    found: tuple[str, object]
    try:
        found = "", find_curriculum(name, FileContent(sys.stdin.buffer.read()), units)
    except tuple(_ERRORS.values()) as wrong:
        found = type(wrong).__name__, (wrong.what, wrong.where, wrong.hint)
    except MemoryError:
        return _OUT_OF_MEMORY
    pickle.dump(found, sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
