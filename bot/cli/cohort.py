"""`milepost cohort`: one table for a mentor, of those who share with them."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli import console
from bot.cli.context import CliContext, now
from bot.errors import UsageError


def cohort(
    repositories: Annotated[
        list[str] | None, typer.Argument(metavar="REPO", help="Repositories, as OWNER/NAME.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="A file with one repository a line.")
    ] = None,
    shape: Annotated[
        Literal["text", "markdown", "json"],
        typer.Option("--format", help="How the table is written."),
    ] = "text",
) -> None:
    """Show where the learners are who share that with you.

    The table has only repositories whose own settings name you in `mentors` and say
    `cohort: {share: true}`; each run reads them anew. Those left out, and why, go to standard
    error. Nothing is written anywhere.
    """
    from bot.reports import cohort as tables
    from bot.sync.cohort import cohort as gather
    from bot.sync.cohort import listed
    from bot.templating import printable

    named = [*(repositories or ()), *(listed(_read(file)) if file else ())]
    if not named:
        raise UsageError(
            "there is no repository to look at.",
            hint="Name some as OWNER/NAME, or a file of them with --file.",
        )
    reading = gather(named, lambda name: CliContext(name).reader(), now())
    write = {"text": tables.as_text, "markdown": tables.as_markdown, "json": tables.as_json}
    console.print_result(write[shape](reading.table))
    for one in reading.not_shown:
        console.print_status(printable(f"Not shown: {one.repository}: {one.reason}"))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("this is not UTF-8 text.", where=str(file)) from None
