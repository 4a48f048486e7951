"""A server whose App people can sign in to: what they do on our pages and on GitHub's."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from server.person import Page, Person
from server.scenario import BOT, Scenario
from server.server_fixture import (
    EVENTS,
    PERMISSIONS,
    SECRET,
    as_app,
    environment,
    eventually,
    hosted,
)

from bot.server.app import WEBHOOKS
from bot.server.server import Server
from github_sandbox.server import Sandbox
from github_sandbox.state import apps
from github_sandbox.state.objects import App

FILES = {**PERMISSIONS, "contents": "write", "pull_requests": "write"}


class VisitorFixture(Scenario):
    """A server, and people with browsers."""

    @contextlib.contextmanager
    def person(self, login: str = "learner") -> Iterator[Person]:
        """Yield a browser that is signed in at GitHub, but not here yet."""
        with self.world.lock:
            self.world.add_user(login)
        with Person(self.host.url) as somebody:
            root = self.sandbox.url
            answer = somebody.web.post(f"{root}/login", data={"login": login, "return_to": "/"})
            assert answer.status_code == 200
            yield somebody

    def sign_in(self, somebody: Person, then: str = "/") -> Page:
        """Sign in by way of GitHub, which asks for consent once; return the page that follows."""
        page = somebody.open(f"/sign-in?{urlencode({'then': then})}")
        if page.path == "/login/oauth/authorize":
            page = somebody.press(page, "Authorize")
        return page


@contextlib.contextmanager
def visited(
    sandbox: Sandbox, database_url: str, folder: Path, *, files: bool = True, **more: str
) -> Iterator[VisitorFixture]:
    """Run a server with an empty store; `files` lets its App write files there."""
    made: list[App] = []

    def environ(url: str) -> dict[str, str]:
        with sandbox.world.lock:
            app = apps.create(
                sandbox.world,
                "Milepost Test",
                owner="learner",
                permissions=FILES if files else PERMISSIONS,
                events=EVENTS,
                hook_url=url + WEBHOOKS,
                hook_secret=SECRET,
                setup_url=f"{url}/setup",
                callback_urls=[f"{url}/signed-in"],
            )
        made.append(app)
        return {
            **environment(folder, database_url),
            **as_app(app, sandbox),
            "MILEPOST_CLIENT_SECRET": app.client_secret,
            "MILEPOST_PUBLIC_URL": url,
            **more,
        }

    def change(server: Server) -> None:
        server.clock = sandbox.world.clock.exact

    with hosted(environ, change=change) as host:
        eventually(lambda: host.server.bot() == BOT)
        app_server = VisitorFixture(sandbox, made[0], host)
        with app_server.github:
            app_server.settle()
            yield app_server
