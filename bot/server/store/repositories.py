"""Installations and repositories as GitHub last showed them, and what became of their syncs."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.server.store.engine import insert, read_only
from bot.server.store.page_cache import clear
from bot.server.store.rate_limiter import forget
from bot.server.store.rows import InstallationRow, RepositoryInfo, RepositoryRow, RepositoryState
from bot.server.store.tables import fact, installation, repository

_R = repository.c
_ROW = (
    _R.id,
    _R.installation_id,
    _R.full_name,
    _R.private,
    _R.state,
    _R.zone,
    _R.synced_at,
    _R.result,
    _R.told,
    _R.written,
    _R.to_write,
)


class Repositories:
    """What there is to work on. Each call is one transaction; times are aware."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save_installation(self, row: InstallationRow, at: datetime) -> None:
        """Keep how GitHub shows it. The repositories of one that is gone are gone."""
        with self._engine.begin() as connection:
            statement = insert(connection.dialect.name, installation)
            values = {"account": row.account, "state": row.state, "seen_at": at}
            connection.execute(
                statement.values(id=row.id, **values).on_conflict_do_update(
                    index_elements=[installation.c.id],
                    set_=values,
                    # Since when it is gone tells how long it is kept.
                    where=installation.c.state != "gone" if row.state == "gone" else None,
                )
            )
            if row.state == "gone":
                connection.execute(
                    repository.update()
                    .where(_R.installation_id == row.id, _R.state != "gone")
                    .values(state="gone", seen_at=at)
                )
                clear(connection, sa.select(_R.id).where(_R.installation_id == row.id))
                forget(connection, row.id)

    def save_repositories(
        self, installation_id: int, seen: Sequence[RepositoryInfo], at: datetime
    ) -> tuple[int, ...]:
        """Keep all that an installation reaches; what it reached before and no more is gone.

        Returns the ids of those that are to be synced: new ones, and such as came back.
        """
        with self._engine.begin() as connection:
            old = {
                row.id: row.state
                for row in connection.execute(
                    sa.select(_R.id, _R.state).where(_R.installation_id == installation_id)
                )
            }
            for one in seen:
                _save(connection, installation_id, one, at)
            there = {number for number, state in old.items() if state != "gone"}
            lost = there - {one.id for one in seen}
            if lost:
                connection.execute(
                    repository.update()
                    .where(_R.id == sa.bindparam("lost"))
                    .values(state="gone", seen_at=at),
                    [{"lost": number} for number in sorted(lost)],
                )
                gone = sa.and_(_R.installation_id == installation_id, _R.state == "gone")
                clear(connection, sa.select(_R.id).where(gone))
        return tuple(one.id for one in seen if not one.archived and old.get(one.id) != "active")

    def save_repository(self, installation_id: int, seen: RepositoryInfo, at: datetime) -> None:
        """Keep how GitHub shows one repository."""
        with self._engine.begin() as connection:
            _save(connection, installation_id, seen, at)

    def mark_repository_gone(self, number: int, at: datetime) -> None:
        """It cannot be reached any more."""
        with self._engine.begin() as connection:
            connection.execute(
                repository.update().where(_R.id == number).values(state="gone", seen_at=at)
            )
            clear(connection, sa.select(_R.id).where(_R.id == number))

    def record_result(
        self, number: int, *, result: str, message: str, zone: str, at: datetime
    ) -> None:
        """Keep what became of a sync."""
        with self._engine.begin() as connection:
            connection.execute(
                repository.update()
                .where(_R.id == number)
                .values(result=result, told=message, zone=zone, synced_at=at, written=0, to_write=0)
            )

    def record_progress(self, number: int, written: int, to_write: int) -> None:
        """Keep how far the run that goes on is."""
        with self._engine.begin() as connection:
            connection.execute(
                repository.update()
                .where(_R.id == number)
                .values(written=written, to_write=to_write)
            )

    def installation(self, number: int) -> InstallationRow | None:
        """The installation of that id, when it is known."""
        columns = installation.c.id, installation.c.account, installation.c.state
        with read_only(self._engine) as connection:
            row = connection.execute(sa.select(*columns).where(installation.c.id == number)).first()
        return InstallationRow(*row) if row else None

    def installations(self) -> tuple[InstallationRow, ...]:
        """All that are known, gone ones too."""
        columns = installation.c.id, installation.c.account, installation.c.state
        with read_only(self._engine) as connection:
            rows = connection.execute(sa.select(*columns).order_by(installation.c.id)).all()
        return tuple(InstallationRow(*row) for row in rows)

    def repository(self, number: int) -> RepositoryRow | None:
        """The repository of that id, when it is known."""
        return self._repository(_R.id == number)

    def repository_named(self, full_name: str) -> RepositoryRow | None:
        """The repository that is called so now, in any case of letters; none that is gone."""
        return self._repository(_R.known_as == full_name.lower(), _R.state != "gone")

    def public_named(self, full_name: str) -> RepositoryRow | None:
        """The same among those that anybody may see."""
        same = _R.known_as == full_name.lower()
        return self._repository(same, _R.state != "gone", _R.private.is_(False))

    def by_ids(self, numbers: Sequence[int]) -> tuple[RepositoryRow, ...]:
        """Of the repositories of these ids those that are known and not gone, by name."""
        found = sa.select(*_ROW).where(_R.id.in_(numbers), _R.state != "gone")
        with read_only(self._engine) as connection:
            rows = connection.execute(found.order_by(_R.known_as)).all()
        return tuple(RepositoryRow(*row) for row in rows)

    def repositories(self, installation_id: int) -> tuple[RepositoryRow, ...]:
        """What an installation reaches, or did: gone ones too."""
        with read_only(self._engine) as connection:
            rows = connection.execute(
                sa.select(*_ROW).where(_R.installation_id == installation_id).order_by(_R.id)
            ).all()
        return tuple(RepositoryRow(*row) for row in rows)

    def active_repositories(self, *, after: int, most: int) -> list[int]:
        """The ids of some that are active: the next ones after that id, in order.

        Those of a suspended installation too: what is asked of one table alone, a database that has
        not counted its rows yet answers as quickly as any other.
        """
        found = sa.select(_R.id).where(_R.state == "active", _R.id > after).order_by(_R.id)
        with read_only(self._engine) as connection:
            return list(connection.execute(found.limit(most)).scalars())

    def count_active(self) -> int:
        """How many are active."""
        found = sa.select(sa.func.count()).where(_R.state == "active")
        with read_only(self._engine) as connection:
            return connection.execute(found).scalar_one()

    def fact(self, name: str) -> str | None:
        """Return the word stored under a name."""
        with read_only(self._engine) as connection:
            return connection.execute(sa.select(fact.c.value).where(fact.c.name == name)).scalar()

    def set_fact(self, name: str, value: str) -> None:
        """Store a word under a name."""
        with self._engine.begin() as connection:
            connection.execute(
                insert(connection.dialect.name, fact)
                .values(name=name, value=value)
                .on_conflict_do_update(index_elements=[fact.c.name], set_={"value": value})
            )

    def set_fact_once(self, name: str, value: str) -> str:
        """Store a word unless there is one, and return the stored one."""
        with self._engine.begin() as connection:
            connection.execute(
                insert(connection.dialect.name, fact)
                .values(name=name, value=value)
                .on_conflict_do_nothing()
            )
            found = connection.execute(sa.select(fact.c.value).where(fact.c.name == name))
            return str(found.scalar_one())

    def _repository(self, *where: sa.ColumnElement[bool]) -> RepositoryRow | None:
        with read_only(self._engine) as connection:
            # A name may have passed to another repository that was looked at since.
            newest = sa.select(*_ROW).where(*where).order_by(_R.seen_at.desc()).limit(1)
            row = connection.execute(newest).first()
        return RepositoryRow(*row) if row else None


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
    connection.execute(
        insert(connection.dialect.name, repository)
        .values(id=seen.id, **values)
        .on_conflict_do_update(index_elements=[_R.id], set_=values)
    )
