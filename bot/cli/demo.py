"""`milepost demo`: the whole job against a local GitHub, over real HTTP, without an account."""

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox


def demo(
    port: Annotated[int, typer.Option(help="The port on this machine; 0 takes a free one.")] = 0,
    curriculum: Annotated[str, typer.Option(help="A built-in curriculum.")] = "devops-to-mlops",
    browse: Annotated[
        bool | None,
        typer.Option("--browse/--no-browse", help="Keep serving afterwards, to look around."),
    ] = None,
) -> None:
    """Plan and apply a path against a local stand-in for GitHub, then let you look around."""
    from bot.sandbox import server

    with server.running(port) as running, tempfile.TemporaryDirectory() as cache:
        console.say(f"A GitHub of your own runs at {running.url} (this machine only).\n")
        _seed(running, curriculum, Path(cache))
        _goodbye(running, stay=sys.stdout.isatty() if browse is None else browse)


def _seed(running: "Sandbox", name: str, cache: Path) -> None:
    from pydantic import SecretStr

    from bot.curriculum import load
    from bot.github.cache import EtagCache
    from bot.github.client import Connection
    from bot.github.gateway import PyGithubGateway
    from bot.github.pacing import Pacing
    from bot.github.reader import HttpReader
    from bot.planning import printing
    from bot.settings import Settings
    from bot.usecases.reconcile import Session, planner

    now = datetime.now(UTC)
    settings = Settings(curriculum=name, start=now.date())
    connection = Connection(
        repository=running.repository,
        token=SecretStr(running.token),
        api_url=running.api_url,
        graphql_url=running.graphql_url,
    )
    with HttpReader(connection, cache=EtagCache(cache)) as reader:
        session = Session(reader, planner(load.from_catalog(name), settings, now))
        console.say("$ milepost plan\n")
        plan = session.plan()
        console.say(printing.as_text(plan))
        console.say("\n$ milepost apply\n")
        begun = time.monotonic()
        with console.progress_bar("Writing") as progress:
            written = session.apply(
                plan,
                gateway=lambda: PyGithubGateway(connection, pacing=Pacing(interval=0)),
                sleep=time.sleep,
                progress=progress,
            )
        console.say(f"{written} changes written in {time.monotonic() - begun:.1f} s.")
        console.say("\n$ milepost plan\n")
        console.say(printing.as_text(session.plan()))


def _goodbye(running: "Sandbox", *, stay: bool) -> None:
    address = f"{running.url}/{running.repository}"
    if not stay:
        console.say("\nTo look at it in a browser, run this in a terminal: milepost demo")
        return
    console.say(f"\nLook around: {address}/issues and {address}/milestones. Ctrl-C ends it.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.say("\nBye. On your own repository: milepost init, plan, apply.")
