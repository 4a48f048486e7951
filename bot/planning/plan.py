"""The plan as a value: ordered changes, what somebody else changed, and what to know."""

from typing import Literal

from pydantic import Field

from bot.errors import RefusedError
from bot.i18n import ENGLISH
from bot.planning.changes import Change
from bot.planning.drift import Drift
from bot.planning.marker import Key
from bot.planning.removal_limit import HINT, check_removals
from bot.planning.snapshot import FrozenModel, IssueRef


class Note(FrozenModel):
    """A fact for people that changes nothing: opt-out, duplicate, not ours, leftover."""

    kind: Literal["opted-out", "duplicate", "not-ours", "left", "refused", "reading", "start"]
    key: Key
    text: str


class Plan(FrozenModel):
    """Ordered changes, and what was found and left alone. An empty plan is a plan like any other.

    `retries` says that a change is tried again that GitHub had refused. `removals` counts the
    objects it would close or delete, `existing` those of ours that are open now. `stop` is why it
    must not be written unless removals are allowed. `milestones` and `issues` say by key what is
    there already, for changes that name it. `language` is that of its reader.
    """

    repository: str
    language: str = Field(default=ENGLISH, exclude=True)
    purpose: Literal["apply", "undo"] = "apply"
    changes: tuple[Change, ...] = ()
    drift: tuple[Drift, ...] = ()
    notes: tuple[Note, ...] = ()
    retries: bool = Field(default=False, exclude=True)
    removals: int = 0
    existing: int = 0
    stop: str = Field(default="", exclude=True)
    milestones: dict[Key, int] = Field(default_factory=dict)
    issues: dict[Key, IssueRef] = Field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Return whether there is nothing to do."""
        return not self.changes

    @property
    def notifications(self) -> int:
        """Return how many notifications a watcher of the repository would get."""
        return sum(change.notifies for change in self.changes)

    def count(self, op: str) -> int:
        """Return how many changes of one kind there are."""
        return sum(change.op == op for change in self.changes)

    def check_safe(self) -> None:
        """Raise RefusedError when it must stop, or removes more than a quarter of what there is."""
        if self.stop:
            raise RefusedError(self.stop, hint=HINT)
        check_removals(self.removals, existing=self.existing)
