"""Changes as data: what a plan is made of. Each one says what it would do; none of them does it."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from bot.planning.marker import Key
from bot.planning.snapshot import Frozen, IssueRef


class CreateLabel(Frozen):
    """A label that is not there yet."""

    op: Literal["create-label"] = "create-label"
    key: Key
    name: str
    color: str
    description: str


class UpdateLabel(Frozen):
    """A label of ours that should read or look otherwise; `name` is what it is called now."""

    op: Literal["update-label"] = "update-label"
    key: Key
    name: str
    new_name: str
    color: str
    description: str
    fields: tuple[str, ...]


class DeleteLabel(Frozen):
    """A label of ours that is to go."""

    op: Literal["delete-label"] = "delete-label"
    key: Key
    name: str


class CreateMilestone(Frozen):
    """A milestone that is not there yet; `description` carries the marker."""

    op: Literal["create-milestone"] = "create-milestone"
    key: Key
    title: str
    description: str
    due_on: date


class UpdateMilestone(Frozen):
    """A milestone of ours that should be otherwise.

    `title` and `description` (with the marker) are always sent, as GitHub wants the one and the
    marker the other; `due_on` and `state` only when `fields` names them.
    """

    op: Literal["update-milestone"] = "update-milestone"
    key: Key
    number: int
    title: str
    description: str
    due_on: date | None
    state: Literal["open", "closed"]
    fields: tuple[str, ...]


class DeleteMilestone(Frozen):
    """A milestone of ours that is to go."""

    op: Literal["delete-milestone"] = "delete-milestone"
    key: Key
    number: int
    title: str


class CreateIssue(Frozen):
    """An issue that is not there yet; `body` carries the marker, `milestone` is a unit's key."""

    op: Literal["create-issue"] = "create-issue"
    key: Key
    title: str
    body: str
    labels: tuple[str, ...]
    milestone: Key | None


class UpdateIssue(Frozen):
    """An issue of ours that should be otherwise.

    `body` is the whole body and always sent, for the marker in it; of the rest only what `fields`
    names is. `title` is there in any case, for the reader of the plan. `number` is None while the
    issue is still to be created by the same plan.
    """

    op: Literal["update-issue"] = "update-issue"
    key: Key
    number: int | None
    title: str
    body: str
    labels: tuple[str, ...] = ()
    milestone: Key | None = None
    state: Literal["open", "closed"] = "open"
    state_reason: Literal["completed", "not_planned", "reopened"] | None = None
    fields: tuple[str, ...]
    why: str = ""


class AddSubIssue(Frozen):
    """A relation that is not there yet."""

    op: Literal["add-sub-issue"] = "add-sub-issue"
    parent: Key
    child: Key
    parent_title: str
    title: str


class CloseIssue(Frozen):
    """An issue that is only to be closed as completed; nothing else of it is sent."""

    op: Literal["close-issue"] = "close-issue"
    number: int
    title: str
    why: str


class PinIssue(Frozen):
    """The pin that keeps an issue on top of the list. Asked for once; a refusal is no error."""

    op: Literal["pin-issue"] = "pin-issue"
    key: Key
    node_id: str
    title: str


class CreateComment(Frozen):
    """A comment on an issue, ours or not; `body` carries the marker of `key`."""

    op: Literal["create-comment"] = "create-comment"
    key: Key
    number: int
    title: str
    body: str


class DeleteComment(Frozen):
    """A comment of ours that another run had posted before; only ever such a one."""

    op: Literal["delete-comment"] = "delete-comment"
    comment: int
    number: int
    title: str
    why: str


class React(Frozen):
    """A reaction to a comment: the mark that it was acted on. `why` says what it answers."""

    op: Literal["react"] = "react"
    comment: int
    content: str
    why: str


Change = Annotated[
    CreateLabel
    | UpdateLabel
    | DeleteLabel
    | CreateMilestone
    | UpdateMilestone
    | DeleteMilestone
    | CreateIssue
    | UpdateIssue
    | AddSubIssue
    | CloseIssue
    | PinIssue
    | CreateComment
    | DeleteComment
    | React,
    Field(discriminator="op"),
]


class Drift(Frozen):
    """A field of ours that somebody changed: told, and left as it is."""

    key: Key
    what: str
    field: str
    ours: str
    theirs: str


class Note(Frozen):
    """What a person should know that changes nothing: opt-out, duplicate, not ours, leftover."""

    kind: Literal["opted-out", "duplicate", "not-ours", "left"]
    key: Key
    text: str


class Plan(Frozen):
    """Ordered changes, and what was found and left alone. An empty plan is a plan like any other.

    `removals` counts the objects it would close or delete, `existing` the objects of ours that are
    open now. `milestones` and `issues` say by key what is there already, for changes that name it.
    """

    repository: str
    purpose: Literal["apply", "undo"] = "apply"
    changes: tuple[Change, ...] = ()
    drift: tuple[Drift, ...] = ()
    notes: tuple[Note, ...] = ()
    removals: int = 0
    existing: int = 0
    milestones: dict[Key, int] = Field(default_factory=dict)
    issues: dict[Key, IssueRef] = Field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Nothing to do."""
        return not self.changes

    @property
    def notifications(self) -> int:
        """How many notifications a watcher of the repository would get.

        Creating, closing and reopening issues and comments notify; labels, milestones, edits
        without a mention, reactions and sub-issue relations do not (docs: about notifications).
        """
        created = sum(change.op in {"create-issue", "create-comment"} for change in self.changes)
        switched = sum(
            change.op == "update-issue" and "state" in change.fields for change in self.changes
        )
        return created + switched + self.count("close-issue")

    def count(self, op: str) -> int:
        """How many changes of one kind."""
        return sum(change.op == op for change in self.changes)
