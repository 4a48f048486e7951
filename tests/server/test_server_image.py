"""What a release publishes as images: each that the Dockerfile has, under a name of its own."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


def job() -> dict[str, Any]:
    text = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    found = yaml.load(text, Loader=yaml.BaseLoader)["jobs"]["image"]
    assert isinstance(found, dict)
    return found


def step(action: str) -> dict[str, Any]:
    return next(one for one in job()["steps"] if one.get("uses", "").startswith(action))


def test_the_command_and_the_server_are_published_each_under_its_name() -> None:
    listed = job()["strategy"]["matrix"]["include"]
    made = {one["what"]: (one["target"], one["ending"]) for one in listed}
    assert made == {"command": ("", ""), "server": ("server", "-server")}
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stages = re.findall(r"^FROM \S+(?: AS (\S+))?$", dockerfile, re.MULTILINE)
    assert "server" in stages
    assert stages[-1] == "", "without a target the last stage is built: the command"
    names = next(one for one in job()["steps"] if one.get("id") == "name")
    assert names["env"] == {"ENDING": "${{ matrix.ending }}"}
    assert 'name="ghcr.io/${GITHUB_REPOSITORY,,}$ENDING"' in names["run"]
    assert step("docker/build-push-action")["with"]["target"] == "${{ matrix.target }}"


def test_the_image_of_the_server_is_the_one_that_compose_builds() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    assert compose["x-server"]["build"]["target"] == "server"
    guide = (ROOT / "docs/how-to/host-the-app.md").read_text(encoding="utf-8")
    assert "ghcr.io/OWNER/NAME-server:" in guide
