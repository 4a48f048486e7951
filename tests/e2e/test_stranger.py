"""The path of a stranger, as it happens: the wheel in a clean environment, demo, init, first run.

Nothing of this checkout can be imported there but what the wheels hold and the locks name.
"""

import base64
import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from clean_environment import ROOT, build_wheel, make_environment
from moved_clock import starting_at
from sandbox_fixtures import NOW

from bot.cli.workflow import DAILY_PATH, WORKFLOW_PATH
from bot.settings import CONFIG_PATH

SANDBOX = "./github-sandbox '.[sandbox]'"
FILES = (CONFIG_PATH, WORKFLOW_PATH, DAILY_PATH)


class Stranger:
    """Somebody with a clean environment, in an empty folder."""

    def __init__(self, commands: Path, folder: Path) -> None:
        self.folder = folder
        self._commands = commands
        self.environ = {
            "PATH": f"{commands}{os.pathsep}/usr/bin:/bin",
            "HOME": str(folder.parent),
            "TZ": "UTC",
        }

    def __call__(self, *command: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a command of the environment, with this text as its standard input."""
        return subprocess.run(
            [self._commands / command[0], *command[1:]],
            cwd=self.folder,
            env=self.environ,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
        )

    @contextmanager
    def sandbox(self) -> Iterator[None]:
        """Serve a sandbox, and take over the variables that it prints."""
        with subprocess.Popen(
            [self._commands / "milepost", "sandbox", "--port", "0"],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        ) as served:
            assert served.stdout
            limit = threading.Timer(60, served.kill)
            limit.start()
            while "MILEPOST_WRITE_INTERVAL" not in self.environ:
                line = served.stdout.readline()
                assert line, "the sandbox ended"
                self.environ |= dict(re.findall(r"export (\w+)=(\S+)", line))
            limit.cancel()
            try:
                yield
            finally:
                served.terminate()

    def github(self, method: str, path: str, json: Mapping[str, str] | None = None) -> Any:
        """Ask GitHub's API; `path` is below the repository."""
        environ = self.environ
        answer = httpx2.request(
            method,
            f"{environ['GITHUB_API_URL']}/repos/{environ['GITHUB_REPOSITORY']}{path}",
            json=json,
            headers={"Authorization": f"Bearer {environ['GITHUB_TOKEN']}"},
        )
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheels of Milepost and of the stand-in."""
    folder = tmp_path_factory.mktemp("wheels")
    return build_wheel(folder), build_wheel(folder, ROOT / "github-sandbox")


@pytest.fixture
def stranger(wheels: tuple[Path, Path], tmp_path: Path) -> Stranger:
    """Somebody who installed `milepost[sandbox]`."""
    return Stranger(make_environment(tmp_path / "clean", "sandbox", *wheels), _folder(tmp_path))


def test_without_its_extra_a_command_says_what_to_install(
    wheels: tuple[Path, Path], tmp_path: Path
) -> None:
    stranger = Stranger(
        make_environment(tmp_path / "clean", "command", wheels[0]), _folder(tmp_path)
    )
    assert stranger("milepost", "--version").stdout.startswith("milepost ")
    for command, extra in (("demo", SANDBOX), ("sandbox", SANDBOX), ("serve", "'.[server]'")):
        ran = stranger("milepost", command)
        assert (ran.returncode, ran.stdout) == (64, ""), ran.stderr
        [line] = ran.stderr.splitlines()
        assert line.endswith(
            f"which is not installed. Install it in a checkout with: pip install {extra}"
        )


def test_the_demo_runs_from_the_wheels(stranger: Stranger) -> None:
    """By the machine's clock: its thirteen weeks end on whatever day that is."""
    ran = stranger("milepost", "demo")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.count("--- Monday, ") == 13
    assert ran.stdout.endswith("run this in a terminal: milepost demo\n")


def test_from_an_empty_folder_to_a_path_that_the_first_run_made(stranger: Stranger) -> None:
    stranger.environ |= starting_at(NOW)
    with stranger.sandbox():
        ran = stranger("milepost", "init", "--workflow", stdin="\n2026-11-23\nUTC\n\n\n")
        assert (ran.returncode, ran.stdout) == (64, "")
        assert "--action OWNER/milepost@v0" in ran.stderr
        assert not list(stranger.folder.iterdir())

        answers = "\n2026-11-23\nUTC\n\n\nlearning/milepost@v0\n"
        ran = stranger("milepost", "init", "--workflow", stdin=answers)
        assert (ran.returncode, ran.stdout) == (0, "".join(f"Wrote {name}.\n" for name in FILES))
        for name in FILES:
            text = (stranger.folder / name).read_bytes()
            content = {"message": f"Add {name}", "content": base64.b64encode(text).decode()}
            stranger.github("PUT", f"/contents/{name}", content)
        ran = stranger("milepost", "doctor")
        assert ran.returncode == 0, ran.stdout + ran.stderr

        first = run_action(stranger)
        assert (first.returncode, first.stderr) == (0, ""), first.stdout
        titles = [one["title"] for one in stranger.github("GET", "/issues?per_page=100")]
        assert "Your path: From DevOps to MLOps" in titles
        assert len(titles) > 10
        again = run_action(stranger)
        assert "Nothing to change" in again.stdout.splitlines()
        assert stranger("milepost", "status").stdout.startswith("From DevOps to MLOps\n")


def run_action(stranger: Stranger) -> "subprocess.CompletedProcess[str]":
    """What the last step of action.yml runs when somebody presses *Run workflow*."""
    event = {"repository": {"full_name": "learner/portfolio", "default_branch": "main"}}
    file = stranger.folder.parent / "event.json"
    file.write_text(json.dumps(event), encoding="utf-8")
    stranger.environ |= {"GITHUB_EVENT_NAME": "workflow_dispatch", "GITHUB_EVENT_PATH": str(file)}
    stranger.environ |= {"GITHUB_WORKSPACE": str(stranger.folder), "RUNNER_TEMP": str(file.parent)}
    return stranger("python", "-P", "-m", "bot.action")


def _folder(home: Path) -> Path:
    folder = home / "portfolio"
    folder.mkdir()
    return folder
