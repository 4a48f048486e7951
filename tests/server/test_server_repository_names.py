"""Finding repositories by name: whatever the case of letters, the newest, and by an index."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from bot.server.store.migrate import SCRIPTS, migrate
from bot.server.store.rows import RepositoryInfo
from bot.server.store.store import Store

NOON = datetime(2026, 2, 16, 12, tzinfo=UTC)


def test_a_name_is_found_in_any_case_and_a_private_one_not_among_the_public(store: Store) -> None:
    store.repositories.save_repository(
        1, RepositoryInfo(5, "Lea/Path", private=True, archived=False), NOON
    )
    row = store.repositories.repository_named("lea/PATH")
    assert row is not None
    assert row.full_name == "Lea/Path"
    assert store.repositories.repository_named("lea/PATH", public=True) is None
    store.repositories.save_repository(
        1, RepositoryInfo(5, "Lea/Path", private=False, archived=False), NOON
    )
    assert store.repositories.repository_named("lea/PATH", public=True) is not None
    store.repositories.mark_repository_gone(5, NOON)
    assert store.repositories.repository_named("lea/PATH", public=True) is None


def test_of_two_that_were_called_so_it_is_the_one_seen_last(store: Store) -> None:
    for number, hours in ((5, 2), (6, 3), (7, 1)):
        seen = RepositoryInfo(number, "lea/path", private=False, archived=False)
        store.repositories.save_repository(1, seen, NOON + timedelta(hours=hours))
    found = store.repositories.repository_named("lea/path")
    assert found is not None
    assert found.id == 6


def test_those_that_are_asked_for_come_by_name(store: Store) -> None:
    for number, name in ((5, "Zoe/a"), (6, "bob/b"), (7, "ann/c")):
        store.repositories.save_repository(
            1, RepositoryInfo(number, name, private=False, archived=False), NOON
        )
    store.repositories.mark_repository_gone(7, NOON)
    assert [row.id for row in store.repositories.by_ids([5, 6, 7, 8])] == [6, 5]
    assert store.repositories.by_ids([]) == ()


def test_rows_of_an_older_version_are_found_by_name_too(store: Store) -> None:
    store.repositories.save_repository(
        1, RepositoryInfo(5, "Lea/Path", private=False, archived=False), NOON
    )
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
    migrate(store.engine)
    assert store.repositories.repository_named("lea/path", public=True) is not None


def test_a_million_names_are_not_read_for_one(store: Store) -> None:
    requested = "SELECT id FROM repository WHERE known_as = 'lea/path'"
    with store.engine.begin() as connection:
        if store.shared:
            connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
            plan = connection.execute(sa.text(f"EXPLAIN {requested}")).scalars().all()
        else:
            plan = connection.execute(sa.text(f"EXPLAIN QUERY PLAN {requested}")).all()
    assert "ix_repository_known_as" in str(plan)
