"""Sends writes, each once unless surely undone. The gateway says what, this says how."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import GitHubError, NotThereError
from bot.github import problems
from bot.github.api_client import ApiClient, ApiRequest
from bot.github.client import Connection, RestClient
from bot.github.problems import AnswerLostError
from bot.github.rate_limited_client import local_client

if TYPE_CHECKING:
    from bot.github.pygithub_adapter import PyGithubAdapter

T = TypeVar("T")


class ApiWriter:
    """One run's way to write to one repository. Paths are below the repository.

    Without a `client` the usual limits hold for this run alone.
    """

    def __init__(self, connection: Connection, client: ApiClient | None = None) -> None:
        self.connection = connection
        self._rest = RestClient(connection, client or local_client(connection.api_url))
        self._adapter: PyGithubAdapter | None = None

    def close(self) -> None:
        """Close the connections, if any request opened one."""
        self._rest.close()

    def create(self, send: "Callable[[PyGithubAdapter], T]", *, repeatable: bool = False) -> T:
        """Return what `send` returns, which makes something new by PyGithub.

        Raises UncertainWriteError when the answer is lost, unless it is harmless to do it again.
        """
        return self.repeat(send, repeatable=repeatable)

    def repeat(self, send: "Callable[[PyGithubAdapter], T]", *, repeatable: bool = True) -> T:
        """Return what `send` returns, which may be done twice, after three tries at most."""
        return self._rest.retry(lambda _again: send(self._pygithub()), repeatable=repeatable)

    def delete(self, send: "Callable[[PyGithubAdapter], None]") -> None:
        """Send a removal. Raises NotThereError, unless an earlier try may have done it."""

        def once(again: bool) -> None:
            try:
                send(self._pygithub())
            except NotThereError:
                if not again:
                    raise

        self._rest.retry(once, repeatable=True)

    def send(
        self,
        verb: str,
        path: str,
        body: Mapping[str, Any],
        *,
        creates: bool = False,
        check: Callable[[], None] | None = None,
    ) -> Any:
        """Return the JSON for JSON that may be sent twice and PyGithub has no good call for.

        `check` is called right before each try, when all waiting is over; what it raises ends it.
        """
        url = self.connection.root + path
        return self._json(ApiRequest(verb, url, body=dict(body), creates=creates, before=check))

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """Return the JSON of a GET."""
        return self._rest.get(self.connection.root + path, query).json()

    def graphql(
        self, query: str, variables: Mapping[str, Any], *, repeatable: bool = False
    ) -> dict[str, Any]:
        """Return the `data` of a GraphQL mutation, for what REST cannot do.

        Raises GitHubError with GitHub's messages when the answer lists errors.
        """
        body = {"query": query, "variables": dict(variables)}
        request = ApiRequest("POST", self.connection.graphql, body=body)
        answer = self._json(request, repeatable=repeatable)
        complaints = problems.graphql_complaints(answer)
        if complaints or not isinstance(answer, dict):
            words = "; ".join(complaints) or "an answer of an unknown shape"
            raise GitHubError(f"GitHub refused: {words}.", where=self.connection.repository)
        return answer.get("data") or {}

    def _json(self, request: ApiRequest, *, repeatable: bool = True) -> Any:
        def once(_again: bool) -> Any:
            answer = self._rest.exchange(request)
            found = problems.decoded(answer)
            if found is None and answer.text:
                raise AnswerLostError(f"status {answer.status} came without JSON")
            return found

        return self._rest.retry(once, repeatable=repeatable)

    def _pygithub(self) -> "PyGithubAdapter":
        if self._adapter is None:
            from bot.github.pygithub_adapter import PyGithubAdapter

            self._adapter = PyGithubAdapter(self._rest)
        return self._adapter
