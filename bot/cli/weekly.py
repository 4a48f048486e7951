"""`milepost weekly`: one summary a week, as a comment on the summary issue."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.cli.context import CliContext
from bot.cli.options import DryRunComment, WriteRepo
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.reports.due_weeks import Week
    from bot.settings import Weekday


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
    from bot.sync.due_comments import weekly_comment

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
