"""The terminal that these tests work at, and processes that start quickly."""

from collections.abc import Iterator

import pytest
from cli.terminal import terminal
from e2e.warm import Warm

__all__ = ["terminal", "warm"]


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    started = Warm()
    yield started
    started.close()
