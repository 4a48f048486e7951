"""What is counted and timed, for Prometheus to fetch. Each process answers for itself.

What stands in the store is asked for when somebody fetches, and is the same from each process that
shares it.
"""

import logging
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.metadata import version
from itertools import accumulate
from typing import TYPE_CHECKING, Any, cast

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from bot.github.exchange import Exchange
from bot.github.rate_limit_state import Reservation
from bot.github.rate_limiter import LimiterStatus, RateLimiter
from bot.server.store.rows import Subject
from bot.server.store.store import Store

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = {"GET", "HEAD", "POST"}
_AT_THE_DOOR = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_OF_PAGES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_OF_LOOKS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800)


class Measures:
    """Told by the parts of one process, from any thread."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        *,
        standing: Callable[[], LimiterStatus | None] = lambda: None,
    ) -> None:
        self._registry = registry = CollectorRegistry()
        self._door = _Door()
        registry.register(self._door)
        self._pages = _Pages(registry)
        self._looks = _Looks(registry)
        self._github = _GitHub(registry)
        Info("milepost_build", "Which Milepost this is.", registry=registry).info(
            {"version": version("milepost")}
        )
        ProcessCollector(registry=registry)
        registry.register(_Stored(store, clock))
        registry.register(_Limits(standing))

    def delivery(self, status: int, seconds: float) -> None:
        """One was answered. For one thread only, the door's."""
        self._door.note(status, seconds)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Another request was answered; `route` is the form of its address."""
        self._pages.note(method, route, status, seconds)

    def look(self, subject: Subject, result: str, seconds: float) -> None:
        """One is over."""
        self._looks.note(subject.kind, result, seconds)

    def sleeping(self, sleep: Callable[[float], None]) -> Callable[[float], None]:
        """The same sleep, counted."""

        def counted(seconds: float) -> None:
            self._github.waited.inc(max(seconds, 0.0))
            sleep(seconds)

        return counted

    def asked(self, response: "httpx2.Response") -> None:
        """GitHub answered. Fits as a hook of httpx2."""
        self._github.note(response.request.method, response.status_code)

    def exchanged(self, done: Exchange) -> None:
        """The same for a request of a gateway's, when GitHub answered it."""
        if done.status is not None:
            self._github.note(done.method, done.status)

    def counting(self, budget: RateLimiter) -> RateLimiter:
        """The same budget, with what is booked in it counted."""
        return cast("RateLimiter", _Counting(budget, self._github.written))

    def text(self) -> bytes:
        """All of it, as Prometheus reads it. Asks the store."""
        return generate_latest(self._registry)


class _Pages:
    """Requests for pages."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answered = Counter(
            "milepost_http_requests",
            "Other requests, by the form of their address.",
            ["method", "route", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "milepost_http_request_duration_seconds",
            "From a request's headers to its answer.",
            ["route"],
            buckets=_OF_PAGES,
            registry=registry,
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """One more."""
        known = method if method in _METHODS else "other"
        self._answered.labels(known, route, status).inc()
        self._seconds.labels(route).observe(seconds)


class _Looks:
    """What became of looks."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._ended = Counter(
            "milepost_looks",
            "Looks at the App, installations and repositories: how many ended how.",
            ["kind", "result"],
            registry=registry,
        )
        self._seconds = Histogram(
            "milepost_look_duration_seconds",
            "How long looks took.",
            ["kind"],
            buckets=_OF_LOOKS,
            registry=registry,
        )

    def note(self, kind: str, result: str, seconds: float) -> None:
        """One more."""
        self._ended.labels(kind, result).inc()
        self._seconds.labels(kind).observe(seconds)


class _GitHub:
    """Requests to GitHub, and what its limits cost."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._asked = Counter(
            "milepost_github_requests",
            "Requests to GitHub for looks, and what people have written, by status.",
            ["method", "status"],
            registry=registry,
        )
        self.written = Counter(
            "milepost_github_writes",
            "Writes that took their place in GitHub's limits.",
            registry=registry,
        )
        self.waited = Counter(
            "milepost_github_wait_seconds",
            "How long runs slept for GitHub's limits.",
            registry=registry,
        )

    def note(self, method: str, status: int) -> None:
        """One more answer."""
        self._asked.labels(method, status).inc()


class _Door(Collector):
    """Deliveries. Its own, for `Counter` and `Histogram` take locks and look into each bucket."""

    def __init__(self) -> None:
        self._answered: defaultdict[int, int] = defaultdict(int)
        self._within = [0] * (len(_AT_THE_DOOR) + 1)
        self._seconds = 0.0

    def note(self, status: int, seconds: float) -> None:
        """One more."""
        self._answered[status] += 1
        self._within[bisect_left(_AT_THE_DOOR, seconds)] += 1
        self._seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """So far."""
        answered = CounterMetricFamily(
            "milepost_webhook_deliveries",
            "Deliveries by the status they were answered with.",
            labels=["status"],
        )
        for status, count in sorted(self._answered.copy().items()):
            answered.add_metric([str(status)], count)
        yield answered
        bounds = [*map(str, _AT_THE_DOOR), "+Inf"]
        yield HistogramMetricFamily(
            "milepost_webhook_duration_seconds",
            "From a delivery's headers to its answer.",
            buckets=list(zip(bounds, accumulate(self._within), strict=True)),
            sum_value=self._seconds,
        )


class _Stored(Collector):
    """What waits in the store."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is asked of the store for being registered."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Now."""
        now = self._clock()
        try:
            waits = {
                "queue": ("work that is due and not taken", self._store.agenda.overdue(now)),
                "inbox": ("deliveries that are not dealt with", self._store.inbox.waiting()),
            }
        except SQLAlchemyError as broken:
            log.warning("the store does not answer: %s", type(broken).__name__)
            waits = {}
        up = "Whether the store answers."
        yield GaugeMetricFamily("milepost_store_up", up, 1 if waits else 0)
        for name, (what, (count, first)) in waits.items():
            age = max(0.0, (now - first).total_seconds()) if first else 0.0
            yield GaugeMetricFamily(f"milepost_{name}_length", f"How many: {what}.", count)
            oldest = f"Age of the oldest: {what}."
            yield GaugeMetricFamily(f"milepost_{name}_age_seconds", oldest, age)


class _Limits(Collector):
    """How all installations stand with GitHub."""

    def __init__(self, standing: Callable[[], LimiterStatus | None]) -> None:
        self._standing = standing

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing is asked for being registered."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Now; nothing while there is no App."""
        try:
            found = self._standing()
        except SQLAlchemyError:
            return  # that the store does not answer is told already
        if found is None:
            return
        told = {
            "closed": ("Installations that GitHub wants left alone.", found.closed),
            "spared": ("Installations whose last requests are kept for people.", found.spared),
            "booked": ("New things that are booked and not made yet.", found.ahead),
            "longest_wait_seconds": ("How long a run would wait at most.", found.longest),
            "remaining_ratio": (
                "The least share of an hour's requests that is left anywhere.",
                found.left,
            ),
        }
        for name, (words, value) in told.items():
            if value is not None:
                yield GaugeMetricFamily(f"milepost_github_{name}", words, value)


class _Counting:
    """A budget that tells of what is booked in it."""

    def __init__(self, budget: RateLimiter, written: Counter) -> None:
        self._budget = budget
        self._written = written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._budget, name)

    def reserve(self, installation: int, **wanted: Any) -> Reservation:
        """See `RateLimiter`."""
        place = self._budget.reserve(installation, **wanted)
        if place.taken:
            self._written.inc()
        return place
