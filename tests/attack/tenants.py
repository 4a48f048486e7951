"""What one tenant does to the others by what stands in their repositories."""

import contextlib
import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from attack.offline import SILENT
from attack.target import START, Target

from github_sandbox.api.engine import Engine, Reply, Request
from github_sandbox.state import comments, issues
from github_sandbox.state.objects import Repository

MALLORY = "mallory"
REPOSITORIES = 8
LINKS = 10  # as many as one sync looks up
ISSUES = 1_000  # of others, in each repository
BODY = 60_000  # characters in each
TASKS = 48_000
WORST = re.compile(r"worst-\d+")
LARGE = 500_000  # bytes; the stand-in answers with such a page from memory


@contextlib.contextmanager
def silent_links(target: Target) -> Iterator[None]:
    """Fill eight repositories with links to hosts that take connections and say nothing."""
    homes = [
        target.add_repository(f"{MALLORY}/links-{n}", short_path("Links"), features={"links": True})
        for n in range(REPOSITORIES)
    ]
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as silent:
        target.environ[SILENT] = str(silent.getsockname()[1])
        target.start("attack.offline", **_workers(target))
        target.settle()
        with target.world.lock:
            for home in homes:  # or GitHub's limit on what one App makes in a minute is met
                home.labels |= {name: replace(one) for name, one in target.garden.labels.items()}
        target.install(MALLORY)
        _wait(target, lambda: all(map(target.tasks, homes)))
        for home in homes:
            _comment(target, home)
        yield


@contextlib.contextmanager
def worst_repositories(target: Target) -> Iterator[None]:
    """Have eight repositories synced at once in which others wrote a thousand long issues each."""
    text = "x" * BODY
    for number in range(REPOSITORIES):
        home = target.add_repository(f"{MALLORY}/worst-{number}")
        with target.world.lock:
            stranger = target.world.add_user("stranger")
            actor = target.world.actor(stranger.login)
            for one in range(ISSUES):
                fields = {"title": f"No. {one}", "body": text}
                issues.create(target.world, actor, home, fields)
    target.start(**_workers(target))
    target.settle()
    with _large_pages_from_memory():
        target.install(MALLORY)
        yield


@contextlib.contextmanager
def huge_curriculum(target: Target) -> Iterator[None]:
    """Have eight repositories synced at once whose curricula are as long as one may be."""
    for number in range(REPOSITORIES):
        target.add_repository(f"{MALLORY}/huge-{number}", _curriculum(number))
    target.start(**_workers(target))
    target.settle()
    target.install(MALLORY)
    yield


def _curriculum(number: int) -> str:
    """A curriculum like no other, with 48,000 tasks in some 800 KB."""
    return _text(f"Number {number}", ",".join(f"{{title: t{n:05}}}" for n in range(TASKS)))


def short_path(title: str) -> str:
    """A curriculum of one task."""
    return _text(title, "{title: Read}")


def _text(title: str, tasks: str) -> str:
    """A curriculum of one unit."""
    unit = f"{{title: Unit, tasks: [{tasks}]}}"
    module = f"{{title: Module, number: 1, units: [{unit}]}}"
    return f"{{title: {title}, phases: [{{title: Phase, modules: [{module}]}}]}}"


def _workers(target: Target) -> dict[str, int]:
    return {"workers": 0 if target.environ["MILEPOST_DATABASE_URL"].startswith("sqlite") else 1}


def _comment(target: Target, home: Repository) -> None:
    with target.world.lock:
        actor = target.world.actor(MALLORY)
        links = "\n".join(f"https://h{n}.silent.example/{home.name}" for n in range(LINKS))
        comments.create(target.world, actor, home, target.tasks(home)[0], {"body": links})


def _wait(target: Target, holds: Callable[[], bool]) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        with target.world.lock:
            if holds():
                return
        time.sleep(0.05)
    raise TimeoutError(target.log.read_text()[-2000:])


@contextlib.contextmanager
def _large_pages_from_memory() -> Iterator[None]:
    """Have the stand-in write out a large page once for all repositories, which have the same ones.

    GitHub's other users wait for nobody's pages; those of the stand-in would.
    """
    handle = Engine.handle
    known: dict[tuple[str, ...], tuple[str, Reply]] = {}

    def remembered(engine: Engine, request: Request) -> object:
        name = WORST.search(request.path)
        if name is None or request.method != "GET":
            return handle(engine, request)
        key = WORST.sub("", request.path), request.query
        if key not in known:
            reply = handle(engine, request)
            if not isinstance(reply, Reply) or len(reply.content) < LARGE:
                return reply
            known[key] = name[0], reply
        first, reply = known[key]
        links = {header: text.replace(first, name[0]) for header, text in reply.headers.items()}
        return replace(reply, headers=links)

    Engine.handle = remembered  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Engine.handle = handle  # type: ignore[method-assign]
