"""A share of `make attack`: what is always refused, tried on a server of its own."""

from collections.abc import Iterator

import pytest
from attack.held import HELD
from attack.table import fresh
from attack.target import Target


@pytest.fixture(scope="module")
def served() -> Iterator[Target]:
    """A server with a neighbour on it, in a process of its own, with SQLite."""
    with fresh(None) as made:
        made.start()
        made.settle()
        yield made


@pytest.mark.parametrize("attack", HELD)
def test_what_was_always_refused_is_refused(served: Target, attack: str) -> None:
    result = HELD[attack](served)
    assert result.held, result.through
