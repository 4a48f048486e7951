"""Stores for these tests: each test has an empty one, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from server import postgres
from server.page_documents_fixture import PageDocuments, document_server
from server.postgres import empty_database
from server.server_fixture import Host

from bot.clock import Clock, utc_now
from bot.server import config
from bot.server.store.store import Store

__all__ = ["empty_database"]


@pytest.fixture
def github_sandbox_clock() -> Clock:
    """The machine's: a live server runs beside the sandbox, and one time holds for both."""
    return utc_now  # real clock: servers run by it, and no test asks which day it is


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL that runs for the session."""
    with postgres.server() as url, postgres.forgotten(url):
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.sqlite3'}"
        return
    with empty_database(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store, of each kind."""
    settings = config.read(
        {"MILEPOST_DATA_DIR": str(tmp_path), "MILEPOST_DATABASE_URL": database_url}
    )
    with Store.open(settings.database_url.get_secret_value()) as opened:
        yield opened


@pytest.fixture(scope="module")
def host_and_documents(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Host, PageDocuments]]:
    """A server whose pages show documents that a test puts there."""
    with document_server(tmp_path_factory.mktemp("pages")) as made:
        yield made


@pytest.fixture
def host(host_and_documents: tuple[Host, PageDocuments]) -> Host:
    """That server."""
    return host_and_documents[0]


@pytest.fixture
def documents(host_and_documents: tuple[Host, PageDocuments]) -> PageDocuments:
    """Its documents."""
    return host_and_documents[1]
