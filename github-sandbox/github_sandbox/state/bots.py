"""Bots that act in a repository: a workflow with its GITHUB_TOKEN, and Apps of other people."""

from github_sandbox.state import apps
from github_sandbox.state.objects import Actor, App, Installation, Permissions, Repository, Token
from github_sandbox.world import World

# As they are on github.com.
ACTIONS_APP_ID = 15_368
ACTIONS_USER_ID = 41_898_282
REQUESTS_PER_HOUR = 1_000  # of a GITHUB_TOKEN, for each repository
WORKFLOW_PERMISSIONS: Permissions = {
    "contents": "write",
    "issues": "write",
    "pull_requests": "write",
}
BOT_PERMISSIONS: Permissions = {**WORKFLOW_PERMISSIONS, "contents": "read"}


def actions_token(
    world: World,
    repository: Repository,
    value: str = "ghs_sandbox_workflow",
    permissions: Permissions | None = None,
) -> Token:
    """Return a GITHUB_TOKEN: it acts as `github-actions[bot]`, in this repository alone.

    `permissions` are those that the workflow asks for, by default all that matter here.
    """
    app = _actions_app(world)
    # In no list of installations: GitHub shows it to nobody.
    installation = Installation(
        world.next_id("installation"),
        app,
        repository.owner,
        {"metadata": "read", **(WORKFLOW_PERMISSIONS if permissions is None else permissions)},
        world.clock.now(),
        [repository],
    )
    world.limits.smaller[f"installation/{installation.id}"] = REQUESTS_PER_HOUR
    return _token(world, installation, value)


def other_bot(world: World, name: str, repository: Repository) -> Actor:
    """Return the App of this name at work in a repository; it is made and installed if missing."""
    slug = apps.slug_of(name)
    app = next((one for one in world.apps.values() if one.slug == slug), None)
    app = app or apps.create(
        world, name, owner=f"{slug}-maker", permissions=dict(BOT_PERMISSIONS), events=[]
    )
    installation = apps.on(world, app, repository.owner)
    installation = installation or apps.install(world, app, repository.owner.login)
    installation.permissions.setdefault("metadata", "read")
    return Actor(app.bot, _token(world, installation, f"ghs_sandbox_{slug}_{installation.id}"))


def _actions_app(world: World) -> App:
    if ACTIONS_APP_ID not in world.apps:
        made = apps.create(world, "GitHub Actions", owner="github", permissions={}, events=[])
        del world.apps[made.id]
        made.id, made.bot.id = ACTIONS_APP_ID, ACTIONS_USER_ID
        world.apps[made.id] = made
    return world.apps[ACTIONS_APP_ID]


def _token(world: World, installation: Installation, value: str) -> Token:
    token = Token(
        value,
        "installation",
        installation.app.bot,
        dict(installation.permissions),
        installation.repositories,
        installation=installation,
    )
    world.tokens[value] = token
    return token
