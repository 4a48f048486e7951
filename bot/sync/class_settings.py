"""The settings of a class: the same file for a list of repositories, as a plan first.

Only what is missing is made. Settings that are there are the learner's, whatever they say.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Literal, NamedTuple, Protocol

from bot.errors import EXIT_OK, AuthenticationError, MilepostError, PermissionDeniedError
from bot.planning.file_changes import PutFile
from bot.planning.ports import Gateway, Reader
from bot.settings import CONFIG_PATH
from bot.sync.cohort import OnRead, read_each
from bot.sync.file_sources import RepositoryFiles
from bot.sync.settings_text import check

MESSAGE = "Add the settings of a learning path"
State = Literal["new", "there", "wrong"]


class ClassReader(Reader, Protocol):
    """Reads a repository, and what may be done there."""

    def may_push(self) -> bool:
        """Return whether the token's owner may write files. Raises RepositoryMissingError."""
        ...


OpenReader = Callable[[str], AbstractContextManager[ClassReader]]


class ClassRepository(NamedTuple):
    """A repository of the class: without settings yet, with some, or why it gets none."""

    repository: str
    state: State
    reason: str = ""
    exit_code: int = EXIT_OK


def plan_class(
    repositories: Iterable[str],
    open_reader: OpenReader,
    text: str,
    on_read: OnRead = lambda _read, _of, _name: None,
) -> list[ClassRepository]:
    """Return what `text` as settings would change, each repository once. Nothing is written.

    The settings are checked against each repository, where their curriculum may be a file. Raises
    AuthenticationError, which would be wrong with each.
    """

    def read(repository: str) -> ClassRepository:
        try:
            with open_reader(repository) as reader:
                if not reader.may_push():
                    raise PermissionDeniedError("the token's owner may not write there.")
                if reader.file(CONFIG_PATH) is not None:
                    return ClassRepository(repository, "there")
                check(text, RepositoryFiles(reader))
                return ClassRepository(repository, "new")
        except AuthenticationError:
            raise
        except MilepostError as error:
            return _wrong(repository, error)

    return read_each(repositories, read, on_read)


def write_class(
    planned: Sequence[ClassRepository],
    open_reader: OpenReader,
    open_gateway: Callable[[str], Gateway],
    text: str,
    on_write: OnRead = lambda _written, _of, _name: None,
) -> list[ClassRepository]:
    """Write the settings where there still are none; return where GitHub took none, and why."""
    change = PutFile(path=CONFIG_PATH, data=text.encode(), message=MESSAGE)
    new = [one for one in planned if one.state == "new"]
    refused: list[ClassRepository] = []
    for number, one in enumerate(new, 1):
        try:
            with open_reader(one.repository) as reader:
                is_new = reader.file(CONFIG_PATH) is None
            if is_new:  # nobody has written some meanwhile
                open_gateway(one.repository).write(change)
        except AuthenticationError:
            raise
        except MilepostError as error:
            refused.append(_wrong(one.repository, error))
        on_write(number, len(new), one.repository)
    return refused


def _wrong(repository: str, error: MilepostError) -> ClassRepository:
    place = error.where if error.where != repository else None
    reason = f"{place}: {error.what}" if place else error.what
    return ClassRepository(repository, "wrong", reason, error.exit_code)
