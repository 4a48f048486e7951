"""Sub-issues, parents and dependencies.

https://docs.github.com/rest/issues/sub-issues, https://docs.github.com/rest/issues/issue-dependencies
"""

from github_sandbox.api.call import Answer, Call, Routes
from github_sandbox.api.issues import ISSUE
from github_sandbox.api.shapes import JSON
from github_sandbox.state import checks, issues, relations
from github_sandbox.state.objects import Issue
from github_sandbox.state.refusals import NotFound

routes = Routes()
BLOCKED_BY = ISSUE + "/dependencies/blocked_by"


@routes("GET", ISSUE + "/sub_issues", "issues:read")
def list_sub_issues(call: Call) -> Answer:
    return call.listing(call.fresh_enough(call.issue.children), lambda child: _shape(call, child))


@routes("POST", ISSUE + "/sub_issues", "issues:write", creates=True)
def add_sub_issue(call: Call) -> Answer:
    checks.may_push(call.world, call.actor, call.repository)
    parent = call.issue
    child_id = checks.whole_number(call.fields, "sub_issue_id")
    replace = call.fields.get("replace_parent") is True
    relations.add_child(call.world, call.actor, call.repository, parent, child_id, replace=replace)
    data = _shape(call, parent)
    return Answer(201, data, {"Location": data["url"]})


@routes("DELETE", ISSUE + "/sub_issue", "issues:write")
def remove_sub_issue(call: Call) -> Answer:
    checks.may_push(call.world, call.actor, call.repository)
    parent = call.issue
    child_id = checks.whole_number(call.fields, "sub_issue_id")
    relations.remove_child(call.world, call.actor, call.repository, parent, child_id)
    return Answer(data=_shape(call, parent))


@routes("PATCH", ISSUE + "/sub_issues/priority", "issues:write")
def move_sub_issue(call: Call) -> Answer:
    checks.may_push(call.world, call.actor, call.repository)
    fields = call.fields
    child_id = checks.whole_number(fields, "sub_issue_id")
    parent = call.issue
    relations.move_child(
        call.world, parent, child_id, fields.get("after_id"), fields.get("before_id")
    )
    return Answer(data=_shape(call, parent))


@routes("GET", ISSUE + "/parent", "issues:read")
def get_parent(call: Call) -> Answer:
    parent = call.issue.parent
    if parent is None:
        raise NotFound("No parent issue found")
    return Answer(data=_shape(call, parent))


@routes("GET", BLOCKED_BY, "issues:read")
def list_blocked_by(call: Call) -> Answer:
    return call.listing(call.issue.blocked_by, lambda other: _shape(call, other))


@routes("POST", BLOCKED_BY, "issues:write", creates=True)
def add_blocked_by(call: Call) -> Answer:
    checks.may_push(call.world, call.actor, call.repository)
    issue = call.issue
    relations.block(call.world, issue, checks.whole_number(call.fields, "issue_id"))
    data = _shape(call, issue)
    return Answer(201, data, {"Location": data["url"]})


@routes("DELETE", BLOCKED_BY + "/{issue_id}", "issues:write")
def remove_blocked_by(call: Call) -> Answer:
    checks.may_push(call.world, call.actor, call.repository)
    issue = call.issue
    relations.unblock(call.world, issue, call.number("issue_id"))
    return Answer(data=_shape(call, issue))


@routes("GET", ISSUE + "/dependencies/blocking", "issues:read")
def list_blocking(call: Call) -> Answer:
    return call.listing(call.issue.blocking, lambda other: _shape(call, other))


def _shape(call: Call, issue: Issue) -> JSON:
    home = call.repository
    if home.issues.get(issue.number) is not issue:
        home, _ = issues.by_id(call.world, issue.id)
    return call.shapes.issue(home, issue)
