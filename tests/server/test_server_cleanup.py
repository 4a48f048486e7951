"""What the store keeps for how long, and that nothing is lost when all of it is."""

import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from server.scenario import Scenario
from server.server_fixture import as_app, environment, eventually, hosted, register

from bot.server.store.cleanup import DELIVERIES, GONE, UNDONE, delete_expired
from bot.server.store.page_cache import CachedPage
from bot.server.store.rows import (
    Audience,
    InstallationRow,
    RepositoryInfo,
    Subject,
    WebhookDelivery,
    repository,
)
from bot.server.store.rows import installation as an_installation
from bot.server.store.store import Store
from bot.server.store.tables import inbox, installation, jobs, metadata, shown
from bot.server.store.tables import repository as repositories
from github_sandbox.server import Sandbox

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def rows(store: Store, table: sa.Table) -> int:
    with store.engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def receive(store: Store, count: int, about: Subject) -> None:
    store.inbox.receive(
        [WebhookDelivery(f"{about}-{n}", "issues", None, about, 3, NOON) for n in range(count)],
        wake_at=NOON,
    )


def do_all(store: Store, *, settled: bool) -> None:
    for claim in store.jobs.claim(NOON, 9, until=NOON + SECOND):
        store.jobs.finish(claim, NOON, next_run=NOON + GONE * 9, settled=settled)


def test_deliveries_that_are_done_go_after_days_and_others_after_months(store: Store) -> None:
    receive(store, 7, repository(1))
    do_all(store, settled=True)
    receive(store, 2, repository(2))
    assert delete_expired(store.engine, NOON + DELIVERIES, batch=3) == 0
    assert delete_expired(store.engine, NOON + DELIVERIES + SECOND, batch=3) == 7
    assert rows(store, inbox) == 2
    assert delete_expired(store.engine, NOON + UNDONE, batch=3) == 0
    assert delete_expired(store.engine, NOON + UNDONE + SECOND, batch=3) == 2


def test_what_is_gone_goes_with_all_that_was_kept_of_it(store: Store) -> None:
    store.repositories.save_installation(InstallationRow(3, "learner", "active"), NOON)
    store.repositories.save_installation(InstallationRow(4, "other", "active"), NOON)
    for number, through in ((1, 3), (2, 3), (5, 4)):
        seen = RepositoryInfo(number, f"learner/r{number}", private=False, archived=False)
        store.repositories.save_repository(through, seen, NOON)
        store.page_cache.put(
            CachedPage(number, NOON, "{}", b"x"),
            Audience(frozenset({"mentor"}), "learner", "learner"),
        )
        store.jobs.schedule(repository(number), at=NOON + GONE * 9)
    store.jobs.schedule(an_installation(3), at=NOON + GONE * 9)
    store.repositories.save_installation(InstallationRow(3, "learner", "gone"), NOON)
    # To be found gone again, as every day, does not make it younger.
    store.repositories.save_installation(InstallationRow(3, "learner", "gone"), NOON + GONE)
    assert delete_expired(store.engine, NOON + GONE, batch=1) == 0
    assert delete_expired(store.engine, NOON + GONE + SECOND, batch=1) == 3
    assert [rows(store, t) for t in (installation, repositories, shown, jobs)] == [1, 1, 1, 1]


def test_a_repository_taken_from_an_installation_goes_in_time(store: Store) -> None:
    seen = [RepositoryInfo(n, f"learner/r{n}", private=False, archived=False) for n in (1, 2)]
    store.repositories.save_repositories(3, seen, NOON)
    store.repositories.save_repositories(3, seen[:1], NOON)
    store.repositories.save_repositories(3, seen[:1], NOON + GONE)
    assert delete_expired(store.engine, NOON + GONE + SECOND) == 1
    assert rows(store, repositories) == 1


def test_a_lost_database_loses_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    """A server that has worked for a while is given an empty database: it finds all again."""
    app = register(sandbox, "http://127.0.0.1:1")

    def environ(url: str, file: str) -> dict[str, str]:
        assert app.hook is not None
        app.hook.url = f"{url}/webhooks/github"
        return {**environment(tmp_path, f"sqlite:///{tmp_path / file}"), **as_app(app, sandbox)}

    with hosted(lambda url: environ(url, "first")) as host:
        app_server = Scenario(sandbox, app, host)
        with app_server.github:
            eventually(host.server.bot)
            app_server.settle()
            app_server.configure(start="2025-11-03")
            app_server.install()
            app_server.settle()
            app_server.close(*app_server.tasks()[:2])
            app_server.settle_with("learner/portfolio active synced")
        page_cache = host.store.page_cache.badge(app_server.home.id)
    before, writes = state(app_server), app_server.writes()
    assert any(comments for *_, comments in before)  # summaries of weeks that are over, too
    for file in tmp_path.glob("first*"):
        file.unlink()

    with hosted(lambda url: environ(url, "second")) as host:
        again = Scenario(sandbox, app, host)
        with again.github:
            eventually(lambda: host.store.repositories.repository(app_server.home.id))
            again.settle_with("learner/portfolio active synced")
        assert host.store.page_cache.badge(app_server.home.id) == page_cache
    assert again.writes() == writes
    assert state(again) == before


def state(app_server: Scenario) -> list[tuple[int, str, str, bool, list[str]]]:
    """All issues as they are."""
    with app_server.world.lock:
        return [
            (i.number, i.title, i.body or "", i.is_open, [c.body for c in i.comments])
            for i in app_server.home.issues.values()
        ]


def test_a_copy_made_while_the_server_runs_is_whole(tmp_path: Path) -> None:
    """As docs/how-to/host-the-app.md makes it."""
    with Store.open(f"sqlite:///{tmp_path / 'milepost.sqlite3'}") as store:
        receive(store, 3, repository(1))
        with contextlib.closing(sqlite3.connect(tmp_path / "milepost.sqlite3")) as other:
            other.execute(f"VACUUM INTO '{tmp_path / 'copy.sqlite3'}'")
    with Store.open(f"sqlite:///{tmp_path / 'copy.sqlite3'}") as restored:
        assert restored.inbox.waiting() == (3, NOON)
        assert restored.jobs.due_at(repository(1)) == NOON


def test_every_table_is_told_how_long_it_is_kept() -> None:
    from docs.pages import ROOT, codes, sections

    table = sections(ROOT / "docs" / "reference" / "server.md")["What is kept"].tables[0][1:]
    assert {codes(row[0])[0] for row in table} == set(metadata.tables)
