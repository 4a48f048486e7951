"""One process at a time serves a SQLite file; PostgreSQL is for many."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import UsageError
from bot.server.run import file_lock

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys
from bot.server.run import file_lock
with file_lock(sys.argv[1]):
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_a_second_server_is_refused_before_it_listens(tmp_path: Path) -> None:
    with file_lock(f"sqlite:///{tmp_path / 'milepost.sqlite3'}"):
        second = subprocess.run(
            [sys.executable, "-m", "bot", "serve", "--port", "1"],
            env={**os.environ, "MILEPOST_DATA_DIR": str(tmp_path)},
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
    assert second.returncode == 64
    text = " ".join(second.stderr.split())
    assert "another `milepost serve` is running on this database" in text
    assert "use PostgreSQL" in text


def test_the_lock_ends_with_its_holder_and_when_that_is_killed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"locked\n"
    with pytest.raises(UsageError, match=r"a\.sqlite3"), file_lock(url):
        pass
    holder.kill()
    holder.communicate()
    for _ in range(2):
        with file_lock(url):
            pass


def test_another_name_of_the_file_is_the_same_lock(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with (
        file_lock(f"sqlite:///{tmp_path / 'a.sqlite3'}"),
        file_lock(f"sqlite:///{tmp_path / 'b.sqlite3'}"),
        pytest.raises(UsageError, match="another"),
        file_lock(f"sqlite:///{tmp_path / 'link' / 'a.sqlite3'}"),
    ):
        pass


def test_what_cannot_be_locked_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite3.lock").mkdir()
    with (
        pytest.raises(UsageError, match="cannot be locked"),
        file_lock(f"sqlite:///{tmp_path / 'a.sqlite3'}"),
    ):
        pass


def test_servers_on_postgresql_need_none() -> None:
    with (
        file_lock("postgresql+psycopg://localhost/a"),
        file_lock("postgresql+psycopg://localhost/a"),
    ):
        pass
