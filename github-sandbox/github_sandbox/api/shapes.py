"""State as GitHub's JSON: people, issues and what hangs on them.

Keys follow GitHub's OpenAPI description for REST version 2022-11-28; the contract tests hold every
answer against it.
"""

from collections import Counter
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote

from github_sandbox.state.milestones import due_on
from github_sandbox.state.objects import (
    REACTIONS,
    Actor,
    App,
    Comment,
    Happening,
    Issue,
    Label,
    Milestone,
    Reaction,
    Repository,
    User,
)
from github_sandbox.world import World

JSON = dict[str, Any]


def written(at: datetime | None) -> str | None:
    """A time the way GitHub writes it: UTC, whole seconds, Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


class Shapes:
    """Turns state into JSON for one answer. `web` is the address of the pages, without a slash.

    Without a `viewer`, as in webhooks, it shows what everybody may see.
    """

    def __init__(self, world: World, web: str, viewer: Actor | None = None) -> None:
        self.world = world
        self.web = web
        self.viewer = viewer
        self.api = f"{web}/api/v3"

    def node(self, prefix: str, number: int) -> str:
        return f"{prefix}_{number}"

    def repository_url(self, repository: Repository) -> str:
        return f"{self.api}/repos/{repository.full_name}"

    def user(self, user: User) -> JSON:
        user = self._ghost if user.deleted else user
        api = f"{self.api}/users/{user.login}"
        page = f"{self.web}/apps/{user.login}" if user.kind == "Bot" else f"{self.web}/{user.login}"
        return {
            "login": user.login,
            "id": user.id,
            "node_id": self.node("U", user.id),
            "avatar_url": f"{self.web}/avatars/u/{user.id}",
            "gravatar_id": "",
            "url": api,
            "html_url": page,
            "followers_url": f"{api}/followers",
            "following_url": f"{api}/following{{/other_user}}",
            "gists_url": f"{api}/gists{{/gist_id}}",
            "starred_url": f"{api}/starred{{/owner}}{{/repo}}",
            "subscriptions_url": f"{api}/subscriptions",
            "organizations_url": f"{api}/orgs",
            "repos_url": f"{api}/repos",
            "events_url": f"{api}/events{{/privacy}}",
            "received_events_url": f"{api}/received_events",
            "type": user.kind,
            "user_view_type": "public",
            "site_admin": False,
        }

    @cached_property
    def _ghost(self) -> User:
        """Who stands for deleted accounts, with the id that it has on github.com."""
        return User(10_137, "ghost", "User", self.world.clock.now())

    @cached_property
    def _knows_members(self) -> dict[User, bool]:
        return {}

    def _association(self, repository: Repository, user: User) -> str:
        owner, viewer = repository.owner, self.viewer
        if owner not in self._knows_members:
            known = viewer is not None and self.world.knows_members(viewer, owner)
            self._knows_members[owner] = known
        return repository.association_of(user, publicly=not self._knows_members[owner])

    def label(self, repository: Repository, label: Label) -> JSON:
        return {
            "id": label.id,
            "node_id": self.node("LA", label.id),
            "url": f"{self.repository_url(repository)}/labels/{quote(label.name, safe='')}",
            "name": label.name,
            "color": label.color,
            "default": False,
            "description": label.description,
        }

    @cached_property
    def _counts(self) -> dict[Repository, dict[Milestone, tuple[int, int]]]:
        return {}

    def milestone(self, repository: Repository, milestone: Milestone) -> JSON:
        if repository not in self._counts:
            self._counts[repository] = repository.milestone_counts()
        open_issues, closed_issues = self._counts[repository].get(milestone, (0, 0))
        url = f"{self.repository_url(repository)}/milestones/{milestone.number}"
        return {
            "url": url,
            "html_url": f"{self.web}/{repository.full_name}/milestone/{milestone.number}",
            "labels_url": f"{url}/labels",
            "id": milestone.id,
            "node_id": self.node("MI", milestone.id),
            "number": milestone.number,
            "title": milestone.title,
            "description": milestone.description,
            "creator": self.user(milestone.creator),
            "open_issues": open_issues,
            "closed_issues": closed_issues,
            "state": milestone.state,
            "created_at": written(milestone.birth.at),
            "updated_at": written(milestone.updated_at),
            "due_on": written(due_on(milestone.due)) if milestone.due else None,
            "closed_at": written(milestone.closed_at),
        }

    def issue(self, repository: Repository, issue: Issue) -> JSON:
        root = self.repository_url(repository)
        url = f"{root}/issues/{issue.number}"
        kind = "pull" if issue.is_pull_request else "issues"
        page = f"{self.web}/{repository.full_name}/{kind}/{issue.number}"
        assignees = [self.user(user) for user in issue.assignees]
        milestone, app = issue.milestone, issue.app
        shape: JSON = {
            "url": url,
            "repository_url": root,
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": page,
            "id": issue.id,
            "node_id": self.node("PR" if issue.is_pull_request else "I", issue.id),
            "number": issue.number,
            "title": issue.title,
            "user": self.user(issue.user),
            "labels": [self.label(repository, label) for label in issue.labels],
            "state": issue.state,
            "locked": issue.locked,
            "assignee": assignees[0] if assignees else None,
            "assignees": assignees,
            "milestone": self.milestone(repository, milestone) if milestone else None,
            "comments": len(issue.comments),
            "created_at": written(issue.birth.at),
            "updated_at": written(issue.updated_at),
            "closed_at": written(issue.closed_at),
            "author_association": self._association(repository, issue.user),
            "active_lock_reason": issue.lock_reason,
            "body": issue.body,
            "closed_by": self.user(issue.closed_by) if issue.closed_by else None,
            "reactions": self.reactions(f"{url}/reactions", issue.reactions),
            "timeline_url": f"{url}/timeline",
            "performed_via_github_app": self.app(app) if app else None,
            "state_reason": issue.state_reason,
        }
        more = self._pull_request if issue.is_pull_request else self._relations
        return shape | more(issue)

    def _pull_request(self, issue: Issue) -> JSON:
        home = self.home_of(issue)
        page = f"{self.web}/{home.full_name}/pull/{issue.number}"
        pull = {
            "url": f"{self.repository_url(home)}/pulls/{issue.number}",
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": written(issue.pull.merged_at) if issue.pull else None,
        }
        return {"draft": bool(issue.pull and issue.pull.draft), "pull_request": pull}

    def _relations(self, issue: Issue) -> JSON:
        pinned = next((one for one in issue.comments if one.pinned), None)
        total = len(issue.children)
        done = sum(not child.is_open for child in issue.children)
        relations: JSON = {
            "type": None,  # only organizations have types, and none is kept here
            "pinned_comment": self.comment(self.home_of(issue), issue, pinned) if pinned else None,
            "sub_issues_summary": {
                "total": total,
                "completed": done,
                "percent_completed": 100 * done // total if total else 0,
            },
            "issue_dependencies_summary": {
                "blocked_by": sum(other.is_open for other in issue.blocked_by),
                "total_blocked_by": len(issue.blocked_by),
                "blocking": sum(other.is_open for other in issue.blocking),
                "total_blocking": len(issue.blocking),
            },
        }
        if issue.parent:
            home = self.home_of(issue.parent)
            url = f"{self.repository_url(home)}/issues/{issue.parent.number}"
            relations["parent_issue_url"] = url
        return relations

    def home_of(self, issue: Issue) -> Repository:
        """The repository that an issue is in."""
        for repository in self.world.repositories.values():
            if repository.issues.get(issue.number) is issue:
                return repository
        raise LookupError(f"issue {issue.id} is in no repository")

    def event(self, repository: Repository, event: Happening) -> JSON:
        """One entry of an issue's list of events."""
        root = self.repository_url(repository)
        shape: JSON = {
            "id": event.id,
            "node_id": self.node("E", event.id),
            "url": f"{root}/issues/events/{event.id}",
            "actor": self.user(event.actor),
            "event": event.kind,
            "commit_id": event.commit,
            "commit_url": f"{root}/commits/{event.commit}" if event.commit else None,
            "created_at": written(event.at),
            "performed_via_github_app": self.app(event.app) if event.app else None,
        }
        if event.label:
            shape["label"] = {"name": event.label[0], "color": event.label[1]}
        if event.kind == "locked":
            shape["lock_reason"] = event.lock_reason
        if event.milestone:
            shape["milestone"] = {"title": event.milestone}
        return shape

    def comment(self, repository: Repository, issue: Issue, comment: Comment) -> JSON:
        root = self.repository_url(repository)
        url = f"{root}/issues/comments/{comment.id}"
        page = f"{self.web}/{repository.full_name}/issues/{issue.number}"
        return {
            "url": url,
            "html_url": f"{page}#issuecomment-{comment.id}",
            "issue_url": f"{root}/issues/{issue.number}",
            "id": comment.id,
            "node_id": self.node("IC", comment.id),
            "user": self.user(comment.user),
            "created_at": written(comment.birth.at),
            "updated_at": written(comment.updated_at),
            "author_association": self._association(repository, comment.user),
            "body": comment.body,
            "reactions": self.reactions(f"{url}/reactions", comment.reactions),
            "performed_via_github_app": self.app(comment.app) if comment.app else None,
            "pin": {
                "pinned_at": written(comment.pinned[0]),
                "pinned_by": self.user(comment.pinned[1]),
            }
            if comment.pinned
            else None,
            "minimized": None,
        }

    def reaction(self, reaction: Reaction) -> JSON:
        return {
            "id": reaction.id,
            "node_id": self.node("REA", reaction.id),
            "user": self.user(reaction.user),
            "content": reaction.content,
            "created_at": written(reaction.created_at),
        }

    def reactions(self, url: str, given: list[Reaction]) -> JSON:
        counts = Counter(reaction.content for reaction in given)
        return {
            "url": url,
            "total_count": len(given),
            **{content: counts[content] for content in REACTIONS},
        }

    def app(self, app: App) -> JSON:
        return {
            "id": app.id,
            "client_id": app.client_id,
            "slug": app.slug,
            "node_id": self.node("A", app.id),
            "owner": self.user(app.owner),
            "name": app.name,
            "description": app.description,
            "external_url": app.external_url,
            "html_url": f"{self.web}/apps/{app.slug}",
            "created_at": written(app.created_at),
            "updated_at": written(app.created_at),
            "permissions": dict(app.permissions),
            "events": list(app.events),
        }
