"""Receives webhooks of GitHub. Plain ASGI, because many come at once.

It checks size, signature, headers and body, in this order, and answers 202 when the delivery is
stored. Rules: GitHub's "Validating webhook deliveries" and "Webhook events and payloads".
"""

import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.server.store.rows import WebhookDelivery
from bot.server.webhooks import payload
from bot.server.webhooks.body_limit import is_too_long, read_body
from bot.server.webhooks.signature import is_valid

log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

_GUID = re.compile(rb"[A-Za-z0-9-]{1,64}")
_EVENT = re.compile(rb"[a-z0-9_]{1,64}")
_SIGNATURE = b"x-hub-signature-256"
_LENGTH = b"content-length"


@dataclass(frozen=True)
class WebhookEndpoint:
    """Answers POSTs of GitHub.

    `secrets` returns the secrets that a delivery may be signed with, `bot` the login that we write
    under, `receive` returns when a delivery is stored. `observe` gets each status, 499 when the
    caller went away, and the seconds that it took.
    """

    receive: Callable[[WebhookDelivery], Awaitable[None]]
    secrets: Callable[[], Sequence[bytes]]
    bot: Callable[[], str | None]
    clock: Callable[[], datetime]
    observe: Callable[[int, float], None] = lambda _status, _seconds: None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["method"] != "POST":
            await _respond(send, 405, (b"allow", b"POST"))
            return
        status, began = 499, time.perf_counter()
        try:
            status = await self._check(dict(scope["headers"]), receive)
            await _respond(send, status)
        finally:
            self.observe(status, time.perf_counter() - began)
            if status not in {202, 499}:
                log.warning("delivery rejected", extra={"status": status})

    async def _check(self, headers: dict[bytes, bytes], receive: Receive) -> int:
        """Return the status to answer with."""
        if is_too_long(headers.get(_LENGTH, b"")):
            return 413
        body = await read_body(receive)
        if body is None:
            return 413
        if not is_valid(headers.get(_SIGNATURE, b""), body, self.secrets()):
            return 401
        event, guid = headers.get(b"x-github-event", b""), headers.get(b"x-github-delivery", b"")
        if not _EVENT.fullmatch(event) or not _GUID.fullmatch(guid):
            return 400
        return await self._accept(event.decode(), guid.decode(), body)

    async def _accept(self, event: str, guid: str, body: bytes | bytearray) -> int:
        try:
            read = payload.read(body)
            about = payload.subject_of(event, read, self.bot())
        except payload.MalformedError:
            return 400
        if about is None:
            return 202
        through = read.installation.id if read.installation else None
        delivery = WebhookDelivery(guid, event, read.action, about, through, self.clock())
        try:
            await self.receive(delivery)
        except Exception:  # noqa: BLE001 - GitHub is asked for it again later
            return 503
        return 202


async def _respond(send: Send, status: int, *headers: tuple[bytes, bytes]) -> None:
    """Send a status without a body, which shows nothing to a caller without the secret."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(_LENGTH, b"0"), *headers],
        }
    )
    await send({"type": "http.response.body", "body": b""})


@dataclass(frozen=True)
class WebhookRouter:
    """Routes requests for `path` to the endpoint, and others to `app`."""

    app: Asgi
    path: str
    endpoint: Asgi

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the server's start and stop."""
        is_webhook = scope["type"] == "http" and scope["path"] == self.path
        await (self.endpoint if is_webhook else self.app)(scope, receive, send)
