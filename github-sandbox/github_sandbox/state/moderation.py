"""What an owner may forbid: pushes to a branch, people, and interactions with strangers.

Nothing of it is on in a new repository.
"""

from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Literal, get_args

from github_sandbox.state.objects import Actor, Issue, Repository, User
from github_sandbox.state.refusals import DOCS, PROTECTED, Conflict, Forbidden, Invalid
from github_sandbox.world import World

Rule = Literal["ruleset", "branch protection"]
InteractionLimit = Literal["existing_users", "contributors_only", "collaborators_only"]
INTERACTION_LIMITS: tuple[str, ...] = get_args(InteractionLimit)
NEW_ACCOUNT = timedelta(hours=24)
RESTRICTED = {
    "existing_users": "from new users",
    "contributors_only": "to prior contributors only",
    "collaborators_only": "to collaborators only",
}
BY_PULL_REQUEST = "Changes must be made through a pull request."


@dataclass(frozen=True)
class BranchRule:
    """Branches of a pattern change by pull requests only, except for the logins in `bypass`."""

    pattern: str
    kind: Rule = "ruleset"
    bypass: frozenset[str] = frozenset()


def protect(
    repository: Repository, pattern: str = "main", kind: Rule = "ruleset", *bypass: str
) -> None:
    """Ask for a pull request on branches of this name (a shell pattern), in place of other rules
    for it. The owner is held to it too, unless among the logins in `bypass`."""
    unprotect(repository, pattern)
    logins = frozenset(login.lower() for login in bypass)
    repository.branch_rules.append(BranchRule(pattern, kind, logins))


def unprotect(repository: Repository, pattern: str = "main") -> None:
    """Take the rule for this pattern away."""
    rules = repository.branch_rules
    rules[:] = [rule for rule in rules if rule.pattern != pattern]


def check_push(
    actor: Actor, repository: Repository, branch: str, verb: Literal["create", "update", ""] = ""
) -> None:
    """Raise Conflict for a file (`verb` says what is done to it), Invalid for a ref.

    Nothing conflicts, and trying again does not help: GitHub uses 409 all the same.
    Source: satisfactory-factories/application#67, mastra-ai/mastra#20609, vndee/llm-sandbox#182.
    """
    for rule in rules_for(repository, branch):
        if actor.user.login.lower() in rule.bypass:
            continue
        docs, message = DOCS, f"Repository rule violations found\n\n{BY_PULL_REQUEST}\n\n"
        if rule.kind == "branch protection":
            docs = PROTECTED
            message = f"Could not {verb} file: {BY_PULL_REQUEST}" if verb else BY_PULL_REQUEST
        raise Conflict(message, docs=docs) if verb else Invalid(message, docs=docs)


def rules_for(repository: Repository, branch: str) -> list[BranchRule]:
    """Return the rules whose pattern fits a branch."""
    return [rule for rule in repository.branch_rules if fnmatchcase(branch, rule.pattern)]


def check_interaction(
    world: World, actor: Actor, repository: Repository, resource: str, issue: Issue | None = None
) -> None:
    """Raise Invalid for who is blocked by the owner or the issue's author, and for who is kept out
    by the repository's interaction limit (Forbidden where it was set to answer 403).

    `resource` is GitHub's name for what is to be made. Source for blocks: odoo/runbot#127,
    openshift/ci-operator#136; for limits: k0shk0sh/FastHub#1782, ziglang/zig's refusals as quoted
    by others: over REST they are validation errors.
    """
    hosts = {repository.owner, issue.user} if issue else {repository.owner}
    if any(actor.user.login.lower() in host.blocked for host in hosts):
        raise _unprocessable(resource, "User is blocked")
    limit = repository.interaction_limit
    if limit is None or _passes(world, actor, repository, limit):
        return
    words = f"Interactions on this repository have been restricted {RESTRICTED[limit]}."
    if repository.interaction_limit_status == 403:
        raise Forbidden(words)
    raise _unprocessable(resource, f"could not be created. {words}")


def block(blocker: User, blocked: User) -> None:
    """Let an account block another, a bot's account as well."""
    blocker.blocked.add(blocked.login.lower())


def unblock(blocker: User, blocked: User) -> None:
    blocker.blocked.discard(blocked.login.lower())


def limit_interactions(
    repository: Repository, limit: InteractionLimit | None, status: Literal[403, 422] = 422
) -> None:
    """Set who may comment, open issues and pull requests; None is everybody."""
    repository.interaction_limit = limit
    repository.interaction_limit_status = status


def _passes(world: World, actor: Actor, repository: Repository, limit: str) -> bool:
    """An App is no collaborator, whatever its permissions are."""
    if repository.given_role_of(actor.user):
        return True
    if limit == "collaborators_only":
        return False
    if actor.user.email in repository.git.authors:
        return True
    old = actor.user.created_at <= world.clock.now() - NEW_ACCOUNT
    return limit == "existing_users" and old


def _unprocessable(resource: str, message: str) -> Invalid:
    entry: dict[str, object] = {"resource": resource, "code": "unprocessable", "field": "data"}
    return Invalid("Validation Failed", [{**entry, "message": message}])
