"""What stands before every handler: who asks, whether they may, and how much they still may."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from github_sandbox.api import app_tokens
from github_sandbox.api.call import Answer, Route
from github_sandbox.state import checks
from github_sandbox.state.objects import Actor, App, Repository
from github_sandbox.state.refusals import (
    DOCS,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    Malformed,
    Moved,
    NotAllowed,
    NotFound,
    Refusal,
    Unauthorized,
)
from github_sandbox.world import World

REDIRECTS = "https://docs.github.com/v3/#http-redirects"
RATE_DOCS = f"{DOCS}/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"
STATUS: dict[type[Refusal], int] = {
    Malformed: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Moved: 404,
    NotAllowed: 405,
    Conflict: 409,
    Gone: 410,
    Invalid: 422,
}
VERSIONS = frozenset({"2022-11-28", "2026-03-10"})
NO_USER_AGENT = (
    "Request forbidden by administrative rules. Please make sure your request has a User-Agent "
    "header."
)
NOT_SIGNED_IN = (
    "You must authenticate with an access token authorized to a GitHub App in order to list "
    "installations"
)
SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. "
    "If you reach out to GitHub Support for help, please include the request ID and timestamp."
)


@dataclass(frozen=True)
class Credentials:
    actor: Actor
    app: App | None = None  # with its JWT
    client: App | None = None  # with its client secret


def refused(refusal: Refusal) -> Answer:
    """A refusal as GitHub writes it."""
    return complaint(STATUS[type(refusal)], refusal.message, refusal.errors, refusal.docs)


def complaint(
    status: int, message: str, errors: list[dict[str, object]] | None = None, docs: str = DOCS
) -> Answer:
    """An error body."""
    body: dict[str, object] = {"message": message}
    if errors is not None:
        body["errors"] = errors
    body |= {"documentation_url": docs, "status": str(status)}
    return Answer(status, body)


def moved(location: str, method: str) -> Answer:
    """The answer to a request under a repository's former name, or an issue's former number.

    A write gets 307 with the same words. Source: octokit/fixtures (rename-repository),
    VirtusLab/git-machete#597 and #1211.
    """
    body = {"message": "Moved Permanently", "url": location, "documentation_url": REDIRECTS}
    return Answer(301 if method == "GET" else 307, body, {"Location": location})


def secondary(status: int, retry_after: int | None) -> Answer:
    """A secondary limit, with or without the header that says how long."""
    answer = complaint(status, SECONDARY, docs=RATE_DOCS)
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def unreadable(headers: Mapping[str, str]) -> Answer | None:
    """The answer to a request without a User-Agent or with an unknown version, else None."""
    if not headers.get("user-agent"):
        return complaint(403, NO_USER_AGENT)
    version = headers.get("x-github-api-version", "2022-11-28")
    return None if version in VERSIONS else complaint(400, f"{version} is not a supported version.")


def who_asks(world: World, authorization: str | None) -> Credentials:
    """Reads `Authorization: Bearer|token ...`, or Basic: with the token as password, or with the
    id and the secret of a client.

    Raises Unauthorized, or NotFound for a JWT of an unknown App.
    """
    scheme, _, value = (authorization or "").partition(" ")
    value = value.strip()
    if not value:
        return Credentials(world.authenticate(None))
    if scheme.lower() == "basic":
        name, value = app_tokens.name_and_password(value)
        client = app_tokens.client_of(world, name, value)
        if client is not None:
            return Credentials(Actor(world.nobody), client=client)
    if app_tokens.looks_like_jwt(value):
        app = app_tokens.app_of(world, value)
        return Credentials(Actor(world.nobody), app)
    return Credentials(world.authenticate(value))


def budget_of(actor: Actor, app: App | None = None) -> str:
    """Whose limits a request counts against; "" for nobody.

    `app` is the App that asks with its own JWT. The published limit of 60 is one of addresses, for
    requests that say nothing of who asks; a JWT says it. For these GitHub publishes no number: here
    they have a budget of their own, as large as an installation's.
    """
    if app is not None:
        return f"app/{app.id}"
    if actor.installation:
        return f"installation/{actor.installation.id}"
    return actor.user.login


def over_the_limit(
    world: World,
    route: Route | None,
    who: Credentials,
    resource: str,
    now: datetime,
    *,
    write: bool,
) -> Answer | None:
    """The answer to someone who used up a limit, else None."""
    budget = budget_of(who.actor, who.app)
    limits = world.limits
    if limits.window(budget, resource, now).remaining <= 0:
        name = _limited_name(who) if budget else "this address"
        return complaint(403, f"API rate limit exceeded for {name}.", docs=RATE_DOCS)
    wait = limits.count(budget, now, write=write, creates=bool(route and route.creates))
    return None if wait is None else secondary(limits.secondary_status, wait)


def check_access(route: Route, who: Credentials) -> None:
    """Raises Unauthorized or Forbidden when the kind of token does not fit the endpoint."""
    if route.access == "app":
        if who.app is None:
            raise Unauthorized("A JSON web token could not be decoded")
        return
    if who.app is not None:
        raise Unauthorized("Bad credentials")
    if route.access == "client" and who.client is None:
        raise Unauthorized("Requires authentication")
    token = who.actor.token
    if route.access in {"token", "user", "signed-in", "installation"} and token is None:
        raise Unauthorized("Requires authentication")
    if route.access == "signed-in" and (token is None or token.through is None):
        raise Forbidden(NOT_SIGNED_IN)
    if route.access == "user" and who.actor.installation:
        raise Forbidden("Resource not accessible by integration")
    if route.access == "installation" and not who.actor.installation:
        raise Forbidden("You must authenticate with an installation access token.")


def accepted(route: Route) -> str:
    """Return the header that names the permissions, any one of which may do."""
    name, level = route.permission or ("metadata", "read")
    # As recorded: reading an issue asks for `issues` alone, reading its comments for either.
    both = route.serves_pull_requests and not (
        route.method == "GET" and route.path.endswith(("{issue_number}", "/events"))
    )
    names = (name, "pull_requests") if both else (name,)
    return "; ".join(f"{one}={level}" for one in names)


def check_permission(
    world: World, route: Route, actor: Actor, repository: Repository, params: Mapping[str, str]
) -> None:
    """Raises NotFound where the repository is invisible, Forbidden where more is needed."""
    if not world.can_see(actor, repository):
        raise NotFound
    if route.permission is None:
        return
    name, level = route.permission
    if level == "write":
        if actor.token is None:
            raise Unauthorized("Requires authentication")
        if route.serves_pull_requests and _is_of_a_pull_request(repository, params):
            name = "pull_requests"
        if not world.permits(actor, repository, name, "write"):
            raise Forbidden(f"Resource not accessible by {_kind(actor)}")
        checks.writable(repository)
    elif repository.private and not world.permits(actor, repository, name, "read"):
        raise Forbidden(f"Resource not accessible by {_kind(actor)}")


def _is_of_a_pull_request(repository: Repository, params: Mapping[str, str]) -> bool:
    """Whether the number or the comment in the path belongs to a pull request.

    The description has these endpoints under "Issues", but what counts is the parent: `issues:
    write` alone is refused on a pull request, `pull-requests: write` alone does.
    Source: eneo-ai/eneo#512, NOFireAI/ravel#347, resend/react-email#3512.
    """
    number, comment = params.get("issue_number", ""), params.get("comment_id")
    if comment is None:
        issue = repository.issues.get(int(number)) if number.isdecimal() else None
        return issue is not None and issue.is_pull_request
    return any(
        issue.is_pull_request and any(str(one.id) == comment for one in issue.comments)
        for issue in repository.issues.values()
    )


def _limited_name(who: Credentials) -> str:
    return f"app ID {who.app.id}" if who.app else f"user ID {who.actor.user.id}"


def _kind(actor: Actor) -> str:
    return "integration" if actor.app else "personal access token"
