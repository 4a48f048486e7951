"""GitHub's runner, played by act: a workflow in a folder, with local folders for its actions."""

import compileall
import json
import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACT = Path(sys.executable).parent / "act"
NEEDS_ACT = pytest.mark.skipif(not ACT.exists(), reason="act's wheel is not installed")
STUB = {
    "name": "Stub",
    "description": "Stands in for an action that would be downloaded.",
    "runs": {"using": "composite", "steps": [{"run": "true", "shell": "bash"}]},
}


@dataclass(frozen=True)
class Job:
    """What the runner saw: the exit code, what steps printed, commands that it obeyed."""

    code: int
    printed: str
    outputs: dict[str, str]
    summary: str
    errors: tuple[tuple[str, dict[str, str]], ...]
    warnings: tuple[str, ...]


class ActRun(NamedTuple):
    """An event with its payload, and the token of the runs that it starts."""

    event: str
    payload: Mapping[str, Any]
    token: str


class Act:
    """Runs workflows. `action` is what they call Milepost, whose code is the folder `milepost`."""

    def __init__(self, home: Path, workflows: Iterable[Path], action: str, milepost: Path) -> None:
        self._home = home
        stub = home / "stub"
        stub.mkdir(parents=True)
        (stub / "action.yml").write_text(yaml.safe_dump(STUB), encoding="utf-8")
        named = [name for file in (ROOT / "action.yml", *workflows) for name in _uses(file)]
        self._local = dict.fromkeys(named, stub) | {action: milepost}

    def __call__(self, run: ActRun, folder: Path, workflow: str, env: Mapping[str, str]) -> Job:
        """Let an event happen in a checkout; `workflow` is the path of the file in it."""
        file = self._home / "event.json"
        file.write_text(json.dumps(run.payload))
        more = {"MILEPOST_PYTHON": sys.executable, "MILEPOST_WRITE_INTERVAL": "0"}
        options = [f"--env={name}={value}" for name, value in {**more, **env}.items()]
        options += [f"--local-repository={uses}={place}" for uses, place in self._local.items()]
        ended = subprocess.run(
            [
                *(str(ACT), run.event, "--json", "--eventpath", str(file)),
                *("--workflows", workflow, "--pull=false", "--no-cache-server"),
                *("--platform", "ubuntu-latest=-self-hosted"),
                *("--action-cache-path", str(self._home / "cache")),
                *("--secret", f"GITHUB_TOKEN={run.token}", *options),
            ],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self._home)},
            capture_output=True,
            text=True,
            timeout=90,
        )
        return _read(ended)


def commit_all(folder: Path) -> None:
    """Make a folder a checkout with one commit, which act wants."""
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "All"]):
        identity = ["-c", "user.name=learner", "-c", "user.email=learner@example.com"]
        subprocess.run(["git", *identity, *words], cwd=folder, check=True)


def _uses(file: Path) -> list[str]:
    """The actions that a file names, with the ref that it names them by."""
    words = file.read_text(encoding="utf-8").split("\n")
    return [line.split("uses:")[1].split("#")[0].strip() for line in words if "uses:" in line]


def _read(ended: "subprocess.CompletedProcess[str]") -> Job:
    lines = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
    reported = [line for line in lines if line.get("command") == "set-output"]
    pages = [line["content"] for line in lines if line.get("command") == "summary"]
    return Job(
        code=ended.returncode,
        printed="".join(line["msg"] for line in lines if line.get("raw_output")),
        outputs={line["name"]: line["arg"] for line in reported},
        summary=pages[-1] if pages else "",
        errors=tuple(
            (line["arg"], line.get("kvPairs") or {})
            for line in lines
            if line.get("command") == "error"
        ),
        warnings=tuple(line["arg"] for line in lines if line.get("command") == "warning"),
    )


@pytest.fixture(scope="module")
def milepost(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a runner would download, compiled: act copies it for each run, and loses its times."""
    folder = tmp_path_factory.mktemp("milepost")
    shutil.copy(ROOT / "action.yml", folder)
    unused = shutil.ignore_patterns("sandbox", "server", "__pycache__")
    for part in ("bot", "templates"):
        shutil.copytree(ROOT / part, folder / part, ignore=unused)
    compileall.compile_dir(
        folder / "bot", quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )
    return folder
