"""The two ports that a use case gets: a reader of a repository and a gateway that writes."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.planning.changes import Write
from bot.planning.snapshot import (
    Closing,
    CommentState,
    FileList,
    IssueState,
    LabelState,
    LinkTarget,
    MilestoneState,
    NamedPage,
    ReactionState,
    ReadmeFile,
    Snapshot,
    WorkflowRun,
)


class WriteResult(NamedTuple):
    """What GitHub calls what was made: `number` of issues, milestones and pull requests, `id` of
    issues and comments; 0 where it has none.
    """

    number: int = 0
    id: int = 0


def nothing() -> None:
    """Do nothing: the check of a write that needs none."""


class FactReader(Protocol):
    """Read what checks look for, on the default branch. Methods raise like those of a Reader."""

    def files(self) -> FileList:
        """Return the paths of all files; none in an empty repository."""
        ...

    def file(self, path: str) -> str | None:
        """Return the text of a file on the default branch, or None when it is not there."""
        ...

    def last_run(self, workflow: str) -> WorkflowRun | None:
        """Return the last finished run of a workflow, by file name or name; None without any."""
        ...

    def releases(self) -> tuple[NamedPage, ...]:
        """Return the newest hundred published releases, by their tags."""
        ...

    def tags(self, start: str) -> tuple[str, ...]:
        """Return the tags whose names begin so."""
        ...

    def check_pulls(self) -> None:
        """Raise PermissionDeniedError when pull requests may not be read."""
        ...


class Reader(FactReader, Protocol):
    """Read a repository. Every method may raise GitHubError or UnavailableError."""

    def snapshot(self, *, fresh: bool = False) -> Snapshot:
        """Return all labels, milestones and issues. `fresh` bypasses the cache."""
        ...

    def issue(self, number: int) -> IssueState | None:
        """Return one issue as it is now; None when there is none, or it is a pull request."""
        ...

    def newer(self, number: int, *, known: int = 0) -> tuple[IssueState, ...]:
        """Return issues with higher numbers as they are now, requested one by one, in order.

        For lists lag, and single issues do not. It ends at the first number that was never given
        out, as far as can be told; up to `known`, which was, no gap ends it.
        """
        ...

    def milestone(self, number: int) -> MilestoneState | None:
        """Return one milestone as it is now; None when there is none."""
        ...

    def label(self, name: str) -> LabelState | None:
        """Return one label as it is now; None when there is none."""
        ...

    def comments(self, number: int, *, fresh: bool = False) -> tuple[CommentState, ...]:
        """Return the comments of one issue, oldest first."""
        ...

    def comments_since(self, since: datetime) -> tuple[CommentState, ...]:
        """Return all comments written or edited since then (aware), oldest first."""
        ...

    def reactions(self, number: int) -> tuple[ReactionState, ...]:
        """Return the reactions to one issue."""
        ...

    def comment_reactions(self, comment: int) -> tuple[ReactionState, ...]:
        """Return the reactions to one comment, by its id; none when the comment is gone."""
        ...

    def deleted(self, comments: Collection[int]) -> frozenset[int]:
        """Return those of these comments, by id, whose deletion an event reported, and are gone."""
        ...

    def closing(self, number: int) -> Closing | None:
        """Return the last closing of an issue; None when nobody is known to have closed it."""
        ...

    def labelled_by(self, number: int, label: str) -> str | None:
        """Return the login of who put this label on the issue last; None when it is unknown."""
        ...

    def may_write(self, login: str, account: int) -> bool:
        """Return whether the account with this login and id may push to the repository."""
        ...

    def viewer(self) -> int | None:
        """Return the id of the account that we write as; None when nobody is signed in.

        From then on snapshots count what it wrote as ours.
        """
        ...

    def find(self, url: str) -> LinkTarget | None:
        """Return the merged pull request, release or repository that an address leads to.

        None when it leads nowhere, to something else, or to what the token may not see.
        """
        ...

    def readme(self) -> ReadmeFile | None:
        """Return the README that GitHub shows of the default branch; None when there is none."""
        ...

    def tree(self, branch: str) -> dict[str, str] | None:
        """Return Git's blob hashes of a branch's files by path; None when there is no branch."""
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
