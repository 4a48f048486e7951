"""`milepost status`, `milepost badge` and `milepost picture`: where you are on the path."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.cli.context import CliContext
from bot.cli.options import AsJson, Output, ReadRepo

if TYPE_CHECKING:
    from bot.progress.path import LearningPath


class BadgeOption(StrEnum):
    """The number on a badge."""

    PERCENT = "percent"
    MONTH = "month"
    STREAK = "streak"


class PictureOption(StrEnum):
    """The subject of a picture."""

    CARD = "card"
    BURN_UP = "burn-up"
    SKILLS = "skills"
    ACTIVITY = "activity"


class StatusFormat(StrEnum):
    """How a badge is written."""

    SVG = "svg"
    SHIELDS = "shields"


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
        BadgeOption | None, typer.Option(help="What it tells; else as the settings say.")
    ] = None,
    label: Annotated[
        str | None, typer.Option(help="Its left half; else the settings' or the path's title.")
    ] = None,
    shape: Annotated[
        StatusFormat, typer.Option("--format", help="A picture, or JSON for Shields' endpoint.")
    ] = StatusFormat.SVG,
    output: Output = None,
) -> None:
    """Draw a badge for a README.

    Percent done, the month you are in, or the weeks in a row in which you finished something.
    """
    from bot.reports import badge as badges

    path = _load_path(repo)
    wanted = path.settings.badge
    made = badges.badge(kind.value if kind else wanted.kind, path, label=label or wanted.label)
    text = badges.as_svg(made) if shape is StatusFormat.SVG else f"{badges.as_shields(made)}\n"
    console.write_output(text, output, f"{made.label}, {made.message}")


def picture(
    name: Annotated[PictureOption, typer.Argument(metavar="NAME", help="Which one.")],
    repo: ReadRepo = None,
    output: Output = None,
) -> None:
    """Draw a picture of your progress, as SVG.

    A card; the work done over time with a forecast; your skills; or a year of activity.
    """
    from bot.reports.pictures import picture

    console.write_output(picture(name.value, _load_path(repo)), output, name.value)


def _load_path(repo: str | None) -> "LearningPath":
    context = CliContext(repo)
    with context.reader() as reader:
        return context.learning_path(reader)
