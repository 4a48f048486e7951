"""Measures an idle sync after weeks of learning, in the program of the current folder.

Run by bench/reading.py, in this program and in an older one beside it: so it uses only what
bench/year.py has had under one name or the other. Syncs come after each sitting, none at night.
"""

import json
import sys
import time
from datetime import datetime
from statistics import median
from typing import Any

from bench import year

TIMES = 15
_RUN = "YearRun" if hasattr(year, "YearRun") else "Living"
_Run: Any = getattr(year, _RUN)


class LearnedWeeks(_Run):  # type: ignore[misc]
    """A learner's repository that is synced only when they did something."""

    def _at(self, moment: datetime) -> None:
        self._until(moment)


def main(weeks: int) -> None:
    """Print the milliseconds of processor time of an idle sync, without and with all files."""
    setattr(year, _RUN, LearnedWeeks)
    opened: Any = getattr(year, "year_run", None) or vars(year)["living"]
    with opened({}) as life:
        life.sync()
        for number in range(1, weeks + 1):
            for _ in life.week(number):
                pass
        life.sync()
        life.sync()
        taken = []
        for _ in range(TIMES):
            started = time.thread_time()  # the sandbox has threads of its own
            life.sync()
            taken.append(time.thread_time() - started)
    print(json.dumps({"median": median(taken) * 1000, "least": min(taken) * 1000}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
