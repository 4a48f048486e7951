"""A reader and a gateway on the sandbox, on a clock that only moves when somebody sleeps.

Every request that these tests send is held against GitHub's own description of its API.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import respx
from contracts.checker import contract
from timeline import Timeline

from bot.github.api_client import ApiClient, local_client
from bot.github.connection import Connection
from bot.github.etag_cache import EtagCache
from bot.github.gateway import PyGithubGateway
from bot.github.http_session import Httpx2Session, httpx2_session
from bot.github.rate_limit_state import WriteRates
from bot.github.reader import HttpReader
from bot.github.retry import WaitPolicy
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
def policy(timeline: Timeline) -> WaitPolicy:
    return WaitPolicy(timeline.clock, timeline.sleep, timeline.on_wait)


@pytest.fixture
def httpx2_mock(httpx2_mock: respx.Router, monkeypatch: pytest.MonkeyPatch) -> respx.Router:
    """Answers in GitHub's place: a client without a session of its own sends by httpx2."""
    monkeypatch.setattr("bot.github.api_client.Urllib3Session", httpx2_session)
    return httpx2_mock


@pytest.fixture
def make_reader(connection: Connection, policy: WaitPolicy) -> Iterator[Callable[..., HttpReader]]:
    """A reader with something else than usual, e.g. `token="other"` or `cache=None`."""
    made: list[HttpReader] = []

    def make(
        cache: EtagCache | None = None,
        http: httpx2.Client | None = None,
        max_wait: float = 900.0,
        **other: Any,
    ) -> HttpReader:
        target = Connection.model_validate(connection.model_dump() | other)
        patience = policy._replace(max_wait=max_wait)
        connect = (lambda _: Httpx2Session(http)) if http else None
        client = ApiClient(target.api_url, connect=connect, policy=patience)
        made.append(HttpReader(target, cache=cache, client=client))
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
    connection: Connection, policy: WaitPolicy
) -> Iterator[Callable[..., PyGithubGateway]]:
    """A gateway that writes without pauses, unless told otherwise, e.g. `interval=1`."""
    made: list[PyGithubGateway] = []

    def make(interval: float = 0, max_wait: float = 900.0, **other: Any) -> PyGithubGateway:
        target = Connection.model_validate(connection.model_dump() | other)
        patience, rates = policy._replace(max_wait=max_wait), WriteRates(interval)
        client = local_client(target.api_url, rates=rates, policy=patience)
        made.append(PyGithubGateway(target, client))
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
