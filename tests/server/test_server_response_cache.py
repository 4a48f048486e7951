"""What GitHub answered, in memory: a help when it is there, and never more than allowed."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from server.scenario import Scenario, year_run

from bot.github.etag_cache import Page
from bot.server.response_cache import ResponseCache
from github_sandbox.server import Sandbox

PAGE = Page('W/"abc"', '<https://x>; rel="next"', '[{"title": "Größe\\n"}]', by="somebody")
HOME, OTHER = 1, 2


def noise(seed: int, size: int = 1_000) -> Page:
    """A page that cannot be made smaller."""
    return PAGE._replace(body=random.Random(seed).randbytes(size).hex())


def test_what_went_in_comes_out_in_its_repository() -> None:
    answers = ResponseCache()
    answers.of(HOME).put("a", PAGE)
    assert answers.of(HOME).get("a") == PAGE
    assert answers.of(OTHER).get("a") is None
    assert answers.of(HOME).get("b") is None


def test_what_is_gone_is_forgotten_at_once() -> None:
    answers = ResponseCache()
    answers.of(HOME).put("a", PAGE)
    answers.of(OTHER).put("a", PAGE)
    answers.forget([HOME, 77])
    assert answers.of(HOME).get("a") is None
    assert answers.of(OTHER).get("a") == PAGE


def test_the_repository_that_was_used_longest_ago_makes_room() -> None:
    answers = ResponseCache(max_bytes=40_000)
    for number in range(20):
        answers.of(number).put("a", noise(number))
        answers.of(number).put("b", noise(-number))
        answers.of(0).get("a")
        assert answers._pages.currsize <= 40_000
    stored = [number for number in range(20) if answers.of(number).get("a")]
    assert stored[0] == 0
    assert stored[1:] == list(range(stored[1], 20))
    assert all(answers.of(number).get("b") for number in stored)


def test_a_repository_has_so_many_pages() -> None:
    answers = ResponseCache()
    for number in range(200):
        answers.of(HOME).put(str(number), PAGE)
        answers.of(HOME).get("0")
    stored = [number for number in range(200) if answers.of(HOME).get(str(number))]
    assert stored == [0, *range(73, 200)]


def test_an_enormous_page_is_not_kept() -> None:
    answers = ResponseCache(max_bytes=10_000)
    answers.of(HOME).put("a", PAGE)
    answers.of(HOME).put("b", noise(1, 5_000))
    assert answers.of(HOME).get("b") is None
    assert answers.of(HOME).get("a") == PAGE


def test_one_repository_does_not_push_all_others_out() -> None:
    answers = ResponseCache(max_bytes=40_000)
    for number in range(4):
        answers.of(number).put("a", noise(number))
    for number in range(60):
        answers.of(HOME).put(str(number), noise(number))
    assert [number for number in range(4) if answers.of(number).get("a")] == [0, 2, 3]
    assert [number for number in range(60) if answers.of(HOME).get(str(number))] == [58, 59]


def test_threads_may_use_it_together() -> None:
    answers = ResponseCache(max_bytes=30_000)

    def use(number: int) -> None:
        for turn in range(50):
            answers.of(turn % 7).put(str(number), noise(number, 300))
            answers.of(turn % 5).get(str(turn % 8))
            answers.forget([number])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(8)))
    answers.forget(range(8))
    assert answers._pages.currsize == 0


@pytest.fixture
def installed(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scenario]:
    """With nothing left to do."""
    with year_run(sandbox, f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path) as app_server:
        app_server.configure()
        app_server.install()
        app_server.settle()
        app_server.wake()  # sees what was written last
        yield app_server


def test_a_look_with_nothing_to_do_costs_no_quota(installed: Scenario) -> None:
    """Nor with the token of the next hour."""
    journal = installed.world.journal
    journal.forget()
    installed.wake()
    requested = [entry for entry in journal.entries if entry.path.startswith("/rep")]
    assert {entry.status for entry in requested} == {304}
    assert len(requested) == 7
    assert len(journal.entries) == 7
    journal.forget()
    auth = installed.host.server.auth
    assert auth is not None
    auth.forget_installation(next(iter(installed.world.installations)))
    installed.wake()
    statuses = [entry.status for entry in journal.entries]
    assert statuses == [201] + [304] * 7
