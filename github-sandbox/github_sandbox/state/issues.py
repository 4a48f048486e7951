"""Issues: made, changed, found, deleted. Numbers are never used again."""

from typing import Any

from github_sandbox.state import checks, labels, moderation
from github_sandbox.state.checks import Fields
from github_sandbox.state.events import Event
from github_sandbox.state.objects import Actor, Issue, Milestone, Pull, Repository, User
from github_sandbox.state.refusals import (
    Forbidden,
    Gone,
    Invalid,
    Moved,
    NotFound,
    invalid,
    wrong_shape,
)
from github_sandbox.world import World

STATES = ("open", "closed")
REASONS = ("completed", "not_planned", "duplicate", "reopened")
LOCK_REASONS = ("off-topic", "too heated", "resolved", "spam")


def find(repository: Repository, number: int) -> Issue:
    """Raises NotFound, Moved, or Gone for a deleted one and where issues are switched off."""
    if not repository.issues_enabled:
        raise Gone("Issues are disabled for this repo")
    if number in repository.deleted_issues:
        raise Gone("This issue was deleted")
    if number in repository.transferred:
        raise Moved(*repository.transferred[number])
    if number not in repository.issues:
        raise NotFound
    return repository.issues[number]


def by_id(world: World, issue_id: int) -> tuple[Repository, Issue]:
    """An issue by its database id, wherever it is. Raises NotFound."""
    for repository in world.repositories.values():
        for issue in repository.issues.values():
            if issue.id == issue_id:
                return repository, issue
    raise NotFound


def create(
    world: World,
    actor: Actor,
    repository: Repository,
    fields: Fields,
    pull: Pull | None = None,
) -> Issue:
    """From `title`, `body`, `labels`, `milestone`, `assignees`; with `pull`, a pull request.

    The last three are dropped without a word when the actor has no push access.
    """
    if not repository.issues_enabled:
        raise Gone("Issues are disabled for this repo")
    resource = "PullRequest" if pull else "Issue"
    moderation.check_interaction(world, actor, repository, resource)
    title = _title(fields)
    body = _body(fields)
    trusted = world.can_push(actor, repository)
    milestone = _milestone(repository, fields) if trusted else None
    assignees = _assignees(world, repository, fields) if trusted else []
    wanted = checks.names(fields["labels"], "labels") if trusted and fields.get("labels") else []
    found = labels.named(world, actor, repository, wanted)
    repository.last_issue += 1
    birth = world.birth()
    issue = Issue(
        world.next_id("issue"),
        repository.last_issue,
        actor.user,
        actor.app,
        title,
        body,
        birth,
        birth.at,
        milestone=milestone,
        assignees=assignees,
        is_pull_request=pull is not None,
        pull=pull,
    )
    repository.issues[issue.number] = issue
    issue.labels = found[: labels.PER_ISSUE]
    _emit(world, actor, repository, "opened", issue)
    for label in issue.labels:
        _emit(world, actor, repository, "labeled", issue, label=label)
    if milestone:
        _emit(world, actor, repository, "milestoned", issue, milestone=milestone)
    return issue


def edit(world: World, actor: Actor, repository: Repository, issue: Issue, fields: Fields) -> Issue:
    """Change what is named in `fields`. Authors may edit their own; others need push access."""
    trusted = world.can_push(actor, repository, issue)
    if not trusted and issue.user is not actor.user:
        raise Forbidden("Must have admin rights to Repository.")
    _edit_text(world, actor, repository, issue, fields)
    if trusted:
        if fields.get("labels") is not None:
            wanted = checks.names(fields["labels"], "labels")
            found = labels.named(world, actor, repository, wanted)
            labels.put_on(world, actor, repository, issue, found)
        if "milestone" in fields:
            _set_milestone(world, actor, repository, issue, _milestone(repository, fields))
        if "assignees" in fields or "assignee" in fields:
            issue.assignees = _assignees(world, repository, fields)
            issue.updated_at = world.clock.now()
    if fields.get("state") is not None:
        _set_state(world, actor, repository, issue, fields)
    return issue


def delete(world: World, actor: Actor, repository: Repository, issue: Issue) -> None:
    """For admins only. Comments go with it; parent and sub-issues lose the link."""
    if not world.has_role(actor, repository, "admin"):
        raise Forbidden("Must have admin rights to Repository.")
    del repository.issues[issue.number]
    repository.deleted_issues.add(issue.number)
    unrelate(issue)
    _emit(world, actor, repository, "deleted", issue)


def unrelate(issue: Issue) -> None:
    """Cut it off from parent, sub-issues and dependencies."""
    if issue.parent:
        issue.parent.children.remove(issue)
        issue.parent = None
    for child in issue.children:
        child.parent = None
    issue.children.clear()
    for other in issue.blocking:
        other.blocked_by.remove(issue)
    for other in issue.blocked_by:
        other.blocking.remove(issue)


def lock(world: World, actor: Actor, repository: Repository, issue: Issue, fields: Fields) -> None:
    """Lock the conversation, with `lock_reason` if given."""
    if fields.get("lock_reason") is not None:
        issue.lock_reason = checks.one_of(fields, "lock_reason", LOCK_REASONS)
    issue.locked = True
    issue.updated_at = world.clock.now()
    _emit(world, actor, repository, "locked", issue)


def unlock(world: World, actor: Actor, repository: Repository, issue: Issue) -> None:
    """Open the conversation again."""
    issue.locked = False
    issue.lock_reason = None
    issue.updated_at = world.clock.now()
    _emit(world, actor, repository, "unlocked", issue)


def pin(repository: Repository, issue: Issue) -> None:
    """Put on top of the list; three at most, which are no pull requests."""
    if sum(other.pinned for other in repository.issues.values()) >= 3 and not issue.pinned:
        raise Invalid("Maximum 3 pinned issues per repository")
    issue.pinned = True


def _edit_text(
    world: World, actor: Actor, repository: Repository, issue: Issue, fields: Fields
) -> None:
    changes: dict[str, Any] = {}
    title = _title(fields) if fields.get("title") is not None else issue.title
    body = _body(fields) if "body" in fields else issue.body
    if title != issue.title:
        changes["title"] = {"from": issue.title}
    if body != issue.body:
        changes["body"] = {"from": issue.body or ""}
    if changes:
        issue.title, issue.body = title, body
        issue.updated_at = world.clock.now()
        _emit(world, actor, repository, "edited", issue, changes=changes)


def _set_milestone(
    world: World, actor: Actor, repository: Repository, issue: Issue, new: Milestone | None
) -> None:
    old = issue.milestone
    if new is old:
        return
    issue.milestone = new
    issue.updated_at = world.clock.now()
    if old:
        _emit(world, actor, repository, "demilestoned", issue, milestone=old)
    if new:
        _emit(world, actor, repository, "milestoned", issue, milestone=new)


def _set_state(
    world: World, actor: Actor, repository: Repository, issue: Issue, fields: Fields
) -> None:
    """GitHub heeds `state_reason` only when the state changes with it."""
    state = checks.one_of(fields, "state", STATES)
    reason = fields.get("state_reason")
    if reason is not None:
        checks.one_of(fields, "state_reason", REASONS)
    if state == issue.state:
        return
    now = world.clock.now()
    issue.state = state
    issue.updated_at = now
    if state == "closed":
        issue.state_reason = reason if reason in {"not_planned", "duplicate"} else "completed"
        if issue.is_pull_request:
            issue.state_reason = None
        issue.closed_at, issue.closed_by = now, actor.user
    else:
        issue.state_reason = None if issue.is_pull_request else "reopened"
        issue.closed_at = issue.closed_by = None
    _emit(world, actor, repository, "closed" if state == "closed" else "reopened", issue)


def _emit(
    world: World, actor: Actor, repository: Repository, action: str, issue: Issue, **more: Any
) -> None:
    subject = {"issue": issue, **more}
    world.emit(Event("issues", action, actor, repository, subject=subject))


def _title(fields: Fields) -> str:
    value = fields.get("title")
    title = str(value) if isinstance(value, int) else checks.required_text(fields, "title")
    title = title.strip()
    if not title:
        raise invalid("Issue", "title", "missing_field")
    checks.not_longer("Issue", "title", title, checks.TITLE_LIMIT)
    return title


def _body(fields: Fields) -> str | None:
    body = checks.text(fields, "body")
    checks.not_longer("Issue", "body", body, checks.BODY_LIMIT)
    return body or None


def _milestone(repository: Repository, fields: Fields) -> Milestone | None:
    value = fields.get("milestone")
    if value is None:
        return None
    number = int(value) if str(value).isdecimal() else 0
    if number not in repository.milestones:
        raise invalid("Issue", "milestone", "invalid", value=value)
    return repository.milestones[number]


def _assignees(world: World, repository: Repository, fields: Fields) -> list[User]:
    wanted = fields.get("assignees")
    if wanted is None:
        wanted = [fields["assignee"]] if fields.get("assignee") else []
    if not isinstance(wanted, list):
        raise wrong_shape("assignees", wanted, "an array")
    found: list[User] = []
    for login in wanted:
        user = world.users.get(str(login).lower())
        known = user and (
            user is repository.owner or user.login.lower() in repository.collaborators
        )
        if user is None or not known:
            raise invalid("Issue", "assignees", "invalid", value=login)
        found.append(user)
    return found[:10]
