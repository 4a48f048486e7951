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


class _Word(NamedTuple):
    """What GitHub said of a repository: since `at` public as far as we know, asked at `asked`."""

    at: datetime
    asked: datetime
    silent: bool = False


class Confirming:
    """What all threads of a process know. What the store holds at the start counts as said then."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._lock = threading.Lock()
        self._words: LRUCache[int, _Word] = LRUCache(MOST)
        self._answers = ResponseCache(max_bytes=MOST_BYTES)
        self._began = frame.clock()
        self._silent_until = self._began

    def holds(self, row: RepositoryRow) -> bool:
        """Whether everybody may see it, and under this name.

        One thread asks, and waits; what comes meanwhile goes by what was known. Raises
        UnavailableError when GitHub has been silent for longer than `HOLDS`.
        """
        now = self._frame.clock()
        word, asks = self._turn(row.id, now)
        if asks:
            found = self._ask(row, now)
            if found is not None:
                return found
        if now - word.at < HOLDS:
            return True
        if word.silent or now < self._silent_until:
            raise UnavailableError("GitHub does not say whether it is public still.")
        return False

    def _turn(self, number: int, now: datetime) -> tuple[_Word, bool]:
        """What is known, and whether it is for this thread to ask."""
        with self._lock:
            word = self._words.get(number) or _Word(self._began, self._began - FRESH)
            old = word.at == self._began or now - word.at >= FRESH
            asks = old and now - word.asked >= REST and now >= self._silent_until
            if asks:
                self._words[number] = word._replace(asked=now)
        return word, asks

    def _ask(self, row: RepositoryRow, now: datetime) -> bool | None:
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
            return self._otherwise(row, installation(row.installation_id), now)
        except LaterError:
            return None
        except UnavailableError:
            self._fell_silent(row.id, now)
            return None
        except MilepostError as refused:
            # It is suspended, or our key is: that says nothing about the repository.
            log.warning("not confirmed: %s", type(refused).__name__)
            return None
        same_name = seen.full_name.lower() == row.full_name.lower()
        if seen.private or not same_name:
            self._frame.store.repositories.save_repository(row.installation_id, seen, now)
        if seen.private:
            return self._otherwise(row, repository(row.id), now)
        with self._lock:
            self._words[row.id] = _Word(now, now)
        return same_name

    def _otherwise(self, row: RepositoryRow, subject: Subject, now: datetime) -> bool:
        """It is not what we took it for: have it looked at, and show nothing of it until then."""
        self._answers.forget([row.id])
        with self._lock:
            # Long ago, so that it stays out of sight until GitHub confirms it.
            self._words[row.id] = _Word(self._began - HOLDS, now)
        self._frame.store.jobs.schedule(subject, at=now)
        return False

    def _fell_silent(self, number: int, now: datetime) -> None:
        with self._lock:
            # It is silent for all of them.
            self._silent_until = now + REST
            if (word := self._words.get(number)) is not None:
                self._words[number] = word._replace(silent=True)
