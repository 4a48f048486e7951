"""A receiver of webhooks and an installed App, for tests with or without pytest."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from github_sandbox.server import Sandbox
from github_sandbox.state import apps
from github_sandbox.state.objects import App, Installation

EVENTS = ["issues", "issue_comment", "label", "milestone", "push", "repository"]
SECRET = "It's a Secret to Everybody"  # noqa: S105 - the example of GitHub's documentation


@dataclass(frozen=True)
class ReceivedWebhook:
    """One webhook as it arrived; header names are lower-case."""

    headers: dict[str, str]
    body: bytes


@dataclass
class WebhookInbox:
    """A server at `url` that records webhooks and answers each with `status`."""

    url: str = ""
    status: int = 202
    received: list[ReceivedWebhook] = field(default_factory=list)

    @classmethod
    @contextmanager
    def listening(cls) -> "Iterator[WebhookInbox]":
        """Listen on a free port of 127.0.0.1 for as long as the context lasts."""
        inbox = cls()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                inbox.received.append(ReceivedWebhook(headers, body))
                self.send_response(inbox.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                """Write no access log."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            inbox.url = f"http://127.0.0.1:{server.server_port}/hooks"
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield inbox
            finally:
                server.shutdown()
                thread.join()


@dataclass(frozen=True)
class InstalledApp:
    """An App of the sandbox, installed on the account that owns the first repository."""

    sandbox: Sandbox
    app: App
    installation: Installation

    @classmethod
    def create(cls, sandbox: Sandbox, hook_url: str, name: str = "Test App") -> "InstalledApp":
        """Register an App that may write issues and read contents, and install it."""
        world = sandbox.world
        with world.lock:
            app = apps.create(
                world,
                name,
                owner=world.owner,
                permissions={"issues": "write", "metadata": "read", "contents": "read"},
                events=EVENTS,
                hook_url=hook_url,
                hook_secret=SECRET,
            )
            return cls(sandbox, app, apps.install(world, app, world.owner))

    def jwt(self, *, issued: int = -60, expires: int = 540) -> str:
        """Return a JSON web token of the App; times are seconds from the sandbox's now."""
        import jwt

        now = int(self.sandbox.world.clock.exact().timestamp())
        claims = {"iat": now + issued, "exp": now + expires, "iss": self.app.client_id}
        return jwt.encode(claims, self.app.private_key, algorithm="RS256")
