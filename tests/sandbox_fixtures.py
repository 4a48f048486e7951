"""The `sandbox` fixture: a stand-in for GitHub over real HTTP, as new for every test.

One server thread serves the whole session; its world is reset before each test. `sandbox_app` is an
App installed there, `webhook_inbox` a little server that keeps what webhooks bring.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from github_sandbox.server import Sandbox, running
from github_sandbox.state import apps
from github_sandbox.state.objects import App, Installation

EVENTS = ["issues", "issue_comment", "label", "milestone", "push", "repository"]


@pytest.fixture(scope="session")
def _sandbox_server() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_sandbox_server: Sandbox) -> Iterator[Sandbox]:
    """A running sandbox with a fresh world: one learner, one repository, one token."""
    _sandbox_server.world.reset()
    yield _sandbox_server
    _sandbox_server.webhooks.settle()


@dataclass(frozen=True)
class Received:
    """One webhook as it arrived; header names are lower-case."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Inbox:
    """Where webhooks go. `status` is what it answers."""

    url: str = ""
    status: int = 202
    received: list[Received] = field(default_factory=list)


@pytest.fixture
def webhook_inbox() -> Iterator[Inbox]:
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            inbox.received.append(Received(headers, body))
            self.send_response(inbox.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        inbox.url = f"http://127.0.0.1:{server.server_port}/hooks"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield inbox
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class SandboxApp:
    """An App of the sandbox, installed on the learner's account."""

    sandbox: Sandbox
    app: App
    installation: Installation

    def jwt(self, *, issued: int = -60, expires: int = 540) -> str:
        """A JSON web token; the times are seconds from the sandbox's now."""
        import jwt

        now = int(self.sandbox.world.clock.exact().timestamp())
        claims = {"iat": now + issued, "exp": now + expires, "iss": self.app.client_id}
        return jwt.encode(claims, self.app.private_key, algorithm="RS256")


@pytest.fixture
def sandbox_app(sandbox: Sandbox, webhook_inbox: Inbox) -> SandboxApp:
    world = sandbox.world
    with world.lock:
        app = apps.create(
            world,
            "Milepost Test",
            owner="learner",
            permissions={"issues": "write", "metadata": "read", "contents": "read"},
            events=EVENTS,
            hook_url=webhook_inbox.url,
            hook_secret="It's a Secret to Everybody",
        )
        return SandboxApp(sandbox, app, apps.install(world, app, "learner"))
