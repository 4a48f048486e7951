"""Sends webhooks as GitHub does, quicker than any server takes them: what benches use.

One thread, one `epoll`, raw sockets that stay open, and bytes that were put together before: a
request costs a send and a receive. How much it can do by itself `null` tells, a server that counts
bytes and looks at none of them.
"""

import hashlib
import hmac
import json
import select
import socket
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).parents[1] / "tests/contracts/payloads/issues.closed.json"
SECRET = "a secret that only this bench knows"
SIZE = 25 * 1024  # bytes of a payload
REPOSITORIES = 1_000  # that payloads are about, each in turn
FIRST_REPOSITORY = 700_000_000
INSTALLATION = 4_000_000
WAIT = 30.0  # seconds for an answer
_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Target:
    """Where to send: a port on loopback and a path, and the status that says yes."""

    port: int
    path: str = "/"
    accepted_status: int = 202


@dataclass
class LoadResult:
    """Counts what came back: how long each answer took, in seconds, and how many were no."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def accepted(self) -> int:
        return len(self.waits)

    @property
    def rate(self) -> float:
        """Accepted ones a second."""
        return self.accepted / self.seconds

    def within(self, share: float) -> float:
        """The time, in milliseconds, within which that share of the answers came."""
        return sorted(self.waits)[min(int(share * self.accepted), self.accepted - 1)] * 1000


def payloads(count: int = REPOSITORIES, size: int = SIZE) -> list[bytes]:
    """Payloads of `issues.closed`, each about another repository, all as long as said."""
    example: dict[str, Any] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    example["installation"]["id"] = INSTALLATION
    made = []
    for number in range(count):
        example["repository"]["id"] = FIRST_REPOSITORY + number
        example["issue"]["body"] = ""
        missing = size - len(_packed(example))
        words = "A paragraph that a learner wrote about what was hard, and what was not. "
        example["issue"]["body"] = (words * (missing // len(words) + 1))[:missing]
        made.append(_packed(example))
    return made


def _packed(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


class SignedRequests:
    """Signed deliveries for one target, each with a GUID of its own: by time, as GitHub's are."""

    def __init__(self, target: Target, bodies: Sequence[bytes]) -> None:
        self._number = 0
        self._tails = [_headers(target, body) for body in bodies]
        self._start = f"POST {target.path} HTTP/1.1\r\nX-GitHub-Delivery: ".encode()

    def next(self) -> list[bytes]:
        """A request, in pieces."""
        self._number += 1
        tail = self._tails[self._number % len(self._tails)]
        return [self._start, str(uuid.uuid1()).encode(), *tail]


def _headers(target: Target, body: bytes) -> tuple[bytes, bytes]:
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    # Those of a real one, in its order.
    lines = [
        "",
        f"Host: 127.0.0.1:{target.port}",
        "Accept: */*",
        "Content-Type: application/json",
        "User-Agent: GitHub-Hookshot/044aadd",
        "X-GitHub-Event: issues",
        "X-GitHub-Hook-ID: 292430182",
        "X-GitHub-Hook-Installation-Target-ID: 79929171",
        "X-GitHub-Hook-Installation-Target-Type: integration",
        f"X-Hub-Signature-256: sha256={digest}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines).encode() + _END, body


class _Connection:
    """One connection: what of a request is still to be sent, and what of an answer has come."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WAIT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.left: list[memoryview] = []
        self.since = 0.0
        self.answer = b""

    def send(self, pieces: list[bytes]) -> bool:
        """Begin to send. Whether all of it went."""
        self.answer = b""
        self.since = time.perf_counter()
        sent = self.socket.sendmsg(pieces)
        if sent == sum(map(len, pieces)):
            return True
        self.left = [memoryview(b"".join(pieces))[sent:]]
        return False

    def send_rest(self) -> bool:
        """Send more. Whether all of it went."""
        sent = self.socket.send(self.left[0])
        self.left[0] = self.left[0][sent:]
        if self.left[0]:
            return False
        self.left.clear()
        return True

    def receive(self) -> int | None:
        """The status, when the answer is there. Raises ConnectionError."""
        received = self.socket.recv(65536)
        if not received:
            raise ConnectionError("the server hung up")
        self.answer += received
        return int(self.answer[9:12]) if _whole(self.answer) else None


def _whole(answer: bytes) -> bool:
    end = answer.find(_END)
    if end < 0:
        return False
    head = answer[:end].lower()
    if b"transfer-encoding: chunked" in head:
        return answer.endswith(b"\r\n0\r\n\r\n")
    _, _, length = head.partition(b"content-length:")
    return len(answer) >= end + len(_END) + int(length.split(b"\r\n")[0] or 0)


def send_load(
    target: Target, requests: SignedRequests, *, connections: int, seconds: float
) -> LoadResult:
    """Send for so long, on so many connections, each anew as soon as it is answered.

    Returns when the last answer has come. Raises ConnectionError, and TimeoutError.
    """
    result = LoadResult()
    connected = [_Connection(target.port) for _ in range(connections)]
    open_ = {one.socket.fileno(): one for one in connected}
    with select.epoll() as waiting:
        started = time.perf_counter()
        for number, connection in open_.items():
            waiting.register(number, _mode(connection.send(requests.next())))
        while open_:
            ready = waiting.poll(WAIT)
            if not ready:
                raise TimeoutError("no answer came")
            for number, event in ready:
                connection = open_[number]
                if event & select.EPOLLOUT:
                    waiting.modify(number, _mode(connection.send_rest()))
                if not event & ~select.EPOLLOUT or (status := connection.receive()) is None:
                    continue
                now = time.perf_counter()
                if status == target.accepted_status:
                    result.waits.append(now - connection.since)
                else:
                    result.refused += 1
                if now - started >= seconds:
                    waiting.unregister(number)  # its server may close it before the others end
                    del open_[number]
                elif not connection.send(requests.next()):
                    waiting.modify(number, _mode(False))
        result.seconds = time.perf_counter() - started
    for connection in connected:
        connection.socket.close()
    return result


def _mode(removed: bool) -> int:
    return select.EPOLLIN if removed else select.EPOLLIN | select.EPOLLOUT


def null(length: int) -> None:
    """Serve until killed: after so many bytes of a connection, each time, say 202."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(listener.getsockname()[1], flush=True)
    come: dict[int, socket.socket] = {}
    counted: dict[int, int] = {}
    into = bytearray(1 << 20)
    with select.epoll() as waiting:
        waiting.register(listener, select.EPOLLIN)
        while True:
            for number, _ in waiting.poll():
                if number == listener.fileno():
                    one, _ = listener.accept()
                    waiting.register(one, select.EPOLLIN)
                    come[one.fileno()], counted[one.fileno()] = one, 0
                    continue
                read = come[number].recv_into(into)
                if not read:
                    waiting.unregister(number)
                    come.pop(number).close()
                    continue
                counted[number] += read
                if counted[number] >= length:
                    counted[number] -= length
                    come[number].send(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")


if __name__ == "__main__":
    null(int(sys.argv[1]))
