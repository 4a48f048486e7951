"""Holds the parts of one server process, starts and stops them."""

import contextlib
import logging
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from shutil import disk_usage

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, utc_now
from bot.errors import ConfigError
from bot.github.app import PATIENCE, AppAuth
from bot.github.app_key import AppKey
from bot.github.http_session import Connect, Httpx2Session, httpx2_session, open_httpx2_client
from bot.github.rate_limit_state import WriteRates
from bot.github.rate_limiter import InMemoryRateLimiter, RateLimiter
from bot.github.registration import load_credentials
from bot.github.retry import WaitPolicy
from bot.server import logs
from bot.server.config import ServerConfig
from bot.server.health import HealthMonitor
from bot.server.jobs import BOT, Jobs
from bot.server.metrics import Metrics
from bot.server.queue_worker import QueueWorker
from bot.server.store.rate_limiter import DatabaseRateLimiter
from bot.server.store.rows import APP, EVERYTHING, SWEEP, WebhookDelivery
from bot.server.store.store import Store
from bot.server.telemetry import Telemetry
from bot.server.webhooks.endpoint import DeliveryWriter
from bot.server.worker import LEASE, JobRunner, StoppedError, StopSignal, ThreadWorker

log = logging.getLogger(__name__)

TICK = timedelta(milliseconds=500)
MIN_FREE = 64 * 1024 * 1024  # bytes that the disk of the database must have free
CREDENTIALS = "app.json"  # in the data folder


def with_credentials(config: ServerConfig) -> ServerConfig:
    """Return the configuration with the App of `app.json` where it has none. Raises ConfigError."""
    if config.issuer is not None:
        return config
    app = load_credentials(config.data_dir / CREDENTIALS)
    if app is None:
        return config
    same = ("client_id", "private_key", "client_secret", "webhook_secret", "api_url")
    return config.model_copy(
        update={"app_id": app.id, **{name: getattr(app, name) for name in same}}
    )


def app_auth(
    config: ServerConfig, policy: WaitPolicy, connect: Connect = httpx2_session
) -> AppAuth | None:
    """Return the client of the App, which waits by `policy`; None without an App.

    `connect` opens connections to the URL of the API.
    """
    if config.issuer is None or config.private_key is None:
        return None
    return AppAuth(
        config.issuer,
        config.private_key,
        api_url=config.api_url,
        graphql_url=config.graphql_url,
        connect=connect,
        policy=policy,
    )


def check_key(config: ServerConfig) -> None:
    """Raise ConfigError when the App's key cannot sign. Asks nobody."""
    if config.issuer is not None and config.private_key is not None:
        AppKey(config.issuer, config.private_key).check()


@dataclass
class Server:
    """Holds the parts of one process. `auth` and `worker` are None until there is an App."""

    config: ServerConfig  # changes when an App is registered: read it when it is needed
    store: Store
    listens_at: str = ""  # the URL of the server on this machine, as far as that is known
    clock: Clock = utc_now
    tick: timedelta = TICK
    lease: timedelta = LEASE
    auth: AppAuth | None = None
    worker: ThreadWorker | QueueWorker | None = None
    budget: RateLimiter | None = None
    stop_signal: StopSignal = field(default_factory=StopSignal)
    telemetry: Telemetry | None = None
    known_bot: str | None = None
    metrics: Metrics = field(init=False, repr=False)
    receiver: DeliveryWriter = field(init=False, repr=False)
    health: HealthMonitor = field(init=False, repr=False)
    _starting: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        self.metrics = Metrics(
            self.store,
            self.clock,
            limiter_status=lambda: self.budget.status() if self.budget else None,
        )
        self.receiver = DeliveryWriter(self.write_deliveries, log_deliveries)
        self.health = HealthMonitor(self.problem)

    def bot(self) -> str | None:
        """Return the login that we write under. Reads the store until it is known there."""
        if self.known_bot is None:
            self.known_bot = self.store.repositories.fact(BOT)
        return self.known_bot

    def write_deliveries(self, deliveries: list[WebhookDelivery]) -> None:
        """Store deliveries, and schedule the jobs of what they are about."""
        # Before, so that they cannot be stored without it.
        self.store.cohorts.revoke(deliveries)
        wake_at = self.clock() + timedelta(seconds=self.config.settle)
        self.store.inbox.receive(deliveries, wake_at=wake_at)
        self.bot()  # here, because the endpoint must not wait for the database

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
        self.health.start()

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
            if self.auth is not None or self.stop_signal.is_set():
                return
            config = with_credentials(self.config)
            policy = WaitPolicy(self.clock, self.stop_signal.sleep, max_wait=PATIENCE)
            auth = app_auth(config, policy, self._counted_session)
            if auth is None:
                return
            try:
                auth.check_key()
                auth.session()  # of wrong proxies it is told now
            except ConfigError:
                auth.close()
                raise
            self.config = config
            logs.hide(config.secrets)
            self.auth = auth
            self._begin(auth)

    def _counted_session(self, api_url: str) -> Httpx2Session:
        client = open_httpx2_client(api_url)
        client.event_hooks = {"response": [self.metrics.github_response]}
        return Httpx2Session(client)

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
        threads, tick, lease = self.config.threads, self.tick, self.lease
        if shared:
            self.worker = QueueWorker(self.store, runner, threads=threads, tick=tick, lease=lease)
        elif threads:
            self.worker = ThreadWorker(runner, threads=threads, tick=tick, renew=lease / 3)
        if self.worker is not None:
            self.worker.start()

    def stop(self) -> None:
        """Stop the work as soon as possible, and close everything."""
        self.stop_signal.set()
        self.health.stop()
        with self._starting:
            if self.worker is not None:
                self.worker.stop()
            if self.auth is not None:
                self.auth.close()

    def problem(self) -> str:
        """Return why the process cannot work, or "": it writes, has room, and runs jobs.

        GitHub is not asked: while it is slow, this process is no worse than any other.
        """
        answers = self.metrics.refresh()
        try:
            self.store.check(self.clock())
        except SQLAlchemyError:
            answers = False
        if not answers:
            return "database unavailable"
        folder = Path(self.store.engine.url.database or "").parent
        if self.store.shared or not folder.is_dir():
            folder = self.config.data_dir
        if folder.is_dir() and disk_usage(folder).free < MIN_FREE:
            return "disk full"
        if self.worker is not None and not self.worker.running:
            return "worker stuck"
        return ""


def log_deliveries(deliveries: list[WebhookDelivery]) -> None:
    """Log stored deliveries in one line: a line each would cost as much as storing them."""
    ids = [{"delivery": d.guid, "event": d.event, "subject": str(d.about)} for d in deliveries]
    log.info("deliveries received", extra={"deliveries": ids})
