"""Files are written with the care GitHub asks for."""

import base64

import pytest

from github_sandbox.server import Sandbox
from github_sandbox.state.git import blob_sha
from tests.client import Api

PATH = "/contents/.github/milepost.yml"


def put(content: bytes, sha: str | None = None) -> dict[str, str]:
    fields = {"message": "Write", "content": base64.b64encode(content).decode()}
    return fields | ({"sha": sha} if sha else {})


def test_a_file_is_read_back(api: Api) -> None:
    assert api("PUT", PATH, put("start: früh\n".encode())).status_code == 201

    file = api("GET", PATH).json()
    raw = api("GET", PATH, headers={"Accept": "application/vnd.github.raw+json"})

    assert base64.b64decode(file["content"]).decode() == "start: früh\n"
    assert file["sha"] == blob_sha("start: früh\n".encode())
    assert raw.text == "start: früh\n"
    assert [one["name"] for one in api("GET", "/contents/.github").json()] == ["milepost.yml"]


@pytest.mark.parametrize(("sha", "status"), [(None, 422), ("0" * 40, 409), (blob_sha(b"1"), 200)])
def test_an_update_needs_the_present_sha(api: Api, sha: str | None, status: int) -> None:
    api("PUT", PATH, put(b"1"))

    assert api("PUT", PATH, put(b"2", sha)).status_code == status


def test_a_branch_is_made_moved_only_forward_and_removed(api: Api) -> None:
    old = api("GET", "/git/ref/heads/main").json()["object"]["sha"]
    api("POST", "/git/refs", {"ref": "refs/heads/badge", "sha": old})
    api("PUT", "/contents/badge.svg", put(b"<svg/>") | {"branch": "badge"})
    new = api("GET", "/branches/badge").json()["commit"]["sha"]

    assert new != old
    assert api("GET", "/contents/badge.svg").status_code == 404
    assert api("GET", "/contents/badge.svg", params={"ref": "badge"}).status_code == 200
    assert api("PATCH", "/git/refs/heads/badge", {"sha": old}).status_code == 422
    assert api("PATCH", "/git/refs/heads/badge", {"sha": old, "force": True}).status_code == 200
    assert api("DELETE", "/git/refs/heads/badge").status_code == 204


def test_an_empty_repository_gets_its_branch_with_the_first_file(
    sandbox: Sandbox, api: Api
) -> None:
    sandbox.world.add_repository("learner/empty", empty=True)
    root = f"{sandbox.api_url}/repos/learner/empty"

    assert api("GET", f"{root}/contents/x").status_code == 404
    assert api("GET", f"{root}/git/ref/heads/main").status_code == 409
    assert api("PUT", f"{root}/contents/x", put(b"1")).status_code == 201
    assert [one["name"] for one in api("GET", f"{root}/branches").json()] == ["main"]


@pytest.mark.parametrize(
    ("files", "shown"),
    [
        ("README.md", "README.md"),
        ("docs/README.md readme.md", "readme.md"),
        ("docs/README.md README.txt .github/README.rst", ".github/README.rst"),
        ("docs/Readme.adoc docs/guide.md", "docs/Readme.adoc"),
        ("README README.txt README.rst", "README.rst"),
        ("README.rst README.md README.markdown", "README.markdown"),
        ("README.txt README.Rmd README", "README"),
        ("readme.md README.md", "README.md"),
        ("src/README.md README.zh.md", None),
    ],
)
def test_the_readme_is_the_one_that_github_prefers(
    sandbox: Sandbox, api: Api, files: str, shown: str | None
) -> None:
    home = sandbox.world.repository()
    home.git.refs.clear()
    contents = {path: path.encode() for path in ("LICENSE", *files.split())}
    sandbox.world.commit_files(home, contents, "Files")

    answer = api("GET", "/readme")

    assert answer.json().get("path") == shown
    assert answer.status_code == (200 if shown else 404)
    if shown:
        raw = api("GET", "/readme", headers={"Accept": "application/vnd.github.raw+json"})
        assert raw.text == shown
