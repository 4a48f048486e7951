"""Installation tokens, kept until shortly before they expire and asked for once by many threads.

A token is never looked into: GitHub may change its form and length. It lasts an hour ("Generating
an installation access token for a GitHub App").
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import NamedTuple

from cachetools import LRUCache
from pydantic import BaseModel, ConfigDict, SecretStr

from bot.clock import Clock
from bot.github.rights import Rights

SPARE = timedelta(minutes=5)  # a token handed out has at least so long to go
MOST = 4_096


class Want(NamedTuple):
    """What a token is for: an installation, one repository of it by id or all, and which rights."""

    installation: int
    repository: int | None
    rights: Rights


class InstallationToken(BaseModel):
    """A token and the end of its life (aware). It shows in no repr."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    token: SecretStr
    expires_at: datetime


class TokenCache:
    """The tokens of one App in one process.

    `ask` gets a new one. The threads that want the same token wait for one request, and hear the
    same error. The least used are dropped beyond `most`.
    """

    def __init__(
        self, create_token: Callable[[Want], InstallationToken], clock: Clock, *, most: int = MOST
    ) -> None:
        self._create_token = create_token
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: LRUCache[Want, InstallationToken] = LRUCache(most)
        self._pending: dict[Want, Future[InstallationToken]] = {}

    def get(self, want: Want) -> SecretStr:
        """A token with some minutes to go. Raises whatever `ask` raises."""
        with self._lock:
            cached = self._tokens.get(want)
            if cached is not None and self._clock() < cached.expires_at - SPARE:
                return cached.token
            coming = self._pending.get(want)
            first = coming is None
            if coming is None:
                coming = self._pending[want] = Future()
        if first:
            self._fetch(want, coming)
        return coming.result().token

    def forget(self, token: SecretStr) -> None:
        """Hand this one out no more: it was refused."""
        with self._lock:
            for want in [want for want, cached in self._tokens.items() if cached.token == token]:
                del self._tokens[want]

    def forget_installation(self, installation: int) -> None:
        """Hand out no more tokens of an installation: it is suspended, gone or changed."""
        with self._lock:
            for want in [want for want in self._tokens if want.installation == installation]:
                del self._tokens[want]

    def _fetch(self, want: Want, coming: "Future[InstallationToken]") -> None:
        try:
            token = self._create_token(want)
        except BaseException as error:  # noqa: BLE001 - told to all who wait, `result` raises it
            with self._lock:
                del self._pending[want]
            coming.set_exception(error)
            return
        with self._lock:
            del self._pending[want]
            self._tokens[want] = token
        coming.set_result(token)
