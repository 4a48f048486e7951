"""`milepost serve`: the GitHub App, for many repositories, until it is told to stop."""

import os
from typing import Annotated

import typer

from bot.cli import console
from bot.cli.context import command_clock
from bot.errors import UsageError


def serve(
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="The address to listen at; 0.0.0.0 for all of this machine."
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="PORT", min=1, max=65535, help="The port to listen at.")
    ] = 8000,
) -> None:
    """Run the GitHub App server: take its webhooks and sync its repositories.

    What it needs to know comes from the environment. It ends at Ctrl-C or SIGTERM, after what it is
    doing right now; what is left is done after the next start.
    """
    check_installed()
    from bot.server import config, run

    run.serve(
        config.read(os.environ),
        host=host,
        port=port,
        on_listening=lambda url: console.print_status(f"Listening at {url}. Stop with Ctrl-C."),
        clock=command_clock.get(),
    )


def check_installed() -> None:
    """Raise UsageError when the extra `server` is not installed."""
    try:
        import alembic  # noqa: F401 - only this extra brings these three
        import apscheduler  # noqa: F401
        import uvicorn  # noqa: F401
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"the server needs '{missing.name}', which is not installed.",
            hint="Install it in a checkout with: pip install '.[server]'",
        ) from None
