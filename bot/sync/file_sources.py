"""Finds settings and curricula: in the current folder, else on GitHub."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from bot import settings as settings_file
from bot.curriculum import load
from bot.curriculum.model import Curriculum
from bot.errors import ConfigError, CurriculumError
from bot.i18n import ENGLISH
from bot.planning.ports import Reader
from bot.progress.guide_file import GuideFile
from bot.settings import CONFIG_PATH, FileSettings

YAML_ENDINGS = (".yml", ".yaml")
GUIDE_ENDINGS = (".md", ".markdown")
MAX_FILE = 5_000_000


class FileSource(Protocol):
    """A place that holds files by path."""

    def read(self, path: str) -> bytes | None:
        """Return the file's bytes, or None when there is none."""
        ...


class LocalFiles:
    """Files below one folder of this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def read(self, path: str) -> bytes | None:
        """Return the file's bytes. Raises CurriculumError outside the folder or above 5 MB."""
        try:
            file = (self._root / path).resolve()
            inside, there = file.is_relative_to(self._root), file.is_file()
        except (OSError, ValueError, RuntimeError):  # too long, a NUL, links that go in a circle
            return None
        if not inside:
            raise CurriculumError("this path leads out of the repository.", where=path)
        if not there:
            return None
        if file.stat().st_size > MAX_FILE:
            raise CurriculumError(f"it is larger than {MAX_FILE // 1_000_000} MB.", where=path)
        return file.read_bytes()


class RepositoryFiles:
    """Files on the default branch of the repository."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def read(self, path: str) -> bytes | None:
        """Return the file's bytes on GitHub."""
        text = self._reader.file(path)
        return None if text is None else text.encode()


class FileContent(NamedTuple):
    """Returns one file, whatever its path."""

    content: bytes | None

    def read(self, path: str) -> bytes | None:  # noqa: ARG002 - there is one
        """Return the file's bytes."""
        return self.content


def find_settings(folder: Path, reader: Reader | None) -> tuple[FileSettings, FileSource]:
    """Return the settings and the source that has them. Raises ConfigError without any."""
    here = LocalFiles(folder)
    places: list[FileSource] = [here] if reader is None else [here, RepositoryFiles(reader)]
    for place in places:
        content = place.read(CONFIG_PATH)
        if content is not None:
            return settings_file.parse(_text(content, CONFIG_PATH), name=CONFIG_PATH), place
    raise ConfigError(
        f"there is no {CONFIG_PATH} in this folder"
        f"{' or in the repository' if reader is not None else ''}.",
        hint="Make one with `milepost init`.",
    )


def place_of(name: str, place: FileSource, reader: Reader | None) -> FileSource:
    """Return where a curriculum is: `place`, or GitHub for one of another repository."""
    if reader is None or settings_file.shared_file(name) is None:
        return place
    return RepositoryFiles(reader)


def is_file(name: str) -> bool:
    """Return whether a curriculum is a file, here or in another repository."""
    return settings_file.file_name(name).casefold().endswith((*YAML_ENDINGS, *GUIDE_ENDINGS))


def find_curriculum(name: str, place: FileSource, units: str = "") -> Curriculum:
    """Return a built-in curriculum, or one of a file. Raises CurriculumError or GuideError.

    Of a guide a reading with such `units` is preferred, as its source names them.
    """
    if not is_file(name):
        return load.from_catalog(name)
    content = place.read(name)
    if content is None:
        raise CurriculumError(
            f"there is no file '{name}'.",
            where="curriculum",
            hint=f"There is none in {shared.repository} at this tag, or it isn't public."
            if (shared := settings_file.shared_file(name))
            else "Its path counts from the root of the repository.",
        )
    if settings_file.file_name(name).casefold().endswith(YAML_ENDINGS):
        return load.from_yaml(_text(content, name), name=name)
    return read_guide(content, name=name, units=units)


def find_source(
    settings: FileSettings,
    place: FileSource,
    find: Callable[[str, FileSource, str], Curriculum] = find_curriculum,
) -> Curriculum | GuideFile:
    """Return a built-in curriculum, one of a file, or a guide as it is, to be read when needed.

    A built-in one is in the language of the settings. Raises CurriculumError or GuideError.
    """
    name = settings.curriculum
    is_guide = settings_file.file_name(name).casefold().endswith(GUIDE_ENDINGS)
    content = place.read(name) if is_guide else None
    if content is None:
        found = find(name, place, "")
        return found if is_file(name) else load.from_catalog(name, settings.language or ENGLISH)
    file = FileContent(content)
    return GuideFile(content, lambda units: find(name, file, units))


def read_guide(content: bytes, *, name: str, units: str = "") -> Curriculum:
    """Return the curriculum of a Markdown guide, by `units` if it can. Raises GuideError."""
    from bot.curriculum import importer

    return importer.read(content, name=name, prefer=units).curriculum


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        raise ConfigError(
            "this is not UTF-8 text.", where=f"{name}, line {line}", hint="Save it as UTF-8."
        ) from None
