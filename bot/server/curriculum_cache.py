"""Curricula that were read from files, kept in the memory of one process by what the files hold.

To read a large guide takes seconds of a thread, and each look at its repository would read it anew.
What was read of a file is a value, and the same for the same bytes, so it is read once, for all
repositories that have it. A file that cannot be read is remembered with what is wrong with it.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.curriculum.model import Curriculum
from bot.errors import CurriculumError, GuideError
from bot.usecases.sources import GUIDE_ENDINGS, YAML_ENDINGS, Source, find_curriculum

MAX_TEXT = 2_000_000  # bytes of the files; what was read of one takes ten to thirty times as much
_LEAST = 2_000  # bytes that a small one counts for


@dataclass
class _Kept:
    found: Curriculum | CurriculumError | GuideError
    size: int
    of: set[int] = field(default_factory=set)


class _Held(NamedTuple):
    """A place with one file, whatever it is asked for."""

    content: bytes | None

    def read(self, path: str) -> bytes | None:  # noqa: ARG002 - there is one
        """The file's bytes."""
        return self.content


class Curricula:
    """Those of all repositories, for any number of threads; the one used longest ago goes first."""

    def __init__(self, *, max_text: int = MAX_TEXT) -> None:
        self._max_text = max_text
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """Of how many bytes of files something is kept, about."""
        return self._size

    def find(self, repository: int, name: str, place: Source) -> Curriculum:
        """What `find_curriculum` finds, and raises. The file is read from `place` each time."""
        if not name.casefold().endswith((*YAML_ENDINGS, *GUIDE_ENDINGS)):
            self.forget([repository])
            return find_curriculum(name, place)
        content = place.read(name)
        if content is None:
            self.forget([repository])
            return find_curriculum(name, _Held(None))
        # The name is in errors, and in what says where a curriculum came from.
        key = hashlib.sha256(f"{name}\0".encode() + content).digest()
        found = self._known(repository, key)
        if found is None:
            found = _read(name, content)
            self._keep(repository, key, found, len(content))
        if isinstance(found, Curriculum):
            return found
        # A new one, for threads would share the traceback of the old.
        raise type(found)(found.what, where=found.where, hint=found.hint)

    def forget(self, repositories: Iterable[int]) -> None:
        """These are gone, or have another file; what only they had is dropped."""
        with self._lock:
            for repository in repositories:
                self._release(repository)

    def _known(
        self, repository: int, key: bytes
    ) -> Curriculum | CurriculumError | GuideError | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            self._release(repository, but=key)
            kept.of.add(repository)
            self._kept.move_to_end(key)
            return kept.found

    def _keep(
        self,
        repository: int,
        key: bytes,
        found: Curriculum | CurriculumError | GuideError,
        length: int,
    ) -> None:
        size = max(length, _LEAST)
        with self._lock:
            self._release(repository, but=key)
            if size > self._max_text:
                return
            if key not in self._kept:  # another thread may have been quicker
                self._kept[key] = _Kept(found, size)
                self._size += size
            self._kept[key].of.add(repository)
            while self._size > self._max_text:
                self._drop(next(iter(self._kept)))

    def _release(self, repository: int, *, but: bytes = b"") -> None:
        """There are at most a thousand of them."""
        for key in [key for key, kept in self._kept.items() if repository in kept.of]:
            if key != but:
                self._kept[key].of.discard(repository)
                if not self._kept[key].of:
                    self._drop(key)

    def _drop(self, key: bytes) -> None:
        self._size -= self._kept.pop(key).size


def _read(name: str, content: bytes) -> Curriculum | CurriculumError | GuideError:
    try:
        return find_curriculum(name, _Held(content))
    except (CurriculumError, GuideError) as wrong:
        return wrong.with_traceback(None)
