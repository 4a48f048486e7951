"""`milepost status` and `milepost badge`: where you are on the path."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.cli.edges import Edges

if TYPE_CHECKING:
    from bot.reports.view import View

Repo = Annotated[
    str | None,
    typer.Option("--repo", metavar="OWNER/NAME", help="The repository to look at."),
]


class Kind(StrEnum):
    """What a badge tells."""

    PERCENT = "percent"
    MONTH = "month"
    STREAK = "streak"


class Shape(StrEnum):
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

    page = pages.status(_look(repo))
    console.say(page.model_dump_json(indent=2) if as_json else pages.as_text(page))


def badge(
    repo: Repo = None,
    kind: Annotated[Kind, typer.Option(help="What it tells.")] = Kind.PERCENT,
    label: Annotated[
        str | None, typer.Option(help="Its left half; else the curriculum's title.")
    ] = None,
    shape: Annotated[
        Shape, typer.Option("--format", help="A picture, or JSON for Shields' endpoint.")
    ] = Shape.SVG,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it to this file when it changed.")
    ] = None,
) -> None:
    """Draw a badge for a README.

    Percent done, the month you are in, or the weeks in a row in which you finished something.
    """
    from bot.reports import badge as badges

    made = badges.badge(kind.value, _look(repo), label=label)
    text = badges.as_svg(made) if shape is Shape.SVG else f"{badges.as_shields(made)}\n"
    if output is None:
        console.say(text.rstrip("\n"))
    elif not output.is_file() or output.read_text(encoding="utf-8") != text:
        output.write_text(text, encoding="utf-8")
        console.tell(f"Wrote {output}: {made.label}, {made.message}.")


def _look(repo: str | None) -> "View":
    from bot.usecases.look import look

    edges = Edges(repo)
    with edges.reader() as reader:
        settings, curriculum = edges.path(reader)
        return look(curriculum, settings, reader.snapshot(), edges.now())
