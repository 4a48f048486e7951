"""Pull requests and releases.

https://docs.github.com/rest/pulls/pulls, https://docs.github.com/rest/releases/releases
"""

from github_sandbox.api import pull_shapes as shape
from github_sandbox.api.call import Answer, Call, Routes
from github_sandbox.api.shapes import JSON
from github_sandbox.state import checks, pulls, releases
from github_sandbox.state.objects import Issue, Release
from github_sandbox.state.refusals import invalid

routes = Routes()
REPO = "/repos/{owner}/{repo}"
PULLS = REPO + "/pulls"
PULL = PULLS + "/{pull_number}"
RELEASES = REPO + "/releases"


@routes("GET", PULLS, "pull_requests:read")
def list_pulls(call: Call) -> Answer:
    state = call.query.get("state", "open")
    if state not in {"open", "closed", "all"}:
        raise invalid("PullRequest", "state", "invalid", value=state)
    owner = call.repository.owner.login
    found = [
        issue
        for issue in call.fresh_enough(call.repository.issues.values())
        if issue.pull
        and state in {"all", issue.state}
        and call.query.get("head") in {None, f"{owner}:{issue.pull.head}"}
        and call.query.get("base") in {None, issue.pull.base}
    ]
    found.sort(key=lambda one: one.number, reverse=call.query.get("direction", "desc") != "asc")

    def short(issue: Issue) -> object:
        home = call.repository
        return shape.pull_request(call.shapes, home, *pulls.find(home, issue.number))

    return call.listing(found, short)


@routes("POST", PULLS, "pull_requests:write", creates=True)
def create_pull(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    issue = pulls.create(call.world, call.actor, call.repository, call.fields)
    answer = _shown(call, issue.number, 201)
    return Answer(201, answer.data, {"Location": answer.data["url"]})


@routes("GET", PULL, "pull_requests:read")
def get_pull(call: Call) -> Answer:
    return _shown(call, call.number("pull_number"))


@routes("PUT", PULL + "/merge", "contents:write", creates=True)
def merge_pull(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    number = call.number("pull_number")
    commit = pulls.merge(call.world, call.actor, call.repository, number, call.fields)
    message = "Pull Request successfully merged"
    return Answer(data={"sha": commit.sha, "merged": True, "message": message})


@routes("GET", RELEASES, "contents:read")
def list_releases(call: Call) -> Answer:
    writes = call.world.has_role(call.actor, call.repository, "write")
    found = [one for one in call.repository.releases[::-1] if one.published_at or writes]
    return call.listing(found, lambda one: _release(call, one))


@routes("POST", RELEASES, "contents:write", creates=True)
def create_release(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    made = _release(call, releases.create(call.world, call.actor, call.repository, call.fields))
    return Answer(201, made, {"Location": made["url"]})


@routes("GET", RELEASES + "/tags/{tag}", "contents:read")
def get_release(call: Call) -> Answer:
    return Answer(data=_release(call, releases.find(call.repository, call.params["tag"])))


def _shown(call: Call, number: int, status: int = 200) -> Answer:
    issue, pull = pulls.find(call.repository, number)
    data = shape.full_pull_request(call.shapes, call.repository, issue, pull)
    return Answer(status, data)


def _release(call: Call, found: Release) -> JSON:
    return shape.release(call.shapes, call.repository, found)
