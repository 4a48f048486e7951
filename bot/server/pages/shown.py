"""Documents of the shelf, opened: the newest of them are kept open, for a page has pictures."""

import threading
from collections import OrderedDict
from datetime import datetime

from bot.server.showing import Showing, unpacked
from bot.server.store.page_cache import Shelf

MOST_OPEN = 64


class Opened:
    """What is shown of repositories. Threads may share it."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._lock = threading.Lock()
        self._open: OrderedDict[int, tuple[datetime, Showing]] = OrderedDict()

    def of(self, repository_id: int) -> Showing | None:
        """As the last look made it; None when there was none that went through."""
        kept = self._shelf.get(repository_id)
        if kept is None:
            return None
        with self._lock:
            made_at, known = self._open.get(repository_id, (None, None))
        if made_at == kept.made_at:
            return known
        shown = unpacked(kept.document)
        if shown is not None:
            with self._lock:
                self._open[repository_id] = (kept.made_at, shown)
                self._open.move_to_end(repository_id)
                while len(self._open) > MOST_OPEN:
                    self._open.popitem(last=False)
        return shown
