"""Limits the requests for pages of one address: a sliding window in memory, for one process.

Memory is bounded: of more addresses than fit, those that were idle longest are dropped. So a caller
with very many addresses is not limited here, and costs no memory either.
"""

import ipaddress
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import lru_cache

from cachetools import TTLCache
from starlette.types import ASGIApp, Receive, Scope, Send

WINDOW = 60.0  # seconds
MAX_REQUESTS = 300_000  # that are remembered, of all addresses together: some 15 MB
LONGEST_ADDRESS = 45  # characters, of an IPv6 one that ends as an IPv4 one
IPV6_PREFIX = 64  # bits: one person has a network of that size at least
# A browser requests these with each page, GitHub's image proxy for each README.
SMALL = ("/assets/", "/badge/")
SMALL_FACTOR = 50


class RequestWindow:
    """Allows each name `limit` requests in any `WINDOW`, from any thread."""

    def __init__(
        self, limit: int, *, most: int = MAX_REQUESTS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._times: TTLCache[str, deque[float]] = TTLCache(
            most, WINDOW, clock, getsizeof=lambda times: min(len(times), most)
        )
        self._lock = threading.Lock()

    def wait(self, name: str) -> float:
        """Count a request and return 0.0; else return in how many seconds one is allowed."""
        with self._lock:
            now = self._clock()
            times = self._times.get(name) or deque()
            while times and times[0] <= now - WINDOW:
                times.popleft()
            if len(times) >= self._limit:
                return times[0] + WINDOW - now
            times.append(now)
            self._times[name] = times  # again, so that its size and its expiry are current
            return 0.0


def limit_pages(app: ASGIApp, *, pages: int, refuse: Callable[[Scope, int], ASGIApp]) -> ASGIApp:
    """Return the same application, with `pages` requests a minute for each address.

    Others get the application that `refuse` returns for them, and for the seconds to wait.
    """
    large, small = RequestWindow(pages), RequestWindow(pages * SMALL_FACTOR)

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        allowed = app
        if scope["type"] == "http":
            window = small if scope["path"].startswith(SMALL) else large
            if seconds := window.wait(client_network(scope.get("client"))):
                allowed = refuse(scope, math.ceil(seconds))
        await allowed(scope, receive, send)

    return limited


def client_network(client: "tuple[str, int] | None") -> str:
    """Return an IPv4 address, or the network of an IPv6 one; "" for all that are unknown."""
    host = client[0].partition("%")[0] if client is not None else ""
    return _network(host) if len(host) <= LONGEST_ADDRESS else ""


@lru_cache(maxsize=1024)
def _network(host: str) -> str:
    """Return the same of a host without a zone."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(address), IPV6_PREFIX), strict=False))
    return str(address)
