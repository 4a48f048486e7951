"""Runs PyGithub over our own client: its objects make the requests, the client sends them.

By itself PyGithub posts again after a 502 (so making a second issue), follows a 301, takes a 307 or
a proxy's web page for success, and logs to the screen. Importing it takes 0.2 s, so the gateway
imports this module with its first write.
"""

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from github.Issue import Issue
from github.Label import Label
from github.Milestone import Milestone
from github.Repository import Repository
from github.Requester import Requester

from bot.github.api_client import USER_AGENT, ApiRequest
from bot.github.http_session import ANSWER_TIMEOUT

if TYPE_CHECKING:
    from bot.github.repository_client import RepositoryClient

# PyGithub's import hangs a handler on its logger; what is worth telling, the caller tells.
logging.getLogger("github").handlers.clear()


class PyGithubAdapter(Requester):
    """Send each of PyGithub's requests once and return good answers only.

    All that PyGithub's objects do here goes through `requestJson`, which raises what
    `RepositoryClient.exchange_json` raises.
    """

    def __init__(self, client: "RepositoryClient") -> None:
        super().__init__(
            auth=None,
            base_url=client.connection.api_url,
            timeout=ANSWER_TIMEOUT,
            user_agent=USER_AGENT,
            per_page=100,
            verify=True,
            retry=None,
            pool_size=None,
            lazy=True,
        )
        self._client = client
        self._root = client.connection.root

    def requestJson(  # noqa: N802 - PyGithub's name
        self,
        verb: str,
        url: str,
        parameters: dict[str, Any] | None = None,
        headers: dict[str, Any] | None = None,
        input: Any | None = None,  # noqa: A002 - PyGithub's name
        cnx: Any = None,  # noqa: ARG002 - part of the signature; the client has the connections
        follow_302_redirect: bool = False,  # noqa: ARG002 - none is followed
    ) -> tuple[int, dict[str, Any], str]:
        """Return one good answer: status, headers (names in lower case) and JSON text."""
        # What PyGithub's own methods post makes something new.
        request = ApiRequest(verb, url, parameters, input, headers or {}, creates=verb == "POST")
        answer = self._client.exchange_json(request)
        return answer.status, dict(answer.headers), answer.text

    def repository(self) -> Repository:
        """Return the repository as an object that asks nothing by itself; so are those below."""
        return Repository(self, {}, {"url": self._root}, completed=True)

    def label(self, name: str) -> Label:
        """Return the label of that name."""
        url = f"{self._root}/labels/{quote(name, safe='')}"
        return Label(self, {}, {"name": name, "url": url}, completed=True)

    def milestone(self, number: int) -> Milestone:
        """Return the milestone of that number."""
        url = f"{self._root}/milestones/{number}"
        return Milestone(self, {}, {"number": number, "url": url}, completed=True)

    def issue(self, number: int) -> Issue:
        """Return the issue of that number."""
        url = f"{self._root}/issues/{number}"
        return Issue(self, {}, {"number": number, "url": url}, completed=True)
