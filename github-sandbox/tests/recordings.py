"""Write `recorded_fields.json`: the names and types of fields that GitHub really answered.

Three public projects keep recorded answers and webhooks of github.com. This reads them at fixed
commits, which git verifies, and writes down what fields an issue, a comment, ... had: no value, no
text. Only the table is kept here.

    python recordings.py [FROM]

FROM is where the repositories are, by default `https://github.com/{owner}/{name}`.
"""

import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TABLE = HERE / "recorded_fields.json"
GITHUB = "https://github.com/{owner}/{name}"
EVENTS = ["issue_comment", "issues", "label", "milestone", "push", "repository"]
EVENTS += ["installation", "installation_repositories"]
# Repository -> commit and the folders with its recordings.
SOURCES = {
    "PyGithub/PyGithub": ("5cdf6ab395c52efb652d0bc1f28fdf2e452b1b41", ["tests/ReplayData"]),
    "octokit/fixtures": ("cb8bc9dafc55a3837be4434ff4ba7acf3d9cadde", ["scenarios/api.github.com"]),
    "octokit/webhooks": (
        "3a58428aa5c399cf5aa12c8663aea1fb1f515254",
        [f"payload-examples/api.github.com/{event}" for event in EVENTS],
    ),
}
# Older answers have fields that are gone, and lack those that came.
SINCE = 2022
R = r"/repos/[^/]+/[^/]+"
ENDPOINTS = {
    rf"{R}/issues(/\d+)?": "issue",
    rf"{R}/issues/(\d+/comments|comments/\d+)": "comment",
    rf"{R}(/issues/\d+)?/labels(/[^/]+)?": "label",
    rf"{R}/milestones(/\d+)?": "milestone",
    rf"{R}/issues/\d+/events": "event",
    rf"{R}/issues/\d+/(sub_issues|dependencies/.+)": "issue",
    rf"{R}/issues/(\d+|comments/\d+)/reactions": "reaction",
    rf"{R}/pulls(/\d+)?": "pull request",
    rf"{R}/contents/.+": "content",
    rf"{R}/readme": "content",
    rf"{R}/branches/[^/]+": "branch",
    rf"{R}/git/refs?(/.+)?": "ref",
    rf"{R}/collaborators/[^/]+/permission": "permission",
    rf"{R}/releases(/\d+|/tags/.+)?": "release",
    R: "repository",
    r"/users/[^/]+": "account",
    r"/app/installations(/\d+)?": "installation",
}
# What stands in other things, by its key.
PARTS = {
    "account": "user owner assignee assignees closed_by creator actor sender merged_by author "
    "account suspended_by organization committer uploader pinned_by",
    "label": "label labels",
    "milestone": "milestone",
    "app": "performed_via_github_app",
    "rollup": "reactions",
    "repository": "repository repo parent source template_repository",
    "issue": "issue",
    "comment": "comment pinned_comment",
    "installation": "installation",
}
# What the same endpoint answers in another case, told by a key.
VARIANTS = {
    "issue": {"pull_request": "pull request's issue"},
    "content": {"commit": "written file"},
    "pull request": {"merged": "whole pull request"},
}
KIND_OF = {key: kind for kind, keys in PARTS.items() for key in keys.split()}


def name_of(value: object) -> str:
    """Return the type of a value, as JSON Schema calls it."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer"}
    return "null" if value is None else names.get(type(value), "number")


class Fields:
    """Counts the fields of each kind of thing, and the types of their values."""

    def __init__(self) -> None:
        self.things: dict[str, int] = {}
        self.times: dict[tuple[str, str], int] = {}
        self.types: dict[tuple[str, str], set[str]] = {}

    def add(self, kind: str, thing: dict[str, Any]) -> None:
        """Take one thing and whatever stands in it."""
        self.things[kind] = self.things.get(kind, 0) + 1
        self._walk(kind, "", thing)

    def _walk(self, kind: str, above: str, thing: dict[str, Any]) -> None:
        for key, value in thing.items():
            name = f"{above}{key}"
            self.times[kind, name] = self.times.get((kind, name), 0) + 1
            self.types.setdefault((kind, name), set()).add(name_of(value))
            for one in value if isinstance(value, list) else [value]:
                if not isinstance(one, dict):
                    continue
                part = KIND_OF.get(key)
                if part is None:
                    self._walk(kind, f"{name}.", one)
                elif "id" in one or part == "rollup":
                    self.add(part, one)

    def table(self) -> dict[str, dict[str, str]]:
        """Return kind -> field -> its types; "?" marks a field that is not always there."""
        found: dict[str, dict[str, str]] = {kind: {} for kind in sorted(self.things)}
        for kind, name in sorted(self.types):
            above = name.rpartition(".")[0]
            often = self.times[kind, above] if above else self.things[kind]
            optional = "?" if self.times[kind, name] < often else ""
            found[kind][name] = " ".join(sorted(self.types[kind, name])) + optional
        return found


def kind_of(path: str) -> str | None:
    """Return what an endpoint answers, None for one that is of no interest."""
    for pattern, kind in ENDPOINTS.items():
        if re.fullmatch(pattern, path.partition("?")[0]):
            return kind
    return None


def take(fields: Fields, path: str, answer: object) -> None:
    """Count an answer, or each thing of a list."""
    kind = kind_of(path)
    for thing in answer if isinstance(answer, list) else [answer]:
        if kind and isinstance(thing, dict) and thing.keys() - {"message", "documentation_url"}:
            variants = VARIANTS.get(kind, {})
            fields.add(next((variants[key] for key in variants if key in thing), kind), thing)


def read_replay(fields: Fields, text: str) -> None:
    """PyGithub's form: lines for scheme, method, host, port, path, headers, body, status, headers
    and body."""
    lines = text.split("\n")
    for at in range(len(lines) - 9):
        if lines[at] == "https" and lines[at + 2] == "api.github.com" and lines[at + 7][:1] == "2":
            date = re.search(r"'date', '([^']+)'", lines[at + 8], re.IGNORECASE)
            if date and parsedate_to_datetime(date[1]).year >= SINCE:
                body = lines[at + 9]
                take(fields, lines[at + 4], json.loads(body) if body[:1] in {"{", "["} else None)


def read_fixture(fields: Fields, text: str) -> None:
    """octokit's form: a list of exchanges."""
    for exchange in json.loads(text):
        if exchange["status"] < 300:
            take(fields, exchange["path"], exchange["response"])


def read_webhook(fields: Fields, text: str) -> None:
    """A payload: what stands in it, and its own keys."""
    payload = json.loads(text)
    whole = {key: value for key, value in payload.items() if key in KIND_OF}
    for key, value in whole.items():
        if isinstance(value, dict):
            fields.add(f"webhook's {KIND_OF[key]}", value)


READERS = {
    "PyGithub/PyGithub": read_replay,
    "octokit/fixtures": read_fixture,
    "octokit/webhooks": read_webhook,
}


def files_of(repository: str, origin: str) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of the recordings at the commit, fetched without history."""
    commit, folders = SOURCES[repository]
    owner, name = repository.split("/")
    where = origin.format(owner=owner, name=name)
    with tempfile.TemporaryDirectory() as empty:
        copy = Path(where).is_dir()  # it may lack other files
        place = where if copy else empty

        def git(*arguments: str) -> bytes:
            command = ["git", "-C", place, *arguments]
            return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout

        if not copy:
            git("init", "--quiet", "--bare")
            git("fetch", "--quiet", "--depth=1", where, commit)
        with tarfile.open(fileobj=io.BytesIO(git("archive", commit, *folders))) as archive:
            for member in sorted(archive.getmembers(), key=lambda one: one.name):
                content = archive.extractfile(member)
                if content:
                    yield member.name, content.read().decode()


def wanted(repository: str, name: str) -> bool:
    """Whether a file of the folder is a recording that is read."""
    if repository == "octokit/fixtures":
        return name.endswith("/raw-fixture.json")
    return name.endswith((".txt", ".json"))


def main(origin: str = GITHUB) -> None:
    """Write the table. `origin` is where the repositories are, with {owner} and {name} in it.

    Raises CalledProcessError where git cannot get one of the commits.
    """
    fields = Fields()
    for repository, read in READERS.items():
        for name, text in files_of(repository, origin):
            if wanted(repository, name):
                read(fields, text)
    sources = {name: commit for name, (commit, _) in SOURCES.items()}
    table = {"sources": sources, "fields": fields.table()}
    TABLE.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{TABLE.name}: {sum(map(len, fields.table().values()))} fields\n")


if __name__ == "__main__":
    main(*sys.argv[1:2])
