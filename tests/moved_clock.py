"""Moves the machine's clock for processes, by libfaketime (Debian's package `faketime`).

As a script it runs a command at one of `MOMENTS` in one of `ZONES`, or at that of today, which
`make test-clock` does.
"""

import itertools
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

PLACES = ("/usr/lib", "/usr/local/lib", "/opt/homebrew/lib")
MISSING = "no libfaketime on this machine: install the package 'faketime'"
ZONES = ("Pacific/Kiritimati", "America/Los_Angeles")
# Local times, or with an offset. Where clocks change it is the minute before: the run crosses it.
MOMENTS = {
    "sunday": "2026-11-29 23:59",
    "week-53": "2027-01-01 00:30",
    "leap-day": "2028-02-29 12:00",
    "europe-spring": "2027-03-28 00:59+00:00",
    "europe-autumn": "2027-10-31 00:59+00:00",
    "america-spring": "2027-03-14 01:59-08:00",
    "america-autumn": "2027-11-07 01:59-07:00",
}


def library() -> Path | None:
    """Return libfaketime's library for programs with threads, or None where there is none."""
    found = (
        file for place in PLACES for file in Path(place).glob("**/faketime/libfaketimeMT*.[sd]*")
    )
    return next(found, None)


def variables(clock: dict[str, str]) -> dict[str, str]:
    """Return the environment variables that load libfaketime with these settings.

    Durations and the times of files stay the machine's. Skips the test where there is no
    libfaketime, or fails it with MILEPOST_REQUIRE_FAKETIME.
    """
    found = library()
    if found is None:
        if os.environ.get("MILEPOST_REQUIRE_FAKETIME"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return {
        "LD_PRELOAD": str(found),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        "PYTHONPATH": python_path(Path(__file__).with_name("moved")),
        **clock,
    }


def python_path(*first: Path) -> str:
    """Return the value of PYTHONPATH with these folders before those of this process."""
    return os.pathsep.join([*map(str, first), *filter(None, [os.environ.get("PYTHONPATH")])])


def starting_at(now: datetime) -> dict[str, str]:
    """Return the variables with which each process begins at `now` (aware)."""
    return variables({"FAKETIME": f"@{now.timestamp():.0f}", "FAKETIME_FMT": "%s"})


def environment_at(name: str, zone: str) -> dict[str, str]:
    """Return the environment of processes for which it is that moment, in that zone.

    The clock is moved by an offset, so that all processes share it, whenever they start.
    """
    moment = datetime.fromisoformat(MOMENTS[name])
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    ahead = (moment - datetime.now(UTC)).total_seconds()  # real clock: to be moved from there
    return {**os.environ, "TZ": zone, **variables({"FAKETIME": f"{ahead:+.0f}s"})}


def turn_of_today() -> tuple[str, str]:
    """Return the moment, with its zone, that CI tries today: all of them in two weeks."""
    pairs = list(itertools.product(MOMENTS, ZONES))
    return pairs[datetime.now(UTC).toordinal() % len(pairs)]  # real clock: each day has its turn


def main(name: str, zone: str, *command: str) -> int:
    """Run the command at that moment in that zone, or at today's turn; return its exit code."""
    if library() is None:
        sys.exit(MISSING)
    turn = turn_of_today() if name == "today" else (name, zone)
    sys.stdout.write("The clock: {} in {}\n".format(*turn))
    sys.stdout.flush()
    return subprocess.run(command, env=environment_at(*turn), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
