"""The reader takes every form in which github.com was recorded to answer, field by field.

The table is the stand-in's: `make recordings` writes it.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bot.github import response_parser
from github_sandbox.server import Sandbox
from github_sandbox.state import comments, pulls

TABLE = Path(__file__).parents[2] / "github-sandbox" / "tests" / "recorded_fields.json"
RECORDED: dict[str, dict[str, str]] = json.loads(TABLE.read_text(encoding="utf-8"))["fields"]
HOME = "learner/portfolio"
Json = dict[str, Any]
# Kind -> where an example is, and what reads it.
KINDS: dict[str, tuple[str, Callable[[Iterable[Json]], tuple[object, ...]]]] = {
    "comment": ("issues/1/comments", lambda items: response_parser.comments(items, "")),
    "issue": ("issues?direction=asc", lambda items: response_parser.issues(items, "", HOME)),
    "label": ("labels", lambda items: response_parser.labels(items, "")),
    "milestone": ("milestones", lambda items: response_parser.milestones(items, "")),
    "pull request's issue": ("issues", lambda items: response_parser.pulls(items, "")),
}


class Watched(dict[str, Any]):
    """A JSON object that remembers which of its keys were read."""

    def __init__(self, item: Json) -> None:
        super().__init__(item)
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)


@pytest.fixture
def example(sandbox: Sandbox) -> Callable[[str], Json]:
    """Makes the stand-in's answer for a thing of a kind."""
    world = sandbox.world
    with httpx2.Client(
        base_url=f"{sandbox.api_url}/repos/{HOME}/",
        headers={"Authorization": f"Bearer {sandbox.token}"},
    ) as client:
        client.post("milestones", json={"title": "Week 1"})
        client.post("issues", json={"title": "Read", "labels": ["a"], "milestone": 1})
        home = world.repository()
        comments.create(world, world.actor(), home, home.issues[1], {"body": "Hello"})
        pulls.propose(world, world.actor(), home, "Work")
        found = {kind: client.get(path).json()[0] for kind, (path, _) in KINDS.items()}
    return lambda kind: dict(found[kind])


def forms(kind: str) -> Iterator[tuple[str, bool]]:
    """The fields that may be null (False) or absent (True), those of the thing itself."""
    for name, types in RECORDED[kind].items():
        if "." in name:
            continue
        if "null" in types.rstrip("?").split():
            yield name, False
        if types.endswith("?"):
            yield name, True


def changed(item: Json, *fields: tuple[str, bool]) -> Json:
    made = dict(item)
    for name, absent in fields:
        made.pop(name, None)
        if not absent:
            made[name] = None
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_recorded_as_null_or_absent_is_read(
    example: Callable[[str], Json], kind: str
) -> None:
    read, item = KINDS[kind][1], example(kind)
    variants = [[form] for form in forms(kind)]
    for fields in ([], *variants, list(forms(kind))):
        found = read([changed(item, *fields)])
        assert len(found) == 1, fields


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_read_that_was_never_recorded(example: Callable[[str], Json], kind: str) -> None:
    item = Watched(example(kind))
    KINDS[kind][1]([item])
    assert item.read
    assert item.read - {"pull_request"} <= RECORDED[kind].keys()


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_holds_what_is_read_of_it(example: Callable[[str], Json], kind: str) -> None:
    """Of the fields that GitHub always gives, the stand-in's list leaves out none that is read."""
    item = Watched(example(kind))
    KINDS[kind][1]([item])
    always = {name for name, types in RECORDED[kind].items() if not types.endswith("?")}
    assert item.read & always <= item.keys()
