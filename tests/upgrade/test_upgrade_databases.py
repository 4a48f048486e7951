"""Databases that an earlier server filled: they are migrated, and what is in them is served."""

import asyncio
import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest
from server.postgres import empty_database
from server.server_fixture import SECRET, environment
from upgrade.scenario import RECORDINGS

from bot.server import config
from bot.server.app import build
from bot.server.server import Server
from bot.server.store.migrate import schema_state
from bot.server.store.store import Store
from github_sandbox.state import apps

DATABASES = ("server.sqlite3", "server-threads.sql", "server-queue.sql")
HOME = 1001
SHARED = 1002
MENTOR = "mona-mentor"


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database as the earlier server left it."""
    content = gzip.decompress((RECORDINGS / f"{request.param}.gz").read_bytes())
    if request.param.endswith(".sqlite3"):
        file = tmp_path / "store.sqlite3"
        file.write_bytes(content)
        yield f"sqlite:///{file}"
        return
    with empty_database(request.getfixturevalue("postgres_server")) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(content)
        yield url


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server over that database whose work has not begun."""
    app = {
        "MILEPOST_CLIENT_ID": "Iv1.0",
        "MILEPOST_CLIENT_SECRET": "secret",
        "MILEPOST_PRIVATE_KEY": apps.key_pair()[0],
        "MILEPOST_WEBHOOK_SECRET": SECRET,
        "MILEPOST_PUBLIC_URL": "http://testserver",
    }
    settings = config.read({**environment(tmp_path, database_url), **app})
    with Store.open(settings.database_url.get_secret_value()) as store:
        yield Server(settings, store)


def test_it_is_brought_up_to_date_and_opens_again(database_url: str, tmp_path: Path) -> None:
    settings = config.read(environment(tmp_path, database_url))
    for _ in range(2):
        with Store.open(settings.database_url.get_secret_value()) as store:
            with store.engine.connect() as connection:
                assert schema_state(connection) == "current"
            names = [store.repositories.repository(number) for number in (HOME, SHARED)]
    assert [row and row.full_name for row in names] == ["learner/portfolio", "learner/bread"]


def test_what_was_known_of_each_repository_is_still_known(server: Server) -> None:
    home, shared = (server.store.repositories.repository(n) for n in (HOME, SHARED))
    assert home
    assert shared
    assert (home.state, shared.state) == ("active", "active")
    assert str(home.zone) == "Europe/Berlin"
    assert home.synced_at
    assert home.synced_at.isoformat().startswith("2026-03-16T09:30")


def test_badges_are_served_before_anything_was_synced_again(server: Server) -> None:
    home, shared, picture = served(
        server,
        "/badge/learner/portfolio.json",
        "/badge/learner/bread.json",
        "/badge/learner/portfolio.svg",
    )
    assert home.json()["message"] == "75%"
    assert shared.json()["message"] == "0%"
    assert (picture.status_code, "75%" in picture.text) == (200, True)


def served(server: Server, *paths: str) -> list[httpx2.Response]:
    """What a browser gets, over no socket and with no worker running."""

    async def query() -> list[httpx2.Response]:
        transport = httpx2.ASGITransport(build(server))
        async with httpx2.AsyncClient(transport=transport, base_url="http://milepost.test") as one:
            return [await one.get(path) for path in paths]

    return asyncio.run(query())
