"""Finding repositories by name: whatever the case of letters, the newest, and by an index."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from bot.server.store.migrate import SCRIPTS, migrate
from bot.server.store.rows import Seen
from bot.server.store.store import Store

NOON = datetime(2026, 2, 16, 12, tzinfo=UTC)


def test_a_name_is_found_in_any_case_and_a_private_one_not_among_the_public(store: Store) -> None:
    store.register.see_repository(1, Seen(5, "Lea/Path", private=True, archived=False), NOON)
    row = store.register.repository_named("lea/PATH")
    assert row is not None
    assert row.full_name == "Lea/Path"
    assert store.register.public_named("lea/PATH") is None
    store.register.see_repository(1, Seen(5, "Lea/Path", private=False, archived=False), NOON)
    assert store.register.public_named("lea/PATH") is not None
    store.register.lose_repository(5, NOON)
    assert store.register.public_named("lea/PATH") is None


def test_of_two_that_were_called_so_it_is_the_one_seen_last(store: Store) -> None:
    for number, hours in ((5, 2), (6, 3), (7, 1)):
        seen = Seen(number, "lea/path", private=False, archived=False)
        store.register.see_repository(1, seen, NOON + timedelta(hours=hours))
    found = store.register.repository_named("lea/path")
    assert found is not None
    assert found.id == 6


def test_those_that_are_asked_for_come_by_name(store: Store) -> None:
    for number, name in ((5, "Zoe/a"), (6, "bob/b"), (7, "ann/c")):
        store.register.see_repository(1, Seen(number, name, private=False, archived=False), NOON)
    store.register.lose_repository(7, NOON)
    assert [row.id for row in store.register.those([5, 6, 7, 8])] == [6, 5]
    assert store.register.those([]) == ()


def test_rows_of_an_older_version_are_found_by_name_too(store: Store) -> None:
    store.register.see_repository(1, Seen(5, "Lea/Path", private=False, archived=False), NOON)
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
    migrate(store.engine)
    assert store.register.public_named("lea/path") is not None


def test_a_million_names_are_not_read_for_one(store: Store) -> None:
    asked = "SELECT id FROM repository WHERE known_as = 'lea/path'"
    with store.engine.begin() as connection:
        if store.shared:
            connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
            plan = connection.execute(sa.text(f"EXPLAIN {asked}")).scalars().all()
        else:
            plan = connection.execute(sa.text(f"EXPLAIN QUERY PLAN {asked}")).all()
    assert "ix_repository_known_as" in str(plan)
