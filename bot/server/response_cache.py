"""Caches GitHub's responses in the memory of one process, so that the next sync costs no quota.

Not in the database: they hold the texts of private repositories, which would then be in each
backup, only to save the first sync after a start. They are compressed, and bounded: the least
recently used repositories are dropped first.
"""

import contextlib
import threading
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from cachetools import LRUCache

from bot.github.etag_cache import Cache, Page

MAX_BYTES = 64_000_000
_OVERHEAD = 600  # bytes for what is around a body
_MAX_PAGES = 128  # of one repository: the URL of a list of comments changes with the day
_LEVEL = 1  # the quickest compression


class _Packed(NamedTuple):
    page: Page  # without its body
    body: bytes

    @property
    def size(self) -> int:
        return len(self.body) + len(self.page.link) + _OVERHEAD


class ResponseCache:
    """Caches pages of all repositories, for any number of threads."""

    def __init__(self, *, max_bytes: int = MAX_BYTES) -> None:
        self._lock = threading.Lock()
        self._pages: LRUCache[int, dict[str, _Packed]] = LRUCache(max_bytes, getsizeof=_size)

    def of(self, repository: int) -> Cache:
        """Return the cache of one repository, by its id."""
        return _RepositoryCache(repository, self._pages, self._lock)

    def forget(self, repositories: Iterable[int]) -> None:
        """Drop the pages of repositories that are gone, or that we may not read any more."""
        with self._lock:
            for repository in repositories:
                self._pages.pop(repository, None)


@dataclass(frozen=True)
class _RepositoryCache:
    repository: int
    all: LRUCache[int, dict[str, _Packed]]
    lock: threading.Lock

    def get(self, key: str) -> Page | None:
        with self.lock:
            pages = self.all.get(self.repository, {})
            found = pages.pop(key, None)
            if found is None:
                return None
            pages[key] = found  # as the newest
        return found.page._replace(body=zlib.decompress(found.body).decode())

    def put(self, key: str, page: Page) -> None:
        """Store a page. Whole repositories make room: half of one would save little.

        One that takes more than an eighth of all would push the others out, so its oldest pages go.
        """
        packed = _Packed(page._replace(body=""), zlib.compress(page.body.encode(), _LEVEL))
        if packed.size > self.all.maxsize // 8:
            return
        with self.lock:
            pages = dict(self.all.pop(self.repository, {}))
            pages.pop(key, None)
            pages[key] = packed
            while len(pages) > _MAX_PAGES or _size(pages) > self.all.maxsize // 8:
                del pages[next(iter(pages))]
            with contextlib.suppress(ValueError):  # larger than the cache
                self.all[self.repository] = pages


def _size(pages: dict[str, _Packed]) -> int:
    return sum(packed.size for packed in pages.values())
