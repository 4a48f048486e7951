"""Receives webhooks of GitHub: checks them, reads what to sync, and stores that. Plain ASGI.

It checks the headers, the signature while the body arrives, and the body, and answers 202 when the
delivery is stored. A delivery only triggers a sync, which reads the present state from GitHub: no
other fields of its payload are read, and of events that trigger none nothing is held in memory.
Rules, events, actions and fields: GitHub's "Validating webhook deliveries" and "Webhook events and
payloads".
"""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final

import msgspec
from starlette.types import Receive, Scope, Send

from bot.github.rights import Reach, events
from bot.server.logs import LogSampler
from bot.server.request_body import DELIVERIES, RETRY_AFTER, BodyError, BodyReader
from bot.server.store.rows import Subject, WebhookDelivery, installation, repository
from bot.server.webhooks.signature import SignatureCheck

log = logging.getLogger(__name__)

GROUP_SIZE = 500  # deliveries in one transaction
_GUID = re.compile(rb"[A-Za-z0-9-]{1,64}")
_EVENT = re.compile(rb"[a-z0-9_]{1,64}")
_SIGNATURE = b"x-hub-signature-256"
_LENGTH = b"content-length"
# A sync of a repository or an installation covers all actions of these events.
_MORE_EVENTS = {"pull_request", "release", "sub_issues"}
REPOSITORY_EVENTS: Final = frozenset(_MORE_EVENTS.union(events(Reach.FILES)))
INSTALLATION_EVENTS: Final = frozenset({"installation", "installation_repositories"})
_EVENTS = REPOSITORY_EVENTS | INSTALLATION_EVENTS
_MORE_HEADERS = {503: ((b"retry-after", str(RETRY_AFTER).encode()),)}
# Actions of `repository` after which the installation may reach other repositories than before.
MOVES: Final = frozenset({"deleted", "transferred"})
# Actions after which a repository may not be public any more, or not be here.
HIDING: Final = frozenset({*MOVES, "privatized", "removed"})
ENDING: Final = frozenset({"deleted", "suspend"})  # of an installation

# The database would refuse other values, together with all deliveries of the group.
Id = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Word = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{0,64}\Z")]

Write = Callable[[list[WebhookDelivery]], object]


class PayloadInstallation(msgspec.Struct):
    """Holds the installation that a delivery came through."""

    id: Id


class PayloadRepository(msgspec.Struct):
    """Holds the repository of an event."""

    id: Id
    default_branch: str = ""


class PayloadComment(msgspec.Struct):
    """Holds the comment of an event."""

    id: Id


class Sender(msgspec.Struct):
    """Holds the account that caused an event."""

    login: str


class Payload(msgspec.Struct):
    """Holds the fields that are read; others are skipped."""

    action: Word | None = None
    ref: str | None = None
    repository: PayloadRepository | None = None
    installation: PayloadInstallation | None = None
    sender: Sender | None = None
    comment: PayloadComment | None = None
    repositories_removed: list[PayloadRepository] = []  # copied for each payload


class MalformedError(ValueError):
    """The body isn't one that GitHub sends."""


_decoder = msgspec.json.Decoder(Payload)


def read_payload(body: bytes | bytearray) -> Payload:
    """Return the payload of a body. Raises MalformedError."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedError from None


def subject_of(event: str, payload: Payload, bot: str | None) -> Subject | None:
    """Return what to sync; None when a sync would find nothing new.

    `bot` is the login that we write under: its own events are skipped. Raises MalformedError when
    the payload names neither repository nor installation.
    """
    if event in INSTALLATION_EVENTS:
        if payload.installation is None:
            raise MalformedError
        return installation(payload.installation.id)
    if event not in REPOSITORY_EVENTS:
        return None
    if payload.repository is None:
        raise MalformedError
    if payload.sender is not None and payload.sender.login == bot:
        return None
    if event == "push" and payload.ref != f"refs/heads/{payload.repository.default_branch}":
        return None
    if event == "repository" and payload.action in MOVES and payload.installation is not None:
        return installation(payload.installation.id)
    return repository(payload.repository.id)


def revoked_by(event: str, payload: Payload) -> tuple[Subject, ...]:
    """Return what may be another thing than a sync last read: shown to nobody until the next.

    Every push to the default branch may change the settings: the files that its payload lists end
    at 3,000 for a commit, and leave out what a link within the repository leads to. Source: "Push"
    in GitHub's "Webhook events and payloads", and harness-core#43386.
    """
    match event:
        case "push" | "repository" if payload.repository is not None:
            return (repository(payload.repository.id),)
        case "installation" if payload.installation is not None and payload.action in ENDING:
            return (installation(payload.installation.id),)
    return tuple(repository(one.id) for one in payload.repositories_removed)


def deleted_comment(event: str, payload: Payload) -> int | None:
    """Return the id of the comment that was deleted; None where none was."""
    deleted = event == "issue_comment" and payload.action == "deleted"
    return payload.comment.id if deleted and payload.comment else None


@dataclass(frozen=True)
class WebhookEndpoint:
    """Answers POSTs of GitHub. `observe` gets each status, 499 for nobody there, and seconds."""

    receive: Callable[[WebhookDelivery], Awaitable[None]]  # returns when it is stored
    secrets: Callable[[], Sequence[bytes]]  # that a delivery may be signed with
    bot: Callable[[], str | None]  # the login that we write under
    clock: Callable[[], datetime]
    observe: Callable[[int, float], None] = lambda _status, _seconds: None
    reader: BodyReader = field(default_factory=lambda: BodyReader(DELIVERIES))
    rejected: LogSampler = field(default_factory=LogSampler)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] != "POST":
            await _respond(send, 405, (b"allow", b"POST"))
            return
        status, began = 499, time.perf_counter()
        try:
            status = await self._status(scope, receive)
            if status != 499:
                await _respond(send, status, *_MORE_HEADERS.get(status, ()))
        finally:
            self.observe(status, time.perf_counter() - began)
            if status not in {202, 499} and (count := self.rejected.count(status)):
                log.warning("delivery rejected", extra={"status": status, "count": count})

    async def _status(self, scope: Scope, receive: Receive) -> int:
        """Return the status to answer with; 499 when the caller went away."""
        headers = dict(scope["headers"])
        check = SignatureCheck(headers.get(_SIGNATURE, b""), self.secrets())
        event, guid = headers.get(b"x-github-event", b""), headers.get(b"x-github-delivery", b"")
        if not check.may_hold:
            return 401
        if not _EVENT.fullmatch(event) or not _GUID.fullmatch(guid):
            return 400
        stored = event.decode() in _EVENTS
        try:
            body = await self.reader.read(scope, receive, observe=check.update, stored=stored)
        except BodyError as error:
            return error.status
        if body is None:
            return 499
        if not check.holds:
            return 401
        if not stored:
            return 202
        try:
            delivery = self._delivery(event.decode(), guid.decode(), body)
        except MalformedError:
            return 400
        body.clear()  # not held while the database writes
        return 202 if delivery is None else await self._store(delivery)

    def _delivery(self, event: str, guid: str, body: bytearray) -> WebhookDelivery | None:
        """Return what to store; None when there is nothing to sync. Raises MalformedError."""
        payload = read_payload(body)
        about = subject_of(event, payload, self.bot())
        if about is None:
            return None
        through = payload.installation.id if payload.installation else None
        return WebhookDelivery(
            guid,
            event,
            payload.action,
            about,
            through,
            self.clock(),
            revokes=revoked_by(event, payload),
            hides=payload.action in HIDING,
            deleted_comment=deleted_comment(event, payload),
        )

    async def _store(self, delivery: WebhookDelivery) -> int:
        try:
            await self.receive(delivery)
        except Exception:  # noqa: BLE001 - GitHub is asked for it again later
            return 503
        return 202


async def _respond(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    """Send a status without a body, which shows nothing to a caller without the secret."""
    await send(
        {"type": "http.response.start", "status": status, "headers": [(_LENGTH, b"0"), *headers]}
    )
    await send({"type": "http.response.body", "body": b""})


class DeliveryWriter:
    """Writes deliveries by group commit: those that come during a transaction share the next one.

    `write` runs in a thread and gets groups; its error is raised for each delivery of the group.
    The writer belongs to one event loop, in which `on_written` gets stored deliveries.
    """

    def __init__(self, write: Write, on_written: Write) -> None:
        self._write_group = write
        self._on_written = on_written
        self._waiting: list[tuple[WebhookDelivery, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inbox")

    async def receive(self, delivery: WebhookDelivery) -> None:
        """Return when the delivery is stored."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, written))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        await written

    async def close(self) -> None:
        """Wait until all deliveries are stored."""
        if self._writer is not None:
            await self._writer
        self._thread.shutdown()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting[:GROUP_SIZE], self._waiting[GROUP_SIZE:]
            deliveries = [one for one, _ in group]
            try:
                await loop.run_in_executor(self._thread, self._write_group, deliveries)
            except Exception as broken:
                log.exception("deliveries not written")
                for _, written in group:
                    if not written.done():
                        written.set_exception(broken)
            else:
                for _, written in group:
                    if not written.done():
                        written.set_result(None)
                self._on_written(deliveries)
        self._writer = None
