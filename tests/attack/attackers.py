"""What attacks a server over its sockets: a process of its own, with nothing but the library.

    python -m attack.attackers NAME URL [COOKIE]

It writes a line when the attack is on, goes on until its input ends, and then writes as JSON what
it was answered and how often: a status, `closed` without one, `open` for what waits still. It comes
from addresses of the loopback network that nobody else has. What the server ends is begun anew.
"""

import asyncio
import contextlib
import itertools
import json
import ssl
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

HOST = "127.0.0.1"
ADDRESS = "127.0.0.66"  # where an attack by one address comes from
FORMS = 45
HEADS = 300
BODIES = 60
BODY = 24_000_000
PAGES = 40
FLOODS = 6
BEGIN = 4.0  # seconds that it takes to send what is long
READING = 2.0  # seconds that somebody looks at a page
PAUSE = 0.2  # seconds before somebody who was sent off comes again


class Attack:
    """One attack on one address: what is on, and what was answered."""

    def __init__(self, url: str, cookie: str, on: Callable[[], None]) -> None:
        self.host = urlsplit(url).netloc
        self.port = urlsplit(url).port
        self.tls = ssl._create_unverified_context() if url.startswith("https:") else None
        self.cookie = cookie
        self.answers: Counter[str] = Counter()
        self.open = 0
        self._on = on

    async def half_forms(self) -> None:
        """Begin to sign out, from one address and without being signed in, and stop half-way."""
        form = "Content-Type: application/x-www-form-urlencoded"
        head = self._head("POST", "/sign-out", "Content-Length: 5000", form)
        await self._many(FORMS, lambda _: self._unfinished(head + b"token=", ADDRESS))

    async def slow_heads(self) -> None:
        """Send a header now and then, and never the last one."""
        head = self._head("GET", "/").removesuffix(b"\r\n")
        await self._many(HEADS, lambda _: self._unfinished(head, ADDRESS, b"X-A: b\r\n"))

    async def half_bodies(self) -> None:
        """Begin deliveries of 24 MB that nobody signed, from many addresses, and end none."""
        await self._many(BODIES, self._half_body, settle=BEGIN)

    async def slow_github(self) -> None:
        """Ask as somebody who is signed in for pages that only GitHub can answer."""
        await self._many(PAGES, self._page)

    async def flood(self) -> None:
        """Ask for pages as quickly as they come, from one address."""
        await self._many(FLOODS, self._flood)

    async def _half_body(self, number: int) -> None:
        signature = f"X-Hub-Signature-256: sha256={'0' * 64}"
        more = "X-GitHub-Event: issues", f"X-GitHub-Delivery: {uuid.uuid4()}", signature
        head = self._head("POST", "/webhooks/github", f"Content-Length: {BODY + 1}", *more)
        await self._unfinished(head + bytes(BODY), f"127.0.0.{100 + number % BODIES}")

    async def _page(self, number: int) -> None:
        request = self._head("GET", f"/r/slow/repository-{number}", self.cookie)
        await self._finished(request, f"127.0.0.{100 + number % BODIES}")
        await asyncio.sleep(READING)

    async def _flood(self, _: int) -> None:
        paths = "/", "/badge/neighbour/garden.svg", "/r/neighbour/garden"
        requests = [self._head("GET", path, keep=True) for path in paths]
        reader, writer = await self._connect(ADDRESS)
        with contextlib.closing(writer):
            for request in itertools.cycle(requests):
                writer.write(request)
                self.answers[await self._answer(reader)] += 1

    async def _many(
        self, count: int, one: Callable[[int], Coroutine[Any, Any, None]], settle: float = PAUSE
    ) -> None:
        """Keep so many of them going; the attack is on when all had `settle` seconds to begin."""

        async def again(first: int) -> None:
            for number in itertools.count(first, count):
                try:
                    await one(number)
                except OSError:
                    self.answers["closed"] += 1
                await asyncio.sleep(PAUSE)

        async with asyncio.TaskGroup() as group:
            for number in range(count):
                group.create_task(again(number))
            await asyncio.sleep(settle)
            self._on()

    async def _unfinished(self, begun: bytes, address: str, more: bytes = b"") -> None:
        """Send what is begun, then `more` now and then, until the server answers."""
        reader, writer = await self._connect(address)
        self.open += 1
        try:
            answer = asyncio.ensure_future(self._answer(reader))
            writer.write(begun)
            while not answer.done():
                await asyncio.wait({answer}, timeout=0.5 if more else None)
                if not answer.done():
                    writer.write(more)
            self.answers[answer.result()] += 1
        finally:
            self.open -= 1
            writer.transport.abort()

    async def _finished(self, request: bytes, address: str) -> None:
        reader, writer = await self._connect(address)
        self.open += 1
        try:
            writer.write(request)
            self.answers[await self._answer(reader)] += 1
        finally:
            self.open -= 1
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader) -> str:
        """The status of an answer, which is read to its end where it says how long it is."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            _, _, length = head.lower().partition(b"content-length:")
            await reader.readexactly(int(length.split(b"\r\n")[0] or 0))
        except (asyncio.IncompleteReadError, OSError):
            return "closed"
        return head[9:12].decode()

    async def _connect(self, address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        name = self.host.partition(":")[0] if self.tls else None
        return await asyncio.open_connection(
            HOST, self.port, local_addr=(address, 0), ssl=self.tls, server_hostname=name
        )

    def _head(
        self, method: str, path: str, *more: str, form: str = "", keep: bool = False
    ) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", *filter(None, more)]
        lines += ["Content-Type: application/x-www-form-urlencoded"] if form else []
        lines += [] if keep else ["Connection: close"]
        return "\r\n".join((*lines, "", "")).encode()


async def main(name: str, url: str, cookie: str = "") -> None:
    """Attack until the input ends."""
    attack = Attack(url, cookie, lambda: print("on", flush=True))  # noqa: T201 - for whoever reads
    attacking = asyncio.ensure_future(getattr(attack, name)())
    end = asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait({attacking, end}, return_when=asyncio.FIRST_COMPLETED)
    if attacking.done():
        attacking.result()
    answers = {**attack.answers, **({"open": attack.open} if attack.open else {})}
    print(json.dumps(answers), flush=True)  # noqa: T201
    attacking.cancel()
    await asyncio.wait({attacking})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
