"""Kept tokens: asked for once by many threads, dropped when there are too many."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from bot.errors import MilepostError
from bot.github.app import InstallationToken, TokenCache, Want
from bot.github.errors import InstallationGoneError
from bot.github.rights import LEAST

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_failure_is_heard_by_all_who_wait_and_is_not_kept() -> None:
    answers: list[MilepostError | None] = [InstallationGoneError("gone"), None]
    requested, go = threading.Event(), threading.Event()

    def query(_want: Want) -> InstallationToken:
        requested.set()
        assert go.wait(5)
        answer = answers.pop(0)
        if answer is not None:
            raise answer
        late = NOON + timedelta(hours=1)
        return InstallationToken(token=SecretStr("x"), expires_at=late)

    cache, want = TokenCache(query, lambda: NOON), Want(1, 2, LEAST)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.get, want)
        assert requested.wait(5)
        second = pool.submit(cache.get, want)
        go.set()
        assert isinstance(first.exception(), InstallationGoneError)
        # The second one either waited for the first, or asked after it.
        assert isinstance(second.exception(), InstallationGoneError) or not answers
    assert cache.get(want).get_secret_value() == "x"


def test_the_cache_does_not_grow_for_ever() -> None:
    requested: list[int] = []

    def query(want: Want) -> InstallationToken:
        requested.append(want.installation)
        late = NOON + timedelta(hours=1)
        return InstallationToken(token=SecretStr(f"t{len(requested)}"), expires_at=late)

    cache = TokenCache(query, lambda: NOON, most=3)
    for number in (1, 2, 3, 1, 4, 1, 2):
        cache.get(Want(number, None, LEAST))
    assert requested == [1, 2, 3, 4, 2]
