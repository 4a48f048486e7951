"""The few GraphQL mutations that REST has no endpoint for: pin, unpin, delete, transfer an issue.

No GraphQL engine: the mutation is found by name, its `input` in the variables or in the text, and
the payload holds `issue { id number }` or `repository { id }` whatever was selected. Anything else
is answered with GitHub's kind of error, in a 200.
"""

import re
from typing import Any

from github_sandbox.api.call import Answer, Call, Routes
from github_sandbox.state import issues, transfers
from github_sandbox.state.objects import Issue, Repository
from github_sandbox.state.refusals import Forbidden, NotFound, Refusal

routes = Routes()
MUTATIONS = ("pinIssue", "unpinIssue", "deleteIssue", "transferIssue")
RATE_LIMITED = {
    "errors": [
        {"type": "RATE_LIMITED", "message": "API rate limit already exceeded for this user."}
    ]
}


@routes("POST", "/graphql", access="token")
def graphql(call: Call) -> Answer:
    text = str(call.fields.get("query", ""))
    variables = call.fields.get("variables") or {}
    viewer = re.search(r"\bviewer\s*\{([^}]*)\}", text)
    if viewer and "mutation" not in text:
        return Answer(data={"data": {"viewer": _viewer(call, viewer[1].split())}})
    for name in MUTATIONS:
        if re.search(rf"\b{name}\s*\(", text):
            return _mutate(call, name, _input(text, variables))
    return _failed(None, "undefinedField", "The sandbox does not know this query")


def _viewer(call: Call, wanted: list[str]) -> dict[str, Any]:
    """Who asks: for an installation and a workflow the bot account, which `GET /user` refuses."""
    me = call.actor.user
    known = {"login": me.login, "databaseId": me.id, "id": call.shapes.node("U", me.id)}
    return {name: known[name] for name in wanted if name in known}


def _input(text: str, variables: dict[str, Any]) -> dict[str, Any]:
    """`input` from a variable, or the plain pairs of an object written in the text."""
    for value in variables.values():
        if isinstance(value, dict):
            return value
    found: dict[str, Any] = {}
    for key, variable, literal in re.findall(r'(\w+):\s*(?:\$(\w+)|"([^"]*)")', text):
        found[key] = variables.get(variable) if variable else literal
    return found


def _mutate(call: Call, name: str, given: dict[str, Any]) -> Answer:
    node = str(given.get("issueId", ""))
    try:
        home, issue = _issue(call, node)
        _check(call, home)
        done = _do(call, name, home, issue, given)
    except NotFound:
        message = f"Could not resolve to a node with the global id of '{node}'"
        return _failed(name, "NOT_FOUND", message)
    except Forbidden as refusal:
        return _failed(name, "FORBIDDEN", refusal.message)
    except Refusal as refusal:
        return _failed(name, "UNPROCESSABLE", refusal.message)
    payload = {**done, "clientMutationId": given.get("clientMutationId")}
    return Answer(data={"data": {name: payload}})


def _check(call: Call, home: Repository) -> None:
    if not call.world.permits(call.actor, home, "issues", "write"):
        raise Forbidden("Resource not accessible by integration")
    if not call.world.has_role(call.actor, home, "write"):
        raise Forbidden(f"{call.actor.user.login} does not have the correct permissions")


def _do(
    call: Call, name: str, home: Repository, issue: Issue, given: dict[str, Any]
) -> dict[str, Any]:
    if name == "transferIssue":
        target = _target(call, str(given.get("repositoryId", "")))
        made = transfers.transfer(call.world, call.actor, home, issue, target)
        return {"issue": {"id": call.shapes.node("I", made.id), "number": made.number}}
    if name == "deleteIssue":
        issues.delete(call.world, call.actor, home, issue)
        return {"repository": {"id": call.shapes.node("R", home.id)}}
    if name == "pinIssue":
        issues.pin(home, issue)
    else:
        issue.pinned = False
    return {"issue": {"id": call.shapes.node("I", issue.id), "number": issue.number}}


def _issue(call: Call, node: str) -> tuple[Repository, Issue]:
    kind, _, number = node.partition("_")
    if kind != "I" or not number.isdecimal():
        raise NotFound
    home, issue = issues.by_id(call.world, int(number))
    if not call.world.can_see(call.actor, home):
        raise NotFound
    return home, issue


def _target(call: Call, node: str) -> Repository:
    kind, _, number = node.partition("_")
    target = call.world.repositories.get(int(number)) if number.isdecimal() else None
    if kind != "R" or target is None or not call.world.can_see(call.actor, target):
        raise NotFound
    return target


def _failed(name: str | None, kind: str, message: str) -> Answer:
    error: dict[str, Any] = {"type": kind, "message": message}
    body: dict[str, Any] = {"errors": [error]}
    if name:
        error["path"] = [name]
        body["data"] = {name: None}
    return Answer(data=body)
