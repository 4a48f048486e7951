"""Sync every recorded path once with this program, and print what that did.

python -m upgrade.table
"""

import sys

from upgrade.scenario import CLOSED, NAMES, Run, Scenario, reported

COLUMNS = (
    "path",
    "created",
    "closed by mistake",
    "edited",
    "second sync",
    "false drift",
    "lost: ticks",
    "hours",
    "commands",
    "ratings",
    "removals",
)


def rows() -> list[tuple[str, ...]]:
    """Return a row of the table for each path."""
    return [_row(name) for name in NAMES]


def _row(name: str) -> tuple[str, ...]:
    path = Scenario(name)
    ticks = path.ticks()
    first = path.sync()
    second = path.sync()
    lost = _lost(path, first)
    lost_ticks = sum(max(0, count - path.ticks().get(n, 0)) for n, count in ticks.items())
    false = set(first.drift) - {(key, field) for key, field in path.recording["drift"]}
    closed = set(first.closed) - set(CLOSED.get(name, ()))
    counts = (first.created, closed, first.edited, second.writes, false)
    return name, *(str(len(found)) for found in counts), str(lost_ticks), *map(str, lost)


def _lost(path: Scenario, run: Run) -> tuple[float, int, int, int]:
    then, now = path.reported, reported(run.view)
    hours = then["status"]["logged_hours"] - now["status"]["logged_hours"]
    entries = [
        (key, *entry)
        for key, every in then["entries"].items()
        for entry in every
        if entry not in now["entries"].get(key, [])
    ]
    ratings = [one for one in then["ratings"] if one not in now["ratings"]]
    removed = set(then["deleted"]) & set(path.keys())
    return round(hours, 2), len(entries), len(ratings), len(removed)


def main() -> int:
    """Print the table; return 1 when anything in it but edits is not zero."""
    table = rows()
    widths = [max(len(row[at]) for row in (COLUMNS, *table)) for at in range(len(COLUMNS))]
    for row in (COLUMNS, *table):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
    edits = COLUMNS.index("edited")
    return int(any(float(n) for row in table for n in (*row[1:edits], *row[edits + 1 :])))


if __name__ == "__main__":
    sys.exit(main())
