"""One run for one repository: who it is now, its settings, and `Sync`, with a token of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from bot.curriculum.model import Curriculum
from bot.errors import (
    ConfigError,
    CurriculumError,
    GuideError,
    MilepostError,
    NotThereError,
    RepositoryMissingError,
    UnavailableError,
    UncertainWriteError,
)
from bot.github import problems
from bot.github.addresses import web_root
from bot.github.app import AppAuth, InstalledRepository
from bot.github.app_problems import (
    AppRefusedError,
    InstallationGoneError,
    InstallationSuspendedError,
    NotInstalledError,
)
from bot.github.client import Connection
from bot.github.etag_cache import Cache
from bot.github.gateway import PyGithubGateway
from bot.github.rate_limited_client import LaterError, RateLimitedClient
from bot.github.rate_limiter import RateLimiter
from bot.github.reader import HttpReader
from bot.github.retry import Sleep, WaitPolicy
from bot.github.rights import LEAST, Rights, rights_for
from bot.progress.path import LearningPath, PathReader
from bot.server import next_run
from bot.server.curriculum_cache import CurriculumCache
from bot.server.store.rows import RepositoryInfo, RepositoryRow
from bot.settings import CONFIG_PATH, Settings
from bot.settings import parse as parse_settings
from bot.sync.file_sources import RepositoryFiles
from bot.sync.sync import Sync, SyncResult
from bot.templating import plural

if TYPE_CHECKING:
    from bot.github.link_checker import LinkChecker

COME_BACK_WITHIN = 60.0  # seconds
UNREACHED = 60.0  # seconds to leave an installation alone when GitHub gave no answer
PATIENCE = 20.0  # seconds to wait in a thread; what takes longer is taken up again later

# These are for others to deal with: they say nothing about this repository.
_NOT_ABOUT_IT = (
    AppRefusedError,
    InstallationGoneError,
    InstallationSuspendedError,
    NotInstalledError,
)


class RepositoryGoneError(Exception):
    """The repository cannot be found by its id any more."""


class RepositorySyncResult(NamedTuple):
    """What became of a run: a word, a sentence, and the settings as far as they could be read.

    `view` is the path after a run that went through.

    `retry_in` is None when it is settled, else in how many seconds to try again; 0 leaves that to
    the caller.
    """

    result: str
    message: str = ""
    settings: Settings | None = None
    retry_in: float | None = None
    view: LearningPath | None = None


class _Path(NamedTuple):
    settings: Settings
    curriculum: Curriculum


@dataclass
class RepositorySync:
    """Does all that is due in a repository, once, with a token of its own.

    `on_info` is called with what GitHub calls it now, `on_progress` before each change with how
    many are written and how many there are. `cache` has GitHub's earlier answers,
    `curriculum_cache` what files held before. `now` is aware. `settings` are set as soon as they
    are read.
    """

    row: RepositoryRow
    auth: AppAuth
    budget: RateLimiter
    cache: Cache
    curriculum_cache: CurriculumCache
    now: datetime
    sleep: Sleep
    on_info: Callable[[RepositoryInfo], None]
    on_progress: Callable[[int, int], None]
    settings: Settings | None = None

    def __post_init__(self) -> None:
        policy = WaitPolicy(sleep=self.sleep, max_wait=PATIENCE)
        self._client = limited(self.auth, self.budget, self.row.installation_id, policy)

    def run(self) -> RepositorySyncResult:
        """Sync it.

        Raises RepositoryGoneError; InstallationGoneError, InstallationSuspendedError and
        NotInstalledError; AppRefusedError where the fault is ours; and what `sleep` raises.
        """
        try:
            # By its id, which outlives names and owners.
            info = read_repository(self.row, self.auth, self._client, self.cache)
            self.on_info(info)
            if info.archived:
                return RepositorySyncResult("archived", "The repository is archived.")
            return self._sync(info)
        except _NOT_ABOUT_IT:
            raise
        except (UnavailableError, UncertainWriteError) as later:
            retry_in = _rest(later, self.budget, self.row)
            return RepositorySyncResult("waiting", str(later), self.settings, retry_in=retry_in)
        except (ConfigError, CurriculumError, GuideError) as wrong:
            # The push that mends it starts the next sync.
            return RepositorySyncResult("wrong", str(wrong), self.settings)
        except MilepostError as refused:
            return RepositorySyncResult("refused", str(refused), self.settings)

    def _sync(self, info: RepositoryInfo) -> RepositorySyncResult:
        """Read its settings and follow them."""
        home = _as_known(self.row, info.full_name, info.private)
        least = rights_for(None, private=info.private)
        path = self.auth.using(home, self._read, rights=least)
        if path is None:
            return RepositorySyncResult("unset", f"There is no {CONFIG_PATH} yet.")
        rights = rights_for(path.settings, private=info.private)
        done = self.auth.using(home, lambda c: self._write(c, path), rights=rights)
        message = f"{plural(done.written, 'change')} written."
        return RepositorySyncResult("synced", message, path.settings, view=done.view)

    def _read(self, connection: Connection) -> _Path | None:
        with self._reader(connection) as reader:
            place = RepositoryFiles(reader)
            content = place.read(CONFIG_PATH)
            if content is None:
                return None
            self.settings = parse_settings(content.decode(), name=CONFIG_PATH)
            name = self.settings.curriculum
            return _Path(self.settings, self.curriculum_cache.find(self.row.id, name, place))

    def _write(self, connection: Connection, path: _Path) -> SyncResult:
        gateway = PyGithubGateway(connection, self._client)
        try:
            with self._reader(connection) as reader:
                return Sync(
                    PathReader(path.curriculum, path.settings, self.now),
                    reader,
                    web=web_root(connection.api_url),
                    outside=_outside(path.settings),
                ).run(
                    gateway=lambda: gateway,
                    sleep=self.sleep,
                    progress=lambda written, of, _: self.on_progress(written, of),
                )
        except LaterError:
            raise
        except UnavailableError as silent:
            self.budget.block(self.row.installation_id, UNREACHED, silent.what)
            raise

    def _reader(self, connection: Connection) -> HttpReader:
        return HttpReader(connection, cache=self.cache, client=self._client)


def limited(
    auth: AppAuth,
    limiter: RateLimiter,
    installation: int,
    policy: WaitPolicy,
    *,
    people: bool = False,
) -> RateLimitedClient:
    """Return a client for one run, over the App's connections and within the limits."""
    return RateLimitedClient(
        limiter,
        installation,
        api_url=auth.api_url,
        http=auth.http(),
        people=people,
        policy=policy,
    )


def read_repository(
    row: RepositoryRow,
    auth: AppAuth,
    client: RateLimitedClient,
    cache: Cache,
    *,
    rights: Rights = LEAST,
) -> RepositoryInfo:
    """Return how GitHub shows a repository now, by its id: one request, conditional.

    Any rights are enough; those of a run save a token where one follows.

    Raises RepositoryGoneError when it is not there, NotInstalledError when the App is not in it any
    more, and what `AppAuth.using` raises.
    """

    def ask(connection: Connection) -> RepositoryInfo:
        with HttpReader(connection, cache=cache, client=client) as reader:
            found = reader.by_id(row.id)
        try:
            return RepositoryInfo(
                int(found["id"]),
                str(found["full_name"]),
                private=bool(found["private"]),
                archived=bool(found.get("archived")),
            )
        except (KeyError, TypeError, ValueError):
            raise problems.misshapen("/repositories/ID", "no repository") from None

    try:
        return auth.using(_as_known(row, row.full_name, row.private), ask, rights=rights)
    except (NotThereError, RepositoryMissingError) as missing:
        if isinstance(missing, NotInstalledError):
            raise
        raise RepositoryGoneError from None


def _rest(later: MilepostError, budget: RateLimiter, row: RepositoryRow) -> float:
    """In how many seconds to come back; 0 when nobody can say.

    Those of one installation do not come back at the same moment.
    """
    seconds = budget.blocked(row.installation_id).seconds
    if isinstance(later, LaterError):
        seconds = max(seconds, later.seconds)
    return seconds + COME_BACK_WITHIN * next_run.spread(row.id) if seconds > 0 else 0.0


def _as_known(row: RepositoryRow, full_name: str, private: bool) -> InstalledRepository:
    return InstalledRepository(
        installation=row.installation_id, id=row.id, full_name=full_name, private=private
    )


def _outside(settings: Settings) -> "LinkChecker | None":
    if not settings.features.links:
        return None
    from bot.github.link_checker import LinkChecker

    return LinkChecker()
