"""A sandbox in which our App is, and the server that is it: what tests do there and look at."""

import base64
import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx2
import sqlalchemy as sa
import yaml
from planning.paths import SMALL
from server.server_fixture import Host, as_app, environment, eventually, hosted, register

from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.marker import find
from bot.server.store.rows import Subject, repository
from bot.server.store.tables import jobs
from bot.settings import CONFIG_PATH
from github_sandbox.server import Sandbox
from github_sandbox.state import apps, issues
from github_sandbox.state.objects import App, Installation, Issue, Repository

SETTINGS = {"curriculum": "path.yml", "start": "2026-01-05", "timezone": "Europe/Berlin"}
BOT = "milepost-test[bot]"


class Scenario:
    """A sandbox in which our App is, and the server that is it."""

    def __init__(self, sandbox: Sandbox, app: App, host: Host) -> None:
        self.sandbox = sandbox
        self.world = sandbox.world
        self.app = app
        self.host = host
        self.learner = sandbox.world.actor()
        self.home = sandbox.world.repository()
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        self.github = httpx2.Client(base_url=sandbox.api_url, headers=headers, verify=False)

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
        store = self.host.store
        with store.engine.connect() as connection:
            rows = connection.execute(sa.select(jobs.c.holder, jobs.c.due_at)).all()
        # Only now, for the database may have kept us waiting.
        now = self.host.server.clock()
        left = [row for row in rows if row.holder or (row.due_at and row.due_at <= now)]
        return not left and store.inbox.waiting()[0] == 0

    def settle(self) -> None:
        eventually(self.settled, "the server never came to rest")

    def settle_with(self, row: str) -> None:
        """Settle, and see what the row says then."""
        self.settle()
        assert self.row() == row

    def wake(self, subject: Subject | None = None) -> None:
        """Have it looked at now, the repository unless another is named, and what follows."""
        wanted = subject or repository(self.home.id)
        self.host.store.jobs.schedule(wanted, at=self.host.server.clock())
        self.settle()

    def installation(self, found: Installation) -> str:
        row = self.host.store.repositories.installation(found.id)
        return row.state if row else ""

    def other_issues(self) -> list[Issue]:
        """Issues of ours that are no work."""
        tasks = self.tasks()
        with self.world.lock:
            return [i for i in self.home.issues.values() if i not in tasks and i.is_open]

    def syncs(self) -> int:
        """How often the repository was looked at."""
        return sum(
            entry.path == f"/repositories/{self.home.id}" for entry in self.world.journal.entries
        )

    def row(self, home: Repository | None = None) -> str:
        found = self.host.store.repositories.repository((home or self.home).id)
        assert found is not None
        return f"{found.full_name} {found.state} {found.result}".strip()

    def writes(self) -> int:
        """How often we wrote something in a repository."""
        return sum(
            entry.path.startswith("/repos/") and "contents" not in entry.path
            for entry in self.world.journal.writes
        )


@contextlib.contextmanager
def year_run(sandbox: Sandbox, database_url: str, folder: Path, **more: str) -> Iterator[Scenario]:
    """A town with an empty store."""
    app: list[App] = []

    def environ(url: str) -> dict[str, str]:
        app.append(register(sandbox, url))
        return {**environment(folder, database_url), **as_app(app[0], sandbox), **more}

    with hosted(environ) as host:
        eventually(lambda: host.server.bot() == BOT)
        made = Scenario(sandbox, app[0], host)
        with made.github:
            # The first look at the App is over, so that what follows is known by deliveries alone.
            made.settle()
            yield made
