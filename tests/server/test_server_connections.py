"""Connections whose clients send nothing, too slowly or too much, or read nothing."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from server.caller import Caller
from server.server_fixture import PATIENCE, Host, environment, eventually, hosted

from bot.server import run
from bot.server.connections import ConnectionLimits

HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
SOON = 0.05  # seconds


@contextlib.contextmanager
def limited(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, proxies: str = "127.0.0.1", **limits: Any
) -> Iterator[tuple[Host, ConnectionLimits]]:
    """A server with these limits of connections, and no deadlines but those."""
    known = {"head_seconds": 10 * PATIENCE, "request_seconds": 10 * PATIENCE, **limits}
    made: list[ConnectionLimits] = []

    def limits_for(trusted: Any) -> ConnectionLimits:
        made.append(ConnectionLimits(trusted, **known))
        return made[0]

    monkeypatch.setattr(run, "ConnectionLimits", limits_for)
    url = f"sqlite:///{folder / 'store.sqlite3'}"
    environ = {**environment(folder, url), "MILEPOST_TRUSTED_PROXIES": proxies}
    with hosted(lambda _: environ) as host:
        yield host, made[0]


def test_a_head_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with limited(tmp_path, monkeypatch, head_seconds=SOON) as (host, _):
        with Caller(host) as silent, Caller(host).send(HEAD) as slow:
            assert slow.status() == 408
            assert silent.status() == 0
        with Caller(host).send(HEAD + b"\r\n") as again:
            assert again.status() == 200
            assert again.send(HEAD).status() == 408


def test_a_byte_now_and_then_makes_it_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with limited(tmp_path, monkeypatch, head_seconds=SOON) as (host, _), Caller(host) as slow:
        end = time.monotonic() + PATIENCE
        with contextlib.suppress(ConnectionError):
            while time.monotonic() < end:
                slow.send(b"\r\n")
                time.sleep(0.001)
        assert time.monotonic() < end


def test_a_connection_may_stay_for_one_request_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        limited(tmp_path, monkeypatch, head_seconds=0.2, request_seconds=0.2) as (host, _),
        Caller(host) as client,
    ):
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            assert client.send(HEAD + b"\r\n").status() == 200


@pytest.mark.parametrize(
    "begin", [HEAD, b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"]
)
def test_headers_and_trailers_have_a_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begin: bytes
) -> None:
    with limited(tmp_path, monkeypatch) as (host, _), Caller(host).send(begin) as client:
        with contextlib.suppress(ConnectionError):
            for number in range(2_000):
                client.send(b"X-%d: %s\r\n" % (number, b"x" * 1024))
        assert client.status() in {0, 431}


def test_who_reads_no_answer_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = b"GET /assets/style.css HTTP/1.1\r\nHost: x\r\n\r\n"
    with (
        limited(tmp_path, monkeypatch, request_seconds=0.3) as (host, _),
        Caller(host) as deaf,
        pytest.raises(ConnectionError),
    ):
        deaf.send(request * 1_000_000)


def test_the_rest_of_a_refused_body_is_read_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that its client gets to read the answer, and costs no more than that."""
    with limited(tmp_path, monkeypatch) as (host, _):
        with Caller(host).begin("/sign-out", 2**20, {}, b" " * 250_000) as small:
            assert small.status() == 413
        with Caller(host).begin("/sign-out", 2**20, {}) as large:
            assert large.status() == 413
            with contextlib.suppress(ConnectionError):
                large.send(b" " * 2**20)
            assert large.status() == 0
    with (
        limited(tmp_path, monkeypatch, head_seconds=SOON) as (host, _),
        Caller(host).begin("/sign-out", 2**20, {}) as slow,
    ):
        assert slow.status() == 413
        assert slow.status() == 0


def test_a_request_that_takes_too_long_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        limited(tmp_path, monkeypatch, request_seconds=SOON) as (host, _),
        Caller(host).begin("/sign-out", 100, {}) as slow,
    ):
        assert slow.status() == 0


def test_the_connection_that_waits_longest_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But none whose request has come."""
    with (
        limited(tmp_path, monkeypatch, most=3) as (host, limits),
        Caller(host).begin("/sign-out", 2, {}, b"a") as requesting,
        Caller(host).send(HEAD) as begun,
        Caller(host) as silent,
    ):
        eventually(lambda: [one._unused for one in limits.waiting] == [len(HEAD), 0])
        with Caller(host).send(HEAD + b"\r\n") as neighbour:
            assert neighbour.status() == 200
        assert begun.status() == 503
        assert silent.send(HEAD + b"\r\n").status() == 200
        assert requesting.send(b"b").status() == 303


@pytest.mark.parametrize(("proxies", "status"), [("192.0.2.7", 503), ("127.0.0.1", 200)])
def test_one_network_has_so_many_connections_without_a_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxies: str, status: int
) -> None:
    """But a proxy has as many as it likes."""
    with (
        limited(tmp_path, monkeypatch, proxies=proxies, most_waiting=1) as (host, limits),
        Caller(host).send(HEAD) as first,
    ):
        eventually(lambda: [one._unused for one in limits.waiting] == [len(HEAD)])
        with Caller(host).send(HEAD + b"\r\n") as second, contextlib.suppress(ConnectionError):
            assert second.status() == 200
            first.send(b"\r\n")
        assert first.status() == status
