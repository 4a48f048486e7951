"""The door: what it lets in, what it keeps, and what it answers. Over real HTTP."""

import contextlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from server.server_fixture import SECRET, Host, environment, headers, hosted

from bot.server.app import WEBHOOKS
from bot.server.store.rows import Subject, WebhookDelivery, installation, repository
from bot.server.store.tables import inbox, jobs
from bot.server.webhooks.endpoint import (
    MalformedError,
    Payload,
    read_payload,
    revoked_by,
    subject_of,
)
from bot.server.webhooks.signature import SignatureCheck

ISSUE: dict[str, Any] = {
    "action": "closed",
    "repository": {"id": 7, "default_branch": "main"},
    "installation": {"id": 3},
    "sender": {"login": "learner"},
}
BOT = "milepost-test[bot]"


@contextlib.contextmanager
def lease_seconds(database_url: str, folder: Path) -> Iterator[Host]:
    """A server that keeps deliveries and does nothing about them."""

    def without_work(server: Any) -> None:
        server.config = server.config.model_copy(
            update={"webhook_secret": _secret(SECRET), "webhook_secret_old": _secret("before")}
        )
        server.store.repositories.set_fact("bot", BOT)

    with hosted(lambda _: environment(folder, database_url), change=without_work) as running:
        yield running


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("door")
    with lease_seconds(f"sqlite:///{folder / 'store.sqlite3'}", folder) as running:
        yield running


@pytest.fixture
def host(shared: Host) -> Host:
    """A door of this module, with an empty store behind it."""
    with shared.store.engine.begin() as connection:
        for table in (inbox, jobs):
            connection.execute(table.delete())
    return shared


@pytest.fixture
def either(database_url: str, tmp_path: Path) -> Iterator[Host]:
    """A door of its own, with a store of each kind."""
    with lease_seconds(database_url, tmp_path) as running:
        yield running


def _secret(text: str) -> Any:
    from pydantic import SecretStr

    return SecretStr(text)


def stored(host: Host) -> list[tuple[str, str, str | None, str, int, int | None]]:
    with host.store.engine.connect() as connection:
        columns = inbox.c
        return [
            tuple(row)
            for row in connection.execute(
                sa.select(
                    columns.guid,
                    columns.event,
                    columns.action,
                    columns.kind,
                    columns.subject_id,
                    columns.installation_id,
                ).order_by(columns.guid)
            )
        ]


def test_a_delivery_is_kept_before_it_is_acknowledged(either: Host) -> None:
    answer = either.deliver("issues", ISSUE)
    assert (answer.status_code, answer.content) == (202, b"")
    assert stored(either) == [("g-1", "issues", "closed", "repository", 7, 3)]
    assert either.store.jobs.due_at(repository(7)) is not None


def test_a_delivery_that_comes_twice_is_kept_once(either: Host) -> None:
    for _ in range(3):
        assert either.deliver("issues", ISSUE).status_code == 202
    assert len(stored(either)) == 1


def test_the_old_secret_opens_while_they_are_changed(host: Host) -> None:
    assert host.deliver("issues", ISSUE, secret="before").status_code == 202
    assert host.deliver("issues", ISSUE, secret="never").status_code == 401


def test_github_s_own_example_of_a_signature() -> None:
    """From "Validating webhook deliveries"."""
    reported = b"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    check = SignatureCheck(reported, [b"It's a Secret to Everybody"])
    check.update(b"Hello, ")
    assert not check.holds
    check.update(b"World!")
    assert check.holds


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 40, "\xe4\xf6"],
)
def test_a_bad_signature_is_refused_without_a_word(host: Host, signature: str) -> None:
    content = json.dumps(ISSUE).encode()
    text = {**headers(content, "issues", guid="g"), "X-Hub-Signature-256": signature}
    answer = host.post(content, text)
    assert (answer.status_code, answer.content) == (401, b"")
    assert stored(host) == []


def test_a_changed_body_is_refused(host: Host) -> None:
    content = json.dumps(ISSUE).encode()
    answer = host.post(content.replace(b"7", b"8"), headers(content, "issues", guid="g"))
    assert answer.status_code == 401


def test_without_a_secret_nobody_is_let_in(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    with hosted(lambda _: environment(tmp_path, database)) as unregistered:
        assert unregistered.deliver("issues", ISSUE).status_code == 401
        assert unregistered.deliver("issues", ISSUE, secret="").status_code == 401


@pytest.mark.parametrize(
    ("event", "content"),
    [
        ("issues", b""),
        ("issues", b"{"),
        ("issues", b"[]"),
        ("issues", b"payload=%7B%7D"),
        ("issues", b'"\xff"'),
        ("issues", b'{"repository":{"id":"seven"}}'),
        ("issues", b'{"action":"closed"}'),
        ("installation", b'{"action":"created"}'),
        ("Issues!", b"{}"),
        ("", b"{}"),
    ],
)
def test_what_is_malformed_is_told_so_and_not_kept(host: Host, event: str, content: bytes) -> None:
    answer = host.post(content, headers(content, event, guid="g"))
    assert (answer.status_code, answer.content) == (400, b"")
    assert stored(host) == []


@pytest.mark.parametrize("guid", ["", "a b", "x" * 65, "a\xe4"])
def test_a_delivery_without_a_proper_guid_is_malformed(host: Host, guid: str) -> None:
    content = json.dumps(ISSUE).encode()
    text = headers(content, "issues", guid=guid)
    answer = host.post(content, text)
    assert answer.status_code == 400


@pytest.mark.parametrize("event", ["ping", "star", "something_new"])
def test_unknown_events_are_acknowledged_and_ignored(host: Host, event: str) -> None:
    assert host.deliver(event, {"zen": "Keep it logically awesome."}).status_code == 202
    assert stored(host) == []


def test_what_we_wrote_ourselves_wakes_nobody(host: Host) -> None:
    assert host.server.bot() == BOT
    assert host.deliver("issues", {**ISSUE, "sender": {"login": BOT}}).status_code == 202
    assert stored(host) == []


def test_only_posts_are_answered(host: Host) -> None:
    answer = host.client.get(host.url + WEBHOOKS)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_body_in_pieces_is_the_same_body(host: Host) -> None:
    content = json.dumps(ISSUE).encode()
    pieces = (content[at : at + 9] for at in range(0, len(content), 9))
    text = headers(content, "issues", guid="g")
    assert host.post(pieces, text).status_code == 202


def test_when_the_store_fails_github_is_told_to_send_again(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(host.store.inbox, "receive", broken)
        answer = host.deliver("issues", ISSUE)
        assert (answer.status_code, answer.content) == (503, b"")
    assert host.deliver("issues", ISSUE).status_code == 202


def test_many_at_once_share_transactions_and_none_is_lost(
    either: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive, groups, gate = either.store.inbox.receive, [], threading.Event()

    def slow(deliveries: list[WebhookDelivery], **more: Any) -> int:
        gate.wait(5)
        groups.append(len(deliveries))
        return receive(deliveries, **more)

    monkeypatch.setattr(either.store.inbox, "receive", slow)
    with ThreadPoolExecutor(16) as pool:
        knocks = [pool.submit(either.deliver, "issues", ISSUE, guid=f"g-{n:02}") for n in range(16)]
        gate.set()
        assert {send_load.result().status_code for send_load in knocks} == {202}
    assert [row[0] for row in stored(either)] == [f"g-{n:02}" for n in range(16)]
    assert sum(groups) == 16
    assert len(groups) < 16


# What a payload is about


def read(body: dict[str, Any]) -> Payload:
    return read_payload(json.dumps(body).encode())


@pytest.mark.parametrize(
    ("event", "change", "wanted"),
    [
        ("issues", {}, repository(7)),
        ("issue_comment", {"action": "created"}, repository(7)),
        ("push", {"ref": "refs/heads/main"}, repository(7)),
        ("push", {"ref": "refs/heads/topic"}, None),
        ("push", {"ref": "refs/tags/main"}, None),
        ("repository", {"action": "renamed"}, repository(7)),
        ("repository", {"action": "privatized"}, repository(7)),
        ("repository", {"action": "deleted"}, installation(3)),
        ("repository", {"action": "transferred"}, installation(3)),
        ("issues", {"action": "transferred"}, repository(7)),
        ("issues", {"action": "deleted"}, repository(7)),
        ("repository", {"action": "deleted", "installation": None}, repository(7)),
        ("repository", {"action": "transferred", "installation": None}, repository(7)),
        ("repository", {"action": "transferred", "sender": {"login": BOT}}, None),
        ("issues", {"sender": {"login": BOT}}, None),
        ("installation", {"action": "suspend"}, installation(3)),
        ("installation", {"action": "created", "sender": {"login": BOT}}, installation(3)),
        ("installation_repositories", {"action": "added"}, installation(3)),
        ("meta", {}, None),
    ],
)
def test_what_an_event_is_about(event: str, change: dict[str, Any], wanted: Subject | None) -> None:
    assert subject_of(event, read({**ISSUE, **change}), BOT) == wanted


@pytest.mark.parametrize(
    ("event", "change", "wanted"),
    [
        ("push", {}, {repository(7)}),
        ("push", {"commits": [{"modified": ["other.md"]}]}, {repository(7)}),
        ("repository", {"action": "privatized"}, {repository(7)}),
        ("repository", {"action": "transferred"}, {repository(7)}),
        ("repository", {"action": "edited"}, {repository(7)}),
        ("installation", {"action": "deleted"}, {installation(3)}),
        ("installation", {"action": "suspend"}, {installation(3)}),
        ("installation", {"action": "unsuspend"}, set()),
        (
            "installation_repositories",
            {"action": "removed", "repositories_removed": [{"id": 8}, {"id": 9}]},
            {repository(8), repository(9)},
        ),
        ("installation_repositories", {"action": "added", "repositories_removed": []}, set()),
        ("issues", {"action": "deleted"}, set()),
    ],
)
def test_what_an_event_puts_in_doubt(
    event: str, change: dict[str, Any], wanted: set[Subject]
) -> None:
    assert set(revoked_by(event, read({**ISSUE, **change}))) == wanted


@given(body=st.binary(max_size=200))
def test_any_bytes_are_read_or_malformed(body: bytes) -> None:
    try:
        found = read_payload(body)
    except MalformedError:
        return
    assert isinstance(json.loads(body), dict)
    assert isinstance(found, Payload)
