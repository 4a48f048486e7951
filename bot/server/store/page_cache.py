"""Caches what pages and badges show of repositories, as opaque documents."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.server.store.engine import fetch, upsert
from bot.server.store.tables import mentor, repository, shown

_S = shown.c


class CachedPage(NamedTuple):
    """Holds a document and when it was made. `badge` has the badge's values, as JSON."""

    repository_id: int
    made_at: datetime
    badge: str
    document: bytes


class PageCache:
    """Stores one document for each repository. Each call is one transaction; times are aware."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, page: CachedPage, mentors: Iterable[str] = ()) -> None:
        """Replace the document of a repository. `mentors` are logins in lower case."""
        values = {"made_at": page.made_at, "badge": page.badge, "document": page.document}
        with self._engine.begin() as connection:
            upsert(connection, shown, {"repository_id": page.repository_id}, values)
            connection.execute(mentor.delete().where(mentor.c.repository_id == page.repository_id))
            its = {"repository_id": page.repository_id}
            if rows := [{"login": login, **its} for login in sorted(set(mentors))]:
                connection.execute(mentor.insert(), rows)

    def get(self, repository_id: int) -> CachedPage | None:
        """Return the page of a repository, if there is one."""
        query = sa.select(_S.repository_id, _S.made_at, _S.badge, _S.document)
        rows = fetch(self._engine, query.where(_S.repository_id == repository_id))
        return CachedPage(*rows[0]) if rows else None

    def badge(self, repository_id: int) -> str | None:
        """Return the badge's values alone: badges are requested often."""
        rows = fetch(self._engine, sa.select(_S.badge).where(_S.repository_id == repository_id))
        return rows[0].badge if rows else None

    def repositories_of_mentor(self, login: str) -> tuple[int, ...]:
        """Return the ids of the repositories that share with a mentor, and are not gone."""
        query = (
            sa.select(mentor.c.repository_id)
            .join(repository, repository.c.id == mentor.c.repository_id)
            .where(mentor.c.login == login.lower(), repository.c.state != "gone")
            .order_by(mentor.c.repository_id)
        )
        return tuple(row.repository_id for row in fetch(self._engine, query))


def clear(connection: Connection, repositories: sa.Select[tuple[int]]) -> None:
    """Delete the pages of these. Part of the caller's transaction."""
    connection.execute(shown.delete().where(_S.repository_id.in_(repositories)))
    connection.execute(mentor.delete().where(mentor.c.repository_id.in_(repositories)))
