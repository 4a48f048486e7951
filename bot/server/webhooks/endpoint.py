"""The door for webhooks: plain ASGI, for it is the one place where many knock at once.

Size, signature, headers, body, inbox, in this order; 202 only when the delivery is safe. Rules of
signature and headers: GitHub's "Validating webhook deliveries" and "Webhook events and payloads".
"""

import hmac
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from datetime import datetime
from typing import Any

from bot.server.store.rows import Delivery
from bot.server.webhooks import payload

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST = 25 * 1024 * 1024  # bytes; GitHub sends nothing larger
_GUID = re.compile(rb"[A-Za-z0-9-]{1,64}")
_EVENT = re.compile(rb"[a-z0-9_]{1,64}")
_SIGNATURE = b"x-hub-signature-256"
_LENGTH = b"content-length"


class Door:
    """Answers POSTs of GitHub.

    `secrets` tells the secrets that a delivery may be signed with, `bot` the login that we write
    under, `receive` returns when a delivery is safe. `tell` is told each answer: its status, or 499
    when the caller went away before, and the seconds that it took.
    """

    def __init__(
        self,
        receive: Callable[[Delivery], Awaitable[None]],
        *,
        secrets: Callable[[], Sequence[bytes]],
        bot: Callable[[], str | None],
        clock: Callable[[], datetime],
        tell: Callable[[int, float], None] = lambda _status, _seconds: None,
    ) -> None:
        self._receive = receive
        self._secrets = secrets
        self._bot = bot
        self._clock = clock
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["method"] != "POST":
            await _answer(send, 405, (b"allow", b"POST"))
            return
        status, began = 499, time.perf_counter()
        try:
            status = await self._admit(dict(scope["headers"]), receive)
            await _answer(send, status)
        finally:
            self._tell(status, time.perf_counter() - began)

    async def _admit(self, headers: dict[bytes, bytes], receive: Receive) -> int:
        """The status to answer with."""
        if _too_long(headers.get(_LENGTH, b"")):
            return 413
        body = await _body(receive)
        if body is None:
            return 413
        signature = headers.get(_SIGNATURE, b"")
        # All are compared, whichever fits, so that the time taken tells nothing.
        fits = [hmac.compare_digest(_seal(one, body), signature) for one in self._secrets()]
        if not any(fits):
            return 401
        event, guid = headers.get(b"x-github-event", b""), headers.get(b"x-github-delivery", b"")
        if not _EVENT.fullmatch(event) or not _GUID.fullmatch(guid):
            return 400
        return await self._take(event.decode(), guid.decode(), body)

    async def _take(self, event: str, guid: str, body: bytes | bytearray) -> int:
        try:
            read = payload.read(body)
            about = payload.about(event, read, self._bot())
        except payload.MalformedError:
            return 400
        if about is None:
            return 202
        through = read.installation.id if read.installation else None
        delivery = Delivery(guid, event, read.action, about, through, self._clock())
        try:
            await self._receive(delivery)
        except Exception:  # noqa: BLE001 - GitHub is told, and asked for it again later
            return 503
        return 202


def _too_long(length: bytes) -> bool:
    return length.isdigit() and (len(length) > 12 or int(length) > LARGEST)


async def _body(receive: Receive) -> bytes | bytearray | None:
    """All of it; None when it is too long or the caller went away."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunk: bytes = message.get("body", b"")
        if not message.get("more_body", False) and not body:
            return chunk if len(chunk) <= LARGEST else None
        body += chunk
        if len(body) > LARGEST:
            return None
        if not message.get("more_body", False):
            return body


def _seal(secret: bytes, body: bytes | bytearray) -> bytes:
    return b"sha256=" + hmac.digest(secret, body, "sha256").hex().encode()


async def _answer(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    """Without a word: whoever knocks without a secret learns nothing."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(_LENGTH, b"0"), *headers],
        }
    )
    await send({"type": "http.response.body", "body": b""})


class Entrance:
    """Leads requests for `path` to the door, past all that pages need; others to the pages."""

    def __init__(self, app: Asgi, *, path: str, door: Asgi) -> None:
        self._app = app
        self._path = path
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the server's start and stop."""
        at_door = scope["type"] == "http" and scope["path"] == self._path
        await (self._door if at_door else self._app)(scope, receive, send)
