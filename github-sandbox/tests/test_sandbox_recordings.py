"""What the sandbox answers, held field by field against what github.com answered to others.

`make recordings` writes the table; see `recordings.py`.
"""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest

from github_sandbox import BrowserUser, InstalledApp, WebhookInbox, running
from github_sandbox.server import Sandbox
from github_sandbox.state import pulls
from tests import recordings
from tests.client import Api

RECORDED: dict[str, dict[str, str]] = json.loads(recordings.TABLE.read_text(encoding="utf-8"))[
    "fields"
]
# Given here, though nothing recorded has it: GitHub's description has, the recordings are older.
NEWER = {
    "branch": {"commit.commit.verification.verified_at"},
    "comment": {"minimized", "pin", "pin.pinned_at", "pin.pinned_by"},
    "installation": {"client_id"},
    "written file": {"commit.verification.verified_at"},
}
# Recorded, but not given here.
MISSING = {
    # octokit's examples have it in every issue; GitHub's description has it for pull requests.
    "webhook's issue": {"draft"},
}
# Kinds that are recorded in a webhook are also known from REST, where recordings are newer.
KINDS = sorted(RECORDED)


def walk(api: Api, sandbox: Sandbox, app: InstalledApp) -> recordings.Fields:
    """Ask for one thing of each kind, in more than one state, and count what comes."""
    fields = recordings.Fields()

    def ask(method: str, path: str, json: object = None, **more: Any) -> Any:
        answer: httpx2.Response = api(method, path, json, **more)
        assert answer.is_success, answer.text
        body = answer.json() if answer.content else None
        recordings.take(fields, answer.request.url.path.removeprefix("/api/v3"), body)
        return body

    ask("POST", "/milestones", {"title": "One", "due_on": "2026-01-05T12:00:00Z"})
    ask("POST", "/labels", {"name": "a", "description": "A"})
    child = ask("POST", "/issues", {"title": "Child"})
    new = {"title": "Issue", "body": "Text", "labels": ["a", "b"], "milestone": 1}
    ask("POST", "/issues", {**new, "assignees": ["learner"]})
    ask("POST", "/issues/2/sub_issues", {"sub_issue_id": child["id"]})
    ask("POST", "/issues/2/dependencies/blocked_by", {"issue_id": child["id"]})
    comment = ask("POST", "/issues/2/comments", {"body": "Hello"})
    ask("PUT", f"/issues/comments/{comment['id']}/pin")
    ask("POST", "/issues/2/reactions", {"content": "eyes"})
    ask("PUT", "/issues/2/lock", {"lock_reason": "resolved"})
    ask("PATCH", "/issues/2", {"state": "closed"})
    ask("PATCH", "/milestones/1", {"state": "closed"})
    world = sandbox.world
    pull = pulls.propose(world, world.actor(), world.repository(), "Work").number
    ask("GET", f"/pulls/{pull}")
    ask("PUT", f"/pulls/{pull}/merge")
    ask("POST", "/releases", {"tag_name": "v1", "name": "One", "body": "First"})
    for path in ("", "/readme", "/branches/main", "/git/ref/heads/main", f"/pulls/{pull}"):
        ask("GET", path)
    for path in ("/issues?state=all", "/issues/1", "/issues/2", "/labels", "/milestones?state=all"):
        ask("GET", path)
    content = {"message": "Write", "content": "", "branch": "main"}
    ask("PUT", "/contents/a.md", content)
    ask("GET", "users/learner")
    BrowserUser(world).unlock(world.repository().issues[2])
    as_app = {"Authorization": f"Bearer {app.jwt()}"}
    ask("GET", "app/installations", headers=as_app)
    sandbox.webhooks.settle()
    for delivery in world.deliveries:
        recordings.read_webhook(fields, json.dumps(delivery.payload))
    return fields


@pytest.fixture(scope="module")
def given() -> dict[str, dict[str, str]]:
    with running() as sandbox, WebhookInbox.listening() as inbox:
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        with httpx2.Client(base_url=sandbox.api_url, headers=headers, verify=False) as client:
            api = Api(client, f"{sandbox.api_url}/repos/{sandbox.repository}")
            return walk(api, sandbox, InstalledApp.create(sandbox, inbox.url)).table()


def known(kind: str) -> dict[str, str]:
    return {**RECORDED.get(kind.removeprefix("webhook's "), {}), **RECORDED[kind]}


def types(text: str) -> set[str]:
    return set(text.rstrip("?").split())


def applies(name: str, given: dict[str, str]) -> bool:
    """Whether what the field stands in is given as an object or as a list with something in it."""
    above = name.rpartition(".")[0]
    return not above or any(other.startswith(f"{above}.") for other in given)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_that_github_always_gives_is_given(
    given: dict[str, dict[str, str]], kind: str
) -> None:
    always = {name for name, text in RECORDED[kind].items() if not text.endswith("?")}
    expected = {name for name in always if applies(name, given[kind])}
    assert expected - given[kind].keys() == MISSING.get(kind, set())


@pytest.mark.parametrize("kind", KINDS)
def test_no_field_is_invented(given: dict[str, dict[str, str]], kind: str) -> None:
    newer = NEWER.get(kind.removeprefix("webhook's "), set())
    assert given[kind].keys() - known(kind).keys() <= newer


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_type_that_was_recorded(
    given: dict[str, dict[str, str]], kind: str
) -> None:
    """Null passes: whether a field may be null is GitHub's description to say, and so does any
    type of a field that was only ever null."""
    recorded = known(kind)
    wrong = {
        name: (text, recorded[name])
        for name, text in given[kind].items()
        if name in recorded
        and types(recorded[name]) != {"null"}
        and types(text) - types(recorded[name]) - {"null"}
    }
    assert not wrong


def test_an_issue_is_recorded_with_the_fields_of_today() -> None:
    today = {"locked", "active_lock_reason", "closed_by", "pinned_comment", "type"}
    today |= {"sub_issues_summary", "issue_dependencies_summary", "state_reason"}
    assert today <= RECORDED["issue"].keys()


class TestTheTable:
    def test_it_was_written_from_the_commits_that_are_named(self) -> None:
        table = json.loads(recordings.TABLE.read_text(encoding="utf-8"))
        commits = {name: commit for name, (commit, _) in recordings.SOURCES.items()}
        assert table["sources"] == commits

    def test_it_holds_names_and_types_only(self) -> None:
        allowed = {"null", "boolean", "integer", "number", "string", "array", "object"}
        for fields in RECORDED.values():
            for name, text in fields.items():
                assert re.fullmatch(r"[a-z_+\-0-9.]+", name), name
                assert types(text) <= allowed

    def test_an_answer_of_pygithub_s_is_read(self) -> None:
        fields = recordings.Fields()
        for path, year in (("/repos/a/b/labels/x", 2025), ("/repos/a/b/milestones/1", 2012)):
            date = f"[('Date', 'Sat, 16 Aug {year} 19:36:44 GMT')]"
            lines = ["https", "GET", "api.github.com", "None", path, "{}", "None", "200", date]
            recordings.read_replay(fields, "\n".join([*lines, '{"id":1,"name":null}', "", ""]))
        assert fields.table() == {"label": {"id": "integer", "name": "null"}}

    def test_answers_of_octokit_s_are_read_and_what_stands_in_them(self) -> None:
        fields = recordings.Fields()
        user = {"id": 1, "login": "a"}
        first = {
            "number": 1,
            "user": user,
            "labels": [{"id": 2}],
            "milestone": None,
            "x": {"y": 1.5},
        }
        exchange = {"status": 200, "path": "/repos/a/b/issues?page=2"}
        issues = [first, {"number": 2, "user": None, "labels": [], "x": {}}]
        wrong = {"status": 404, "path": "/repos/a/b/issues/1", "response": {"message": "Not Found"}}
        text = json.dumps([{**exchange, "response": issues}, wrong])
        recordings.read_fixture(fields, text)
        assert fields.table() == {
            "account": {"id": "integer", "login": "string"},
            "issue": {
                "labels": "array",
                "milestone": "null?",
                "number": "integer",
                "user": "null object",
                "x": "object",
                "x.y": "number?",
            },
            "label": {"id": "integer"},
        }

    def test_they_are_fetched_by_the_commit_s_hash(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def git(*arguments: str) -> str:
            who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
            ran = subprocess.run(
                ["git", "-C", origin, *who, *arguments], check=True, capture_output=True, text=True
            )
            return ran.stdout.strip()

        origin = tmp_path / "octokit" / "webhooks"
        (origin / "examples").mkdir(parents=True)
        (origin / "examples" / "a.json").write_text('{"issue": {"id": 1}}')
        git("init", "--quiet")
        git("add", ".")
        git("commit", "--quiet", "-m", "One")
        commit = git("rev-parse", "HEAD")
        monkeypatch.setattr(recordings, "SOURCES", {"octokit/webhooks": (commit, ["examples"])})
        monkeypatch.setattr(recordings, "READERS", {"octokit/webhooks": recordings.read_webhook})
        monkeypatch.setattr(recordings, "TABLE", tmp_path / "table.json")
        recordings.main(f"file://{tmp_path}/{{owner}}/{{name}}")
        table = json.loads((tmp_path / "table.json").read_text())
        assert table == {
            "sources": {"octokit/webhooks": commit},
            "fields": {"webhook's issue": {"id": "integer"}},
        }
        gone = {"octokit/webhooks": ("0" * 40, ["examples"])}
        monkeypatch.setattr(recordings, "SOURCES", gone)
        with pytest.raises(subprocess.CalledProcessError):
            recordings.main(f"file://{tmp_path}/{{owner}}/{{name}}")
