"""What a run of the Action works with: the connection, reader and gateway, settings and guide."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import settings as settings_file
from bot.action.inputs import Inputs
from bot.errors import AuthenticationError, ConfigError
from bot.github.client import Connection
from bot.planning.ports import Reader
from bot.settings import Settings
from bot.usecases.sources import Folder, Remote, Source

if TYPE_CHECKING:
    from bot.github.gateway import PyGithubGateway
    from bot.github.outside import WebPages
    from bot.github.reader import HttpReader

STAND_IN = "the inputs of the action"


class Edges:
    """The edges of one run. Nothing is opened before it is used."""

    def __init__(
        self,
        environ: Mapping[str, str],
        say: Callable[[str], None],
        payload: Mapping[str, Any] | None = None,
    ) -> None:
        self.environment = settings_file.environment(environ)
        self.workspace = Path(environ.get("GITHUB_WORKSPACE") or ".")
        self.temporary = Path(environ.get("RUNNER_TEMP") or ".")
        self._say = say
        self._payload = payload or {}

    def connection(self) -> Connection:
        """Raises ConfigError or AuthenticationError when it is not known where or as whom."""
        environment = self.environment
        if environment.repository is None:
            raise ConfigError(
                "it is not clear which repository is meant.",
                where="GITHUB_REPOSITORY",
                hint="GitHub's runner sets it; elsewhere use the command `milepost`.",
            )
        if environment.token is None:
            raise AuthenticationError(
                "there is no token.",
                where="the input 'token'",
                hint="Leave it out: the workflow's own token will do.",
            )
        return Connection(
            repository=environment.repository,
            token=environment.token,
            api_url=environment.api_url,
            graphql_url=environment.graphql_url,
        )

    @contextmanager
    def reader(self) -> Iterator["HttpReader"]:
        """A reader whose cache lives as long as the job, and that knows what the event told."""
        from bot.action.awake import AwakeReader, last_push
        from bot.github.cache import EtagCache

        with AwakeReader(
            self.connection(),
            cache=EtagCache(self.temporary / "milepost-answers"),
            on_wait=self.on_wait,
            max_wait=self.environment.max_wait,
        ) as reader:
            reader.last_push = last_push(self._payload)
            yield reader

    def gateway(self) -> "PyGithubGateway":
        """The gateway; it loads PyGithub at its first write."""
        from bot.github.gateway import PyGithubGateway
        from bot.github.pacing import Pacing

        environment = self.environment
        pacing = Pacing(interval=environment.write_interval, max_wait=environment.max_wait)
        return PyGithubGateway(self.connection(), pacing=pacing, on_wait=self.on_wait)

    def outside(self, settings: Settings) -> "WebPages | None":
        """What looks up pages that are not GitHub's, when the settings ask for that."""
        if not settings.features.links:
            return None
        from bot.github.outside import WebPages

        return WebPages()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def on_wait(self, seconds: float, why: str) -> None:
        """Tells of a wait that GitHub asked for."""
        self._say(f"Waiting {seconds:.0f} s: {why}")


def places(edges: Edges, reader: Reader) -> tuple[Source, Source]:
    """The checkout, which may be empty, and the default branch."""
    return Folder(edges.workspace), Remote(reader)


def find_settings(given: Inputs, place: Source) -> Settings:
    """The settings in `place`, or what the inputs say where there is no file.

    Raises ConfigError when there are none, or they are wrong.
    """
    content = place.read(given.config)
    if content is not None:
        text = content.decode("utf-8-sig", errors="replace")
        return settings_file.parse(text, name=given.config)
    if not {"curriculum", "start"} & given.path.keys():
        raise ConfigError(
            "there is no such file.",
            where=given.config,
            hint="Make one with `milepost init`, or give the action 'curriculum' and 'start'.",
        )
    try:
        return settings_file.parse(json.dumps(given.path), name=STAND_IN)
    except ConfigError as wrong:
        raise ConfigError(wrong.what, where=STAND_IN, hint=wrong.hint) from None
