"""The cohort table: reads each repository whose own settings share it with the mentor who asks.

Nothing is written or stored: each run reads anew, so whoever stops sharing is gone with the next
one. Of a repository that does not share, only its settings file is read.
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager
from contextvars import copy_context
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from bot import settings as settings_file
from bot.errors import EXIT_OK, AuthenticationError, ConfigError, MilepostError, UsageError
from bot.planning.ports import Reader
from bot.planning.snapshot import Snapshot
from bot.progress.path import LearningPath
from bot.reports.cohort import Cohort, HelpRequest, Member, member
from bot.settings import CONFIG_PATH
from bot.sync.file_sources import RepositoryFiles, find_source

T = TypeVar("T")
CONCURRENCY = 8  # repositories read at once


class MentorReader(Reader, Protocol):
    """Reads a repository for the person whose token it has."""

    def login(self) -> str:
        """Return their login. Raises AuthenticationError when the token is no person's."""
        ...

    def snapshot_at_once(self) -> Snapshot:
        """Return a snapshot whose lists are read at the same time, for reports alone."""
        ...


OpenReader = Callable[[str], AbstractContextManager[MentorReader]]
OnRead = Callable[[int, int, str], None]  # how many are read, of how many, and the newest


class NotShown(NamedTuple):
    """A repository that is left out, and why, for nobody but the mentor who named it.

    `exit_code` is that of the error for which it could not be read.
    """

    repository: str
    reason: str
    exit_code: int = EXIT_OK

    @property
    def sentence(self) -> str:
        """Return it in words, which are the learner's in part."""
        outcome = "Could not be read" if self.exit_code else "Not shown"
        return f"{outcome}: {self.repository}: {self.reason}"


class CohortReading(NamedTuple):
    """A table, the repositories of its learners, and what is not in it."""

    table: Cohort
    not_shown: tuple[NotShown, ...]
    repositories: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """Return that of the first repository that could not be read; 0 when all could."""
        return next((one.exit_code for one in self.not_shown if one.exit_code), EXIT_OK)


def cohort(
    repositories: Iterable[str],
    open_reader: OpenReader,
    now: datetime,
    on_read: OnRead = lambda _read, _of, _name: None,
) -> CohortReading:
    """Return the table at `now` (aware) for the person whose token the readers have.

    In the order of `repositories` (owner/name), each once; several are read at a time. Raises
    AuthenticationError, which would be wrong with each.
    """
    read = _RepositoryReader(open_reader, now).read
    rows = read_each(repositories, lambda name: (name, read(name)), on_read)
    shown = [(name, row) for name, row in rows if isinstance(row, Member)]
    not_shown = tuple(row for _, row in rows if isinstance(row, NotShown))
    table = Cohort(learners=tuple(row for _, row in shown), not_shown=len(not_shown))
    return CohortReading(table, not_shown, tuple(name for name, _ in shown))


def find_request(reading: CohortReading, who: str) -> tuple[str, HelpRequest]:
    """Return the repository and the oldest request of who goes by this name. Raises UsageError."""
    wanted = who.casefold()
    found = [
        (name, one)
        for name, one in zip(reading.repositories, reading.table.learners, strict=True)
        if one.who.casefold() == wanted and one.asking
    ]
    if len(found) != 1:
        problem = "several people of that name ask" if found else "nobody of that name asks"
        raise UsageError(f"{problem} for help.", where=who)
    [(name, one)] = found
    return name, one.asking[0]


def read_each(
    repositories: Iterable[str],
    read: Callable[[str], T],
    on_read: OnRead = lambda _read, _of, _name: None,
) -> list[T]:
    """Return what `read` returns for each repository, in their order, each once.

    Several are read at a time. The first that raises ends it.
    """
    wanted: dict[str, str] = {}
    for name in repositories:
        wanted.setdefault(name.casefold(), name)
    with ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="cohort") as pool:
        # In contexts of this thread, whose clock they have.
        reads = {pool.submit(copy_context().run, read, name): name for name in wanted.values()}
        try:
            for done, one in enumerate(as_completed(reads), 1):
                one.result()
                on_read(done, len(reads), reads[one])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [one.result() for one in reads]


def listed(text: str) -> list[str]:
    """Return the repositories of a file: one a line, without empty lines and "#" comments."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


class _RepositoryReader:
    """Reads repositories, from any thread, for the person whose token the readers have."""

    def __init__(self, open_reader: OpenReader, now: datetime) -> None:
        self._open = open_reader
        self._now = now
        self._login = ""
        self._lock = threading.Lock()

    def read(self, repository: str) -> Member | NotShown:
        """Return a learner's row, or why there is none. Raises AuthenticationError."""
        try:
            with self._open(repository) as reader:
                return self._member(repository, reader)
        except AuthenticationError:
            raise
        except MilepostError as error:
            reason = f"{error.where}: {error.what}" if error.where else error.what
            return NotShown(repository, reason, error.exit_code)

    def _member(self, repository: str, reader: MentorReader) -> Member | NotShown:
        content = reader.file(CONFIG_PATH)
        if content is None:
            raise ConfigError(
                f"there is no {CONFIG_PATH}, or the token may not see the repository."
            )
        settings = settings_file.parse(content, name=CONFIG_PATH)
        if not settings.shared_with or self._mentor(reader) not in settings.shared_with:
            return NotShown(repository, "does not share with you")
        source = find_source(settings, RepositoryFiles(reader))
        return member(LearningPath.read(source, settings, reader.snapshot_at_once(), self._now))

    def _mentor(self, reader: MentorReader) -> str:
        """Return the person's login in lower case, which is the same for all repositories."""
        with self._lock:
            self._login = self._login or reader.login().lower()
        return self._login
