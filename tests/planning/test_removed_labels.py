"""A label that the learner took off an issue stays off, whatever becomes of the label itself."""

from planning.paths import SMALL
from repository_fixture import RepositoryFixture

from bot.curriculum.model import Curriculum

READING = "kind: reading"


def longer() -> Curriculum:
    """The path with more hours for the first task, so that its issue is written anew."""
    data = SMALL.model_dump(mode="json", by_alias=True)
    task = data["phases"][0]["modules"][0]["units"][0]["tasks"][0]
    task["hours"] = {"low": 9.0, "high": 9.0}
    return Curriculum.model_validate(data)


def test_it_stays_off_when_the_label_was_away_and_comes_back() -> None:
    """Found by the state machine: who deletes the summary issue has the label made again."""
    bench = RepositoryFixture()
    bench.apply(SMALL)
    worn = [label.name for label in bench.issue("Read").labels]
    bench.edit("Read", labels=[name for name in worn if name != READING])
    bench.delete_label(READING)
    changed = bench.apply(longer())
    assert changed.count("update-issue")

    bench.delete("Your path")
    bench.apply(longer())

    assert READING in bench.label_names()
    assert READING not in [label.name for label in bench.issue("Read").labels]
    assert bench.plan(longer()).empty
