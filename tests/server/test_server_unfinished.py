"""Requests that callers begin and do not finish: what they may hold, and for how long."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from server.caller import Caller
from server.server_fixture import PATIENCE, SECRET, Host, environment, eventually, headers, hosted
from starlette.types import Message, Receive

from bot.server import app
from bot.server.request_body import DELIVERIES, SMALL_BODY, BodyError, BodyLimits, BodyReader
from bot.server.webhooks import endpoint

MANY = 45  # callers; more than there are threads for pages
TOKEN = "canary-metrics-token"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SIGNED = headers(b"", "issues", guid="g-1")  # the form of a signature, of another body


@contextlib.contextmanager
def limited(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, seconds: float = PATIENCE, **limits: int
) -> Iterator[Host]:
    """A server that waits so long for bodies, and has these limits for forms and deliveries."""

    def change(server: Any) -> None:
        from pydantic import SecretStr

        update = {"webhook_secret": SecretStr(SECRET)}
        server.config = server.config.model_copy(update=update)

    for module, name in ((app, "FORMS"), (endpoint, "DELIVERIES")):
        known: BodyLimits = getattr(module, name)
        monkeypatch.setattr(module, name, replace(known, seconds=seconds, **limits))
    url = f"sqlite:///{folder / 'store.sqlite3'}"
    more = {"MILEPOST_METRICS_TOKEN": TOKEN}
    with hosted(lambda _: {**environment(folder, url), **more}, change=change) as host:
        yield host


def ask(host: Host, path: str, **more: str) -> int:
    """Ask from a connection of its own, as a neighbour does."""
    with host.client.stream("GET", host.url + path, headers=more) as answer:
        return answer.status_code


def test_half_sent_forms_hold_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        limited(tmp_path, monkeypatch, unfinished=MANY, unfinished_each=MANY) as host,
        contextlib.ExitStack() as open_ones,
    ):
        for _ in range(MANY):
            open_ones.enter_context(Caller(host)).begin("/sign-out", 100, FORM, b"form_token=")
        assert ask(host, "/") == 200
        for path in ("/healthz", "/readyz"):
            assert ask(host, path) == 200
        assert ask(host, "/metrics", Authorization=f"Bearer {TOKEN}") == 200
        eventually(lambda: begun(host, FORM) == 503, "not all of them were begun")


def test_one_network_cannot_take_all_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = {**FORM, "X-Forwarded-For": "2001:db8::1"}
    same_network = {**FORM, "X-Forwarded-For": "2001:db8::ffff"}
    other = {**FORM, "X-Forwarded-For": "2001:db8:0:1::1"}
    with (
        limited(tmp_path, monkeypatch, unfinished=3, unfinished_each=1) as host,
        Caller(host).begin("/sign-out", 9, theirs),
    ):
        eventually(lambda: begun(host, same_network) == 503)
        with Caller(host).begin("/sign-out", 9, other, b"123456789") as neighbour:
            assert neighbour.status() == 303


def begun(host: Host, names: dict[str, str]) -> int:
    with Caller(host).begin("/sign-out", 9, names, b"123456789") as caller:
        return caller.status()


@pytest.mark.parametrize(("path", "names"), [("/sign-out", FORM), (app.WEBHOOKS, SIGNED)])
def test_a_body_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, names: dict[str, str]
) -> None:
    with (
        limited(tmp_path, monkeypatch, seconds=0.05, unfinished_each=1) as host,
        Caller(host).begin(path, 100, names, b"a") as slow,
    ):
        assert slow.status() == 408
        # Its place is free again.
        with Caller(host).begin(path, 1, names, b"a") as next_one:
            assert next_one.status() in {303, 401}


@pytest.mark.parametrize(
    ("path", "names", "size"),
    [("/sign-out", FORM, 256 * 1024), (app.WEBHOOKS, SIGNED, 25 * 1024 * 1024)],
)
def test_a_body_that_is_announced_as_too_large_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, names: dict[str, str], size: int
) -> None:
    with (
        limited(tmp_path, monkeypatch) as host,
        Caller(host).begin(path, size + 1, names) as caller,
    ):
        assert caller.status() == 413


@pytest.mark.parametrize(("path", "names"), [("/sign-out", FORM), (app.WEBHOOKS, SIGNED)])
def test_a_body_that_grows_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, names: dict[str, str]
) -> None:
    def pieces(count: int) -> Iterator[bytes]:
        yield from (b"+" * 100 for _ in range(count))

    with limited(tmp_path, monkeypatch, size=1_000) as host:
        for count, status in ((11, {413}), (10, {303, 401})):
            answer = host.client.post(host.url + path, content=pieces(count), headers=names)
            assert answer.status_code in status


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"X-Hub-Signature-256": ""}, 401),
        ({"X-Hub-Signature-256": "sha256=" + "0" * 63}, 401),
        ({"X-Hub-Signature-256": "sha256=" + "G" * 64}, 401),
        ({"X-Hub-Signature-256": "sha1=" + "0" * 64}, 401),
        ({"X-GitHub-Event": ""}, 400),
        ({"X-GitHub-Delivery": "a b"}, 400),
    ],
)
def test_a_delivery_is_refused_by_its_headers_before_its_body(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], status: int
) -> None:
    with (
        limited(tmp_path, monkeypatch) as host,
        Caller(host).begin(app.WEBHOOKS, 1_000, {**SIGNED, **change}) as caller,
    ):
        assert caller.status() == status


def test_unsigned_deliveries_together_hold_so_many_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = SMALL_BODY + 1_000
    limits = {"in_flight": 2_500, "in_flight_each": 1_500}
    others = {**SIGNED, "X-Forwarded-For": "192.0.2.1"}
    third = {**SIGNED, "X-Forwarded-For": "192.0.2.2"}
    with limited(tmp_path, monkeypatch, **limits) as host, contextlib.ExitStack() as open_ones:

        def unfinished(names: dict[str, str]) -> Caller:
            caller = open_ones.enter_context(Caller(host))
            return caller.begin(app.WEBHOOKS, large + 1, names, b" " * large)

        def refused(names: dict[str, str], announced: int, sent: int = 0) -> bool:
            with Caller(host).begin(app.WEBHOOKS, announced, names, b" " * sent) as caller:
                return caller.status() == 503

        unfinished(SIGNED)
        eventually(lambda: refused(SIGNED, large, large))  # more than one network's share
        unfinished(others)
        eventually(lambda: refused(third, large))  # and by its headers, more than there is in all
        # What is small passes, and what is not stored may be large.
        assert host.deliver("issues", {"repository": {"id": 7}}).status_code == 202
        ping = b" " * large
        assert host.post(ping, headers(ping, "ping", guid="g")).status_code == 202


def test_a_refused_delivery_is_asked_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with limited(tmp_path, monkeypatch, unfinished=0) as host:
        answer = host.deliver("issues", {})
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0


def pieces_of(*pieces: bytes, end: asyncio.Event | None = None) -> Receive:
    """Messages with these pieces of a body, the last one when `end` is set."""
    left = list(pieces)

    async def receive() -> Message:
        if len(left) == 1 and end is not None:
            await end.wait()
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    return receive


def test_what_is_over_is_counted_no_more_and_of_what_is_not_stored_nothing_is_there() -> None:
    reader = BodyReader(replace(DELIVERIES, unfinished=2, in_flight=1_500, in_flight_each=1_200))
    scope = {"headers": [], "client": ("192.0.2.1", 1)}
    large = b" " * (SMALL_BODY + 1_000)

    async def bodies() -> None:
        end = asyncio.Event()
        small = asyncio.create_task(reader.read(scope, pieces_of(b"a", b"b", end=end)))
        await asyncio.sleep(0)
        for _ in range(2):
            assert await reader.read(scope, pieces_of(large)) == bytearray(large)
            assert await reader.read(scope, pieces_of(large, large), stored=False) == bytearray()
            with pytest.raises(BodyError):
                await reader.read(scope, pieces_of(large, large))
        end.set()
        assert await small == bytearray(b"ab")

    asyncio.run(bodies())
    assert not reader._unfinished
    assert not reader._in_flight
