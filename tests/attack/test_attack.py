"""A share of `make attack`: some seconds of it, on a server of its own with SQLite."""

from collections.abc import Iterator

import pytest
from attack.held import HELD
from attack.table import Row, fresh, over_sockets
from attack.target import Noticed, Target

SECONDS = 2.0
BUSY = 5.0  # seconds more that a machine may take on which other tests run


@pytest.fixture(scope="module")
def served() -> Iterator[Target]:
    """A server with a neighbour on it, in a process of its own."""
    with fresh() as made:
        made.start()
        made.settle()
        yield made


@pytest.fixture(scope="module")
def quiet(served: Target) -> Noticed:
    """What the neighbour notices while nobody attacks."""
    return served.observe(SECONDS)


@pytest.mark.parametrize("attack", ["half_forms", "half_bodies"])
def test_a_neighbour_hardly_notices(served: Target, quiet: Noticed, attack: str) -> None:
    answer, under = over_sockets(served, attack, SECONDS)
    row = Row("sqlite", attack, answer, quiet, under)
    assert not row.slower(BUSY), row.text()


@pytest.mark.parametrize("attack", HELD)
def test_what_was_always_refused_is_refused(served: Target, attack: str) -> None:
    result = HELD[attack](served)
    assert result.held, result.through
