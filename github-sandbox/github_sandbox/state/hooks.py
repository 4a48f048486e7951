"""Webhooks: who is told, and what became of each delivery. `webhooks` does the sending."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from github_sandbox.state.events import Event
from github_sandbox.state.objects import Actor, Hook, Installation, Repository
from github_sandbox.world import World

ALWAYS = frozenset({"ping", "installation", "installation_repositories"})
NEEDS = {
    "issues": "issues",
    "issue_comment": "issues",
    "label": "issues",
    "milestone": "issues",
    "sub_issues": "issues",
    "push": "contents",
    "repository": "metadata",
}
EVERYTHING = frozenset(NEEDS)


@dataclass(eq=False)
class Delivery:
    """One attempt. `status` is "OK", or what went wrong; "pending" until it was tried."""

    id: int
    guid: str
    hook: Hook
    event: str
    action: str | None
    payload: dict[str, Any]
    delivered_at: datetime
    installation_id: int | None = None
    repository_id: int | None = None
    redelivery: bool = False
    status: str = "pending"
    status_code: int = 0
    duration: float = 0.0
    request_headers: dict[str, str] = field(default_factory=dict)
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""


def add(
    world: World,
    repository: Repository,
    url: str,
    *,
    secret: str | None = None,
    events: frozenset[str] = EVERYTHING,
) -> Hook:
    """A webhook of a repository; it gets a ping first, as GitHub's do."""
    hook = Hook(world.next_id("hook"), url, secret, events, repository)
    world.hooks[hook.id] = hook
    ping(world, Actor(repository.owner), hook)
    return hook


def ping(world: World, actor: Actor, hook: Hook) -> None:
    """Tell a new hook that it is there."""
    world.emit(Event("ping", None, actor, hook.repository, subject={"hook": hook}))


def receivers(world: World, event: Event) -> list[tuple[Hook, Installation | None]]:
    """The hooks that hear of an event, Apps through the installation that reaches it."""
    if event.name == "ping":
        return [(event.subject["hook"], None)]
    found: list[tuple[Hook, Installation | None]] = []
    for hook in world.hooks.values():
        if not hook.active:
            continue
        if hook.repository is not None:
            if hook.repository is event.repository and event.name in hook.events:
                found.append((hook, None))
            continue
        found += [
            (hook, installation)
            for installation in world.installations.values()
            if installation.app is hook.app and _on_event(event, hook, installation)
        ]
    return found


def _on_event(event: Event, hook: Hook, installation: Installation) -> bool:
    if event.installation is not None:
        return event.installation is installation
    if installation.suspended_at or event.name not in hook.events | ALWAYS:
        return False
    if NEEDS.get(event.name, "metadata") not in installation.permissions:
        return False
    if installation.repositories is not None:
        return event.repository in installation.repositories
    return event.repository is not None and event.repository.owner is installation.account
