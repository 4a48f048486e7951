"""A template on the sandbox, made by `milepost template`, and runs in what is made from it."""

from pathlib import Path
from typing import Any

from cli.terminal import Terminal
from e2e.act_runner import Act, ActRun, Job, commit_all
from moved_clock import starting_at
from sandbox_fixtures import NOW

from bot.cli.workflow import DAILY_PATH, WORKFLOW_PATH
from github_sandbox.api.shapes import Shapes
from github_sandbox.api.webhook_shapes import payload
from github_sandbox.state.bots import actions_token
from github_sandbox.state.events import Event
from github_sandbox.state.objects import Repository

ACTION = "learning/milepost@v0"
TEMPLATE = "learning/devops-to-mlops"
RIGHTS = {"contents": "write", "issues": "write", "metadata": "read"}


class TemplateStage:
    """The template, with the pushes to other repositories since then."""

    def __init__(self, terminal: Terminal, milepost: Path) -> None:
        assert terminal("template", "made", "--action", ACTION).code == 0
        made = terminal.folder / "made"
        self.sandbox, self.world = terminal.sandbox, terminal.sandbox.world
        self._home = terminal.folder.parent
        workflows = [made / path for path in (WORKFLOW_PATH, DAILY_PATH)]
        self._act = Act(self._home / "runner", workflows, ACTION, milepost)
        self._api = terminal.environ["GITHUB_API_URL"]
        self.pushes: list[Event] = []
        files = {
            str(one.relative_to(made)): one.read_bytes() for one in made.rglob("*") if one.is_file()
        }
        with self.world.lock:
            self.template = self.world.add_repository(TEMPLATE, empty=True)
            self.template.is_template = True
            self.world.commit_files(self.template, files, "Write the template")
            self.world.listeners.append(self._listen)

    def _listen(self, event: Event) -> None:
        if event.name == "push":
            self.pushes.append(event)

    def event(self, push: Event, **more: Any) -> dict[str, Any]:
        """The payload of a push, as Actions gets it: without the files of its commits."""
        with self.world.lock:
            body = payload(Shapes(self.world, self.sandbox.url, push.actor), push, None)
        for commit in (*body["commits"], body["head_commit"]):
            for name in ("added", "modified", "removed"):
                commit.pop(name, None)
        return body | more

    def run(self, home: Repository, event: dict[str, Any], workflow: str = DAILY_PATH) -> Job:
        """Run one of the repository's workflows on a push."""
        folder = self._home / f"checkout-{home.name}"
        with self.world.lock:
            head = home.git.head(home.default_branch)
            assert head is not None
            files = dict(head.files)
            token = actions_token(self.world, home, permissions=RIGHTS).value
        if not folder.exists():
            for path, data in files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(data)
            commit_all(folder)
        env = {
            "GITHUB_API_URL": self._api,
            "GITHUB_GRAPHQL_URL": f"{self.sandbox.url}/api/graphql",
            "GITHUB_REPOSITORY": home.full_name,
            **starting_at(NOW),
        }
        return self._act(ActRun("push", event, token), folder, workflow, env)
