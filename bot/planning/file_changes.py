"""Changes of files, as data: what a gateway writes beside a plan."""

from typing import ClassVar, Literal

from pydantic import ConfigDict

from bot.planning.base_change import BaseChange, Limits
from bot.planning.length_limits import BODY, TITLE


class CommitFiles(BaseChange):
    """Files of one branch, written in one commit; its other files stay.

    A branch that is not there begins without history, or at the default branch. With "merge" the
    default branch is merged each time, and only these files differ from it: no conflict is left.
    """

    model_config = ConfigDict(ser_json_bytes="base64")
    limits: ClassVar[Limits] = {"message": TITLE}
    kind = "branch"
    shown_as = "{branch}"
    op: Literal["commit-files"] = "commit-files"
    branch: str
    files: dict[str, bytes]
    message: str
    base: Literal["orphan", "default", "merge"]


class PutFile(BaseChange):
    """One file of the default branch."""

    model_config = ConfigDict(ser_json_bytes="base64")
    kind = "file"
    shown_as = "{path}"
    limits: ClassVar[Limits] = {"message": TITLE}
    op: Literal["put-file"] = "put-file"
    path: str
    data: bytes
    message: str


class OpenPullRequest(BaseChange):
    """A pull request from `branch` into the default branch, unless one is open already."""

    kind = "pull request"
    limits: ClassVar[Limits] = {"title": TITLE, "body": BODY}
    op: Literal["open-pull-request"] = "open-pull-request"
    branch: str
    title: str
    body: str
