"""Counts and times what a process does, for Prometheus to fetch.

What stands in the database is asked for when somebody fetches, and is the same from each process
that shares it.
"""

import logging
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from importlib.metadata import version
from itertools import accumulate
from typing import TYPE_CHECKING, Any, cast

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
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

from bot.github.rate_limit_state import RequestKind, Reservation
from bot.github.rate_limiter import LimiterStatus, RateLimiter
from bot.server.store.rows import Subject
from bot.server.store.store import Store

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)
# Prometheus asks for no `_created` of each counter: it knows by itself when a process is new.
disable_created_metrics()  # type: ignore[no-untyped-call] # it has no hints

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = {"GET", "HEAD", "POST"}
_WEBHOOK_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_PAGE_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SYNC_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800)


class Metrics:
    """Counts and times what one process does. Its methods are called from any thread."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        *,
        standing: Callable[[], LimiterStatus | None] = lambda: None,
    ) -> None:
        self._registry = registry = CollectorRegistry()
        self._webhooks = _WebhookCollector()
        registry.register(self._webhooks)
        counter, histogram = (
            partial(Counter, registry=registry),
            partial(Histogram, registry=registry),
        )
        labels = ["method", "route", "status"]
        self._requests = counter("milepost_http_requests", "Requests for pages.", labels)
        self._request_seconds = histogram(
            "milepost_http_request_duration_seconds",
            "Seconds from a request's headers to its answer.",
            ["route"],
            buckets=_PAGE_BUCKETS,
        )
        labels = ["kind", "result"]
        self._syncs = counter(
            "milepost_sync", "Syncs of the App, installations and repositories.", labels
        )
        self._sync_seconds = histogram(
            "milepost_sync_seconds", "Seconds that a sync took.", ["kind"], buckets=_SYNC_BUCKETS
        )
        labels = ["method", "status"]
        self._github = counter("milepost_github_requests", "Requests to GitHub.", labels)
        self._writes = counter("milepost_github_writes", "Writes that GitHub's limits let through.")
        self._waited = counter("milepost_github_wait_seconds", "Seconds slept for GitHub's limits.")
        build = Info("milepost_build", "The version of Milepost.", registry=registry)
        build.info({"version": version("milepost")})
        ProcessCollector(registry=registry)
        registry.register(_StoreCollector(store, clock))
        registry.register(_RateLimitCollector(standing))

    def webhook(self, status: int, seconds: float) -> None:
        """Count a delivery that was answered. For one thread only, the endpoint's."""
        self._webhooks.observe(status, seconds)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count another request that was answered; `route` is the form of its address."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, status).inc()
        self._request_seconds.labels(route).observe(seconds)

    def job(self, subject: Subject, result: str, seconds: float) -> None:
        """Count a job that is over."""
        self._syncs.labels(subject.kind, result).inc()
        self._sync_seconds.labels(subject.kind).observe(seconds)

    def counting_sleep(self, sleep: Callable[[float], None]) -> Callable[[float], None]:
        """Return the same sleep, with its seconds counted."""

        def counted(seconds: float) -> None:
            self._waited.inc(max(seconds, 0.0))
            sleep(seconds)

        return counted

    def github_response(self, response: "httpx2.Response") -> None:
        """Count an answer of GitHub. Fits as a hook of httpx2."""
        self._github.labels(response.request.method, response.status_code).inc()

    def counting_budget(self, budget: RateLimiter) -> RateLimiter:
        """Return the same budget, with the requests that it lets through counted."""
        return cast("RateLimiter", _CountingBudget(budget, self._writes))

    def text(self) -> bytes:
        """Return all of it, as Prometheus reads it. Asks the database."""
        return generate_latest(self._registry)


class _WebhookCollector(Collector):
    """Counts deliveries. `Counter` and `Histogram` take locks and look into each bucket."""

    def __init__(self) -> None:
        self._answered: defaultdict[int, int] = defaultdict(int)
        self._within = [0] * (len(_WEBHOOK_BUCKETS) + 1)
        self._seconds = 0.0

    def observe(self, status: int, seconds: float) -> None:
        """Count one more."""
        self._answered[status] += 1
        self._within[bisect_left(_WEBHOOK_BUCKETS, seconds)] += 1
        self._seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """Yield what was counted so far."""
        answered = CounterMetricFamily(
            "milepost_webhook_deliveries",
            "Deliveries by the status they were answered with.",
            labels=["status"],
        )
        for status, count in sorted(self._answered.copy().items()):
            answered.add_metric([str(status)], count)
        yield answered
        bounds = [*map(str, _WEBHOOK_BUCKETS), "+Inf"]
        yield HistogramMetricFamily(
            "milepost_webhook_duration_seconds",
            "From a delivery's headers to its answer.",
            buckets=list(zip(bounds, accumulate(self._within), strict=True)),
            sum_value=self._seconds,
        )


class _StoreCollector(Collector):
    """Asks the database what waits."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Yield nothing, so that registering asks the database nothing."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what waits now."""
        now = self._clock()
        try:
            waits = {
                "queue": ("jobs that are due and not claimed", self._store.jobs.overdue(now)),
                "inbox": ("deliveries that are not processed", self._store.inbox.waiting()),
            }
        except SQLAlchemyError as broken:
            log.warning("database unavailable: %s", type(broken).__name__)
            waits = {}
        up = "Whether the database answers."
        yield GaugeMetricFamily("milepost_database_up", up, 1 if waits else 0)
        for name, (what, (count, first)) in waits.items():
            age = max(0.0, (now - first).total_seconds()) if first else 0.0
            yield GaugeMetricFamily(f"milepost_{name}_length", f"How many: {what}.", count)
            oldest = f"Age of the oldest: {what}."
            yield GaugeMetricFamily(f"milepost_{name}_age_seconds", oldest, age)


class _RateLimitCollector(Collector):
    """Asks how all installations stand with GitHub's limits."""

    def __init__(self, standing: Callable[[], LimiterStatus | None]) -> None:
        self._standing = standing

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Yield nothing, so that registering asks nothing."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the limits now; nothing while there is no App."""
        try:
            found = self._standing()
        except SQLAlchemyError:
            return  # `milepost_database_up` says so already
        if found is None:
            return
        limits = {
            "paused_installations": ("Installations that GitHub asks to wait.", found.blocked),
            "reserved_installations": (
                "Installations whose last requests are kept for people.",
                found.spared,
            ),
            "pending_creations": (
                "New things that are reserved and not made yet.",
                found.scheduled,
            ),
            "longest_wait_seconds": ("How long a run would wait at most.", found.longest),
            "remaining_ratio": (
                "The least share of an hour's requests that is left anywhere.",
                found.remaining,
            ),
        }
        for name, (words, value) in limits.items():
            if value is not None:
                yield GaugeMetricFamily(f"milepost_github_{name}", words, value)


class _CountingBudget:
    """Counts the writes that a budget lets through."""

    def __init__(self, budget: RateLimiter, written: Counter) -> None:
        self._budget = budget
        self._written = written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._budget, name)

    def reserve(self, installation: int, kind: RequestKind, **wanted: Any) -> Reservation:
        """See `RateLimiter`."""
        reserved = self._budget.reserve(installation, kind, **wanted)
        if reserved.granted and kind != "read":
            self._written.inc()
        return reserved
