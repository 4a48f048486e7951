"""A run takes the learner's repository as it is: branches, milestones, pins, and what changes.

Over HTTP, with the real reader and gateway.
"""

from typing import Any

import pytest
from chaos import markers
from chaos.in_memory_http import WEB, InMemoryHttp, edges
from chaos.scenario import Scenario

from bot.errors import RepositoryArchivedError, RepositoryMovedError
from bot.progress.path import PathReader
from bot.reports.readme_block import BEGIN
from bot.sync.apply import WriteContext
from bot.sync.sync import Sync, SyncResult
from github_sandbox.browser_user import BrowserUser, act_as_bot
from github_sandbox.state import issues, milestones, pulls

TWO_MONTHS = 24 * 60  # hours


class Home(Scenario):
    """A learner's repository, before the first run."""

    def __init__(self, **publish: Any) -> None:
        super().__init__()
        self.how["publish"] = publish
        self.me = self.world.actor()

    def sync(self) -> SyncResult:
        """One run under the name that the repository has. Raises what it raises."""
        line = InMemoryHttp(self.engine)
        name = self.repository.full_name
        reader, gateway = edges(line, repository=name, token=self.token, cache=self.caches[False])
        sync = Sync(PathReader(self.path, self.settings, self.now), reader, web=WEB)
        return sync.run(WriteContext(lambda: gateway, line.sleep), allow_removals=True)

    def rename_branch(self, name: str) -> None:
        refs = self.repository.git.refs
        refs[f"refs/heads/{name}"] = refs.pop(f"refs/heads/{self.repository.default_branch}")
        self.repository.default_branch = name

    def file(self, path: str) -> str:
        head = self.repository.git.head(self.repository.default_branch)
        return head.files[path].decode() if head else ""

    def standing(self) -> list[str]:
        """The keys of all issues and milestones of ours."""
        found = [markers.key_of(issue.body) for issue in self.repository.issues.values()]
        found += [markers.key_of(m.description) for m in self.repository.milestones.values()]
        return sorted(key for key in found if key)


def test_a_default_branch_called_master_gets_the_files() -> None:
    home = Home(readme=True, forms=True, pictures=True)
    home.rename_branch("master")
    home.sync()
    assert home.repository.git.branches() == ["master", "milepost"]
    assert BEGIN in home.file("README.md")
    assert home.file(".github/ISSUE_TEMPLATE/learning-journal.yml")
    assert home.calm_run() == []


def test_a_pull_request_goes_into_master() -> None:
    home = Home(reports="pull-request")
    home.rename_branch("master")
    home.sync()
    home.later(TWO_MONTHS)
    home.sync()
    (pull,) = [i for i in home.repository.issues.values() if i.is_pull_request]
    assert pull.pull is not None
    assert pull.pull.base == "master"


def test_a_renamed_default_branch_goes_on_getting_the_files() -> None:
    home = Home(readme=True)
    home.sync()
    home.rename_branch("trunk")
    before = home.file("README.md")
    BrowserUser(home.world).close(markers.by_key(home.repository)["task:a1"][0])
    home.sync()
    assert home.repository.git.branches() == ["trunk"]
    assert home.file("README.md") != before
    assert home.file("README.md").count(BEGIN) == 1
    assert home.calm_run() == []


def test_a_closed_milestone_of_the_learner_with_the_same_title_stays_theirs() -> None:
    other = Home()
    other.sync()
    title = min(m.title for m in other.repository.milestones.values())
    home = Home()
    fields = {"title": title, "description": "Mine, from last year", "state": "closed"}
    mine = milestones.create(home.world, home.me, home.repository, fields)
    assert mine.state == "closed"
    done = home.sync()
    assert (mine.title, mine.description, mine.state) == (title, "Mine, from last year", "closed")
    assert home.standing() == other.standing()
    assert f"{title} (2)" in {m.title for m in home.repository.milestones.values()}
    assert not [i for i in home.repository.issues.values() if i.milestone is mine]
    assert f"A closed milestone '{title}' was there already. Ours is '{title} (2)'." in [
        note.text for note in done.plan.notes
    ]
    assert home.calm_run() == []


def test_a_milestone_of_the_learner_that_they_close_on_the_way_goes_on_being_used() -> None:
    other = Home()
    other.sync()
    title = min(m.title for m in other.repository.milestones.values())
    home = Home()
    mine = milestones.create(home.world, home.me, home.repository, {"title": title})
    home.sync()
    assert [i for i in home.repository.issues.values() if i.milestone is mine]
    milestones.edit(home.world, home.me, home.repository, mine, {"state": "closed"})
    assert home.calm_run() == []


def test_three_pins_that_are_taken_stay_and_the_run_is_complete() -> None:
    home = Home()
    for title in ("One", "Two", "Three"):
        made = issues.create(home.world, home.me, home.repository, {"title": title})
        issues.pin(home.repository, made)
    home.sync()
    home.sync()
    assert [i.title for i in home.repository.issues.values() if i.pinned] == ["One", "Two", "Three"]
    assert "didn't accept" not in (markers.by_key(home.repository)[markers.SUMMARY][0].body or "")
    assert home.calm_run() == []


@pytest.mark.parametrize("nth", [1, 7, 20])
def test_a_repository_that_is_archived_in_the_middle_is_named_and_finished_later(nth: int) -> None:
    other, home = Home(), Home()
    other.sync()
    home.world.faults.add("archived", method="WRITE", nth=nth)
    with pytest.raises(RepositoryArchivedError):
        home.sync()
    half = home.standing()
    assert len(half) < len(other.standing())
    with pytest.raises(RepositoryArchivedError):
        home.sync()
    assert home.standing() == half
    home.repository.archived = False
    home.sync()
    assert home.standing() == other.standing()
    assert home.calm_run() == []


@pytest.mark.parametrize(("method", "nth"), [("GET", 2), ("WRITE", 1), ("WRITE", 20)])
def test_a_repository_that_is_renamed_in_the_middle_is_named_and_finished_there(
    method: str, nth: int
) -> None:
    other, home = Home(), Home()
    other.sync()
    home.world.faults.add("renamed", method=method, nth=nth, name="my-path")
    with pytest.raises(RepositoryMovedError, match="learner/my-path"):
        home.sync()
    assert home.repository.name == "my-path"
    home.sync()
    assert home.standing() == other.standing()
    before = home.world.journal.received
    home.sync()
    assert not [e for e in home.world.journal.entries if e.number > before and e.is_write]


def test_what_a_stale_bot_closed_is_named_and_the_dashboard_is_opened_again() -> None:
    home = Home()
    home.sync()
    home.later(1)
    stale = act_as_bot(home.world, "stale")
    task = markers.by_key(home.repository)["task:a1"][0]
    dashboard = markers.by_key(home.repository)[markers.SUMMARY][0]
    for issue in (task, dashboard):
        stale.edit(issue, state="closed", state_reason="not_planned")
    home.later(1)
    path = home.sync().path
    assert (task.state, dashboard.state) == ("closed", "open")
    assert "(`stale[bot]`). Reopen what" in (dashboard.body or "")
    assert next(work.state.value for work in path.progress.work if work.key == "task:a1") == "open"
    events = f"/issues/{task.number}/events"
    assert sum(entry.path.endswith(events) for entry in home.world.journal.entries) >= 1
    home.later(1)
    before = home.world.journal.received
    assert home.calm_run() == []
    assert not [
        e for e in home.world.journal.entries if e.number > before and e.path.endswith("/events")
    ]


def test_a_pull_request_that_an_app_merged_counts_for_the_learner() -> None:
    home = Home()
    home.sync()
    home.later(1)
    task = markers.by_key(home.repository)["task:a1"][0]
    title = f"Build it, closes #{task.number}"
    made = pulls.propose(home.world, home.me, home.repository, title, "")
    pulls.merge(home.world, home.me, home.repository, made.number)
    act_as_bot(home.world, "merge-queue").edit(task, state="closed", state_reason="completed")
    home.later(1)
    path = home.sync().path
    assert next(w.state.value for w in path.progress.work if w.key == "task:a1") == "evidenced"


def test_a_checkpoint_that_a_bot_closed_is_reported_all_the_same() -> None:
    home = Home()
    home.sync()
    home.later(TWO_MONTHS // 2 - 48)
    home.sync()
    (key,) = [k for k in home.standing() if k.startswith("checkpoint:")]
    issue = markers.by_key(home.repository)[key][0]
    act_as_bot(home.world, "stale").edit(issue, state="closed", state_reason="not_planned")
    home.later(TWO_MONTHS)
    home.sync()
    assert [k for k in (markers.key_of(c.body) for c in issue.comments) if k] == [
        key.replace("checkpoint:", "report:")
    ]
