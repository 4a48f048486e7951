"""The terminal that these tests work at, and processes that start quickly."""

from collections.abc import Iterator

import pytest
from cli.terminal import terminal
from e2e.fork_server import ForkServer

__all__ = ["terminal", "warm_runs"]


@pytest.fixture(scope="session")
def warm_runs() -> Iterator[ForkServer]:
    started = ForkServer()
    yield started
    started.close()
