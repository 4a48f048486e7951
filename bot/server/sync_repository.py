"""One run for one repository: who it is now, its settings, and `Sync`, with a token of its own."""

from collections.abc import Callable
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
from bot.github.cache import Cache
from bot.github.client import Connection
from bot.github.exchange import Exchange, OnExchange, unwatched
from bot.github.gateway import PyGithubGateway
from bot.github.rate_limited_client import LaterError, RateLimitedClient
from bot.github.rate_limiter import RateLimiter
from bot.github.reader import HttpReader
from bot.github.retry import Pacing
from bot.github.rights import LEAST, Rights, rights_for
from bot.planning.ports import Gateway
from bot.progress.path import LearningPath, PathReader
from bot.server import next_run
from bot.server.curriculum_cache import Curricula
from bot.server.store.rows import RepositoryRow, Seen
from bot.settings import CONFIG_PATH, Settings
from bot.settings import parse as parse_settings
from bot.templating import plural
from bot.usecases.sources import Remote
from bot.usecases.sync import Sync, SyncResult

if TYPE_CHECKING:
    from bot.github.link_checker import LinkChecker

COME_BACK_WITHIN = 60.0  # seconds
PATIENCE = 20.0  # seconds to wait in a thread; what takes longer is taken up again later

# These are for others to deal with: they say nothing about this repository.
_NOT_ABOUT_IT = (
    AppRefusedError,
    InstallationGoneError,
    InstallationSuspendedError,
    NotInstalledError,
)

Sleep = Callable[[float], None]


class LostError(Exception):
    """The repository cannot be found by its id any more."""


class Tended(NamedTuple):
    """What became of a run: a word, a sentence, and the settings as far as they could be read.

    `view` is the path after a run that went through.

    `retry_in` is None when it is settled, else in how many seconds to try again; 0 leaves that to
    the caller.
    """

    result: str
    told: str = ""
    settings: Settings | None = None
    retry_in: float | None = None
    view: LearningPath | None = None


class _Path(NamedTuple):
    settings: Settings
    curriculum: Curriculum


def tend(
    row: RepositoryRow,
    auth: AppAuth,
    budget: RateLimiter,
    cache: Cache,
    curricula: Curricula,
    *,
    now: datetime,
    sleep: Sleep,
    seen: Callable[[Seen], None],
    progress: Callable[[int, int], None],
    on_exchange: OnExchange = unwatched,
) -> Tended:
    """Do all that is due in a repository; `seen` hears what GitHub calls it now.

    `progress` hears before each change how many are written, and how many there are. `cache` has
    what GitHub answered before, `curricula` what files held before. `on_exchange` hears of each
    request of the gateway's.

    `now` is aware. Raises LostError; InstallationGoneError, InstallationSuspendedError and
    NotInstalledError; AppRefusedError where the fault is ours; and what `sleep` raises.
    """
    lane = RateLimitedClient(
        budget, row.installation_id, http=auth.http(), sleep=sleep, max_wait=PATIENCE
    )
    run = _Run(row, auth, lane, cache, curricula, now, sleep, progress, on_exchange)
    try:
        facts = run.look_up()
        seen(facts)
        if facts.archived:
            return Tended("archived", "The repository is archived.")
        return run.sync(facts)
    except _NOT_ABOUT_IT:
        raise
    except (UnavailableError, UncertainWriteError) as later:
        return Tended("waiting", str(later), run.settings, retry_in=_rest(later, budget, row))
    except (ConfigError, CurriculumError, GuideError) as wrong:
        # A push will mend it, and wake us.
        return Tended("wrong", str(wrong), run.settings)
    except MilepostError as refused:
        return Tended("refused", str(refused), run.settings)


def now_seen(
    row: RepositoryRow,
    auth: AppAuth,
    lane: RateLimitedClient,
    cache: Cache,
    *,
    sleep: Sleep,
    max_wait: float = PATIENCE,
    rights: Rights = LEAST,
) -> Seen:
    """How GitHub shows a repository now, asked for by its id: one request, conditional.

    Any rights are enough; those of a run save a token where one follows.

    Raises LostError when it is not there, NotInstalledError when the App is not in it any more, and
    what `AppAuth.using` raises.
    """

    def ask(connection: Connection) -> Seen:
        with _reader(connection, lane, cache, sleep, max_wait) as reader:
            found = reader.by_id(row.id)
        try:
            return Seen(
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
        raise LostError from None


def _rest(later: MilepostError, budget: RateLimiter, row: RepositoryRow) -> float:
    """In how many seconds to come back; 0 when nobody can say.

    Those of one installation do not come back at the same moment.
    """
    seconds = budget.closed(row.installation_id).seconds
    if isinstance(later, LaterError):
        seconds = max(seconds, later.seconds)
    return seconds + COME_BACK_WITHIN * next_run.spread(row.id) if seconds > 0 else 0.0


class _Run:
    """What one run shares. `settings` are kept as soon as they are read."""

    def __init__(
        self,
        row: RepositoryRow,
        auth: AppAuth,
        lane: RateLimitedClient,
        cache: Cache,
        curricula: Curricula,
        now: datetime,
        sleep: Sleep,
        progress: Callable[[int, int], None],
        on_exchange: OnExchange,
    ) -> None:
        self.settings: Settings | None = None
        self._row = row
        self._auth = auth
        self._lane = lane
        self._cache = cache
        self._curricula = curricula
        self._now = now
        self._sleep = sleep
        self._progress = progress
        self._on_exchange = on_exchange

    def look_up(self) -> Seen:
        """The repository by its id, which outlives names and owners. Raises LostError."""
        return now_seen(self._row, self._auth, self._lane, self._cache, sleep=self._sleep)

    def sync(self, facts: Seen) -> Tended:
        """Read its settings and follow them."""
        home = self._as_known(facts.full_name, facts.private)
        least = rights_for(None, private=facts.private)
        path = self._auth.using(home, self._read, rights=least)
        if path is None:
            return Tended("unset", f"There is no {CONFIG_PATH} yet.")
        rights = rights_for(path.settings, private=facts.private)
        done = self._auth.using(home, lambda c: self._write(c, path), rights=rights)
        told = f"{plural(done.written, 'change')} written."
        return Tended("synced", told, path.settings, view=done.view)

    def _read(self, connection: Connection) -> _Path | None:
        with self._reader(connection) as reader:
            place = Remote(reader)
            content = place.read(CONFIG_PATH)
            if content is None:
                return None
            self.settings = parse_settings(content.decode(), name=CONFIG_PATH)
            name = self.settings.curriculum
            return _Path(self.settings, self._curricula.find(self._row.id, name, place))

    def _write(self, connection: Connection, path: _Path) -> SyncResult:
        gateway = PyGithubGateway(
            connection,
            # The lane spaces the writes of all runs of the installation.
            pacing=Pacing(interval=0, max_wait=PATIENCE),
            sleep=self._sleep,
            on_limit=self._lane.refused,
            on_exchange=self._exchanged,
        )
        paced: Gateway = self._lane.gateway(gateway)
        with self._reader(connection) as reader, gateway:
            return Sync(
                PathReader(path.curriculum, path.settings, self._now),
                reader,
                web=web_root(connection.api_url),
                outside=_outside(path.settings),
            ).run(
                gateway=lambda: paced,
                sleep=self._sleep,
                progress=lambda written, of, _: self._progress(written, of),
            )

    def _exchanged(self, done: Exchange) -> None:
        self._lane.exchanged(done)
        self._on_exchange(done)

    def _reader(self, connection: Connection) -> HttpReader:
        return _reader(connection, self._lane, self._cache, self._sleep, PATIENCE)

    def _as_known(self, full_name: str, private: bool) -> InstalledRepository:
        return _as_known(self._row, full_name, private)


def _reader(
    connection: Connection, lane: RateLimitedClient, cache: Cache, sleep: Sleep, max_wait: float
) -> HttpReader:
    http = lane.http(connection.api_url)
    return HttpReader(connection, cache=cache, http=http, sleep=sleep, max_wait=max_wait)


def _as_known(row: RepositoryRow, full_name: str, private: bool) -> InstalledRepository:
    return InstalledRepository(
        installation=row.installation_id, id=row.id, full_name=full_name, private=private
    )


def _outside(settings: Settings) -> "LinkChecker | None":
    if not settings.features.links:
        return None
    from bot.github.link_checker import LinkChecker

    return LinkChecker()
