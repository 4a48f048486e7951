"""What a run in one process works with: connection, reader, gateway, other pages, time.

Shared by the command line and the Action. Each says where to write and as whom, where answers are
kept, and whom to tell of waits. Nothing is loaded or opened before it is used.
"""

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeVar

from bot.clock import Clock

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.github.client import Connection
    from bot.github.etag_cache import EtagCache
    from bot.github.gateway import PyGithubGateway
    from bot.github.link_checker import LinkChecker
    from bot.github.rate_limited_client import RateLimitedClient
    from bot.github.reader import HttpReader
    from bot.settings import Environment, Settings

R = TypeVar("R", bound="HttpReader")


class RunContext(ABC):
    """The edges of one run; `environment` is read once, `now` returns the time, aware."""

    def __init__(self, environment: "Environment", now: Clock) -> None:
        self.environment = environment
        self.now = now
        self._client: RateLimitedClient | None = None

    @abstractmethod
    def repository(self) -> str:
        """The repository that is meant, OWNER/NAME. Raises ConfigError when that is not clear."""

    @abstractmethod
    def token(self) -> "SecretStr":
        """As whom to ask and write. Raises AuthenticationError when there is no token."""

    @abstractmethod
    def cache(self) -> "EtagCache":
        """Where answers are kept."""

    @abstractmethod
    def on_wait(self, seconds: float, why: str) -> None:
        """Tells of a wait that GitHub asked for."""

    def connection(self) -> "Connection":
        """Where to write and as whom. Raises ConfigError or AuthenticationError when it is open."""
        from bot.github.client import Connection

        return Connection(
            repository=self.repository(),
            token=self.token(),
            api_url=self.environment.api_url,
            graphql_url=self.environment.graphql_url,
        )

    def reader(self) -> "HttpReader":
        """A reader; use it as a context. Raises what `connection` raises."""
        from bot.github.reader import HttpReader

        return self._reader(HttpReader)

    def _reader(self, kind: type[R]) -> R:
        connection = self.connection()
        return kind(connection, cache=self.cache(), client=self._limited(connection))

    def gateway(self) -> "PyGithubGateway":
        """The gateway; it loads PyGithub at its first write."""
        from bot.github.gateway import PyGithubGateway

        connection = self.connection()
        return PyGithubGateway(connection, self._limited(connection))

    def _limited(self, connection: "Connection") -> "RateLimitedClient":
        """Return the one client of this run: reading and writing share its limits."""
        if self._client is None:
            from bot.github.rate_limit_state import WriteRates
            from bot.github.rate_limited_client import local_client
            from bot.github.retry import WaitPolicy

            environment = self.environment
            self._client = local_client(
                connection.api_url,
                rates=WriteRates(environment.write_interval),
                policy=WaitPolicy(self.now, on_wait=self.on_wait, max_wait=environment.max_wait),
            )
        return self._client

    def outside(self, settings: "Settings") -> "LinkChecker | None":
        """What looks up pages that are not GitHub's, when the settings ask for that."""
        if not settings.features.links:
            return None
        from bot.github.link_checker import LinkChecker

        return LinkChecker()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)
