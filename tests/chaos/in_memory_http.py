"""Reader and gateway as they are, over an engine in this process: all of HTTP but the sockets.

Each request passes through a hook first, so that a test can do anything between any two of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import httpx2

from bot.github.api_client import local_client
from bot.github.connection import Connection
from bot.github.etag_cache import EtagCache, Page
from bot.github.gateway import PyGithubGateway
from bot.github.http_session import ANSWER_TIMEOUT, Httpx2Session
from bot.github.reader import HttpReader
from bot.github.retry import WaitPolicy
from github_sandbox.api.engine import Dropped, Engine, Reply, Request
from github_sandbox.world import TOKEN, World

WEB = "http://github.test"
API = f"{WEB}/api/v3"
LATENCY = timedelta(milliseconds=80)


class BrokenError(Exception):
    """No answer came: `late` when it was waited for, else the connection broke."""

    def __init__(self, *, late: bool) -> None:
        super().__init__("no answer")
        self.late = late


@dataclass
class RecordedRequest:
    """A request on its way: `path` is below the API root, without its query."""

    method: str
    path: str


class MemoryCache(EtagCache):
    """Kept answers without a disk."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))
        self._pages: dict[str, Page] = {}

    def get(self, key: str) -> Page | None:
        return self._pages.get(key)

    def put(self, key: str, page: Page) -> None:
        self._pages[key] = page


@dataclass
class InMemoryHttp:
    """One run's connection. `before` and `after` are told of each request, and may raise.

    The clock of the machine that sends is `behind`.
    """

    engine: Engine
    before: Callable[[RecordedRequest], None] = lambda _: None
    after: Callable[[RecordedRequest], None] = lambda _: None
    on_sleep: Callable[[], None] = lambda: None
    behind: timedelta = timedelta()
    slept: list[float] = field(default_factory=list)

    @property
    def world(self) -> World:
        return self.engine.world

    def query(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The answer. Raises BrokenError, and what the hooks raise."""
        path, _, query = target.partition("?")
        root = "/api" if path == "/api/graphql" else "/api/v3"
        requested = RecordedRequest(method, unquote(path.removeprefix(root)))
        self.before(requested)
        self.world.clock.advance(LATENCY)
        lower = {name.lower(): value for name, value in headers.items()}
        outcome = self.engine.handle(Request(method, requested.path, query, lower, body))
        self.after(requested)
        if isinstance(outcome, Dropped):
            if outcome.hold:
                self.world.clock.advance(timedelta(seconds=ANSWER_TIMEOUT))
            raise BrokenError(late=bool(outcome.hold))
        return outcome

    def clock(self) -> datetime:
        return self.world.clock.exact() - self.behind

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.on_sleep()
        self.world.clock.advance(timedelta(seconds=seconds))


class _Transport(httpx2.BaseTransport):
    def __init__(self, line: InMemoryHttp) -> None:
        self._line = line

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        target = request.url.raw_path.decode()
        try:
            reply = self._line.query(request.method, target, request.headers, request.read())
        except BrokenError as broken:
            kind = httpx2.ReadTimeout if broken.late else httpx2.ReadError
            raise kind("no answer", request=request) from None
        return httpx2.Response(reply.status, headers=reply.headers, content=reply.content)


def edges(
    line: InMemoryHttp,
    *,
    repository: str,
    token: str = TOKEN,
    cache: EtagCache | None = None,
    policy: WaitPolicy | None = None,
) -> tuple[HttpReader, PyGithubGateway]:
    """Both edges of a run over `line`, on the world's clock."""
    policy = (policy or WaitPolicy())._replace(clock=line.clock, sleep=line.sleep)
    connection = Connection(repository=repository, token=token, api_url=API)
    http = Httpx2Session(httpx2.Client(transport=_Transport(line)))
    client = local_client(API, http=http, policy=policy)
    reader = HttpReader(connection, cache=cache, client=client)
    return reader, PyGithubGateway(connection, client)
