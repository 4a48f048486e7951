"""Documents of the shelf, opened: the newest of them are kept open, for a page has pictures."""

import threading
from datetime import datetime

from cachetools import LRUCache

from bot.server.showing import Showing, unpacked
from bot.server.store.page_cache import PageCache

MOST_OPEN = 64


class OpenDocuments:
    """What is shown of repositories. Threads may share it."""

    def __init__(self, page_cache: PageCache) -> None:
        self._page_cache = page_cache
        self._lock = threading.Lock()
        self._open: LRUCache[int, tuple[datetime, Showing]] = LRUCache(MOST_OPEN)

    def of(self, repository_id: int) -> Showing | None:
        """As the last look made it; None when there was none that went through."""
        stored = self._page_cache.get(repository_id)
        if stored is None:
            return None
        with self._lock:
            made_at, known = self._open.get(repository_id, (None, None))
        if made_at == stored.made_at:
            return known
        shown = unpacked(stored.document)
        if shown is not None:
            with self._lock:
                self._open[repository_id] = (stored.made_at, shown)
        return shown
