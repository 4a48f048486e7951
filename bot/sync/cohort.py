"""The cohort table: reads each repository whose own settings say that it shares.

Nothing is written or stored: each run reads anew, so whoever stops sharing is gone with the next
one. Of a repository that does not share, only its settings file is read.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime

from bot import settings as settings_file
from bot.errors import AuthenticationError, ConfigError, MilepostError
from bot.planning.ports import Reader
from bot.progress.path import LearningPath
from bot.reports.cohort import Cohort, Member, NotShown, member
from bot.settings import CONFIG_PATH
from bot.sync.file_sources import RepositoryFiles, find_curriculum

OpenReader = Callable[[str], AbstractContextManager[Reader]]


def cohort(repositories: Iterable[str], open_reader: OpenReader, now: datetime) -> Cohort:
    """Return the table at `now` (aware), in the order of `repositories` (owner/name), each once.

    What is wrong with one of them stands in its row. Raises AuthenticationError, which would be
    wrong with each.
    """
    wanted: dict[str, str] = {}
    for name in repositories:
        wanted.setdefault(name.casefold(), name)
    return Cohort(learners=tuple(_one(name, open_reader, now) for name in wanted.values()))


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
            if not settings.cohort.share:
                return NotShown(repository=repository, state="does not share")
            curriculum = find_curriculum(settings.curriculum, RepositoryFiles(reader))
            return member(LearningPath.read(curriculum, settings, reader.snapshot(), now))
    except AuthenticationError:
        raise
    except MilepostError as error:
        reason = f"{error.where}: {error.what}" if error.where else error.what
        return NotShown(repository=repository, state="unreadable", reason=reason)
