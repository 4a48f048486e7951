"""Runs a test once more when its process crashed: a pytest plugin for runs under a moved clock.

libfaketime 0.9.10, which Debian has, now and then crashes a process with many threads, without any
of its tests being at fault. A second crash of one test is a failure like any other.
"""

from typing import Any

_crashed: set[str] = set()


def pytest_handlecrashitem(crashitem: str, report: Any, sched: Any) -> None:
    """Let another worker run it; pytest-xdist calls this in the process that shares tests out."""
    if crashitem not in _crashed:
        _crashed.add(crashitem)
        sched.mark_test_pending(crashitem)
        report.outcome = "rerun"
