"""The PostgreSQL of the server's tests, for databases that are restored here."""

from server.conftest import postgres_server

__all__ = ["postgres_server"]
