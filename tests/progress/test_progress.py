"""Progress is read from issues and labels alone, adds up by hours, and never leaves 0 to 100."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from builders import curriculum
from hypothesis import given, settings
from hypothesis import strategies as st
from planning.paths import SMALL
from repository_fixture import RepositoryFixture
from repository_fixture import settings as config

from bot.curriculum.model import Curriculum
from bot.progress.path import LearningPath
from bot.progress.progress import Progress, Work, WorkState
from bot.settings import Settings
from github_sandbox.state.objects import Role

WEB = config(choices={"choose-your-way": "web"})


@pytest.fixture
def bench() -> RepositoryFixture:
    made = RepositoryFixture()
    made.apply(SMALL, WEB)
    return made


def seen(bench: RepositoryFixture, path: Curriculum = SMALL, how: Settings = WEB) -> Progress:
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    return LearningPath.read(path, how, bench.edges.snapshot(), now).progress


def work(progress: Progress, title: str) -> Work:
    return next(w for w in progress.work if w.title.startswith(title))


def test_a_new_path_is_all_open_and_nothing_done(bench: RepositoryFixture) -> None:
    progress = seen(bench)
    assert [w.state for w in progress.work] == [WorkState.OPEN] * 5
    assert (progress.all.done, progress.all.total, progress.all.percent) == (0, 16, 0)


def test_what_has_no_issue_yet_counts_as_work_ahead() -> None:
    bench = RepositoryFixture()
    progress = seen(bench)
    assert {w.state for w in progress.work} == {WorkState.AHEAD}
    assert progress.all.total == 16


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"state": "closed", "state_reason": "completed"}, WorkState.CLAIMED),
        ({"state": "closed", "state_reason": "not_planned"}, WorkState.SKIPPED),
        ({"state": "closed", "state_reason": "duplicate"}, WorkState.SKIPPED),
        ({"labels": ["status: in progress"]}, WorkState.IN_PROGRESS),
        ({"labels": ["status: blocked", "status: in progress"]}, WorkState.BLOCKED),
        ({"labels": []}, WorkState.OPEN),
    ],
)
def test_the_states_of_work(
    bench: RepositoryFixture, fields: dict[str, Any], state: WorkState
) -> None:
    bench.edit("Read", **fields)
    assert work(seen(bench), "Read").state is state


def test_a_renamed_status_label_still_says_its_state(bench: RepositoryFixture) -> None:
    bench.edit_label("status: in progress", new_name="doing")
    bench.edit("Read", labels=["doing"])
    assert work(seen(bench), "Read").state is WorkState.IN_PROGRESS


def test_reopened_is_open_again(bench: RepositoryFixture) -> None:
    bench.close("Read")
    bench.edit("Read", state="open")
    assert work(seen(bench), "Read").state is WorkState.OPEN


def test_percent_goes_by_hours_of_the_whole_path(bench: RepositoryFixture) -> None:
    bench.close("Read")
    progress = seen(bench)
    assert (progress.all.done, progress.all.total, progress.all.percent) == (5, 16, 31)
    assert progress.of_unit("first-steps").percent == 71
    assert progress.of_module("basics").percent == 41
    assert progress.of_module("more").percent == 0


def test_skipped_and_removed_work_leaves_the_sums(bench: RepositoryFixture) -> None:
    bench.close("Read", "not_planned")
    bench.delete("Install")
    progress = seen(bench)
    assert work(progress, "Install").state is WorkState.REMOVED
    assert (progress.all.done, progress.all.total) == (0, 9)


def test_boxes_are_parts_of_open_work() -> None:
    path = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- Read (8h)")
    data = path.model_dump(mode="json", exclude_defaults=True)
    task = data["phases"][0]["modules"][0]["units"][0]["tasks"][0]
    task["done_when"] = ["one", "two", "three", "four"]
    path = Curriculum.model_validate(data)
    bench = RepositoryFixture()
    bench.apply(path, config())
    body = (bench.issue("Read").body or "").replace("[ ]", "[x]", 1)
    bench.edit("Read", body=f"{body}\n- [x] a box of my own")
    progress = seen(bench, path, config())
    assert (work(progress, "Read").ticked, work(progress, "Read").parts) == (1, 4)
    assert progress.all.percent == 25
    bench.close("Read")
    assert seen(bench, path, config()).all.percent == 100


def test_optional_work_stands_apart() -> None:
    path = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- Must (2h)\n- May (8h)?")
    bench = RepositoryFixture()
    bench.apply(path, config())
    bench.close("May")
    assert seen(bench, path, config()).all.percent == 0
    bench.close("Must")
    progress = seen(bench, path, config())
    assert (progress.all.percent, progress.all.total) == (100, 2)
    assert progress.count(WorkState.CLAIMED) == 2


def test_before_a_choice_the_mean_of_its_options_is_ahead() -> None:
    bench = RepositoryFixture()
    bench.apply(SMALL)
    progress = seen(bench, how=config())
    assert progress.undecided == {"your-way": 4}
    assert progress.all.total == 16
    assert "Build a page" not in [w.title for w in progress.work]


def test_work_done_in_an_option_left_behind_still_counts(bench: RepositoryFixture) -> None:
    bench.close("Build a page")
    data = config(choices={"choose-your-way": "data"})
    bench.apply(SMALL, data)
    progress = seen(bench, how=data)
    assert work(progress, "Build a page").state is WorkState.CLAIMED
    assert progress.all.done == 4


def test_work_without_hours_shares_what_its_unit_says_or_weighs_the_mean() -> None:
    path = curriculum("Phase: P\nMonth 1: M\nWeek 1: A\n- a\n- b\nWeek 2: B\n- c (6h)\n- d")
    data = path.model_dump(mode="json", exclude_defaults=True)
    data["phases"][0]["modules"][0]["units"][0]["hours"] = "8-12"
    path = Curriculum.model_validate(data)
    weights = {w.title: w.weight for w in seen(RepositoryFixture(), path, config()).work}
    assert weights == {"a": 5, "b": 5, "c": 6, "d": 6}


def test_history_is_counted_by_the_day_in_the_learners_zone(bench: RepositoryFixture) -> None:
    bench.close("Read")
    bench.issue("Read").closed_at = datetime(2026, 1, 9, 23, 30, tzinfo=UTC)
    utc, kiribati = seen(bench), seen(bench, how=WEB.model_copy(update={"timezone": "Etc/GMT-14"}))
    assert utc.done_by(date(2026, 1, 9)) == 5
    assert kiribati.done_by(date(2026, 1, 9)) == 0
    assert kiribati.done_by(date(2026, 1, 10)) == 5


@pytest.mark.parametrize(
    ("text", "role", "state"),
    [
        ("Closes #{}", "admin", WorkState.EVIDENCED),
        ("(#{})", "write", WorkState.EVIDENCED),
        ("Closes #{}", None, WorkState.CLAIMED),
        ("Closes #{}", "read", WorkState.CLAIMED),
        ("See other/repo#{}", "admin", WorkState.CLAIMED),
        ("See pull/#{}", "admin", WorkState.CLAIMED),
        ("Fixes &#{}", "admin", WorkState.CLAIMED),
    ],
)
def test_only_a_pull_request_of_who_may_write_that_names_the_issue_is_evidence(
    bench: RepositoryFixture, text: str, role: Role | None, state: WorkState
) -> None:
    bench.close("Read")
    helper = bench.world.add_user("helper")
    if role is not None:
        bench.repository.collaborators[helper.login] = role
    pull = bench.merge_pull("A change", text.format(bench.issue("Read").number))
    pull.user = helper
    snapshot = bench.edges.snapshot()
    path = LearningPath.read(SMALL, WEB, snapshot, datetime(2026, 1, 5, 12, tzinfo=UTC))
    assert work(path.progress, "Read").state is state


TITLES = ["Read", "Install", "Write", "Build", "Deliverable"]
STEPS = st.lists(
    st.tuples(st.sampled_from(TITLES), st.sampled_from(["completed", "not_planned", "open"])),
    max_size=10,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_percent_stays_between_0_and_100_whatever_is_closed(steps: list[tuple[str, str]]) -> None:
    bench = RepositoryFixture()
    bench.apply(SMALL, WEB)
    for title, how in steps:
        if how == "open":
            bench.edit(title, state="open")
        else:
            bench.close(title, how)
        progress = seen(bench)
        for total in (progress.all, progress.of_module("basics"), progress.of_unit("first-steps")):
            assert 0 <= total.percent <= 100
            assert 0 <= total.done <= total.total


@settings(max_examples=60, deadline=None)
@given(STEPS, st.sampled_from(TITLES))
def test_finishing_one_more_thing_never_lowers_the_percent(
    steps: list[tuple[str, str]], more: str
) -> None:
    bench = RepositoryFixture()
    bench.apply(SMALL, WEB)
    for title, how in steps:
        if how != "open":
            bench.close(title, how)
    if bench.issue(more).state == "closed":
        return
    before = seen(bench).all
    bench.close(more)
    after = seen(bench).all
    assert after.percent >= before.percent
    assert after.done >= before.done
    assert seen(bench).done_by(date.max - timedelta(days=1)) == after.done
