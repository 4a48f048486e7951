"""Gathers what a command works with: environment, connection, reader, gateway, clock."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli import console
from bot.errors import AuthenticationError, ConfigError

if TYPE_CHECKING:
    from bot.curriculum.model import Curriculum
    from bot.github.client import Connection
    from bot.github.gateway import PyGithubGateway
    from bot.github.outside import WebPages
    from bot.github.reader import HttpReader
    from bot.planning.ports import Reader
    from bot.settings import Environment, Settings


class Edges:
    """The edges of one command. Nothing is opened before it is used."""

    def __init__(self, repository: str | None = None) -> None:
        from bot import settings

        self.environment: Environment = settings.environment(os.environ)
        self._repository = repository
        self.folder = Path.cwd()

    def now(self) -> datetime:
        """The time, aware, UTC."""
        return datetime.now(UTC)

    def connection(self) -> "Connection":
        """Where to write and as whom. Raises ConfigError or AuthenticationError when it is open."""
        from bot.github.client import Connection

        environment = self.environment
        repository = self._repository or environment.repository or _origin(self.folder)
        if repository is None:
            raise ConfigError(
                "it is not clear which repository is meant.",
                hint="Name it with --repo OWNER/NAME or in GITHUB_REPOSITORY.",
            )
        if environment.token is None:
            raise AuthenticationError(
                "there is no token.",
                where="GITHUB_TOKEN",
                hint="Make one at https://github.com/settings/personal-access-tokens for that one "
                "repository, with the permission 'Issues: read and write', and set GITHUB_TOKEN.",
            )
        return Connection(
            repository=repository,
            token=environment.token,
            api_url=environment.api_url,
            graphql_url=environment.graphql_url,
        )

    @contextmanager
    def reader(self) -> Iterator["HttpReader"]:
        """A reader with its cache on disk."""
        from bot.github.cache import EtagCache
        from bot.github.reader import HttpReader

        with HttpReader(
            self.connection(),
            cache=EtagCache.default(os.environ),
            on_wait=console.on_wait,
            max_wait=self.environment.max_wait,
        ) as reader:
            yield reader

    def path(self, reader: "Reader | None") -> "tuple[Settings, Curriculum]":
        """The settings of this folder, else of the repository, and the curriculum they name."""
        from bot.usecases.sources import find_curriculum, find_settings

        settings, place = find_settings(self.folder, reader)
        return settings, find_curriculum(settings.curriculum, place)

    def outside(self, settings: "Settings") -> "WebPages | None":
        """What looks up pages that are not GitHub's, when the settings ask for that."""
        if not settings.features.links:
            return None
        from bot.github.outside import WebPages

        return WebPages()

    def gateway(self) -> "PyGithubGateway":
        """The gateway; it loads PyGithub at its first write."""
        from bot.github.gateway import PyGithubGateway
        from bot.github.pacing import Pacing

        environment = self.environment
        pacing = Pacing(interval=environment.write_interval, max_wait=environment.max_wait)
        return PyGithubGateway(self.connection(), pacing=pacing, on_wait=console.on_wait)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)


def _origin(folder: Path) -> str | None:
    """OWNER/NAME of the remote `origin` of the checkout we are in, when it has one."""
    try:
        answer = subprocess.run(
            ["git", "config", "--get", "remote.origin.url"],  # noqa: S607 - the person's own git
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    parts = answer.stdout.strip().removesuffix(".git").replace(":", "/").split("/")
    return "/".join(parts[-2:]) if len(parts) > 2 and all(parts[-2:]) else None
