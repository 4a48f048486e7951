"""Clients of the sandbox: the REST API as the learner or as others, and a browser's requests."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from sandbox.client import Api

from bot.sandbox.server import Sandbox

# Certificates are not needed on loopback, and reading them takes 40 ms for every client.
NO_TLS = False
AsUser = Callable[[str | None], Api]


@pytest.fixture
def with_token(sandbox: Sandbox) -> Iterator[AsUser]:
    """Makes clients that send a given token, or none."""
    clients: list[httpx.Client] = []

    def make(token: str | None) -> Api:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        clients.append(httpx.Client(base_url=sandbox.api_url, headers=headers, verify=NO_TLS))
        return Api(clients[-1], f"{sandbox.api_url}/repos/{sandbox.repository}")

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def api(sandbox: Sandbox, with_token: AsUser) -> Api:
    return with_token(sandbox.token)


@pytest.fixture
def web(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A browser's requests."""
    with httpx.Client(base_url=sandbox.url, verify=NO_TLS) as client:
        yield client
