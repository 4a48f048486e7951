"""Measures the memory of a process that syncs repositories full of other people's issues.

Run by `make bench-server`, as `python -m bench.worst_repository`. Each repository has 3,000 issues
of 60 KB by a stranger, and a path. The jobs run in a process with all that a server imports; the
sandbox is this one. It fails above the most that docs/explanation/scale.md says.
"""

import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import yaml
from pydantic import SecretStr

from bench.contestants import ROOT
from bench.scale import memory
from github_sandbox.server import running
from github_sandbox.state import apps, issues
from github_sandbox.state.objects import App
from github_sandbox.world import World

AT_ONCE = 8
ISSUES, SIZE = 3_000, 60_000
MOST = 400  # MB, for eight at once
FIRST = datetime(2026, 1, 5, 8, tzinfo=UTC)  # a Monday
CONFIG = ".github/milepost.yml"
SETTINGS = {"curriculum": "devops-to-mlops", "start": "2026-01-05"}
PERMISSIONS = {"issues": "write", "metadata": "read", "contents": "read", "pull_requests": "read"}


def fill(world: World, accounts: int) -> App:
    """Repositories as described above, each of an account of its own; the App is in all."""
    app = apps.create(
        world, "Milepost Bench", owner="learner", permissions=PERMISSIONS, events=["issues"],
        hook_url=None, hook_secret=None,
    )  # fmt: skip
    world.add_user("stranger")
    body = ("worse than it looks, and longer. " * (SIZE // 33 + 1))[:SIZE]
    for number in range(accounts):
        login = f"learner-{number}"
        world.add_user(login)
        home = world.add_repository(f"{login}/path")
        world.commit_files(home, {CONFIG: yaml.safe_dump(SETTINGS).encode()}, "Begin")
        for count in range(ISSUES):
            issues.create(world, world.actor("stranger"), home, {"title": f"{count}", "body": body})
        apps.install(world, app, login)
    return app


def child(given: str) -> None:
    """Sync so many at once, twice, and print how much memory that took at most."""
    import bot.server.run  # noqa: F401 - what a server imports
    from bot.clock import utc_now
    from bot.github.app import PATIENCE, AppAuth
    from bot.github.rate_limit_state import WriteRates
    from bot.github.rate_limiter import InMemoryRateLimiter
    from bot.github.retry import WaitPolicy
    from bot.server.jobs import Jobs
    from bot.server.memory import return_large_blocks
    from bot.server.store.rows import APP, installation
    from bot.server.store.store import Store

    return_large_blocks()
    app = json.loads(given)
    policy = WaitPolicy(lambda: FIRST, max_wait=PATIENCE)
    auth = AppAuth(app["client_id"], SecretStr(app["key"]), api_url=app["api_url"], policy=policy)
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(f"sqlite:///{Path(folder) / 'worst.sqlite3'}") as store,
    ):
        limits = InMemoryRateLimiter(WriteRates(interval=0))
        clock = utc_now  # real clock: the stand-in is a process that runs by it
        jobs = Jobs(store, auth, limits, clock=clock, sleep=time.sleep)
        jobs.run(APP, 0)
        found = [one.id for one in auth.installations()]
        follow = [jobs.run(installation(number), 0).follow_up for number in found]
        homes = [subject for each in follow for subject, _ in each]
        before, began = memory(), time.monotonic()
        results = []
        with ThreadPoolExecutor(len(homes)) as pool:
            for _ in range(2):
                results += [done.result for done in pool.map(lambda one: jobs.run(one, 0), homes)]
        messages = [row.message for one in homes if (row := store.repositories.repository(one.id))]
        print(json.dumps({
            "before": before, "most": memory(), "seconds": time.monotonic() - began,
            "results": sorted(set(results)), "messages": sorted(set(messages)),
        }))  # fmt: skip
    auth.close()


def measured(accounts: int) -> dict[str, float]:
    """What the child printed."""
    with running(clock=lambda: FIRST) as sandbox:
        with sandbox.world.lock:
            app = fill(sandbox.world, accounts)
        given = {"client_id": app.client_id, "key": app.private_key, "api_url": sandbox.api_url}
        done = subprocess.run(
            [sys.executable, "-m", "bench.worst_repository", "child"],
            input=json.dumps(given), capture_output=True, text=True, cwd=ROOT, check=False,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main(given: list[str]) -> int:
    """Print how much one takes, and eight at once; 1 when that is too much."""
    most = 0.0
    for accounts in [int(one) for one in given] or [1, AT_ONCE]:
        found = measured(accounts)
        most = found["most"]
        print(
            f"{accounts} at once: {most:.0f} MB, {found['before']:.0f} MB before, "
            f"{found['seconds']:.0f} s; {found['results']} {found['messages']}"
        )
    print(f"The most were {most:.0f} MB (aim: at most {MOST}).")
    print(f"The aim was {'met' if most <= MOST else 'MISSED'}.")
    return 0 if most <= MOST else 1


if __name__ == "__main__":
    if sys.argv[1:] == ["child"]:
        child(sys.stdin.read())
    else:
        sys.exit(main(sys.argv[1:]))
