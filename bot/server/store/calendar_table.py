"""Stores the calendar files of paths, and the random part of their secret addresses."""

import secrets
import zlib
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.server.store.engine import fetch, insert
from bot.server.store.tables import calendar

_C = calendar.c


class AddressKey(NamedTuple):
    """Holds the random part of an address, and the fingerprint of the file that is there."""

    key: str
    fingerprint: str


class CalendarTable:
    """Stores one file for each repository. Each call is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, repository_id: int, fingerprint: str, content: bytes) -> None:
        """Replace the file of a repository. Its address stays; the first file gets a new one."""
        values = {"fingerprint": fingerprint, "content": zlib.compress(content)}
        new = {"repository_id": repository_id, "address_key": _random_key(), **values}
        with self._engine.begin() as connection:
            statement = insert(connection.dialect.name, calendar).values(**new)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["repository_id"], set_=values)
            )

    def address_key(self, repository_id: int) -> AddressKey | None:
        """Return what the address is made from; None before there is a file."""
        query = sa.select(_C.address_key, _C.fingerprint).where(_C.repository_id == repository_id)
        rows = fetch(self._engine, query)
        return AddressKey(*rows[0]) if rows else None

    def content(self, repository_id: int) -> bytes | None:
        """Return the file of a repository, if there is one."""
        query = sa.select(_C.content).where(_C.repository_id == repository_id)
        rows = fetch(self._engine, query)
        return zlib.decompress(rows[0].content) if rows else None

    def renew(self, repository_id: int) -> None:
        """Give the file another address."""
        row = calendar.update().where(_C.repository_id == repository_id)
        with self._engine.begin() as connection:
            connection.execute(row.values(address_key=_random_key()))


def _random_key() -> str:
    return secrets.token_urlsafe(16)
