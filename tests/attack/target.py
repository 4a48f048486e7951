"""`milepost serve` to be attacked: fresh processes on loopback, GitHub's stand-in, and a neighbour.

The neighbour is a learner with a repository of their own, who did nothing and wants their commands
answered. What they notice is measured: how long `/readyz` and a sync of theirs take.
"""

import contextlib
import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from attack.proxies import PROXIES
from planning.paths import SMALL
from ports import free_port
from server.person import Page, Person
from server.server_fixture import EVENTS, PERMISSIONS, SECRET, as_app

from bot.planning.marker import find
from bot.server.app import WEBHOOKS
from bot.settings import CONFIG_PATH
from github_sandbox.server import Sandbox, running
from github_sandbox.state import apps, comments
from github_sandbox.state.objects import Installation, Issue, Repository

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
START = 60.0  # seconds
EVERY = 0.05  # seconds from one look at `/readyz` to the next
LONGEST = 8.0  # seconds after which nobody waits for `/readyz` any more
LONGEST_SYNC = 20.0  # seconds after which nobody waits for a sync any more
PERSON = "neighbour"


@dataclass
class Noticed:
    """What a neighbour noticed: seconds that `/readyz` and syncs of theirs took."""

    ready: list[float] = field(default_factory=list)
    syncs: list[float] = field(default_factory=list)
    memory: float = 0.0  # MB; the most that one process had
    lines: int = 0  # of the log

    @property
    def p99(self) -> tuple[float, float]:
        """Seconds within which 99 of 100 looks at `/readyz` and syncs ended."""
        return _within(self.ready), _within(self.syncs)


def _within(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(int(0.99 * len(ordered)), len(ordered) - 1)] if ordered else 0.0


class Target:
    """The processes of one server, and the world around it."""

    def __init__(
        self, sandbox: Sandbox, database_url: str, folder: Path, *, port: int, url: str
    ) -> None:
        self.sandbox = sandbox
        self.world = sandbox.world
        self.port = port
        self.url = url  # as people and GitHub reach it
        self.log = folder / "log"
        self.processes: list[subprocess.Popen[bytes]] = []
        self._neighbours = 0
        with self.world.lock:
            self.app = apps.create(
                self.world,
                "Milepost Test",
                owner="operator",
                permissions=PERMISSIONS,
                events=EVENTS,
                hook_url=self.url + WEBHOOKS,
                hook_secret=SECRET,
                callback_urls=[f"{self.url}/signed-in"],
            )
        self.environ = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests"))),
            "MILEPOST_DATA_DIR": str(folder),
            "MILEPOST_DATABASE_URL": database_url,
            "MILEPOST_PUBLIC_URL": self.url,
            "MILEPOST_CLIENT_SECRET": self.app.client_secret,
            "MILEPOST_SETTLE": "0",
            "MILEPOST_WRITE_INTERVAL": "0.1",
            **as_app(self.app, sandbox),
        }
        self.garden = self.add_repository(f"{PERSON}/garden")  # the neighbour's

    def add_repository(self, full_name: str, path: str = "", **settings: object) -> Repository:
        """Add a repository with a path in it: a small one where no other is given."""
        small = yaml.safe_dump(SMALL.model_dump(mode="json", exclude_defaults=True))
        config = {"curriculum": "path.yml", "start": "2026-01-05", **settings}
        files = {"path.yml": path or small, CONFIG_PATH: yaml.safe_dump(config)}
        with self.world.lock:
            made = self.world.add_repository(full_name)
            encoded = {name: text.encode() for name, text in files.items()}
            self.world.commit_files(made, encoded, "Begin")
        return made

    def install(self, account: str) -> Installation:
        """Install the App on all repositories of an account."""
        with self.world.lock:
            return apps.install(self.world, self.app, account)

    def start(self, *module: str, workers: int = 0) -> None:
        """Start the process that serves, and workers where it is to run no jobs itself."""
        command = [sys.executable, "-m", *(module or ("bot",)), "serve", "--port"]
        threads = {"MILEPOST_THREADS": "0"} if workers else {}
        with self.log.open("ab") as log:
            for number in range(1 + workers):
                port = free_port() if number else self.port
                environ = {**self.environ, **({} if number else threads)}
                started = subprocess.Popen(
                    [*command, str(port)], cwd=ROOT, env=environ, stdout=log, stderr=log
                )
                self.processes.append(started)
                end = time.monotonic() + START
                while not _is_ready(f"http://{HOST}:{port}"):
                    assert started.poll() is None, self.log.read_text()[-2000:]
                    assert time.monotonic() < end, self.log.read_text()[-2000:]
                    time.sleep(EVERY)

    def stop(self) -> None:
        """Kill all."""
        for process in self.processes:
            process.kill()
            process.wait()

    def settle(self) -> None:
        """Install the App at the neighbour's, and wait until their path is there."""
        self.install(self.garden.owner.login)
        end = time.monotonic() + START
        while self.sync() >= LONGEST_SYNC:
            assert time.monotonic() < end, self.log.read_text()[-2000:]

    def next_neighbour(self) -> None:
        """Look on with another neighbour: GitHub lets one installation write so much a minute."""
        self._neighbours += 1
        self.garden = self.add_repository(f"{PERSON}-{self._neighbours}/garden")
        self.settle()

    def tasks(self, repository: Repository) -> list[Issue]:
        """Issues of ours that are work, to whoever has the world's lock."""
        return [
            issue
            for issue in repository.issues.values()
            if (marked := find(issue.body or "")) and marked.marker.key.startswith("task:")
        ]

    def sync(self) -> float:
        """Write a command, and return the seconds until it is answered."""
        began = time.monotonic()
        while not (tasks := self._with_lock(self.garden)):
            if time.monotonic() > began + LONGEST_SYNC:
                return LONGEST_SYNC
            time.sleep(0.01)
        began = time.monotonic()
        with self.world.lock:
            body = {"body": "/log 1m"}
            who = self.world.actor(self.garden.owner.login)
            comment = comments.create(self.world, who, self.garden, tasks[0], body)
        while not comment.reactions and time.monotonic() < began + LONGEST_SYNC:
            time.sleep(0.01)
        return time.monotonic() - began

    def _with_lock(self, repository: Repository) -> list[Issue]:
        with self.world.lock:
            return self.tasks(repository)

    def observe(self, seconds: float) -> Noticed:
        """Return what the neighbour notices for so long, and until their last sync is over."""
        noticed, over = Noticed(), threading.Event()
        looking = threading.Thread(target=self._sample, args=(noticed, over))
        for process in self.processes:
            Path(f"/proc/{process.pid}/clear_refs").write_text("5")
        lines = self.log.read_bytes().count(b"\n")
        end = time.monotonic() + seconds
        looking.start()
        while time.monotonic() < end:
            noticed.syncs.append(self.sync())
            time.sleep(EVERY)
        over.set()
        looking.join()
        noticed.memory = max(_memory(process.pid, "VmHWM") for process in self.processes)
        noticed.lines = self.log.read_bytes().count(b"\n") - lines
        return noticed

    def memory(self) -> float:
        """Return the memory, in MB, that all processes have now."""
        return sum(_memory(process.pid, "VmRSS") for process in self.processes)

    def calm(self, quiet: Noticed) -> None:
        """Wait until syncs take as long again as they did, or for as long as that may take."""
        end = time.monotonic() + LONGEST_SYNC
        while self.sync() > 2 * quiet.p99[1] + EVERY and time.monotonic() < end:
            time.sleep(EVERY)

    def _sample(self, noticed: Noticed, over: threading.Event) -> None:
        while not over.wait(EVERY):
            began = time.monotonic()
            ready = _is_ready(self.url)
            noticed.ready.append(time.monotonic() - began if ready else LONGEST)

    def signed_in(self, login: str) -> str:
        """Sign somebody in; return the header with their cookie."""
        with self.world.lock:
            self.world.add_user(login)
        with Person(self.url) as somebody:
            data = {"login": login, "return_to": "/"}
            assert somebody.web.post(f"{self.sandbox.url}/login", data=data).status_code == 200
            page: Page = somebody.open("/sign-in")
            if page.path == "/login/oauth/authorize":
                page = somebody.press(page, "Authorize")
            cookies = somebody.web.cookies.jar
            own = [f"{one.name}={one.value}" for one in cookies if "milepost" in one.name]
        assert own, page.text
        return f"Cookie: {'; '.join(own)}"


def _is_ready(url: str) -> bool:
    name, port = urlsplit(url).hostname or HOST, urlsplit(url).port
    made = (
        http.client.HTTPConnection(name, port, timeout=LONGEST)
        if url.startswith("http:")
        else http.client.HTTPSConnection(name, port, timeout=LONGEST)
    )
    with contextlib.closing(made) as connection:
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False


def _memory(pid: int, name: str) -> float:
    """The memory of a process in MB: what it has (VmRSS), and the most since that was reset."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    raise LookupError("the system does not tell")


@contextlib.contextmanager
def target(database_url: str, folder: Path, proxy: str = "") -> Iterator[Target]:
    """Yield a server that is not started yet, behind a proxy if one is named. It ends killed."""
    port, front = free_port(), free_port()
    with running() as sandbox, contextlib.ExitStack() as stack:
        url = f"http://{HOST}:{port}"
        if proxy:
            place = folder / proxy
            place.mkdir()
            url = f"https://localhost:{front}"
            authority = stack.enter_context(PROXIES[proxy](place, front, port))
            stack.enter_context(_trusting(authority))
        made = Target(sandbox, database_url, folder, port=port, url=url)
        stack.callback(made.stop)
        yield made


@contextlib.contextmanager
def _trusting(authority: Path) -> Iterator[None]:
    """Believe an authority in this process: the stand-in delivers, and people read, by https."""
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(authority)
    try:
        yield
    finally:
        del os.environ["SSL_CERT_FILE"]
        if before is not None:
            os.environ["SSL_CERT_FILE"] = before
