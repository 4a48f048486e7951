"""Ends a sync early: asks again what the last one asked, when nothing can be due before some time.

A sync is a function of GitHub's answers, the time, this process's code and what it holds in memory.
So after one that wrote nothing it is enough to know that each answer is still the same. The record
lives in memory beside the answers themselves, which a new token needs (`bot/github/etag_cache.py`):
after a start, and so with another version, the next sync is a whole one.
"""

import threading
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from cachetools import LRUCache

from bot.github.answer import Answer
from bot.github.api_client import JSON, ApiRequest, RateLimitedClient
from bot.github.app import AppAuth
from bot.github.rate_limiter import RateLimiter
from bot.github.retry import WaitPolicy
from bot.github.rights import LEAST, Rights
from bot.server.store.rows import RepositoryInfo
from bot.settings import FileSettings

MAX_RECORDS = 4_096  # some 10 KB each; fewer repositories have their answers in memory


class RepeatableRequest(NamedTuple):
    """Names a request for something, and the rights of its token; `missing` where there is none."""

    rights: Rights
    path: str
    query: tuple[tuple[str, str], ...]
    missing: bool = False


class QuietRecord(NamedTuple):
    """Holds a sync that wrote nothing: what it asked, what it found, until when that holds.

    It began at `since` and says nothing of the time from `until` on; both are aware.
    """

    requests: tuple[RepeatableRequest, ...]
    since: datetime
    until: datetime
    info: RepositoryInfo
    settings: FileSettings
    message: str


class QuietRecords:
    """Stores the last record of each repository, by its id, for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: LRUCache[int, QuietRecord] = LRUCache(MAX_RECORDS)

    def pop(self, repository: int) -> QuietRecord | None:
        """Return the record and drop it: the answers may be other ones after the next sync."""
        with self._lock:
            return self._records.pop(repository, None)

    def put(self, repository: int, record: QuietRecord) -> None:
        """Store the record of a sync that has just ended."""
        with self._lock:
            self._records[repository] = record

    def forget(self, repositories: Iterable[int]) -> None:
        """Drop the records of repositories that are gone."""
        for repository in repositories:
            self.pop(repository)


class RecordingClient(RateLimitedClient):
    """Sends the requests of one run of an App, and notes which they were.

    `rights` are those of the token in use. `repeatable` tells whether a run that gets the same
    answers again has asked for everything: there were only GETs, of what has an ETag or is missing,
    and none of them had two answers.
    """

    def __init__(
        self, auth: AppAuth, limiter: RateLimiter, installation: int, policy: WaitPolicy
    ) -> None:
        super().__init__(
            limiter, installation, api_url=auth.api_url, http=auth.session(), policy=policy
        )
        self.rights = LEAST
        self.repeatable = True
        self._requests: dict[RepeatableRequest, None] = {}

    @property
    def requests(self) -> tuple[RepeatableRequest, ...]:
        """Return the requests, each once, in order."""
        return tuple(self._requests)

    def exchange(self, request: ApiRequest) -> Answer:
        """Return the answer, as `RateLimitedClient.exchange`."""
        answer = super().exchange(request)
        query = tuple((request.query or {}).items())
        noted = RepeatableRequest(self.rights, request.path, query, answer.status == 404)
        other = noted._replace(missing=not noted.missing) in self._requests
        first = answer.status == 200 and noted not in self._requests
        usual = request.method == "GET" and request.headers.get("Accept") == JSON
        same = first or noted.missing or answer.status == 304
        self.repeatable = self.repeatable and usual and same and not other
        self._requests[noted] = None
        return answer
