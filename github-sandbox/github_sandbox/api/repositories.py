"""Repositories, their files, branches and collaborators; people and rate limits.

https://docs.github.com/rest/repos/contents, https://docs.github.com/rest/collaborators
"""

from github_sandbox.api import repository_shapes as shape
from github_sandbox.api.access import budget_of
from github_sandbox.api.call import Answer, Call, Routes
from github_sandbox.api.shapes import JSON, written
from github_sandbox.state import checks, files, templates
from github_sandbox.state.objects import User
from github_sandbox.state.refusals import Forbidden, NotFound

routes = Routes()
REPO = "/repos/{owner}/{repo}"
CONTENTS = REPO + "/contents/{path}"
RAW = "application/vnd.github.raw"


@routes("GET", REPO, "metadata:read")
def get_repository(call: Call) -> Answer:
    return Answer(data=shape.full_repository(call.shapes, call.repository, call.actor))


@routes("PATCH", REPO, "administration:write")
def edit_repository(call: Call) -> Answer:
    """Change `description`, `private` and `is_template`; other fields are ignored."""
    if not call.world.has_role(call.actor, call.repository, "admin"):
        raise Forbidden("Must have admin rights to Repository.")
    repository, fields = call.repository, call.fields
    if "description" in fields:
        repository.description = checks.text(fields, "description")
    repository.private = checks.flag(fields, "private", repository.private)
    repository.is_template = checks.flag(fields, "is_template", repository.is_template)
    return Answer(data=shape.full_repository(call.shapes, repository, call.actor))


@routes("POST", "/repos/{template_owner}/{template_repo}/generate", access="token", creates=True)
def generate_repository(call: Call) -> Answer:
    name = f"{call.params['template_owner']}/{call.params['template_repo']}"
    template = call.world.repository(name)
    if not call.world.can_see(call.actor, template):
        raise NotFound
    made = templates.generate(call.world, call.actor, template, call.fields)
    return Answer(201, shape.full_repository(call.shapes, made, call.actor))


@routes("GET", CONTENTS, "contents:read")
def get_contents(call: Call) -> Answer:
    commit = files.commit_at(call.repository, call.query.get("ref"))
    path = call.params["path"].strip("/")
    if path in commit.files:
        if call.headers.get("accept", "").startswith(RAW):
            return Answer(raw=commit.files[path])
        return Answer(data=shape.content_file(call.shapes, call.repository, commit, path))
    entries = shape.content_folder(call.shapes, call.repository, commit, path)
    if path and not entries:
        raise NotFound
    return Answer(data=entries)


@routes("PUT", CONTENTS, "contents:write", creates=True)
def put_contents(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    path = call.params["path"].strip("/")
    done = files.put(call.world, call.actor, call.repository, path, call.fields)
    data = shape.file_commit(call.shapes, call.repository, path, done)
    return Answer(201 if done.created else 200, data)


@routes("DELETE", CONTENTS, "contents:write")
def delete_contents(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    path = call.params["path"].strip("/")
    fields = {**call.query, **call.fields}
    done = files.delete(call.world, call.actor, call.repository, path, fields)
    return Answer(data=shape.file_commit(call.shapes, call.repository, path, done))


@routes("GET", REPO + "/readme", "contents:read")
def get_readme(call: Call) -> Answer:
    commit = files.commit_at(call.repository, call.query.get("ref"))
    path = files.readme(commit)
    if path is None:
        raise NotFound
    if call.headers.get("accept", "").startswith(RAW):
        return Answer(raw=commit.files[path])
    return Answer(data=shape.content_file(call.shapes, call.repository, commit, path))


@routes("GET", REPO + "/branches", "contents:read")
def list_branches(call: Call) -> Answer:
    return call.listing(
        call.repository.git.branches(),
        lambda name: shape.branch(call.shapes, call.repository, name, full=False),
    )


@routes("GET", REPO + "/branches/{branch}", "contents:read")
def get_branch(call: Call) -> Answer:
    name = call.params["branch"]
    if name not in call.repository.git.branches():
        raise NotFound("Branch not found")
    return Answer(data=shape.branch(call.shapes, call.repository, name, full=True))


@routes("GET", REPO + "/collaborators/{username}/permission", "metadata:read")
def get_permission(call: Call) -> Answer:
    inputs = call.actor
    if not (inputs.installation or call.world.has_role(inputs, call.repository, "write")):
        raise Forbidden("Must have push access to view collaborator permission.")
    user = call.world.users.get(call.params["username"].lower())
    if user is None or user.kind != "User":
        raise NotFound(f"{call.params['username']} is not a user")
    return Answer(data=shape.permission(call.shapes, call.repository, user))


@routes("GET", "/user", access="user")
def get_me(call: Call) -> Answer:
    me = call.actor.user
    mine = [repo for repo in call.world.repositories.values() if repo.owner is me]
    private = sum(repo.private for repo in mine)
    return Answer(
        data={
            **_profile(call, me),
            "private_gists": 0,
            "total_private_repos": private,
            "owned_private_repos": private,
            "disk_usage": 0,
            "collaborators": 0,
            "two_factor_authentication": True,
        }
    )


@routes("GET", "/users/{username}")
def get_user(call: Call) -> Answer:
    user = call.world.users.get(call.params["username"].lower())
    if user is None:
        raise NotFound
    return Answer(data=_profile(call, user))


def _profile(call: Call, user: User) -> JSON:
    mine = [repo for repo in call.world.repositories.values() if repo.owner is user]
    return {
        **call.shapes.user(user),
        "name": user.name,
        "company": None,
        "blog": "",
        "location": None,
        "email": None,
        "hireable": None,
        "bio": None,
        "twitter_username": None,
        "public_repos": sum(not repo.private for repo in mine),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": written(user.created_at),
        "updated_at": written(user.created_at),
    }


@routes("GET", "/rate_limit")
def get_rate_limit(call: Call) -> Answer:
    now = call.world.clock.exact()
    who = budget_of(call.actor)
    windows = {
        name: call.world.limits.window(who, name, now) for name in ("core", "graphql", "search")
    }
    resources = {
        name: {
            "limit": window.limit,
            "used": window.used,
            "remaining": window.remaining,
            "reset": int(window.resets_at.timestamp()),
            "resource": name,
        }
        for name, window in windows.items()
    }
    return Answer(data={"resources": resources, "rate": resources["core"]})
