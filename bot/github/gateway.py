"""Writes to GitHub, in one place: PyGithub, paced, each write sent once unless surely undone.

PyGithub is imported by the first write, not by this module: a run that changes nothing never loads
it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, assert_never
from urllib.parse import quote

from bot.errors import (
    DeletedError,
    GitHubError,
    NotThereError,
    SubIssuesUnsupportedError,
    UncertainWriteError,
)
from bot.github import branches
from bot.github.api_client import ApiClient, local_client
from bot.github.connection import Connection
from bot.github.repository_client import RepositoryClient
from bot.planning.changes import (
    AddSubIssue,
    CloseIssue,
    CreateComment,
    CreateIssue,
    CreateLabel,
    CreateMilestone,
    DeleteComment,
    DeleteLabel,
    DeleteMilestone,
    PinIssue,
    React,
    UpdateComment,
    UpdateIssue,
    UpdateLabel,
    UpdateMilestone,
    Write,
)
from bot.planning.daily_workflow import EnableWorkflow
from bot.planning.due_date import at_noon
from bot.planning.file_changes import CommitFiles, OpenPullRequest, PutFile
from bot.planning.ports import WriteResult, nothing

if TYPE_CHECKING:
    from bot.github.pygithub_adapter import PyGithubAdapter

_PIN = "mutation($input: PinIssueInput!) { pinIssue(input: $input) { issue { id } } }"
_HAS_A_PARENT = ("duplicate", "one parent")  # words of GitHub's 422 for add sub-issue


class PyGithubGateway:
    """Implement `bot.planning.ports.Gateway`: one change, one request, in the order of calls.

    Files and pull requests take a few, all harmless to repeat. What would be there twice is never
    sent again after a lost answer: UncertainWriteError. What is harmless to repeat is sent up to
    three times. Rate limits are waited out as long as `client` has the patience, then
    UnavailableError says when. Without one the usual limits hold for this gateway alone.
    """

    def __init__(self, connection: Connection, client: ApiClient | None = None) -> None:
        self._connection = connection
        self._client = RepositoryClient(connection, client or local_client(connection.api_url))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, if any write opened one."""
        self._client.close()

    def write(self, change: Write, *, check: Callable[[], None] = nothing) -> WriteResult:
        """Send one change that is `resolved`; see `Gateway.write`.

        Raises AlreadyExistsError where a new label or milestone has a name that is taken,
        NotThereError where what is to be changed is gone, SubIssuesUnsupportedError on a server
        without them, ConflictError when others keep writing to a branch, EmptyRepositoryError for a
        repository without any commit.
        """
        change = change.fitted()
        match change:
            case CreateLabel() | UpdateLabel() | DeleteLabel():
                return self._write_label(change, check)
            case CreateMilestone() | UpdateMilestone() | DeleteMilestone():
                return self._write_milestone(change, check)
            case CreateIssue() | UpdateIssue() | CloseIssue() | AddSubIssue() | PinIssue():
                return self._write_issue(change, check)
            case CreateComment() | UpdateComment() | DeleteComment() | React():
                return self._write_comment(change)
            case EnableWorkflow():
                name = quote(change.path.rpartition("/")[2], safe="")
                self._client.send("PUT", f"/actions/workflows/{name}/enable", {})
                return WriteResult()
            case CommitFiles() | PutFile() | OpenPullRequest():
                return branches.write(self._client, change)
            case _:
                assert_never(change)

    def _write_label(
        self, change: CreateLabel | UpdateLabel | DeleteLabel, check: Callable[[], None]
    ) -> WriteResult:
        path = f"/labels/{quote(change.name, safe='')}"
        match change:
            case CreateLabel(made_by_issue=True):
                style = {name: change.payload[name] for name in ("color", "description")}
                self._client.send("PATCH", path, style, check=check)
            case CreateLabel():
                made = change.payload
                self._client.call(lambda wire: wire.repository().create_label(**made))
            case UpdateLabel():
                # PyGithub's Label.edit sends a colour in any case, and so one that somebody just
                # changed. After a rename the old name is gone: a second try would miss what the
                # first one did.
                same = change.name.casefold() == change.new_name.casefold()
                self._client.send("PATCH", path, change.payload, check=check, repeatable=same)
            case DeleteLabel():
                self._client.delete(lambda wire: wire.label(change.name).delete())
        return WriteResult()

    def _write_milestone(
        self, change: CreateMilestone | UpdateMilestone | DeleteMilestone, check: Callable[[], None]
    ) -> WriteResult:
        match change:
            case CreateMilestone():
                due = at_noon(change.due_on)
                made = self._client.call(
                    lambda wire: wire.repository().create_milestone(
                        change.title, description=change.description, due_on=due
                    )
                )
                return WriteResult(number=_integer(made.raw_data, "number"))
            case UpdateMilestone():
                # PyGithub's Milestone.edit can neither clear a due date (which null does, though
                # GitHub's description of the endpoint does not say so) nor send a time with it.
                path = f"/milestones/{change.number}"
                self._client.send("PATCH", path, change.payload, check=check)
            case DeleteMilestone():
                self._client.delete(lambda wire: wire.milestone(change.number).delete())
        return WriteResult()

    def _write_issue(
        self,
        change: CreateIssue | UpdateIssue | CloseIssue | AddSubIssue | PinIssue,
        check: Callable[[], None],
    ) -> WriteResult:
        match change:
            case CreateIssue():
                return self._create_issue(change)
            case UpdateIssue() | CloseIssue():
                # PyGithub's Issue.edit clears a milestone with "", where GitHub documents null.
                path = f"/issues/{change.number}"
                self._client.send("PATCH", path, change.payload, check=check)
            case AddSubIssue():
                self._add_sub_issue(change.parent_number, change.child_id)
            case PinIssue():
                wanted = {"input": {"issueId": change.node_id}}
                self._client.graphql(_PIN, wanted, repeatable=True)
        return WriteResult()

    def _create_issue(self, change: CreateIssue) -> WriteResult:
        def send(wire: "PyGithubAdapter") -> Any:
            sent = change.payload
            if "milestone" in sent:
                sent["milestone"] = wire.milestone(sent["milestone"])
            return wire.repository().create_issue(**sent)

        made = self._client.call(send).raw_data
        return WriteResult(_integer(made, "number"), _integer(made, "id"))

    def _add_sub_issue(self, parent: int, child_id: int) -> None:
        """Make the issue with the database id `child_id` a sub-issue.

        One that is a sub-issue already stays where it is: under this parent that is what we want,
        under another one it is somebody's choice.
        """
        try:
            self._client.call(lambda wire: wire.issue(parent).add_sub_issue(child_id))
        except DeletedError:
            raise
        except NotThereError:
            # A missing issue and a missing feature look the same; asking for the issue tells.
            self._client.get(f"{self._connection.root}/issues/{parent}")
            raise SubIssuesUnsupportedError(
                "This server has no sub-issues.",
                where=self._connection.api_url,
                hint="The plan works without them: tasks stand in their milestone.",
            ) from None
        except GitHubError as refused:
            if not any(word in refused.what.casefold() for word in _HAS_A_PARENT):
                raise

    def _write_comment(
        self, change: CreateComment | UpdateComment | DeleteComment | React
    ) -> WriteResult:
        match change:
            case CreateComment():
                made = self._client.call(
                    lambda wire: wire.issue(change.number).create_comment(change.body)
                )
                return WriteResult(id=_integer(made.raw_data, "id"))
            case UpdateComment():
                path = f"/issues/comments/{change.comment}"
                self._client.send("PATCH", path, {"body": change.body})
            case DeleteComment():
                url = f"{self._connection.root}/issues/comments/{change.comment}"
                self._client.delete(lambda wire: wire.requestJsonAndCheck("DELETE", url))
            case React():
                path = f"/issues/comments/{change.comment}/reactions"
                self._client.send("POST", path, {"content": change.content}, creates=True)
        return WriteResult()

    def graphql(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Return the `data` of a GraphQL mutation, sent once. Raises GitHubError for its errors."""
        return self._client.graphql(query, variables)


def _integer(made: Any, field: str) -> int:
    value = made.get(field) if isinstance(made, dict) else None
    if not isinstance(value, int):
        raise UncertainWriteError(
            f"GitHub took the write, but its answer holds no {field}.",
            hint="Run the same command again: it looks at what is there before it writes.",
        )
    return value
