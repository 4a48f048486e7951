"""The two edges a use case is handed: one that reads a repository and one that writes to it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Literal, Protocol

from bot.planning.snapshot import (
    CommentState,
    Found,
    IssueRef,
    IssueState,
    MilestoneState,
    ReactionState,
    Snapshot,
)


class Unset:
    """Marks a field that an update leaves alone, where None means "clear it"."""


UNSET = Unset()


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

    def may_write(self, login: str) -> bool:
        """Whether this account may push to the repository."""
        ...

    def find(self, url: str) -> Found | None:
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

    def create_label(self, name: str, *, color: str, description: str) -> None: ...

    def update_label(
        self,
        name: str,
        *,
        new_name: str,
        color: str | Unset = UNSET,
        description: str | Unset = UNSET,
    ) -> None: ...

    def delete_label(self, name: str) -> None: ...

    def create_milestone(self, title: str, *, description: str, due_on: date | None) -> int: ...

    def update_milestone(
        self,
        number: int,
        *,
        title: str,
        description: str | Unset = UNSET,
        due_on: date | Unset | None = UNSET,
        state: Literal["open", "closed"] | Unset = UNSET,
        check: Callable[[], None] = nothing,
    ) -> None: ...

    def delete_milestone(self, number: int) -> None: ...

    def create_issue(
        self, title: str, *, body: str, labels: tuple[str, ...], milestone: int | None
    ) -> IssueRef: ...

    def update_issue(
        self,
        number: int,
        *,
        title: str | Unset = UNSET,
        body: str | Unset = UNSET,
        labels: tuple[str, ...] | Unset = UNSET,
        milestone: int | Unset | None = UNSET,
        state: Literal["open", "closed"] | Unset = UNSET,
        state_reason: Literal["completed", "not_planned", "reopened"] | Unset = UNSET,
        check: Callable[[], None] = nothing,
    ) -> None: ...

    def create_comment(self, number: int, *, body: str) -> int: ...

    def update_comment(self, comment: int, *, body: str) -> None: ...

    def delete_comment(self, comment: int) -> None: ...

    def add_sub_issue(self, parent: int, child_id: int) -> None: ...

    def react(self, comment: int, content: str) -> None: ...

    def pin_issue(self, node_id: str) -> None: ...

    def commit_files(
        self,
        branch: str,
        files: Mapping[str, bytes],
        *,
        message: str,
        base: Literal["orphan", "default"],
    ) -> None:
        """Put these files on `branch` in one commit; other files of it stay.

        A branch that is not there begins without history, or at the default branch.
        """
        ...

    def put_file(self, path: str, content: bytes, *, message: str) -> None:
        """Write one file of the default branch."""
        ...

    def open_pull_request(self, branch: str, *, title: str, body: str) -> int:
        """From `branch` into the default branch; the number of the one that is open already, too.

        Raises GitHubError when there is nothing to merge.
        """
        ...
