"""A reader and a gateway on the sandbox, on a clock that only moves when somebody sleeps.

Every request that these tests send is held against GitHub's own description of its API.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from contracts.checker import contract
from timeline import Timeline

from bot.github.cache import EtagCache
from bot.github.client import Connection
from bot.github.gateway import PyGithubGateway
from bot.github.reader import HttpReader
from bot.github.retry import Pacing
from github_sandbox.server import Sandbox
from github_sandbox.state import issues
from github_sandbox.world import World


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    return sandbox.world


@pytest.fixture(autouse=True)
def _after_the_contract(request: pytest.FixtureRequest) -> Iterator[None]:
    if "sandbox" not in request.fixturenames:
        yield
        return
    journal = request.getfixturevalue("sandbox").world.journal
    journal.record_bodies = True
    yield
    # GitHub redirects to /repositories/ID, which its description does not list.
    described = [entry for entry in journal.entries if not entry.path.startswith("/repositories/")]
    assert contract().check(described) == []


@pytest.fixture
def timeline(world: World) -> Timeline:
    return Timeline(world, world.clock.exact())


@pytest.fixture
def connection(sandbox: Sandbox) -> Connection:
    return Connection.model_validate(
        {"repository": sandbox.repository, "token": sandbox.token, "api_url": sandbox.api_url}
    )


@pytest.fixture
def make_reader(connection: Connection, timeline: Timeline) -> Iterator[Callable[..., HttpReader]]:
    """A reader with something else than usual, e.g. `token="other"` or `cache=None`."""
    made: list[HttpReader] = []

    def make(**other: Any) -> HttpReader:
        how = {key: other.pop(key) for key in ("cache", "http", "max_wait") if key in other}
        target = Connection.model_validate(connection.model_dump() | other)
        made.append(
            HttpReader(
                target, clock=timeline.clock, sleep=timeline.sleep, on_wait=timeline.on_wait, **how
            )
        )
        return made[-1]

    yield make
    for reader in made:
        reader.__exit__()


@pytest.fixture
def reader(make_reader: Callable[..., HttpReader]) -> HttpReader:
    return make_reader()


@pytest.fixture
def cache(tmp_path: Path) -> EtagCache:
    return EtagCache(tmp_path / "cache")


@pytest.fixture
def make_gateway(
    connection: Connection, timeline: Timeline
) -> Iterator[Callable[..., PyGithubGateway]]:
    """A gateway that writes without pauses, unless told otherwise, e.g. `interval=1`."""
    made: list[PyGithubGateway] = []

    def make(**other: Any) -> PyGithubGateway:
        how = {key: other.pop(key) for key in ("interval", "max_wait") if key in other}
        target = Connection.model_validate(connection.model_dump() | other)
        made.append(
            PyGithubGateway(
                target,
                pacing=Pacing(**{"interval": 0, **how}),
                clock=timeline.clock,
                sleep=timeline.sleep,
                on_wait=timeline.on_wait,
            )
        )
        return made[-1]

    yield make
    for gateway in made:
        gateway.close()


@pytest.fixture
def gateway(make_gateway: Callable[..., PyGithubGateway]) -> PyGithubGateway:
    return make_gateway()


@pytest.fixture
def seed(world: World) -> Callable[[int], None]:
    """Makes so many issues, "Issue 1" and on, as the learner does in the web interface."""

    def make(count: int) -> None:
        with world.lock:
            for number in range(1, count + 1):
                fields = {"title": f"Issue {number}"}
                issues.create(world, world.actor(), world.repository(), fields)

    return make
