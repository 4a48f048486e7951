"""Undo takes back what we made and nobody touched, and says what it left."""

import pytest
import writes
from planning.paths import SMALL
from repository_fixture import RepositoryFixture

from github_sandbox.state import comments


@pytest.fixture
def bench() -> RepositoryFixture:
    made = RepositoryFixture()
    made.apply(SMALL)
    return made


def test_an_untouched_path_leaves_only_closed_issues(bench: RepositoryFixture) -> None:
    plan = bench.undo()
    assert plan.notes == ()
    assert bench.titles() == []
    assert bench.milestone_titles() == []
    assert bench.label_names() == []
    assert {i.state_reason for i in bench.repository.issues.values()} == {"not_planned"}


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda b: b.edit("Read", title="Mine"), "its title was changed"),
        (lambda b: b.edit("Read", body=f"{b.issue('Read').body}\nmine"), "its text was changed"),
        (lambda b: b.edit("Read", labels=["mine"]), "its labels were changed"),
        (lambda b: b.edit("Read", milestone=None), "it was moved"),
        (lambda b: b.edit("Read", assignees=["learner"]), "somebody is assigned"),
        (lambda b: b.close("Read"), "it was closed"),
        (
            lambda b: comments.create(
                b.world, b.learner, b.repository, b.issue("Read"), {"body": "Hello"}
            ),
            "it has comments",
        ),
    ],
)
def test_what_somebody_touched_is_left_and_told(act, reason: str) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    bench = RepositoryFixture()
    bench.apply(SMALL)
    number = bench.issue("Read").number
    act(bench)
    before = bench.repository.issues[number]
    stored = (before.title, before.body, before.state, list(before.labels))
    plan = bench.undo()
    assert any(f"#{number} " in note.text and reason in note.text for note in plan.notes)
    after = bench.repository.issues[number]
    assert (after.title, after.body, after.state, list(after.labels)) == stored


def test_ticked_boxes_are_work_and_stay(bench: RepositoryFixture) -> None:
    bench.apply(SMALL, today="2026-03-01")
    body = (bench.issue("Checkpoint").body or "").replace("[ ]", "[x]")
    bench.edit("Checkpoint", body=body)
    bench.undo()
    assert bench.issue("Checkpoint").state == "open"


def test_milestones_and_labels_in_use_stay(bench: RepositoryFixture) -> None:
    bench.close("Read")
    plan = bench.undo()
    assert bench.milestone_titles() == ["Month 1, Week 1-2: First steps"]
    assert "kind: reading" in bench.label_names()
    assert "kind: setup" not in bench.label_names()
    assert any("other issues are in it" in note.text for note in plan.notes)


def test_a_milestone_with_an_issue_of_the_learners_stays(bench: RepositoryFixture) -> None:
    bench.edges.write(writes.create_issue("My own", body="", labels=(), milestone=1))
    bench.undo()
    assert bench.milestone_titles() == ["Month 1, Week 1-2: First steps"]
    assert bench.titles() == ["My own"]


def test_after_undo_the_path_comes_back_whole(bench: RepositoryFixture) -> None:
    before = bench.titles()
    bench.undo()
    bench.apply(SMALL)
    assert bench.titles() == before
    assert bench.issue("Read").milestone is bench.milestone("Month 1, Week 1-2")
    assert "kind: reading" in [label.name for label in bench.issue("Read").labels]


def test_what_the_learner_deleted_before_an_undo_stays_deleted_after_it(
    bench: RepositoryFixture,
) -> None:
    bench.delete("Install")
    bench.undo()
    bench.apply(SMALL)
    assert "Install the tools" not in bench.titles()


def test_nothing_of_ours_is_an_empty_undo() -> None:
    bench = RepositoryFixture()
    bench.edges.write(writes.create_issue("Mine", body=""))
    assert bench.undo().empty
    assert bench.titles() == ["Mine"]


def test_a_milestone_that_the_learner_closed_stays(bench: RepositoryFixture) -> None:
    bench.edit_milestone("Month 2", state="closed")
    plan = bench.undo()
    assert bench.milestone_titles("closed") == ["Month 2, Week 1-4: Your way"]
    assert [note.text for note in plan.notes] == [
        "Milestone 'Month 2, Week 1-4: Your way' stays: it was closed."
    ]


def test_an_issue_of_no_unit_that_was_put_into_a_milestone_stays(bench: RepositoryFixture) -> None:
    bench.edges.write(writes.create_milestone("Mine", description=""))
    bench.edit("Your path", milestone=bench.milestone("Mine").number)
    plan = bench.undo()
    assert bench.issue("Your path").state == "open"
    assert any("it was moved" in note.text for note in plan.notes)
