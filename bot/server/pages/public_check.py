"""Confirms with GitHub that a public repository is still public.

Webhooks that report a change to private can be lost, and the next sync may be a night away. So
nothing is shown to everybody on an old answer: GitHub is asked again, as the App, with a
conditional request that costs nothing of the rate limit. When GitHub does not answer, its last
answer holds for a bounded time.
"""

import logging
import threading
from datetime import datetime, timedelta
from typing import NamedTuple

from cachetools import LRUCache

from bot.errors import MilepostError, UnavailableError
from bot.github.api_client import LaterError
from bot.github.errors import InstallationGoneError, NotInstalledError
from bot.github.retry import WaitPolicy
from bot.github.rights import LISTING
from bot.server.pages.frame import Frame
from bot.server.pages.github_calls import SlowError
from bot.server.response_cache import ResponseCache
from bot.server.store.rows import RepositoryRow, Subject, installation, repository
from bot.server.sync_repository import RepositoryGoneError, limited, read_repository

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=5)  # how long GitHub's answer is used
HOLDS = timedelta(hours=1)  # how long it is used while GitHub does not answer
REST = timedelta(minutes=1)  # between two requests that are not answered
MAX_WAIT = 5.0  # seconds to wait for GitHub's rate limits
MAX_REPOSITORIES = 16_384
MAX_BYTES = 8_000_000


class _Confirmation(NamedTuple):
    """When GitHub last confirmed that a repository is public, and when it was last asked."""

    confirmed_at: datetime
    requested_at: datetime
    silent: bool = False


class PublicCheck:
    """The confirmations of one process. At its start the store counts as confirmed then."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._lock = threading.Lock()
        self._confirmations: LRUCache[int, _Confirmation] = LRUCache(MAX_REPOSITORIES)
        self._answers = ResponseCache(max_bytes=MAX_BYTES)
        self._began = frame.clock()
        self._silent_until = self._began

    def is_public(self, row: RepositoryRow) -> bool:
        """Return whether everybody may see it. Raises UnavailableError after `HOLDS` in silence."""
        now = self._frame.clock()
        last, is_due = self._claim_request(row.id, now)
        found = self._answer(row, now) if is_due else None
        if found is not None:
            return found
        if now - last.confirmed_at < HOLDS:
            return True
        if last.silent or now < self._silent_until:
            raise UnavailableError("GitHub does not say whether it is still public.")
        return False

    def _claim_request(self, number: int, now: datetime) -> tuple[_Confirmation, bool]:
        """Return the last confirmation, and whether this thread is to ask GitHub again."""
        with self._lock:
            last = self._confirmations.get(number)
            last = last or _Confirmation(self._began, self._began - FRESH)
            old = last.confirmed_at == self._began or now - last.confirmed_at >= FRESH
            is_due = old and now - last.requested_at >= REST and now >= self._silent_until
            if is_due:
                self._confirmations[number] = last._replace(requested_at=now)
        return last, is_due

    def _answer(self, row: RepositoryRow, now: datetime) -> bool | None:
        """Return whether GitHub shows it as public; None when it does not answer in time."""
        try:
            return self._frame.github.run("", lambda: self._request(row, now))
        except SlowError:
            self._note_silence(row, now)
            return None

    def _note_silence(self, row: RepositoryRow, now: datetime) -> None:
        with self._lock:
            self._silent_until = now + REST  # for all repositories
            if (last := self._confirmations.get(row.id)) is not None:
                self._confirmations[row.id] = last._replace(silent=True)

    def _request(self, row: RepositoryRow, now: datetime) -> bool | None:
        """Return whether GitHub shows it as public under this name; None without an answer."""
        server = self._frame.server
        if server.auth is None or server.budget is None:
            return None
        policy = WaitPolicy(sleep=server.stop_signal.sleep, max_wait=MAX_WAIT)
        client = limited(server.auth, server.budget, row.installation_id, policy, people=True)
        cache = self._answers.of(row.id)
        try:
            found = read_repository(row, server.auth, client, cache, rights=LISTING)
        except (RepositoryGoneError, InstallationGoneError, NotInstalledError):
            return self._not_public(row, installation(row.installation_id), now)
        except LaterError:
            return None
        except UnavailableError:
            self._note_silence(row, now)
            return None
        except MilepostError as refused:
            # The App is suspended, or its key is: that says nothing about the repository.
            log.warning("public repository not confirmed: %s", type(refused).__name__)
            return None
        same_name = found.full_name.lower() == row.full_name.lower()
        if found.private or not same_name:
            self._frame.store.repositories.save_repository(row.installation_id, found, now)
        if found.private:
            return self._not_public(row, repository(row.id), now)
        with self._lock:
            self._confirmations[row.id] = _Confirmation(now, now)
        return same_name

    def _not_public(self, row: RepositoryRow, subject: Subject, now: datetime) -> bool:
        """Hide a repository and have it synced."""
        self._answers.forget([row.id])
        with self._lock:
            # Too old to be used, so that it stays hidden until GitHub confirms it.
            self._confirmations[row.id] = _Confirmation(self._began - HOLDS, now)
        self._frame.store.jobs.schedule(subject, at=now)
        return False
