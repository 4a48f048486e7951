"""Two issues of one key, as two runs at once make them: one stays, and no work is lost."""

from datetime import timedelta

import pytest
import writes
from planning.paths import SMALL
from repository_fixture import RepositoryFixture, settings

from bot.planning.changes import CloseIssue
from bot.planning.marker import find
from github_sandbox.state import issues
from github_sandbox.state.objects import Issue

READ = "task:read-the-tutorial"


@pytest.fixture
def bench() -> RepositoryFixture:
    bench = RepositoryFixture()
    bench.apply(SMALL)
    return bench


def duplicate_of(bench: RepositoryFixture, title: str) -> Issue:
    """What another run made of the same plan."""
    first = bench.issue(title)
    bench.edges.write(
        writes.create_issue(
            first.title,
            body=first.body or "",
            labels=tuple(label.name for label in first.labels),
            milestone=first.milestone.number if first.milestone else None,
        )
    )
    return list(bench.repository.issues.values())[-1]


def marked(bench: RepositoryFixture, key: str = READ) -> list[int]:
    found = ((i.number, find(i.body or "")) for i in bench.repository.issues.values())
    return [number for number, one in found if one and one.marker.key == key]


def settle(bench: RepositoryFixture) -> None:
    """One apply, after which nothing is left to do."""
    bench.apply(SMALL)
    assert bench.plan(SMALL).empty


def test_an_untouched_twin_is_closed_and_says_why(bench: RepositoryFixture) -> None:
    first, duplicate = bench.issue("Read"), duplicate_of(bench, "Read")
    settle(bench)
    assert marked(bench) == [first.number]
    assert (duplicate.state, duplicate.state_reason) == ("closed", "not_planned")
    assert f"#{first.number}" in (duplicate.body or "")
    assert (duplicate.labels, duplicate.milestone) == ([], None)


def test_the_finished_one_counts_whichever_is_older(bench: RepositoryFixture) -> None:
    first, duplicate = bench.issue("Read"), duplicate_of(bench, "Read")
    bench.edges.write(CloseIssue(number=duplicate.number, title="", why=""))
    settle(bench)
    assert marked(bench) == [duplicate.number]
    assert first.state_reason == "not_planned"


def test_one_that_was_worked_on_becomes_the_learners_own(bench: RepositoryFixture) -> None:
    first, duplicate = bench.issue("Read"), duplicate_of(bench, "Read")
    for issue in (first, duplicate):
        bench.edges.write(writes.update_issue(issue.number, body=f"My thoughts.\n\n{issue.body}"))
    settle(bench)
    assert marked(bench) == [first.number]
    assert duplicate.state == "open"
    assert (duplicate.body or "").startswith("My thoughts.")
    assert "milepost" not in (duplicate.body or "")


def test_what_was_said_on_a_twin_is_remembered_once_where_it_counts(
    bench: RepositoryFixture,
) -> None:
    first, duplicate = bench.issue("Read"), duplicate_of(bench, "Read")
    entry = '{"id":7,"at":"2026-01-05T09:00:00Z","by":"learner","do":"log","hours":2}'
    memory = f'<!-- milepost:memory {{"v":1,"entries":[{entry}]}} -->'
    bench.edges.write(writes.update_issue(first.number, body=f"A note.\n\n{first.body}"))
    bench.edges.write(
        writes.update_issue(duplicate.number, body=f"Another.\n\n{duplicate.body}\n\n{memory}")
    )
    settle(bench)
    assert (first.body or "").count('"do":"log"') == 1
    assert "milepost" not in (duplicate.body or "")


def test_what_two_summary_issues_remember_is_not_made_again(bench: RepositoryFixture) -> None:
    bench.delete("Read")
    duplicate = duplicate_of(bench, "Your path")
    first = bench.issue("Your path")
    bench.edges.write(
        writes.update_issue(
            first.number, body=(first.body or "").partition("<!-- milepost:ledger")[0].rstrip()
        )
    )
    settle(bench)
    assert marked(bench) == []
    assert marked(bench, "summary:summary") == [first.number]
    assert duplicate.state == "closed"


def test_settings_are_no_reason_to_touch_a_copy_made_later(bench: RepositoryFixture) -> None:

    bench.world.clock.advance(timedelta(days=2))
    copy = duplicate_of(bench, "Read")
    plan = bench.apply(SMALL, settings(ahead="all"))
    assert [note.kind for note in plan.notes] == ["duplicate"]
    assert copy.state == "open"


def test_one_that_was_reopened_is_not_closed_again(bench: RepositoryFixture) -> None:
    first, duplicate = bench.issue("Read"), duplicate_of(bench, "Read")
    for issue in (first, duplicate):
        for fields in ({"state": "closed", "state_reason": "not_planned"}, {"state": "open"}):
            issues.edit(bench.world, bench.learner, bench.repository, issue, fields)
    settle(bench)
    assert marked(bench) == [first.number]
    assert duplicate.state == "open"


def test_a_copy_by_somebody_else_is_left_as_it_is(bench: RepositoryFixture) -> None:
    duplicate = duplicate_of(bench, "Read")
    duplicate.user = bench.world.add_user("friend")
    bench.repository.collaborators["friend"] = "write"
    body = duplicate.body
    assert bench.apply(SMALL).empty
    assert (duplicate.state, duplicate.body) == ("open", body)


def test_a_copy_by_another_account_that_counts_is_left_as_it_is() -> None:
    """The App began the path; what the owner copies within a day was copied on purpose."""
    bench = RepositoryFixture()
    app = bench.world.add_user("milepost[bot]", kind="Bot")
    bench.repository.collaborators[app.login] = "write"
    bench.edges.use(bench.world.actor(app.login))
    bench.apply(SMALL)
    duplicate = duplicate_of(bench, "Read")
    duplicate.user = bench.learner.user
    body = duplicate.body
    plan = bench.apply(SMALL)
    assert [note.kind for note in plan.notes] == ["duplicate"]
    assert (duplicate.state, duplicate.body) == ("open", body)


def test_two_accounts_that_both_write_made_it_twice() -> None:
    """An Action and a person's own token began the path at once."""
    bench = RepositoryFixture()
    app = bench.world.add_user("milepost[bot]", kind="Bot")
    bench.repository.collaborators[app.login] = "write"
    bench.edges.use(bench.world.actor(app.login))
    bench.apply(SMALL, settings(ahead=1))
    bench.edges.use(bench.learner)
    bench.apply(SMALL, settings(ahead="all"))
    first, duplicate = bench.issue("Read"), duplicate_of(bench, "Read")
    assert first.user is app
    assert duplicate.user is bench.learner.user
    bench.apply(SMALL, settings(ahead="all"))
    assert marked(bench) == [first.number]
    assert duplicate.state == "closed"
