"""Issues: list, get, create, change, lock; labels and assignees on them, and what happened to them.

https://docs.github.com/rest/issues/issues, https://docs.github.com/rest/issues/events
"""

from datetime import UTC, datetime

from github_sandbox.api.call import Answer, Call, Routes
from github_sandbox.state import checks, issues, labels
from github_sandbox.state.objects import Issue, Label
from github_sandbox.state.refusals import Invalid, NotFound, invalid

routes = Routes()
ISSUES = "/repos/{owner}/{repo}/issues"
ISSUE = ISSUES + "/{issue_number}"


@routes("GET", ISSUES, "issues:read")
def list_issues(call: Call) -> Answer:
    found = [issue for issue in call.fresh_enough(_all(call)) if _selected(call, issue)]
    sort = call.query.get("sort", "created")
    keys = {
        "created": lambda issue: (issue.birth.at, issue.id),
        "updated": lambda issue: (issue.updated_at, issue.id),
        "comments": lambda issue: (len(issue.comments), issue.id),
    }
    if sort not in keys:
        raise invalid("Issue", "sort", "invalid", value=sort)
    found.sort(key=keys[sort], reverse=call.query.get("direction", "desc") != "asc")
    return call.listing(found, lambda issue: call.shapes.issue(call.repository, issue))


def _all(call: Call) -> list[Issue]:
    """Answers 404, not 410, where issues are off: that is what the list endpoint has."""
    if not call.repository.issues_enabled:
        raise NotFound
    return list(call.repository.issues.values())


def _selected(call: Call, issue: Issue) -> bool:
    query = call.query
    state = query.get("state", "open")
    if state not in {"open", "closed", "all"}:
        raise invalid("Issue", "state", "invalid", value=state)
    wanted = {name.strip().lower() for name in query.get("labels", "").split(",") if name.strip()}
    since = query.get("since")
    return (
        state in {"all", issue.state}
        and wanted <= {label.name.lower() for label in issue.labels}
        and (since is None or issue.updated_at >= moment(since))
        and _in_milestone(call, issue)
        and _by(query.get("creator"), [issue.user.login])
        and _by(query.get("assignee"), [user.login for user in issue.assignees])
    )


def _in_milestone(call: Call, issue: Issue) -> bool:
    wanted = call.query.get("milestone")
    if wanted in {None, ""}:
        return True
    if wanted in {"*", "none"}:
        return (issue.milestone is None) == (wanted == "none")
    if not str(wanted).isdecimal() or int(str(wanted)) not in call.repository.milestones:
        raise invalid("Issue", "milestone", "invalid", value=wanted)
    return issue.milestone is not None and issue.milestone.number == int(str(wanted))


def _by(wanted: str | None, logins: list[str]) -> bool:
    if wanted in {None, "", "*"}:
        return wanted != "*" or bool(logins)
    if wanted == "none":
        return not logins
    return str(wanted).lower() in {login.lower() for login in logins}


def moment(value: str) -> datetime:
    """A time out of a query. Raises Invalid."""
    try:
        at = datetime.fromisoformat(value.replace(" ", "+"))
    except ValueError:
        raise Invalid("Invalid request.\n\nsince is not a valid timestamp") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@routes("POST", ISSUES, "issues:write", creates=True)
def create_issue(call: Call) -> Answer:
    issue = issues.create(call.world, call.actor, call.repository, call.fields)
    data = call.shapes.issue(call.repository, issue)
    return Answer(201, data, {"Location": data["url"]})


@routes("GET", ISSUE, "issues:read")
def get_issue(call: Call) -> Answer:
    return _shown(call)


@routes("PATCH", ISSUE, "issues:write")
def edit_issue(call: Call) -> Answer:
    issues.edit(call.world, call.actor, call.repository, call.issue, call.fields)
    return _shown(call)


@routes("GET", ISSUE + "/events", "issues:read")
def list_events(call: Call) -> Answer:
    return call.listing(call.issue.events, lambda one: call.shapes.event(call.repository, one))


@routes("PUT", ISSUE + "/lock", "issues:write")
def lock_issue(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    issues.lock(call.world, call.actor, call.repository, call.issue, call.fields)
    return Answer(204)


@routes("DELETE", ISSUE + "/lock", "issues:write")
def unlock_issue(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    issues.unlock(call.world, call.actor, call.repository, call.issue)
    return Answer(204)


@routes("POST", ISSUE + "/assignees", "issues:write")
def add_assignees(call: Call) -> Answer:
    return _assign(call, add=True)


@routes("DELETE", ISSUE + "/assignees", "issues:write")
def remove_assignees(call: Call) -> Answer:
    return _assign(call, add=False)


def _assign(call: Call, *, add: bool) -> Answer:
    checks.may_push(call.world, call.actor, call.repository)
    named = checks.names(call.fields.get("assignees", []), "assignees")
    lowered = {login.lower() for login in named}
    logins = [user.login for user in call.issue.assignees if user.login.lower() not in lowered]
    fields = {"assignees": logins + (named if add else [])}
    issues.edit(call.world, call.actor, call.repository, call.issue, fields)
    return _shown(call, 201 if add else 200)


@routes("GET", ISSUE + "/labels", "issues:read")
def list_issue_labels(call: Call) -> Answer:
    return call.listing(call.issue.labels, lambda label: call.shapes.label(call.repository, label))


@routes("POST", ISSUE + "/labels", "issues:write")
def add_issue_labels(call: Call) -> Answer:
    issue = call.issue
    return _put_labels(call, issue, [*issue.labels, *_sent_labels(call)])


@routes("PUT", ISSUE + "/labels", "issues:write")
def set_issue_labels(call: Call) -> Answer:
    return _put_labels(call, call.issue, _sent_labels(call))


@routes("DELETE", ISSUE + "/labels", "issues:write")
def remove_issue_labels(call: Call) -> Answer:
    _put_labels(call, call.issue, [])
    return Answer(204)


@routes("DELETE", ISSUE + "/labels/{name}", "issues:write")
def remove_issue_label(call: Call) -> Answer:
    issue = call.issue
    name = call.params["name"].lower()
    if name not in {label.name.lower() for label in issue.labels}:
        raise NotFound("Label does not exist")
    return _put_labels(call, issue, [label for label in issue.labels if label.name.lower() != name])


def _sent_labels(call: Call) -> list[Label]:
    checks.may_push(call.world, call.actor, call.repository)
    sent = call.body if isinstance(call.body, list) else call.fields.get("labels", [])
    return labels.named(call.world, call.actor, call.repository, checks.names(sent, "labels"))


def _put_labels(call: Call, issue: Issue, wanted: list[Label]) -> Answer:
    checks.may_push(call.world, call.actor, call.repository)
    unique = list(dict.fromkeys(wanted))
    labels.put_on(call.world, call.actor, call.repository, issue, unique)
    return Answer(data=[call.shapes.label(call.repository, label) for label in issue.labels])


def _shown(call: Call, status: int = 200) -> Answer:
    return Answer(status, call.shapes.issue(call.repository, call.issue))
