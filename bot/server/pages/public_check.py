"""Confirms with GitHub that what was public is public still.

A webhook tells when somebody makes their repository private, but webhooks get lost, and the next
look may be a night away. So nothing is shown to everybody on a word of GitHub's that is old: it is
asked again, as the App, with a conditional request that costs nothing of the hour's. When GitHub
is silent, what it said last holds for a bounded time.
"""

import logging
import threading
from datetime import datetime, timedelta
from typing import NamedTuple

from cachetools import LRUCache

from bot.errors import MilepostError, UnavailableError
from bot.github.app_problems import InstallationGoneError, NotInstalledError
from bot.github.rate_limited_client import LaterError
from bot.github.retry import WaitPolicy
from bot.github.rights import LISTING
from bot.server.pages.frame import Frame
from bot.server.response_cache import ResponseCache
from bot.server.store.rows import RepositoryRow, Subject, installation, repository
from bot.server.sync_repository import (
    RepositoryGoneError,
    limited,
    read_repository,
)

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=5)  # GitHub's word is taken for so long
HOLDS = timedelta(hours=1)  # and for so long when it gives none
REST = timedelta(minutes=1)  # between two questions that are not answered
PATIENCE = 5.0  # seconds to wait for a place in GitHub's limits
MOST = 16_384  # repositories
MOST_BYTES = 8_000_000


class _Confirmation(NamedTuple):
    """What GitHub said of a repository: since `confirmed_at` public as far as we know, asked at
    `requested_at`."""

    confirmed_at: datetime
    requested_at: datetime
    silent: bool = False


class PublicCheck:
    """What all threads of a process know. What the store holds at the start counts as said then."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._lock = threading.Lock()
        self._confirmations: LRUCache[int, _Confirmation] = LRUCache(MOST)
        self._answers = ResponseCache(max_bytes=MOST_BYTES)
        self._began = frame.clock()
        self._silent_until = self._began

    def is_public(self, row: RepositoryRow) -> bool:
        """Whether everybody may see it, and under this name.

        One thread asks, and waits; what comes meanwhile goes by what was known. Raises
        UnavailableError when GitHub has been silent for longer than `HOLDS`.
        """
        now = self._frame.clock()
        word, is_due = self._claim_request(row.id, now)
        if is_due:
            found = self._request(row, now)
            if found is not None:
                return found
        if now - word.confirmed_at < HOLDS:
            return True
        if word.silent or now < self._silent_until:
            raise UnavailableError("GitHub does not say whether it is public still.")
        return False

    def _claim_request(self, number: int, now: datetime) -> tuple[_Confirmation, bool]:
        """What is known, and whether it is for this thread to ask."""
        with self._lock:
            word = self._confirmations.get(number) or _Confirmation(
                self._began, self._began - FRESH
            )
            old = word.confirmed_at == self._began or now - word.confirmed_at >= FRESH
            is_due = old and now - word.requested_at >= REST and now >= self._silent_until
            if is_due:
                self._confirmations[number] = word._replace(requested_at=now)
        return word, is_due

    def _request(self, row: RepositoryRow, now: datetime) -> bool | None:
        """What GitHub says; None when it does not."""
        server = self._frame.server
        if server.auth is None or server.budget is None:
            return None
        policy = WaitPolicy(sleep=server.stop_signal.sleep, max_wait=PATIENCE)
        client = limited(server.auth, server.budget, row.installation_id, policy, people=True)
        cache = self._answers.of(row.id)
        try:
            seen = read_repository(row, server.auth, client, cache, rights=LISTING)
        except (RepositoryGoneError, InstallationGoneError, NotInstalledError):
            return self._not_public(row, installation(row.installation_id), now)
        except LaterError:
            return None
        except UnavailableError:
            self._record_silence(row.id, now)
            return None
        except MilepostError as refused:
            # It is suspended, or our key is: that says nothing about the repository.
            log.warning("not confirmed: %s", type(refused).__name__)
            return None
        same_name = seen.full_name.lower() == row.full_name.lower()
        if seen.private or not same_name:
            self._frame.store.repositories.save_repository(row.installation_id, seen, now)
        if seen.private:
            return self._not_public(row, repository(row.id), now)
        with self._lock:
            self._confirmations[row.id] = _Confirmation(now, now)
        return same_name

    def _not_public(self, row: RepositoryRow, subject: Subject, now: datetime) -> bool:
        """It is not what we took it for: have it looked at, and show nothing of it until then."""
        self._answers.forget([row.id])
        with self._lock:
            # Long ago, so that it stays out of sight until GitHub confirms it.
            self._confirmations[row.id] = _Confirmation(self._began - HOLDS, now)
        self._frame.store.jobs.schedule(subject, at=now)
        return False

    def _record_silence(self, number: int, now: datetime) -> None:
        with self._lock:
            # It is silent for all of them.
            self._silent_until = now + REST
            if (word := self._confirmations.get(number)) is not None:
                self._confirmations[number] = word._replace(silent=True)
