"""Stores installations and repositories as GitHub last showed them, and the results of syncs."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.server.store.engine import fetch, insert, upsert
from bot.server.store.page_cache import clear
from bot.server.store.rate_limiter import forget
from bot.server.store.rows import InstallationRow, RepositoryInfo, RepositoryRow, RepositoryState
from bot.server.store.tables import fact, installation, repository, repository_columns
from bot.templating import printable

_R = repository.c
_REPOSITORIES = sa.select(*repository_columns())
_INSTALLATIONS = sa.select(installation.c.id, installation.c.account, installation.c.state)


class Repositories:
    """Stores what there is to sync. Each call is one transaction; times are aware."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save_installation(self, row: InstallationRow, at: datetime) -> None:
        """Store an installation. The repositories of one that is gone are gone, too."""
        gone = row.state == "gone"
        values = {"account": row.account, "state": row.state, "seen_at": at}
        # A gone one keeps its first `seen_at`: its cleanup counts from then.
        where = installation.c.state != "gone" if gone else None
        with self._engine.begin() as connection:
            upsert(connection, installation, {"id": row.id}, values, where=where)
            if gone:
                _mark_gone(connection, _R.installation_id == row.id, at)
                forget(connection, row.id)

    def save_repositories(
        self, installation_id: int, seen: Sequence[RepositoryInfo], at: datetime
    ) -> tuple[int, ...]:
        """Store all that an installation reaches now. Return the ids to sync: new or back again."""
        with self._engine.begin() as connection:
            its = sa.select(_R.id, _R.state).where(_R.installation_id == installation_id)
            old = {row.id: row.state for row in connection.execute(its)}
            for one in seen:
                _save(connection, installation_id, one, at)
            there = {number for number, state in old.items() if state != "gone"}
            if lost := there - {one.id for one in seen}:
                each = repository.update().where(_R.id == sa.bindparam("lost"))
                rows = [{"lost": number} for number in sorted(lost)]
                connection.execute(each.values(state="gone", seen_at=at), rows)
                gone = sa.and_(_R.installation_id == installation_id, _R.state == "gone")
                clear(connection, sa.select(_R.id).where(gone))
        return tuple(one.id for one in seen if not one.archived and old.get(one.id) != "active")

    def save_repository(self, installation_id: int, seen: RepositoryInfo, at: datetime) -> None:
        """Store one repository."""
        with self._engine.begin() as connection:
            _save(connection, installation_id, seen, at)

    def mark_repository_gone(self, number: int, at: datetime) -> None:
        """Mark a repository that cannot be reached any more."""
        with self._engine.begin() as connection:
            _mark_gone(connection, _R.id == number, at)

    def record_result(
        self, number: int, *, result: str, message: str, zone: str, at: datetime
    ) -> None:
        """Store the result of a sync that began at `at`; void consent that it did not confirm."""
        with self._engine.begin() as connection:
            its = repository.update().where(_R.id == number)
            # It may quote settings, and databases take no NUL.
            text = printable(message)
            values = {"result": result, "told": text, "zone": zone, "synced_at": at}
            consent = sa.case((_R.consent_at >= at, _R.consent_at), else_=None)
            connection.execute(its.values(**values, consent_at=consent, written=0, to_write=0))

    def record_progress(self, number: int, written: int, to_write: int) -> None:
        """Store how many changes of the present run are written."""
        with self._engine.begin() as connection:
            its = repository.update().where(_R.id == number)
            connection.execute(its.values(written=written, to_write=to_write))

    def installation(self, number: int) -> InstallationRow | None:
        """Return the installation of that id, when it is known."""
        rows = fetch(self._engine, _INSTALLATIONS.where(installation.c.id == number))
        return InstallationRow(*rows[0]) if rows else None

    def installations(self) -> tuple[InstallationRow, ...]:
        """Return all installations, gone ones too."""
        rows = fetch(self._engine, _INSTALLATIONS.order_by(installation.c.id))
        return tuple(InstallationRow(*row) for row in rows)

    def repository(self, number: int) -> RepositoryRow | None:
        """Return the repository of that id, when it is known."""
        return self._repository(_R.id == number)

    def repository_named(self, full_name: str, *, public: bool = False) -> RepositoryRow | None:
        """Return the (public) repository that has this name now, in any case; none that is gone."""
        seen = [_R.private.is_(False)] if public else []
        return self._repository(_R.known_as == full_name.lower(), _R.state != "gone", *seen)

    def by_ids(self, numbers: Sequence[int]) -> tuple[RepositoryRow, ...]:
        """Return those of these ids that are known and not gone, by name."""
        query = _REPOSITORIES.where(_R.id.in_(numbers), _R.state != "gone").order_by(_R.known_as)
        return tuple(RepositoryRow(*row) for row in fetch(self._engine, query))

    def repositories(self, installation_id: int) -> tuple[RepositoryRow, ...]:
        """Return those that an installation reaches, or did: gone ones too."""
        query = _REPOSITORIES.where(_R.installation_id == installation_id).order_by(_R.id)
        return tuple(RepositoryRow(*row) for row in fetch(self._engine, query))

    def active_repositories(self, *, after: int, most: int) -> list[int]:
        """Return the ids of the next active ones after that id, of suspended installations too."""
        # With one table alone the query is quick even before the database has statistics.
        query = sa.select(_R.id).where(_R.state == "active", _R.id > after).order_by(_R.id)
        return [row.id for row in fetch(self._engine, query.limit(most))]

    def count_active(self) -> int:
        """Return how many are active."""
        query = sa.select(sa.func.count().label("active")).where(_R.state == "active")
        return int(fetch(self._engine, query)[0].active)

    def fact(self, name: str) -> str | None:
        """Return the value of a fact."""
        rows = fetch(self._engine, sa.select(fact.c.value).where(fact.c.name == name))
        return rows[0].value if rows else None

    def set_fact(self, name: str, value: str) -> None:
        """Store a fact."""
        with self._engine.begin() as connection:
            upsert(connection, fact, {"name": name}, {"value": value})

    def set_fact_once(self, name: str, value: str) -> str:
        """Store a fact unless there is one, and return the stored value."""
        with self._engine.begin() as connection:
            new = insert(connection.dialect.name, fact).values(name=name, value=value)
            connection.execute(new.on_conflict_do_nothing())
            found = connection.execute(sa.select(fact.c.value).where(fact.c.name == name))
            return str(found.scalar_one())

    def _repository(self, *where: sa.ColumnElement[bool]) -> RepositoryRow | None:
        # A name may have passed to another repository since.
        newest = _REPOSITORIES.where(*where).order_by(_R.seen_at.desc()).limit(1)
        rows = fetch(self._engine, newest)
        return RepositoryRow(*rows[0]) if rows else None


def _save(connection: Connection, installation_id: int, seen: RepositoryInfo, at: datetime) -> None:
    state: RepositoryState = "archived" if seen.archived else "active"
    values = {
        "installation_id": installation_id,
        "full_name": seen.full_name,
        "known_as": seen.full_name.lower(),
        "private": seen.private,
        "state": state,
        "seen_at": at,
    }
    upsert(connection, repository, {"id": seen.id}, values)


def _mark_gone(connection: Connection, where: sa.ColumnElement[bool], at: datetime) -> None:
    not_gone = sa.and_(where, _R.state != "gone")
    connection.execute(repository.update().where(not_gone).values(state="gone", seen_at=at))
    clear(connection, sa.select(_R.id).where(where))
