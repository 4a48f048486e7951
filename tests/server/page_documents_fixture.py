"""Repositories as a sync leaves them in the store, for tests of what pages show of them."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from reports.histories import RICH, HistoryLearner
from repository_fixture import settings
from server.server_fixture import Host, environment, hosted

from bot.clock import Clock
from bot.curriculum.model import Curriculum
from bot.progress.path import LearningPath
from bot.server.showing import Showing, audience, packed, showing, update_calendar
from bot.server.store.page_cache import CachedPage
from bot.server.store.rows import Audience, InstallationRow, RepositoryInfo, RepositoryRow
from bot.server.store.store import Store

NOW = datetime(2026, 2, 16, 8, tzinfo=UTC)  # a Monday
NOBODY = Audience(frozenset(), "learner", "learner")
HERE = InstallationRow(70, "learner", "active")


class PageDocuments:
    """Puts documents into a store. Ids are beyond those of the sandbox."""

    def __init__(self, store: Store, clock: Clock = lambda: NOW) -> None:
        self.store = store
        self.clock = clock  # of the syncs that confirm consent
        self._next = 900_000
        store.repositories.save_installation(HERE, NOW)

    def known(
        self,
        full_name: str,
        *,
        number: int | None = None,
        private: bool = False,
        archived: bool = False,
        result: str = "",
        detail: str = "",
    ) -> RepositoryRow:
        """Add a repository with the result of its last sync, but no document."""
        if number is None:
            number, self._next = self._next, self._next + 1
        there = self.store.repositories.repository(number)
        at = there.installation_id if there is not None else HERE.id
        self.store.repositories.save_repository(
            at, RepositoryInfo(number, full_name, private, archived), NOW
        )
        if result:
            self.store.repositories.record_result(
                number, result=result, message=detail, zone="UTC", at=NOW
            )
        return self.row(number)

    def row(self, number: int) -> RepositoryRow:
        found = self.store.repositories.repository(number)
        assert found is not None
        return found

    def add(self, full_name: str, view: LearningPath, **how: Any) -> RepositoryRow:
        """Add a repository whose last sync succeeded, with its document."""
        row = self.known(full_name, **{"result": "synced", **how})
        self.put(row, view)
        return row

    def put(self, row: RepositoryRow, view: LearningPath) -> Showing:
        """Put the document of a path, as a sync does that read its settings now."""
        shown = showing(view, NOW)
        shared = audience(view.settings, row.full_name, row.id)
        stored = CachedPage(row.id, shown.made_at, shown.badge.model_dump_json(), packed(shown))
        self.store.page_cache.put(stored, shared)
        update_calendar(self.store.calendars, row.id, view, NOW)
        revocations = self.row(row.id).revocations
        self.store.cohorts.confirm(row.id, shared, self.clock(), revocations=revocations)
        return shown


def busy(path: Curriculum = RICH, **how: Any) -> HistoryLearner:
    """Return six weeks of a learner with a bit of everything."""
    learner = HistoryLearner(path, settings("2026-01-05", ahead="all", **how))
    learner.done(a1="2026-01-12", b1="2026-01-30").rates("rated-python", 3, "2026-01-20")
    return learner.logs(6, "2026-02-11").shows("b1", "2026-01-30")


@cache
def six_weeks() -> LearningPath:
    """Return the path after these weeks."""
    return busy().view("2026-02-16")


@contextlib.contextmanager
def document_server(folder: Path, **environ: str) -> Iterator[tuple[Host, PageDocuments]]:
    """Run a server that is no App and has no documents yet."""
    url = f"sqlite:///{folder / 'store.sqlite3'}"
    with hosted(lambda _: {**environment(folder, url), **environ}) as host:
        yield host, PageDocuments(host.store)
