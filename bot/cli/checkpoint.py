"""`milepost checkpoint` and `milepost report export`: what there is to show at a checkpoint."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import console
from bot.cli.context import CliContext
from bot.errors import UsageError

app = typer.Typer(help="Write reports into files.", no_args_is_help=True, rich_markup_mode=None)

Number = Annotated[
    str, typer.Argument(metavar="N", help="Its month's or module's number, its id or title.")
]


class ReportFormat(StrEnum):
    """How a report is written."""

    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


def checkpoint(
    number: Number,
    repo: Annotated[
        str | None, typer.Option("--repo", metavar="OWNER/NAME", help="The repository to write to.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be posted, and post nothing.")
    ] = False,
) -> None:
    """Post the report on a checkpoint.

    A comment on the checkpoint's issue, once its time has come or all before it is done, and only
    one: a report that stands is left alone.
    """
    from bot.progress.path import LearningPath
    from bot.reports import checkpoint as reports
    from bot.sync.due_comments import checkpoint_comment
    from bot.sync.publish import publish_once

    edges = CliContext(repo)
    with edges.reader() as reader:
        settings, curriculum = edges.path(reader)
        meant = reports.by_number(curriculum, number)
        view = LearningPath.read(curriculum, settings, reader.snapshot(), edges.now())
        due = checkpoint_comment(view, meant)
        if dry_run:
            console.print_result(due.text)
            return
        if not reports.is_reached(view, meant):
            raise UsageError(
                f"its last day is {reports.last_day(view, meant)}, and it is posted once.",
                where=meant.title,
                hint="See how it stands today with --dry-run, or with `milepost report export`.",
            )
        outcome = publish_once(
            due, view.observed, reader=reader, gateway=edges.gateway, sleep=edges.sleep
        )
    console.print_result(f"Report on the {meant.title}: {outcome.value}.")


@app.command("export", short_help="Write the report on a checkpoint to a file.")
def export(
    number: Number,
    form: Annotated[
        ReportFormat,
        typer.Option("--format", help="Markdown, JSON for programs, or a page to print."),
    ] = ReportFormat.MARKDOWN,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it to this file when it changed.")
    ] = None,
    repo: Annotated[
        str | None, typer.Option("--repo", metavar="OWNER/NAME", help="The repository to look at.")
    ] = None,
) -> None:
    """Write the report on a checkpoint to a file.

    As it stands today, before its time, too. Nothing is posted.
    """
    from bot.progress.path import LearningPath
    from bot.reports import checkpoint as reports
    from bot.reports.checkpoint_text import as_format

    edges = CliContext(repo)
    with edges.reader() as reader:
        settings, curriculum = edges.path(reader)
        meant = reports.by_number(curriculum, number)
        view = LearningPath.read(curriculum, settings, reader.snapshot(), edges.now())
    text = as_format(reports.checkpoint_report(view, meant), form.value)
    if output is None:
        console.print_result(text.rstrip("\n"))
    elif not output.is_file() or output.read_text(encoding="utf-8") != text:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
        console.print_status(f"Wrote {output}: {meant.title}.")
