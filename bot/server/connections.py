"""Bounds what a client may leave unfinished on a connection: uvicorn's protocol, with deadlines.

uvicorn waits for the rest of a request without end, httptools takes headers of any length, and a
client that does not read its answer keeps the connection. Source: Kludex/uvicorn#157 and #1192,
xorbitsai/inference#5213. What a body may take is `request_body`'s part, which knows the client
behind a proxy.
"""

import asyncio
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from bot.server.page_limit import client_network


@dataclass
class ConnectionLimits:
    """The bounds of all connections, and those of them that send no request or a part of one."""

    trusted: Container[str | None] = ()  # proxies: their connections are many people's
    head_seconds: float = 10.0  # from the connection or the first byte to the end of the headers
    request_seconds: float = 60.0  # from there to the last byte of the answer
    head_bytes: int = 64 * 1024
    refused_bytes: int = 256 * 1024  # of a body that are thrown away after its answer
    most: int = 800  # connections: most systems give a process 1,024 files
    most_waiting: int = 50  # of one network, without a whole head
    waiting: dict["BoundedConnection", str] = field(default_factory=dict)  # the longest first

    def add(self, new: "BoundedConnection") -> None:
        """Take a connection in. Where there is no room, the one that waits longest is closed."""
        host = new.client[0] if new.client else ""
        network = "" if host in self.trusted else client_network(new.client)
        self.waiting[new] = network
        rivals = [one for one, its in self.waiting.items() if network and its == network]
        if len(rivals) > self.most_waiting:
            rivals[0].refuse(503)
        elif len(new.connections) > self.most:
            next(iter(self.waiting)).refuse(503)


class BoundedConnection(HttpToolsProtocol):
    """One connection, which is closed when a request on it takes too long."""

    def __init__(self, *, limits: ConnectionLimits, **options: Any) -> None:
        super().__init__(**options)
        self._limits = limits
        self._network = ""
        self._deadline = 0.0  # in the loop's time
        self._timer: asyncio.TimerHandle | None = None  # to look at it, at that time or before
        self._in_head = True  # the next bytes belong to a head
        self._in_body = False
        self._unused = 0  # bytes since the last that a body or a whole head was made of
        self._refused = 0  # bytes of a body since its answer

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect(self._limits.head_seconds)
        self._limits.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._limits.waiting.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._in_head and self._is_idle:
            self._in_head = True
            self._expect(self._limits.head_seconds)
        self._unused += len(data)
        super().data_received(data)
        if self._unused > self._limits.head_bytes:
            self.refuse(431)

    def on_headers_complete(self) -> None:
        self._unused = 0
        self._in_body = True
        if self._in_head:  # else one that was sent before the answer to another
            self._in_head = False
            self._expect(self._limits.request_seconds)
        self._network = self._limits.waiting.pop(self, self._network)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unused = 0
        if self.cycle.response_complete:
            self._refused += len(body)
            if self._refused > self._limits.refused_bytes:
                self.transport.abort()
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unused = 0
        self._in_body = False
        super().on_message_complete()
        self._note_end()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._in_body:
            self._refused = 0
            self._expect(self._limits.head_seconds)
        self._note_end()

    def refuse(self, status: int) -> None:
        """Close the connection, with this status where it has sent a part of a head."""
        self._limits.waiting.pop(self, None)
        if not self._is_idle or self.transport.is_closing():
            self.transport.abort()
            return
        if self._unused:
            more = b"retry-after: 1\r\n" if status == 503 else b""
            end = b"content-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(STATUS_LINE[status] + more + end)
        self.transport.close()

    @property
    def _is_answered(self) -> bool:
        """Return whether every request that has come is answered."""
        cycle: RequestResponseCycle | None = self.cycle  # of the newest request
        return not self._in_body and (cycle is None or cycle.response_complete)

    @property
    def _is_idle(self) -> bool:
        """Return whether nothing is left to send or to answer."""
        return self._is_answered and not self.transport.get_write_buffer_size()

    def _note_end(self) -> None:
        """Let a connection whose request is over make room again."""
        if self._is_answered and not self.transport.is_closing():
            self._limits.waiting[self] = self._network

    def _expect(self, seconds: float) -> None:
        """Set the deadline anew. A timer that comes earlier stays: each costs a delivery time."""
        self._deadline = self.loop.time() + seconds
        if self._timer is not None:
            if self._timer.when() <= self._deadline:
                return
            self._timer.cancel()
        self._timer = self.loop.call_at(self._deadline, self._expire)

    def _expire(self) -> None:
        self._timer = None
        if self.loop.time() < self._deadline:
            self._timer = self.loop.call_at(self._deadline, self._expire)
        elif self._in_head or self._unused or not self._is_idle:
            self.refuse(408)
