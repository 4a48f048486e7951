"""How many pages one address may ask for: a moving window in memory, for one process.

What is remembered is bounded: of more addresses than fit, those that were quiet longest are
forgotten. So whoever has very many addresses is not held up here, and costs no memory either.
"""

import ipaddress
import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from bot.server.webhooks.endpoint import Asgi, Receive, Scope, Send

WINDOW = 60.0  # seconds
MOST = 300_000  # requests that are remembered, of all addresses together: some 15 MB
NEIGHBOURS = 64  # bits: of IPv6 somebody has a network of that size at least
# These are small and much asked for: by a browser with each page, by GitHub for each README.
SMALL = ("/assets/", "/badge/")
SMALL_FACTOR = 50
FREE = frozenset({"/healthz", "/readyz"})

Refuse = Callable[[Scope, int], Asgi]


class Window:
    """At most `limit` requests of one name in any `WINDOW`. For any thread."""

    def __init__(
        self, limit: int, *, most: int = MOST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._most = most
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._kept = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many requests it remembers."""
        return self._kept

    def wait(self, name: str) -> float:
        """0.0 when it may ask now, which counts; else in how many seconds it may."""
        with self._lock:
            now = self._clock()
            times = self._times.setdefault(name, deque())
            self._times.move_to_end(name)
            while times and times[0] <= now - WINDOW:
                times.popleft()
                self._kept -= 1
            if len(times) >= self._limit:
                return times[0] + WINDOW - now
            times.append(now)
            self._kept += 1
            self._forget(now)
            return 0.0

    def _forget(self, now: float) -> None:
        """Those quiet for a whole window, and for want of room others; never the one just seen."""
        while len(self._times) > 1:
            name, times = next(iter(self._times.items()))
            if self._kept <= self._most and times and times[-1] > now - WINDOW:
                return
            self._kept -= len(times)
            del self._times[name]


class Limited:
    """Lets each address ask for so many pages a minute; what is more, `refuse` answers."""

    def __init__(self, app: Asgi, *, pages: int, refuse: Refuse) -> None:
        self._app = app
        self._refuse = refuse
        self._pages = Window(pages)
        self._small = Window(pages * SMALL_FACTOR)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the server's start and stop."""
        app = self._app
        if scope["type"] == "http" and scope["path"] not in FREE:
            window = self._small if scope["path"].startswith(SMALL) else self._pages
            seconds = window.wait(neighbourhood(scope.get("client")))
            if seconds:
                app = self._refuse(scope, math.ceil(seconds))
        await app(scope, receive, send)


def neighbourhood(client: "tuple[str, int] | None") -> str:
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
