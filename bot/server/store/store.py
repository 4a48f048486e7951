"""Opens the store: its parts over one database."""

from datetime import datetime
from typing import Self

from sqlalchemy.engine import Engine

from bot.server.store.calendar_table import CalendarTable
from bot.server.store.cohorts import Cohorts
from bot.server.store.engine import keep_private, open_engine
from bot.server.store.inbox import DeliveryInbox
from bot.server.store.job_table import JobTable
from bot.server.store.migrate import migrate
from bot.server.store.page_cache import PageCache
from bot.server.store.repositories import Repositories
from bot.server.store.session_table import SessionTable

CHECKED = "checked"  # the fact that each check of the database writes


class Store:
    """Gives access to all tables, on SQLite or PostgreSQL, to any number of threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.jobs = JobTable(engine)
        self.inbox = DeliveryInbox(engine)
        self.repositories = Repositories(engine)
        self.page_cache = PageCache(engine)
        self.calendars = CalendarTable(engine)
        self.cohorts = Cohorts(engine)
        self.sessions = SessionTable(engine)

    @classmethod
    def open(cls, url: str, *, connections: int = 10) -> Self:
        """Connect, and migrate the tables. Raises ConfigError when that fails."""
        engine = open_engine(url, connections=connections)
        try:
            keep_private(engine)
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.inbox.close()
        self.engine.dispose()

    @property
    def shared(self) -> bool:
        """Return whether other processes may work on the same database."""
        return self.engine.dialect.name != "sqlite"

    def check(self, now: datetime) -> None:
        """Write the time down. Raises sqlalchemy.exc.SQLAlchemyError when that fails."""
        self.repositories.set_fact(CHECKED, now.isoformat())
