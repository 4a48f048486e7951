"""Reads the bodies of requests in the event loop, so that a slow caller holds no thread.

What all callers together may leave unfinished is bounded, and what one network may, so that one of
them cannot use up what the others need. Belongs to one event loop.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from bot.server.page_limit import client_network

SMALL_BODY = 64 * 1024  # bytes of a body that are not counted: almost every delivery has fewer
RETRY_AFTER = 10  # seconds
MAX_PAGES = 160  # requests at once whose body has come, or that have none
_BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding"})


@dataclass(frozen=True)
class BodyLimits:
    """The bounds of a kind of request; `each` is one network's share."""

    size: int  # bytes of one body
    seconds: float  # from the headers to the last byte
    unfinished: int  # bodies at once
    unfinished_each: int
    in_flight: int  # bytes of unfinished bodies, beyond `SMALL_BODY` of each
    in_flight_each: int


# A form of ours has some hundred bytes, and people's lines may be slow.
FORMS = BodyLimits(256 * 1024, 10.0, 64, 8, 16 * 1024 * 1024, 2 * 1024 * 1024)
# GitHub sends at most 25 MB and waits ten seconds for the answer ("Webhook events and payloads",
# "Best practices for using webhooks").
DELIVERIES = BodyLimits(25 * 1024 * 1024, 10.0, 512, 128, 64 * 1024 * 1024, 32 * 1024 * 1024)


@dataclass(eq=False)
class BodyError(Exception):
    """A body that is not read to its end: 408, 413, or 503 where there is no room just now."""

    status: int

    @property
    def retry_after(self) -> int | None:
        """Return in how many seconds the same request may pass; None when it never will."""
        return RETRY_AFTER if self.status == 503 else None


@dataclass
class BodyReader:
    """Reads bodies within limits that hold for all of them together."""

    limits: BodyLimits
    _unfinished: dict[str, int] = field(default_factory=dict)  # bodies by network
    _in_flight: dict[str, int] = field(default_factory=dict)  # bytes by network
    _all_unfinished: int = 0  # sums of these, which each delivery reads
    _all_in_flight: int = 0

    async def read(
        self,
        scope: Scope,
        receive: Receive,
        *,
        observe: Callable[[bytes], object] = lambda _: None,
        stored: bool = True,
    ) -> bytearray | None:
        """Return the body, empty unless `stored`; None when the caller went away.

        `observe` gets each piece as it arrives. Raises BodyError.
        """
        announced = self._check_length(dict(scope["headers"]).get(b"content-length", b""))
        network, body, size, counted = client_network(scope.get("client")), bytearray(), 0, 0
        self._take_slot(network)
        try:
            if stored:
                self._check_room(network, announced - SMALL_BODY)
            async with asyncio.timeout(self.limits.seconds):
                more_body = True
                while more_body:
                    message = await receive()
                    if message["type"] != "http.request":
                        return None
                    piece: bytes = message.get("body", b"")
                    more_body = message.get("more_body", False)
                    size += len(piece)
                    if size > self.limits.size:
                        raise BodyError(413)
                    observe(piece)
                    if not stored:
                        continue
                    if (more := size - SMALL_BODY - counted) > 0:
                        self._check_room(network, more)
                        self._in_flight[network] = self._in_flight.get(network, 0) + more
                        self._all_in_flight += more
                        counted += more
                    body += piece
        except TimeoutError:
            raise BodyError(408) from None
        finally:
            self._release_slot(network, counted)
        return body

    def _check_length(self, announced: bytes) -> int:
        """Return the announced bytes, 0 without them. Raises BodyError for too many."""
        if not announced.isdigit():
            return 0
        if int(announced) > self.limits.size:
            raise BodyError(413)
        return int(announced)

    def _check_room(self, network: str, more: int) -> None:
        """Raise BodyError when so many bytes more do not fit."""
        limits, each = self.limits, self._in_flight.get(network, 0)
        if each + more > limits.in_flight_each or self._all_in_flight + more > limits.in_flight:
            raise BodyError(503)

    def _take_slot(self, network: str) -> None:
        """Take one of the places for unfinished bodies. Raises BodyError when all are taken."""
        limits, each = self.limits, self._unfinished.get(network, 0)
        if each >= limits.unfinished_each or self._all_unfinished >= limits.unfinished:
            raise BodyError(503)
        self._unfinished[network] = each + 1
        self._all_unfinished += 1

    def _release_slot(self, network: str, counted: int) -> None:
        """Give the place back, and that of so many bytes."""
        self._all_unfinished -= 1
        self._all_in_flight -= counted
        if left := self._unfinished.pop(network) - 1:
            self._unfinished[network] = left
            self._in_flight[network] = self._in_flight.get(network, 0) - counted
        else:
            self._in_flight.pop(network, None)


def with_body(
    app: ASGIApp, *, reader: BodyReader, refuse: Callable[[Scope, BodyError], ASGIApp]
) -> ASGIApp:
    """Return the same application, which finds the whole body as `request.state.body`.

    A body that is not read, and a request beyond `MAX_PAGES`, is answered by the application that
    `refuse` returns.
    """
    running = 0

    async def buffered(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal running
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        answer, body = app, bytearray()
        try:
            if not {name for name, _ in scope["headers"]}.isdisjoint(_BODY_HEADERS):
                read = await reader.read(scope, receive)
                if read is None:
                    return
                body = read
        except BodyError as error:
            answer = refuse(scope, error)
        if running >= MAX_PAGES:
            answer = refuse(scope, BodyError(503))
        scope.setdefault("state", {})["body"] = body
        running += 1
        try:
            await answer(scope, receive, send)
        finally:
            running -= 1

    return buffered
