"""The context of a run of the Action: repository, token and folders from the runner."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import settings as settings_file
from bot.clock import Clock
from bot.errors import AuthenticationError, ConfigError, NotThereError, PermissionDeniedError
from bot.github.reader import HttpReader
from bot.github.response_parser import read
from bot.planning.daily_workflow import DAILY_PATH, ScheduleMode, read_after
from bot.planning.snapshot import Snapshot, WorkflowState
from bot.sync.run_context import RunContext

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.github.etag_cache import EtagCache
    from bot.github.http_session import HttpSession


class LastPushReader(HttpReader):
    """A reader whose snapshots hold `last_push` (aware), where it is known.

    With `reads_daily` they hold the daily workflow, too.
    """

    last_push: datetime | None = None
    reads_daily = False

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        """Return the snapshot with the last push."""
        seen = super().snapshot(fresh=fresh)
        if self.last_push is None:
            return seen
        daily = self._daily() if self.reads_daily else None
        return seen.model_copy(update={"last_push": self.last_push, "daily": daily})

    def home(self) -> Mapping[str, Any]:
        """Return the repository as GitHub has it. Raises RepositoryMissingError."""
        return self._cached.get_object(self._root)

    def _daily(self) -> WorkflowState | None:
        """Return the daily workflow; None when it is not there, or the token may not see it."""
        path = f"{self._root}/actions/workflows/{DAILY_PATH.rpartition('/')[2]}"
        try:
            found = self._cached.get_object(path)
        except (NotThereError, PermissionDeniedError):
            return None
        return read(WorkflowState, found, path)


def last_push(payload: Mapping[str, Any]) -> datetime | None:
    """Return when a public repository was pushed to last, aware; None when unknown or private.

    It decides how long GitHub runs the schedule: 60 days without activity ("Disabling and enabling
    a workflow"). Each payload holds it, so knowing costs no request. Raises nothing.
    """
    home = payload.get("repository")
    if not isinstance(home, Mapping) or home.get("private") is not False:
        return None
    pushed_at = home.get("pushed_at")
    try:
        if isinstance(pushed_at, int):  # so it is in the payload of a push: seconds since 1970
            return datetime.fromtimestamp(pushed_at, UTC)
        return datetime.fromisoformat(str(pushed_at)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def deleted_comments(payload: Mapping[str, Any]) -> frozenset[int]:
    """Return the id of the comment that the event says was deleted. Raises nothing."""
    comment = payload.get("comment")
    number = comment.get("id") if isinstance(comment, Mapping) else None
    if payload.get("action") != "deleted" or not isinstance(number, int):
        return frozenset()
    return frozenset([number])


class ActionContext(RunContext):
    """The context of one run, which the event of `payload` started."""

    def __init__(
        self,
        environ: Mapping[str, str],
        write_log: Callable[[str], None],
        payload: Mapping[str, Any],
        now: Clock,
        http: "HttpSession | None" = None,
    ) -> None:
        super().__init__(settings_file.environment(environ), now, http)
        self.workspace = Path(environ.get("GITHUB_WORKSPACE") or ".")
        self.temporary = Path(environ.get("RUNNER_TEMP") or ".")
        parts = [
            environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
        ]
        self.run_url = f"{parts[0]}/{parts[1]}/actions/runs/{parts[2]}" if all(parts) else None
        self._write_log = write_log
        self._payload = payload

    def repository(self) -> str:
        if self.environment.repository is None:
            raise ConfigError(
                "it is not clear which repository is meant.",
                where="GITHUB_REPOSITORY",
                hint="GitHub's runner sets it; elsewhere use the command `milepost`.",
            )
        return self.environment.repository

    def token(self) -> "SecretStr":
        if self.environment.token is None:
            raise AuthenticationError(
                "there is no token.",
                where="the input 'token'",
                hint="Leave it out: the workflow's own token will do.",
            )
        return self.environment.token

    def reader(self) -> LastPushReader:
        """Return a reader whose snapshots hold the last push that the event names."""
        reader = self._reader(LastPushReader)
        reader.last_push = last_push(self._payload)
        reader.reported_deleted = deleted_comments(self._payload)
        return reader

    def complete_payload(self, reader: LastPushReader) -> Mapping[str, Any]:
        """Return the event's payload, in which the repository is never missing.

        That of a schedule once held none (zephyrproject-rtos/zephyr#49041), and does by now
        (go-gitea/gitea#38452): where it is missing GitHub is asked.
        """
        if isinstance(self._payload.get("repository"), Mapping):
            return self._payload
        payload = {**self._payload, "repository": reader.home()}
        reader.last_push = last_push(payload)
        return payload

    def watch_schedule(self, reader: LastPushReader, mode: ScheduleMode) -> None:
        """Let `reader` read the daily workflow, where its schedule may stop or have stopped.

        That is one request more, and only when nothing was pushed for long.
        """
        after, pushed = read_after(mode), reader.last_push
        if after is not None and pushed is not None:
            reader.reads_daily = self.now() - pushed >= after

    def cache(self) -> "EtagCache":
        """Return a cache that lives as long as the job."""
        from bot.github.etag_cache import EtagCache

        return EtagCache(self.temporary / "milepost-answers")

    def on_wait(self, seconds: float, why: str) -> None:
        self._write_log(f"Waiting {seconds:.0f} s: {why}")
