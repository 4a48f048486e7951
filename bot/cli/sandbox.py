"""`milepost sandbox`: a local stand-in for GitHub, to try things on."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.cli.clock import command_clock
from bot.errors import UsageError

if TYPE_CHECKING:
    from github_sandbox import server


def sandbox(
    port: Annotated[int, typer.Option(help="The port on this machine; 0 takes a free one.")] = 4010,
) -> None:
    """Serve a local GitHub until Ctrl-C: an empty repository, a token, pages to look at.

    Only this machine can reach it, and it forgets everything when it stops.
    """
    with usage_errors():
        from github_sandbox import server
        from github_sandbox.world import World

        server.serve(
            port,
            state=World(command_clock.get()),
            on_start=_introduce,
        )


@contextmanager
def usage_errors() -> Iterator[None]:
    """Raise UsageError when the stand-in is not installed or its port cannot be used."""
    try:
        from github_sandbox.server import PortError
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"a local GitHub needs '{missing.name}', which is not installed.",
            hint="Install it with: pip install 'milepost[sandbox]'",
        ) from None
    try:
        yield
    except PortError as error:
        raise UsageError(
            str(error), hint="Choose another one with --port, or 0 for any free port."
        ) from error


def _introduce(running: "server.Sandbox") -> None:
    from bot import templating

    console.print_result(templating.render("sandbox.txt.j2", running=running))
    sys.stdout.flush()  # into a pipe or a file it would come when the sandbox ends
