"""Whether the process lives and can work: what decides it, and what never does."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from server.server_fixture import (
    PATIENCE,
    Host,
    as_app,
    environment,
    eventually,
    hosted,
    register,
)

from bot.server import queue_worker, request_body, server, worker
from bot.server.health import MAX_AGE, HealthMonitor
from bot.server.pages.frame import Frame
from github_sandbox.server import Sandbox

TOKEN = "canary-metrics-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PAGE_THREADS = 40


@pytest.fixture
def host(database_url: str, tmp_path: Path) -> Iterator[Host]:
    more = {"MILEPOST_METRICS_TOKEN": TOKEN}
    with hosted(lambda _: {**environment(tmp_path, database_url), **more}) as made:
        yield made


def get(host: Host, path: str, **headers: str) -> int:
    return host.client.get(host.url + path, headers=headers).status_code


def ready(host: Host) -> int:
    """The status of the next answer after a check."""
    host.server.health.check()
    return get(host, "/readyz")


def test_health_and_readiness(host: Host) -> None:
    answers = [host.client.get(host.url + path) for path in ("/healthz", "/readyz")]
    assert [one.status_code for one in answers] == [200, 200]
    assert [one.json() for one in answers] == [{"status": "ok"}] * 2
    for method in ("POST", "DELETE"):
        answer = host.client.request(method, f"{host.url}/readyz")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_database_that_takes_no_writes_is_not_ready(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_reads(*_: Any, **__: Any) -> None:
        raise sa.exc.OperationalError("INSERT", None, Exception("read-only"))

    assert ready(host) == 200
    with monkeypatch.context() as patch:
        patch.setattr(host.store.repositories, "set_fact", only_reads)
        assert ready(host) == 503
        assert get(host, "/healthz") == 200
    assert ready(host) == 200


def test_a_full_disk_is_not_ready(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, status in ((63, 503), (64, 200)):
        usage = SimpleNamespace(free=free * 2**20)
        monkeypatch.setattr(server, "disk_usage", lambda _, usage=usage: usage)
        assert ready(host) == status


def test_jobs_that_wait_for_github_are_no_reason_but_a_stuck_worker_is(
    sandbox: Sandbox, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = socket.create_server(("127.0.0.1", 0))  # takes connections and answers nothing

    def environ(url: str) -> dict[str, str]:
        github = f"http://127.0.0.1:{silent.getsockname()[1]}"
        ours = {**environment(tmp_path, database_url), **as_app(register(sandbox, url), sandbox)}
        return {**ours, "GITHUB_API_URL": github, "MILEPOST_THREADS": "1"}

    with hosted(environ) as host, contextlib.closing(silent):
        assert host.server.worker is not None
        runner = host.server.worker.runner
        eventually(lambda: runner.busy == 1)
        assert ready(host) == 200
        for module in (worker, queue_worker):
            monkeypatch.setattr(module, "MAX_TICK_AGE", -1.0)
        assert ready(host) == 503


def test_neither_pages_nor_deliveries_nor_their_locks_delay_it(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, waiting = threading.Event(), threading.Semaphore(0)

    def blocked(*_: Any, **__: Any) -> None:
        waiting.release()
        assert gate.wait(PATIENCE)

    monkeypatch.setattr(Frame, "visitor", blocked)
    monkeypatch.setattr(request_body, "MAX_PAGES", PAGE_THREADS)
    with ThreadPoolExecutor(PAGE_THREADS) as pool, httpx2.Client(verify=False) as web:
        pages = [pool.submit(httpx2.get, host.url, verify=False) for _ in range(PAGE_THREADS)]
        for _ in pages:
            assert waiting.acquire(timeout=PATIENCE)
        with host.store.engine.begin() as connection:  # as a delivery or a sync does
            connection.execute(sa.text("DELETE FROM agenda"))
            assert web.get(f"{host.url}/badge/x.svg").status_code == 503
            for path in ("/healthz", "/readyz", "/metrics"):
                assert web.get(host.url + path, headers=BEARER).status_code == 200
        gate.set()
        assert {one.result().status_code for one in pages} == {200}


def test_a_check_that_does_not_come_back_counts_as_failed() -> None:
    times = iter([0.0, 0.0, MAX_AGE - 1, MAX_AGE])
    monitor = HealthMonitor(lambda: "", clock=lambda: next(times))
    before = monitor.ready
    monitor.check()
    assert (before, [monitor.ready, monitor.ready]) == (False, [True, False])


def test_a_check_with_a_bug_counts_as_failed() -> None:
    def broken() -> str:
        raise RuntimeError

    monitor = HealthMonitor(broken)
    monitor.check()
    assert not monitor.ready


def test_it_is_checked_in_the_background_until_the_end() -> None:
    checked = threading.Semaphore(0)

    def check() -> str:
        checked.release()
        return ""

    monitor = HealthMonitor(check, interval=0.001)
    monitor.start()
    for _ in range(3):
        assert checked.acquire(timeout=PATIENCE)
    monitor.stop()
    assert not monitor._thread.is_alive()
