"""The queue's tables come about, and are brought up to date with procrastinate."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from procrastinate.schema import SchemaManager
from server.conftest import empty_database

from bot.server import config
from bot.server.queue_worker import FIRST, VERSION, migrate_queue_tables
from bot.server.store.store import Store


@pytest.fixture
def shared(postgres_server: str, tmp_path: Path) -> Iterator[Store]:
    """On PostgreSQL."""
    with empty_database(postgres_server) as url:
        text = {"MILEPOST_DATA_DIR": str(tmp_path), "MILEPOST_DATABASE_URL": url}
        opened = Store.open(config.read(text).database_url.get_secret_value())
        with opened:
            yield opened


def there(store: Store, name: str) -> bool:
    with store.engine.connect() as connection:
        return bool(connection.execute(sa.text(f"SELECT to_regclass('{name}')")).scalar())


def test_they_are_made_once(shared: Store) -> None:
    migrate_queue_tables(shared)
    migrate_queue_tables(shared)
    assert there(shared, "procrastinate_jobs")
    assert (shared.repositories.fact(VERSION) or "") >= FIRST


@pytest.mark.parametrize("noted", [True, False])
def test_changes_are_done_in_order_and_once(
    shared: Store, noted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate_queue_tables(shared)
    if not noted:
        with shared.engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM fact"))
    (tmp_path / FIRST).write_text("SELECT no_such_thing;")
    (tmp_path / "99.00.00_01_pre_make.sql").write_text("CREATE TABLE made (); SELECT 1;")
    (tmp_path / "99.00.00_50_post_fill.sql").write_text("ALTER TABLE made ADD COLUMN one int;")
    monkeypatch.setattr(SchemaManager, "get_migrations_path", lambda: str(tmp_path))
    for _ in range(2):
        migrate_queue_tables(shared)
    assert there(shared, "made")
    assert shared.repositories.fact(VERSION) == "99.00.00_50_post_fill.sql"


def test_a_change_that_fails_leaves_nothing(
    shared: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate_queue_tables(shared)
    before = shared.repositories.fact(VERSION)
    (tmp_path / "99.00.00_01_pre_make.sql").write_text("CREATE TABLE made ();")
    (tmp_path / "99.00.00_50_post_fail.sql").write_text("SELECT no_such_thing;")
    monkeypatch.setattr(SchemaManager, "get_migrations_path", lambda: str(tmp_path))
    with pytest.raises(Exception, match="no_such_thing"):
        migrate_queue_tables(shared)
    assert not there(shared, "made")
    assert shared.repositories.fact(VERSION) == before
