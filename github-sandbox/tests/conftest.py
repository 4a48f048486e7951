"""Clients of the sandbox: the REST API as the learner or as others, and a browser's requests."""

from collections.abc import Callable, Iterator

import httpx2
import pytest

from github_sandbox import InstalledApp, Sandbox
from github_sandbox.state import apps
from github_sandbox.state.events import Event
from github_sandbox.state.objects import App, Repository
from tests.client import Api
from tests.flows import HOST

# Certificates are not needed on loopback, and reading them takes 40 ms for every client.
NO_TLS = False
AsUser = Callable[[str | None], Api]


@pytest.fixture
def sandbox(github_sandbox: Sandbox) -> Sandbox:
    return github_sandbox


@pytest.fixture
def sandbox_app(github_sandbox_app: InstalledApp) -> InstalledApp:
    return github_sandbox_app


@pytest.fixture
def with_token(sandbox: Sandbox) -> Iterator[AsUser]:
    """Makes clients that send a given token, or none."""
    clients: list[httpx2.Client] = []

    def make(token: str | None) -> Api:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        clients.append(httpx2.Client(base_url=sandbox.api_url, headers=headers, verify=NO_TLS))
        return Api(clients[-1], f"{sandbox.api_url}/repos/{sandbox.repository}")

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def api(sandbox: Sandbox, with_token: AsUser) -> Api:
    return with_token(sandbox.token)


@pytest.fixture
def web(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    """A browser's requests."""
    with httpx2.Client(base_url=sandbox.url, verify=NO_TLS) as client:
        yield client


@pytest.fixture
def mentor(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    """Another browser, in which somebody else looks."""
    sandbox.world.add_user("mentor")
    with httpx2.Client(base_url=sandbox.url, verify=False) as client:
        client.post("/login", data={"login": "mentor"})
        yield client


@pytest.fixture
def paths(sandbox: Sandbox) -> App:
    """An App to sign in to and to install, of the learner's."""
    return apps.create(
        sandbox.world,
        "Paths",
        owner="learner",
        permissions={"issues": "write", "metadata": "read"},
        events=["issues"],
        setup_url=f"{HOST}/setup",
        callback_urls=[f"{HOST}/signed-in", f"{HOST}/other"],
    )


@pytest.fixture
def secret(sandbox: Sandbox) -> Repository:
    """A private repository of the learner's, which the mentor may read."""
    return sandbox.world.add_repository(
        "learner/secret", private=True, collaborators={"mentor": "read"}
    )


@pytest.fixture
def reported(sandbox: Sandbox) -> Iterator[list[str]]:
    """What happens, as webhooks would tell it."""
    received: list[str] = []
    listeners = sandbox.world.listeners

    def receive(event: Event) -> None:
        received.append(f"{event.name} {event.action}")

    listeners.append(receive)
    yield received
    listeners.remove(receive)
