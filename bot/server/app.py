"""Puts the server together: store, App, worker, door, and what answers over HTTP."""

import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.github import credentials
from bot.github.app import AppAuth
from bot.github.budget import InProcess
from bot.github.pacing import Pacing, utc_now
from bot.server.config import ServerConfig
from bot.server.door import Door, Entrance
from bot.server.embedded import Embedded
from bot.server.looks import BOT, Looks
from bot.server.receiving import Receiver
from bot.server.store.rows import APP, SWEEP, Delivery
from bot.server.store.store import Store
from bot.server.waking import wake_all
from bot.server.work import LEASE, Hands, Pauses, Worker

log = logging.getLogger(__name__)

TICK = timedelta(milliseconds=500)
WEBHOOKS = "/webhooks/github"
CREDENTIALS = "app.json"  # in the data folder


def with_credentials(config: ServerConfig) -> ServerConfig:
    """With the App that was registered here, where the environment names none.

    Raises ConfigError when its file cannot be used.
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
    """The parts of one process. `auth` and `work` are None until there is an App to act as."""

    config: ServerConfig
    store: Store
    clock: Callable[[], datetime] = utc_now
    tick: timedelta = TICK
    lease: timedelta = LEASE
    auth: AppAuth | None = None
    work: Hands | None = None
    pauses: Pauses = field(default_factory=Pauses)
    receiver: Receiver | None = None
    _bot: str | None = None

    def secrets(self) -> Sequence[bytes]:
        """What deliveries may be signed with."""
        return self.config.webhook_secrets

    def bot(self) -> str | None:
        """The login that we write under, when we know it."""
        if self._bot is None:
            self._bot = self.store.register.fact(BOT)
        return self._bot

    async def receive(self, delivery: Delivery) -> None:
        """Return when a delivery is safe."""
        if self.receiver is None:
            raise RuntimeError("the server has not started")
        await self.receiver.receive(delivery)

    def keep(self, deliveries: list[Delivery]) -> None:
        """Make deliveries safe, and have what they are about looked at when things have settled."""
        wake_at = self.clock() + timedelta(seconds=self.config.settle)
        self.store.inbox.receive(deliveries, wake_at=wake_at)

    def start(self) -> None:
        """Begin to work, when there is an App to act as."""
        config = self.config
        if config.issuer is None or config.private_key is None:
            return
        self.auth = AppAuth(
            config.issuer,
            config.private_key,
            api_url=config.api_url,
            graphql_url=config.graphql_url,
            clock=self.clock,
            sleep=self.pauses.sleep,
        )
        self.auth.check_key()
        budget = InProcess(Pacing(interval=config.write_interval))
        looks = Looks(self.store, self.auth, budget, clock=self.clock, sleep=self.pauses.sleep)
        if not self.store.shared:
            self.store.agenda.release_all(self.clock())
        self.store.agenda.wake(APP, SWEEP, at=self.clock())
        wake_all(self.store, self.clock())
        worker = Worker(self.store, looks, clock=self.clock, lease=self.lease)
        self.work = self._hands(worker)
        if self.work is not None:
            self.work.start()

    def _hands(self, worker: Worker) -> Hands | None:
        threads, tick = self.config.threads, self.tick
        if self.config.work == "queue":
            from bot.server.queued import Queued

            return Queued(self.store, worker, threads=threads, tick=tick, lease=self.lease)
        if not threads:
            return None
        return Embedded(worker, threads=threads, tick=tick, beat=self.lease / 3)

    def stop(self) -> None:
        """End what is being done as soon as it can be, and close everything."""
        self.pauses.stop()
        if self.work is not None:
            self.work.stop()
        if self.auth is not None:
            self.auth.close()

    def ready(self) -> bool:
        """Whether deliveries can be kept and worked on. Raises SQLAlchemyError."""
        self.store.check()
        return self.work is None or self.work.running


def build(server: Server) -> FastAPI:
    """The application. The server starts and stops with it."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        receiver = server.receiver = Receiver(server.keep)
        await run_in_threadpool(server.start)
        log.info("started")
        yield
        await receiver.close()
        await run_in_threadpool(server.stop)
        log.info("stopped")

    app = FastAPI(
        title="Milepost", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    app.state.server = server
    door = Door(server.receive, secrets=server.secrets, bot=server.bot, clock=server.clock)
    app.add_middleware(Entrance, path=WEBHOOKS, door=door)

    @app.get("/healthz")
    async def healthz() -> Any:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> Any:
        """Deliveries can be kept and are worked on."""
        try:
            ready = await run_in_threadpool(server.ready)
        except SQLAlchemyError as broken:
            log.warning("the store does not answer: %s", type(broken).__name__)
            ready = False
        return JSONResponse({"status": "ok" if ready else "not ready"}, 200 if ready else 503)

    return app
