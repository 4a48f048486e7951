"""Git's objects are made one by one, and hashed as git does."""

import base64
from typing import Any

import pytest

from github_sandbox.server import Sandbox
from github_sandbox.state.git import tree_sha
from tests.client import Api

FILE = {"mode": "100644", "type": "blob"}


def tree(api: Api, *entries: dict[str, Any], base: str | None = None) -> str:
    fields = {"tree": [{**FILE, **entry} for entry in entries]}
    answer = api("POST", "/git/trees", fields | ({"base_tree": base} if base else {}))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sha"])


def commit(api: Api, tree: str, *parents: str) -> str:
    fields = {"message": "Work", "tree": tree, "parents": list(parents)}
    answer = api("POST", "/git/commits", fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sha"])


def files(api: Api, ref: str) -> dict[str, str]:
    listed = api("GET", f"/git/trees/{ref}", params={"recursive": "1"}).json()["tree"]
    return {one["path"]: one["sha"] for one in listed if one["type"] == "blob"}


def test_hashes_are_gits_own() -> None:
    # What `git write-tree` says of these files; the empty tree's name is known everywhere.
    some = {
        "a.md": b"1",
        "docs/x/y.txt": b"2",
        "docs/a": b"3",
        "docs.b": b"q",
        "docs0": b"z",
        "a/b": b"",
        "z": b"9",
    }
    assert tree_sha(some) == "7a43b14db54ad82054efdab78bf4cc2d95b49a7e"
    assert tree_sha({}) == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def test_a_tree_grows_upon_another_and_loses_what_is_null(api: Api) -> None:
    first = tree(api, {"path": "a/b.md", "content": "ü"}, {"path": "c", "content": ""})
    blob = api(
        "POST", "/git/blobs", {"content": base64.b64encode(b"\xff").decode(), "encoding": "base64"}
    )
    second = tree(
        api, {"path": "a/d", "sha": blob.json()["sha"]}, {"path": "c", "sha": None}, base=first
    )
    assert files(api, second).keys() == {"a/b.md", "a/d"}
    assert tree(api, {"path": "x", "content": "alone"}) != second
    whole = api("GET", f"/git/trees/{second}").json()["tree"]
    assert [(one["path"], one["type"]) for one in whole] == [("a", "tree")]
    assert files(api, whole[0]["sha"]).keys() == {"b.md", "d"}
    back = api("GET", f"/git/blobs/{files(api, second)['a/d']}").json()
    assert base64.b64decode(back["content"]) == b"\xff"


def test_a_commit_without_parents_begins_a_branch_of_its_own(api: Api, sandbox: Sandbox) -> None:
    sha = commit(api, tree(api, {"path": "badge.svg", "content": "<svg/>"}))
    ref = {"ref": "refs/heads/milepost", "sha": sha}
    assert api("POST", "/git/refs", ref).status_code == 201
    assert files(api, "milepost").keys() == {"badge.svg"}
    assert files(api, "main").keys() == {"README.md"}
    assert api("GET", f"/git/commits/{sha}").json()["parents"] == []
    assert sandbox.world.repository().git.head("milepost") is not None


def test_a_branch_moves_only_forward_unless_forced(api: Api) -> None:
    head = api("GET", "/git/ref/heads/main").json()["object"]["sha"]
    left = commit(api, tree(api, {"path": "l", "content": ""}), head)
    right = commit(api, tree(api, {"path": "r", "content": ""}), head)
    assert api("PATCH", "/git/refs/heads/main", {"sha": left}).status_code == 200
    refused = api("PATCH", "/git/refs/heads/main", {"sha": right})
    assert (refused.status_code, refused.json()["message"]) == (422, "Update is not a fast forward")
    both = commit(api, tree(api, {"path": "b", "content": ""}), right, left)
    assert api("PATCH", "/git/refs/heads/main", {"sha": both}).status_code == 200


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/git/blobs", {"content": "a", "encoding": "base64"}),
        ("/git/trees", {"tree": []}),
        ("/git/trees", {"tree": [{**FILE, "path": "a", "sha": "0" * 40}]}),
        ("/git/trees", {"tree": [{**FILE, "path": "/a", "content": ""}]}),
        ("/git/trees", {"tree": [{**FILE, "path": "a", "content": ""}], "base_tree": "0" * 40}),
        ("/git/commits", {"message": "x", "tree": "0" * 40}),
        ("/git/commits", {"message": "x"}),
        ("/git/refs", {"ref": "refs/heads/x", "sha": "0" * 40}),
    ],
)
def test_what_points_nowhere_is_refused(api: Api, path: str, fields: dict[str, Any]) -> None:
    assert api("POST", path, fields).status_code == 422


def test_an_empty_repository_has_nothing_to_build_on(sandbox: Sandbox, api: Api) -> None:
    sandbox.world.add_repository("learner/empty", empty=True)
    root = f"{sandbox.api_url}/repos/learner/empty"
    text = {"tree": [{**FILE, "path": "a", "content": ""}]}
    assert api("GET", f"{root}/git/trees/main").status_code == 409
    assert api("POST", f"{root}/git/trees", text).status_code == 409
    assert api("POST", f"{root}/git/blobs", {"content": ""}).status_code == 409
