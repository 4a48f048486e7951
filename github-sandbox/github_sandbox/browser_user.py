"""Somebody at the sandbox's pages: what their clicks do to the state, without a browser.

For the demo, benchmarks and tests. Each act takes the world's lock, so a running sandbox may serve
requests meanwhile.
"""

from collections.abc import Callable
from typing import Any

from github_sandbox.state import comments, issues, pulls
from github_sandbox.state.objects import Actor, Comment, Issue, Repository
from github_sandbox.world import World


class Person:
    """One account and one repository."""

    def __init__(
        self, world: World, login: str | None = None, repository: str | None = None
    ) -> None:
        self._world = world
        self._login = login
        self._home = repository

    @property
    def repository(self) -> Repository:
        return self._world.repository(self._home)

    @property
    def _me(self) -> Actor:
        return self._world.actor(self._login)

    def sees(self, wanted: Callable[[Issue], bool]) -> list[Issue]:
        """Issues, not pull requests, in order of number."""
        with self._world.lock:
            every = self.repository.issues.values()
            return [i for i in every if not i.is_pull_request and wanted(i)]

    def titled(self, title: str) -> Issue | None:
        """The first issue whose title begins so."""
        return next(iter(self.sees(lambda issue: issue.title.startswith(title))), None)

    def edits(self, issue: Issue, **fields: Any) -> None:
        """Changes title, body, state, labels or milestone, as the API would take them."""
        with self._world.lock:
            issues.edit(self._world, self._me, self.repository, issue, fields)

    def closes(self, issue: Issue, reason: str = "completed") -> None:
        self.edits(issue, state="closed", state_reason=reason)

    def reopens(self, issue: Issue) -> None:
        self.edits(issue, state="open")

    def labels(self, issue: Issue, *names: str) -> None:
        """Puts these labels on, beside those it wears."""
        worn = [label.name for label in issue.labels]
        self.edits(issue, labels=[*worn, *(name for name in names if name not in worn)])

    def ticks(self, issue: Issue, line: str) -> None:
        """Ticks the first open box whose line holds these words."""
        lines = (issue.body or "").split("\n")
        for index, text in enumerate(lines):
            if "[ ]" in text and line in text:
                lines[index] = text.replace("[ ]", "[x]", 1)
                break
        self.edits(issue, body="\n".join(lines))

    def opens(self, title: str, body: str = "", *labels: str) -> Issue:
        with self._world.lock:
            fields = {"title": title, "body": body, "labels": list(labels)}
            return issues.create(self._world, self._me, self.repository, fields)

    def says(self, issue: Issue, text: str) -> Comment:
        with self._world.lock:
            fields = {"body": text}
            return comments.create(self._world, self._me, self.repository, issue, fields)

    def likes(self, thing: Issue | Comment, content: str = "+1") -> None:
        with self._world.lock:
            comments.react(self._world, self._me, thing, {"content": content})

    def merges(self, title: str, body: str, files: dict[str, bytes]) -> Issue:
        """A pull request from a branch with these files, opened and merged."""
        with self._world.lock:
            world, repository = self._world, self.repository
            branch = f"work-{repository.last_issue + 1}"
            base = repository.default_branch
            head = repository.git.head(base)
            repository.git.refs[f"refs/heads/{branch}"] = head.sha if head else ""
            world.commit_files(repository, files, title, branch)
            fields = {"title": title, "body": body, "head": branch, "base": base}
            made = pulls.create(world, self._me, repository, fields)
            pulls.merge(world, self._me, repository, made.number)
            return made
