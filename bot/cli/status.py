"""`milepost status`, `badge`, `picture` and `calendar`: where you are on the path."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli import console
from bot.cli.context import CliContext
from bot.cli.options import AsJson, Output, ReadRepo

if TYPE_CHECKING:
    from bot.progress.path import LearningPath


def status(repo: ReadRepo = None, as_json: AsJson = False) -> None:
    """Show where you are on the path.

    Percent by hours, the current unit, the next checkpoint and a forecast, read from issues and
    labels alone. Nothing is written.
    """
    from bot.reports import status as pages

    page = pages.status(_load_path(repo))
    console.print_result(page.model_dump_json(indent=2) if as_json else pages.as_text(page))


def badge(
    repo: ReadRepo = None,
    kind: Annotated[
        Literal["percent", "month", "streak"] | None,
        typer.Option(help="What it shows; by default what the settings say."),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(help="Its left half; by default from the settings or the title."),
    ] = None,
    shape: Annotated[
        Literal["svg", "shields"],
        typer.Option("--format", help="A picture, or JSON for Shields' endpoint."),
    ] = "svg",
    output: Output = None,
) -> None:
    """Draw a badge for a README.

    Percent done, the month you are in, or the weeks in a row in which you finished something.
    """
    from bot.reports import badge as badges

    path = _load_path(repo)
    wanted = path.settings.badge
    made = badges.badge(kind or wanted.kind, path, label=label or wanted.label)
    text = badges.as_svg(made) if shape == "svg" else f"{badges.as_shields(made)}\n"
    console.write_output(text, output, f"{made.label}, {made.message}")


def picture(
    name: Annotated[
        Literal["card", "burn-up", "skills", "activity"],
        typer.Argument(metavar="NAME", help="Which one."),
    ],
    repo: ReadRepo = None,
    output: Output = None,
) -> None:
    """Draw a picture of your progress, as SVG.

    A card; the work done over time with a forecast; your skills; or a year of activity.
    """
    from bot.reports.pictures import picture

    console.write_output(picture(name, _load_path(repo)), output, name)


def calendar(
    repo: ReadRepo = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it to this file.")
    ] = None,
) -> None:
    """Write your path as a calendar file (.ics).

    The days of units, deliverables, checkpoints and events, and the times of weekly summaries, for
    any calendar program.
    """
    from bot.reports import calendar as calendars

    path = _load_path(repo)
    made = calendars.path_calendar(path)
    content = calendars.as_ics(made, path.now)
    if output is None:
        console.print_result(content.decode().rstrip())
        return
    output.write_bytes(content)  # its line ends are CRLF everywhere
    console.print_status(f"Wrote {output}: {made.name}.")


def _load_path(repo: str | None) -> "LearningPath":
    context = CliContext(repo)
    with context.reader() as reader:
        return context.learning_path(reader)
