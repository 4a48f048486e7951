"""Two labels or milestones of one key, as a run makes that does not see the first: one stays."""

import pytest
import writes
from planning.paths import SMALL
from repository_fixture import RepositoryFixture, settings

from bot.planning.labels import key_in
from bot.planning.marker import digest, find

READING = "kind: reading"
OTHER = settings(label_prefix="mp ")


@pytest.fixture
def bench() -> RepositoryFixture:
    bench = RepositoryFixture()
    bench.apply(SMALL)
    return bench


def keys(bench: RepositoryFixture) -> list[str]:
    """What is marked, with each label and milestone that is."""
    labels = [key_in(label.description or "") for label in bench.repository.labels.values()]
    marked = [find(one.description or "") for one in bench.repository.milestones.values()]
    return [key for key in labels if key] + [one.marker.key for one in marked if one]


def settle(bench: RepositoryFixture) -> None:
    """One apply, after which nothing is left to do and nothing is marked twice."""
    bench.apply(SMALL)
    assert bench.plan(SMALL).empty
    assert len(set(keys(bench))) == len(keys(bench))


def second_label(bench: RepositoryFixture, name: str = "second") -> str:
    first = bench.repository.labels[READING]
    bench.edges.write(
        writes.create_label(name, color=first.color, description=first.description or "")
    )
    return name


def test_a_label_that_nobody_wears_is_deleted(bench: RepositoryFixture) -> None:
    name = second_label(bench)
    settle(bench)
    assert name not in bench.repository.labels
    assert READING in bench.repository.labels


def test_a_label_that_was_changed_or_is_worn_becomes_the_learners_own(
    bench: RepositoryFixture,
) -> None:
    changed, worn = second_label(bench, "changed"), second_label(bench, "worn")
    bench.edit_label(changed, color="123456")
    bench.edit("Install", labels=[worn])
    settle(bench)
    for name in (changed, worn):
        assert "milepost" not in (bench.repository.labels[name].description or "")
    assert bench.repository.labels[changed].color == "123456"
    assert worn in [label.name for label in bench.issue("Install").labels]


def test_a_milestone_with_nothing_in_it_is_deleted(bench: RepositoryFixture) -> None:
    """As a run leaves it that was cut off before the curriculum gave the unit another title."""
    first = bench.repository.milestones[1]
    marked = find(first.description or "")
    assert marked is not None
    old = marked.marker.model_copy(update={"title": digest("Another title")})
    number = bench.edges.write(
        writes.create_milestone(
            "Another title", description=marked.with_marker(old), due_on=first.due or writes.DUE
        )
    ).number
    settle(bench)
    assert list(bench.repository.milestones) == [1, 2, 3]
    assert number == 4


def test_a_milestone_that_was_changed_or_is_used_becomes_the_learners_own(
    bench: RepositoryFixture,
) -> None:
    first = bench.repository.milestones[1]
    text = f"My words.\n\n{first.description}"
    number = bench.edges.write(writes.create_milestone("Mine", description=text)).number
    settle(bench)
    mine = bench.repository.milestones[number]
    assert (mine.description or "").startswith("My words.")
    assert "milepost" not in (mine.description or "")
    assert mine.title == "Mine"


def test_settings_that_ask_for_another_name_meanwhile_make_no_lasting_double(
    bench: RepositoryFixture,
) -> None:
    """Found by the state machine: a run is cut off, the prefix changes, and lists lag."""
    second_label(bench, f"mp {READING}")
    bench.apply(SMALL, OTHER)
    assert bench.plan(SMALL, OTHER).empty
    assert [name for name in bench.label_names() if READING in name] == [f"mp {READING}"]
    assert f"mp {READING}" in [label.name for label in bench.issue("Read").labels]
