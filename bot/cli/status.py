"""`milepost status`: where you are on the path."""

from typing import Annotated

import typer

from bot.cli import console
from bot.cli.edges import Edges


def status(
    repo: Annotated[
        str | None,
        typer.Option("--repo", metavar="OWNER/NAME", help="The repository to look at."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Show where you are: percent by hours, the current unit, checkpoints, a forecast.

    Read from issues and labels alone; nothing is written.
    """
    from bot.reports.status import as_text
    from bot.usecases.look import look
    from bot.usecases.sources import find_curriculum, find_settings

    edges = Edges(repo)
    with edges.reader() as reader:
        settings, place = find_settings(edges.folder, reader)
        curriculum = find_curriculum(settings.curriculum, place)
        page = look(curriculum, settings, reader.snapshot(), edges.now())
    console.say(page.model_dump_json(indent=2) if as_json else as_text(page))
