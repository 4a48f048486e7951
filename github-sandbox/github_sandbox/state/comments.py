"""Comments on issues, and reactions on both."""

from github_sandbox.state import checks, moderation
from github_sandbox.state.checks import Fields
from github_sandbox.state.events import Event
from github_sandbox.state.objects import REACTIONS, Actor, Comment, Issue, Reaction, Repository
from github_sandbox.state.refusals import LOCKING, Forbidden, NotFound, invalid
from github_sandbox.world import World


def create(
    world: World, actor: Actor, repository: Repository, issue: Issue, fields: Fields
) -> Comment:
    """From `body`. Raises Forbidden in a locked conversation, see `check_not_locked`."""
    check_not_locked(world, actor, repository, issue, "create")
    moderation.check_interaction(world, actor, repository, "IssueComment", issue)
    body = _body(fields)
    birth = world.birth()
    comment = Comment(world.next_id("comment"), actor.user, actor.app, body, birth, birth.at)
    issue.comments.append(comment)
    issue.updated_at = birth.at
    _emit(world, actor, repository, "created", issue, comment)
    return comment


def find(repository: Repository, comment_id: int) -> tuple[Issue, Comment]:
    """Raises NotFound."""
    for issue in repository.issues.values():
        for comment in issue.comments:
            if comment.id == comment_id:
                return issue, comment
    raise NotFound


def edit(
    world: World, actor: Actor, repository: Repository, comment: Comment, fields: Fields
) -> Comment:
    """Change the text. Own comments, or any with push access."""
    issue, _ = find(repository, comment.id)
    _may_change(world, actor, repository, comment)
    check_not_locked(world, actor, repository, issue, "update")
    body = _body(fields)
    if body != comment.body:
        old, comment.body = comment.body, body
        comment.updated_at = world.clock.now()
        changes = {"body": {"from": old}}
        _emit(world, actor, repository, "edited", issue, comment, changes)
    return comment


def delete(world: World, actor: Actor, repository: Repository, comment: Comment) -> None:
    """Take it away. Own comments, or any with push access."""
    issue, _ = find(repository, comment.id)
    _may_change(world, actor, repository, comment)
    issue.comments.remove(comment)
    _emit(world, actor, repository, "deleted", issue, comment)


def pin(world: World, actor: Actor, issue: Issue, comment: Comment) -> None:
    """Put on top of the conversation, in place of the one that was there."""
    unpin(issue)
    comment.pinned = world.clock.now(), actor.user


def unpin(issue: Issue) -> None:
    for comment in issue.comments:
        comment.pinned = None


def check_not_locked(
    world: World, actor: Actor, repository: Repository, issue: Issue, verb: str
) -> None:
    """Raise Forbidden in a locked conversation, except for people who may write.

    An App and GITHUB_TOKEN have permissions but no role: they are refused whatever they may.
    Source: renovatebot/renovate#6215, hashicorp/terraform-github-actions#100,
    open-telemetry/opentelemetry-dotnet#6554.
    """
    if issue.locked and (actor.installation or not world.has_role(actor, repository, "write")):
        raise Forbidden(f"Unable to {verb} comment because issue is locked.", docs=LOCKING)


def check_reactions_open(issue: Issue) -> None:
    """Raise Forbidden in a locked conversation, for everybody: the owner cannot react either.

    Source: GitHawkApp/GitHawk#385 and #2297, github/gh-aw#15966. GitHub's words for it over REST
    are in none of them.
    """
    if issue.locked:
        raise Forbidden("Unable to create reaction because issue is locked.", docs=LOCKING)


def react(
    world: World, actor: Actor, thing: Issue | Comment, fields: Fields
) -> tuple[Reaction, bool]:
    """Add `content`; returns the reaction and whether it is new."""
    content = checks.one_of(fields, "content", REACTIONS)
    for reaction in thing.reactions:
        if reaction.user is actor.user and reaction.content == content:
            return reaction, False
    reaction = Reaction(world.next_id("reaction"), actor.user, content, world.clock.now())
    thing.reactions.append(reaction)
    return reaction, True


def take_back(actor: Actor, thing: Issue | Comment, reaction_id: int) -> None:
    """Remove one's own reaction. Raises NotFound, or Forbidden for another's."""
    for reaction in thing.reactions:
        if reaction.id == reaction_id:
            if reaction.user is not actor.user:
                raise Forbidden("Resource not accessible")
            thing.reactions.remove(reaction)
            return
    raise NotFound


def _body(fields: Fields) -> str:
    body = checks.required_text(fields, "body")
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field")
    checks.not_longer("IssueComment", "body", body, checks.BODY_LIMIT)
    return body


def _may_change(world: World, actor: Actor, repository: Repository, comment: Comment) -> None:
    issue, _ = find(repository, comment.id)
    if comment.user is not actor.user and not world.can_push(actor, repository, issue):
        raise Forbidden("Must have admin rights to Repository.")


def _emit(
    world: World,
    actor: Actor,
    repository: Repository,
    action: str,
    issue: Issue,
    comment: Comment,
    changes: dict[str, dict[str, str]] | None = None,
) -> None:
    subject: dict[str, object] = {"issue": issue, "comment": comment}
    if changes is not None:
        subject["changes"] = changes
    world.emit(Event("issue_comment", action, actor, repository, subject=subject))
