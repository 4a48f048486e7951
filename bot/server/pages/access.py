"""Which repository of ours, if any, the person behind a request may see.

A public one anybody, as long as GitHub confirms that it is public. A private one whoever GitHub
lets read it, asked with their own token. To everybody else a private repository and one that was
never heard of are the same: nobody who is not signed in is looked up further than among the public
ones, and for who is, GitHub is asked whether we know the repository or not, so that neither the
answer nor the time it takes tells them apart.
"""

import hashlib
import re
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from cachetools import LRUCache
from starlette.requests import Request

from bot.errors import AuthenticationError, UnavailableError
from bot.server.pages.frame import Frame, not_found
from bot.server.pages.public_check import PublicCheck
from bot.server.pages.sessions import Visitor
from bot.server.store.rows import RepositoryRow

if TYPE_CHECKING:
    from bot.github.signin import Reachable

REMEMBERED = timedelta(minutes=1)
MOST_REMEMBERED = 4_096


# As far as GitHub's own pages agree; what else is asked for is the name of no repository.
_PART = re.compile(r"[A-Za-z0-9_.-]{1,100}")


def repository_name(request: Request) -> str:
    """The repository that an address names, `OWNER/NAME`. Raises PageError when none can be."""
    parts = (request.path_params["owner"], request.path_params["name"])
    if not all(_PART.fullmatch(part) for part in parts):
        raise not_found()
    return "/".join(parts)


class VisibleRepository(NamedTuple):
    """A repository that may be seen, and whether whoever looks may write to it."""

    row: RepositoryRow
    visitor: Visitor | None
    can_write: bool


class Access:
    """Asks GitHub what a person may do, and remembers its answer for a minute, in memory only."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._lock = threading.Lock()
        self._answers: LRUCache[bytes, tuple[datetime, Reachable | None]] = LRUCache(
            MOST_REMEMBERED
        )
        self._confirming = PublicCheck(frame)

    def visible_repository(self, request: Request) -> VisibleRepository:
        """The repository that the address names.

        Raises PageError, the same for what is not there and what is not theirs to see, and for a
        private one AuthenticationError and UnavailableError.
        """
        visitor, full_name = self._frame.visitor(request), repository_name(request)
        row = self.public(full_name)
        if row is not None:
            return VisibleRepository(row, visitor, self._may_write(visitor, full_name))
        found = self.fetch_reachable(visitor, full_name) if visitor is not None else None
        row = self._frame.store.repositories.repository(found.id) if found is not None else None
        if found is None or row is None or row.state == "gone":
            raise not_found()
        return VisibleRepository(row, visitor, found.can_write)

    def public(self, full_name: str) -> RepositoryRow | None:
        """The repository of that name when anybody may see it, as GitHub said a short while ago.

        Raises UnavailableError when GitHub has been silent for too long to know.
        """
        row = self._frame.store.repositories.public_named(full_name)
        return row if row is not None and self.is_public(row) else None

    def is_public(self, row: RepositoryRow) -> bool:
        """Whether one that was public is so still. Raises UnavailableError as `public` does."""
        return not row.private and self._confirming.is_public(row)

    def fetch_reachable(self, visitor: Visitor, full_name: str) -> "Reachable | None":
        """What GitHub shows this person under a name.

        Raises AuthenticationError when it takes their token no more, UnavailableError.
        """
        signin = self._frame.signin
        if signin is None:
            return None
        key, now = _key(visitor, full_name), self._frame.clock()
        with self._lock:
            known = self._answers.get(key)
        if known is not None and known[0] > now:
            return known[1]
        found = signin.repository(visitor.token, full_name)
        with self._lock:
            self._answers[key] = (now + REMEMBERED, found)
        return found

    def is_reachable_cached(self, visitor: Visitor, full_name: str) -> bool:
        """Whether GitHub showed it to them when it was asked last, however long ago. False when
        nobody remembers; asks nobody."""
        with self._lock:
            known = self._answers.get(_key(visitor, full_name))
        return known is not None and known[1] is not None

    def _may_write(self, visitor: Visitor | None, full_name: str) -> bool:
        """What everybody may see is shown whatever GitHub says of one of them."""
        if visitor is None:
            return False
        try:
            found = self.fetch_reachable(visitor, full_name)
        except (AuthenticationError, UnavailableError):
            return False
        return found is not None and found.can_write


def _key(visitor: Visitor, full_name: str) -> bytes:
    token = visitor.token.get_secret_value()
    return hashlib.sha256(f"{token} {full_name.lower()}".encode()).digest()
