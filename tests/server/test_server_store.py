"""The store: what is wished, taken, given back and kept. Every test runs on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.server import config, next_run
from bot.server.store.migrate import migrate
from bot.server.store.rows import (
    APP,
    InstallationRow,
    RepositoryInfo,
    Subject,
    WebhookDelivery,
    installation,
    repository,
)
from bot.server.store.store import Store
from bot.server.store.tables import fact, inbox, jobs, metadata

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLAN = repository(7)


def delivery(guid: str, about: Subject = PLAN, at: datetime = NOON) -> WebhookDelivery:
    return WebhookDelivery(guid, "issues", "closed", about, 3, at)


def take(store: Store, now: datetime = NOON, most: int = 10) -> list[Subject]:
    return [c.subject for c in store.jobs.claim(now, most, until=now + MINUTE)]


# What is wished


def test_what_is_wished_for_later_is_not_due_before(store: Store) -> None:
    store.jobs.schedule(PLAN, at=NOON)
    assert take(store, NOON - MINUTE) == []
    assert take(store, NOON) == [PLAN]


def test_of_many_wishes_the_earliest_counts(store: Store) -> None:
    for minutes in (9, 3, 5):
        store.jobs.schedule(PLAN, at=NOON + minutes * MINUTE)
    assert store.jobs.due_at(PLAN) == NOON + 3 * MINUTE


def test_a_repository_is_taken_once(store: Store) -> None:
    store.jobs.schedule(PLAN, at=NOON)
    assert take(store) == [PLAN]
    assert take(store) == []


def test_a_few_are_taken_at_a_time_the_longest_waiting_first(store: Store) -> None:
    store.jobs.schedule_each((repository(n), NOON - n * MINUTE) for n in range(1, 6))
    assert take(store, most=2) == [repository(5), repository(4)]
    assert take(store, most=9) == [repository(3), repository(2), repository(1)]


def test_what_is_wished_during_the_work_is_for_the_next_time(store: Store) -> None:
    store.jobs.schedule(PLAN, at=NOON)
    (claim,) = store.jobs.claim(NOON, 1, until=NOON + MINUTE)
    for seconds in range(20):
        store.jobs.schedule(PLAN, at=NOON + timedelta(seconds=seconds))
    assert take(store, NOON + timedelta(seconds=30)) == []
    store.jobs.finish(claim, NOON, next_run=NOON + timedelta(days=1), settled=True)
    assert store.jobs.due_at(PLAN) == NOON
    assert take(store) == [PLAN]


def test_what_is_done_rests_until_the_time_that_was_said(store: Store) -> None:
    store.jobs.schedule(PLAN, at=NOON)
    (claim,) = store.jobs.claim(NOON, 1, until=NOON + MINUTE)
    store.jobs.finish(claim, NOON, next_run=NOON + timedelta(days=1), settled=True)
    assert take(store, NOON + timedelta(hours=23)) == []
    assert take(store, NOON + timedelta(hours=24)) == [PLAN]


def test_what_is_not_to_be_looked_at_again_sleeps_until_it_is_woken(store: Store) -> None:
    store.jobs.schedule(PLAN, at=NOON)
    (claim,) = store.jobs.claim(NOON, 1, until=NOON + MINUTE)
    store.jobs.finish(claim, NOON, next_run=None, settled=True)
    assert take(store, NOON + timedelta(days=999)) == []
    store.jobs.schedule(PLAN, at=NOON)
    assert take(store) == [PLAN]


def test_failures_are_counted_until_it_goes_well(store: Store) -> None:
    store.jobs.schedule(PLAN, at=NOON)
    counted = []
    for well in (False, False, True, True):
        (claim,) = store.jobs.claim(NOON, 1, until=NOON + MINUTE)
        counted.append(claim.tries)
        store.jobs.finish(claim, NOON, next_run=NOON, settled=well)
    assert counted == [0, 1, 2, 0]


# Whoever dies at it


def test_the_work_of_a_silent_holder_is_given_to_another(store: Store) -> None:
    store.jobs.schedule(PLAN, at=NOON)
    (dead,) = store.jobs.claim(NOON, 1, until=NOON + MINUTE)
    assert take(store, NOON + MINUTE - timedelta(seconds=1)) == []
    (alive,) = store.jobs.claim(NOON + MINUTE, 1, until=NOON + 2 * MINUTE)
    assert (alive.subject, alive.tries) == (PLAN, 1)
    assert not store.jobs.finish(dead, NOON + MINUTE, next_run=None, settled=True)
    assert store.jobs.finish(alive, NOON + MINUTE, next_run=NOON + 9 * MINUTE, settled=True)
    assert store.jobs.due_at(PLAN) == NOON + 9 * MINUTE


def test_who_says_that_he_lives_keeps_his_work(store: Store) -> None:
    store.jobs.schedule(PLAN, at=NOON)
    (claim,) = store.jobs.claim(NOON, 1, until=NOON + MINUTE)
    store.jobs.renew([claim], until=NOON + 5 * MINUTE)
    assert take(store, NOON + 4 * MINUTE) == []
    assert take(store, NOON + 5 * MINUTE) == [PLAN]


def test_only_the_death_of_a_worker_counts_as_a_failed_try(store: Store) -> None:
    store.jobs.schedule(PLAN, at=NOON)
    assert store.jobs.claim_for_queue(NOON, 1, until=NOON + MINUTE) == ((PLAN, 1),)
    # Nobody fetched it from the queue in time: it is queued again, and then run.
    assert store.jobs.claim_for_queue(NOON + MINUTE, 1, until=NOON + 2 * MINUTE) == ((PLAN, 1),)
    queued = store.jobs.claim_one(PLAN, NOON + MINUTE, until=NOON + 2 * MINUTE)
    assert queued is not None
    assert queued.tries == 0
    dead = store.jobs.claim_one(PLAN, NOON + 2 * MINUTE, until=NOON + 3 * MINUTE)
    assert dead is not None
    assert dead.tries == 1


def test_many_who_take_at_once_never_take_the_same(store: Store) -> None:
    everything = [repository(number) for number in range(60)]
    store.jobs.schedule(*everything, at=NOON)
    taken: list[Subject] = []
    lock = threading.Lock()

    def work() -> None:
        while mine := take(store, most=3):
            with lock:
                taken.extend(mine)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # PostgreSQL passes over what others lock, so one thread may stop early; none is taken twice.
    taken += take(store, most=99)
    assert sorted(taken) == everything


class Model:
    """What the agenda should do for one subject, said plainly."""

    def __init__(self) -> None:
        self.due_job: int | None = None
        self.held_until: int | None = None

    def due(self, now: int) -> bool:
        at = self.due_job if self.held_until is None else self.held_until
        return at is not None and at <= now


ACTS = st.lists(
    st.tuples(st.sampled_from(["wake", "claim", "finish"]), st.integers(0, 30)), max_size=25
)


@given(acts=ACTS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_agenda_does_what_its_model_does(store: Store, acts: list[tuple[str, int]]) -> None:
    with store.engine.begin() as connection:
        connection.execute(jobs.delete())
    model, held = Model(), None
    for now, (act, number) in enumerate(acts):
        at = NOON + now * MINUTE
        if act == "wake":
            store.jobs.schedule(PLAN, at=NOON + number * MINUTE)
            model.due_job = number if model.due_job is None else min(number, model.due_job)
        elif act == "claim":
            claims = store.jobs.claim(at, 1, until=at + 3 * MINUTE)
            assert bool(claims) == model.due(now)
            if claims:
                held, model.due_job, model.held_until = claims[0], None, now + 3
        elif held is not None:
            store.jobs.finish(held, at, next_run=NOON + number * MINUTE, settled=True)
            held, model.held_until = None, None
            model.due_job = number if model.due_job is None else min(number, model.due_job)


# What comes in


def test_a_delivery_wakes_what_it_is_about(store: Store) -> None:
    assert store.inbox.receive([delivery("a")], wake_at=NOON) == 1
    assert take(store) == [PLAN]


def test_the_same_delivery_again_wakes_nobody(store: Store) -> None:
    store.inbox.receive([delivery("a"), delivery("a")], wake_at=NOON)
    (claim,) = store.jobs.claim(NOON, 1, until=NOON + MINUTE)
    store.jobs.finish(claim, NOON, next_run=None, settled=True)
    assert store.inbox.receive([delivery("a")], wake_at=NOON) == 0
    assert take(store) == []
    assert store.inbox.receive([delivery("a"), delivery("b")], wake_at=NOON) == 1
    assert take(store) == [PLAN]


LATER = NOON + 9 * MINUTE


def row_after(
    store: Store, *, held: bool, due_job: datetime | None, by_delivery: bool
) -> sa.Row[Any, Any, Any]:
    """Of the agenda: brought into that state, and woken for a minute after noon."""
    with store.engine.begin() as connection:
        connection.execute(jobs.delete())
    if held:
        store.jobs.schedule(PLAN, at=NOON)
        store.jobs.claim(NOON, 1, until=NOON + MINUTE / 2)
    if due_job is not None:
        store.jobs.schedule(PLAN, at=due_job)
    if by_delivery:
        guid = f"{held}-{due_job:%H-%M}" if due_job else str(held)
        store.inbox.receive([delivery(guid)], wake_at=NOON + MINUTE)
    else:
        store.jobs.schedule(PLAN, at=NOON + MINUTE)
    with store.engine.connect() as connection:
        return connection.execute(sa.select(jobs.c.at, jobs.c.due_at, jobs.c.tries)).one()


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("due_job", [None, NOON, LATER])
def test_a_delivery_wakes_as_any_other_wish_does(
    store: Store, *, held: bool, due_job: datetime | None
) -> None:
    by_request, by_delivery = (
        row_after(store, held=held, due_job=due_job, by_delivery=how) for how in (False, True)
    )
    assert by_delivery == by_request


def test_what_a_delivery_says_is_kept_as_it_was(store: Store) -> None:
    micro = NOON + timedelta(microseconds=7)
    stored = WebhookDelivery(
        "a", "push", None, installation(2**62), None, micro, deleted_comment=2**61
    )
    store.inbox.receive([stored], wake_at=micro)
    columns = [c for c in inbox.c if c.name != "done_at"]
    with store.engine.connect() as connection:
        row = connection.execute(sa.select(*columns)).one()
    assert tuple(row) == ("a", "push", None, "installation", 2**62, None, micro, 2**61)
    assert store.inbox.deleted_comments(installation(2**62)) == {2**61}
    assert store.inbox.deleted_comments(repository(2**62)) == frozenset()
    assert store.jobs.due_at(installation(2**62)) == micro


def test_many_who_keep_the_same_at_once_keep_it_once(store: Store) -> None:
    group = [delivery(f"g{number}", repository(number)) for number in range(40)]
    with ThreadPoolExecutor(4) as pool:
        turns = [group, group[::-1], group[20:] + group[:20], group]
        new = list(pool.map(lambda some: store.inbox.receive(some, wake_at=NOON), turns))
    assert sum(new) == 40
    assert len(take(store, most=99)) == 40


def test_after_a_group_that_cannot_be_kept_the_next_one_can(store: Store) -> None:
    broken = delivery("b")._replace(event=cast("str", None))
    with pytest.raises(store.engine.dialect.loaded_dbapi.IntegrityError):
        store.inbox.receive([delivery("a"), broken], wake_at=NOON)
    assert store.inbox.receive([delivery("a")], wake_at=NOON) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_was_restarted_is_found_again(store: Store) -> None:
    store.inbox.receive([delivery("a")], wake_at=NOON)
    with store.engine.connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
        connection.execute(sa.text(others + "pg_backend_pid() AND datname = current_database()"))
    assert store.inbox.receive([delivery("a"), delivery("b")], wake_at=NOON) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_database_that_falls_silent_is_given_up_as_its_address_says(database_url: str) -> None:
    settings = config.read(
        {"MILEPOST_DATABASE_URL": f"{database_url}?keepalives_count=9&application_name=mine"}
    )
    with Store.open(settings.database_url.get_secret_value()) as opened:
        raw = opened.engine.raw_connection()
        reported = cast("Any", raw.driver_connection).info.get_parameters()
        raw.close()
    assert (reported["keepalives_count"], reported["application_name"]) == ("9", "mine")
    assert (reported["keepalives_idle"], reported["tcp_user_timeout"]) == ("15", "30000")


def test_a_delivery_is_done_when_what_followed_went_well(store: Store) -> None:
    store.inbox.receive([delivery("a")], wake_at=NOON)
    (claim,) = store.jobs.claim(NOON, 1, until=NOON + MINUTE)
    store.inbox.receive([delivery("late", at=NOON + MINUTE)], wake_at=NOON + MINUTE)
    store.jobs.finish(claim, NOON, next_run=NOON, settled=False)
    assert store.inbox.waiting() == (2, NOON)
    (claim,) = store.jobs.claim(NOON, 1, until=NOON + MINUTE)
    store.jobs.finish(claim, NOON, next_run=None, settled=True)
    assert store.inbox.waiting() == (1, NOON + MINUTE)


def test_it_is_known_through_whom_we_heard_of_a_stranger(store: Store) -> None:
    assert store.inbox.installation_of(PLAN) is None
    store.inbox.receive([delivery("a")], wake_at=NOON)
    assert store.inbox.installation_of(PLAN) == 3


# What GitHub showed


def seen(number: int, *, archived: bool = False, name: str = "") -> RepositoryInfo:
    return RepositoryInfo(number, name or f"learner/r{number}", private=False, archived=archived)


def states(store: Store, of: int = 3) -> dict[int, str]:
    return {row.id: row.state for row in store.repositories.repositories(of)}


def test_what_is_new_or_came_back_is_to_be_looked_at(store: Store) -> None:
    job = store.repositories.save_repositories
    assert job(3, [seen(1), seen(2, archived=True)], NOON) == (1,)
    assert job(3, [seen(1), seen(2, archived=True)], NOON) == ()
    assert job(3, [seen(2)], NOON) == (2,)
    assert states(store) == {1: "gone", 2: "active"}
    assert job(3, [seen(1)], NOON) == (1,)
    assert states(store) == {1: "active", 2: "gone"}


def test_with_its_installation_a_repository_goes_and_comes(store: Store) -> None:
    store.repositories.save_installation(InstallationRow(3, "learner", "active"), NOON)
    store.repositories.save_repositories(3, [seen(1)], NOON)
    store.repositories.save_installation(InstallationRow(3, "learner", "gone"), NOON)
    assert states(store) == {1: "gone"}
    assert store.repositories.repository_named("learner/r1") is None


def test_a_repository_that_moved_belongs_to_its_new_installation_in_any_order(
    store: Store,
) -> None:
    store.repositories.save_repositories(3, [seen(1)], NOON)
    store.repositories.save_repositories(4, [seen(1, name="other/r1")], NOON)
    store.repositories.save_repositories(3, [], NOON)
    row = store.repositories.repository(1)
    assert row is not None
    assert (row.installation_id, row.full_name, row.state) == (4, "other/r1", "active")


def test_what_became_of_a_sync_outlives_a_look(store: Store) -> None:
    store.repositories.save_repositories(3, [seen(1)], NOON)
    store.repositories.record_result(
        1, result="synced", message="All well.", zone="Asia/Tokyo", at=NOON
    )
    store.repositories.save_repositories(3, [seen(1, name="learner/New")], NOON)
    row = store.repositories.repository_named("LEARNER/new")
    assert row is not None
    assert (row.result, row.zone, row.synced_at) == ("synced", "Asia/Tokyo", NOON)


def test_facts_are_kept(store: Store) -> None:
    assert store.repositories.fact("bot") is None
    for name in ("a[bot]", "b[bot]"):
        store.repositories.set_fact("bot", name)
    assert store.repositories.fact("bot") == "b[bot]"


def test_all_that_are_active_are_woken_a_few_at_a_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(next_run, "BATCH", 2)
    some = [seen(1), seen(2, archived=True), *map(seen, (5, 6, 7, 9))]
    store.repositories.save_repositories(3, some, NOON)
    store.repositories.save_repositories(4, [seen(8)], NOON)
    store.repositories.mark_repository_gone(8, NOON)
    assert next_run.schedule_all_repositories(store, NOON) == 5
    within = timedelta(seconds=5 / next_run.STARTS_PER_SECOND)
    assert sorted(take(store, NOON + within, most=99)) == [repository(n) for n in (1, 5, 6, 7, 9)]
    assert [store.jobs.due_at(repository(number)) for number in (2, 8)] == [None, None]


# Opening


def test_the_migrations_make_the_tables_that_the_code_knows(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_many_may_open_an_empty_database_at_once(store: Store) -> None:
    with store.engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(sa.text("DROP TABLE alembic_version"))
    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(migrate, [store.engine] * 4):
            pass
    store.jobs.schedule(APP, installation(1), at=NOON)


def test_a_database_of_a_newer_version_is_left_alone(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="MILEPOST_DATABASE_URL: this version doesn't know"):
        migrate(store.engine)


def test_a_time_without_its_zone_is_refused(store: Store) -> None:
    with pytest.raises(sa.exc.StatementError, match="without its zone"):
        store.jobs.schedule(PLAN, at=NOON.replace(tzinfo=None))


def test_sqlite_is_safe_against_a_loss_of_power(tmp_path: Path) -> None:
    with (
        Store.open(f"sqlite:///{tmp_path / 'new' / 'a.sqlite3'}") as opened,
        opened.engine.connect() as connection,
    ):
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_who_writes_waits_for_others_and_who_only_reads_does_not(store: Store) -> None:
    with ThreadPoolExecutor(2) as pool:
        with store.engine.begin() as connection:
            connection.execute(fact.insert().values(name="first", value="one"))
            second = pool.submit(store.repositories.set_fact_once, "first", "two")
            assert pool.submit(store.repositories.fact, "first").result(20) is None
            assert not second.done()
        assert second.result(20) == "one"


def test_a_transaction_that_fails_keeps_nobody_waiting(store: Store) -> None:
    for _ in range(3):
        with pytest.raises(sa.exc.IntegrityError), store.engine.begin() as connection:
            connection.execute(fact.insert(), [{"name": "never", "value": ""}] * 2)
    assert store.repositories.fact("never") is None
    store.repositories.set_fact("never", "again")


def test_a_writer_of_another_process_is_waited_for_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    with Store.open(url) as one, Store.open(url) as other, ThreadPoolExecutor(1) as pool:
        with one.engine.begin() as connection:
            connection.execute(fact.insert().values(name="first", value="one"))
            second = pool.submit(other.repositories.set_fact_once, "first", "two")
        assert second.result(20) == "one"


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:////proc/nowhere/a.sqlite3", "postgresql+psycopg://x@127.0.0.1:1/none"],
)
def test_a_database_that_cannot_be_used_is_told_of(url: str) -> None:
    with pytest.raises(ConfigError, match="MILEPOST_DATABASE_URL"):
        Store.open(url)
