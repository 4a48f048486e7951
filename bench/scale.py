"""Measures what repositories cost by their number: a tick, a job that is due, a delivery, a start.

Run by `make bench-server`, as `python -m bench.scale [MOST]`. With a thousand and a million rows in
the tables of the server, of learners in zones around the world, on SQLite and on PostgreSQL, which
both wait for the disk. The parts are the server's own; only what a job does is left out. Each
number of rows is measured in a process of its own.
"""

import json
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import available_timezones

import sqlalchemy as sa

from bench.contestants import ROOT, postgres
from bot.server import next_run
from bot.server.jobs import JobResult
from bot.server.next_run import schedule_all_repositories
from bot.server.queue_worker import QueueWorker
from bot.server.store import tables
from bot.server.store.cleanup import delete_expired
from bot.server.store.rows import Subject, WebhookDelivery, repository
from bot.server.store.store import Store
from bot.server.worker import JobRunner, ThreadWorker
from bot.settings import Settings

FEWEST, MOST = 1_000, 1_000_000
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
FIRST = 700_000_000
OF_ONE = 3  # repositories of one installation
DUE = 1_000  # that are due at once
THREADS = 8
TIMES = 200
GROUP = 16  # deliveries in one transaction, as many as come at once when it is busy
CHUNK = 10_000
SPREAD = 20  # repositories of each zone whose night is computed
FLAT = 3.0  # how much dearer what is due may be among the most rows than among the fewest
ROWS = {
    "tick": ("a tick with nothing due", "ms"),
    "take": ("claiming eight that are due", "ms"),
    "due": ("a job that is due, all but the sync", "ms"),
    "keep": ("writing a delivery, in groups of 16", "ms"),
    "beat": ("renewing eight leases", "ms"),
    "name": ("finding a repository by name", "ms"),
    "metrics": ("what /metrics asks", "ms"),
    "tidy": ("cleaning up with nothing to delete", "ms"),
    "wake": ("scheduling all at the start, each", "ms"),
    "longest": ("the longest of its transactions", "ms"),
    "memory": ("memory that this took", "MB"),
    "size": ("database, each repository", "bytes"),
    "delivery": ("database, each delivery", "bytes"),
}


class Nothing:
    """Does nothing, and is due again the next night of its learner."""

    def __init__(self) -> None:
        self._settings = settings_of(sorted(available_timezones()))

    def run(self, subject: Subject, tries: int) -> JobResult:  # noqa: ARG002 - as jobs are called
        """Run the job."""
        settings = self._settings[subject.id % len(self._settings)]
        return JobResult("synced", next_run.next_sync(settings, NOW, subject.id))


def settings_of(zones: list[str]) -> list[Settings]:
    """Of learners there."""
    return [
        Settings.model_validate({"start": "2026-01-05", "timezone": zone})
        for zone in zones
        if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
    ]


def fill(store: Store, number: int) -> None:
    """Make so many repositories, each due some time later."""
    settings = settings_of(sorted(available_timezones()))

    @cache
    def due(one: int) -> datetime:
        return next_run.next_sync(settings[one % len(settings)], NOW, one)

    for start in range(0, number, CHUNK):
        some = range(FIRST + start, FIRST + min(start + CHUNK, number))
        installed = sorted({one // OF_ONE for one in some if one % OF_ONE == 0 or one == some[0]})
        homes = [
            {
                "id": one,
                "installation_id": one // OF_ONE,
                "full_name": f"Learner-{one // OF_ONE}/portfolio-{one}",
                "known_as": f"learner-{one // OF_ONE}/portfolio-{one}",
                "private": one % 4 == 0,
                "state": "active",
                "zone": settings[one % len(settings)].timezone,
                "seen_at": NOW,
                "synced_at": NOW,
                "result": "synced",
            }
            for one in some
        ]
        # As spread as by their own numbers; a million calls would take minutes.
        follow_up = [(repository(one), due(one % (len(settings) * SPREAD))) for one in some]
        with store.engine.begin() as connection:
            known = sa.select(tables.installation.c.id).where(
                tables.installation.c.id.in_(installed[:1])
            )
            there = set(connection.execute(known).scalars())
            owners = [
                {"id": one, "account": f"learner-{one}", "state": "active", "seen_at": NOW}
                for one in installed
                if one not in there
            ]
            connection.execute(tables.installation.insert(), owners)
            connection.execute(tables.repository.insert(), homes)
            rows = [{"kind": s.kind, "id": s.id, "at": at, "due_at": at} for s, at in follow_up]
            connection.execute(tables.jobs.insert(), rows)
    if store.shared:
        # PostgreSQL does so by itself, but then while something is measured.
        with store.engine.connect() as connection:
            free = connection.execution_options(isolation_level="AUTOCOMMIT")
            free.execute(sa.text("VACUUM ANALYZE"))


def often(act: Callable[[], object], count: int = TIMES) -> float:
    """The milliseconds it takes, of the time in the middle."""
    took = []
    for _ in range(count):
        started = time.perf_counter()
        act()
        took.append(time.perf_counter() - started)
    return median(took) * 1000


def memory() -> float:
    """The most that this process had, in MB, since `forget_memory`."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise LookupError("the system does not tell")


def forget_memory() -> float:
    """Begin anew; what it has now."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory()


def measured(url: str, number: int) -> dict[str, float]:
    """All that is measured with so many rows; the database is empty before."""
    with Store.open(url) as store:
        empty = size(store)
        fill(store, number)
        idle = runner(store)
        found = {
            "size": (size(store) - empty) / number,
            "tick": often(lambda: idle.claim(THREADS)),
            "name": often(
                lambda: store.repositories.repository_named(
                    f"learner-{FIRST // OF_ONE}/PORTFOLIO-{FIRST}"
                )
            ),
            "metrics": often(lambda: (store.jobs.overdue(NOW), store.inbox.waiting()), 20),
            "tidy": often(lambda: delete_expired(store.engine, NOW), 5),
        }
        before = size(store)
        found["keep"] = lease_seconds(store, number)
        found["delivery"] = (size(store) - before) / (TIMES * GROUP)
        wake_some(store, number)
        found |= taking(store)
        found["due"] = doing(store, number)
        found |= starting(store)
    return found


def runner(store: Store) -> JobRunner:
    """Of the server; what it looks at is not there."""
    return JobRunner(store, Nothing().run, clock=lambda: NOW, lease=timedelta(minutes=5))


def wake_some(store: Store, number: int) -> None:
    """Make so many due as are due at once, all over the table."""
    step = max(number // DUE, 1)
    store.jobs.schedule(*(repository(FIRST + one * step) for one in range(DUE)), at=NOW)


def taking(store: Store) -> dict[str, float]:
    """What it takes to take some, and to say that they are worked on."""
    worker = runner(store)
    took = often(lambda: worker.claim(THREADS), 20)
    beat = often(worker.renew_leases, 20)
    store.jobs.release_all(NOW)
    return {"take": took, "beat": beat}


def busy(store: Store) -> bool:
    """Whether anything is due, or handed to the queue and not given back."""
    taken = sa.select(sa.exists().where(tables.jobs.c.holder.is_not(None)))
    with store.engine.connect() as connection:
        return bool(store.jobs.overdue(NOW)[0] or connection.execute(taken).scalar())


def doing(store: Store, number: int) -> float:
    """Milliseconds for each job that is due, in threads on SQLite, by the queue on PostgreSQL."""
    wake_some(store, number)
    due, _ = store.jobs.overdue(NOW)
    tick, lease = timedelta(milliseconds=500), timedelta(minutes=3)
    worker: ThreadWorker | QueueWorker
    if store.shared:
        worker = QueueWorker(store, runner(store), threads=THREADS, tick=tick, lease=lease)
    else:
        worker = ThreadWorker(runner(store), threads=THREADS, tick=tick, renew=lease / 3)
    started = time.perf_counter()
    worker.start()
    while busy(store):
        time.sleep(0.01)
    took = time.perf_counter() - started
    worker.stop()
    return took * 1000 / due


def lease_seconds(store: Store, number: int) -> float:
    """Milliseconds for each delivery about any of the repositories."""
    numbers = iter(range(10**9))

    def group() -> list[WebhookDelivery]:
        some = (next(numbers) for _ in range(GROUP))
        return [
            WebhookDelivery(str(uuid.uuid1()), "issues", "closed", _any(one, number), 1, NOW)
            for one in some
        ]

    return often(lambda: store.inbox.receive(group(), wake_at=NOW + timedelta(days=9))) / GROUP


def _any(one: int, number: int) -> Subject:
    return repository(FIRST + one * 7919 % number)


def starting(store: Store) -> dict[str, float]:
    """What it takes to wake all."""
    took: list[float] = []
    schedule_each = store.jobs.schedule_each

    def timed(jobs: Any) -> None:
        started = time.perf_counter()
        schedule_each(jobs)
        took.append(time.perf_counter() - started)

    store.jobs.schedule_each = timed  # type: ignore[method-assign] # to see how long others wait
    before, began = forget_memory(), time.perf_counter()
    woken = schedule_all_repositories(store, NOW)
    seconds = time.perf_counter() - began
    return {
        "wake": seconds * 1000 / woken,
        "longest": max(took) * 1000,
        "memory": max(memory() - before, 0.0),
    }


def size(store: Store) -> float:
    """Of the database, in bytes."""
    query = "SELECT pg_database_size(current_database())"
    if store.engine.dialect.name == "sqlite":
        query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    with store.engine.connect() as connection:
        return float(connection.execute(sa.text(query)).scalar_one())


@contextmanager
def empty(server: str, number: int) -> Iterator[str]:
    """A database on that PostgreSQL."""
    engine = sa.create_engine(
        server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    name = f"fleet_{number}"
    with closing(engine.connect()) as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
        yield f"{server.rpartition('/')[0]}/{name}"
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def apart(url: str, number: int) -> dict[str, float]:
    """The same as `measured`, in a process of its own."""
    url = url.replace("postgresql://", "postgresql+psycopg://")
    command = [sys.executable, "-m", "bench.scale", "one", url, str(number)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def table(name: str, found: dict[int, dict[str, float]]) -> bool:
    """Print it; whether what is due costs the same among many as among few."""
    heads = "".join(f"{number:>12,}" for number in found)
    print(f"\n{name + ', repositories':<46}{heads}")
    for key, (words, unit) in ROWS.items():
        digits = 0 if unit == "bytes" else 2 if unit == "ms" else 1
        values = "".join(f"{one[key]:>12,.{digits}f}" for one in found.values())
        print(f"{words + ', ' + unit:<46}{values}")
    first, last = found[min(found)], found[max(found)]
    grown = {key: last[key] / first[key] for key in ("tick", "take", "due", "keep")}
    reported = ", ".join(f"{key} {times:.1f}" for key, times in grown.items())
    print(f"From the fewest to the most: {reported} times as long (aim: below {FLAT:g}).")
    return max(grown.values()) < FLAT


def main(arguments: list[str]) -> int:
    """Print everything; 1 when something grows with what is only there."""
    if arguments[:1] == ["one"]:
        print(json.dumps(measured(arguments[1], int(arguments[2]))))
        return 0
    numbers = (FEWEST, int(arguments[0]) if arguments else MOST)
    found: dict[str, dict[int, dict[str, float]]] = {"SQLite": {}, "PostgreSQL": {}}
    for number in numbers:
        with tempfile.TemporaryDirectory() as folder:
            found["SQLite"][number] = apart(f"sqlite:///{folder}/fleet.sqlite3", number)
    with postgres() as server:
        for number in numbers:
            with empty(server, number) as url:
                found["PostgreSQL"][number] = apart(url, number)
    met = [table(name, rows) for name, rows in found.items()]
    print(f"\nThe aims were {'met' if all(met) else 'MISSED'}.")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
