"""What a run of the Action works with beyond other runs: the runner's folders, and the event."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import settings as settings_file
from bot.action.inputs import Inputs
from bot.clock import Clock
from bot.errors import AuthenticationError, ConfigError
from bot.planning.ports import Reader
from bot.settings import Settings
from bot.sync import run_context
from bot.sync.file_sources import FileSource, LocalFiles, RepositoryFiles

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.action.schedule_expiry import LastPushReader
    from bot.github.etag_cache import EtagCache

STAND_IN = "the inputs of the action"


class ActionContext(run_context.RunContext):
    """The edges of one run, which the event of `payload` started; `say` tells the log."""

    def __init__(
        self,
        environ: Mapping[str, str],
        write_log: Callable[[str], None],
        payload: Mapping[str, Any],
        now: Clock,
    ) -> None:
        super().__init__(settings_file.environment(environ), now)
        self.workspace = Path(environ.get("GITHUB_WORKSPACE") or ".")
        self.temporary = Path(environ.get("RUNNER_TEMP") or ".")
        self._write_log = write_log
        self._payload = payload

    def repository(self) -> str:
        """The one that the workflow runs in. Raises ConfigError."""
        if self.environment.repository is None:
            raise ConfigError(
                "it is not clear which repository is meant.",
                where="GITHUB_REPOSITORY",
                hint="GitHub's runner sets it; elsewhere use the command `milepost`.",
            )
        return self.environment.repository

    def token(self) -> "SecretStr":
        """The input's. Raises AuthenticationError."""
        if self.environment.token is None:
            raise AuthenticationError(
                "there is no token.",
                where="the input 'token'",
                hint="Leave it out: the workflow's own token will do.",
            )
        return self.environment.token

    def reader(self) -> "LastPushReader":
        """A reader that knows what the event told of the repository."""
        from bot.action.schedule_expiry import LastPushReader, last_push

        reader = self._reader(LastPushReader)
        reader.last_push = last_push(self._payload)
        return reader

    def cache(self) -> "EtagCache":
        """Answers live as long as the job."""
        from bot.github.etag_cache import EtagCache

        return EtagCache(self.temporary / "milepost-answers")

    def on_wait(self, seconds: float, why: str) -> None:
        """Tells the log of a wait that GitHub asked for."""
        self._write_log(f"Waiting {seconds:.0f} s: {why}")


def file_sources(edges: ActionContext, reader: Reader) -> tuple[FileSource, FileSource]:
    """The checkout, which may be empty, and the default branch."""
    return LocalFiles(edges.workspace), RepositoryFiles(reader)


def find_settings(given: Inputs, place: FileSource) -> Settings:
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
