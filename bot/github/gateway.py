"""The one place that writes to GitHub: PyGithub, paced, each write sent once unless surely undone.

PyGithub is imported by the first write, not by this module: a run that changes nothing never loads
it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import quote

from bot.errors import (
    DeletedError,
    GitHubError,
    NotThereError,
    SubIssuesUnsupportedError,
    UncertainWriteError,
)
from bot.github import branches
from bot.github.api_client import ApiClient
from bot.github.client import Connection
from bot.github.writer import Writer
from bot.planning.ports import UNSET, Unset, nothing
from bot.planning.snapshot import IssueRef

if TYPE_CHECKING:
    from bot.github.pygithub_adapter import PyGithubAdapter

_PIN = "mutation($input: PinIssueInput!) { pinIssue(input: $input) { issue { id } } }"
_HAS_A_PARENT = ("duplicate", "one parent")  # words of GitHub's 422 for add sub-issue
NOON = time_of_day(12, tzinfo=UTC)  # on the same day in every time zone from -12 to +11


class PyGithubGateway:
    """Implements `bot.planning.ports.Gateway`: one call, one request, in the order of calls.

    Files and pull requests take a few. What would be there twice is never sent again after a lost
    answer: UncertainWriteError. What is harmless to repeat is sent up to three times. Rate limits
    are waited out as long as `client` has the patience, then UnavailableError says when. Without
    one the usual limits hold for this gateway alone.
    """

    def __init__(self, connection: Connection, client: ApiClient | None = None) -> None:
        self._connection = connection
        self._writer = Writer(connection, client)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, if any write opened one."""
        self._writer.close()

    def create_label(self, name: str, *, color: str, description: str) -> None:
        """Raises AlreadyExistsError when a label of that name, whatever its case, is there."""
        self._writer.create(lambda wire: wire.repository().create_label(name, color, description))

    def update_label(
        self,
        name: str,
        *,
        new_name: str,
        color: str | Unset = UNSET,
        description: str | Unset = UNSET,
    ) -> None:
        """Raises NotThereError when there is no label `name`."""
        changes = _given(new_name=new_name, color=color, description=description)
        url = f"{self._connection.root}/labels/{quote(name, safe='')}"
        # PyGithub's Label.edit sends a colour in any case, and so one that somebody just changed.
        # After a rename the old name is gone: a second try would miss what the first one did.
        self._writer.repeat(
            lambda wire: wire.requestJsonAndCheck("PATCH", url, input=changes),
            repeatable=name.casefold() == new_name.casefold(),
        )

    def delete_label(self, name: str) -> None:
        """Raises NotThereError when there is no label `name`."""
        self._writer.delete(lambda wire: wire.label(name).delete())

    def create_milestone(self, title: str, *, description: str, due_on: date | None) -> int:
        """The number of the new milestone. Raises AlreadyExistsError when the title is taken."""

        def send(wire: "PyGithubAdapter") -> Any:
            from github.GithubObject import NotSet

            due = NotSet if due_on is None else datetime.combine(due_on, NOON)
            repository = wire.repository()
            return repository.create_milestone(title, description=description, due_on=due)

        return _integer(self._writer.create(send).raw_data, "number")

    def update_milestone(
        self,
        number: int,
        *,
        title: str,
        description: str | Unset = UNSET,
        due_on: date | Unset | None = UNSET,
        state: Literal["open", "closed"] | Unset = UNSET,
        check: Callable[[], None] = nothing,
    ) -> None:
        """One PATCH. Raises NotThereError when there is no such milestone, and what `check` does.

        `check` is called right before each try, after all waiting: what it saw still holds then.
        """
        due = _noon(due_on) if isinstance(due_on, date) else due_on
        changes = _given(title=title, description=description, due_on=due, state=state)
        # PyGithub's Milestone.edit can neither clear a due date (which null does, though GitHub's
        # description of the endpoint does not say so) nor send a time with it.
        self._writer.send("PATCH", f"/milestones/{number}", changes, check=check)

    def delete_milestone(self, number: int) -> None:
        """Raises NotThereError when there is no such milestone."""
        self._writer.delete(lambda wire: wire.milestone(number).delete())

    def create_issue(
        self, title: str, *, body: str, labels: tuple[str, ...], milestone: int | None
    ) -> IssueRef:
        """The number and database id of the new issue."""

        def send(wire: "PyGithubAdapter") -> Any:
            from github.GithubObject import NotSet

            inside = NotSet if milestone is None else wire.milestone(milestone)
            repository = wire.repository()
            return repository.create_issue(title, body, labels=list(labels), milestone=inside)

        made = self._writer.create(send).raw_data
        return IssueRef(_integer(made, "number"), _integer(made, "id"))

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
    ) -> None:
        """One PATCH; no request when nothing is given. Raises NotThereError for no such issue.

        `check` is as in `update_milestone`.
        """
        changes = _given(
            title=title,
            body=body,
            labels=list(labels) if isinstance(labels, tuple) else labels,
            milestone=milestone,
            state=state,
            state_reason=state_reason,
        )
        # PyGithub's Issue.edit clears a milestone with "", where GitHub documents null.
        if changes:
            self._writer.send("PATCH", f"/issues/{number}", changes, check=check)

    def create_comment(self, number: int, *, body: str) -> int:
        """The id of the new comment. Raises NotThereError when there is no such issue."""
        made = self._writer.create(lambda wire: wire.issue(number).create_comment(body)).raw_data
        return _integer(made, "id")

    def update_comment(self, comment: int, *, body: str) -> None:
        """One PATCH. Raises NotThereError when there is no such comment."""
        self._writer.send("PATCH", f"/issues/comments/{comment}", {"body": body})

    def delete_comment(self, comment: int) -> None:
        """Raises NotThereError when there is no such comment."""
        url = f"{self._writer.connection.root}/issues/comments/{comment}"

        def send(wire: "PyGithubAdapter") -> None:
            wire.requestJsonAndCheck("DELETE", url)

        self._writer.delete(send)

    def add_sub_issue(self, parent: int, child_id: int) -> None:
        """Make the issue with the database id `child_id` a sub-issue.

        One that is a sub-issue already stays where it is: under this parent that is what we want,
        under another one it is somebody's choice.

        Raises SubIssuesUnsupportedError on a server without them, and NotThereError when there is
        no issue `parent`.
        """
        try:
            self._writer.create(lambda wire: wire.issue(parent).add_sub_issue(child_id))
        except DeletedError:
            raise
        except NotThereError:
            # A missing issue and a missing feature look the same; asking for the issue tells.
            url = f"{self._connection.root}/issues/{parent}"
            self._writer.repeat(lambda wire: wire.requestJson("GET", url))
            raise SubIssuesUnsupportedError(
                "This server has no sub-issues.",
                where=self._connection.api_url,
                hint="The plan works without them: tasks stand in their milestone.",
            ) from None
        except GitHubError as refused:
            if not any(word in refused.what.casefold() for word in _HAS_A_PARENT):
                raise

    def react(self, comment: int, content: str) -> None:
        """A reaction to a comment, by its id; one that is there already stays as it is.

        Raises NotThereError when the comment is gone.
        """
        path = f"/issues/comments/{comment}/reactions"
        self._writer.send("POST", path, {"content": content}, creates=True)

    def pin_issue(self, node_id: str) -> None:
        """Put an issue on top of the list. Raises GitHubError: three are pinned, or it may not."""
        self._writer.graphql(_PIN, {"input": {"issueId": node_id}}, repeatable=True)

    def commit_files(
        self,
        branch: str,
        files: Mapping[str, bytes],
        *,
        message: str,
        base: Literal["orphan", "default"],
    ) -> None:
        """Put these files on `branch` in one commit; other files of it stay.

        A branch that is not there begins without history, or at the default branch. No commit is
        made when the files are there already. Takes several requests, all harmless to repeat.

        Raises ConflictError when others keep writing to the branch, EmptyRepositoryError for a
        repository without any commit.
        """
        branches.commit(self._writer, branch, files, message=message, base=base)

    def put_file(self, path: str, content: bytes, *, message: str) -> None:
        """Write one file of the default branch; nothing is sent when it is there already.

        Raises ConflictError when others keep writing to it.
        """
        branches.put(self._writer, path, content, message=message)

    def open_pull_request(self, branch: str, *, title: str, body: str) -> int:
        """From `branch` into the default branch; the number of the one that is open already, too.

        Raises GitHubError when there is nothing to merge, and UncertainWriteError.
        """
        return branches.open_pull_request(self._writer, branch, title=title, body=body)

    def graphql(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The `data` of a GraphQL mutation, sent once. Raises GitHubError for its errors."""
        return self._writer.graphql(query, variables)


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if not isinstance(value, Unset)}


def _noon(day: date) -> str:
    return f"{datetime.combine(day, NOON):%Y-%m-%dT%H:%M:%SZ}"


def _integer(made: Any, field: str) -> int:
    value = made.get(field) if isinstance(made, dict) else None
    if not isinstance(value, int):
        raise UncertainWriteError(
            f"GitHub took the write, but its answer holds no {field}.",
            hint="Run the same command again: it looks at what is there before it writes.",
        )
    return value
