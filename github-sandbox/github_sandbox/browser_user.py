"""Change the state as a person does in a browser, without one: for demos, benchmarks and tests.

Each method takes the world's lock, so a running sandbox may serve requests meanwhile.
"""

from collections.abc import Callable
from typing import Any

from github_sandbox.state import bots, comments, issues, pulls
from github_sandbox.state.objects import Actor, Comment, Issue, Repository
from github_sandbox.world import World


def act_as_bot(world: World, name: str = "stale", repository: str | None = None) -> "BrowserUser":
    """Return another App at work in a repository: it closes, locks, labels and edits issues.

    What it does shows its account (`stale[bot]`) in `closed_by` and in events, there with
    `performed_via_github_app`. The App is made and installed when it is missing.
    """
    with world.lock:
        actor = bots.other_bot(world, name, world.repository(repository))
    return BrowserUser(world, repository=repository, actor=actor)


class BrowserUser:
    """One account (the first repository's owner) and one repository (the first)."""

    def __init__(
        self,
        world: World,
        login: str | None = None,
        repository: str | None = None,
        *,
        actor: Actor | None = None,
    ) -> None:
        self._world = world
        self._login = login
        self._home = repository
        self._actor = actor

    @property
    def repository(self) -> Repository:
        return self._world.repository(self._home)

    @property
    def _me(self) -> Actor:
        return self._actor or self._world.actor(self._login)

    def issues(self, wanted: Callable[[Issue], bool]) -> list[Issue]:
        """Return the issues, without pull requests, by number."""
        with self._world.lock:
            every = self.repository.issues.values()
            return [i for i in every if not i.is_pull_request and wanted(i)]

    def issue_titled(self, title: str) -> Issue | None:
        """Return the first issue whose title begins with `title`."""
        return next(iter(self.issues(lambda issue: issue.title.startswith(title))), None)

    def edit(self, issue: Issue, **fields: Any) -> None:
        """Change title, body, state, labels or milestone; `fields` as in the REST API."""
        with self._world.lock:
            issues.edit(self._world, self._me, self.repository, issue, fields)

    def close(self, issue: Issue, reason: str = "completed") -> None:
        self.edit(issue, state="closed", state_reason=reason)

    def reopen(self, issue: Issue) -> None:
        self.edit(issue, state="open")

    def add_labels(self, issue: Issue, *names: str) -> None:
        """Add labels to those the issue has."""
        present = [label.name for label in issue.labels]
        self.edit(issue, labels=[*present, *(name for name in names if name not in present)])

    def tick(self, issue: Issue, line: str) -> None:
        """Tick the first open checkbox whose line contains `line`."""
        lines = (issue.body or "").split("\n")
        for index, text in enumerate(lines):
            if "[ ]" in text and line in text:
                lines[index] = text.replace("[ ]", "[x]", 1)
                break
        self.edit(issue, body="\n".join(lines))

    def open_issue(self, title: str, body: str = "", *labels: str) -> Issue:
        with self._world.lock:
            fields = {"title": title, "body": body, "labels": list(labels)}
            return issues.create(self._world, self._me, self.repository, fields)

    def comment(self, issue: Issue, text: str) -> Comment:
        with self._world.lock:
            fields = {"body": text}
            return comments.create(self._world, self._me, self.repository, issue, fields)

    def lock(self, issue: Issue, reason: str | None = None) -> None:
        """Lock the conversation; `reason` is one of GitHub's, such as "resolved"."""
        with self._world.lock:
            fields = {"lock_reason": reason}
            issues.lock(self._world, self._me, self.repository, issue, fields)

    def unlock(self, issue: Issue) -> None:
        with self._world.lock:
            issues.unlock(self._world, self._me, self.repository, issue)

    def pin(self, issue: Issue) -> None:
        """Pin the issue. Raises Invalid when three are pinned."""
        with self._world.lock:
            issues.pin(self.repository, issue)

    def react(self, thing: Issue | Comment, content: str = "+1") -> None:
        with self._world.lock:
            comments.react(self._world, self._me, thing, {"content": content})

    def merge_pull_request(self, title: str, body: str, files: dict[str, bytes]) -> Issue:
        """Open and merge a pull request from a new branch with these files."""
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
