"""Apply under bad luck: cut off, answers lost, lists that lag. Nothing doubled or missing."""

from contextlib import suppress
from typing import Any

import pytest
import writes
from hypothesis import given, settings
from hypothesis import strategies as st
from planning.paths import SMALL
from repository_fixture import RepositoryFixture
from repository_fixture import settings as config
from share import examples

from bot.errors import (
    GitHubError,
    MilepostError,
    RefusedError,
    SubIssuesUnsupportedError,
    UnavailableError,
    UncertainWriteError,
)
from bot.planning.changes import AddSubIssue, PinIssue, Write
from bot.planning.marker import find
from bot.planning.plan import Plan
from bot.planning.ports import WriteResult
from bot.planning.snapshot import IssueState
from bot.sync.apply import WriteContext, apply
from github_sandbox.state import issues


class PowerCutError(Exception):
    """Stands for kill -9: nobody catches it."""


def writes_of_a_whole_apply() -> int:
    bench = RepositoryFixture()
    bench.apply(SMALL)
    return len(bench.edges.writes)


WRITES = writes_of_a_whole_apply()


def everything(bench: RepositoryFixture) -> tuple[list[str], list[str], list[str], list[str]]:
    """Titles, milestones, labels and relations: what a person would call the same."""
    relations = [
        f"{issue.parent.title} > {issue.title}"
        for issue in bench.repository.issues.values()
        if issue.parent
    ]
    return (
        sorted(bench.titles()),
        sorted(bench.milestone_titles()),
        bench.label_names(),
        sorted(relations),
    )


def keys(bench: RepositoryFixture) -> list[str]:
    found = [find(issue.body or "") for issue in bench.repository.issues.values()]
    return [marked.marker.key for marked in found if marked]


@pytest.fixture
def whole() -> RepositoryFixture:
    bench = RepositoryFixture()
    bench.apply(SMALL)
    return bench


def strike(bench: RepositoryFixture, number: int, error: Exception, *, after: bool) -> None:
    """Let the write with this number (from 1) fail, before or after it happened."""
    count = 0

    def hook() -> None:
        nonlocal count
        count += 1
        if count == number:
            raise error

    if after:
        bench.edges.after_write = hook
    else:
        bench.edges.before_write = hook


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("cut", range(1, WRITES + 1))
def test_cut_off_anywhere_the_next_apply_goes_on(
    cut: int, after: bool, whole: RepositoryFixture
) -> None:
    bench = RepositoryFixture()
    strike(bench, cut, PowerCutError(), after=after)
    with pytest.raises(PowerCutError):
        bench.apply(SMALL)
    bench.apply(SMALL)
    assert everything(bench) == everything(whole)
    assert bench.plan(SMALL).empty


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("lost", range(1, WRITES + 1, 3))
def test_a_lost_answer_is_looked_up_and_never_written_again(
    lost: int, after: bool, whole: RepositoryFixture
) -> None:
    bench = RepositoryFixture()
    strike(bench, lost, UncertainWriteError("lost"), after=after)
    bench.apply(SMALL)
    assert everything(bench) == everything(whole)
    assert len(keys(bench)) == len(set(keys(bench)))
    assert bench.waits == [2.0]
    assert bench.plan(SMALL).empty


def test_answers_lost_for_ever_end_in_an_error_not_in_copies() -> None:
    bench = RepositoryFixture()
    bench.edges.after_write = _lose
    with pytest.raises(UncertainWriteError):
        bench.apply(SMALL)
    assert bench.waits == [2.0, 4.0, 8.0, 16.0, 32.0]
    bench.edges.after_write = lambda: None
    bench.apply(SMALL)
    assert len(keys(bench)) == len(set(keys(bench)))
    assert bench.plan(SMALL).empty


def _lose() -> None:
    raise UncertainWriteError("lost")


def test_lists_that_do_not_show_the_newest_issues_make_no_copies(whole: RepositoryFixture) -> None:
    bench = RepositoryFixture()
    strike(bench, WRITES - 4, PowerCutError(), after=True)
    with pytest.raises(PowerCutError):
        bench.apply(SMALL)
    newest = max(bench.repository.issues)
    bench.edges.hidden = {newest, newest - 1}
    bench.apply(SMALL)
    assert everything(bench) == everything(whole)
    assert len(keys(bench)) == len(set(keys(bench)))


def test_a_pull_request_with_the_newest_number_hides_nothing() -> None:
    bench = RepositoryFixture()
    strike(bench, WRITES - 4, PowerCutError(), after=True)
    with pytest.raises(PowerCutError):
        bench.apply(SMALL)
    bench.edges.write(writes.create_issue("A pull request", body=""))
    bench.issue("A pull request").is_pull_request = True
    bench.apply(SMALL)
    assert len(keys(bench)) == len(set(keys(bench)))


def test_an_issue_that_was_deleted_meanwhile_hides_nothing() -> None:
    bench = RepositoryFixture()

    def pass_by() -> None:
        """Somebody files an issue and deletes it, right before ours is made."""
        requested = {"title": "By mistake", "body": ""}
        made = issues.create(bench.world, bench.learner, bench.repository, requested)
        issues.delete(bench.world, bench.learner, bench.repository, made)

    strike(bench, WRITES - 4, PowerCutError(), after=True)
    bench.edges.before_write = pass_by
    with pytest.raises(PowerCutError):
        bench.apply(SMALL)
    bench.edges.before_write = lambda: None
    bench.edges.hidden = {max(bench.repository.issues)}
    bench.apply(SMALL)
    assert len(keys(bench)) == len(set(keys(bench)))


def test_a_server_without_sub_issues_gets_everything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = RepositoryFixture()
    requested: list[int] = []

    write = bench.edges.write

    def without(change: Write, **more: Any) -> WriteResult:
        if isinstance(change, AddSubIssue):
            requested.append(change.child_id)
            raise SubIssuesUnsupportedError("there are no sub-issues here")
        return write(change, **more)

    monkeypatch.setattr(bench.edges, "write", without)
    bench.apply(SMALL)
    assert len(requested) == 1
    assert bench.plan(SMALL).empty


def test_a_clear_no_stops_at_once_and_says_so() -> None:
    bench = RepositoryFixture()
    strike(bench, 5, GitHubError("no"), after=False)
    with pytest.raises(GitHubError, match="no"):
        bench.apply(SMALL)
    assert len(bench.edges.writes) == 4
    assert bench.waits == []


@pytest.mark.parametrize(
    ("removals", "existing", "fine"),
    [(0, 0, True), (2, 8, True), (3, 8, False), (1, 3, False), (1, 0, False)],
)
def test_removing_more_than_a_quarter_wants_a_word(
    removals: int, existing: int, fine: bool
) -> None:
    plan = Plan(repository="a/b", removals=removals, existing=existing)
    if fine:
        plan.check_safe()
    else:
        with pytest.raises(
            RefusedError, match=f"close {removals} of {existing} .*--allow-removals"
        ):
            plan.check_safe()


def test_what_somebody_deletes_meanwhile_is_left_and_the_rest_goes_on() -> None:
    bench = RepositoryFixture()
    bench.apply(SMALL)
    bench.edges.before_write = lambda: _delete_once(bench)
    bench.apply(SMALL, config("2026-02-02", choices={"choose-your-way": "web"}))
    bench.edges.before_write = lambda: None
    later = config("2026-02-02", choices={"choose-your-way": "web"})
    assert bench.plan(SMALL, later).empty
    assert "Choose your way" not in bench.titles()


def test_an_issue_that_is_moved_while_a_plan_is_written_stays_where_it_is() -> None:
    bench = RepositoryFixture()
    bench.apply(SMALL)
    snapshot, read = bench.edges.snapshot(), bench.issue("Read")
    first, second = list(bench.repository.milestones)[:2]
    moved = second if read.milestone and read.milestone.number == first else first
    change = writes.update_issue(read.number, read.body or "", milestone=3)
    bench.edges.before_write = lambda: bench.edit("Read", milestone=moved)
    written = apply(
        Plan(repository="a/b", changes=(change,)),
        snapshot,
        replan=lambda _: Plan(repository="a/b"),
        reader=bench.edges,
        context=WriteContext(lambda: bench.edges, bench.waits.append),
        refused=[],
    )
    assert written == 0
    assert read.milestone is not None
    assert read.milestone.number == moved


def test_issues_that_a_run_made_are_found_again_though_no_list_shows_them(
    monkeypatch: pytest.MonkeyPatch, whole: RepositoryFixture
) -> None:
    bench = RepositoryFixture()

    def lagging(number: int, *, known: int = 0) -> tuple[IssueState, ...]:
        found = (bench.edges.issue(n) for n in range(number + 1, known + 1))
        return tuple(issue for issue in found if issue)

    def hide_after_a_lost_write() -> None:
        lost = len(bench.edges.writes) == WRITES - 4 and not bench.waits
        bench.edges.hidden = set(bench.repository.issues) if lost else set()
        if lost:
            raise UncertainWriteError("lost")

    monkeypatch.setattr(bench.edges, "newer", lagging)
    bench.edges.before_write = hide_after_a_lost_write
    bench.apply(SMALL)
    assert bench.waits == [2.0]
    assert len(bench.repository.issues) == len(whole.repository.issues)


@pytest.mark.parametrize("error", [GitHubError("no"), UnavailableError("down")], ids=repr)
def test_a_refused_pin_changes_nothing_and_an_outage_stops_the_run(
    monkeypatch: pytest.MonkeyPatch, error: MilepostError
) -> None:
    bench = RepositoryFixture()
    write = bench.edges.write

    def pinning_fails(change: Write, **more: Any) -> WriteResult:
        if isinstance(change, PinIssue):
            raise error
        return write(change, **more)

    monkeypatch.setattr(bench.edges, "write", pinning_fails)
    if isinstance(error, GitHubError):
        bench.apply(SMALL)
        return
    with pytest.raises(UnavailableError, match="down"):
        bench.apply(SMALL)


def _delete_once(bench: RepositoryFixture) -> None:
    if "Choose your way" in bench.titles():
        bench.delete("Choose your way")


@settings(max_examples=examples(60), deadline=None)
@given(
    st.dictionaries(st.integers(1, WRITES + 20), st.sampled_from(["before", "after"]), max_size=12),
    st.sets(st.integers(1, WRITES + 20), max_size=2),
)
def test_any_mix_of_lost_answers_and_power_cuts_ends_in_the_same_repository(
    lost: dict[int, str], cuts: set[int]
) -> None:
    undisturbed, bench = RepositoryFixture(), RepositoryFixture()
    undisturbed.apply(SMALL)
    count = 0

    def before() -> None:
        nonlocal count
        count += 1
        if lost.get(count) == "before":
            raise UncertainWriteError("lost")

    def after() -> None:
        if count in cuts:
            raise PowerCutError
        if lost.get(count) == "after":
            raise UncertainWriteError("lost")

    bench.edges.before_write, bench.edges.after_write = before, after
    for _ in range(len(cuts) + len(lost) + 1):
        with suppress(PowerCutError, UncertainWriteError):
            bench.apply(SMALL)
    assert bench.plan(SMALL).empty
    assert everything(bench) == everything(undisturbed)
    assert len(keys(bench)) == len(set(keys(bench)))
