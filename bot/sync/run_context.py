"""The context of a run in one process: connection, reader, gateway, link checker and clock.

The command line and the Action each say which repository, which token, where responses are cached
and who is told of waits. Nothing is loaded or opened before its first use.
"""

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeVar

from bot.clock import Clock

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.github.api_client import RateLimitedClient
    from bot.github.connection import Connection
    from bot.github.etag_cache import EtagCache
    from bot.github.gateway import PyGithubGateway
    from bot.github.http_session import HttpSession
    from bot.github.link_checker import LinkChecker
    from bot.github.reader import HttpReader
    from bot.planning.ports import Reader
    from bot.progress.path import PathReader
    from bot.settings import Environment, FileSettings
    from bot.sync.apply import Progress, WriteContext
    from bot.sync.sync import Sync

R = TypeVar("R", bound="HttpReader")


class RunContext(ABC):
    """The context of one run. `now` returns the time, aware.

    `http` are connections that other runs use, too, and that are not closed here.
    """

    def __init__(
        self, environment: "Environment", now: Clock, http: "HttpSession | None" = None
    ) -> None:
        self.environment = environment
        self.now = now
        self._http = http
        self._client: RateLimitedClient | None = None

    @abstractmethod
    def repository(self) -> str:
        """Return the repository as OWNER/NAME. Raises ConfigError when it is not clear."""

    @abstractmethod
    def token(self) -> "SecretStr":
        """Return the token. Raises AuthenticationError when there is none."""

    @abstractmethod
    def cache(self) -> "EtagCache":
        """Return the cache of responses."""

    @abstractmethod
    def on_wait(self, seconds: float, why: str) -> None:
        """Report that GitHub asked to wait."""

    def connection(self) -> "Connection":
        """Return the connection. Raises what `repository` and `token` raise."""
        from bot.github.connection import Connection

        return Connection(
            repository=self.repository(),
            token=self.token(),
            api_url=self.environment.api_url,
            graphql_url=self.environment.graphql_url,
        )

    def reader(self) -> "HttpReader":
        """Return a reader, to be used as a context. Raises what `connection` raises."""
        from bot.github.reader import HttpReader

        return self._reader(HttpReader)

    def _reader(self, kind: type[R]) -> R:
        connection = self.connection()
        return kind(connection, cache=self.cache(), client=self._limited(connection))

    def gateway(self) -> "PyGithubGateway":
        """Return the gateway; it loads PyGithub at its first write."""
        from bot.github.gateway import PyGithubGateway

        connection = self.connection()
        return PyGithubGateway(connection, self._limited(connection))

    def _limited(self, connection: "Connection") -> "RateLimitedClient":
        """Return the one client of this run: reading and writing share its limits."""
        if self._client is None:
            from bot.github.api_client import local_client
            from bot.github.rate_limit_state import WriteRates
            from bot.github.retry import WaitPolicy

            environment = self.environment
            self._client = local_client(
                connection.api_url,
                rates=WriteRates(environment.write_interval),
                http=self._http,
                policy=WaitPolicy(self.now, on_wait=self.on_wait, max_wait=environment.max_wait),
            )
        return self._client

    def write_context(self, *progress: "Progress") -> "WriteContext":
        """Return the means of writing, which report to `progress` if it is given."""
        from bot.sync.apply import WriteContext

        return WriteContext(self.gateway, self.sleep, *progress)

    def outside(self, settings: "FileSettings") -> "LinkChecker | None":
        """Return the link checker for pages outside GitHub, when `features.links` is on."""
        if not settings.features.links:
            return None
        from bot.github.link_checker import LinkChecker

        return LinkChecker()

    def sync(self, paths: "PathReader", reader: "Reader") -> "Sync":
        """Return the sync of this repository and path."""
        from bot.github.addresses import web_root
        from bot.sync.sync import Sync

        web, outside = web_root(self.environment.api_url), self.outside(paths.settings)
        return Sync(paths, reader, web=web, outside=outside)

    def sleep(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


class PathContext(RunContext, ABC):
    """The context of a run that finds the settings of its path by itself."""

    @abstractmethod
    def path_reader(self, reader: "Reader | None") -> "PathReader":
        """Return how to read the path. Raises ConfigError, CurriculumError or GuideError."""
