"""Servers that take webhooks, each as a process of its own: ours, and Probot 14 beside it.

Probot's app hears `issues.closed` and does nothing, nor does Probot keep anything. Ours says 202
when the delivery is in the database and the disk has it.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psycopg
import sqlalchemy as sa

from bench.webhook_load import SECRET, Target
from bot.server.jobs import BOT
from bot.server.store.engine import open_engine
from bot.server.store.store import Store
from bot.server.store.tables import inbox

ROOT = Path(__file__).parents[1]
PROBOT = "probot@14.3.2"
PROBOT_APP = 'export default (app) => { app.on("issues.closed", async () => {}); };\n'
START = 180.0  # seconds, on a busy machine


@dataclass(frozen=True)
class Contestant:
    """A running server. `database` is where it keeps deliveries, when it does.

    `database_process` is the one whose children do that, when others do.
    """

    name: str
    target: Target
    process: subprocess.Popen[bytes]
    database: str | None = None
    database_process: int | None = None

    def stored(self) -> int | None:
        """How many deliveries are in its database."""
        if self.database is None:
            return None
        engine = open_engine(self.database)
        try:
            with engine.connect() as connection:
                return connection.execute(sa.select(sa.func.count()).select_from(inbox)).scalar()
        finally:
            engine.dispose()

    def seconds(self) -> float:
        """Processor time that it took so far."""
        return _processor_seconds(self.process.pid)

    def database_seconds(self) -> float:
        """Processor time that the processes of its database took so far, besides."""
        parent = self.database_process
        if parent is None:
            return 0.0
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return sum(map(_processor_seconds, map(int, children)))


def _stat(process: int) -> list[str]:
    """The fields of proc(5) after the name, from the state on."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def _processor_seconds(process: int) -> float:
    return sum(map(int, _stat(process)[11:13])) / os.sysconf("SC_CLK_TCK")


def postgres_process(url: str) -> int:
    """The parent of all processes of a PostgreSQL on this machine."""
    with psycopg.connect(url) as connection:
        return int(_stat(connection.info.backend_pid)[1])


def key() -> str:
    """A private key in PEM."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


@contextlib.contextmanager
def milepost(name: str, folder: Path, database: str, **more: str) -> Iterator[Contestant]:
    """`milepost serve` as it comes. It takes deliveries only, as a web process of many does."""
    port = free_port()
    environ = {
        **os.environ,
        "MILEPOST_DATA_DIR": str(folder),
        "MILEPOST_DATABASE_URL": database,
        "MILEPOST_CLIENT_ID": "Iv23liBench00000",
        "MILEPOST_PRIVATE_KEY": key(),
        "MILEPOST_WEBHOOK_SECRET": SECRET,
        "MILEPOST_THREADS": "0",
        "GITHUB_API_URL": f"http://127.0.0.1:{free_port()}",
        **more,
    }
    command = [sys.executable, "-m", "bot", "serve", "--port", str(port)]
    target = Target(port, "/webhooks/github")
    url = database.replace("postgresql://", "postgresql+psycopg://")
    with Store.open(url) as store:
        store.repositories.set_fact(BOT, "milepost[bot]")  # as GitHub tells at the first start
    with _running(command, environ, folder, f"http://127.0.0.1:{port}/readyz") as process:
        stores = postgres_process(database) if url != database else None
        yield Contestant(name, target, process, url, stores)


@contextlib.contextmanager
def probot(name: str, folder: Path, **more: str) -> Iterator[Contestant]:
    """Probot's own server, in production, with an app that hears the event."""
    port = free_port()
    (folder / "app.mjs").write_text(PROBOT_APP)
    environ = {
        **os.environ,
        "APP_ID": "1",
        "PRIVATE_KEY": key(),
        "WEBHOOK_SECRET": SECRET,
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "NODE_ENV": "production",
        "LOG_FORMAT": "json",
        **more,
    }
    command = ["node", "node_modules/probot/bin/probot.js", "run", "./app.mjs"]
    target = Target(port, "/api/github/webhooks", accepted_status=200)
    with _running(command, environ, folder, f"http://127.0.0.1:{port}/ping") as process:
        yield Contestant(name, target, process)


def install_probot(folder: Path) -> str | None:
    """Have npm put it there. Why not, when it cannot be."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "there is no Node.js with npm here"
    folder.mkdir(exist_ok=True)
    (folder / "package.json").write_text("{}")
    done = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", PROBOT],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return None if done.returncode == 0 else f"npm could not install {PROBOT}:\n{done.stderr}"


@contextlib.contextmanager
def null(length: int) -> Iterator[Contestant]:
    """What counts bytes and looks at none: the most that the load generator can show."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.webhook_load", str(length)], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        if process.stdout is None:
            raise OSError("it says no port")
        yield Contestant("null", Target(int(process.stdout.readline())), process)
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def postgres(settings: str | None = None) -> Iterator[str]:
    """The address of a PostgreSQL that waits for the disk, as those in use do."""
    sys.path.append(str(ROOT / "tests"))
    from server import postgres as starting

    with starting.server(settings=settings or starting.SAFE) as url:
        yield url


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def _running(
    command: list[str], environ: dict[str, str], folder: Path, ready: str
) -> Iterator[subprocess.Popen[bytes]]:
    text = folder / "log"
    environ = {**environ, "PYTHONPATH": str(ROOT)}
    with text.open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environ, stdout=log, stderr=log)
        try:
            end = time.monotonic() + START
            while not _answers(ready):
                if process.poll() is not None or time.monotonic() > end:
                    raise OSError(f"{command} did not start:\n{text.read_text()[-2000:]}")
                time.sleep(0.1)
            yield process
        finally:
            process.terminate()
            process.wait(START)


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx2.TransportError):
        return httpx2.get(url).status_code == 200
    return False
