"""The two edges a use case is handed: one that reads a repository and one that writes to it."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.planning.changes import Write
from bot.planning.snapshot import (
    CommentState,
    IssueState,
    LinkTarget,
    MilestoneState,
    ReactionState,
    Snapshot,
)


class WriteResult(NamedTuple):
    """What GitHub calls what was made: `number` of issues, milestones and pull requests, `id` of
    issues and comments; 0 where it has none.
    """

    number: int = 0
    id: int = 0


def nothing() -> None:
    """For a write before which nobody has to look."""


class Reader(Protocol):
    """Reads. Every method may raise GitHubError or UnavailableError."""

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        """All labels, milestones and issues. `fresh` asks without the help of a cache."""
        ...

    def issue(self, number: int) -> IssueState | None:
        """One issue as it is now; None when there is none, or it is a pull request."""
        ...

    def newer(self, number: int, *, known: int = 0) -> tuple[IssueState, ...]:
        """Issues with higher numbers as they are now, asked for one by one, in order.

        For lists lag, and single issues do not. It ends at the first number that was never given
        out, as far as can be told; up to `known`, which was, no gap ends it.
        """
        ...

    def milestone(self, number: int) -> MilestoneState | None:
        """One milestone as it is now; None when there is none."""
        ...

    def comments(self, number: int, *, fresh: bool = False) -> tuple[CommentState, ...]:
        """The comments of one issue, oldest first."""
        ...

    def comments_since(self, since: datetime) -> tuple[CommentState, ...]:
        """Comments of the whole repository written or edited since then (aware), oldest first."""
        ...

    def reactions(self, number: int) -> tuple[ReactionState, ...]:
        """The reactions to one issue."""
        ...

    def comment_reactions(self, comment: int) -> tuple[ReactionState, ...]:
        """The reactions to one comment, by its id; none when the comment is gone."""
        ...

    def labelled_by(self, number: int, label: str) -> str | None:
        """The login of whoever put this label on the issue last; None when nobody can be named."""
        ...

    def may_write(self, login: str, account: int) -> bool:
        """Whether the account with this login and id may push to the repository."""
        ...

    def viewer(self) -> int | None:
        """The id of the account that we write as; None when nobody is signed in.

        From then on snapshots count what it wrote as ours.
        """
        ...

    def find(self, url: str) -> LinkTarget | None:
        """What an address on this GitHub leads to: a merged pull request, release or repository.

        None when it leads nowhere, to something else, or to what the token may not see.
        """
        ...

    def file(self, path: str) -> str | None:
        """The text of a file on the default branch, or None when it is not there."""
        ...

    def tree(self, branch: str) -> dict[str, str] | None:
        """Git's blob hashes of all files of a branch by path; None when there is no such branch."""
        ...


class Gateway(Protocol):
    """Writes, one request a call, none repeated unless it is known not to have happened.

    Every method may raise GitHubError (a clear no), UnavailableError (try later) or
    UncertainWriteError (the answer was lost: the write may have happened).
    """

    def write(self, change: Write, *, check: Callable[[], None] = nothing) -> WriteResult:
        """Send one change that is `resolved`.

        `check` is called right before each try of an update, after all waiting: what it saw still
        holds then, and what it raises ends the write.
        """
        ...
