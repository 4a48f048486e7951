"""Caches curricula in the memory of one process, by the content of their files.

To read a large guide takes seconds, and each sync of its repository would read it again. The same
bytes give the same curriculum, so a file is read once for all repositories that have it. The error
of a file that cannot be read is cached, too.
"""

import contextlib
import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from cachetools import Cache, LRUCache

from bot.curriculum.model import Curriculum
from bot.errors import CurriculumError, GuideError
from bot.server.curriculum_process import find_bounded
from bot.sync.file_sources import FileContent, FileSource, is_file

MAX_TEXT = 2_000_000  # bytes of the files; a curriculum takes ten to thirty times as much
_LEAST = 2_000  # bytes that a small file counts for


@dataclass
class _Entry:
    result: Curriculum | CurriculumError | GuideError
    size: int
    repositories: set[int] = field(default_factory=set)


class CurriculumCache:
    """Caches curricula of all repositories for any number of threads, the last used ones first."""

    def __init__(self, *, max_text: int = MAX_TEXT) -> None:
        self._lock = threading.Lock()
        self._entries: LRUCache[bytes, _Entry] = LRUCache(max_text, getsizeof=lambda one: one.size)

    def find(self, repository: int, name: str, place: FileSource, units: str = "") -> Curriculum:
        """Return what `find_curriculum` does, and raise the same. The file itself is read anew."""
        content = place.read(name) if is_file(name) else None
        if content is None:
            self.forget([repository])
            return find_bounded(name, FileContent(None), units)
        # With the name, for it is in errors, and in the curriculum's source.
        key = hashlib.sha256(f"{name}\0{units}\0".encode() + content).digest()
        with self._lock:
            entry = self._entries.get(key)
        entry = entry or _Entry(_read(name, content, units), max(len(content), _LEAST))
        with self._lock, contextlib.suppress(ValueError):  # larger than the cache
            self._release(repository, but=key)
            entry = self._entries.setdefault(key, entry)  # another thread may have been quicker
            entry.repositories.add(repository)
        result = entry.result
        if isinstance(result, Curriculum):
            return result
        # A new error, because threads would share the traceback of the old one.
        raise type(result)(result.what, where=result.where, hint=result.hint)

    def forget(self, repositories: Iterable[int]) -> None:
        """Drop the entries that only these repositories have."""
        with self._lock:
            for repository in repositories:
                self._release(repository)

    def _release(self, repository: int, *, but: bytes = b"") -> None:
        for key in list(self._entries):  # at most a thousand
            # Not by `[key]`, which would count as used.
            entry = Cache.__getitem__(self._entries, key)
            if key != but and repository in entry.repositories:
                entry.repositories.discard(repository)
                if not entry.repositories:
                    del self._entries[key]


def _read(name: str, content: bytes, units: str) -> Curriculum | CurriculumError | GuideError:
    try:
        return find_bounded(name, FileContent(content), units)
    except (CurriculumError, GuideError) as invalid:
        return invalid.with_traceback(None)
