"""How many pages one address may ask for: a moving window in memory, for one process.

What is remembered is bounded: of more addresses than fit, those that were quiet longest are
forgotten. So whoever has very many addresses is not held up here, and costs no memory either.
"""

import ipaddress
import math
import threading
import time
from collections import deque
from collections.abc import Callable

from cachetools import TTLCache

from bot.server.webhooks.endpoint import Asgi, Receive, Scope, Send

WINDOW = 60.0  # seconds
MOST = 300_000  # requests that are remembered, of all addresses together: some 15 MB
NEIGHBOURS = 64  # bits: of IPv6 somebody has a network of that size at least
# These are small and much asked for: by a browser with each page, by GitHub for each README.
SMALL = ("/assets/", "/badge/")
SMALL_FACTOR = 50
FREE = frozenset({"/healthz", "/readyz"})

Refuse = Callable[[Scope, int], Asgi]


class RequestWindow:
    """At most `limit` requests of one name in any `WINDOW`. For any thread."""

    def __init__(
        self, limit: int, *, most: int = MOST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._times: TTLCache[str, deque[float]] = TTLCache(
            most, WINDOW, clock, getsizeof=lambda times: min(len(times), most)
        )
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many requests it remembers."""
        return int(self._times.currsize)

    def wait(self, name: str) -> float:
        """0.0 when it may ask now, which counts; else in how many seconds it may."""
        with self._lock:
            now = self._clock()
            times = self._times.get(name) or deque()
            while times and times[0] <= now - WINDOW:
                times.popleft()
            if len(times) >= self._limit:
                return times[0] + WINDOW - now
            times.append(now)
            self._times[name] = times  # anew, for it has grown and lasts longer
            return 0.0


class PageLimit:
    """Lets each address ask for so many pages a minute; what is more, `refuse` answers."""

    def __init__(self, app: Asgi, *, pages: int, refuse: Refuse) -> None:
        self._app = app
        self._refuse = refuse
        self._pages = RequestWindow(pages)
        self._small = RequestWindow(pages * SMALL_FACTOR)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the server's start and stop."""
        app = self._app
        if scope["type"] == "http" and scope["path"] not in FREE:
            window = self._small if scope["path"].startswith(SMALL) else self._pages
            seconds = window.wait(client_network(scope.get("client")))
            if seconds:
                app = self._refuse(scope, math.ceil(seconds))
        await app(scope, receive, send)


def client_network(client: "tuple[str, int] | None") -> str:
    """An IPv4 address, or the network of an IPv6 one; those that are not known count as one."""
    if client is None:
        return ""
    try:
        address = ipaddress.ip_address(client[0].partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(address), NEIGHBOURS), strict=False))
    return str(address)
