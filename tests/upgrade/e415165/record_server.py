"""Record the databases of this folder: a server of e415165 with two repositories, for ten weeks.

It runs with that program only, as `record.py` beside it does:

    cd ../e415165 && PYTHONPATH=.:tests .venv/bin/python HERE/record_server.py HERE

Times are the stand-in's. Ids of rows are given; random are the names of those who held the work.
"""

import contextlib
import gzip
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server import postgres
from server.hosting import eventually
from server.visiting import Visited, visited

from bot.sandbox.server import running

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
MENTOR = "mona-mentor"
SECOND = "learner/bread"


def live(database_url: str, folder: Path, **more: str) -> None:
    """Ten weeks of two repositories, one of them shared with a mentor."""
    with (
        running(clock=lambda: START) as sandbox,
        visited(sandbox, database_url, folder, **more) as town,
    ):
        with town.world.lock:
            town.world.add_user(MENTOR)
            second = town.world.add_repository(SECOND)
        town.configure(ahead="all")
        town.configure(second, mentors=[MENTOR], cohort={"share": True, "name": "Lea"})
        town.install(town.home, second)
        eventually(lambda: town.summary() is not None)
        town.settle()
        for week in range(10):
            until(town, START + timedelta(weeks=week, days=2))
            town.close(*town.tasks()[week : week + 1])
            town.settle()
            until(town, START + timedelta(weeks=week + 1, minutes=30))


def until(town: Visited, moment: datetime) -> None:
    """Time goes on, and the server does by itself what is due."""
    town.settle()
    town.world.clock.advance(moment - town.world.clock.exact())

    def synced() -> bool:
        row = town.host.store.register.repository(town.home.id)
        return row is not None and row.synced_at is not None and row.synced_at >= moment

    eventually(lambda: synced() or not town.settled())
    town.settle()


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="milepost-record-") as folder:
        yield Path(folder)


def sqlite(target: Path) -> None:
    import sqlite3

    with scratch() as folder:
        file = folder / "store.sqlite3"
        live(f"sqlite:///{file}", folder)
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("VACUUM")
        pack(target, file.read_bytes())


def postgresql(target: Path, work: str) -> None:
    """A plain SQL dump, without what only psql understands or only this version of PostgreSQL."""
    with (
        scratch() as folder,
        postgres.server() as server,
        postgres.forgotten(server),
        postgres.empty_database(server) as url,
    ):
        live(url, folder, MILEPOST_WORK=work)
        tool = str(postgres._binaries() / "pg_dump")
        flags = ("--inserts", "--no-owner", "--no-privileges", "--no-comments", "--schema=public")
        dumped = subprocess.run([tool, *flags, url], check=True, capture_output=True, text=True)
        text = re.sub(r"^(?:SET|--|\\|CREATE SCHEMA|SELECT pg_catalog.set_config).*\n", "",
                      dumped.stdout, flags=re.MULTILINE)  # fmt: skip
        pack(target, re.sub(r"\n{2,}", "\n", text).encode())


def pack(target: Path, content: bytes) -> None:
    target.write_bytes(gzip.compress(content, 9, mtime=0))
    sys.stdout.write(f"{target.name}: {target.stat().st_size} bytes\n")


def main(folder: Path) -> None:
    sqlite(folder / "server.sqlite3.gz")
    postgresql(folder / "server-threads.sql.gz", "embedded")
    postgresql(folder / "server-queue.sql.gz", "queue")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
