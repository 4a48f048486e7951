"""Looks up one page of the open web, for an address that a stranger may have chosen.

Whoever writes in an issue decides where this machine connects to, so it goes nowhere but to public
addresses: names are resolved here, every address that a name has is checked, and the connection is
made to the address that was checked, never to a name that could mean something else by then. Only
https on its usual port, no cookies, no credentials, no proxy, a few redirects that are each checked
anew, a few kilobytes, a few seconds for a page and for all of a run. Loaded only where the settings
ask for it.
"""

import html
import queue
import re
import socket
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any, NamedTuple

import httpcore2
import httpx2

from bot.github.api_client import USER_AGENT
from bot.github.public_addresses import is_public

Resolver = Callable[[str], Iterable[str]]

HTTPS_PORT = 443
MAX_REDIRECTS = 3
MAX_BYTES = 64 * 1024
MAX_ADDRESSES = 4
MAX_TITLE = 120
TIME = 5.0  # seconds a request may take in all, from connecting to the last byte
TOTAL_TIME = 10.0  # seconds for all pages of one run
FIRST_PAUSE, LAST_PAUSE = 60.0, 86_400.0  # seconds until what was not found is asked for again
PAUSE_GROWTH = 4
MAX_MISSES = 20_000  # remembered; each takes some 200 bytes
MAX_RESOLVING = 32  # names at once: a silent resolver must not fill the process with threads
GOOD = range(200, 300)
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = [("Accept", "text/html"), ("Accept-Encoding", "identity"), ("User-Agent", USER_AGENT)]
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_TITLE = re.compile(r"<title(?:\s[^>]{0,500})?>", re.IGNORECASE)
_TITLE_END = re.compile("</title", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
_BROKEN = (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


_resolving = threading.Semaphore(MAX_RESOLVING)


def system_resolver(host: str) -> list[str]:
    """Return the addresses that this machine's resolver knows. Raises OSError.

    It is given up after some seconds, for its own patience is a setting of the machine.
    """
    found: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            entries = socket.getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
            found.put([str(entry[4][0]) for entry in entries])
        except (OSError, ValueError) as unknown:
            found.put(unknown)
        finally:
            _resolving.release()

    if not _resolving.acquire(blocking=False):
        raise OSError("too many names are being resolved")
    threading.Thread(target=resolve, name="resolver", daemon=True).start()
    try:
        result = found.get(timeout=TIME)
    except queue.Empty:
        raise TimeoutError("the resolver is silent") from None
    if isinstance(result, Exception):
        raise result
    return result


class MissedLinks:
    """Remembers which links led nowhere, for any number of threads: the last ones, in memory.

    After each miss it takes four times as long until the same link is asked for again: a minute at
    first, a day at most. `clock` counts seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._misses: OrderedDict[int, tuple[float, float]] = OrderedDict()  # when, and the pause

    def due(self, place: int, url: str) -> bool:
        """Return whether to ask for a link that somebody wrote in the repository `place`."""
        at, pause = self._misses.get(hash((place, url)), (0.0, 0.0))
        return pause == 0.0 or self._clock() >= at + pause

    def add(self, place: int, url: str) -> None:
        """Remember that it led nowhere just now."""
        key = hash((place, url))
        with self._lock:
            _, before = self._misses.pop(key, (0.0, 0.0))
            pause = min(before * PAUSE_GROWTH, LAST_PAUSE) or FIRST_PAUSE
            self._misses[key] = self._clock(), pause
            if len(self._misses) > MAX_MISSES:
                self._misses.popitem(last=False)


class LinkChecker:
    """Implement `bot.sync.evidence.LinkLookup` for one run. No connection is kept.

    `missed` outlives the run, `place` is the repository in it. `dial` connects to an address that
    was checked. `clock` counts seconds.
    """

    def __init__(
        self,
        missed: MissedLinks | None = None,
        place: int = 0,
        *,
        resolve: Resolver = system_resolver,
        dial: httpcore2.NetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._missed = missed or MissedLinks(clock)
        self._place = place
        self._resolve = resolve
        self._dial = dial or httpcore2.SyncBackend()
        self._tls = tls
        self._clock = clock
        self._left = TOTAL_TIME
        self.used = False  # whether a run has links that are not known to lead anywhere

    def due(self, url: str) -> bool:
        """Return whether to ask for a link now: it has not led nowhere lately."""
        self.used = True
        return self._missed.due(self._place, url)

    def missed(self, url: str) -> None:
        """Remember that a link leads nowhere."""
        self._missed.add(self._place, url)

    def exists(self, url: str) -> str | None:
        """Return the title of the page at `url`, empty where it has none; None without a page.

        None, too, for whatever is refused, broken or too slow: nobody can vouch for that. After
        the time of the run is over, links wait for the next run.
        """
        began = self._clock()
        if self._left <= 0:
            return None
        title = self._title(url, began + self._left)
        self._left -= self._clock() - began
        if title is None:
            self.missed(url)
        return title

    def _title(self, url: str, end: float) -> str | None:
        tls = self._tls = self._tls or httpx2.create_ssl_context()
        try:
            page = _checked(httpx2.URL(url))
            for _ in range(1 + MAX_REDIRECTS):
                answer = self._get(page, tls, end)
                if answer.status not in REDIRECTS or "location" not in answer.headers:
                    return answer.title if answer.status in GOOD else None
                page = _checked(page.join(answer.headers["location"]))
        except (httpx2.InvalidURL, *_BROKEN):
            return None
        return None

    def _get(self, page: httpx2.URL, tls: ssl.SSLContext, end: float) -> "_Answer":
        """Return one answer, as far as its first 64 KB."""
        left = _Countdown(self._clock, end)
        guard = _Guard(self._dial, self._resolve, left)
        address = httpcore2.URL(
            scheme=page.raw_scheme, host=page.raw_host, port=HTTPS_PORT, target=page.raw_path
        )
        with (
            httpcore2.ConnectionPool(ssl_context=tls, network_backend=guard) as pool,
            pool.stream("GET", address, headers=HEADERS) as answer,
        ):
            content = b""
            for part in answer.iter_stream():
                content += part
                if len(content) >= MAX_BYTES:
                    break
            return _Answer(answer.status, httpx2.Headers(answer.headers), content[:MAX_BYTES])


class _RefusedError(httpcore2.ConnectError):
    """Refuse an address that is not public."""


class _Answer(NamedTuple):
    status: int
    headers: httpx2.Headers
    content: bytes

    @property
    def title(self) -> str:
        """Return the title on one line, without control characters; empty without HTML or one."""
        kind = self.headers.get("content-type", "text/html")
        if "html" not in kind.lower():
            return ""
        named = _CHARSET.search(kind)
        try:
            text = self.content.decode(named[1] if named else "utf-8", errors="replace")
        except LookupError:
            text = self.content.decode(errors="replace")
        # Two steps, for in one a page of nothing but titles would take many seconds.
        begun = _TITLE.search(text)
        ended = _TITLE_END.search(text, begun.end()) if begun else None
        inner = text[begun.end() : ended.start()] if begun and ended else ""
        title = _CONTROL.sub(" ", html.unescape(inner))
        return " ".join(title.split())[:MAX_TITLE].rstrip()


class _Guard(httpcore2.NetworkBackend):
    """Connect by name to a checked address only, and lets nothing take longer than its time."""

    def __init__(
        self,
        dial: httpcore2.NetworkBackend,
        resolve: Resolver,
        left: "_Countdown",
    ) -> None:
        self._dial = dial
        self._resolve = resolve
        self._left = left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - httpcore2's words; ours is the countdown
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Resolve once, check all, connect to one of them. Raises httpcore2.ConnectError."""
        failed: httpcore2.ConnectError | None = None
        for address in self._addresses(host)[:MAX_ADDRESSES]:
            try:
                stream = self._dial.connect_tcp(
                    address, port, self._left(), local_address, socket_options
                )
            except httpcore2.ConnectError as broken:
                failed = broken
            else:
                return _Hurried(stream, self._left)
        raise failed or httpcore2.ConnectError(f"{host} has no address")

    def _addresses(self, host: str) -> list[str]:
        """Return the addresses of a name; raise for one with even one address inside."""
        try:
            found = list(dict.fromkeys(self._resolve(host)))
            public = all(is_public(ip_address(address)) for address in found)
        except (OSError, ValueError) as unknown:
            raise httpcore2.ConnectError(f"{host}: {unknown}") from unknown
        if not public:
            raise _RefusedError(f"{host} leads to an address that is not public")
        return found


class _Hurried(httpcore2.NetworkStream):
    """Give every step of a stream only what is left of the time, however slowly bytes drip."""

    def __init__(self, stream: httpcore2.NetworkStream, left: "_Countdown") -> None:
        self._stream = stream
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - see above
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - see above
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - see above
    ) -> httpcore2.NetworkStream:
        return _Hurried(
            self._stream.start_tls(ssl_context, server_hostname, self._left()), self._left
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Countdown:
    """Count the seconds that are left of the time of one request, which ends at `end`, too."""

    def __init__(self, clock: Callable[[], float], end: float) -> None:
        self._clock = clock
        self._end = min(clock() + TIME, end)

    def __call__(self) -> float:
        left = self._end - self._clock()
        if left <= 0:
            raise httpcore2.ReadTimeout("its time is over")
        return left


def _checked(page: httpx2.URL) -> httpx2.URL:
    """Return the address, when it is one to go to at all: https, its usual port, a name."""
    host = page.raw_host.decode("ascii")
    if (
        page.scheme != "https"
        or page.port is not None
        or page.userinfo
        or not _HOST.fullmatch(host)
    ):
        raise _RefusedError("not the address of a public page")
    return page
