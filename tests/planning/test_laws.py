"""Laws for any history of a learner: apply twice = apply once, edits win, undo ends."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from planning.paths import LONG, SMALL
from repository_fixture import RepositoryFixture
from repository_fixture import settings as config
from share import examples

from bot.planning.marker import find

TITLES = ["Your path", "Deliverable", "Read", "Install", "Write a loop", "Choose", "Checkpoint"]
MONTHS = ["Month 1", "Month 2"]
LABELS = ["kind: reading", "skill: python"]
DAYS = ["2025-12-01", "2026-01-05", "2026-01-20", "2026-02-10", "2026-05-01"]

Act = Callable[[RepositoryFixture, str, Any], None]


def body_of(bench: RepositoryFixture, which: str) -> str:
    return bench.issue(which).body or ""


ON_ISSUES: dict[str, tuple[Act, st.SearchStrategy[Any]]] = {
    "title": (lambda b, which, how: b.edit(which, title=how), st.sampled_from(["Mine", "Other"])),
    "rewrite": (
        lambda b, which, how: b.edit(which, body=how + body_of(b, which).replace("**", "__")),
        st.sampled_from(["", "mine", "a\r\nb"]),
    ),
    "write around": (
        lambda b, which, how: b.edit(which, body=f"{how}\n{body_of(b, which)}\n{how}"),
        st.sampled_from(["note", "- [x] x"]),
    ),
    "wipe": (lambda b, which, how: b.edit(which, body=how), st.sampled_from(["", "mine"])),
    "labels": (lambda b, which, how: b.edit(which, labels=how), st.sampled_from([[], ["own"]])),
    "move": (
        lambda b, which, how: b.edit(
            which, milestone=how if how in b.repository.milestones else None
        ),
        st.sampled_from([None, 1, 2]),
    ),
    "close": (
        lambda b, which, how: b.close(which, how),
        st.sampled_from(["completed", "not_planned"]),
    ),
    "reopen": (lambda b, which, _: b.edit(which, state="open"), st.none()),
    "tick": (
        lambda b, which, _: b.edit(which, body=body_of(b, which).replace("[ ]", "[x]")),
        st.none(),
    ),
    "delete": (lambda b, which, _: b.delete(which), st.none()),
}
ON_MILESTONES: dict[str, tuple[Act, st.SearchStrategy[Any]]] = {
    "due": (
        lambda b, which, how: b.edit_milestone(which, due_on=how),
        st.just("2027-01-01T00:00:00Z"),
    ),
    "close milestone": (lambda b, which, _: b.edit_milestone(which, state="closed"), st.none()),
    "delete milestone": (lambda b, which, _: b.delete_milestone(which), st.none()),
}
ON_LABELS: dict[str, tuple[Act, st.SearchStrategy[Any]]] = {
    "rename label": (lambda b, which, _: b.edit_label(which, new_name=f"my {which}"), st.none()),
    "recolor": (lambda b, which, how: b.edit_label(which, color=how), st.just("ffffff")),
    "delete label": (lambda b, which, _: b.delete_label(which), st.none()),
}
ACTS = {**ON_ISSUES, **ON_MILESTONES, **ON_LABELS}


def drawn(acts: dict[str, tuple[Act, st.SearchStrategy[Any]]], names: list[str]) -> Any:
    return st.one_of(
        [st.tuples(st.just(what), st.sampled_from(names), how) for what, (_, how) in acts.items()]
    )


HISTORY = st.lists(
    drawn(ON_ISSUES, TITLES)
    | drawn(ON_MILESTONES, MONTHS)
    | drawn(ON_LABELS, LABELS)
    | st.tuples(st.just("apply"), st.sampled_from(DAYS), st.sampled_from([None, "web", "data"])),
    max_size=12,
)


def act(bench: RepositoryFixture, what: str, which: str, how: Any) -> None:
    """One thing a learner does; nothing when what they would do it to is gone."""
    if what == "apply":
        bench.apply(SMALL, config(choices={"choose-your-way": how} if how else {}), which)
        return
    repository = bench.repository
    names = [
        *(issue.title for issue in repository.issues.values()),
        *(milestone.title for milestone in repository.milestones.values()),
        *(label.name for label in repository.labels.values()),
    ]
    if any(name.startswith(which) for name in names):
        ACTS[what][0](bench, which, how)


def lived(history: list[tuple[str, str, Any]]) -> RepositoryFixture:
    bench = RepositoryFixture()
    bench.apply(SMALL)
    for what, which, how in history:
        act(bench, what, which, how)
    return bench


def keys(bench: RepositoryFixture) -> list[str]:
    found = [find(issue.body or "") for issue in bench.repository.issues.values()]
    return [marked.marker.key for marked in found if marked]


@settings(max_examples=examples(150), deadline=None)
@given(HISTORY)
def test_after_any_history_one_apply_leaves_nothing_to_do(
    history: list[tuple[str, str, Any]],
) -> None:
    bench = lived(history)
    bench.apply(SMALL, today="2026-02-10")
    again = bench.plan(SMALL, today="2026-02-10")
    assert again.changes == ()
    assert len(keys(bench)) == len(set(keys(bench)))


@settings(max_examples=examples(100), deadline=None)
@given(HISTORY, st.sampled_from(TITLES))
def test_what_a_learner_wrote_is_there_after_any_apply(
    history: list[tuple[str, str, Any]], which: str
) -> None:
    bench = lived(history)
    mine = [i for i in bench.repository.issues.values() if i.title.startswith(which)]
    if not mine:
        return
    issue = mine[0]
    bench.edit(which, title="My own words", body=f"precious\r\n{issue.body}\r\nalso precious")
    state, labels = (issue.state, issue.state_reason), ["my label"]
    is_choice = "choice:" in (issue.body or "")  # whose issue opens when it is taken back
    bench.edit("My own words", labels=labels)
    bench.apply(SMALL, today="2026-02-10")
    assert issue.title == "My own words"
    assert (issue.body or "").startswith("precious")
    assert "also precious" in (issue.body or "")
    assert "my label" in [label.name for label in issue.labels]
    if state == ("closed", "completed") and not is_choice:
        assert (issue.state, issue.state_reason) == state


@settings(max_examples=examples(100), deadline=None)
@given(HISTORY)
def test_undo_ends_and_undoing_twice_is_undoing_once(history: list[tuple[str, str, Any]]) -> None:
    bench = lived(history)
    done = {i.number for i in bench.repository.issues.values() if i.state_reason == "completed"}
    bench.undo()
    assert bench.undo().changes == ()
    for number in done:
        assert bench.repository.issues[number].state_reason == "completed"


@settings(max_examples=examples(60), deadline=None)
@given(HISTORY)
def test_after_an_undo_the_path_can_be_laid_again(history: list[tuple[str, str, Any]]) -> None:
    bench = lived(history)
    bench.undo()
    bench.apply(SMALL)
    assert bench.plan(SMALL).changes == ()
    assert len(keys(bench)) == len(set(keys(bench)))


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from([0, 4, "all"])), max_size=5))
def test_whatever_the_window_did_nothing_open_was_closed(runs: list[tuple[str, Any]]) -> None:
    bench = RepositoryFixture()
    for today, ahead in runs:
        bench.apply(LONG, config(ahead=ahead), today)
        assert bench.plan(LONG, config(ahead=ahead), today).empty
    assert bench.titles("closed") == []


def test_the_same_values_give_the_same_bytes() -> None:
    first, second = RepositoryFixture(), RepositoryFixture()
    assert first.apply(SMALL) == second.apply(SMALL)
    bodies = [
        [issue.body for issue in bench.repository.issues.values()] for bench in (first, second)
    ]
    assert bodies[0] == bodies[1]
