"""GitHub Apps: made (from a manifest or directly), installed, suspended, given tokens."""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from github_sandbox.state import hooks
from github_sandbox.state.events import Event
from github_sandbox.state.objects import (
    Actor,
    App,
    Hook,
    Installation,
    Permissions,
    Repository,
    Token,
    User,
)
from github_sandbox.state.refusals import Forbidden, Invalid, NotFound
from github_sandbox.world import World

TOKEN_LASTS = timedelta(hours=1)
MANIFEST_LASTS = timedelta(hours=1)
MOST_REPOSITORIES = 500


@dataclass(frozen=True)
class Manifest:
    """A manifest that a person has confirmed, waiting for its code to be traded in."""

    owner: User
    data: Mapping[str, Any]
    at: datetime


@functools.cache
def key_pair() -> tuple[str, str]:
    """A private and a public RSA key as PEM, the same for every App of this process: making one
    takes a tenth of a second, and nobody is kept out by it."""
    from cryptography.hazmat.primitives import serialization as wire
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        wire.Encoding.PEM, wire.PrivateFormat.TraditionalOpenSSL, wire.NoEncryption()
    )
    public = key.public_key().public_bytes(
        wire.Encoding.PEM, wire.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


def slug_of(name: str) -> str:
    """An App's name as it stands in addresses."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def create(
    world: World,
    name: str,
    *,
    owner: str,
    permissions: Permissions,
    events: list[str],
    hook_url: str | None = None,
    hook_secret: str | None = None,
    setup_url: str | None = None,
    setup_on_update: bool = False,
    callback_urls: Iterable[str] = (),
    external_url: str = "https://example.invalid",
    description: str | None = None,
    public: bool = True,
) -> App:
    """An App with its bot account, and a webhook when there is a URL for one."""
    slug = slug_of(name)
    private_key, public_key = key_pair()
    number = world.next_id("app")
    app = App(
        number,
        slug,
        name,
        world.add_user(owner),
        world.add_user(f"{slug}[bot]", kind="Bot"),
        f"Iv1.{number:016x}",
        f"{number:040x}",
        private_key,
        public_key,
        dict(permissions),
        list(events),
        world.clock.now(),
        external_url,
        description,
        setup_url=setup_url,
        setup_on_update=setup_on_update,
        callback_urls=tuple(callback_urls),
        public=public,
    )
    world.apps[app.id] = app
    if hook_url:
        kinds = frozenset(events)
        app.hook = Hook(world.next_id("hook"), hook_url, hook_secret, kinds, app=app)
        world.hooks[app.hook.id] = app.hook
        hooks.ping(world, Actor(app.owner), app.hook)
    return app


def install(
    world: World,
    app: App,
    account: str,
    *,
    repositories: list[Repository] | None = None,
    by: User | None = None,
) -> Installation:
    """Install an App on an account: on some repositories, or on all of them. `by` is whoever does
    it, else the account itself."""
    owner = world.add_user(account)
    installation = Installation(
        world.next_id("installation"),
        app,
        owner,
        dict(app.permissions),
        world.clock.now(),
        repositories,
    )
    world.installations[installation.id] = installation
    _tell(world, Actor(by or owner), installation, "created")
    return installation


def uninstall(world: World, actor: Actor, installation: Installation) -> None:
    """Take an App off an account; its tokens die."""
    _tell(world, actor, installation, "deleted")
    del world.installations[installation.id]
    for value in [v for v, t in world.tokens.items() if t.installation is installation]:
        del world.tokens[value]


def suspend(world: World, actor: Actor, installation: Installation) -> None:
    """Stop an App here until `unsuspend`: neither tokens nor events."""
    installation.suspended_at = world.clock.now()
    installation.suspended_by = actor.user
    _tell(world, actor, installation, "suspend")


def unsuspend(world: World, actor: Actor, installation: Installation) -> None:
    """Let the App go on."""
    installation.suspended_at = installation.suspended_by = None
    _tell(world, actor, installation, "unsuspend")


def change_repositories(
    world: World,
    actor: Actor,
    installation: Installation,
    *,
    add: list[Repository] | None = None,
    remove: list[Repository] | None = None,
) -> None:
    """Give or take single repositories; the installation has "selected" ones from then on."""
    current = covered(world, installation)
    for action, changed in (("added", add or []), ("removed", remove or [])):
        if not changed:
            continue
        if action == "added":
            current = [*current, *(repo for repo in changed if repo not in current)]
        else:
            current = [repo for repo in current if repo not in changed]
        installation.repositories = current
        subject = {"repositories": changed}
        world.emit(
            Event(
                "installation_repositories",
                action,
                actor,
                installation=installation,
                subject=subject,
            )
        )


def choose(
    world: World, actor: Actor, installation: Installation, wanted: list[Repository] | None
) -> None:
    """Let it reach these repositories from now on, None for all of the account."""
    before = covered(world, installation)
    installation.repositories = wanted
    after = covered(world, installation)
    added = [repo for repo in after if repo not in before]
    removed = [repo for repo in before if repo not in after]
    for action, changed in (("added", added), ("removed", removed)):
        if changed:
            event = "installation_repositories"
            subject = {"repositories": changed}
            world.emit(Event(event, action, actor, installation=installation, subject=subject))


def covered(world: World, installation: Installation) -> list[Repository]:
    """The repositories an installation reaches."""
    if installation.repositories is not None:
        return installation.repositories
    return [repo for repo in world.repositories.values() if installation.reaches(repo)]


def find(world: World, app: App, installation_id: int) -> Installation:
    """Raises NotFound for another App's."""
    installation = world.installations.get(installation_id)
    if installation is None or installation.app is not app:
        raise NotFound
    return installation


def by_slug(world: World, slug: str) -> App:
    """Raises NotFound."""
    for app in world.apps.values():
        if app.slug == slug.lower():
            return app
    raise NotFound


def on(world: World, app: App, account: User) -> Installation | None:
    """The installation of an App on an account, if there is one."""
    for installation in world.installations.values():
        if installation.app is app and installation.account is account:
            return installation
    return None


def shared(world: World, installation: Installation, person: User) -> list[Repository]:
    """The repositories that both an installation and a person reach, by a role that somebody gave
    them: what everybody may read does not count."""
    return [repo for repo in covered(world, installation) if repo.given_role_of(person)]


def seen_by(world: World, app: App, person: User) -> list[Installation]:
    """The installations of an App that concern a person."""
    return [
        installation
        for installation in world.installations.values()
        if installation.app is app
        and (installation.account.is_run_by(person) or shared(world, installation, person))
    ]


def find_on(world: World, app: App, repository: Repository) -> Installation:
    """The installation that reaches a repository. Raises NotFound."""
    for installation in world.installations.values():
        if installation.app is app and repository in covered(world, installation):
            return installation
    raise NotFound


def issue_token(world: World, installation: Installation, fields: Mapping[str, Any]) -> Token:
    """A token for one hour, narrowed by `repositories`, `repository_ids` and `permissions`."""
    if installation.suspended_at:
        raise Forbidden("This installation has been suspended")
    repositories = _narrowed(world, installation, fields)
    permissions = dict(installation.permissions)
    if fields.get("permissions"):
        permissions = dict(fields["permissions"])
        for name, level in permissions.items():
            if level not in {"write": {"read", "write"}, "read": {"read"}}.get(
                installation.permissions.get(name, ""), set()
            ):
                message = "The permissions requested are not granted to this installation."
                raise Invalid(message)
        permissions.setdefault("metadata", "read")
    number = world.next_id("token")
    token = Token(
        f"ghs_{installation.app.id}_sandbox{number:032d}",
        "installation",
        installation.app.bot,
        permissions,
        repositories,
        world.clock.exact() + TOKEN_LASTS,
        installation,
    )
    world.tokens[token.value] = token
    return token


def submit_manifest(world: World, owner: str, data: Mapping[str, Any]) -> str:
    """Confirm a manifest as a person does; returns the code, good once and for an hour."""
    code = f"{world.next_id('manifest'):040x}"
    world.manifests[code] = Manifest(world.add_user(owner), data, world.clock.exact())
    return code


def convert(world: World, code: str) -> App:
    """Trade a manifest's code for the App. Raises NotFound when it is used up or too old."""
    manifest = world.manifests.pop(code, None)
    if manifest is None or world.clock.exact() - manifest.at > MANIFEST_LASTS:
        raise NotFound
    data = manifest.data
    hook = data.get("hook_attributes", {})
    permissions = {"metadata": "read", **data.get("default_permissions", {})}
    return create(
        world,
        str(data.get("name", "sandbox-app")),
        owner=manifest.owner.login,
        permissions=permissions,
        events=list(data.get("default_events", [])),
        hook_url=hook.get("url") if hook.get("active", True) else None,
        hook_secret=f"{world.next_id('secret'):040x}",
        setup_url=data.get("setup_url"),
        setup_on_update=data.get("setup_on_update") is True,
        callback_urls=data.get("callback_urls", ()),
        description=data.get("description"),
        public=data.get("public") is True,
        external_url=str(data.get("url", "https://example.invalid")),
    )


def _narrowed(
    world: World, installation: Installation, fields: Mapping[str, Any]
) -> list[Repository] | None:
    wanted_names = fields.get("repositories")
    wanted_ids = fields.get("repository_ids")
    if wanted_names is None and wanted_ids is None:
        return installation.repositories
    asked = [str(name).lower() for name in wanted_names or []]
    found = [
        repo
        for repo in covered(world, installation)
        if repo.name.lower() in asked or repo.id in (wanted_ids or [])
    ]
    if len(asked) + len(wanted_ids or []) > MOST_REPOSITORIES:
        raise Invalid(f"Cannot have more than {MOST_REPOSITORIES} repositories")
    if len(found) < len(set(asked)) or len(found) < len(set(wanted_ids or [])):
        raise Invalid(
            "There is at least one repository that does not exist or is not accessible to the "
            "parent installation."
        )
    return found


def _tell(world: World, actor: Actor, installation: Installation, action: str) -> None:
    subject = {"repositories": covered(world, installation)}
    world.emit(Event("installation", action, actor, installation=installation, subject=subject))
