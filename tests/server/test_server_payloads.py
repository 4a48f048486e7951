"""What is read of payloads, held against GitHub's own examples and schemas of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from contracts import checker

from bot.server.store.rows import Subject
from bot.server.webhooks.endpoint import (
    INSTALLATION_EVENTS,
    REPOSITORY_EVENTS,
    MalformedError,
    read_payload,
    subject_of,
)

HERE = Path(checker.__file__).parent
EXAMPLES = {file.stem: file for file in sorted((HERE / "payloads").glob("*.json"))}
SCHEMAS = {
    file.name.removesuffix(".schema.json"): file
    for file in sorted((HERE / "webhooks").glob("*.schema.json"))
}


def wanted(event: str, body: dict[str, Any]) -> Subject | None:
    """Read with care and without haste, from all of the body."""
    if event.startswith("installation"):
        return Subject("installation", body["installation"]["id"])
    if event == "ping":
        return None
    home = body["repository"]
    if event == "push" and body["ref"] != f"refs/heads/{home['default_branch']}":
        return None
    moved = event == "repository" and body["action"] in {"deleted", "transferred"}
    if moved and "installation" in body:
        return Subject("installation", body["installation"]["id"])
    return Subject("repository", home["id"])


@pytest.mark.parametrize("name", EXAMPLES)
def test_github_s_examples_are_understood(name: str) -> None:
    event, _, action = name.partition(".")
    content = EXAMPLES[name].read_bytes()
    body = json.loads(content)
    read = read_payload(content)
    assert (read.action or "") == action
    assert read.sender is None or read.sender.login == body["sender"]["login"]
    assert subject_of(event, read, "somebody[bot]") == wanted(event, body)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_are_of_events_that_are_known(name: str) -> None:
    event = name.partition(".")[0]
    assert event in {*REPOSITORY_EVENTS, *INSTALLATION_EVENTS, "ping"}


def types(schema: dict[str, Any], *path: str) -> set[str]:
    """The types that a schema gives the value at a path; none where it does not name it."""
    found: list[Any] = [schema]
    for step in (*path, ""):
        resolved = [part for one in found for part in _parts(schema, one)]
        if not step:
            return {t for one in resolved for t in _listed(one.get("type"))}
        found = [one["properties"][step] for one in resolved if step in one.get("properties", {})]
    return set()


def _parts(root: dict[str, Any], one: dict[str, Any]) -> list[dict[str, Any]]:
    """Itself, and what it refers to or is made of."""
    found = [one]
    if "$ref" in one:
        found += _parts(root, root["$defs"][one["$ref"].rpartition("/")[2]])
    for word in ("allOf", "anyOf", "oneOf"):
        for part in one.get(word, []):
            found += _parts(root, part)
    return found


def _listed(text: Any) -> list[str]:
    return [text] if isinstance(text, str) else list(text or [])


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_fields_that_are_read_are_github_s(name: str) -> None:
    schema = json.loads(SCHEMAS[name].read_text(encoding="utf-8"))
    event = name.partition(".")[0]
    assert types(schema, "sender", "login") <= {"string"}
    assert types(schema, "installation", "id") <= {"integer"}
    if event in INSTALLATION_EVENTS:
        assert types(schema, "installation", "id") == {"integer"}
    elif event in REPOSITORY_EVENTS:
        assert types(schema, "repository", "id") == {"integer"}
        assert types(schema, "repository", "default_branch") == {"string"}
    if event == "issue_comment":
        assert types(schema, "comment", "id") == {"integer"}
    if event == "push":
        assert types(schema, "ref") == {"string"}
    elif event != "ping":
        assert types(schema, "action") == {"string"}


@pytest.mark.parametrize(
    "content",
    [
        '{"action": "clo\\u0000sed"}',
        '{"action": "\\n"}',
        f'{{"repository": {{"id": {2**63}}}}}',
        '{"repository": {"id": -1}}',
        f'{{"installation": {{"id": {10**30}}}}}',
    ],
)
def test_what_a_database_could_not_keep_is_malformed(content: str) -> None:
    with pytest.raises(MalformedError):
        read_payload(content.encode())
