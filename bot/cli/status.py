"""`milepost status`, `milepost badge` and `milepost picture`: where you are on the path."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.cli.context import CliContext

if TYPE_CHECKING:
    from bot.progress.path import LearningPath

Repo = Annotated[
    str | None, typer.Option("--repo", metavar="OWNER/NAME", help="The repository to look at.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write it to this file when it changed.")
]


class BadgeOption(StrEnum):
    """What a badge tells."""

    PERCENT = "percent"
    MONTH = "month"
    STREAK = "streak"


class PictureOption(StrEnum):
    """What a picture shows."""

    CARD = "card"
    BURN_UP = "burn-up"
    SKILLS = "skills"
    ACTIVITY = "activity"


class StatusFormat(StrEnum):
    """How a badge is written."""

    SVG = "svg"
    SHIELDS = "shields"


def status(
    repo: Repo = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Show where you are on the path.

    Percent by hours, the current unit, the next checkpoint and a forecast, read from issues and
    labels alone. Nothing is written.
    """
    from bot.reports import status as pages

    page = pages.status(_load_view(repo))
    console.print_result(page.model_dump_json(indent=2) if as_json else pages.as_text(page))


def badge(
    repo: Repo = None,
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

    view = _load_view(repo)
    wanted = view.settings.badge
    made = badges.badge(kind.value if kind else wanted.kind, view, label=label or wanted.label)
    text = badges.as_svg(made) if shape is StatusFormat.SVG else f"{badges.as_shields(made)}\n"
    _write_output(text, output, f"{made.label}, {made.message}")


def picture(
    name: Annotated[PictureOption, typer.Argument(metavar="NAME", help="Which one.")],
    repo: Repo = None,
    output: Output = None,
) -> None:
    """Draw a picture of your progress, as SVG.

    A card; the work done over time with a forecast; your skills; or a year of activity.
    """
    from bot.reports.pictures import picture

    _write_output(picture(name.value, _load_view(repo)), output, name.value)


def _write_output(text: str, output: Path | None, what: str) -> None:
    """Print it, or write it to a file when it is not there yet."""
    if output is None:
        console.print_result(text.rstrip("\n"))
    elif not output.is_file() or output.read_text(encoding="utf-8") != text:
        output.write_text(text, encoding="utf-8")
        console.print_status(f"Wrote {output}: {what}.")


def _load_view(repo: str | None) -> "LearningPath":
    from bot.progress.path import LearningPath

    edges = CliContext(repo)
    with edges.reader() as reader:
        settings, curriculum = edges.path(reader)
        return LearningPath.read(curriculum, settings, reader.snapshot(), edges.now())
