"""GitHub's answers, kept in the memory of one process so that the next look costs no quota.

Not in the database: they hold the texts of private repositories, and there they would be in every
backup, while all that is won is a first look after a start. Compressed, within a bound; what was
used longest ago goes first, and what belongs to a repository that is gone goes at once.
"""

import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from bot.github.cache import Cache, Page

MAX_BYTES = 64_000_000
_OVERHEAD = 600  # bytes for what is around a body
_MOST = 64  # pages of one repository: the address of a list of comments changes with the day
_LEVEL = 1  # a look should not take longer for it


class _Packed(NamedTuple):
    page: Page  # without its body
    body: bytes

    @property
    def size(self) -> int:
        return len(self.body) + len(self.page.link) + _OVERHEAD


class Answers:
    """Pages of all repositories, for any number of threads."""

    def __init__(self, *, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, dict[str, _Packed]] = OrderedDict()
        self._bytes = 0

    @property
    def size(self) -> int:
        """How many bytes they take, about."""
        return self._bytes

    def of(self, repository: int) -> Cache:
        """Those of one repository, by its id."""
        return _Of(self, repository)

    def forget(self, repositories: Iterable[int]) -> None:
        """These are gone, or not ours to read any more."""
        with self._lock:
            for repository in repositories:
                self._drop(repository)

    def get(self, repository: int, key: str) -> Page | None:
        """The page, or None."""
        with self._lock:
            pages = self._kept.get(repository, {})
            found = pages.pop(key, None)
            if found is None:
                return None
            pages[key] = found  # as the newest
            self._kept.move_to_end(repository)
        return found.page._replace(body=zlib.decompress(found.body).decode())

    def put(self, repository: int, key: str, page: Page) -> None:
        """Keep it. Whole repositories make room, for half of one saves little."""
        packed = _Packed(page._replace(body=""), zlib.compress(page.body.encode(), _LEVEL))
        if packed.size > self._max_bytes // 8:
            return
        with self._lock:
            pages = self._kept.setdefault(repository, {})
            dropped = [pages.pop(key, None)]
            pages[key] = packed
            if len(pages) > _MOST:
                dropped.append(pages.pop(next(iter(pages))))
            self._bytes += packed.size - sum(old.size for old in dropped if old)
            self._kept.move_to_end(repository)
            while self._bytes > self._max_bytes:
                self._drop(next(iter(self._kept)))

    def _drop(self, repository: int) -> None:
        pages = self._kept.pop(repository, {})
        self._bytes -= sum(packed.size for packed in pages.values())


class _Of:
    def __init__(self, answers: Answers, repository: int) -> None:
        self._answers = answers
        self._repository = repository

    def get(self, key: str) -> Page | None:
        return self._answers.get(self._repository, key)

    def put(self, key: str, page: Page) -> None:
        self._answers.put(self._repository, key, page)
