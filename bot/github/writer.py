"""Sends writes: paced, each once unless surely undone. The gateway says what, this says how."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import ConfigError, GitHubError, NotThereError
from bot.github import problems
from bot.github.client import Connection
from bot.github.exchange import OnExchange, unwatched
from bot.github.problems import LimitReachedError, RedirectedError
from bot.github.retry import (
    Clock,
    OnLimit,
    OnWait,
    Pace,
    Pacing,
    Sleep,
    Waiter,
    ignore,
    retry,
    say_nothing,
    utc_now,
)
from bot.planning.ports import nothing

if TYPE_CHECKING:
    from bot.github.pygithub_adapter import PyGithubAdapter

T = TypeVar("T")


class Writer:
    """One run's way to write to one repository. Paths are below the repository.

    Waits that GitHub asks for are obeyed up to `pacing.max_wait` seconds in all.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        pacing: Pacing | None = None,
        clock: Clock = utc_now,
        sleep: Sleep = time.sleep,
        on_wait: OnWait = say_nothing,
        on_limit: OnLimit = ignore,
        on_exchange: OnExchange = unwatched,
    ) -> None:
        pacing = pacing or Pacing()
        self._on_exchange = on_exchange
        self._on_limit = on_limit
        self.connection = connection
        self._clock = clock
        self._pace = Pace(pacing)
        self._waiter = Waiter(clock=clock, sleep=sleep, on_wait=on_wait, max_wait=pacing.max_wait)
        self._opened: PyGithubAdapter | None = None

    def close(self) -> None:
        """Close the connections, if any write opened one."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def create(self, send: "Callable[[PyGithubAdapter], T]", *, repeatable: bool = False) -> T:
        """Send what makes something new, within GitHub's allowance for that.

        Raises UncertainWriteError when the answer is lost, unless it is harmless to do it again.
        """
        return self._write(lambda wire, _again: send(wire), creates=True, repeatable=repeatable)

    def repeat(self, send: "Callable[[PyGithubAdapter], T]", *, repeatable: bool = True) -> T:
        """Send what may be done twice, up to three times."""
        return self._write(lambda wire, _again: send(wire), repeatable=repeatable)

    def delete(self, send: "Callable[[PyGithubAdapter], None]") -> None:
        """Send a removal. Raises NotThereError, unless an earlier try may have done it."""

        def once(wire: "PyGithubAdapter", again: bool) -> None:
            try:
                send(wire)
            except NotThereError:
                if not again:
                    raise

        self._write(once, repeatable=True)

    def send(
        self,
        verb: str,
        path: str,
        body: Mapping[str, Any],
        *,
        creates: bool = False,
        check: Callable[[], None] = nothing,
    ) -> Any:
        """JSON there and back, for what may be done twice and PyGithub has no good call for.

        `check` is called right before each try, when all waiting is over; what it raises ends it.
        """
        url = self.connection.root + path
        sent = dict(body)

        def checked(wire: "PyGithubAdapter", _again: bool) -> Any:
            check()
            return wire.requestJsonAndCheck(verb, url, input=sent)

        _, answer = self._write(
            checked,
            creates=creates,
            repeatable=True,
        )
        return answer

    def ask(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The JSON of a GET, which no pace holds up."""
        url, sent = self.connection.root + path, dict(query or {})

        def once(_again: bool) -> Any:
            wire = self._wire()
            return self._here(wire, lambda: wire.requestJsonAndCheck("GET", url, sent)[1])

        return retry(once, waiter=self._waiter, repeatable=True, reads=True)

    def graphql(
        self, query: str, variables: Mapping[str, Any], *, repeatable: bool = False
    ) -> dict[str, Any]:
        """The `data` of a GraphQL mutation, for what REST cannot do.

        Raises GitHubError with GitHub's messages when the answer lists errors.
        """
        body = {"query": query, "variables": dict(variables)}
        url = self.connection.graphql
        _, answer = self.repeat(
            lambda wire: wire.requestJsonAndCheck("POST", url, input=body), repeatable=repeatable
        )
        complaints = problems.graphql_complaints(answer)
        if complaints or not isinstance(answer, dict):
            words = "; ".join(complaints) or "an answer of an unknown shape"
            raise GitHubError(f"GitHub refused: {words}.", where=self.connection.repository)
        return answer.get("data") or {}

    def _write(
        self,
        send: "Callable[[PyGithubAdapter, bool], T]",
        *,
        repeatable: bool,
        creates: bool = False,
    ) -> T:
        def once(again: bool) -> T:
            wire = self._wire()
            if creates:
                self._waiter.wait(self._pace.allowance(self._clock()))
            self._waiter.rest(self._pace.spacing(self._clock()))
            try:
                return self._here(wire, lambda: send(wire, again))
            finally:
                self._pace.finished(self._clock(), creates=creates)

        return retry(once, waiter=self._waiter, repeatable=repeatable, on_limit=self._learn)

    def _here(self, wire: "PyGithubAdapter", send: Callable[[], T]) -> T:
        try:
            return send()
        except RedirectedError as redirected:
            if problems.of_an_issue(redirected.path):
                self.ask("")  # says itself when it is the repository that moved
                raise problems.transferred(redirected.path, self.connection.repository) from None
            name = wire.new_name(redirected)
            raise problems.moved(self.connection.repository, name) from None
        except OSError as wrong:
            if type(wrong) is not OSError:
                raise
            # requests looks for the certificates at each request, before it sends anything.
            raise ConfigError(
                f"The certificates to trust cannot be loaded: {wrong}.",
                where="REQUESTS_CA_BUNDLE",
                hint="It comes from the environment, as CURL_CA_BUNDLE does: correct or unset it.",
            ) from None

    def _learn(self, limit: LimitReachedError) -> None:
        self._on_limit(limit)
        if limit.secondary:
            self._pace.refused(self._clock())

    def _wire(self) -> "PyGithubAdapter":
        if self._opened is None:
            from bot.github.pygithub_adapter import PyGithubAdapter

            self._opened = PyGithubAdapter(self.connection, self._clock, self._on_exchange)
        return self._opened
