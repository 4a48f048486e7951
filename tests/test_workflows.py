"""The project's own workflows, image and lists: that they name what is there, and stay least.

`make workflows` runs the checkers over them; here is what no checker knows, and that they bite.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
HOSTILE = """\
name: Hostile
on: [issues]
permissions: {}
jobs:
  greet:
    runs-on: ubuntu-latest
    steps:
      - run: echo "${{ github.event.issue.title }}"
"""
BROKEN = """\
name: Broken
on: [pushed]
jobs:
  none:
    runs-on: ubuntu-latest
    step: []
"""


def read(file: Path) -> dict[str, Any]:
    # In YAML 1.1 the key "on" is a truth value; as text it stays a word.
    loaded = yaml.load(file.read_text(), Loader=yaml.BaseLoader)
    assert isinstance(loaded, dict)
    return loaded


def commands() -> Iterator[str]:
    """Each command line of each workflow."""
    for file in WORKFLOWS:
        for job in read(file)["jobs"].values():
            for step in job.get("steps", ()):
                yield from step.get("run", "").splitlines()


def targets() -> set[str]:
    return set(re.findall(r"^([\w-]+)(?: [\w-]+)*:", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_may_do_nothing_but_what_a_job_says(file: Path) -> None:
    workflow = read(file)
    assert workflow["permissions"] == {}
    assert "concurrency" in workflow
    for name, job in workflow["jobs"].items():
        assert job["permissions"], name
        assert "uses" in job or "timeout-minutes" in job, name


def test_pull_requests_start_only_what_cannot_write() -> None:
    for file in WORKFLOWS:
        workflow = read(file)
        assert "pull_request_target" not in workflow["on"]
        if "pull_request" in workflow["on"]:
            for name, job in workflow["jobs"].items():
                assert set(job["permissions"].values()) == {"read"}, name


def test_every_python_that_the_package_names_is_tested() -> None:
    named = [c.rsplit(" ", 1)[1] for c in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", c)]
    tested = read(ROOT / ".github/workflows/ci.yml")["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert tested == named


def test_workflows_call_targets_that_the_makefile_has() -> None:
    called = {found[1] for line in commands() if (found := re.search(r"\bmake (\w[\w-]*)", line))}
    assert {"test", "setup", "demo", "lock", "dist", "publish"} <= called
    assert called <= targets()


def test_make_test_checks_the_workflows() -> None:
    recipe = re.search(r"^test:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    assert "workflows" in recipe[1]


@pytest.mark.parametrize(
    ("text", "checker"),
    [
        (BROKEN, ("actionlint", "-shellcheck=", "-pyflakes=")),
        (BROKEN, ("check-jsonschema", "--builtin-schema", "vendor.github-workflows")),
        (HOSTILE, ("zizmor", "--offline", "--no-progress")),
    ],
    ids=["actionlint", "check-jsonschema", "zizmor"],
)
def test_the_checkers_bite(text: str, checker: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / ".github/workflows/one.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    name, *options = checker
    found = subprocess.run([BIN / name, *options, file], capture_output=True, text=True, timeout=60)
    assert found.returncode != 0
    assert "one.yml" in found.stdout + found.stderr


@pytest.mark.parametrize("name", ["action", "server"])
def test_the_list_of_parts_names_every_locked_package_and_its_hashes(name: str) -> None:
    reported = subprocess.run(
        [sys.executable, ROOT / "requirements/parts.py", name], capture_output=True, check=True
    )
    parts = json.loads(reported.stdout)
    assert parts["metadata"]["component"]["version"] == PROJECT["version"]
    locked = (ROOT / f"requirements/{name}.txt").read_text()
    names = re.findall(r"^([\w.-]+)==", locked, re.MULTILINE)
    assert [part["name"] for part in parts["components"]] == names
    hashes = [one["value"] for part in parts["components"] for one in part["properties"]]
    assert hashes == re.findall(r"sha256:([0-9a-f]+)", locked)


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_image_is_made_of_files_that_are_there_and_sent() -> None:
    sent = [
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"
    ]
    copied = [
        source
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]
    assert "bot" in copied
    for source in copied:
        assert (ROOT / source).exists(), source
        assert any(fnmatch(source, f"{one}*") for one in sent), source
    installed = {
        name
        for word, rest in instructions()
        if word == "RUN"
        for name in re.findall(r"-r (\S+)", rest)
    }
    assert installed <= set(copied)
    assert "requirements/dev.txt" not in installed


def test_the_image_runs_the_command_and_nobody_special() -> None:
    text = dict(instructions())  # the last of each word is what counts
    assert json.loads(text["ENTRYPOINT"])[0] in PROJECT["scripts"]
    assert text["USER"].split(":")[0].isdecimal()
    assert int(text["USER"].split(":")[0]) > 0
    stages = [rest.split() for word, rest in instructions() if word == "FROM"]
    bases = {stage[0] for stage in stages} - {stage[-1] for stage in stages}
    [base] = bases | {stages[-1][0]}
    assert "slim" in base


def test_images_are_named_by_their_digest_and_renewed_by_pull_requests() -> None:
    stages = [rest.split() for word, rest in instructions() if word == "FROM"]
    bases = {stage[0] for stage in stages} - {stage[-1] for stage in stages if "AS" in stage}
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    images = bases | {service["image"] for service in compose.values() if "build" not in service}
    assert len(images) == 2
    assert all(re.fullmatch(r"[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}", image) for image in images)
    updates = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"]
    assert {"docker", "docker-compose"} <= {update["package-ecosystem"] for update in updates}
