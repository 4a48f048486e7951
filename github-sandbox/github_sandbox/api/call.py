"""One request on its way to a handler, and what a handler gives back.

Handlers are plain functions from `Call` to `Answer`, registered in a `Routes` table with what they
need: a permission, a kind of token. `engine` checks that before it calls them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, Literal, Protocol, TypeVar
from urllib.parse import urlencode

from github_sandbox.api.shapes import Shapes
from github_sandbox.state import issues
from github_sandbox.state.faults import Fault
from github_sandbox.state.objects import Actor, App, Birth, Issue, Repository
from github_sandbox.state.refusals import Malformed, NotFound, Unauthorized
from github_sandbox.world import World

PER_PAGE = 30
MOST_PER_PAGE = 100
# Relations that pull requests do not have.
ISSUES_ONLY = ("/sub_issue", "/parent", "/dependencies/")
Access = Literal["anyone", "token", "user", "signed-in", "installation", "app", "client"]


class Born(Protocol):
    @property
    def birth(self) -> Birth: ...


Thing = TypeVar("Thing")
Newborn = TypeVar("Newborn", bound=Born)


@dataclass(frozen=True)
class Answer:
    """`data` is sent as JSON, `raw` as it is; neither with 204."""

    status: int = 200
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None


@dataclass(frozen=True)
class Route:
    """An endpoint. `path` is the template of GitHub's description, `permission` name and level."""

    method: str
    path: str
    handler: "Handler"
    permission: tuple[str, str] | None
    access: Access
    creates: bool

    @property
    def serves_pull_requests(self) -> bool:
        """Whether it serves pull requests as well, by the number or a comment of their issue."""
        parent = "{issue_number}" in self.path or "{comment_id}" in self.path
        return parent and not any(part in self.path for part in ISSUES_ONLY)


@dataclass
class Call:
    world: World
    web: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    actor: Actor
    app: App | None = None  # set when a JWT came
    client: App | None = None  # set when a client's id and secret came
    given_repository: Repository | None = None
    stale: Fault | None = None

    @cached_property
    def shapes(self) -> Shapes:
        return Shapes(self.world, self.web, self.actor)

    @property
    def repository(self) -> Repository:
        if self.given_repository is None:
            raise NotFound
        return self.given_repository

    @property
    def jwt_app(self) -> App:
        if self.app is None:
            raise Unauthorized("A JSON web token could not be decoded")
        return self.app

    @property
    def user_app(self) -> App:
        """The App that a person's token is for."""
        token = self.actor.token
        if token is None or token.through is None:
            raise Unauthorized("Requires authentication")
        return token.through

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON object that was sent; empty without a body."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise Malformed("Body should be a JSON object")
        return self.body

    def number(self, name: str) -> int:
        """A number out of the path. Raises NotFound for anything else."""
        value = self.params[name]
        if not value.isascii() or not value.isdigit():
            raise NotFound
        return int(value)

    @property
    def issue(self) -> Issue:
        return issues.find(self.repository, self.number("issue_number"))

    def fresh_enough(self, things: Iterable[Newborn]) -> list[Newborn]:
        """A list as this request may see it: a stale one misses what was made lately."""
        fault = self.stale
        if fault is None:
            return list(things)
        oldest = self.world.clock.exact() - timedelta(seconds=fault.seconds)
        return [
            thing
            for thing in things
            if thing.birth.request < self.world.journal.received - fault.requests
            and (not fault.seconds or thing.birth.at < oldest)
        ]

    def listing(self, things: list[Thing], shape: Callable[[Thing], Any]) -> Answer:
        """One page of a list, with the Link header that leads to the others."""
        per_page = self.per_page
        page = self._positive("page", 1)
        last = max(1, -(-len(things) // per_page))
        shown = things[(page - 1) * per_page : page * per_page]
        links = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
        if page <= 1:
            links = {name: to for name, to in links.items() if name not in {"prev", "first"}}
        if page >= last:
            links = {name: to for name, to in links.items() if name not in {"next", "last"}}
        header = ", ".join(f'<{self._url(page=to)}>; rel="{name}"' for name, to in links.items())
        return Answer(
            data=[shape(thing) for thing in shown], headers={"Link": header} if header else {}
        )

    @property
    def per_page(self) -> int:
        return min(self._positive("per_page", PER_PAGE), MOST_PER_PAGE)

    def _url(self, *, page: int) -> str:
        query = urlencode({**self.query, "page": str(page)})
        return f"{self.shapes.api}{self.path}?{query}"

    def _positive(self, name: str, default: int) -> int:
        value = self.query.get(name, "")
        return max(1, int(value)) if value.isascii() and value.isdigit() else default


Handler = Callable[[Call], Answer]


class Routes:
    """A table of endpoints, filled by decorators."""

    def __init__(self) -> None:
        self.table: list[Route] = []

    def __call__(
        self,
        method: str,
        path: str,
        permission: str | None = None,
        *,
        access: Access = "anyone",
        creates: bool = False,
    ) -> Callable[[Handler], Handler]:
        """`permission` reads "issues:write"; `creates` marks content for the secondary limits."""
        name, _, level = (permission or "").partition(":")
        needed = (name, level) if permission else None

        def register(handler: Handler) -> Handler:
            self.table.append(Route(method, path, handler, needed, access, creates))
            return handler

        return register
