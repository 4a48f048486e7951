"""Caches curricula in the memory of one process, by the content of the files they were read from.

To read a large guide takes seconds of a thread, and each sync of its repository would read it anew.
What was read of a file is a value, and the same for the same bytes, so it is read once, for all
repositories that have it. A file that cannot be read is remembered with what is wrong with it.
"""

import contextlib
import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from cachetools import Cache, LRUCache

from bot.curriculum.model import Curriculum
from bot.errors import CurriculumError, GuideError
from bot.sync.file_sources import GUIDE_ENDINGS, YAML_ENDINGS, FileSource, find_curriculum

MAX_TEXT = 2_000_000  # bytes of the files; what was read of one takes ten to thirty times as much
_LEAST = 2_000  # bytes that a small one counts for


@dataclass
class _Entry:
    found: Curriculum | CurriculumError | GuideError
    size: int
    of: set[int] = field(default_factory=set)


class _Held(NamedTuple):
    """A place with one file, whatever it is asked for."""

    content: bytes | None

    def read(self, path: str) -> bytes | None:  # noqa: ARG002 - there is one
        """The file's bytes."""
        return self.content


class CurriculumCache:
    """Those of all repositories, for any number of threads; the one used longest ago goes first."""

    def __init__(self, *, max_text: int = MAX_TEXT) -> None:
        self._lock = threading.Lock()
        self._entries: LRUCache[bytes, _Entry] = LRUCache(max_text, getsizeof=lambda one: one.size)

    @property
    def size(self) -> int:
        """How many bytes the cached files have, about."""
        return int(self._entries.currsize)

    def find(self, repository: int, name: str, place: FileSource) -> Curriculum:
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
            self._backend(repository, key, found, len(content))
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
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._release(repository, but=key)
            entry.of.add(repository)
            return entry.found

    def _backend(
        self,
        repository: int,
        key: bytes,
        found: Curriculum | CurriculumError | GuideError,
        length: int,
    ) -> None:
        with self._lock, contextlib.suppress(ValueError):  # larger than all may be
            self._release(repository, but=key)
            if key not in self._entries:  # another thread may have been quicker
                self._entries[key] = _Entry(found, max(length, _LEAST))
            self._entries[key].of.add(repository)

    def _release(self, repository: int, *, but: bytes = b"") -> None:
        """There are at most a thousand of them."""
        for key in list(self._entries):
            # Not by `[key]`, which would count as used.
            entry = Cache.__getitem__(self._entries, key)
            if key != but and repository in entry.of:
                entry.of.discard(repository)
                if not entry.of:
                    del self._entries[key]


def _read(name: str, content: bytes) -> Curriculum | CurriculumError | GuideError:
    try:
        return find_curriculum(name, _Held(content))
    except (CurriculumError, GuideError) as wrong:
        return wrong.with_traceback(None)
