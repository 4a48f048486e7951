"""The world as JSON for a person or a test to look at: short, in our own shape, not GitHub's."""

from dataclasses import fields
from typing import Any

from github_sandbox.state.faults import Fault
from github_sandbox.state.limits import Limits
from github_sandbox.state.objects import Comment, Issue, Reaction, Repository
from github_sandbox.world import World

JSON = dict[str, Any]


def world(found: World) -> JSON:
    """In short; without the request log, the tokens and the deliveries."""
    return {
        "now": found.clock.exact().isoformat(),
        "requests": found.journal.received,
        "users": [{"login": user.login, "kind": user.kind} for user in found.users.values()],
        "repositories": [repository(repo) for repo in found.repositories.values()],
        "apps": [{"id": app.id, "slug": app.slug} for app in found.apps.values()],
        "installations": [
            {"id": one.id, "app": one.app.slug, "account": one.account.login}
            for one in found.installations.values()
        ],
        "hooks": [{"id": hook.id, "url": hook.url} for hook in found.hooks.values()],
        "faults": [fault(one) for one in found.faults.waiting],
        "limits": limits(found.limits),
    }


def repository(repo: Repository) -> JSON:
    return {
        "full_name": repo.full_name,
        "private": repo.private,
        "archived": repo.archived,
        "issues_enabled": repo.issues_enabled,
        "labels": [
            {"name": label.name, "color": label.color, "description": label.description}
            for label in repo.labels.values()
        ],
        "milestones": [
            {
                "number": milestone.number,
                "title": milestone.title,
                "state": milestone.state,
                "due": milestone.due.isoformat() if milestone.due else None,
                "description": milestone.description,
            }
            for milestone in repo.milestones.values()
        ],
        "issues": [issue(one) for one in repo.issues.values()],
        "releases": [one.tag for one in repo.releases],
        "deleted_issues": sorted(repo.deleted_issues),
        "branches": {
            name: sorted(head.files)
            for name in repo.git.branches()
            if (head := repo.git.head(name))
        },
    }


def issue(found: Issue) -> JSON:
    return {
        "number": found.number,
        "id": found.id,
        "user": found.user.login,
        "title": found.title,
        "body": found.body,
        "state": found.state,
        "state_reason": found.state_reason,
        "labels": [label.name for label in found.labels],
        "milestone": found.milestone.number if found.milestone else None,
        "parent": found.parent.number if found.parent else None,
        "sub_issues": [child.number for child in found.children],
        "comments": [_comment(one) for one in found.comments],
        "pull_request": found.is_pull_request,
        "merged": bool(found.pull and found.pull.merged_at),
        "pinned": found.pinned,
        "reactions": _reactions(found.reactions),
    }


def _comment(found: Comment) -> JSON:
    return {
        "id": found.id,
        "user": found.user.login,
        "body": found.body,
        "reactions": _reactions(found.reactions),
    }


def _reactions(found: list[Reaction]) -> list[JSON]:
    return [{"content": one.content, "user": one.user.login} for one in found]


def fault(found: Fault) -> JSON:
    return {one.name: getattr(found, one.name) for one in fields(found) if one.name != "call"}


def limits(found: Limits) -> JSON:
    names = (
        "primary",
        "secondary",
        "points_per_minute",
        "created_per_minute",
        "created_per_hour",
        "secondary_status",
    )
    return {name: getattr(found, name) for name in names}
