"""The cohort table: reads each repository whose own settings share it with the mentor who asks.

Nothing is written or stored: each run reads anew, so whoever stops sharing is gone with the next
one. Of a repository that does not share, only its settings file is read.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

from bot import settings as settings_file
from bot.errors import AuthenticationError, ConfigError, MilepostError
from bot.planning.ports import Reader
from bot.progress.path import LearningPath
from bot.reports.cohort import Cohort, Member, member
from bot.settings import CONFIG_PATH
from bot.sync.file_sources import RepositoryFiles, find_source


class MentorReader(Reader, Protocol):
    """Reads a repository for the person whose token it has."""

    def login(self) -> str:
        """Return their login. Raises AuthenticationError when the token is no person's."""
        ...


OpenReader = Callable[[str], AbstractContextManager[MentorReader]]


class NotShown(NamedTuple):
    """A repository that is left out, and why, for nobody but the mentor who named it."""

    repository: str
    reason: str


class CohortReading(NamedTuple):
    """A table, and what is not in it."""

    table: Cohort
    not_shown: tuple[NotShown, ...]


def cohort(repositories: Iterable[str], open_reader: OpenReader, now: datetime) -> CohortReading:
    """Return the table at `now` (aware) for the person whose token the readers have.

    In the order of `repositories` (owner/name), each once. Raises AuthenticationError, which would
    be wrong with each.
    """
    wanted: dict[str, str] = {}
    for name in repositories:
        wanted.setdefault(name.casefold(), name)
    rows = [_one(name, open_reader, now) for name in wanted.values()]
    learners = tuple(row for row in rows if isinstance(row, Member))
    not_shown = tuple(row for row in rows if isinstance(row, NotShown))
    return CohortReading(Cohort(learners=learners, not_shown=len(not_shown)), not_shown)


def listed(text: str) -> list[str]:
    """Return the repositories of a file: one a line, without empty lines and "#" comments."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def _one(repository: str, open_reader: OpenReader, now: datetime) -> Member | NotShown:
    try:
        with open_reader(repository) as reader:
            content = reader.file(CONFIG_PATH)
            if content is None:
                raise ConfigError(
                    f"there is no {CONFIG_PATH}, or the token may not see the repository."
                )
            settings = settings_file.parse(content, name=CONFIG_PATH)
            if not settings.shared_with or reader.login().lower() not in settings.shared_with:
                return NotShown(repository, "does not share with you")
            source = find_source(settings.curriculum, RepositoryFiles(reader))
            return member(LearningPath.read(source, settings, reader.snapshot(), now))
    except AuthenticationError:
        raise
    except MilepostError as error:
        reason = f"{error.where}: {error.what}" if error.where else error.what
        return NotShown(repository, reason)
