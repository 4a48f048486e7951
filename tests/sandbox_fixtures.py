"""The `sandbox` fixture: a stand-in for GitHub over real HTTP, as new for every test.

One server thread serves the whole session; its world is reset before each test.
"""

from collections.abc import Iterator

import pytest

from bot.sandbox.server import Sandbox, running


@pytest.fixture(scope="session")
def _sandbox_server() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_sandbox_server: Sandbox) -> Sandbox:
    """A running sandbox with a fresh world: one learner, one repository, one token."""
    _sandbox_server.world.reset()
    return _sandbox_server
