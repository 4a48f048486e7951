"""What the command line says: results on standard output, everything else on standard error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.planning.changes import Change
    from bot.sync.apply import Progress


def print_result(text: str = "") -> None:
    """A result."""
    sys.stdout.write(f"{text}\n")


def print_status(text: str) -> None:
    """Something for the person who watches, not for a pipe."""
    sys.stderr.write(f"{text}\n")


def print_error(text: str) -> None:
    """An error, as one paragraph."""
    sys.stderr.write(f"milepost: {text}\n")


def interactive() -> bool:
    """Whether there is a person to ask."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def on_wait(seconds: float, why: str) -> None:
    """Tells of a wait that GitHub asked for."""
    print_status(f"Waiting {seconds:.0f} s: {why}")


@contextmanager
def progress_bar(title: str) -> Iterator["Progress"]:
    """A bar in a terminal; elsewhere one line a change."""
    if not sys.stderr.isatty():
        yield _line_by_line
        return
    from rich import progress
    from rich.console import Console
    from rich.markup import escape

    with progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("{task.fields[now]}"),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(title, total=None, now="")

        def show(done: int, total: int, change: "Change") -> None:
            now = escape(_name(change)[:50])
            bar.update(task, completed=done, total=total, now=now)

        yield show


def _line_by_line(done: int, total: int, change: "Change") -> None:
    print_status(f"[{done + 1}/{total}] {_name(change)}")


def _name(change: "Change") -> str:
    from bot.templating import printable

    line = change.describe()
    return f"{line.sign} {line.kind} {printable(line.title)}"
