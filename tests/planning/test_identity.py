"""Whose text counts: by ids of accounts and by rights, never by who looks."""

import re
from datetime import timedelta

import pytest
import writes
from planning.paths import SMALL
from repository_fixture import RepositoryFixture, settings

from bot.errors import UnknownAccountError
from bot.planning.ledger import find_ledger
from bot.planning.observed_state import observe
from bot.planning.snapshot import Trust
from github_sandbox.state import issues, pulls
from github_sandbox.state.objects import Issue, Role, User

FIRST_WEEK = settings(ahead=1)
ALL = settings(ahead="all")
APP = "milepost[bot]"
OTHER = "importer[bot]"


class CutOffError(Exception):
    """The run is cut off."""


def account(bench: RepositoryFixture, login: str, role: Role | None = None) -> User:
    """An account; an App's may write once it is installed."""
    user = bench.world.add_user(login, kind="Bot" if login.endswith("[bot]") else "User")
    if role:
        bench.repository.collaborators[login.lower()] = role
    return user


def write_as(bench: RepositoryFixture, login: str) -> User:
    """From now on we write with this account's token."""
    user = account(bench, login, "write")
    bench.edges.use(bench.world.actor(login))
    return user


def begun_by(login: str) -> RepositoryFixture:
    bench = RepositoryFixture()
    write_as(bench, login)
    bench.apply(SMALL, FIRST_WEEK)
    return bench


def forget_accounts(bench: RepositoryFixture) -> None:
    """As a version before 0.2 left it: nothing says who writes."""
    for milestone in bench.repository.milestones.values():
        milestone.description = re.sub(r',"writers":\[[\d,]*\]', "", milestone.description or "")
    summary = bench.issue("Your path")
    summary.body = re.sub(r',"writers":\[[\d,]*\]', "", summary.body or "")


def copied(bench: RepositoryFixture, title: str, login: str, role: Role | None = None) -> Issue:
    """An issue of somebody else's with the same text."""
    account(bench, login, role)
    body = bench.issue(title).body
    fields = {"title": "A copy", "body": body}
    return issues.create(bench.world, bench.world.actor(login), bench.repository, fields)


def trust(bench: RepositoryFixture) -> Trust:
    return bench.edges.snapshot().trust


def test_milestones_and_the_ledger_say_who_writes() -> None:
    bench = begun_by(APP)
    app = bench.world.users[APP]
    assert find_ledger(bench.issue("Your path").body or "").writers == {app.id}
    descriptions = [m.description or "" for m in bench.repository.milestones.values()]
    assert descriptions
    assert all(f'"writers":[{app.id}]' in text for text in descriptions)


def test_another_account_goes_on_with_the_path() -> None:
    bench = begun_by(APP)
    mona = write_as(bench, "mona")
    assert bench.plan(SMALL, FIRST_WEEK).empty
    assert bench.apply(SMALL, ALL).count("create-issue")
    assert mona.id in trust(bench).accounts
    assert len(bench.titles()) == len(set(bench.titles()))
    write_as(bench, APP)
    assert bench.plan(SMALL, ALL).empty


def test_an_account_is_known_before_its_first_issue() -> None:
    """Cut off right after it, the next run of any account knows that issue again."""
    bench = begun_by(APP)
    write_as(bench, "mona")
    created: list[str] = []

    def stop() -> None:
        created.extend(write for write in bench.edges.writes if write == "create-issue")
        if created:
            raise CutOffError

    bench.edges.writes.clear()
    bench.edges.after_write = stop
    with pytest.raises(CutOffError):
        bench.apply(SMALL, ALL)
    bench.edges.after_write = lambda: None
    write_as(bench, APP)
    bench.apply(SMALL, ALL)
    assert len(bench.titles()) == len(set(bench.titles()))
    assert observe(bench.edges.snapshot()).duplicates == ()


@pytest.mark.parametrize(
    ("login", "role"),
    [("stranger", None), ("rita", "read"), ("will", "write"), (OTHER, "write")],
)
def test_a_copy_by_anybody_else_is_only_text(login: str, role: Role | None) -> None:
    bench = begun_by(APP)
    copy = copied(bench, "Read", login, role)
    seen = observe(bench.edges.snapshot())
    assert copy.number not in {ours.state.number for ours in seen.issues.values()}
    assert seen.duplicates == ()
    assert bench.plan(SMALL, FIRST_WEEK).empty


def test_nothing_is_asked_of_github_while_all_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = begun_by(APP)
    monkeypatch.setattr(bench.edges, "may_write", lambda *_: pytest.fail("asked"))
    bench.edges.snapshot()


def test_a_path_of_an_earlier_version_is_adopted_by_rights() -> None:
    """A person began it, the App went on; nothing is recorded, and others copied from it."""
    bench = begun_by("mona")
    write_as(bench, APP)
    bench.apply(SMALL, ALL)
    forget_accounts(bench)
    copied(bench, "Read", "stranger")
    copied(bench, "Read", OTHER, "write")
    known = {bench.world.users["mona"].id, bench.world.users[APP].id}
    action = write_as(bench, "github-actions[bot]")
    assert trust(bench).accounts == known
    assert bench.plan(SMALL, ALL).empty
    bench.comment("Read", "/done")
    plan = bench.apply(SMALL, ALL)
    assert plan.count("update-issue")
    assert not plan.count("create-issue")
    recorded = find_ledger(bench.issue("Your path").body or "").writers
    assert recorded == known | {action.id}
    write_as(bench, "mona")
    assert trust(bench).accounts == recorded


def test_an_account_that_may_no_longer_write_is_known_by_the_record() -> None:
    bench = begun_by("mona")
    del bench.repository.collaborators["mona"]
    write_as(bench, APP)
    assert bench.plan(SMALL, FIRST_WEEK).empty


@pytest.mark.parametrize(("role", "stops"), [("write", True), ("read", False), (None, False)])
def test_a_path_that_nobody_here_vouches_for_stops_the_run(role: Role | None, stops: bool) -> None:
    """Its milestones are gone, and with them what said who writes."""
    bench = begun_by("mona")
    for title in bench.milestone_titles():
        bench.delete_milestone(title)
    bench.repository.collaborators.pop("mona")
    if role:
        bench.repository.collaborators["mona"] = role
    bench.edges.use(bench.world.actor(account(bench, APP, "write").login))
    if not stops:
        assert bench.plan(SMALL, FIRST_WEEK).count("create-issue")
        return
    with pytest.raises(UnknownAccountError, match="that mona began"):
        bench.plan(SMALL, FIRST_WEEK)
    bench.edges.use(bench.world.actor("mona"))
    bench.edges.viewer()
    assert not bench.plan(SMALL, FIRST_WEEK).count("create-issue")


def test_what_the_learner_deletes_on_purpose_stays_deleted_however_much_it_is() -> None:
    bench = begun_by(APP)
    for title in [title for title in bench.titles() if not title.startswith("Your path")]:
        bench.delete(title)
    for title in bench.milestone_titles():
        bench.delete_milestone(title)
    write_as(bench, APP)
    assert not bench.plan(SMALL, FIRST_WEEK).count("create-issue")
    assert not bench.plan(SMALL, FIRST_WEEK).count("create-milestone")


def test_what_a_deleted_account_wrote_counts_where_it_was_arranged() -> None:
    """Only who may write gives an issue a milestone or a label: a ghost's forged text has none."""
    bench = begun_by("mona")
    forged = copied(bench, "Your path", "stranger")
    ghost = account(bench, "ghost")
    for issue in bench.repository.issues.values():
        issue.user = ghost
    write_as(bench, APP)
    seen = observe(bench.edges.snapshot())
    assert forged.number not in {ours.state.number for ours in seen.issues.values()}
    assert bench.plan(SMALL, FIRST_WEEK).empty
    bench.world.clock.advance(timedelta(days=1))
    assert ghost.id not in trust(bench).accounts


def test_a_label_that_a_form_gives_anybody_vouches_for_nothing() -> None:
    bench = begun_by("mona")
    for key in ("kind:journal", "kind:summary"):
        forged = copied(bench, "Your path", "ghost")
        name = f"label {key}"
        bench.edges.write(
            writes.create_label(name, color="57606a", description=f"· milepost {key}")
        )
        issues.edit(bench.world, bench.learner, bench.repository, forged, {"labels": [name]})
        assert (forged.number in trust(bench).orphans) is (key == "kind:summary")


def test_a_path_that_an_unknown_app_began_stops_the_run_whatever_its_rights() -> None:
    """GitHub tells no rights of an App by its login."""
    bench = begun_by(OTHER)
    for title in bench.milestone_titles():
        bench.delete_milestone(title)
    del bench.repository.collaborators[OTHER]
    bench.edges.use(bench.world.actor(account(bench, APP, "write").login))
    with pytest.raises(UnknownAccountError, match="that importer"):
        bench.plan(SMALL, FIRST_WEEK)


def test_only_authors_of_merged_work_that_names_an_issue_of_ours_are_asked_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = begun_by(APP)
    number = bench.issue("Read").number
    queried: list[str] = []

    def may_write(login: str, _: int) -> bool:
        queried.append(login)
        return False

    monkeypatch.setattr(bench.edges, "may_write", may_write)
    for login, body in (("ann", f"#{number}"), ("ben", "#999"), ("cid", f"#{number}")):
        actor = bench.world.actor(account(bench, login).login)
        pull = pulls.propose(bench.world, actor, bench.repository, "Work", body)
        if login != "cid":
            pulls.merge(bench.world, bench.learner, bench.repository, pull.number)
    trust(bench)
    assert queried == ["ann"]
