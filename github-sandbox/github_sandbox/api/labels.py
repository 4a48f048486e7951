"""Labels and milestones of a repository.

https://docs.github.com/rest/issues/labels, https://docs.github.com/rest/issues/milestones
"""

from datetime import date

from github_sandbox.api.call import Answer, Call, Routes
from github_sandbox.state import labels, milestones
from github_sandbox.state.objects import Milestone
from github_sandbox.state.refusals import invalid

routes = Routes()
LABELS = "/repos/{owner}/{repo}/labels"
LABEL = LABELS + "/{name}"
MILESTONES = "/repos/{owner}/{repo}/milestones"
MILESTONE = MILESTONES + "/{milestone_number}"


@routes("GET", LABELS, "issues:read")
def list_labels(call: Call) -> Answer:
    found = call.fresh_enough(call.repository.labels.values())
    found.sort(key=lambda label: label.name.lower())
    return call.listing(found, lambda label: call.shapes.label(call.repository, label))


@routes("POST", LABELS, "issues:write", creates=True)
def create_label(call: Call) -> Answer:
    label = labels.create(call.world, call.actor, call.repository, call.fields)
    data = call.shapes.label(call.repository, label)
    return Answer(201, data, {"Location": data["url"]})


@routes("GET", LABEL, "issues:read")
def get_label(call: Call) -> Answer:
    label = labels.find(call.repository, call.params["name"])
    return Answer(data=call.shapes.label(call.repository, label))


@routes("PATCH", LABEL, "issues:write")
def edit_label(call: Call) -> Answer:
    label = labels.find(call.repository, call.params["name"])
    labels.edit(call.world, call.actor, call.repository, label, call.fields)
    return Answer(data=call.shapes.label(call.repository, label))


@routes("DELETE", LABEL, "issues:write")
def delete_label(call: Call) -> Answer:
    label = labels.find(call.repository, call.params["name"])
    labels.delete(call.world, call.actor, call.repository, label)
    return Answer(204)


@routes("GET", MILESTONES, "issues:read")
def list_milestones(call: Call) -> Answer:
    state = call.query.get("state", "open")
    if state not in {"open", "closed", "all"}:
        raise invalid("Milestone", "state", "invalid", value=state)
    everything = call.fresh_enough(call.repository.milestones.values())
    found = [milestone for milestone in everything if state in {"all", milestone.state}]
    if call.query.get("sort") == "completeness":
        found.sort(key=lambda milestone: _completeness(call, milestone))
    else:
        found.sort(key=lambda milestone: (milestone.due or date.max, milestone.number))
    if call.query.get("direction") == "desc":
        found.reverse()
    return call.listing(found, lambda found: call.shapes.milestone(call.repository, found))


def _completeness(call: Call, milestone: Milestone) -> float:
    still, done = call.repository.milestone_counts().get(milestone, (0, 0))
    return done / (still + done) if done else 0.0


@routes("POST", MILESTONES, "issues:write", creates=True)
def create_milestone(call: Call) -> Answer:
    milestone = milestones.create(call.world, call.actor, call.repository, call.fields)
    data = call.shapes.milestone(call.repository, milestone)
    return Answer(201, data, {"Location": data["url"]})


@routes("GET", MILESTONE, "issues:read")
def get_milestone(call: Call) -> Answer:
    return _shown(call, _found(call))


@routes("PATCH", MILESTONE, "issues:write")
def edit_milestone(call: Call) -> Answer:
    milestone = _found(call)
    milestones.edit(call.world, call.actor, call.repository, milestone, call.fields)
    return _shown(call, milestone)


@routes("DELETE", MILESTONE, "issues:write")
def delete_milestone(call: Call) -> Answer:
    milestones.delete(call.world, call.actor, call.repository, _found(call))
    return Answer(204)


@routes("GET", MILESTONE + "/labels", "issues:read")
def list_milestone_labels(call: Call) -> Answer:
    milestone = _found(call)
    found = {
        label: None
        for issue in call.repository.issues.values()
        if issue.milestone is milestone
        for label in issue.labels
    }
    return call.listing(list(found), lambda label: call.shapes.label(call.repository, label))


def _found(call: Call) -> Milestone:
    return milestones.find(call.repository, call.number("milestone_number"))


def _shown(call: Call, milestone: Milestone) -> Answer:
    return Answer(data=call.shapes.milestone(call.repository, milestone))
