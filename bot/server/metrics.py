"""Counts and times what a process does, for Prometheus to fetch.

Gauges are read in the background, so that a fetch waits for nothing. Those of the database are the
same from each process that shares it.
"""

import hmac
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from importlib.metadata import version
from itertools import accumulate
from typing import Any, cast

import httpx2
import prometheus_client as prometheus
from prometheus_client import core
from prometheus_client.registry import Collector
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from bot.github.rate_limit_state import RequestKind, Reservation
from bot.github.rate_limiter import LimiterStatus, RateLimiter
from bot.server.store.rows import Subject
from bot.server.store.store import Store

# Prometheus asks for no `_created` of each counter: it knows by itself when a process is new.
prometheus.disable_created_metrics()  # type: ignore[no-untyped-call] # it has no hints

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = {"GET", "HEAD", "POST"}
_WEBHOOK_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_PAGE_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SYNC_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800)


Gauge = tuple[str, str, float]  # name, description, value


class Metrics:
    """Counts and times what one process does. Its methods are called from any thread."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        *,
        limiter_status: Callable[[], LimiterStatus | None] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._limiter_status = limiter_status
        self._gauges = _GaugeCollector()
        self._registry = registry = prometheus.CollectorRegistry()
        self.webhooks = WebhookCollector()
        registry.register(self.webhooks)
        counter = partial(prometheus.Counter, registry=registry)
        histogram = partial(prometheus.Histogram, registry=registry)
        labels = ["method", "route", "status"]
        self._requests = counter("milepost_http_requests", "Requests for pages.", labels)
        text = "Seconds from a request's headers to its answer."
        self._request_seconds = histogram(
            "milepost_http_request_duration_seconds", text, ["route"], buckets=_PAGE_BUCKETS
        )
        text = "Syncs of the App, installations and repositories."
        self._syncs = counter("milepost_sync", text, ["kind", "result"])
        self._sync_seconds = histogram(
            "milepost_sync_seconds", "Seconds that a sync took.", ["kind"], buckets=_SYNC_BUCKETS
        )
        labels = ["method", "status"]
        self._github = counter("milepost_github_requests", "Requests to GitHub.", labels)
        self._writes = counter("milepost_github_writes", "Writes that GitHub's limits let through.")
        self._waited = counter("milepost_github_wait_seconds", "Seconds slept for GitHub's limits.")
        build = prometheus.Info("milepost_build", "The version of Milepost.", registry=registry)
        build.info({"version": version("milepost")})
        prometheus.ProcessCollector(registry=registry)
        registry.register(self._gauges)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request for a page; `route` is the path template of its endpoint."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, status).inc()
        self._request_seconds.labels(route).observe(seconds)

    def job(self, subject: Subject, result: str, seconds: float) -> None:
        """Count a finished job."""
        self._syncs.labels(subject.kind, result).inc()
        self._sync_seconds.labels(subject.kind).observe(seconds)

    def counting_sleep(self, sleep: Callable[[float], None]) -> Callable[[float], None]:
        """Return the same sleep, with its seconds counted."""

        def counted(seconds: float) -> None:
            self._waited.inc(max(seconds, 0.0))
            sleep(seconds)

        return counted

    def github_response(self, response: httpx2.Response) -> None:
        """Count a response of GitHub: a hook for httpx2."""
        self._github.labels(response.request.method, response.status_code).inc()

    def counting_limiter(self, limiter: RateLimiter) -> RateLimiter:
        """Return the same limiter, with the writes that it lets through counted."""
        return cast("RateLimiter", _CountingLimiter(limiter, self._writes))

    def refresh(self) -> bool:
        """Read the gauges, and return whether the database answered. Queries it."""
        answers, gauges = True, list[Gauge]()
        for read in (self._store_gauges, self._limiter_gauges):
            try:
                gauges += read()
            except SQLAlchemyError:
                answers = False  # which is a gauge itself, and logged by `HealthMonitor`
        text = "Whether the database answers."
        self._gauges.values = [("database_up", text, float(answers)), *gauges]
        return answers

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format, gauges as last read."""
        return prometheus.generate_latest(self._registry)

    def _store_gauges(self) -> Iterator[Gauge]:
        now = self._clock()
        for name, text, (count, first) in (
            ("queue", "jobs that are due and not claimed", self._store.jobs.overdue(now)),
            ("inbox", "deliveries that are not processed", self._store.inbox.waiting()),
        ):
            age = max(0.0, (now - first).total_seconds()) if first else 0.0
            yield f"{name}_length", f"How many: {text}.", count
            yield f"{name}_age_seconds", f"Age of the oldest: {text}.", age

    def _limiter_gauges(self) -> Iterator[Gauge]:
        if (status := self._limiter_status()) is None:
            return
        yield (
            "github_paused_installations",
            "Installations that GitHub asks to wait.",
            status.blocked,
        )
        text = "Installations whose last requests are reserved for people."
        yield "github_reserved_installations", text, status.spared
        text = "New objects that are reserved and not made yet."
        yield "github_pending_creations", text, status.scheduled
        yield "github_longest_wait_seconds", "How long a run would wait at most.", status.longest
        if status.remaining is not None:
            text = "The least share of an hour's requests that is left anywhere."
            yield "github_remaining_ratio", text, status.remaining


class WebhookCollector(Collector):
    """Counts deliveries without locks: `Counter` and `Histogram` would slow the endpoint down."""

    def __init__(self) -> None:
        self._answered: defaultdict[int, int] = defaultdict(int)
        self._within = [0] * (len(_WEBHOOK_BUCKETS) + 1)
        self._seconds = 0.0

    def observe(self, status: int, seconds: float) -> None:
        """Count a delivery by its status. For one thread only, the endpoint's."""
        self._answered[status] += 1
        self._within[bisect_left(_WEBHOOK_BUCKETS, seconds)] += 1
        self._seconds += seconds

    def collect(self) -> Iterator[core.Metric]:
        """Yield the counter and the histogram."""
        answered = core.CounterMetricFamily(
            "milepost_webhook_deliveries",
            "Deliveries by the status of the response.",
            labels=["status"],
        )
        for status, count in sorted(self._answered.copy().items()):
            answered.add_metric([str(status)], count)
        yield answered
        bounds = [*map(str, _WEBHOOK_BUCKETS), "+Inf"]
        yield core.HistogramMetricFamily(
            "milepost_webhook_duration_seconds",
            "From a delivery's headers to its answer.",
            buckets=list(zip(bounds, accumulate(self._within), strict=True)),
            sum_value=self._seconds,
        )


class _GaugeCollector(Collector):
    """Holds gauges as they were last read."""

    values: Sequence[Gauge] = ()  # replaced whole, by another thread

    def collect(self) -> Iterator[core.GaugeMetricFamily]:
        """Yield them."""
        for name, text, value in self.values:
            yield core.GaugeMetricFamily(f"milepost_{name}", text, value)


class _CountingLimiter:
    """Counts the writes that a rate limiter lets through."""

    def __init__(self, limiter: RateLimiter, writes: prometheus.Counter) -> None:
        self._limiter = limiter
        self._writes = writes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._limiter, name)

    def reserve(self, installation: int, kind: RequestKind, **options: Any) -> Reservation:
        """See `RateLimiter`."""
        reserved = self._limiter.reserve(installation, kind, **options)
        if reserved.granted and kind != "read":
            self._writes.inc()
        return reserved


def metrics_endpoint(metrics: Metrics, token: SecretStr) -> Callable[[Request], Response]:
    """Return the endpoint for those who have the token."""
    expected = f"Bearer {token.get_secret_value()}".encode()

    def text(request: Request) -> Response:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, expected):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return text
