"""The two edges a use case is handed: one that reads a repository and one that writes to it."""

from datetime import date
from typing import Literal, Protocol

from bot.planning.snapshot import CommentState, IssueRef, IssueState, Snapshot


class Unset:
    """Marks a field that an update leaves alone, where None means "clear it"."""


UNSET = Unset()


class Reader(Protocol):
    """Reads. Every method may raise GitHubError or UnavailableError."""

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        """All labels, milestones and issues. `fresh` asks without the help of a cache."""
        ...

    def issue(self, number: int) -> IssueState | None:
        """One issue as it is now; None when there is none, or it is a pull request."""
        ...

    def comments(self, number: int, *, fresh: bool = False) -> tuple[CommentState, ...]:
        """The comments of one issue, oldest first."""
        ...

    def file(self, path: str) -> str | None:
        """The text of a file on the default branch, or None when it is not there."""
        ...


class Gateway(Protocol):
    """Writes, one request a call, none repeated unless it is known not to have happened.

    Every method may raise GitHubError (a clear no), UnavailableError (try later) or
    UncertainWriteError (the answer was lost: the write may have happened).
    """

    def create_label(self, name: str, *, color: str, description: str) -> None: ...

    def update_label(self, name: str, *, new_name: str, color: str, description: str) -> None: ...

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
    ) -> None: ...

    def create_comment(self, number: int, *, body: str) -> int: ...

    def add_sub_issue(self, parent: int, child_id: int) -> None: ...
