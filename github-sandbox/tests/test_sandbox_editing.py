"""What an owner edits in the browser beside issues: labels, and files of a branch."""

import re
from typing import Any

import httpx2
import pytest

from github_sandbox.server import Sandbox
from tests.client import Api

HOME = "/learner/portfolio"
SETTINGS = ".github/milepost.yml"


def files(sandbox: Sandbox, branch: str = "main") -> dict[str, bytes]:
    head = sandbox.world.repository().git.head(branch)
    return dict(head.files) if head else {}


def filled(web: httpx2.Client, page: str, **changed: str) -> httpx2.Response:
    """What the form of an editor page sends after these changes."""
    text = web.get(page).text
    sha = re.search(r'name="sha" value="(\w+)"', text)
    return web.post(page, data={"message": "", **({"sha": sha[1]} if sha else {}), **changed})


def test_labels_of_an_issue_are_boxes(
    web: httpx2.Client, api: Api, sandbox: Sandbox, reported: list[str]
) -> None:
    for name in ("One", "Two: all", "Three"):
        api("POST", "/labels", {"name": name})
    api.issue(labels=["One"])
    reported.clear()
    text = web.get(f"{HOME}/issues/1").text
    assert re.findall(r'value="([^"]+)"( checked)?> ', text) == [
        ("One", " checked"),
        ("Three", ""),
        ("Two: all", ""),
    ]
    web.post(f"{HOME}/issues/1/labels", data={"label": ["Two: all", "Three"]})
    issue = sandbox.world.repository().issues[1]
    assert sorted(label.name for label in issue.labels) == ["Three", "Two: all"]
    assert sorted(reported) == ["issues labeled", "issues labeled", "issues unlabeled"]
    web.post(f"{HOME}/issues/1/labels", data={})
    assert issue.labels == []
    assert web.post(f"{HOME}/issues/1/labels", data={"label": "none"}).status_code == 404


def test_labels_are_made_renamed_and_recoloured(
    web: httpx2.Client, sandbox: Sandbox, reported: list[str]
) -> None:
    made = {"name": "Sure", "description": "I know it", "color": "#0E8A16"}
    assert web.post(f"{HOME}/labels/new", data=made).status_code == 303
    edited = {"label": "sure", "name": "Certain", "description": "", "color": "#ffffff"}
    assert web.post(f"{HOME}/labels/edit", data=edited).status_code == 303
    (label,) = sandbox.world.repository().labels.values()
    assert (label.name, label.description, label.color) == ("Certain", None, "ffffff")
    assert reported == ["label created", "label edited"]
    assert web.post(f"{HOME}/labels/new", data=made | {"name": "CERTAIN"}).status_code == 422
    assert 'value="#ffffff"' in web.get(f"{HOME}/labels").text


def test_a_file_is_edited_and_committed(
    web: httpx2.Client, sandbox: Sandbox, reported: list[str]
) -> None:
    sandbox.world.commit_files(
        sandbox.world.repository(), {SETTINGS: b"\nstart: 2026-01-05\n"}, "Start"
    )
    path = f"{HOME}/edit/main/{SETTINGS}"
    assert f'href="{path}"' in web.get(f"{HOME}/blob/main/{SETTINGS}").text
    assert "\n\nstart: 2026-01-05\n</textarea>" in web.get(path).text
    done = filled(web, path, text="\r\nstart: 2026-02-02\r\n")
    assert done.headers["location"] == f"{HOME}/blob/main/{SETTINGS}"
    assert files(sandbox)[SETTINGS] == b"\nstart: 2026-02-02\n"
    head = sandbox.world.repository().git.head("main")
    assert head is not None
    assert head.message == "Update milepost.yml"
    assert reported == ["push None"]


def test_a_commit_has_the_message_that_was_given(web: httpx2.Client, sandbox: Sandbox) -> None:
    filled(web, f"{HOME}/edit/main/README.md", text="# Mine\n", message="Say whose")
    sent: Any = sandbox.world.repository().git.head("main")
    assert sent.message == "Say whose"
    assert sent.email.startswith("1001+learner@")


def test_a_file_is_made_in_a_folder(web: httpx2.Client, sandbox: Sandbox) -> None:
    assert f'href="{HOME}/new/main"' in web.get(HOME).text
    page = f"{HOME}/new/main/docs"
    assert 'value="docs/"' in web.get(page).text
    assert filled(web, page, path="docs/more/a.md", text="# A").status_code == 303
    assert files(sandbox)["docs/more/a.md"] == b"# A"
    assert "already exists" in filled(web, page, path="README.md", text="").text
    for wrong in ("../a", "a//b", "."):
        assert filled(web, page, path=wrong, text="").status_code == 422


def test_an_empty_repository_gets_its_first_file(web: httpx2.Client, sandbox: Sandbox) -> None:
    empty = sandbox.world.add_repository("learner/empty", empty=True)
    assert 'href="/learner/empty/new/main"' in web.get("/learner/empty").text
    filled(web, "/learner/empty/new/main", path="a.md", text="# A")
    assert empty.git.branches() == ["main"]


def test_who_was_faster_is_not_overwritten(web: httpx2.Client, sandbox: Sandbox) -> None:
    path = f"{HOME}/edit/main/README.md"
    sha = re.findall(r'name="sha" value="(\w+)"', web.get(path).text)[0]
    sandbox.world.commit_files(sandbox.world.repository(), {"README.md": b"newer"}, "Write")
    assert web.post(path, data={"sha": sha, "text": "mine"}).status_code == 409
    assert files(sandbox)["README.md"] == b"newer"


def test_windows_line_ends_stay(web: httpx2.Client, sandbox: Sandbox) -> None:
    sandbox.world.commit_files(sandbox.world.repository(), {"a.txt": b"one\r\n"}, "Write")
    filled(web, f"{HOME}/edit/main/a.txt", text="one\r\ntwo\r\n")
    assert files(sandbox)["a.txt"] == b"one\r\ntwo\r\n"


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", b"a\0b", b"\xff"])
def test_what_is_no_text_is_not_edited(
    web: httpx2.Client, sandbox: Sandbox, content: bytes
) -> None:
    sandbox.world.commit_files(sandbox.world.repository(), {"a.dat": content}, "Write")
    assert web.get(f"{HOME}/edit/main/a.dat").status_code == 404
    assert web.get(f"{HOME}/edit/gone/README.md").status_code == 404


def test_an_archived_repository_offers_no_editing(web: httpx2.Client, sandbox: Sandbox) -> None:
    repository = sandbox.world.repository()
    repository.archived = True
    assert f"{HOME}/edit" not in web.get(f"{HOME}/blob/main/README.md").text
    assert f"{HOME}/new" not in web.get(HOME).text
    assert filled(web, f"{HOME}/edit/main/README.md", text="").status_code == 403
    assert web.post(f"{HOME}/labels/new", data={"name": "a"}).status_code == 403
