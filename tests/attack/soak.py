"""Keeps a server busy for a while, and prints what memory its processes have meanwhile.

    python -m attack.soak [MINUTES [REPOSITORIES]]

Fifteen minutes and 300 repositories by default, on SQLite: learners write commands, people and
machines ask for pages and badges. After a fifth of the time all is warm; from there on memory may
not grow steadily: the line through its samples may rise by no more than a tenth.
"""

import sys
import threading
import time
from itertools import cycle
from statistics import fmean

import httpx2
from attack.table import fresh, write
from attack.target import START, Target
from attack.tenants import short_path

from github_sandbox.state import comments
from github_sandbox.state.objects import Repository

MINUTES = 15.0
REPOSITORIES = 300
EACH = 30  # repositories of one account
WARM = 0.2  # of the time
GROWTH = 0.1
COMMANDS = 4.0  # a second
PAGES = 20.0
SAMPLES = 60


def growth(samples: list[float]) -> float:
    """How much the line through the samples rises, as a share of where it begins."""
    middle, mean = (len(samples) - 1) / 2, fmean(samples)
    spread = sum((number - middle) ** 2 for number in range(len(samples)))
    slope = sum((number - middle) * one for number, one in enumerate(samples)) / spread
    first = mean - slope * middle
    return slope * (len(samples) - 1) / first


def settle(target: Target, homes: list[Repository]) -> None:
    """Install the App everywhere, and wait until each path is there."""
    for account in dict.fromkeys(home.owner.login for home in homes):
        target.install(account)
    end = time.monotonic() + START + len(homes)
    while time.monotonic() < end:
        with target.world.lock:
            if all(map(target.tasks, homes)):
                return
        time.sleep(0.5)
    raise TimeoutError(target.log.read_text()[-2000:])


def work(target: Target, homes: list[Repository], over: threading.Event) -> None:
    """Have learners write commands, each in turn."""
    for home in cycle(homes):
        if over.wait(1 / COMMANDS):
            return
        with target.world.lock:
            actor = target.world.actor(home.owner.login)
            issue = target.tasks(home)[0]
            comments.create(target.world, actor, home, issue, {"body": "/log 1m"})
            if len(issue.comments) > 5:  # the stand-in is not what is measured
                del issue.comments[0]
            target.world.deliveries.clear()
            target.world.journal.forget()


def visit(target: Target, homes: list[Repository], over: threading.Event) -> None:
    """Ask for pages and badges."""
    paths = [f"/{kind}" for home in homes for kind in _pages(home)]
    with httpx2.Client() as somebody:
        for path in cycle(paths):
            if over.wait(1 / PAGES):
                return
            assert somebody.get(target.url + path).status_code == 200


def _pages(home: Repository) -> tuple[str, str]:
    return f"r/{home.full_name}", f"badge/{home.full_name}.svg"


def main(arguments: list[str]) -> int:
    """Print memory by time; 1 when it grows."""
    minutes = float(arguments[0]) if arguments else MINUTES
    count = int(arguments[1]) if len(arguments) > 1 else REPOSITORIES
    with fresh() as target:
        target.environ["MILEPOST_PAGE_LIMIT"] = "100000"
        target.environ["MILEPOST_WRITE_INTERVAL"] = "0"
        names = [f"account-{number // EACH}/path-{number}" for number in range(count)]
        homes = [target.add_repository(name, short_path("Soak")) for name in names]
        target.start()
        settle(target, homes)
        over, samples = threading.Event(), list[float]()
        busy = [threading.Thread(target=one, args=(target, homes, over)) for one in (work, visit)]
        for thread in busy:
            thread.start()
        began = time.monotonic()
        for number in range(SAMPLES):
            over.wait(max(began + minutes * 60 * (number + 1) / SAMPLES - time.monotonic(), 0.0))
            samples.append(target.memory())
            if number % (SAMPLES // 15) == 0 or number == SAMPLES - 1:
                write(f"{(time.monotonic() - began) / 60:>6.1f} min {samples[-1]:>7.1f} MB")
        over.set()
        for thread in busy:
            thread.join()
        errors = target.log.read_text().count('"level": "error"')
    warm = samples[int(WARM * SAMPLES) :]
    grown = growth(warm)
    write(
        f"{count} repositories, {minutes:g} minutes: {samples[0]:.0f} MB at the start,"
        f" {warm[0]:.0f} MB when warm, {warm[-1]:.0f} MB at the end; the line through the last two"
        f" rises by {grown:+.1%} (at most {GROWTH:.0%}). Errors logged: {errors}."
    )
    return 1 if grown > GROWTH or errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
