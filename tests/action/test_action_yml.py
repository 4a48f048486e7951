"""`action.yml` itself: what it declares is what the program reads, and no text becomes code."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import yaml

from bot.action.inputs import ActionCommand, Inputs, read_inputs
from bot.action.outputs import ActivityResult, outputs
from bot.settings import CONFIG_PATH

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CLASSIFIERS: list[str] = PROJECT["classifiers"]
TEXT = (ROOT / "action.yml").read_text(encoding="utf-8")
ACTION: dict[str, Any] = yaml.safe_load(TEXT)
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
INSTALL: str = next(step["run"] for step in STEPS if step.get("id") == "install")
ENV: dict[str, str] = STEPS[-1]["env"]


def test_every_input_is_described_and_has_a_default() -> None:
    for name, declared in ACTION["inputs"].items():
        assert declared["description"], name
        assert isinstance(declared["default"], str), name


def test_every_input_reaches_the_program() -> None:
    passed_on = {name for value in ENV.values() for name in re.findall(r"inputs\.([a-z-]+)", value)}
    assert passed_on | {"python"} == set(ACTION["inputs"])
    given = {
        variable: ACTION["inputs"][found[1]]["default"]
        for variable, value in ENV.items()
        if (found := re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", value))
    }
    assert read_inputs(given) == Inputs()


def test_each_variable_is_read() -> None:
    text = {"command": "plan", "config": "a.yml", "dry_run": "true", "allow_removals": "TRUE"}
    path = {"curriculum": "b", "start": "c", "pace": "d", "timezone": "e", "ahead": "f"}
    text |= {"learners": "g.txt", "webhook": "https://h"}
    variables = {f"MILEPOST_{name.upper()}": value for name, value in (text | path).items()}
    assert set(variables) == {name for name in ENV if name.startswith("MILEPOST_")}
    assert read_inputs(variables) == Inputs(
        command=ActionCommand.PLAN,
        dry_run=True,
        allow_removals=True,
        config="a.yml",
        learners="g.txt",
        webhook="https://h",
        path=path,
    )


def test_the_commands_are_told() -> None:
    reported = ACTION["inputs"]["command"]["description"]
    assert [c for c in ActionCommand if not re.search(rf"\b{c}\b", reported)] == []
    assert ACTION["inputs"]["config"]["default"] == CONFIG_PATH


def test_every_output_is_given() -> None:
    assert set(ACTION["outputs"]) == set(outputs(ActivityResult(title="", why=""), None))
    for name, declared in ACTION["outputs"].items():
        assert declared["value"] == f"${{{{ steps.run.outputs.{name} }}}}"
        assert declared["description"]


def test_no_text_of_anybody_is_part_of_a_command() -> None:
    scripts = [step["run"] for step in STEPS if "run" in step]
    assert len(scripts) == 4
    assert not [script for script in scripts if "${{" in script]
    assert all(step["shell"] == "bash" for step in STEPS if "run" in step)


def test_what_is_downloaded_is_pinned() -> None:
    lines = [line for line in TEXT.split("\n") if "uses:" in line]
    assert lines
    assert all(re.search(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v[\d.]+$", line) for line in lines)
    script = INSTALL.replace("\\\n", " ")
    installs = [line for line in script.split("\n") if re.search(r"\bpip install\b", line)]
    locks = [re.search(r"--requirement requirements/([\w.]+)", line) for line in installs]
    assert [found[1] for found in locks if found] == ["uv.txt", "action.txt"]
    for line in installs:
        assert "--require-hashes" in line
        assert "--no-deps" in line
        assert "--no-build" in line or "--only-binary :all:" in line


def test_it_takes_a_python_of_the_runner_and_none_that_has_no_wheels() -> None:
    assert "--python-preference system" in INSTALL
    tested = [line.rsplit(" ", 1)[1] for line in CLASSIFIERS if re.search(r":: 3\.\d+$", line)]
    newest = int(tested[-1].split(".")[1])
    assert f'--python ">=$oldest,<3.{newest + 1}"' in INSTALL
    assert f"oldest={tested[0]}\n" in INSTALL


def test_a_runner_without_python_is_told_what_to_do(tmp_path: Path) -> None:
    for name in ("python3", "python"):  # as on Windows, where the name may open a shop
        (tmp_path / name).write_text("#!/bin/sh\nexit 9\n")
        (tmp_path / name).chmod(0o755)
    ran = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", INSTALL],
        env={
            "PATH": f"{tmp_path}:/usr/bin:/bin",
            "GITHUB_ACTION_PATH": str(ROOT),
            "RUNNER_TEMP": str(tmp_path),
        },
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stderr) == (1, "")
    [line] = ran.stdout.splitlines()
    assert line.startswith("::error::This runner has no Python 3 with pip. Install both, or name")


def test_the_learner_s_files_are_never_imported(tmp_path: Path) -> None:
    """A folder `bot` in the repository, or a module that Python has, must not run in our place."""
    for name in ("bot", "json"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('theirs')")
    command = STEPS[-1]["run"].strip()
    ran = subprocess.run(
        ["bash", "-e", "-c", command],
        cwd=tmp_path,
        env={"PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 3
    assert "GITHUB_EVENT_PATH: there is no event." in ran.stdout
    assert "theirs" not in ran.stdout + ran.stderr


def test_its_schema_has_nothing_against_it() -> None:
    checker = Path(sys.executable).parent / "check-jsonschema"
    ran = subprocess.run(
        [str(checker), "--builtin-schema", "vendor.github-actions", str(ROOT / "action.yml")],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout
