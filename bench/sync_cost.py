"""Counts what one sync costs: requests, bytes, processor time, and what the database keeps of it.

Run by `make bench-server`, as `python -m bench.sync_cost`. The server's own sync of a repository of
the sandbox with a whole path in it, as the App, with tokens of its own. The sandbox has threads of
its own, so the time is that of the handler thread alone. Counts are the same on every machine.
"""

import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import yaml
from pydantic import SecretStr

from bot.github.app import PATIENCE, AppAuth
from bot.github.rate_limit_state import WriteRates
from bot.github.rate_limiter import InMemoryRateLimiter
from bot.github.retry import WaitPolicy
from bot.server.jobs import Jobs
from bot.server.store.rows import APP, Subject, installation, repository
from bot.server.store.store import Store
from bot.settings import CONFIG_PATH
from github_sandbox.server import Sandbox, running
from github_sandbox.state import apps

FIRST = datetime(2026, 1, 5, 8, tzinfo=UTC)  # a Monday
SETTINGS = {"curriculum": "devops-to-mlops", "start": "2026-01-05", "ahead": "all"}
PERMISSIONS = {"issues": "write", "metadata": "read", "contents": "read", "pull_requests": "read"}
TIMES = 40
TOKENS = "/access_tokens"  # what GitHub counts apart: no request of the installation
IDLE_REQUESTS = 7


@dataclass(frozen=True)
class Cost:
    """Of one sync."""

    requests: int
    not_modified: int
    writes: int
    milliseconds: float

    @property
    def paid(self) -> int:
        """What counts against the hour's requests."""
        return self.requests - self.not_modified


class Bench:
    """A server's sync of a sandbox in which its App is installed."""

    def __init__(
        self, sandbox: Sandbox, store: Store, files: Mapping[str, str] | None = None
    ) -> None:
        self.world = world = sandbox.world
        home = world.repository()
        begin = files or {CONFIG_PATH: yaml.safe_dump(SETTINGS)}
        world.commit_files(home, {name: text.encode() for name, text in begin.items()}, "Begin")
        with world.lock:
            app = apps.create(
                world,
                "Milepost Bench",
                owner="learner",
                permissions=PERMISSIONS,
                events=["issues"],
                hook_url=None,
                hook_secret=None,
            )
            installed = apps.install(world, app, "learner")
        self.home, self._installed = repository(home.id), installation(installed.id)
        self._auth = AppAuth(
            app.client_id,
            SecretStr(app.private_key),
            api_url=sandbox.api_url,
            policy=WaitPolicy(world.clock.now, max_wait=PATIENCE),
        )
        self._store = store
        self.restart()

    def restart(self) -> None:
        """The process is another one: its memory is empty."""
        budget = InMemoryRateLimiter(WriteRates(interval=0))
        clock = self.world.clock.now
        self.jobs = Jobs(self._store, self._auth, budget, clock=clock, sleep=time.sleep)

    def meet(self) -> None:
        """Find the installation and its repositories."""
        self._run_once(APP)
        self._run_once(self._installed)

    def sync(self) -> Cost:
        """At the repository."""
        return self._run_once(self.home)

    def wait(self) -> None:
        """Until the token is no longer good."""
        self.world.clock.advance(timedelta(hours=1))

    def close(self) -> None:
        """Ask nothing more."""
        self._auth.close()

    def _run_once(self, subject: Subject) -> Cost:
        self.world.journal.forget()
        started = time.thread_time()
        self.result = self.jobs.run(subject, 0)
        took = time.thread_time() - started
        if not self.result.settled:
            raise RuntimeError(f"the job of {subject} ended with: {self.result.result}")
        counted = self.world.journal.summary()
        tokens = sum(one.path.endswith(TOKENS) for one in self.world.journal.writes)
        requests, writes = counted["total"] - tokens, counted["writes"] - tokens
        return Cost(requests, counted["not_modified"], writes, took * 1000)


def report(name: str, cost: Cost) -> None:
    """A row."""
    print(
        f"{name:<28} {cost.requests:>8} {cost.not_modified:>6} {cost.writes:>7} {cost.paid:>11}"
        f" {cost.milliseconds:>10.0f}"
    )


def main() -> int:
    """Print everything; 1 when an idle sync asks for more than it has to."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{Path(folder) / 'syncs.sqlite3'}") as store,
        running(clock=lambda: FIRST) as sandbox,
    ):
        bench = Bench(sandbox, store)
        bench.meet()
        print(f"{'a sync of a repository':<28} requests    304  writes  of the hour  processor ms")
        report("that seeds a path", bench.sync())
        bench.sync()
        many = [bench.sync() for _ in range(TIMES)]
        idle = many[-1]
        report(
            "in which nothing happened",
            Cost(
                idle.requests,
                idle.not_modified,
                idle.writes,
                median(one.milliseconds for one in many),
            ),
        )
        bench.wait()
        report("the same, with a new token", bench.sync())
        stored = store.page_cache.get(bench.home.id)
        bench.close()
        size = len(stored.document) + len(stored.badge) if stored else 0
        print(f"\nThe database keeps {size:,} bytes for its pages and its badge.")
    good = idle.requests <= IDLE_REQUESTS and idle.paid == 0
    print(
        f"An idle sync: {idle.requests} requests (aim: at most {IDLE_REQUESTS}), {idle.paid} of the"
        " hour (aim: 0)."
    )
    print(f"The aims were {'met' if good else 'MISSED'}.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
