"""The snapshot: what a repository holds right now, as frozen values that a reader fills."""

from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeVar, get_origin

from pydantic import ConfigDict, Field
from pydantic_core import core_schema

from bot.curriculum.base import FrozenBase

T = TypeVar("T")
if TYPE_CHECKING:
    Checked = Annotated[T, "checked"]
else:

    class Checked:
        """Mark a field whose value was checked when it was made: it is only of its type.

        pydantic's `InstanceOf` would build the schema of the value, too, which takes longer than
        the rest of a model that holds a whole curriculum. Such a field cannot be read from JSON.
        """

        def __class_getitem__(cls, item: Any) -> Any:
            """Return the annotation of such a field."""
            return Annotated[item, cls()]

        def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
            """Return the schema: a check of the type alone."""
            del handler  # it would build the other one
            return core_schema.is_instance_schema(get_origin(source) or source)


class FrozenModel(FrozenBase):
    """Values that never change. Unknown fields of GitHub are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class LabelState(FrozenModel):
    """A label. `color` is six lower-case hex digits; names are compared without case."""

    name: str
    color: str
    description: str = ""


class MilestoneState(FrozenModel):
    """A milestone. `due_on` is a day: GitHub keeps no more than that, whatever time is sent."""

    number: int
    title: str
    description: str = ""
    due_on: date | None = None
    state: Literal["open", "closed"] = "open"
    open_issues: int = 0
    closed_issues: int = 0


class IssueState(FrozenModel):
    """An issue, never a pull request.

    `id` is the database id that sub-issue requests want; `parent` and `milestone` are numbers.
    `author_kind` is GitHub's user type (`User`, `Bot`, ...), `author_id` the account's id, which
    outlives its login. `reactions` counts them all; `node_id` is what GraphQL wants. The login in
    `closed_by_bot` is that of a bot, not us, that closed it. Times are aware, UTC. In one that is
    `locked` only who may write can comment.
    """

    number: int
    id: int
    node_id: str = ""
    title: str
    body: str = ""
    state: Literal["open", "closed"] = "open"
    state_reason: str | None = None
    locked: bool = False
    labels: tuple[str, ...] = ()
    milestone: int | None = None
    parent: int | None = None
    author: str | None = None
    author_id: int = 0
    author_kind: str = "User"
    via_app: bool = False
    assignees: tuple[str, ...] = ()
    comments: int = 0
    reactions: int = 0
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    closed_by_bot: str = ""
    url: str = ""

    @property
    def settled(self) -> bool:
        """Return whether it is closed, by a person or by us: what another bot closes goes on."""
        return self.state == "closed" and not self.closed_by_bot

    @property
    def finished(self) -> bool:
        """Return whether it is closed as done: the only kind of closed that counts as work."""
        return self.settled and self.state_reason in {None, "completed"}


class CommentState(FrozenModel):
    """A comment on the issue (or pull request) with the number `issue`.

    `reactions` counts them by content (`rocket`, `confused`, ...). Times are aware, UTC.
    """

    id: int
    issue: int = 0
    body: str = ""
    author: str | None = None
    author_id: int = 0
    author_kind: str = "User"
    reactions: dict[str, int] = Field(default_factory=dict)
    created_at: datetime
    updated_at: datetime | None = None
    url: str = ""


class ReactionState(FrozenModel):
    """One person's reaction; `content` as GitHub names it (`+1`, `rocket`, ...)."""

    content: str
    author: str | None = None
    author_id: int = 0
    author_kind: str = "User"
    created_at: datetime


class PullState(FrozenModel):
    """A pull request of this repository, from the list of issues. Times aware, UTC."""

    number: int
    title: str
    body: str = ""
    state: Literal["open", "closed"] = "open"
    author: str | None = None
    author_id: int = 0
    labels: tuple[str, ...] = ()
    merged_at: datetime | None = None
    url: str = ""


class LinkTarget(FrozenModel):
    """The target of an address on GitHub. `at` is when it was merged, published or created."""

    kind: Literal["pull-request", "release", "repository"]
    url: str
    title: str = ""
    at: datetime | None = None


class FileList(NamedTuple):
    """The paths of the files of a branch; `truncated` where GitHub left out the rest."""

    paths: tuple[str, ...] = ()
    truncated: bool = False


class WorkflowRun(NamedTuple):
    """The last finished run of a workflow: whether it is green, and its address."""

    green: bool
    url: str


class NamedPage(NamedTuple):
    """A name and the address of its page."""

    name: str
    url: str


class ReadmeFile(NamedTuple):
    """The README that GitHub shows of a repository: its path and text."""

    path: str
    text: str


class WorkflowState(FrozenModel):
    """A workflow of GitHub Actions. `state` is GitHub's word, `updated_at` (aware) of its change.

    Words are `active`, `disabled_inactivity`, `disabled_manually`, `disabled_fork`, `deleted`.
    """

    path: str
    name: str
    state: str
    updated_at: datetime


class IssueRef(NamedTuple):
    """An issue's number, and the database id that relations want."""

    number: int
    id: int


class Closing(NamedTuple):
    """The closing of an issue: by whom, and whether a commit did it that says "closes #12".

    `account` is the id of whoever closed it.
    """

    login: str
    is_bot: bool
    by_commit: bool = False
    account: int = 0


class Closings(FrozenModel):
    """What is known of closings: see `bot/progress/closings.py`.

    `until` (aware, UTC) is up to when, `bots` are logins of bots by the issue that they closed.
    """

    until: datetime | None = None
    bots: dict[int, str] = Field(default_factory=dict)


class Trust(FrozenModel):
    """Whose text counts: see `bot/planning/identity.py`.

    `accounts` are ids of accounts that the path is written by: markers in their text are ours.
    `orphans` are numbers of issues that count although their author's account was deleted.
    `writers` are ids of people who may write, among those whom it matters of. `viewer` is the
    account that we write as, once something is to be written.
    """

    accounts: frozenset[int] = frozenset()
    orphans: frozenset[int] = frozenset()
    writers: frozenset[int] = frozenset()
    viewer: int | None = None

    @property
    def recorded(self) -> frozenset[int]:
        """The accounts to remember. GitHub's ids are positive; a dry run writes as none."""
        return frozenset(account for account in self.accounts if account > 0)

    def counts(self, issue: IssueState) -> bool:
        """Whether a marker in this issue is ours."""
        return issue.author_id in self.accounts or issue.number in self.orphans


BY_ISSUES = ("labelled", "changed_at")  # what is computed of a snapshot's issues alone


class Snapshot(FrozenModel):
    """A repository at one moment; issues in order of number.

    `last_number` is the highest number given out so far, which may be a pull request's.
    `last_push` (aware) is known where it matters: to a run of the Action in a public repository,
    whose schedule GitHub stops when nothing is pushed for long. `others` are titles by number of
    issues in which nothing is for us: no text of ours, no label, no milestone; `locked_others` are
    those of them whose conversation is locked. `daily` is the workflow with that
    schedule, read when nothing was pushed for long and the settings want it enabled. `omitted` is a
    sentence on what was not read because there is too much of it, empty where all was.
    """

    repository: str
    labels: tuple[LabelState, ...] = ()
    milestones: tuple[MilestoneState, ...] = ()
    issues: tuple[IssueState, ...] = ()
    pulls: tuple[PullState, ...] = ()
    others: Checked[dict[int, str]] = Field(default_factory=dict)
    locked_others: frozenset[int] = frozenset()
    trust: Trust = Trust()
    closings: Closings = Closings()
    last_number: int = 0
    last_push: datetime | None = None
    daily: WorkflowState | None = None
    omitted: str = ""

    @cached_property
    def locked(self) -> frozenset[int]:
        """Return the numbers of the issues whose conversation is locked."""
        return self.locked_others | {issue.number for issue in self.issues if issue.locked}

    @cached_property
    def labels_by_name(self) -> dict[str, LabelState]:
        """Return labels by case-folded name, as GitHub compares them."""
        return {label.name.casefold(): label for label in self.labels}

    @cached_property
    def labelled(self) -> tuple[IssueState, ...]:
        """Return the issues with labels, in order of number."""
        some = (issue for issue in self.issues if issue.labels)
        return tuple(sorted(some, key=lambda issue: issue.number))

    @cached_property
    def changed_at(self) -> datetime | None:
        """Return when an issue was changed last (aware, UTC); None without issues."""
        return max((issue.updated_at for issue in self.issues), default=None)
