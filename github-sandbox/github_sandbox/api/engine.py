"""From request to reply: faults, access, handler, ETag, headers, log. Knows HTTP but no sockets.

`handle` runs under the world's lock from beginning to end, so requests are served one by one and
each sees the whole outcome of the one before.
"""

import contextlib
import hashlib
import json
import os
import re
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from github_sandbox.api import (
    access,
    app,
    comments,
    git_data,
    graphql,
    issues,
    labels,
    pulls,
    relations,
    repositories,
    workflow_runs,
    workflows,
)
from github_sandbox.api.call import Answer, Call, Route
from github_sandbox.state.faults import Fault
from github_sandbox.state.journal import WRITES, Entry
from github_sandbox.state.objects import Actor, Repository
from github_sandbox.state.refusals import Malformed, Moved, NotFound, Refusal
from github_sandbox.world import World

TABLES = (
    *(issues, comments, relations, labels, pulls),
    *(repositories, git_data, workflows, workflow_runs, app, graphql),
)
REPOSITORY_BY_ID = re.compile(r"/repositories/(\d+)(/.*)?")
ISSUE_BY_NUMBER = re.compile(r"^.*?/issues/\d+")


@dataclass(frozen=True)
class Request:
    """`path` is decoded and starts below the API root; header names are lower-case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    content: bytes


@dataclass(frozen=True)
class Dropped:
    """No answer: wait `hold` seconds, then break the connection."""

    hold: float = 0.0


@dataclass
class Trace:
    """What the log wants to know of a request, gathered on the way."""

    who: access.Credentials | None = None
    route: Route | None = None
    resource: str = "core"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def actor(self) -> Actor | None:
        return self.who.actor if self.who else None


class Engine:
    """GitHub's REST API over one world."""

    def __init__(self, world: World, web: str) -> None:
        self.world = world
        self.web = web
        found = [route for table in TABLES for route in table.routes.table]
        # Fewer parameters first, so that `/issues/comments` is not taken for an issue's number.
        found.sort(key=lambda route: route.path.count("{"))
        self._routes = [(_pattern(route.path), route) for route in found]

    def handle(self, request: Request) -> Reply | Dropped:
        """Answer one request and write it into the log."""
        with self.world.lock:
            started = time.perf_counter()
            self.world.journal.received += 1
            fault = self.world.faults.next(request.method, request.path, _is_write(request))
            trace = Trace()
            outcome = self._outcome(request, fault, trace)
            self._log(request, outcome, trace, fault, (time.perf_counter() - started) * 1000)
            return outcome

    def _outcome(self, request: Request, fault: Fault | None, trace: Trace) -> Reply | Dropped:
        if fault and fault.replaces_the_answer:
            return self._early(fault, trace)
        if fault:
            self._change_repository(request, fault)
        answer = self._answer(request, fault, trace)
        reply = self._reply(request, answer, trace)
        if fault is None or not fault.comes_after_the_write:
            return reply
        if fault.kind == "kill" and fault.pid:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself
                os.kill(fault.pid, signal.SIGKILL)
        if fault.kind == "call" and fault.call:
            fault.call()
        if fault.kind in {"timeout-after", "reset-after"}:
            return Dropped(fault.hold if fault.kind == "timeout-after" else 0.0)
        return self._server_error(502) if fault.kind == "502-after" else reply

    def _change_repository(self, request: Request, fault: Fault) -> None:
        """Do to the repository what somebody does in the middle of a client's run."""
        _, params, _ = self._find(request)
        repository = self._repository(params) if "repo" in params else None
        if repository and fault.kind == "archived":
            self.world.archive(repository)
        elif repository and fault.kind == "renamed":
            self.world.rename(repository, fault.name)

    def _early(self, fault: Fault, trace: Trace) -> Reply | Dropped:
        """A fault that strikes before anything is done."""
        if fault.kind in {"timeout", "reset"}:
            return Dropped(fault.hold if fault.kind == "timeout" else 0.0)
        if fault.kind in {"500", "502"}:
            return self._server_error(int(fault.kind))
        if fault.kind == "expired":
            answer = access.complaint(401, "Bad credentials")
        elif fault.kind == "secondary-graphql":
            answer = Answer(200, graphql.RATE_LIMITED)
        else:
            answer = access.secondary(int(fault.kind.removeprefix("secondary-")), fault.retry_after)
        return self._encode(answer, trace)

    def _server_error(self, status: int) -> Reply:
        """As GitHub's front ends do it: a 502 is a page or a bare message, never a usual error."""
        content = json.dumps({"message": "Server Error"}).encode()
        return Reply(status, {"Content-Type": "application/json; charset=utf-8"}, content)

    def _answer(self, request: Request, fault: Fault | None, trace: Trace) -> Answer:
        try:
            return self._checked(request, fault, trace)
        except Moved as moved:
            return self._transferred(request, moved, trace)
        except Refusal as refusal:
            return access.refused(refusal)

    def _checked(self, request: Request, fault: Fault | None, trace: Trace) -> Answer:
        refusal = access.unreadable(request.headers)
        if refusal:
            return refusal
        who = access.who_asks(self.world, request.headers.get("authorization"))
        trace.who = who
        trace.resource = "graphql" if request.path == "/graphql" else "core"
        route, params, path = self._find(request)
        trace.route = route
        limited = self._limited(request, who, trace)
        if limited:
            return limited
        if route is None:
            raise NotFound
        if route.permission:
            trace.headers["X-Accepted-GitHub-Permissions"] = access.accepted(route)
        access.check_access(route, who)
        repository = None
        if "repo" in params:
            repository = self._repository(params)
            if repository is None:
                return self._elsewhere(params, path, request.method, who.actor)
            if route.access != "app":  # an App sees where it is installed, whatever it may do there
                access.check_permission(self.world, route, who.actor, repository, params)
        call = Call(
            world=self.world,
            web=self.web,
            path=path,
            params=params,
            query=dict(parse_qsl(request.query, keep_blank_values=True)),
            headers=request.headers,
            body=_json(request.body),
            actor=who.actor,
            app=who.app,
            client=who.client,
            given_repository=repository,
            stale=fault if fault and fault.kind == "stale" else None,
        )
        return route.handler(call)

    def _limited(self, request: Request, who: access.Credentials, trace: Trace) -> Answer | None:
        """GraphQL tells of limits in a 200."""
        answer = access.over_the_limit(
            self.world,
            trace.route,
            who,
            trace.resource,
            self.world.clock.exact(),
            write=request.method in WRITES,
        )
        if answer and trace.resource == "graphql":
            return Answer(200, graphql.RATE_LIMITED)
        return answer

    def _find(self, request: Request) -> tuple[Route | None, dict[str, str], str]:
        """The endpoint, its path parameters, and the path with a repository's name in it."""
        path = request.path.rstrip("/") or "/"
        by_id = REPOSITORY_BY_ID.fullmatch(path)
        if by_id and (repository := self.world.repositories.get(int(by_id[1]))):
            path = f"/repos/{repository.full_name}{by_id[2] or ''}"
        if path.endswith("/contents"):
            path += "/"
        for pattern, route in self._routes:
            if route.method == request.method and (match := pattern.fullmatch(path)):
                return route, match.groupdict(), path
        return None, {}, path

    def _repository(self, params: dict[str, str]) -> Repository | None:
        try:
            return self.world.repository(f"{params['owner']}/{params['repo']}")
        except NotFound:
            return None

    def _elsewhere(self, params: dict[str, str], path: str, method: str, actor: Actor) -> Answer:
        full_name = f"{params['owner']}/{params['repo']}"
        there = self.world.moved(full_name)
        if there is None or not self.world.can_see(actor, there):
            raise NotFound
        rest = path.removeprefix(f"/repos/{full_name}")
        return access.moved(f"{self.web}/api/v3/repositories/{there.id}{rest}", method)

    def _transferred(self, request: Request, moved: Moved, trace: Trace) -> Answer:
        """Leads to the issue in its new repository, whatever was asked of it."""
        if trace.actor is None or not self.world.can_see(trace.actor, moved.home):
            return access.refused(moved)
        rest = ISSUE_BY_NUMBER.sub("", request.path)
        there = f"{self.web}/api/v3/repositories/{moved.home.id}/issues/{moved.issue.number}"
        return access.moved(there + rest, request.method)

    def _reply(self, request: Request, answer: Answer, trace: Trace) -> Reply:
        """Encode, and answer 304 to someone who has it already. A 304 costs no primary quota."""
        reply = self._encode(answer, trace)
        if request.method == "GET" and reply.status == 200:
            etag = _etag(request.headers, reply.content, opaque=self.world.opaque_tags)
            reply.headers["ETag"] = etag
            reply.headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
            if _has_it(request.headers.get("if-none-match", ""), etag):
                reply.headers.pop("Content-Type", None)
                return Reply(304, self._counted(reply.headers, trace, cost=0), b"")
        free = request.path == "/rate_limit"
        return Reply(
            reply.status, self._counted(reply.headers, trace, 0 if free else 1), reply.content
        )

    def _encode(self, answer: Answer, trace: Trace) -> Reply:
        headers = {
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-GitHub-Api-Version-Selected": "2022-11-28",
            "X-GitHub-Request-Id": f"SANDBOX:{self.world.journal.received:08X}",
            "Vary": "Accept, Authorization, Cookie, X-GitHub-OTP",
            **trace.headers,
            **answer.headers,
        }
        if trace.actor and trace.actor.token and trace.actor.token.kind == "classic":
            headers["X-OAuth-Scopes"] = "repo"
        if answer.raw is not None:
            headers["Content-Type"] = "application/vnd.github.raw; charset=utf-8"
            return Reply(answer.status, headers, answer.raw)
        if answer.status == 204:
            return Reply(204, headers, b"")
        headers["Content-Type"] = "application/json; charset=utf-8"
        content = json.dumps(answer.data, ensure_ascii=False, separators=(",", ":")).encode()
        return Reply(answer.status, headers, content)

    def _counted(self, headers: dict[str, str], trace: Trace, cost: int) -> dict[str, str]:
        budget = access.budget_of(trace.who.actor, trace.who.app) if trace.who else ""
        now = self.world.clock.exact()
        window = self.world.limits.window(budget, trace.resource, now)
        window.used = min(window.limit, window.used + cost)
        return headers | {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(window.remaining),
            "X-RateLimit-Used": str(window.used),
            "X-RateLimit-Reset": str(int(window.resets_at.timestamp())),
            "X-RateLimit-Resource": trace.resource,
        }

    def _log(
        self,
        request: Request,
        outcome: Reply | Dropped,
        trace: Trace,
        fault: Fault | None,
        milliseconds: float,
    ) -> None:
        journal = self.world.journal
        reply = outcome if isinstance(outcome, Reply) else None
        backend = journal.record_bodies
        journal.entries.append(
            Entry(
                number=journal.received,
                at=self.world.clock.exact(),
                method=request.method,
                path=request.path,
                query=request.query,
                status=reply.status if reply else 0,
                is_write=_is_write(request),
                conditional="if-none-match" in request.headers,
                sent=len(reply.content) if reply else 0,
                received=len(request.body),
                milliseconds=round(milliseconds, 3),
                login=trace.actor.user.login if trace.actor else "",
                user_agent=request.headers.get("user-agent", ""),
                route=trace.route.path if trace.route else None,
                fault=fault.kind if fault else None,
                request=_loosely(request.body) if backend else None,
                response=_loosely(reply.content) if backend and reply else None,
            )
        )


def _is_write(request: Request) -> bool:
    if request.path == "/graphql":
        return b"mutation" in request.body
    return request.method in WRITES


def _pattern(template: str) -> re.Pattern[str]:
    """A path template as a pattern. Names that may hold slashes come last in their template."""
    greedy = {"path", "name", "ref", "branch", "tree_sha", "tag"}

    def group(match: re.Match[str]) -> str:
        inside = ".*" if match[1] == "path" else ".+" if match[1] in greedy else "[^/]+"
        return f"(?P<{match[1]}>{inside})"

    return re.compile(re.sub(r"\{(\w+)\}", group, template))


def _etag(headers: Mapping[str, str], content: bytes, *, opaque: bool) -> str:
    """As several people found GitHub's to be made, who compared many: it says nothing of it itself.

    An opaque one is another for every token too, but nobody can tell how it is made.
    """
    varying = [headers[name] for name in ("accept", "authorization", "cookie") if name in headers]
    key = "".join(f"{value}:" for value in varying) + "pepper" * opaque
    return f'W/"{hashlib.sha256(key.encode() + content).hexdigest()}"'


def _has_it(header: str, etag: str) -> bool:
    def bare(tag: str) -> str:
        return tag.strip().removeprefix("W/")

    return header.strip() == "*" or bare(etag) in {bare(tag) for tag in header.split(",")}


def _json(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        raise Malformed("Problems parsing JSON") from None


def _loosely(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")
