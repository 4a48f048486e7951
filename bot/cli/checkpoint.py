"""`milepost checkpoint` and `milepost report export`: what there is to show at a checkpoint."""

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli import console
from bot.cli.context import CliContext
from bot.cli.options import DryRunComment, Output, ReadRepo, WriteRepo
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


def checkpoint(number: Number, repo: WriteRepo = None, dry_run: DryRunComment = False) -> None:
    """Post the report on a checkpoint.

    A comment on the checkpoint's issue, once its time has come or all before it is done, and only
    one: a report that stands is left alone.
    """
    from bot.reports import checkpoint as reports
    from bot.sync.due_comments import checkpoint_comment

    context = CliContext(repo)
    with context.reader() as reader:
        path = context.learning_path(reader)
        chosen = reports.by_number(path.curriculum, number)
        due = checkpoint_comment(path, chosen)
        if dry_run:
            console.print_result(due.text)
            return
        if not reports.is_reached(path, chosen):
            raise UsageError(
                f"its last day is {reports.last_day(path, chosen)}, and it is posted once.",
                where=chosen.title,
                hint="See how it stands today with --dry-run, or with `milepost report export`.",
            )
        outcome = context.publish(due, path, reader)
    console.print_result(f"Report on the {chosen.title}: {outcome.value}.")


@app.command("export", short_help="Write the report on a checkpoint to a file.")
def export(
    number: Number,
    form: Annotated[
        ReportFormat,
        typer.Option("--format", help="Markdown, JSON for programs, or a page to print."),
    ] = ReportFormat.MARKDOWN,
    output: Output = None,
    repo: ReadRepo = None,
) -> None:
    """Write the report on a checkpoint to a file.

    As it stands today, before its time, too. Nothing is posted.
    """
    from bot.reports import checkpoint as reports
    from bot.reports.checkpoint_text import as_format

    context = CliContext(repo)
    with context.reader() as reader:
        path = context.learning_path(reader)
    chosen = reports.by_number(path.curriculum, number)
    text = as_format(reports.checkpoint_report(path, chosen), form.value)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
    console.write_output(text, output, chosen.title)
