"""A server of ours on loopback with the sandbox as its GitHub, for tests in one process."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from bot.server import config, run
from bot.server.app import WEBHOOKS, build
from bot.server.server import Server
from bot.server.store.store import Store
from github_sandbox.server import Sandbox
from github_sandbox.state import apps
from github_sandbox.state.objects import App

SECRET = "It's a Secret to Everybody"
EVENTS = ["issues", "issue_comment", "label", "milestone", "push", "repository"]
PERMISSIONS = {"issues": "write", "metadata": "read", "contents": "read", "pull_requests": "read"}
PATIENCE = 60.0  # seconds; what takes long fails, what a busy machine delays does not


@dataclass(frozen=True)
class Host:
    """A running server of ours."""

    url: str
    server: Server
    client: httpx2.Client

    @property
    def store(self) -> Store:
        return self.server.store

    def deliver(
        self, event: str, body: dict[str, Any], *, guid: str = "g-1", secret: str = SECRET
    ) -> httpx2.Response:
        """Bring a delivery, signed."""
        content = json.dumps(body).encode()
        return self.post(content, headers(content, event, guid=guid, secret=secret))

    def post(self, content: bytes | Iterator[bytes], text: dict[str, str]) -> httpx2.Response:
        """Bring anything."""
        raw = [(name.encode(), value.encode("latin-1")) for name, value in text.items()]
        return self.client.post(self.url + WEBHOOKS, content=content, headers=raw)


def headers(content: bytes, event: str, *, guid: str, secret: str = SECRET) -> dict[str, str]:
    """Those of a delivery."""
    digest = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    return {
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": guid,
        "X-Hub-Signature-256": f"sha256={digest}",
    }


def register(sandbox: Sandbox, url: str, **more: Any) -> App:
    """Our App, known to the sandbox, with its webhooks going to `url`."""
    with sandbox.world.lock:
        return apps.create(
            sandbox.world,
            "Milepost Test",
            owner="learner",
            permissions=PERMISSIONS,
            events=EVENTS,
            hook_url=url + WEBHOOKS,
            hook_secret=SECRET,
            **more,
        )


def environment(folder: Path, database_url: str) -> dict[str, str]:
    """Of a server that is no App yet. Things settle at once, and tests ask for many pages."""
    return {
        "MILEPOST_DATA_DIR": str(folder),
        "MILEPOST_DATABASE_URL": database_url,
        "MILEPOST_SETTLE": "0",
        "MILEPOST_WRITE_INTERVAL": "0",
        "MILEPOST_PAGE_LIMIT": "100000",
    }


def as_app(app: App, sandbox: Sandbox) -> dict[str, str]:
    """The part of the environment that makes it that App."""
    return {
        "GITHUB_API_URL": sandbox.api_url,
        "MILEPOST_CLIENT_ID": app.client_id,
        "MILEPOST_PRIVATE_KEY": app.private_key,
        "MILEPOST_WEBHOOK_SECRET": SECRET,
    }


class _Uvicorn(uvicorn.Server):
    def __init__(self, settings: uvicorn.Config) -> None:
        super().__init__(settings)
        self.ready = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        # uvicorn looks ten times a second whether it is to stop, and each test waits for that.
        while not await self.on_tick(0):  # noqa: ASYNC110 - it is told by a flag, from a thread
            await asyncio.sleep(0.01)


@contextlib.contextmanager
def hosted(
    environ: Callable[[str], dict[str, str]], *, change: Callable[[Server], None] = lambda _: None
) -> Iterator[Host]:
    """A server in a thread. `environ` is told its address and gives its environment."""
    listener = uvicorn.Config("none", host="127.0.0.1", port=0, log_config=None).bind_socket()
    # asyncio does so for the sockets that it makes itself; without, each answer takes 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.listen()  # what is delivered before the server has started waits for it
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = config.read(environ(url))
    with Store.open(settings.database_url.get_secret_value()) as store:
        server = Server(settings, store, tick=timedelta(milliseconds=20))
        change(server)
        how = run.settings(build(server), trusted_proxies=settings.trusted_proxies)
        running = _Uvicorn(how)
        thread = threading.Thread(target=lambda: asyncio.run(running.serve([listener])))
        thread.start()
        try:
            assert running.ready.wait(PATIENCE)
            with httpx2.Client(verify=False) as client:
                yield Host(url, server, client)
        finally:
            running.should_exit = True
            thread.join(PATIENCE)
            listener.close()


def eventually(holds: Callable[[], Any], what: str = "") -> None:
    """Wait until it holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, what or "it never came to hold"
        time.sleep(0.01)
