"""Terminal output: results on standard output, everything else on standard error."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.errors import RefusedError

if TYPE_CHECKING:
    from bot.planning.changes import Change
    from bot.sync.apply import Progress


def print_result(text: str = "") -> None:
    """Print a result to standard output."""
    sys.stdout.write(f"{text}\n")


def print_status(text: str) -> None:
    """Print a line for the person who watches, to standard error."""
    sys.stderr.write(f"{text}\n")


def print_error(text: str) -> None:
    """Print an error as one paragraph."""
    sys.stderr.write(f"milepost: {text}\n")


def write_output(text: str, output: Path | None, what: str) -> None:
    """Print the text, or write it to a file that does not hold it yet and name `what` it is."""
    if output is None:
        print_result(text.rstrip("\n"))
    elif not output.is_file() or output.read_text(encoding="utf-8") != text:
        output.write_text(text, encoding="utf-8")
        print_status(f"Wrote {output}: {what}.")


def interactive() -> bool:
    """Return whether a person can answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def on_wait(seconds: float, why: str) -> None:
    """Print that GitHub asked to wait."""
    print_status(f"Waiting {seconds:.0f} s: {why}")


def confirm(question: str) -> None:
    """Return when the person says yes. Raises RefusedError for a no, and when nobody is there."""
    if not interactive():
        raise RefusedError(
            "nothing was written, for there is nobody to ask.",
            hint="Run it with --yes when the plan is right.",
        )
    if not typer.confirm(question, err=True):
        raise RefusedError("you said no, so nothing was written.")


@contextmanager
def progress_bar(title: str) -> Iterator["Progress"]:
    """Show a bar of changes in a terminal; elsewhere print one line a change."""
    if not sys.stderr.isatty():
        yield lambda done, total, change: print_status(f"[{done + 1}/{total}] {_name(change)}")
        return
    with _bar(title) as show:
        yield lambda done, total, change: show(done, total, _name(change))


@contextmanager
def reading_bar(title: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show a bar of what is read in a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _total, _name: None
        return
    with _bar(title) as show:
        yield show


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int, str], None]]:
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
        yield lambda done, total, name: bar.update(
            task, completed=done, total=total, now=escape(name[:50])
        )


def _name(change: "Change") -> str:
    from bot.templating import printable

    line = change.describe()
    return f"{line.sign} {printable(line.name)}"
