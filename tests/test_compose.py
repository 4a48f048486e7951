"""compose.yaml: what starts with which variables, and with how little power.

There is no Docker here: what it would make of the file is worked out by the rules of the Compose
specification, and handed to the server's own configuration.
"""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.server import config
from bot.server.health import READINESS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
POSTGRES = {"COMPOSE_PROFILES": "postgres", "POSTGRES_PASSWORD": "canary"}
# ${NAME:-else} and ${NAME:+then}, the innermost first.
_PLAIN = re.compile(r"\$\{([A-Z_]+)\}")
_VARIABLE = re.compile(r"\$\{([A-Z_]+):([-+])([^${}]*)\}")


def filled(value: Any, environ: Mapping[str, str]) -> Any:
    """With its variables filled in, as the specification's chapter on interpolation says."""
    if isinstance(value, dict):
        return {name: filled(one, environ) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, environ) for one in value]
    if not isinstance(value, str):
        return value

    def text(found: re.Match[str]) -> str:
        name, sign, other = found.groups()
        known = environ.get(name, "")
        return (known or other) if sign == "-" else (other if known else "")

    while "${" in value:
        before = value
        value = _PLAIN.sub(lambda found: environ.get(found[1], ""), _VARIABLE.sub(text, value))
        assert value != before, f"nobody knows how to fill in {value}"
    return value


def services(environ: Mapping[str, str]) -> dict[str, Any]:
    """Those that start."""
    wanted = set(environ.get("COMPOSE_PROFILES", "").split(","))
    made: dict[str, Any] = filled(yaml.safe_load(TEXT), environ)["services"]
    return {
        name: service
        for name, service in made.items()
        if not service.get("profiles") or wanted & set(service["profiles"])
    }


def configured(service: Mapping[str, Any]) -> config.ServerConfig:
    """As a server in that container reads its environment."""
    text: dict[str, str] = service["environment"]
    assert set(text) <= config.VARIABLES.keys()
    return config.read({"MILEPOST_DATA_DIR": "/data", **text})


def test_by_default_one_container_does_all() -> None:
    assert list(services({})) == ["milepost"]
    found = configured(services({})["milepost"])
    assert found.database_url.get_secret_value() == "sqlite:////data/milepost.sqlite3"
    assert found.threads == 8
    assert configured(services({"MILEPOST_THREADS": "3"})["milepost"]).threads == 3


def test_with_postgresql_workers_do_the_work() -> None:
    made = services(POSTGRES)
    assert set(made) == {"milepost", "worker", "postgres"}
    web, worker = configured(made["milepost"]), configured(made["worker"])
    url = "postgresql+psycopg://milepost:canary@postgres/milepost"
    assert {one.database_url.get_secret_value() for one in (web, worker)} == {url}
    assert (web.threads, worker.threads) == (0, 8)
    assert int(made["worker"]["deploy"]["replicas"]) > 1
    assert made["postgres"]["environment"]["POSTGRES_PASSWORD"] == "canary"


@pytest.mark.parametrize("name", services(POSTGRES))
def test_a_container_has_no_more_power_than_it_needs(name: str) -> None:
    service = services(POSTGRES)[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"].split(":")[0] not in {"", "0", "root"}
    assert not {"privileged", "cap_add", "network_mode", "pid"} & service.keys()
    assert service["healthcheck"]["test"][0] == "CMD"
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert not [one for one in service["volumes"] if one.startswith(("/", "."))]
    assert all("noexec" in one for one in service["tmpfs"])


@pytest.mark.parametrize("name", services(POSTGRES))
def test_a_container_takes_no_more_memory_and_disk_than_its_share(name: str) -> None:
    service = services(POSTGRES)[name]
    megabytes = {"m": 1, "g": 1024}
    most = int(service["mem_limit"][:-1]) * megabytes[service["mem_limit"][-1]]
    assert 512 <= most <= 1024
    assert service["pids_limit"] <= 256
    # Rotated, else a log fills the disk.
    assert service["logging"]["driver"] == "local"
    options = service["logging"]["options"]
    assert int(options["max-size"].rstrip("m")) * int(options["max-file"]) <= 100


def test_a_server_may_have_another_share_of_the_memory() -> None:
    for name in ("milepost", "worker"):
        service = services({**POSTGRES, "MILEPOST_MEMORY": "2g"})[name]
        assert (service["mem_limit"], service["memswap_limit"]) == ("2g", "2g")


def test_only_servers_reach_the_world() -> None:
    made = yaml.safe_load(TEXT)
    assert made["networks"]["store"]["internal"] is True
    assert made["services"]["postgres"]["networks"] == ["store"]


def test_the_image_is_the_server_and_keeps_its_files_in_the_volume() -> None:
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    service = services({})["milepost"]
    target = service["build"]["target"]
    [stage] = [one for one in stages if one.split("\n")[0].endswith(f" AS {target}")]
    user = re.search(r"^USER (\S+)", stage, re.MULTILINE)
    folder = re.search(r"MILEPOST_DATA_DIR=(\S+)", stage)
    assert user
    assert folder
    assert user[1] == service["user"]
    assert service["volumes"] == [f"data:{folder[1]}"]
    assert '"serve"' in stage
    requested = re.findall(r"http://127\.0\.0\.1:8000(/\w+)", stage + str(service["healthcheck"]))
    assert requested == [READINESS, READINESS]


def test_the_checker_bites(tmp_path: Path) -> None:
    broken = tmp_path / "compose.yaml"
    broken.write_text(TEXT.replace("read_only: true", "readonly: true", 1))
    checker = Path(sys.executable).with_name("check-jsonschema")
    found = [
        subprocess.run(
            [checker, "--builtin-schema", "vendor.compose-spec", file], capture_output=True
        ).returncode
        for file in (ROOT / "compose.yaml", broken)
    ]
    assert found[0] == 0
    assert found[1] != 0
