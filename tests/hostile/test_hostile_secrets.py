"""Secrets are planted, what can go wrong goes wrong, and all that is written is looked through."""

import contextlib
import io
import json
import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from server.server_fixture import SECRET
from server.visitor_fixture import visited

from bot.server import logs
from bot.server.server import Server
from bot.server.store.tables import metadata
from github_sandbox.server import Sandbox

OWN = {
    "MILEPOST_SECRET_KEY": "canary-secret-key" * 3,
    "MILEPOST_METRICS_TOKEN": "canary-metrics-token",
    "MILEPOST_WEBHOOK_SECRET_OLD": "canary-old-webhook-secret",
}
FAULTS = ("500", "502-after", "reset", "expired", "secondary-403")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that is logged, at every level, by everybody."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = list(root.handlers), root.level
    for handler in handlers:
        root.removeHandler(handler)
    logs.set_up(stream=stream)
    root.setLevel(logging.DEBUG)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def reprs(server: Server) -> str:
    """The server and what it is made of, as a debugger or a traceback might show it."""
    seen: list[str] = []
    ahead: list[object] = [server]
    known: set[int] = set()
    while ahead and len(known) < 3_000:
        one = ahead.pop()
        if id(one) in known:
            continue
        known.add(id(one))
        with contextlib.suppress(Exception):
            seen.append(f"{one!r} {one}")
        if type(one).__module__.startswith("bot."):
            ahead += vars(one).values() if hasattr(one, "__dict__") else ()
            ahead += [getattr(one, name, None) for name in getattr(type(one), "__slots__", ())]
    return "\n".join(seen)


def rows(server: Server) -> str:
    """Every row of every table."""
    with server.store.engine.connect() as connection:
        return "\n".join(
            repr(row)
            for table in metadata.sorted_tables
            for row in connection.execute(sa.select(table))
        )


def test_no_secret_is_written_whatever_goes_wrong(
    sandbox: Sandbox, tmp_path: Path, written: io.StringIO
) -> None:
    text: list[str] = []
    data = tmp_path / "data"
    data.mkdir()
    with visited(sandbox, f"sqlite:///{data / 'store'}", data, files=True, **OWN) as app_server:
        server, world = app_server.host.server, app_server.world
        app_server.configure()
        app_server.install()
        app_server.settle()
        with app_server.person() as learner:
            app_server.sign_in(learner)
            for way in ("/", "/cohort", "/setup", "/r/learner/portfolio", "/nowhere", "/register"):
                page = learner.web.get(app_server.host.url + way)
                text += [
                    page.text,
                    repr({k: v for k, v in page.headers.items() if k != "set-cookie"}),
                ]
            ours = [c.value for c in learner.web.cookies.jar if c.value and len(c.value) > 30]
            # From here on GitHub fails, each time in another way.
            for fault in FAULTS:
                world.faults.clear()
                world.faults.add(fault, path="/repos*", times=20)
                app_server.host.deliver(
                    "issues", {"repository": {"id": app_server.home.id}}, guid=f"x{fault}"
                )
                for way in ("/r/learner/portfolio", "/setup/learner/portfolio", "/cohort"):
                    text.append(learner.web.get(app_server.host.url + way).text)
            world.faults.clear()
        try:
            with server.store.engine.connect() as connection:
                connection.execute(sa.text("SELECT nothing FROM nowhere"))
        except sa.exc.SQLAlchemyError as broken:
            text.append("".join(traceback.format_exception(broken)))
        text += [reprs(server), rows(server), " ".join(sys.argv)]
        secrets = {
            **OWN,
            "webhook secret": SECRET,
            "client secret": app_server.app.client_secret,
            **{f"token {n}": token for n, token in enumerate(world.tokens)},
            **{
                f"key {n}": one
                for n, one in enumerate(app_server.app.private_key.split("\n")[1:-2])
            },
        }
        # The cookie itself may stand where it belongs, in the browser.
        secrets |= {f"cookie {n}": cookie for n, cookie in enumerate(ours)}
    files = [f.read_bytes().decode("latin-1") for f in data.rglob("*") if f.is_file()]
    everything = "\n".join([written.getvalue(), *text, *files])
    assert len(everything) > 50_000
    assert len(secrets) > 20
    found = {name for name, secret in secrets.items() if secret and secret in everything}
    escaped = {name for name, secret in secrets.items() if json.dumps(secret)[1:-1] in everything}
    assert found | escaped == set()
