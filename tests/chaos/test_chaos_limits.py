"""Limits as GitHub publishes them, and stricter ones seen in the wild, on a clock that is not ours.

A whole path is seeded; the sandbox counts every request and refuses what is too much.
"""

import pytest
from chaos.limits import VAST, Seeding, least_seconds

from bot.curriculum.load import from_catalog

SHORT = "learn-python-12-weeks"


def test_a_whole_path_is_seeded_without_one_refusal_and_as_fast_as_allowed() -> None:
    seeding = Seeding(VAST)
    seeding.run()
    assert seeding.refusals == []
    assert sum(seeding.writes) > 500, "too few to meet the limit of an hour"
    assert seeding.seconds <= 1.05 * least_seconds(seeding.writes)
    assert seeding.run() == 0


def test_twenty_a_minute_and_a_hundred_and_fifty_an_hour_are_learned_and_survived() -> None:
    seeding = Seeding(VAST, per_minute=20, per_hour=150)
    seeding.run()
    assert 0 < len(seeding.refusals) <= 12
    assert len(set(seeding.keys)) == len(seeding.keys)
    assert seeding.run() == 0


@pytest.mark.parametrize("seconds", [1, 7, 61, 300])
def test_retry_after_is_obeyed_to_the_second(seconds: int) -> None:
    seeding = Seeding(from_catalog(SHORT))
    world = seeding.scenario.world
    world.faults.add("secondary-403", method="WRITE", nth=5, retry_after=seconds)
    seeding.run()
    refused = next(e for e in seeding.entries() if e.fault)
    again = next(e for e in seeding.entries() if e.number > refused.number)
    # From a refusal on at least two seconds lie between two writes.
    assert seconds <= (again.at - refused.at).total_seconds() < max(seconds, 2) + 1
