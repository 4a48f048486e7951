"""Changes of files and pull requests, which no plan of issues has; and all that is written."""

from typing import Literal

from bot.planning.base_change import BaseChange
from bot.planning.changes import Change, UpdateComment


class CommitFiles(BaseChange):
    """Files of one branch, written in one commit; its other files stay.

    A branch that is not there begins without history, or at the default branch.
    """

    sign, kind = "+", "commit"
    op: Literal["commit-files"] = "commit-files"
    branch: str
    files: dict[str, bytes]
    message: str
    base: Literal["orphan", "default"]


class PutFile(BaseChange):
    """One file of the default branch."""

    sign, kind = "+", "file"
    op: Literal["put-file"] = "put-file"
    path: str
    data: bytes
    message: str


class OpenPullRequest(BaseChange):
    """A pull request from `branch` into the default branch, unless one is open already."""

    sign, kind = "+", "pull request"
    op: Literal["open-pull-request"] = "open-pull-request"
    branch: str
    title: str
    body: str


Write = Change | UpdateComment | CommitFiles | PutFile | OpenPullRequest
"""All that a gateway writes."""
