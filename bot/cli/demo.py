"""`milepost sandbox`, a local stand-in for GitHub; and `milepost demo`, thirteen weeks on it.

Over real HTTP and without an account. The demo goes by the sandbox's clock: it begins fourteen
weeks ago and ends the day after the last of thirteen weeks, so that its end could be today's.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.cli.context import command_clock, now
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.curriculum.model import Curriculum
    from bot.github.connection import Connection
    from bot.settings import FileSettings
    from bot.sync.sync import Sync, SyncResult
    from github_sandbox.server import Sandbox

BOT = "milepost[bot]"
BOT_TOKEN = "demo-token"  # noqa: S105 - it opens nothing but the sandbox
SEED = 7
CONFIG = """# What Milepost follows in this demo. Pictures and reports go to a branch of their own.
curriculum: {name}
start: {start}
publish:
  badge: true
  pictures: true
  readme: true
  forms: true
  reports: branch
"""


def demo(
    port: Annotated[int, typer.Option(help="The port on this machine; 0 takes a free one.")] = 0,
    curriculum: Annotated[str, typer.Option(help="A built-in curriculum.")] = "devops-to-mlops",
    browse: Annotated[
        bool | None,
        typer.Option("--browse/--no-browse", help="Keep the server running afterwards."),
    ] = None,
) -> None:
    """Live through the first thirteen weeks of a path against a local stand-in for GitHub.

    A made-up learner works, writes and rests; Milepost plans, obeys, sums up each week and reports
    at the checkpoint. Then you may look around.
    """
    with usage_errors():
        _demo(port, curriculum, browse=browse)


def _demo(port: int, curriculum: str, *, browse: bool | None) -> None:
    from bot.cli import demo_learner
    from github_sandbox import server

    first = demo_learner.demo_start(now())
    with (
        server.running(port, clock=lambda: first) as running,
        tempfile.TemporaryDirectory() as cache,
    ):
        console.print_result(f"A GitHub of your own runs at {running.url} (this machine only).")
        _DemoRun(running, curriculum, first, Path(cache)).run()
        _print_end(running, stay=sys.stdout.isatty() if browse is None else browse)


class _DemoRun:
    def __init__(self, running: "Sandbox", name: str, first: datetime, cache: Path) -> None:
        from bot import settings as settings_file
        from bot.cli import demo_learner
        from bot.curriculum import load
        from bot.settings import CONFIG_PATH
        from github_sandbox.browser_user import BrowserUser

        world = running.world
        text = CONFIG.format(name=name, start=first.date())
        with world.lock:
            home = world.repository()
            world.commit_files(home, {CONFIG_PATH: text.encode()}, "Follow a path")
            world.add_user(BOT, kind="Bot")
            home.collaborators[BOT] = "write"
            world.add_token(BOT_TOKEN, user=BOT)
        self._running = running
        self._first = first
        self._cache = cache
        self._settings: FileSettings = settings_file.parse(text)
        self._curriculum: Curriculum = load.from_catalog(name)
        chance = Random(SEED)  # noqa: S311 - a made-up life
        self._learner = demo_learner.DemoLearner(
            BrowserUser(world), world, self._curriculum, chance
        )

    def run(self) -> None:
        """Seed, then thirteen weeks; prints what a learner would read."""
        from bot.cli import demo_learner

        started = time.monotonic()
        self._seed()
        for week in range(1, demo_learner.WEEKS + 1):
            monday = self._first + timedelta(weeks=week - 1)
            for sitting in self._learner.week(week):
                self._until(monday - timedelta(hours=8) + sitting)
            self._sync()
            self._until(monday + timedelta(weeks=1))
            self._print_week(self._sync())
        self._until(self._first + timedelta(weeks=demo_learner.WEEKS, days=1))
        self._print_week(self._sync())
        self._print_start()
        requests = len(self._running.world.journal.entries)
        seconds = time.monotonic() - started
        console.print_result(
            f"\n{demo_learner.WEEKS} weeks in {seconds:.1f} s, {requests} requests to GitHub."
        )

    def _seed(self) -> None:
        from bot.planning import plan_text

        console.print_result("\n$ milepost plan\n")
        with self._run() as run:
            console.print_result(plan_text.as_text(run.foresee().plan))
        console.print_result("\n$ milepost sync\n")
        console.print_result(f"{self._sync().written} changes written. From here on, time flies.")

    def _print_week(self, done: "SyncResult") -> None:
        for posted in done.posted:
            day = f"{self._running.world.clock.now():%A, %d %B %Y}"
            console.print_result(f"\n--- {day}: {posted.what.title} ---\n\n{posted.what.text}")

    def _print_start(self) -> None:
        from bot.reports import badge, dashboard, status

        path = self._sync().path
        console.print_result("\n--- The dashboard, kept in the issue 'Your path' ---\n")
        console.print_result(dashboard.as_markdown(dashboard.dashboard(path)))
        console.print_result("\n$ milepost status\n")
        console.print_result(status.as_text(status.status(path)))
        made = badge.badge_of(path)
        console.print_result(f"\nThe badge says: {made.label} | {made.message}")

    def _until(self, moment: datetime) -> None:
        clock = self._running.world.clock
        clock.advance(moment - clock.now())

    def _sync(self) -> "SyncResult":
        from bot.github.api_client import ApiClient
        from bot.github.gateway import PyGithubGateway
        from bot.sync.apply import WriteContext

        connection = self._connection
        client = ApiClient(connection.api_url)
        with PyGithubGateway(connection, client) as gateway, self._run() as run:
            return run.run(WriteContext(lambda: gateway, time.sleep))

    @contextmanager
    def _run(self) -> Iterator["Sync"]:
        """Open what `milepost sync` runs, at the sandbox's time."""
        from bot.github.addresses import web_root
        from bot.github.etag_cache import EtagCache
        from bot.github.reader import HttpReader
        from bot.progress.path import PathReader
        from bot.sync.sync import Sync

        with HttpReader(self._connection, cache=EtagCache(self._cache)) as reader:
            yield Sync(
                PathReader(self._curriculum, self._settings, self._running.world.clock.now()),
                reader,
                web=web_root(self._connection.api_url),
            )

    @property
    def _connection(self) -> "Connection":
        from pydantic import SecretStr

        from bot.github.connection import Connection

        return Connection(
            repository=self._running.repository,
            token=SecretStr(BOT_TOKEN),
            api_url=self._running.api_url,
            graphql_url=self._running.graphql_url,
        )


def _print_end(running: "Sandbox", *, stay: bool) -> None:
    address = f"{running.url}/{running.repository}"
    if not stay:
        console.print_result("\nTo look at it in a browser, run this in a terminal: milepost demo")
        return
    console.print_result(
        f"\nLook around: {address}/issues and {address}/milestones. Ctrl-C ends it."
    )
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print_result("\nBye. On your own repository: milepost init, plan, apply.")


def sandbox(
    port: Annotated[int, typer.Option(help="The port on this machine; 0 takes a free one.")] = 4010,
) -> None:
    """Serve a local GitHub until Ctrl-C: an empty repository, a token, pages to look at.

    Only this machine can reach it, and it forgets everything when it stops.
    """
    with usage_errors():
        from bot import templating
        from github_sandbox import server
        from github_sandbox.world import World

        def introduce(running: server.Sandbox) -> None:
            console.print_result(templating.render("sandbox.txt.j2", running=running))
            sys.stdout.flush()  # into a pipe or a file it would come when the sandbox ends

        server.serve(port, state=World(command_clock.get()), on_start=introduce)


@contextmanager
def usage_errors() -> Iterator[None]:
    """Raise UsageError when the stand-in is not installed or its port cannot be used."""
    try:
        from github_sandbox.server import PortError
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"a local GitHub needs '{missing.name}', which is not installed.",
            hint="Install it in a checkout with: pip install ./github-sandbox '.[sandbox]'",
        ) from None
    try:
        yield
    except PortError as error:
        raise UsageError(
            str(error), hint="Choose another one with --port, or 0 for any free port."
        ) from error
