"""A database that is away for a while: what is answered meanwhile, on each kind of store."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from server.server_fixture import Host, environment, hosted
from starlette.responses import Response

from bot.server.keys import Keys
from bot.server.pages.sessions import Sessions, Visitor
from bot.server.store.engine import keep_private, open_engine
from bot.server.store.store import Store

PAGES = (
    "/",
    "/r/learner/portfolio",
    "/badge/learner/portfolio.svg",
    "/cohort.json",
    "/setup",
    "/nowhere",
)


@pytest.fixture
def host(database_url: str, tmp_path: Path) -> Iterator[Host]:
    with hosted(lambda _: environment(tmp_path, database_url)) as made:
        yield made


def take_away(host: Host) -> None:
    """Let no connection reach the database any more."""
    kind = psycopg.OperationalError if host.store.shared else sqlite3.OperationalError

    def away(*_: Any) -> None:
        raise kind("it is away")

    host.store.engine.dispose()
    sa.event.listen(host.store.engine, "do_connect", away)


def sign_in(host: Host) -> None:
    """Give the client the cookie of a session."""
    config, clock, answer = host.server.config, host.server.clock, Response()
    sessions = Sessions(
        Keys.of(config, host.store), host.store.sessions, secure=config.https, clock=clock
    )
    until = clock() + timedelta(hours=1)
    sessions.begin(answer, Visitor(id=1, login="ada", token=SecretStr("t"), until=until))
    host.client.headers["Cookie"] = answer.headers["Set-Cookie"].partition(";")[0]
    assert "ada" in host.client.get(host.url).text


@pytest.mark.parametrize("signed_in", [True, False])
def test_pages_ask_to_come_back(host: Host, signed_in: bool) -> None:
    if signed_in:
        sign_in(host)
    take_away(host)
    for path in PAGES:
        answer = host.client.get(host.url + path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.status_code < 500 or answer.status_code == 503, path
        assert (answer.status_code == 503) == ("Retry-After" in answer.headers)
    answer = host.client.get(f"{host.url}/r/learner/portfolio")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "reach its database" in answer.text
    assert host.client.get(f"{host.url}/healthz").status_code == 200


def test_the_file_of_a_database_is_its_owner_s(tmp_path: Path) -> None:
    """A new one, and one that an earlier version left to others, with the files beside it."""
    url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    for _ in range(2):
        with Store.open(url):
            files = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
            assert files == dict.fromkeys(("a.sqlite3", "a.sqlite3-wal", "a.sqlite3-shm"), 0o600)
            for name in files:
                (tmp_path / name).chmod(0o644)


def test_a_database_that_is_no_file_is_let_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of its name is somebody else's, and none is made."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").touch(mode=0o644)
    for name in ("there", "none"):
        keep_private(open_engine(f"postgresql+psycopg://127.0.0.1:1/{name}"))
    assert [(one.name, one.stat().st_mode & 0o777) for one in tmp_path.iterdir()] == [
        ("there", 0o644)
    ]
