"""Repositories made from a template: one commit with all files of the default branch.

The new repository is no fork, has no history in common, and hears of its first commit by a `push`
event; `create` comes for none but further branches. GitHub sometimes loses that push, which
`WebhookFaults` can do here. Source: https://docs.github.com/rest/repos/repos#create-a-repository-using-a-template,
actions/runner#673, skills/code-with-codespaces#86, adobe/aem-block-collection#154.
"""

import re

from github_sandbox.state import checks
from github_sandbox.state.checks import Fields
from github_sandbox.state.events import Event
from github_sandbox.state.objects import Actor, Repository, User
from github_sandbox.state.refusals import Forbidden, Invalid, NotFound
from github_sandbox.world import World

MESSAGE = "Initial commit"
NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)


def generate(world: World, actor: Actor, template: Repository, fields: Fields) -> Repository:
    """The new repository, from `name`, `owner`, `description`, `private`, `include_all_branches`.

    Raises Invalid for what is no template, for a name that is taken or impossible, and for an App,
    NotFound for an unknown owner, Forbidden for somebody else's account. Source of the messages:
    osunyorg/admin#3986, programical/gitland#80, crossplane-contrib/provider-upjet-github#118.
    """
    name = checks.required_text(fields, "name")
    owner = _owner(world, actor, checks.text(fields, "owner"))
    if actor.installation:
        raise Invalid("Could not clone: template repository not found.")
    if not template.is_template:
        raise Invalid(f"Could not clone: {template.full_name} is not a template repository.")
    if not NAME.fullmatch(name) or name in {".", ".."}:
        raise Invalid("Could not clone: name is invalid")
    full_name = f"{owner.login}/{name}"
    if any(one.full_name.lower() == full_name.lower() for one in world.repositories.values()):
        raise Invalid("Could not clone: Name already exists on this account")
    made = world.add_repository(
        full_name,
        private=bool(fields.get("private")),
        description=checks.text(fields, "description"),
        empty=True,
    )
    made.default_branch = template.default_branch
    made.template = template
    world.former_names.pop(full_name.lower(), None)
    every = template.git.branches() if fields.get("include_all_branches") else []
    for branch in (template.default_branch, *(b for b in every if b != template.default_branch)):
        _copy(world, actor, template, made, branch)
    return made


def _owner(world: World, actor: Actor, login: str | None) -> User:
    owner = world.users.get((login or actor.user.login).lower())
    if owner is None:
        raise NotFound
    if not (owner.is_run_by(actor.user) or owner.has_member(actor.user, publicly=False)):
        raise Forbidden("You must be a member of the organization to create a repository.")
    return owner


def _copy(world: World, actor: Actor, template: Repository, made: Repository, branch: str) -> None:
    head = template.git.head(branch)
    if head is None:
        return
    user = actor.user
    commit = made.git.commit(
        branch,
        head.files,
        message=MESSAGE,
        author=user.name or user.login,
        email=user.email,
        at=world.clock.now(),
    )
    subject = {"branch": branch, "before": None, "after": commit}
    world.emit(Event("push", None, actor, made, subject=subject))
