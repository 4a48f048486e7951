"""What a command works with beyond other runs: its folder, its clock, and the path it is about."""

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli import console
from bot.cli.clock import command_clock
from bot.errors import AuthenticationError, ConfigError
from bot.sync import run_context

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.curriculum.model import Curriculum
    from bot.github.etag_cache import EtagCache
    from bot.planning.ports import Reader
    from bot.settings import Settings


class CliContext(run_context.RunContext):
    """The edges of one command; `repository` is what the person named."""

    def __init__(self, repository: str | None = None) -> None:
        from bot import settings

        super().__init__(settings.environment(os.environ), command_clock.get())
        self._named = repository
        self.folder = Path.cwd()

    def repository(self) -> str:
        """The one named, else the environment's, else where this folder comes from."""
        repository = self._named or self.environment.repository or _origin(self.folder)
        if repository is None:
            raise ConfigError(
                "it is not clear which repository is meant.",
                hint="Name it with --repo OWNER/NAME or in GITHUB_REPOSITORY.",
            )
        return repository

    def token(self) -> "SecretStr":
        """The environment's. Raises AuthenticationError."""
        if self.environment.token is None:
            raise AuthenticationError(
                "there is no token.",
                where="GITHUB_TOKEN",
                hint="Make one at https://github.com/settings/personal-access-tokens for that one "
                "repository, with the permission 'Issues: read and write', and set GITHUB_TOKEN.",
            )
        return self.environment.token

    def cache(self) -> "EtagCache":
        """Answers are kept on disk, for commands to come."""
        from bot.github.etag_cache import EtagCache

        return EtagCache.default(os.environ)

    def on_wait(self, seconds: float, why: str) -> None:
        """Tells the person of a wait that GitHub asked for."""
        console.on_wait(seconds, why)

    def path(self, reader: "Reader | None") -> "tuple[Settings, Curriculum]":
        """The settings of this folder, else of the repository, and the curriculum they name."""
        from bot.sync.file_sources import find_curriculum, find_settings

        settings, place = find_settings(self.folder, reader)
        return settings, find_curriculum(settings.curriculum, place)


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
