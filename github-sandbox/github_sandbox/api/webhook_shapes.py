"""Events as the JSON that webhooks carry."""

from typing import Any

from github_sandbox.api import app_shapes
from github_sandbox.api.repository_shapes import repository
from github_sandbox.api.shapes import JSON, Shapes, written
from github_sandbox.state.events import Event
from github_sandbox.state.git import Commit
from github_sandbox.state.objects import Hook, Installation, Issue, Repository

NO_COMMIT = "0" * 40


def payload(shapes: Shapes, event: Event, through: Installation | None) -> JSON:
    """The body of a delivery; `through` is the installation by which an App hears of it."""
    body: JSON = {}
    if event.action:
        body["action"] = event.action
    if event.name == "push":
        body |= _push(shapes, event)
    elif event.name == "ping":
        body |= _ping(shapes, event)
    elif event.installation:
        body |= _installation(shapes, event, event.installation)
    else:
        body |= _subject(shapes, event)
    if event.repository:
        body["repository"] = _repository(shapes, event.repository, push=event.name == "push")
    body["sender"] = shapes.user(event.actor.user)
    if through and not event.installation:
        body["installation"] = {
            "id": through.id,
            "node_id": shapes.node("IN", through.id),
        }
    return body


def _subject(shapes: Shapes, event: Event) -> JSON:
    home, subject = event.repository, event.subject
    if home is None:
        return {}
    body: JSON = {}
    if "issue" in subject:
        body["issue"] = _issue(shapes, home, subject["issue"])
    if "comment" in subject:
        body["comment"] = shapes.comment(home, subject["issue"], subject["comment"])
    if "label" in subject:
        body["label"] = shapes.label(home, subject["label"])
    if "milestone" in subject:
        body["milestone"] = shapes.milestone(home, subject["milestone"])
    if "changes" in subject and event.action in {"edited", "renamed"}:
        body["changes"] = subject["changes"]
    for age in ("old", "new"):
        if f"{age}_home" in subject:
            body["changes"] = _transfer(shapes, age, subject)
    if "parent" in subject:
        for key, issue in (("parent_issue", subject["parent"]), ("sub_issue", subject["child"])):
            body[f"{key}_id"] = issue.id
            body[key] = shapes.issue(shapes.home_of(issue), issue)
        body["parent_issue_repo"] = repository(shapes, shapes.home_of(subject["parent"]))
    return body


def _transfer(shapes: Shapes, age: str, subject: dict[str, Any]) -> JSON:
    """Where a transferred issue came from ("old"), or went ("new")."""
    home: Repository = subject[f"{age}_home"]
    return {
        f"{age}_issue": _issue(shapes, home, subject[f"{age}_issue"]),
        f"{age}_repository": _repository(shapes, home, push=False),
    }


def _issue(shapes: Shapes, home: Repository, issue: Issue) -> JSON:
    """As over REST, less who closed it."""
    shape = shapes.issue(home, issue)
    del shape["closed_by"]
    return shape


def _repository(shapes: Shapes, home: Repository, *, push: bool) -> JSON:
    shape = repository(shapes, home)
    shape["custom_properties"] = {}
    if push:  # push events carry seconds since 1970 where others carry text
        shape["created_at"] = int(home.created_at.timestamp())
        shape["pushed_at"] = int((home.git.pushed_at or home.created_at).timestamp())
        shape |= {"stargazers": 0, "master_branch": home.default_branch}
    return shape


def _installation(shapes: Shapes, event: Event, found: Installation) -> JSON:
    changed = [
        {
            "id": repo.id,
            "node_id": shapes.node("R", repo.id),
            "name": repo.name,
            "full_name": repo.full_name,
            "private": repo.private,
        }
        for repo in event.subject["repositories"]
    ]
    body: JSON = {"installation": app_shapes.installation(shapes, found)}
    if event.name == "installation":
        return body | {"repositories": changed, "requester": None}
    empty: list[JSON] = []
    return body | {
        "repository_selection": body["installation"]["repository_selection"],
        "repositories_added": changed if event.action == "added" else empty,
        "repositories_removed": changed if event.action == "removed" else empty,
        "requester": None,
    }


def _push(shapes: Shapes, event: Event) -> JSON:
    home = event.repository
    after: Commit = event.subject["after"]
    before: Commit | None = event.subject["before"]
    assert home is not None  # noqa: S101 - a push is always one repository's
    commit = _commit(shapes, home, before, after)
    start = before.sha if before else NO_COMMIT
    return {
        "ref": f"refs/heads/{event.subject['branch']}",
        "before": start,
        "after": after.sha,
        "base_ref": None,
        "created": before is None,
        "deleted": False,
        "forced": False,
        "compare": f"{shapes.web}/{home.full_name}/compare/{start[:12]}...{after.sha[:12]}",
        "commits": [commit],
        "head_commit": commit,
        "pusher": {"name": event.actor.user.login, "email": event.actor.user.email},
    }


def _commit(shapes: Shapes, home: Repository, before: Commit | None, after: Commit) -> JSON:
    old = before.files if before else {}
    new = after.files
    who = {"name": after.author, "email": after.email, "date": written(after.at)}
    return {
        "id": after.sha,
        "tree_id": after.tree,
        "distinct": True,
        "message": after.message,
        "timestamp": written(after.at),
        "url": f"{shapes.web}/{home.full_name}/commit/{after.sha}",
        "author": who,
        "committer": who,
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "modified": sorted(path for path in new.keys() & old.keys() if new[path] != old[path]),
    }


def _ping(shapes: Shapes, event: Event) -> JSON:
    hook: Hook = event.subject["hook"]
    at = written(shapes.world.clock.now())
    shown: JSON = {
        "type": "Repository" if hook.repository else "App",
        "id": hook.id,
        "name": "web",
        "active": hook.active,
        "events": sorted(hook.events),
        "config": {"content_type": "json", "insecure_ssl": "0", "url": hook.url},
        "updated_at": at,
        "created_at": at,
    }
    if hook.app:
        shown["app_id"] = hook.app.id
    return {"zen": "Keep it logically awesome.", "hook_id": hook.id, "hook": shown}
