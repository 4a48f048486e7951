"""Holds the parts of one server process, starts and stops them."""

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import utc_now
from bot.errors import ConfigError
from bot.github import credentials
from bot.github.api_client import open_session
from bot.github.app import AppAuth
from bot.github.rate_limit_state import WriteRates
from bot.github.rate_limiter import InMemoryRateLimiter, RateLimiter
from bot.server import logs
from bot.server.config import ServerConfig
from bot.server.jobs import BOT, Jobs
from bot.server.metrics import Metrics
from bot.server.store.rate_limiter import DatabaseRateLimiter
from bot.server.store.rows import APP, EVERYTHING, SWEEP, WebhookDelivery
from bot.server.store.store import Store
from bot.server.telemetry import Telemetry
from bot.server.webhooks.endpoint import DeliveryWriter
from bot.server.worker import LEASE, JobRunner, StoppedError, StopSignal, ThreadWorker, Worker

log = logging.getLogger(__name__)

TICK = timedelta(milliseconds=500)
CREDENTIALS = "app.json"  # in the data folder


def with_credentials(config: ServerConfig) -> ServerConfig:
    """Return the configuration with the App of `app.json`, where the environment names none.

    Raises ConfigError when the file cannot be used.
    """
    if config.issuer is not None:
        return config
    app = credentials.load(config.data_dir / CREDENTIALS)
    if app is None:
        return config
    return config.model_copy(
        update={
            "app_id": app.id,
            "client_id": app.client_id,
            "private_key": app.private_key,
            "client_secret": app.client_secret,
            "webhook_secret": app.webhook_secret,
            "api_url": app.api_url,
        }
    )


@dataclass
class Server:
    """Holds the parts of one process. `auth` and `worker` are None until there is an App.

    `config` changes when an App is registered: read it when it is needed. `listens_at` is the URL
    of the server on this machine, as far as that is known.
    """

    config: ServerConfig
    store: Store
    listens_at: str = ""
    clock: Callable[[], datetime] = utc_now
    tick: timedelta = TICK
    lease: timedelta = LEASE
    auth: AppAuth | None = None
    worker: Worker | None = None
    budget: RateLimiter | None = None
    stop_signal: StopSignal = field(default_factory=StopSignal)
    receiver: DeliveryWriter | None = None
    telemetry: Telemetry | None = None
    metrics: Metrics = field(init=False, repr=False)
    _bot: str | None = None
    _starting: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self.metrics = Metrics(
            self.store,
            self.clock,
            limiter_status=lambda: self.budget.status() if self.budget else None,
        )

    @property
    def known_bot(self) -> str | None:
        """Return the login that we write under, when we know it already."""
        return self._bot

    def bot(self) -> str | None:
        """Return the login that we write under. Reads the store until it is known there."""
        if self._bot is None:
            self._bot = self.store.repositories.fact(BOT)
        return self._bot

    async def receive(self, delivery: WebhookDelivery) -> None:
        """Store a delivery: return when it is safe."""
        if self.receiver is None:
            raise RuntimeError("the server has not started")
        await self.receiver.receive(delivery)

    def write_deliveries(self, deliveries: list[WebhookDelivery]) -> None:
        """Store deliveries, and schedule the jobs of what they are about."""
        wake_at = self.clock() + timedelta(seconds=self.config.settle)
        self.store.inbox.receive(deliveries, wake_at=wake_at)
        self.bot()  # here, because the endpoint must not wait for the database

    def log_deliveries(self, deliveries: list[WebhookDelivery]) -> None:
        """Log stored deliveries in one line: a line each would cost as much as storing them."""
        ids = [{"delivery": d.guid, "event": d.event, "subject": str(d.about)} for d in deliveries]
        log.info("deliveries received", extra={"deliveries": ids})

    def start(self) -> None:
        """Start the work; without an App, as soon as one is registered. Raises ConfigError."""
        if self.config.work is not None:
            log.warning(
                "MILEPOST_WORK has no effect any more: %s",
                "PostgreSQL uses a queue" if self.store.shared else "SQLite uses threads",
            )
        self.act_as_app()
        if self.auth is None:
            threading.Thread(target=self._wait_for_app, name="app", daemon=True).start()

    def _wait_for_app(self) -> None:
        """Start the work when another process on this data folder has registered the App."""
        with contextlib.suppress(StoppedError):
            while self.auth is None:
                self.stop_signal.sleep(self.tick.total_seconds())
                try:
                    self.act_as_app()
                except ConfigError as broken:
                    log.error("App not usable, restart after the repair: %s", broken)  # noqa: TRY400 - no trace needed
                    return

    def act_as_app(self) -> None:
        """Start the work as the App of the environment or of `app.json`, if there is one.

        For any thread; does nothing when the work has started. Raises ConfigError, and starts
        nothing, for credentials that cannot be used.
        """
        with self._starting:
            if self.auth is not None or self.stop_signal.stopped:
                return
            config = with_credentials(self.config)
            if config.issuer is None or config.private_key is None:
                return
            http = open_session(config.api_url)
            http.event_hooks = {"response": [self.metrics.github_response]}
            auth = AppAuth(
                config.issuer,
                config.private_key,
                api_url=config.api_url,
                graphql_url=config.graphql_url,
                http=http,
                clock=self.clock,
                sleep=self.stop_signal.sleep,
            )
            try:
                auth.check_key()
            except ConfigError:
                auth.close()
                raise
            self.config = config
            logs.hide(config.secrets)
            self.auth = auth
            self._begin(auth)

    def _begin(self, auth: AppAuth) -> None:
        rates = WriteRates(self.config.write_interval)
        shared = self.store.shared
        limits = (
            DatabaseRateLimiter(self.store.engine, rates) if shared else InMemoryRateLimiter(rates)
        )
        self.budget = self.metrics.counting_limiter(limits)
        jobs = Jobs(
            self.store,
            auth,
            self.budget,
            clock=self.clock,
            sleep=self.metrics.counting_sleep(self.stop_signal.sleep),
            webhooks=self.config.webhook_secret is not None,
        )
        if not shared:
            self.store.jobs.release_all(self.clock())
        self.store.jobs.schedule(APP, EVERYTHING, SWEEP, at=self.clock())
        self.bot()
        run_job = jobs.run if self.telemetry is None else self.telemetry.job(jobs.run)
        runner = JobRunner(
            self.store, run_job, clock=self.clock, lease=self.lease, observe=self.metrics.job
        )
        self.worker = self._make_worker(runner)
        if self.worker is not None:
            self.worker.start()

    def _make_worker(self, runner: JobRunner) -> Worker | None:
        threads, tick = self.config.threads, self.tick
        if self.store.shared:
            from bot.server.queue_worker import QueueWorker

            return QueueWorker(self.store, runner, threads=threads, tick=tick, lease=self.lease)
        if not threads:
            return None
        return ThreadWorker(runner, threads=threads, tick=tick, renew=self.lease / 3)

    def stop(self) -> None:
        """Stop the work as soon as possible, and close everything."""
        self.stop_signal.stop()
        with self._starting:
            if self.worker is not None:
                self.worker.stop()
            if self.auth is not None:
                self.auth.close()

    def ready(self) -> bool:
        """Return whether deliveries can be stored and jobs run. Raises SQLAlchemyError."""
        self.store.check()
        return self.worker is None or self.worker.running
