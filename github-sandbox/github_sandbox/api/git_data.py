"""Git's own objects: refs, blobs, trees and commits.

https://docs.github.com/rest/git
"""

import base64

from github_sandbox.api import repository_shapes as shape
from github_sandbox.api.call import Answer, Call, Routes
from github_sandbox.state import checks, files, git_data
from github_sandbox.state.git_data import not_empty
from github_sandbox.state.refusals import NotFound

routes = Routes()
GIT = "/repos/{owner}/{repo}/git"
REFS = GIT + "/refs/{ref}"


@routes("GET", GIT + "/ref/{ref}", "contents:read")
def get_ref(call: Call) -> Answer:
    ref = f"refs/{call.params['ref']}"
    if ref not in not_empty(call.repository).refs:
        raise NotFound
    return Answer(data=shape.git_ref(call.shapes, call.repository, ref))


@routes("GET", GIT + "/matching-refs/{ref}", "contents:read")
def list_matching_refs(call: Call) -> Answer:
    start = f"refs/{call.params['ref']}"
    found = sorted(ref for ref in not_empty(call.repository).refs if ref.startswith(start))
    return Answer(data=[shape.git_ref(call.shapes, call.repository, ref) for ref in found])


@routes("POST", GIT + "/refs", "contents:write", creates=True)
def create_ref(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    not_empty(call.repository)
    ref = files.create_ref(call.world, call.actor, call.repository, call.fields)
    data = shape.git_ref(call.shapes, call.repository, ref)
    return Answer(201, data, {"Location": data["url"]})


@routes("PATCH", REFS, "contents:write", creates=True)
def update_ref(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    name = call.params["ref"]
    ref = files.update_ref(call.world, call.actor, call.repository, name, call.fields)
    return Answer(data=shape.git_ref(call.shapes, call.repository, ref))


@routes("DELETE", REFS, "contents:write")
def delete_ref(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    files.delete_ref(call.actor, call.repository, call.params["ref"])
    return Answer(204)


@routes("POST", GIT + "/blobs", "contents:write")
def create_blob(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    sha = git_data.create_blob(call.repository, call.fields)
    url = f"{call.shapes.repository_url(call.repository)}/git/blobs/{sha}"
    return Answer(201, {"sha": sha, "url": url}, {"Location": url})


@routes("GET", GIT + "/blobs/{file_sha}", "contents:read")
def get_blob(call: Call) -> Answer:
    sha = call.params["file_sha"]
    content = not_empty(call.repository).blobs.get(sha)
    if content is None:
        raise NotFound
    url = f"{call.shapes.repository_url(call.repository)}/git/blobs/{sha}"
    return Answer(
        data={
            "sha": sha,
            "node_id": call.shapes.node("B", int(sha[:7], 16)),
            "url": url,
            "size": len(content),
            "content": base64.encodebytes(content).decode(),
            "encoding": "base64",
        }
    )


@routes("POST", GIT + "/trees", "contents:write")
def create_tree(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    sha = git_data.create_tree(call.repository, call.fields)
    data = shape.tree(call.shapes, call.repository, sha, recursive=False)
    return Answer(201, data, {"Location": data["url"]})


@routes("GET", GIT + "/trees/{tree_sha}", "contents:read")
def get_tree(call: Call) -> Answer:
    sha, _ = git_data.find_tree(call.repository, call.params["tree_sha"])
    recursive = "recursive" in call.query  # whatever its value: GitHub takes "0" for yes, too
    return Answer(data=shape.tree(call.shapes, call.repository, sha, recursive=recursive))


@routes("POST", GIT + "/commits", "contents:write")
def create_commit(call: Call) -> Answer:
    checks.may_write(call.world, call.actor, call.repository)
    commit = git_data.create_commit(call.world, call.actor, call.repository, call.fields)
    data = shape.git_commit(call.shapes, call.repository, commit)
    return Answer(201, data, {"Location": data["url"]})


@routes("GET", GIT + "/commits/{commit_sha}", "contents:read")
def get_commit(call: Call) -> Answer:
    commit = not_empty(call.repository).commits.get(call.params["commit_sha"])
    if commit is None:
        raise NotFound
    return Answer(data=shape.git_commit(call.shapes, call.repository, commit))
