"""`milepost weekly`, `checkpoint` and `report export`: summaries and reports, one at a time."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli import console
from bot.cli.context import CliContext
from bot.cli.options import DryRunComment, Output, ReadRepo, WriteRepo
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.reports.due_weeks import Week
    from bot.settings import Weekday

app = typer.Typer(help="Write reports into files.", no_args_is_help=True, rich_markup_mode=None)

Number = Annotated[
    str, typer.Argument(metavar="N", help="Its month's or module's number, its id or title.")
]


def checkpoint(number: Number, repo: WriteRepo = None, dry_run: DryRunComment = False) -> None:
    """Post the report on a checkpoint.

    A comment on the checkpoint's issue, once its time has come or all before it is done, and only
    one: a report that stands is left alone.
    """
    from bot.reports import checkpoint as reports
    from bot.reports.due_checkpoints import is_reached, last_day
    from bot.sync.sync import checkpoint_comment

    context = CliContext(repo)
    with context.reader() as reader:
        path = context.learning_path(reader)
        chosen = reports.by_number(path.curriculum, number)
        due = checkpoint_comment(path, chosen)
        if dry_run:
            console.print_result(due.text)
            return
        if not is_reached(path, chosen):
            raise UsageError(
                f"its last day is {last_day(path, chosen)}, and it is posted once.",
                where=chosen.title,
                hint="See how it stands today with --dry-run, or with `milepost report export`.",
            )
        outcome = context.publish(due, path, reader)
    console.print_result(f"Report on the {chosen.title}: {outcome.value}.")


@app.command("export", short_help="Write the report on a checkpoint to a file.")
def export(
    number: Number,
    form: Annotated[
        Literal["markdown", "json", "html"],
        typer.Option("--format", help="Markdown, JSON for programs, or a page to print."),
    ] = "markdown",
    output: Output = None,
    repo: ReadRepo = None,
) -> None:
    """Write the report on a checkpoint to a file.

    As it stands today, before its time, too. Nothing is posted. With `finish` as N it writes the
    totals of a finished path, as a page to print.
    """
    from bot.reports import checkpoint as reports
    from bot.reports import finish

    context = CliContext(repo)
    with context.reader() as reader:
        path = context.learning_path(reader)
    if number.casefold() == "finish":
        totals = finish.finish(path)
        if totals is None:
            raise UsageError("the path isn't finished yet.", where=path.curriculum.title)
        title, text = totals.title, f"{finish.as_html(totals)}\n"
    else:
        chosen = reports.by_number(path.curriculum, number)
        title, text = chosen.title, reports.as_format(reports.checkpoint_report(path, chosen), form)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
    console.write_output(text, output, title)


def weekly(
    repo: WriteRepo = None,
    week: Annotated[
        str | None, typer.Option(metavar="2026-W07", help="The week; else the last whole one.")
    ] = None,
    dry_run: DryRunComment = False,
) -> None:
    """Post the summary of a week.

    A comment on the summary issue, exactly one for each week: one that stands is left alone.
    """
    from bot.reports.due_weeks import Week, first_week
    from bot.sync.sync import weekly_comment

    context = CliContext(repo)
    with context.reader() as reader:
        path = context.learning_path(reader)
        summary = path.settings.summary
        chosen = _parse_week(week, summary.day) or Week.of(path.today, summary.day).before
        if chosen.first > path.today:
            raise UsageError(f"week {chosen} has not begun.", where="--week")
        first = first_week(path)
        if chosen.first < first.first:
            why = f"the path starts on {path.dates.first}, so its first summary is of week {first}."
            if week is not None:
                raise UsageError(why, where="--week")
            console.print_result(f"Nothing to post: {why}")
            return
        due = weekly_comment(path, chosen)
        if dry_run:
            console.print_result(due.text)
            return
        if summary.place == "issue":
            raise UsageError(
                "the summaries of this repository are issues of their own.",
                where="summary",
                hint="`milepost sync` makes them; --dry-run shows one.",
            )
        outcome = context.publish(due, path, reader)
    console.print_result(f"Summary of week {chosen}: {outcome.value}.")


def _parse_week(text: str | None, begins: "Weekday") -> "Week | None":
    from bot.reports.due_weeks import Week

    if text is None:
        return None
    try:
        return Week.parse(text, begins)
    except ValueError:
        raise UsageError(
            f"'{text}' is no week.", where="--week", hint="Write it as 2026-W07."
        ) from None
