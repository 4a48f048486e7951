"""What just happened, for webhooks."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.state.objects import Actor, Installation, Repository


@dataclass(frozen=True)
class Event:
    """`name` and `action` are GitHub's; `subject` holds state objects and the `changes` mapping."""

    name: str
    action: str | None
    actor: Actor
    repository: Repository | None = None
    installation: Installation | None = None
    subject: dict[str, Any] = field(default_factory=dict)
