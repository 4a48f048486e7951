"""What pages and badges show of repositories, as documents that the store does not read."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.server.store.engine import insert, read_only
from bot.server.store.tables import mentor, repository, shown

_S = shown.c


class CachedPage(NamedTuple):
    """A document and when it was made. `badge` is what its badge is drawn from."""

    repository_id: int
    made_at: datetime
    badge: str
    document: bytes


class PageCache:
    """Keeps one document for each repository. Each call is one transaction; times are aware."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, page: CachedPage, mentors: Iterable[str] = ()) -> None:
        """Keep it in place of what was there. `mentors` are logins in lower case."""
        values = {"made_at": page.made_at, "badge": page.badge, "document": page.document}
        with self._engine.begin() as connection:
            connection.execute(
                insert(connection.dialect.name, shown)
                .values(repository_id=page.repository_id, **values)
                .on_conflict_do_update(index_elements=[_S.repository_id], set_=values)
            )
            connection.execute(mentor.delete().where(mentor.c.repository_id == page.repository_id))
            rows = [
                {"login": login, "repository_id": page.repository_id}
                for login in sorted(set(mentors))
            ]
            if rows:
                connection.execute(mentor.insert(), rows)

    def get(self, repository_id: int) -> CachedPage | None:
        """All of it."""
        found = sa.select(_S.repository_id, _S.made_at, _S.badge, _S.document)
        with read_only(self._engine) as connection:
            row = connection.execute(found.where(_S.repository_id == repository_id)).first()
        return CachedPage(*row) if row else None

    def badge(self, repository_id: int) -> str | None:
        """What its badge is drawn from, without the rest, for badges are asked for often."""
        with read_only(self._engine) as connection:
            return connection.execute(
                sa.select(_S.badge).where(_S.repository_id == repository_id)
            ).scalar()

    def repositories_of_mentor(self, login: str) -> tuple[int, ...]:
        """The repositories that share with somebody, and are there still, by id."""
        found = (
            sa.select(mentor.c.repository_id)
            .join(repository, repository.c.id == mentor.c.repository_id)
            .where(mentor.c.login == login.lower(), repository.c.state != "gone")
            .order_by(mentor.c.repository_id)
        )
        with read_only(self._engine) as connection:
            return tuple(connection.execute(found).scalars())


def clear(connection: Connection, repositories: sa.Select[tuple[int]]) -> None:
    """Take away what is shown of these. Part of the caller's transaction."""
    connection.execute(shown.delete().where(_S.repository_id.in_(repositories)))
    connection.execute(mentor.delete().where(mentor.c.repository_id.in_(repositories)))
