"""A rule of the repository refuses files: they come by a pull request, and all else goes on.

Over HTTP, with the real reader and gateway, as the account of a workflow.
"""

import pytest
from chaos.scenario import MENTOR, Scenario
from sync.test_refusals import ISSUES_ONLY, Workflow

from bot.planning.refusals import matter
from github_sandbox.state import issues, moderation, pulls
from github_sandbox.state.bots import actions_token
from github_sandbox.state.objects import Issue


class Publishing(Workflow):
    """The path of a workflow that publishes, in a repository whose branches have rules."""

    def __init__(self, rule: moderation.Rule, *patterns: str, **rights: str) -> None:
        Scenario.__init__(self)
        self.world.commit_files(self.repository, {"README.md": b"# Me\n"}, "Begin")
        self.how["publish"] = {"readme": True, "forms": True, "badge": True}
        self.grant(**rights)
        self.me = self.world.actor()
        for pattern in patterns:
            moderation.protect(self.repository, pattern, rule)
        self.calm_run()

    def grant(self, **rights: str) -> None:
        granted = ISSUES_ONLY | {"contents": "write", "pull_requests": "write"} | rights
        token = actions_token(self.world, self.repository, permissions=granted)
        self.token = token.value
        self.bot = token.user

    def pulls(self) -> list[Issue]:
        return [issue for issue in self.repository.issues.values() if issue.pull]

    def file(self, path: str = "README.md", branch: str = "main") -> str:
        head = self.repository.git.head(branch)
        return head.files[path].decode() if head else ""

    def work(self) -> None:
        """The learner does something that the block shows."""
        key = "task:a1" if self.issue("task:a1").state == "open" else "task:b1"
        issues.edit(self.world, self.me, self.repository, self.issue(key), {"state": "closed"})
        self.later(24)
        self.calm_run()


RULES = pytest.mark.parametrize("rule", ["ruleset", "branch protection"])


@RULES
def test_files_that_a_rule_refuses_come_by_one_pull_request(rule: moderation.Rule) -> None:
    home = Publishing(rule, "main")
    (pull,) = home.pulls()
    assert home.file() == "# Me\n"
    assert "milepost:readme" in home.file(branch="milepost-files")
    assert "`README.md`" in (pull.body or "")
    assert home.file("badge.svg", "milepost")
    assert "It comes by a pull request instead." in home.refused()["put-file README.md"].why
    assert "didn't accept" not in home.dashboard()
    assert not matter(home.refused())
    home.later(1)
    assert home.calm_run() == []
    before = home.file(branch="milepost-files")
    for _ in range(2):
        home.work()
        assert home.pulls() == [pull]
        assert home.file(branch="milepost-files") != before
        before = home.file(branch="milepost-files")
    home.later(1)
    assert home.calm_run() == []


@RULES
@pytest.mark.parametrize("method", ["merge", "squash"])
def test_a_merged_pull_request_settles_it_and_the_next_change_brings_another(
    rule: moderation.Rule, method: str
) -> None:
    home = Publishing(rule, "main")
    (pull,) = home.pulls()
    pulls.merge(home.world, home.me, home.repository, pull.number, {"merge_method": method})
    home.later(1)
    home.calm_run()
    assert "milepost:readme" in home.file()
    assert home.refused() == {}
    assert home.calm_run() == []
    home.work()
    (_, second) = home.pulls()
    pulls.merge(home.world, home.me, home.repository, second.number, {"merge_method": method})
    assert home.file() == home.file(branch="milepost-files")


@RULES
def test_a_rule_that_is_lifted_lets_the_files_in(rule: moderation.Rule) -> None:
    home = Publishing(rule, "*")
    badge = home.file("badge.svg", "milepost")
    home.work()
    assert "branch milepost · A rule of this repository" in home.dashboard()
    assert "branch milepost-files · A rule of this repository" in home.dashboard()
    assert matter(home.refused())
    home.later(1)
    assert home.calm_run() == []
    home.later(7 * 24)
    home.calm_run()
    assert home.weeks() == ["weekly:2026-W02"]
    assert home.file("badge.svg", "milepost") == badge
    moderation.unprotect(home.repository, "*")
    home.later(4 * 24)
    home.calm_run()
    assert "milepost:readme" in home.file()
    assert home.file("badge.svg", "milepost") != badge
    assert home.refused() == {}
    assert "didn't accept" not in home.dashboard()
    assert home.calm_run() == []


def test_a_pull_request_that_was_closed_is_not_opened_again() -> None:
    home = Publishing("ruleset", "main")
    (pull,) = home.pulls()
    issues.edit(home.world, home.me, home.repository, pull, {"state": "closed"})
    home.work()
    assert home.pulls() == [pull]


def test_without_the_right_to_open_it_the_branch_waits() -> None:
    home = Publishing("ruleset", "main", pull_requests="read")
    assert home.pulls() == []
    assert "milepost:readme" in home.file(branch="milepost-files")
    assert "open one from the branch milepost-files" in home.dashboard()
    assert matter(home.refused())
    home.later(1)
    assert home.calm_run() == []


def test_a_strangers_pull_request_with_our_marker_is_not_ours() -> None:
    home = Publishing("ruleset", "main")
    (pull,) = home.pulls()
    issues.edit(home.world, home.me, home.repository, pull, {"state": "closed"})
    pull.user = home.world.users[MENTOR]
    home.work()
    assert len(home.pulls()) == 2


def test_without_the_right_to_write_files_all_else_goes_on_and_giving_it_heals() -> None:
    home = Publishing("ruleset", contents="read")
    assert home.file() == "# Me\n"
    assert home.tasks()
    assert "Contents: Read and write" in home.dashboard()
    assert matter(home.refused())
    home.later(7 * 24)
    home.calm_run()
    assert home.weeks() == ["weekly:2026-W02"]
    assert not any("by a pull request" in one.why for one in home.refused().values())
    home.grant(contents="write")
    home.later(8 * 24)
    home.calm_run()
    assert "milepost:readme" in home.file()
    assert home.file("badge.svg", "milepost")
    assert home.refused() == {}
