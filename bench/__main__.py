"""Prints every figure of what Milepost costs beside its aim: `make bench`, `python -m bench`.

In counts, and in ratios and amounts of processor time, which a busy machine hardly bends. With
`BASELINE=` in the environment (a checkout of e415165 with its own `.venv`) some are compared with
that program in the same run. Names of parts as arguments: only these.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import commands, days, growth, reading, startup
from bench.figure import HEAD, Figure, show

Part = Callable[[], Iterator[Figure]]


def parts(baseline: Path | None) -> dict[str, Part]:
    """Return the parts of the table, by their titles."""
    return {
        "commands": commands.commands,
        "action": days.action_days,
        "server": days.server_days,
        "weeks": lambda: reading.learned_weeks(baseline),
        "foreign": reading.foreign_issues,
        "obeyed": reading.obeyed_comments,
        "ledger": reading.ledger,
        "start": lambda: startup.start(baseline),
        "growth": growth.growth,
    }


def main(wanted: list[str]) -> int:
    """Print the table; 1 when an aim was missed."""
    begun = time.monotonic()
    given = os.environ.get("BASELINE")
    every = parts(Path(given).resolve() if given else None)
    if unknown := set(wanted) - every.keys():
        print(f"No parts: {', '.join(sorted(unknown))}. There are: {', '.join(every)}.")
        return 2
    print(HEAD)
    results = [show(name, every[name]()) for name in wanted or every]
    used = os.times()
    busy = used.user + used.system + used.children_user + used.children_system
    print(f"\nThat took {busy:.0f} s of processor, {time.monotonic() - begun:.0f} s in all.")
    print(f"The aims were {'met' if all(results) else 'MISSED'}.")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
