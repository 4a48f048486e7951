"""What a server writes down about what it does, and what never stands in it."""

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from server.scenario import year_run
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.server import logs
from bot.server.access_log import access_log
from bot.server.logs import LogSampler
from github_sandbox.server import Sandbox

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIcanary\n-----END RSA PRIVATE KEY-----\n"
CHATTY = ("httpx2", "httpcore2", "alembic", "github", "apscheduler")


@pytest.fixture
def written() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The lines that were logged so far."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in CHATTY}
    # With `force` the handlers would be closed that pytest catches logs with.
    for handler in handlers:
        root.removeHandler(handler)
    logs.set_up(stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


Written = Callable[[], list[dict[str, Any]]]


def test_a_day_of_a_server_leaves_no_secret_behind(
    sandbox: Sandbox, tmp_path: Path, written: Written
) -> None:
    own = {
        "MILEPOST_CLIENT_SECRET": "canary-client-secret",
        "MILEPOST_SECRET_KEY": "canary-secret-key" * 3,
        "MILEPOST_METRICS_TOKEN": "canary-metrics-token",
    }
    with year_run(sandbox, f"sqlite:///{tmp_path / 'store'}", tmp_path, **own) as app_server:
        app_server.configure()
        app_server.install()
        app_server.settle_with("learner/portfolio active synced")
        app_server.close(app_server.tasks()[0])
        app_server.settle()
        get, url = app_server.host.client.get, app_server.host.url
        message = {
            "Authorization": "Bearer canary-bearer",
            "Cookie": "session=canary-cookie",
            "X-Forwarded-For": "203.0.113.77",
        }
        get(f"{url}/?code=canary-code&state=canary-state", headers=message)
        get(f"{url}/signed-in?code=canary-code&state=canary-state", headers=message)
        get(f"{url}/canary-path", headers=message)
        for _ in range(3):
            app_server.host.deliver("issues", {"note": "canary-body"}, secret="canary-wrong")
        app_server.host.deliver("issues", {"note": "canary-body"})
        tokens = [*sandbox.world.tokens]
        key = app_server.app.private_key.splitlines()
    lines = written()
    text = json.dumps(lines)
    assert "canary" not in text
    assert "203.0.113.77" not in text
    assert len(tokens) > 1
    assert not [token for token in tokens if token in text]
    assert not [line for line in key if line in text]
    # And there is what belongs there.
    events = {"request finished", "deliveries received", "delivery rejected", "sync finished"}
    assert {*events, "started", "stopped"} <= {x["what"] for x in lines}
    assert [x["status"] for x in lines if x["what"] == "delivery rejected"].count(401) == 1
    page = next(x for x in lines if x["what"] == "request finished")
    assert (page["method"], page["route"], page["status"]) == ("GET", "/", 200)
    assert next(x for x in lines if x["what"] == "deliveries received")["deliveries"][0]["delivery"]
    assert next(x for x in lines if x["what"] == "sync finished")["subject"]


@pytest.mark.parametrize(
    "secret",
    [
        "ghs_canary0123456789abcdef",
        "ghu_canary0123456789abcdef",
        "github_pat_canary0123456789abcdef",
        "eyJhbGciOi.canary.eyJpc3MiOi",
        KEY,
        KEY.replace("END", "..."),
        "GET /signed-in?code=canary&state=canary",
        "GET /register/done?code=canary&state=canary",
        'client_secret=canary" said',
    ],
)
def test_what_looks_like_a_secret_is_cut_out(secret: str, written: Written) -> None:
    def fail() -> None:
        raise ValueError(f"not {secret} again")

    try:
        fail()
    except ValueError:
        logging.getLogger("bot").exception("it was %s.", secret)
    [line] = written()
    assert "canary" not in json.dumps(line)
    assert "***" in line["what"]
    assert "***" in line["trace"]
    assert "again" in line["trace"]


def test_secrets_of_its_own_are_cut_out_in_any_shape(written: Written) -> None:
    logs.hide(['canary "quoted"\nsecret', "short"])
    logging.getLogger("bot").info('a short one: canary "quoted"\nsecret')
    assert written()[0]["what"] == "a short one: ***"


def test_the_address_to_register_at_is_told_whole(written: Written) -> None:
    reported = "register one at https://milepost.example/register?code=abcdefgh"
    logging.getLogger("bot").warning(reported)
    assert written()[0]["what"] == reported


def requested(app: ASGIApp, *times: int) -> None:
    """Send it so many requests, of which nothing is read."""

    async def nothing(*_: object) -> dict[str, Any]:
        return {}

    for _ in times:
        asyncio.run(app({"type": "http", "method": "GET"}, nothing, nothing))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("route", "status", "lines"),
    [
        ("/r/{owner}/{repo}", 200, 50),
        ("/r/{owner}/{repo}", 500, 50),
        *(("/r/{owner}/{repo}", status, 1) for status in (408, 413, 429, 503)),
        ("/badge/{owner}/{file}", 200, 1),
        ("/assets/{name}", 200, 1),
        ("none", 404, 1),
    ],
)
def test_what_anybody_may_send_in_great_number_is_no_line_each(
    written: Written, route: str, status: int, lines: int
) -> None:
    async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status})

    counted: list[int] = []
    app = access_log(
        answer, observe=lambda *given: counted.append(given[2]), route=lambda _scope: route
    )
    requested(app, *range(50))
    assert len(written()) == lines
    assert counted == [status] * 50  # for the metrics


def test_a_sampled_line_says_for_how_many_it_is() -> None:
    now = [0.0]
    sampler = LogSampler(lambda: now[0])
    assert [sampler.count("/badge", 200) for _ in range(5)] == [1, 0, 0, 0, 0]
    assert sampler.count("/badge", 404) == 1
    now[0] = 59.0
    assert sampler.count("/badge", 200) == 0
    now[0] = 60.0
    assert [sampler.count("/badge", 200) for _ in range(3)] == [6, 0, 0]
