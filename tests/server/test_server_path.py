"""From an installation to progress, over real HTTP, with the sandbox as GitHub."""

import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
import yaml
from planning.paths import SMALL
from server.hosting import Host, as_app, environment, eventually, hosted, register

from bot.planning.desired import SUMMARY_KEY
from bot.planning.marker import find
from bot.sandbox.server import Sandbox
from bot.sandbox.state import apps, issues
from bot.sandbox.state.objects import App, Installation, Issue, Repository
from bot.server.store.rows import repository
from bot.server.store.tables import agenda
from bot.settings import CONFIG_PATH

SETTINGS = {"curriculum": "path.yml", "start": "2026-01-05", "timezone": "Europe/Berlin"}
BOT = "milepost-test[bot]"


class Town:
    """A sandbox in which our App is, and the server that is it."""

    def __init__(self, sandbox: Sandbox, app: App, host: Host) -> None:
        self.sandbox = sandbox
        self.world = sandbox.world
        self.app = app
        self.host = host
        self.learner = sandbox.world.actor()
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        self.github = httpx.Client(base_url=sandbox.api_url, headers=headers, verify=False)

    @property
    def home(self) -> Repository:
        return self.world.repository()

    def install(self, *repositories: Repository) -> Installation:
        """As its owner does on GitHub's page."""
        with self.world.lock:
            chosen = list(repositories) or None
            return apps.install(self.world, self.app, "learner", repositories=chosen)

    def configure(self, home: Repository | None = None, **settings: object) -> None:
        """Commit the settings and the curriculum, as a learner does."""
        path = yaml.safe_dump(SMALL.model_dump(mode="json", exclude_defaults=True))
        self.put("path.yml", path, home)
        self.put(CONFIG_PATH, yaml.safe_dump({**SETTINGS, **settings}), home)

    def put(self, path: str, text: str, home: Repository | None = None) -> None:
        """Commit a file, as a learner does on its page."""
        at = f"/repos/{(home or self.home).full_name}/contents/{path}"
        there = self.github.get(at)
        sha = {"sha": there.json()["sha"]} if there.status_code == 200 else {}
        content = base64.b64encode(text.encode()).decode()
        answer = self.github.put(at, json={"message": "Write", "content": content, **sha})
        assert answer.status_code < 300, answer.text

    def close(self, *found: Issue) -> None:
        """As the learner does."""
        for issue in found:
            with self.world.lock:
                issues.edit(self.world, self.learner, self.home, issue, {"state": "closed"})

    def tasks(self) -> list[Issue]:
        """Issues of ours that are work."""
        with self.world.lock:
            return [
                issue
                for issue in self.home.issues.values()
                if (marked := find(issue.body or "")) and marked.marker.key.startswith("task:")
            ]

    def summary(self) -> Issue | None:
        """The issue with the dashboard."""
        with self.world.lock:
            for issue in self.home.issues.values():
                marked = find(issue.body or "")
                if marked and marked.marker.key == SUMMARY_KEY:
                    return issue
        return None

    def settled(self) -> bool:
        """Whether nothing is on its way or waiting to be done now."""
        self.sandbox.webhooks.settle()
        now, store = self.host.server.clock(), self.host.store
        taken_or_due = sa.or_(agenda.c.holder.is_not(None), agenda.c.due_at <= now)
        with store.engine.connect() as connection:
            left = connection.execute(sa.select(agenda.c.id).where(taken_or_due)).first()
        return left is None and store.inbox.waiting()[0] == 0

    def settle(self) -> None:
        eventually(self.settled, "the server never came to rest")

    def row(self, home: Repository | None = None) -> str:
        found = self.host.store.register.repository((home or self.home).id)
        assert found is not None
        return f"{found.full_name} {found.state} {found.result}".strip()

    def writes(self) -> int:
        """How often we wrote something in a repository."""
        return sum(
            entry.path.startswith("/repos/") and "contents" not in entry.path
            for entry in self.world.journal.writes
        )


@pytest.fixture
def town(sandbox: Sandbox, database_url: str, tmp_path: Path) -> Iterator[Town]:
    app: list[App] = []

    def environ(url: str) -> dict[str, str]:
        app.append(register(sandbox, url))
        return {**environment(tmp_path, database_url), **as_app(app[0], sandbox)}

    with hosted(environ) as host:
        eventually(lambda: host.server.bot() == BOT)
        made = Town(sandbox, app[0], host)
        with made.github:
            yield made


def test_from_an_installation_to_progress(town: Town) -> None:
    town.install()
    eventually(lambda: town.host.store.register.repository(town.home.id))
    town.settle()
    assert town.row() == "learner/portfolio active unset"
    assert town.writes() == 0

    town.configure()
    town.settle()
    assert town.row() == "learner/portfolio active synced"
    assert town.tasks()
    summary = town.summary()
    assert summary is not None
    assert summary.user.login == BOT
    before = summary.body

    town.close(*town.tasks()[:2])
    town.settle()
    assert summary.body != before
    assert town.host.store.register.repository_named("Learner/Portfolio")

    # What is there now stays: another look finds nothing to write.
    writes = town.writes()
    town.host.store.agenda.wake(repository(town.home.id), at=town.host.server.clock())
    town.settle()
    assert town.writes() == writes
