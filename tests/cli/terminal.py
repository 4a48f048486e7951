"""A person at a terminal: an empty folder, a sandbox as GitHub, and the command `milepost`.

Commands run in this process, for speed; `process` starts a real one where that is the point.
"""

import io
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx2
import pytest
import yaml
from moved_clock import python_path
from planning.paths import SMALL

from bot.cli.app import run
from bot.curriculum.model import Curriculum
from bot.settings import CONFIG_PATH
from github_sandbox.server import Sandbox

CURRICULUM = "path.yml"
PATIENCE = 20  # seconds
CLEARED = ("GITHUB_TOKEN", "GH_TOKEN", "GITHUB_REPOSITORY", "GITHUB_API_URL", "GITHUB_GRAPHQL_URL")


@dataclass(frozen=True)
class CommandRun:
    """What a command left: its exit code and what it said."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


class Terminal:
    """A folder, an environment and a GitHub, with the command at hand."""

    def __init__(self, sandbox: Sandbox, folder: Path, environ: Mapping[str, str]) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.environ = dict(environ)
        self._capture: pytest.CaptureFixture[str] | None = None
        self._patch: pytest.MonkeyPatch | None = None

    def attach(self, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        """Let commands run in this process: its output is caught, its environment replaced."""
        self._capture, self._patch = capture, patch
        patch.chdir(self.folder)
        patch.setattr(sys, "stdin", io.StringIO())  # nobody answers
        for name in CLEARED:
            patch.delenv(name, raising=False)
        for name, value in self.environ.items():
            patch.setenv(name, value)

    def setenv(self, **variables: str | None) -> None:
        """Change variables of the environment; None takes one away."""
        assert self._patch
        for name, value in variables.items():
            self.environ.pop(name, None)
            self._patch.delenv(name, raising=False)
            if value is not None:
                self.environ[name] = value
                self._patch.setenv(name, value)

    def __call__(self, *arguments: str) -> CommandRun:
        """Run `milepost` with these arguments, in this process, by the sandbox's clock."""
        assert self._capture
        self._capture.readouterr()
        code = run(arguments, clock=self.sandbox.world.clock.exact)
        caught = self._capture.readouterr()
        return CommandRun(code, caught.out, caught.err)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start a real `milepost`, by the machine's clock, and do not wait for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            text=True,
            **{"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, **options},
        )

    def run(self, *command: str) -> CommandRun:
        """Run any command as a process of its own."""
        ended = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return CommandRun(ended.returncode, ended.stdout, ended.stderr)

    def dialogue(self, *arguments: str, answers: Mapping[str, str]) -> CommandRun:
        """Run it in a real terminal; a question that holds a key gets its answer."""
        master, slave = pty.openpty()
        with (
            self.start(*arguments, stdin=slave, stderr=slave) as process,
            os.fdopen(master, "r+b", buffering=0) as screen,
        ):
            os.close(slave)
            shown = _converse(screen, dict(answers))
            out = process.stdout.read() if process.stdout else ""
            code = process.wait(60)
        return CommandRun(code, out, shown)

    def write(self, name: str, text: str) -> Path:
        """A file in the folder."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def settings(self, **fields: Any) -> None:
        """`.github/milepost.yml` in the folder: the whole small path at once."""
        self.write(CONFIG_PATH, settings_text(**fields))

    def follow(self, path: Curriculum = SMALL, **fields: Any) -> None:
        """Settings, and the curriculum file that they name."""
        self.write(CURRICULUM, curriculum_text(path))
        self.settings(**fields)

    def push(self, name: str, text: str) -> None:
        """A file on the default branch of the repository."""
        world = self.sandbox.world
        with world.lock:
            world.commit_files(world.repository(), {name: text.encode()}, f"Add {name}")

    def github(self, method: str, path: str, **json: Any) -> Any:
        """What the learner does by the API; `path` is below the repository."""
        answer = httpx2.request(
            method,
            f"{self.sandbox.api_url}/repos/{self.sandbox.repository}{path}",
            json=json or None,
            headers={"Authorization": f"Bearer {self.sandbox.token}", "User-Agent": "learner"},
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def issue(self, title: str) -> dict[str, Any]:
        """The issue whose title begins so. Fails when there is none."""
        found = [i for i in self.issues() if i["title"].startswith(title)]
        assert found, f"no issue {title!r}"
        return found[0]

    def issues(self) -> list[dict[str, Any]]:
        """All issues, in order of number."""
        listed = self.github("GET", "/issues?state=all&per_page=100&direction=asc")
        assert isinstance(listed, list)
        return listed


def _converse(screen: IO[bytes], answers: dict[str, str]) -> str:
    """Read until the other side hangs up, answering each question once."""
    shown = unanswered = ""
    while True:
        ready, _, _ = select.select([screen], [], [], PATIENCE)
        assert ready, f"still waiting after:\n{shown}"
        try:
            read = screen.read(4096).decode()
        except OSError:  # so Linux says that the last one closed the terminal
            return shown
        shown += read
        unanswered += read
        for question in [
            q for q in answers if q in unanswered and unanswered.rstrip().endswith(":")
        ]:
            screen.write(f"{answers.pop(question)}\n".encode())
            unanswered = ""


def settings_text(**fields: Any) -> str:
    """The settings file with these fields in place of the usual ones."""
    usual = {"curriculum": CURRICULUM, "start": "2026-01-05", "ahead": "all"}
    return yaml.safe_dump(usual | fields, sort_keys=False)


def curriculum_text(path: Curriculum) -> str:
    """A curriculum as the file that holds it."""
    data = path.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def environment(sandbox: Sandbox, home: Path) -> dict[str, str]:
    """An environment in which the sandbox is GitHub and nothing of this machine's user is seen."""
    stored = {name: value for name, value in os.environ.items() if name not in CLEARED}
    places = {"HOME": home, "MILEPOST_CACHE_DIR": home / "cache"}
    places |= {f"XDG_{name}_HOME": home / name.lower() for name in ("CACHE", "STATE", "DATA")}
    return {
        **stored,
        **{name: str(place) for name, place in places.items()},
        "GITHUB_API_URL": sandbox.api_url,
        "GITHUB_GRAPHQL_URL": sandbox.graphql_url,
        "GITHUB_REPOSITORY": sandbox.repository,
        "GITHUB_TOKEN": sandbox.token,
        "MILEPOST_WRITE_INTERVAL": "0",
        "COLUMNS": "80",
        "TZ": "UTC",
        "PYTHONPATH": python_path(Path(__file__).parents[2]),
        "GIT_CEILING_DIRECTORIES": str(home),
    }


@pytest.fixture
def terminal(
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Terminal:
    """A terminal in an empty folder, with the sandbox as GitHub."""
    folder = tmp_path / "portfolio"
    folder.mkdir()
    opened = Terminal(sandbox, folder, environment(sandbox, tmp_path))
    opened.attach(capsys, monkeypatch)
    return opened


def without_times(text: str) -> str:
    """Text for a golden file: ports and temporary folders replaced."""
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    return re.sub(r"/\S*/portfolio", "FOLDER", text)
