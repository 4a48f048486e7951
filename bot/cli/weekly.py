"""`milepost weekly`: one summary a week, as a comment on the summary issue."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.cli.context import CliContext
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.reports.due_weeks import Week
    from bot.settings import Weekday


def weekly(
    repo: Annotated[
        str | None, typer.Option("--repo", metavar="OWNER/NAME", help="The repository to write to.")
    ] = None,
    week: Annotated[
        str | None, typer.Option(metavar="2026-W07", help="The week; else the last whole one.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be posted, and post nothing.")
    ] = False,
) -> None:
    """Post the summary of a week.

    A comment on the summary issue, exactly one for each week: one that stands is left alone.
    """
    from bot.progress.path import LearningPath
    from bot.reports.due_weeks import Week
    from bot.sync.due_comments import weekly_comment
    from bot.sync.publish import publish_once

    edges = CliContext(repo)
    with edges.reader() as reader:
        settings, curriculum = edges.path(reader)
        view = LearningPath.read(curriculum, settings, reader.snapshot(), edges.now())
        begins = settings.summary.day
        chosen = _week(week, begins) or Week.of(view.today, begins).before
        if chosen.first > view.today:
            raise UsageError(f"week {chosen} has not begun.", where="--week")
        due = weekly_comment(view, chosen)
        if dry_run:
            console.print_result(due.text)
            return
        if settings.summary.place == "issue":
            raise UsageError(
                "the summaries of this repository are issues of their own.",
                where="summary",
                hint="`milepost sync` makes them; --dry-run shows one.",
            )
        outcome = publish_once(
            due, view.observed, reader=reader, gateway=edges.gateway, sleep=edges.sleep
        )
    console.print_result(f"Summary of week {chosen}: {outcome.value}.")


def _week(text: str | None, begins: "Weekday") -> "Week | None":
    from bot.reports.due_weeks import Week

    if text is None:
        return None
    try:
        return Week.parse(text, begins)
    except ValueError:
        raise UsageError(
            f"'{text}' is no week.", where="--week", hint="Write it as 2026-W07."
        ) from None
