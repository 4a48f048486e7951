"""Caches what pages and badges show of repositories, as opaque documents."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.server.store.cohorts import clear_audience, set_audience
from bot.server.store.engine import fetch, upsert
from bot.server.store.rows import Audience
from bot.server.store.tables import calendar, shown

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

    def put(self, page: CachedPage, audience: Audience) -> None:
        """Replace the document of a repository, and the audience of the settings behind it."""
        values = {"made_at": page.made_at, "badge": page.badge, "document": page.document}
        with self._engine.begin() as connection:
            upsert(connection, shown, {"repository_id": page.repository_id}, values)
            set_audience(connection, page.repository_id, audience)

    def get(self, repository_id: int) -> CachedPage | None:
        """Return the page of a repository, if there is one."""
        query = sa.select(_S.repository_id, _S.made_at, _S.badge, _S.document)
        rows = fetch(self._engine, query.where(_S.repository_id == repository_id))
        return CachedPage(*rows[0]) if rows else None

    def made_at(self, repository_id: int) -> datetime | None:
        """Return when the page of a repository was made, if there is one."""
        rows = fetch(self._engine, sa.select(_S.made_at).where(_S.repository_id == repository_id))
        return rows[0].made_at if rows else None

    def documents(self, repository_ids: Sequence[int]) -> dict[int, bytes]:
        """Return the documents of these repositories, by their ids."""
        query = sa.select(_S.repository_id, _S.document)
        rows = fetch(self._engine, query.where(_S.repository_id.in_(repository_ids)))
        return {row.repository_id: row.document for row in rows}

    def badge(self, repository_id: int) -> str | None:
        """Return the badge's values alone: badges are requested often."""
        rows = fetch(self._engine, sa.select(_S.badge).where(_S.repository_id == repository_id))
        return rows[0].badge if rows else None


def clear(connection: Connection, repositories: sa.Select[tuple[int]]) -> None:
    """Delete the pages and calendars of these. Part of the caller's transaction."""
    connection.execute(shown.delete().where(_S.repository_id.in_(repositories)))
    connection.execute(calendar.delete().where(calendar.c.repository_id.in_(repositories)))
    clear_audience(connection, repositories)
