"""Sub-issues and dependencies between issues.

Limits after GitHub's "Adding sub-issues" page: 100 sub-issues for a parent, closed ones counted, 8
levels, one parent for each issue.
"""

from github_sandbox.state.events import Event
from github_sandbox.state.issues import by_id
from github_sandbox.state.objects import Actor, Issue, Repository
from github_sandbox.state.refusals import Invalid, NotFound
from github_sandbox.world import World

PER_PARENT = 100
LEVELS = 8


def add_child(
    world: World,
    actor: Actor,
    repository: Repository,
    parent: Issue,
    child_id: int,
    *,
    replace: bool = False,
) -> None:
    """Put an issue, by database id, under a parent. Raises Invalid where the tree forbids it."""
    try:
        home, child = by_id(world, child_id)
    except NotFound:
        raise Invalid("The provided sub-issue does not exist") from None
    if home.owner is not repository.owner:
        raise Invalid("Sub-issue must belong to the same owner as the parent issue")
    if child is parent or child in _ancestors(parent):
        raise Invalid("Sub-issue may not be its own ancestor")
    if child.parent is parent:
        raise Invalid("Issue may not contain duplicate sub-issues")
    if child.parent and not replace:
        raise Invalid("Sub-issue may only have one parent")
    if len(parent.children) >= PER_PARENT:
        raise Invalid(f"Parent cannot have more than {PER_PARENT} sub-issues")
    if len(_ancestors(parent)) + 1 + _height(child) > LEVELS:
        raise Invalid(f"Sub-issues cannot be nested deeper than {LEVELS} levels")
    if child.parent:
        child.parent.children.remove(child)
    child.parent = parent
    parent.children.append(child)
    _touch(world, parent, child)
    subject = {"parent": parent, "child": child}
    world.emit(Event("sub_issues", "sub_issue_added", actor, repository, subject=subject))


def remove_child(
    world: World, actor: Actor, repository: Repository, parent: Issue, child_id: int
) -> None:
    """Take an issue from under its parent. Raises NotFound when it is not there."""
    child = _child(parent, child_id)
    parent.children.remove(child)
    child.parent = None
    _touch(world, parent, child)
    subject = {"parent": parent, "child": child}
    world.emit(Event("sub_issues", "sub_issue_removed", actor, repository, subject=subject))


def move_child(
    world: World, parent: Issue, child_id: int, after_id: int | None, before_id: int | None
) -> None:
    """Place a sub-issue right after or right before a sibling."""
    child = _child(parent, child_id)
    if (after_id is None) == (before_id is None):
        raise Invalid("Only one of after_id or before_id can be specified")
    sibling = _child(parent, after_id if after_id is not None else before_id or 0)
    if sibling is child:
        raise Invalid("A sub-issue cannot be placed next to itself")
    parent.children.remove(child)
    at = parent.children.index(sibling) + (1 if after_id is not None else 0)
    parent.children.insert(at, child)
    _touch(world, parent)


def block(world: World, issue: Issue, blocker_id: int) -> None:
    """Mark an issue as blocked by another, by database id."""
    try:
        _, blocker = by_id(world, blocker_id)
    except NotFound:
        raise Invalid("The provided issue does not exist") from None
    if blocker is issue or blocker in issue.blocked_by or issue in blocker.blocked_by:
        raise Invalid("The dependency already exists or would form a circle")
    issue.blocked_by.append(blocker)
    blocker.blocking.append(issue)
    _touch(world, issue, blocker)


def unblock(world: World, issue: Issue, blocker_id: int) -> None:
    """Take a dependency back. Raises NotFound."""
    for blocker in issue.blocked_by:
        if blocker.id == blocker_id:
            issue.blocked_by.remove(blocker)
            blocker.blocking.remove(issue)
            _touch(world, issue, blocker)
            return
    raise NotFound


def _child(parent: Issue, child_id: int) -> Issue:
    for child in parent.children:
        if child.id == child_id:
            return child
    raise NotFound("The provided sub-issue does not exist")


def _ancestors(issue: Issue) -> list[Issue]:
    found: list[Issue] = []
    while issue.parent:
        issue = issue.parent
        found.append(issue)
    return found


def _height(issue: Issue) -> int:
    """Levels from this issue down, itself included."""
    return 1 + max((_height(child) for child in issue.children), default=0)


def _touch(world: World, *changed: Issue) -> None:
    for issue in changed:
        issue.updated_at = world.clock.now()
