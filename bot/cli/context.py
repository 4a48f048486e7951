"""The context of a command: repository, token and folder from flags, environment and checkout."""

import os
import subprocess
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli import console
from bot.clock import Clock, utc_now
from bot.errors import AuthenticationError, ConfigError
from bot.i18n import set_language
from bot.sync.run_context import PathContext

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.github.etag_cache import EtagCache
    from bot.github.http_session import HttpSession
    from bot.planning.ports import Reader
    from bot.progress.path import LearningPath, PathReader
    from bot.sync.publish import DueComment, Outcome

command_clock: ContextVar[Clock] = ContextVar("command_clock", default=utc_now)


def now() -> datetime:
    """Return the time of this command, aware."""
    return command_clock.get()()


class CliContext(PathContext):
    """The context of one command; `repository` is the value of `--repo`, `http` is shared."""

    def __init__(self, repository: str | None = None, http: "HttpSession | None" = None) -> None:
        from bot import settings

        super().__init__(settings.environment(os.environ), command_clock.get(), http)
        self._named = repository
        self.folder = Path.cwd()

    def repository(self) -> str:
        """Return the one named, else the environment's, else the origin of this checkout."""
        repository = self._named or self.environment.repository or _origin(self.folder)
        if repository is None:
            raise ConfigError(
                "it is not clear which repository is meant.",
                hint="Name it with --repo OWNER/NAME or in GITHUB_REPOSITORY.",
            )
        return repository

    def token(self) -> "SecretStr":
        if self.environment.token is None:
            raise AuthenticationError(
                "there is no token.",
                where="GITHUB_TOKEN",
                hint="Make one at https://github.com/settings/personal-access-tokens for that one "
                "repository, with the permission 'Issues: read and write', and set GITHUB_TOKEN.",
            )
        return self.environment.token

    def cache(self) -> "EtagCache":
        from bot.github.etag_cache import EtagCache

        return EtagCache.default(os.environ)

    def on_wait(self, seconds: float, why: str) -> None:
        console.on_wait(seconds, why)

    def path_reader(self, reader: "Reader | None") -> "PathReader":
        """Return how to read the path of this folder's settings, else of the repository's.

        Raises ConfigError, CurriculumError or GuideError.
        """
        from bot.progress.path import PathReader
        from bot.sync.file_sources import find_settings, find_source, place_of

        settings, source = find_settings(self.folder, reader)
        place = place_of(settings.curriculum, source, reader)
        return PathReader(find_source(settings, place), settings, self.now())

    def learning_path(self, reader: "Reader") -> "LearningPath":
        """Return that path as the repository is now."""
        path = self.path_reader(reader).path(reader.snapshot())
        set_language(path.language)  # what is printed from here on is for its learner
        return path

    def publish(self, due: "DueComment", path: "LearningPath", reader: "Reader") -> "Outcome":
        """Post a comment unless it stands already."""
        from bot.sync.publish import publish_once

        return publish_once(due, path.observed, reader, self.write_context())


def _origin(folder: Path) -> str | None:
    """Return OWNER/NAME of the remote `origin` of the checkout around `folder`, if it has one."""
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
