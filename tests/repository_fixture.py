"""A repository of the sandbox with both edges in this process: for laws that need many runs.

The state is the sandbox's own; only HTTP is left out. What the learner does goes the same way as a
person's clicks would.
"""

from datetime import UTC, date, datetime, time
from typing import Any

from inprocess import Edges, page

from bot.curriculum.model import Curriculum
from bot.planning.changes import Change, UpdateIssue
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.marker import find
from bot.planning.plan import Plan
from bot.planning.undo import make_undo
from bot.progress.path import PathReader
from bot.settings import FileSettings, Settings
from bot.sync.apply import WriteContext
from bot.sync.reconcile import Session, open_session
from github_sandbox.state import comments, issues, labels, milestones, pulls
from github_sandbox.state.objects import Comment, Issue, Milestone, Reaction
from github_sandbox.world import World

__all__ = ["Edges", "RepositoryFixture", "settings"]


def settings(start: str = "2026-01-05", **more: Any) -> Settings:
    """Settings with a start; `more` as in the file."""
    return Settings.model_validate({"start": date.fromisoformat(start)} | more)


class RepositoryFixture:
    """A repository, a bot that works on it through `edges`, and a learner with a mouse."""

    def __init__(self) -> None:
        self.world = World(lambda: datetime(2026, 1, 5, 9, tzinfo=UTC))
        self.repository = self.world.repository()
        self.learner = self.world.actor()
        self.edges = Edges(self.world)
        self.waits: list[float] = []

    def plan(
        self, path: Curriculum, config: FileSettings | None = None, today: str = "2026-01-05"
    ) -> Plan:
        return self._session(path, config, today).plan()

    def apply(
        self, path: Curriculum, config: FileSettings | None = None, today: str = "2026-01-05"
    ) -> Plan:
        """Plan and apply; the plan is handed back."""
        return self._run(self._session(path, config, today))

    def undo(self) -> Plan:
        return self._run(Session(self.edges, make_undo))

    def _session(self, path: Curriculum, config: FileSettings | None, today: str) -> Session:
        now = datetime.combine(date.fromisoformat(today), time(9), tzinfo=UTC)
        return open_session(PathReader(path, config or settings(), now), self.edges)

    def _run(self, session: Session) -> Plan:
        plan = session.plan()
        session.apply(plan, WriteContext(lambda: self.edges, self.waits.append))
        return plan

    def issue(self, title: str) -> Issue:
        """The issue whose title begins so. Fails when there is none."""
        found = [i for i in self.repository.issues.values() if i.title.startswith(title)]
        assert found, f"no issue {title!r} in {self.titles()}"
        return found[0]

    def dashboard_issue(self) -> Issue:
        """The dashboard, whatever its title."""
        issues = self.repository.issues.values()
        marked = ((find(issue.body or ""), issue) for issue in issues)
        return next(one for found, one in marked if found and found.marker.key == SUMMARY_KEY)

    def titles(self, state: str = "open") -> list[str]:
        return [i.title for i in self.repository.issues.values() if i.state == state]

    def milestone(self, title: str) -> Milestone:
        found = [m for m in self.repository.milestones.values() if m.title.startswith(title)]
        assert found, f"no milestone {title!r} in {self.milestone_titles()}"
        return found[0]

    def milestone_titles(self, state: str = "open") -> list[str]:
        return [m.title for m in self.repository.milestones.values() if m.state == state]

    def label_names(self) -> list[str]:
        return sorted(label.name for label in self.repository.labels.values())

    def edit(self, which: str, **fields: Any) -> None:
        """The learner changes an issue."""
        issues.edit(self.world, self.learner, self.repository, self.issue(which), fields)

    def close(self, title: str, reason: str = "completed") -> None:
        self.edit(title, state="closed", state_reason=reason)

    def delete(self, title: str) -> None:
        issues.delete(self.world, self.learner, self.repository, self.issue(title))

    def comment(self, title: str, text: str, by: str | None = None) -> Comment:
        """A comment on the issue whose title begins so; by the learner, or by somebody else.

        Somebody else is a stranger unless `repository.collaborators` says otherwise.
        """
        actor = self.world.actor(self.world.add_user(by).login) if by else self.learner
        fields = {"body": text}
        return comments.create(self.world, actor, self.repository, self.issue(title), fields)

    def react(self, thing: Issue | Comment, content: str, by: str | None = None) -> Reaction:
        """A reaction (`rocket`, `+1`, ...) to an issue or comment; by the learner, or another."""
        actor = self.world.actor(self.world.add_user(by).login) if by else self.learner
        made, _ = comments.react(self.world, actor, thing, {"content": content})
        return made

    def merge_pull(self, title: str, body: str = "") -> Issue:
        """The learner's pull request with some work in it, merged; its address is `url(issue)`."""
        issue = pulls.propose(self.world, self.learner, self.repository, title, body)
        pulls.merge(self.world, self.learner, self.repository, issue.number)
        return issue

    def url(self, issue: Issue) -> str:
        """The page of an issue or pull request."""
        return page(self.repository, issue)

    def edit_milestone(self, which: str, **fields: Any) -> None:
        found = self.milestone(which)
        milestones.edit(self.world, self.learner, self.repository, found, fields)

    def delete_milestone(self, title: str) -> None:
        found = self.milestone(title)
        milestones.delete(self.world, self.learner, self.repository, found)

    def edit_label(self, which: str, **fields: Any) -> None:
        found = labels.find(self.repository, which)
        labels.edit(self.world, self.learner, self.repository, found, fields)

    def delete_label(self, name: str) -> None:
        found = labels.find(self.repository, name)
        labels.delete(self.world, self.learner, self.repository, found)


def on_the_path(plan: Plan) -> list[Change]:
    """What a plan changes beside the dashboard, which tells of every edit of the learner's."""
    return [c for c in plan.changes if not (isinstance(c, UpdateIssue) and c.key == SUMMARY_KEY)]
