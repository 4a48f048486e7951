"""Syncs one repository: reads its name and settings, and runs `Sync` with a token of its own."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import NamedTuple

from bot import errors
from bot.github.addresses import web_root
from bot.github.answer import shape_error
from bot.github.api_client import LaterError, RateLimitedClient
from bot.github.app import AppAuth, InstalledRepository
from bot.github.conditional_client import ConditionalClient
from bot.github.connection import Connection
from bot.github.errors import (
    AppRefusedError,
    InstallationGoneError,
    InstallationSuspendedError,
    NotInstalledError,
)
from bot.github.etag_cache import Cache
from bot.github.gateway import PyGithubGateway
from bot.github.issue_list import ReadLimits
from bot.github.link_checker import LinkChecker, MissedLinks
from bot.github.rate_limiter import RateLimiter
from bot.github.reader import HttpReader
from bot.github.repository_client import RepositoryClient
from bot.github.retry import Sleep, WaitPolicy
from bot.github.rights import LEAST, Rights, rights_for
from bot.i18n import gettext as _
from bot.i18n import ngettext, use_language
from bot.planning.observed_state import is_begun
from bot.planning.refusals import sentences
from bot.progress.path import LearningPath, PathReader
from bot.reports.cohort import Cohort
from bot.server import next_run
from bot.server.curriculum_cache import CurriculumCache
from bot.server.quiet import QuietRecord, RecordingClient, RepeatableRequest
from bot.server.store.rows import RepositoryInfo, RepositoryRow
from bot.settings import CONFIG_PATH, LEARNERS_PATH, FileSettings
from bot.settings import parse as parse_settings
from bot.sync.apply import WriteContext
from bot.sync.digest import post_digest
from bot.sync.file_sources import RepositoryFiles, find_source
from bot.sync.quiet import quiet_until
from bot.sync.sync import Sync, SyncResult

RETRY_SPREAD = 60.0  # seconds over which the repositories of one installation are retried
UNREACHED = 60.0  # seconds without requests for an installation after GitHub did not answer
PATIENCE = 20.0  # seconds to wait in a thread; what takes longer is retried later

MAX_SETTINGS = 100_000  # bytes; they are read by every sync
# Of one repository, so that eight at once stay below 400 MB.
LIMITS = ReadLimits(
    others=2_000, text=4_000_000, all_text=16_000_000, parsing=threading.Semaphore(2)
)

# Errors of the installation, for the caller.
INSTALLATION_ERRORS = (InstallationGoneError, InstallationSuspendedError, NotInstalledError)


class RepositoryGoneError(Exception):
    """The repository cannot be found by its id any more."""


class RepositorySyncResult(NamedTuple):
    """Holds the result of a run: a word, a sentence, and the settings if they could be read."""

    result: str
    message: str = ""
    settings: FileSettings | None = None
    retry_in: float | None = None  # seconds, 0 as the caller likes; None when it is settled
    path: LearningPath | None = None  # the path after a complete run
    quiet: QuietRecord | None = None  # where the next run may end early
    written: int = 0  # changes


@dataclass
class RepositorySync:
    """Writes all changes that are due in a repository, once, with a token of its own."""

    row: RepositoryRow
    auth: AppAuth
    budget: RateLimiter
    cache: Cache
    curriculum_cache: CurriculumCache
    missed_links: MissedLinks
    now: datetime  # aware
    sleep: Sleep
    on_info: Callable[[RepositoryInfo], None]  # gets how GitHub shows the repository now
    on_settings: Callable[
        [RepositoryInfo, FileSettings], None
    ]  # as soon as they are read and valid
    on_cohort: Callable[[int, str], Cohort]  # gets a mentor's id and login
    on_progress: Callable[[int, int], None]  # before each change: how many are written, of how many
    deleted_comments: frozenset[int] = frozenset()  # ids, by deliveries
    quiet: QuietRecord | None = None  # of the last run, while what it left is still in the store
    settings: FileSettings | None = None  # set as soon as they are read

    def __post_init__(self) -> None:
        self._client = self._new_client()

    def run(self) -> RepositorySyncResult:
        """Sync the repository.

        Raises RepositoryGoneError, InstallationGoneError, InstallationSuspendedError,
        NotInstalledError, AppRefusedError, and the errors of `sleep`.
        """
        try:
            if self.quiet is not None and self._is_quiet(self.quiet):
                self.on_info(self.quiet.info)
                self.on_settings(self.quiet.info, self.quiet.settings)
                message, settings = self.quiet.message, self.quiet.settings
                return RepositorySyncResult("synced", message, settings, quiet=self.quiet)
            # By its id, which does not change with its name or owner.
            info = read_repository(self.row, self.auth, self._client, self.cache)
            self.on_info(info)
            if info.archived:
                return RepositorySyncResult("archived", _("The repository is archived."))
            return self._sync(info)
        except (AppRefusedError, *INSTALLATION_ERRORS):
            raise
        except (errors.UnavailableError, errors.UncertainWriteError) as later:
            retry_in = self._retry_in(later)
            return RepositorySyncResult("waiting", str(later), self.settings, retry_in=retry_in)
        except (errors.ConfigError, errors.CurriculumError, errors.GuideError) as invalid:
            # The push that repairs the file starts the next sync.
            return RepositorySyncResult("wrong", str(invalid), self.settings)
        except errors.MilepostError as refused:
            return RepositorySyncResult("refused", str(refused), self.settings)

    def _is_quiet(self, record: QuietRecord) -> bool:
        """Return whether a run would find what the last one found, and have nothing to write."""
        if self.deleted_comments or not record.since <= self.now < record.until:
            return False
        limited_client = self._new_client()
        home = installed(self.row, record.info.full_name, record.info.private)

        def ask(connection: Connection, requests: Iterable[RepeatableRequest]) -> bool:
            with RepositoryClient(connection, limited_client) as sender:
                client = ConditionalClient(sender, self.cache, LIMITS.parsing)
                return all(
                    client.is_unchanged(one.path, dict(one.query), missing=one.missing)
                    for one in requests
                )

        try:
            return all(
                self.auth.using(home, partial(ask, requests=tuple(its)), rights=rights)
                for rights, its in groupby(record.requests, lambda one: one.rights)
            )
        except (AppRefusedError, errors.UnavailableError, *INSTALLATION_ERRORS):
            raise
        except errors.MilepostError:
            return False  # the whole run meets it, and says what to do

    def _sync(self, info: RepositoryInfo) -> RepositorySyncResult:
        """Read the settings and the curriculum, and write what they ask for."""
        home = installed(self.row, info.full_name, info.private)
        least = self._client.rights = rights_for(None, private=info.private)
        path = self.auth.using(home, lambda c: self._read(c, info), rights=least)
        if path is None:
            return RepositorySyncResult("unset", self._post_digest(home, info))
        rights = self._client.rights = rights_for(path.settings, private=info.private)
        outside = LinkChecker(self.missed_links, self.row.id)
        done = self.auth.using(home, lambda c: self._write(c, path, info, outside), rights=rights)
        omitted = done.path.observed.snapshot.omitted
        with use_language(done.path.language):
            written = ngettext("%(num)s change written.", "%(num)s changes written.", done.written)
            message = " ".join(filter(None, (written, omitted, *sentences(done.refused))))
        quiet = None
        if self._client.repeatable and not (done.wrote or outside.used):
            until = quiet_until(done.path, done.refused)
            quiet = QuietRecord(
                self._client.requests, self.now, until, info, path.settings, message
            )
        return RepositorySyncResult(
            "synced", message, path.settings, path=done.path, quiet=quiet, written=done.written
        )

    def _post_digest(self, home: InstalledRepository, info: RepositoryInfo) -> str:
        """Post a mentor's digest in a private repository that lists learners; say what was done.

        The list itself is for the Action: here the mentor is the owner, who has accepted learners.
        """

        def post(connection: Connection) -> str:
            with self._reader(connection) as reader:
                if reader.file(LEARNERS_PATH) is None:
                    return unset
                gateway = PyGithubGateway(connection, self._client)
                context = WriteContext(lambda: gateway, self.sleep)
                cohort = self.on_cohort(*reader.owner())
                outcome = post_digest(cohort, self.now.date(), reader, context)
                return f"The digest of this week: {outcome}."

        unset = f"There is no {CONFIG_PATH} yet."
        if not info.private:
            return unset
        return self.auth.using(home, post, rights=rights_for(None, private=True))

    def _read(self, connection: Connection, info: RepositoryInfo) -> PathReader | None:
        with self._reader(connection) as reader:
            place = RepositoryFiles(reader)
            content = place.read(CONFIG_PATH)
            if content is None:
                return None
            if len(content) > MAX_SETTINGS:
                what = f"it is larger than {MAX_SETTINGS // 1_000} KB."
                raise errors.ConfigError(what, where=CONFIG_PATH)
            self.settings = parse_settings(content.decode(), name=CONFIG_PATH)
            self.on_settings(info, self.settings)
            find = partial(self.curriculum_cache.find, self.row.id)
            return PathReader(find_source(self.settings, place, find), self.settings, self.now)

    def _write(
        self, connection: Connection, path: PathReader, info: RepositoryInfo, outside: LinkChecker
    ) -> SyncResult:
        gateway = PyGithubGateway(connection, self._client)
        try:
            with self._reader(connection) as reader:
                if (info.template or info.fork) and not is_begun(reader.snapshot()):
                    raise errors.RefusedError(_not_here(info))
                sync = Sync(path, reader, web=web_root(connection.api_url), outside=outside)
                return sync.run(
                    WriteContext(
                        lambda: gateway, self.sleep, lambda n, of, _: self.on_progress(n, of)
                    )
                )
        except LaterError:
            raise
        except errors.UnavailableError as silent:
            self.budget.block(self.row.installation_id, UNREACHED, silent.what)
            raise

    def _new_client(self) -> RecordingClient:
        policy = WaitPolicy(sleep=self.sleep, max_wait=PATIENCE)
        return RecordingClient(self.auth, self.budget, self.row.installation_id, policy)

    def _reader(self, connection: Connection) -> HttpReader:
        reader = HttpReader(connection, cache=self.cache, client=self._client, limits=LIMITS)
        reader.reported_deleted = self.deleted_comments
        return reader

    def _retry_in(self, later: errors.MilepostError) -> float:
        """Return in how many seconds to retry; 0 when that is unknown."""
        seconds = self.budget.blocked(self.row.installation_id).seconds
        if isinstance(later, LaterError):
            seconds = max(seconds, later.seconds)
        return seconds + RETRY_SPREAD * next_run.spread(self.row.id) if seconds > 0 else 0.0


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
        http=auth.session(),
        people=people,
        policy=policy,
    )


def _not_here(info: RepositoryInfo) -> str:
    """Return why no path begins in a copy: nobody chose its settings."""
    if info.template:
        return _("This is a template. Paths start in the repositories made from it.")
    return _(
        "This is a fork. Begin a path in a repository of your own, or here with `milepost apply`."
    )


def read_repository(
    row: RepositoryRow,
    auth: AppAuth,
    client: RateLimitedClient,
    cache: Cache,
    *,
    rights: Rights = LEAST,
) -> RepositoryInfo:
    """Return how GitHub shows a repository now, by its id, with one conditional request.

    Any rights are enough; those of a run that follows save a token.

    Raises RepositoryGoneError when it does not exist, NotInstalledError when the App is no longer
    installed there, and the errors of `AppAuth.using`.
    """

    def request(connection: Connection) -> RepositoryInfo:
        with HttpReader(connection, cache=cache, client=client) as reader:
            found = reader.by_id(row.id)
        try:
            return RepositoryInfo(
                int(found["id"]),
                str(found["full_name"]),
                private=bool(found["private"]),
                archived=bool(found.get("archived")),
                template=bool(found.get("is_template")),
                fork=bool(found.get("fork")),
            )
        except (KeyError, TypeError, ValueError):
            raise shape_error("/repositories/ID", "no repository") from None

    try:
        return auth.using(installed(row, row.full_name, row.private), request, rights=rights)
    except (errors.NotThereError, errors.RepositoryMissingError) as missing:
        if isinstance(missing, NotInstalledError):
            raise
        raise RepositoryGoneError from None


def installed(row: RepositoryRow, full_name: str, private: bool) -> InstalledRepository:
    """Return the repository of a row as GitHub shows it now, with its installation."""
    return InstalledRepository(
        installation=row.installation_id, id=row.id, full_name=full_name, private=private
    )
