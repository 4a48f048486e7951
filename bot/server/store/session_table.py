"""Stores which sessions go on, so that signing out ends every copy of a cookie."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.server.store.engine import fetch
from bot.server.store.tables import session


class SessionTable:
    """Stores the ids of sessions. Each call is one transaction; times are aware."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, key: str, until: datetime) -> None:
        """Store a new session."""
        with self._engine.begin() as connection:
            connection.execute(session.insert().values(id=key, until=until))

    def goes_on(self, key: str) -> bool:
        """Return whether a session was begun here and not ended."""
        return bool(fetch(self._engine, sa.select(session.c.id).where(session.c.id == key)))

    def end(self, key: str) -> None:
        """End a session, everywhere."""
        with self._engine.begin() as connection:
            connection.execute(session.delete().where(session.c.id == key))
