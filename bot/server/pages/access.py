"""Who may see which repository.

Anybody sees a public one, as long as GitHub confirms that it is public. A private one is seen by
those whom GitHub lets read it, asked with their own token. To everybody else a private repository
and an unknown one are the same: visitors who are not signed in are looked up among the public ones
only, and for the others GitHub is asked whether we know the repository or not, so that neither the
answer nor its time tells the two apart.
"""

import hashlib
import re
import threading
from datetime import datetime, timedelta
from typing import NamedTuple

from cachetools import LRUCache
from starlette.requests import Request

from bot.errors import AuthenticationError, UnavailableError
from bot.github.oauth import Reachable
from bot.server.pages.frame import Frame, not_found
from bot.server.pages.github_calls import SlowError
from bot.server.pages.public_check import PublicCheck
from bot.server.pages.sessions import Visitor
from bot.server.store.rows import RepositoryRow

ANSWER_LIFETIME = timedelta(minutes=1)
MAX_ANSWERS = 4_096
# What GitHub allows in names; anything else names no repository.
_PART = re.compile(r"[A-Za-z0-9_.-]{1,100}")


def repository_name(request: Request) -> str:
    """Return the `OWNER/NAME` of an address. Raises PageError when it can be no repository's."""
    parts = (request.path_params["owner"], request.path_params["name"])
    if not all(_PART.fullmatch(part) for part in parts):
        raise not_found()
    return "/".join(parts)


class VisibleRepository(NamedTuple):
    """A repository that the visitor may see, and whether they may write to it.

    `is_slow` is whether GitHub gave no answer on what they may do.
    """

    row: RepositoryRow
    can_write: bool
    is_slow: bool = False


class Access:
    """Asks GitHub what a person may do, and caches the answer in memory for a minute."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._lock = threading.Lock()
        self._answers: LRUCache[bytes, tuple[datetime, Reachable | None]] = LRUCache(MAX_ANSWERS)
        self._public_check = PublicCheck(frame)

    def visible_repository(self, request: Request) -> VisibleRepository:
        """Return the repository that the address names.

        Raises the same PageError for one that is missing and for one that the visitor may not see,
        and for a private one AuthenticationError and UnavailableError.
        """
        visitor, full_name = self._frame.visitor(request), repository_name(request)
        row = self.public(full_name)
        if row is not None:
            return self._public_repository(row, visitor, full_name)
        found = self.fetch_reachable(visitor, full_name) if visitor is not None else None
        row = self._frame.store.repositories.repository(found.id) if found is not None else None
        if visitor is not None and row is not None:
            found = self.fetch_reachable(visitor, full_name, row)
        if found is None or row is None or row.state == "gone":
            raise not_found()
        return VisibleRepository(row, found.can_write)

    def writable_repository(self, request: Request) -> Reachable:
        """Return the repository that the address names, when the visitor may write to it.

        Raises SignInRequiredError, PageError, AuthenticationError and UnavailableError.
        """
        visitor = self._frame.signed_in_visitor(request)
        found = self.fetch_reachable(visitor, repository_name(request))
        if found is None or not found.can_write:
            raise not_found()
        return found

    def public(self, full_name: str) -> RepositoryRow | None:
        """Return a repository that GitHub lately confirmed as public. Raises UnavailableError."""
        row = self._frame.store.repositories.repository_named(full_name, public=True)
        return row if row is not None and self.is_public(row) else None

    def is_public(self, row: RepositoryRow) -> bool:
        """Return whether a repository is still public. Raises UnavailableError."""
        return not row.private and self._public_check.is_public(row)

    def may_read(self, visitor: Visitor, row: RepositoryRow) -> bool:
        """Return whether GitHub shows them a repository. Raises what `fetch_reachable` raises."""
        found = self.fetch_reachable(visitor, row.full_name, row)
        return found is not None and found.id == row.id

    def fetch_reachable(
        self, visitor: Visitor, full_name: str, row: RepositoryRow | None = None
    ) -> Reachable | None:
        """Return what GitHub shows them there, not by an answer that `row` shows to be outdated.

        Raises AuthenticationError and UnavailableError.
        """
        if (signin := self._frame.signin) is None:
            return None
        key, now = _key(visitor, full_name), self._frame.clock()
        with self._lock:
            known = self._answers.get(key)
        if known is not None and known[0] > now and not _is_outdated(known[1], row):
            return known[1]

        def fetch() -> Reachable | None:
            found = signin.repository(visitor.token, full_name)
            with self._lock:
                self._answers[key] = (now + ANSWER_LIFETIME, found)
            return found

        return self._frame.github.run(str(visitor.id), fetch)

    def is_reachable_cached(self, visitor: Visitor, row: RepositoryRow) -> bool:
        """Return whether GitHub's last cached answer shows it to them, however old. Asks nobody."""
        with self._lock:
            known = self._answers.get(_key(visitor, row.full_name))
        return known is not None and known[1] is not None and not _is_outdated(known[1], row)

    def _public_repository(
        self, row: RepositoryRow, visitor: Visitor | None, full_name: str
    ) -> VisibleRepository:
        """Return it also where GitHub gives no answer on what the visitor may do there."""
        try:
            found = self.fetch_reachable(visitor, full_name) if visitor is not None else None
        except (AuthenticationError, UnavailableError) as error:
            return VisibleRepository(row, can_write=False, is_slow=isinstance(error, SlowError))
        return VisibleRepository(row, found is not None and found.can_write)


def _is_outdated(found: Reachable | None, row: RepositoryRow | None) -> bool:
    """Return whether GitHub's answer is from when the repository was public, and it may not be."""
    return found is not None and row is not None and row.private and not found.private


def _key(visitor: Visitor, full_name: str) -> bytes:
    token = visitor.token.get_secret_value()
    return hashlib.sha256(f"{token} {full_name.lower()}".encode()).digest()
