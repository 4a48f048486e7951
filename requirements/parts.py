"""Prints what Milepost is made of, as CycloneDX: locked packages with their hashes.

The argument names the set: `action` for a run of the Action, `server` for the server.
"""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
_PACKAGE = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?P<rest>(?:.*\\\n)*.*)", re.MULTILINE
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def parts(locked: str, version: str) -> dict[str, object]:
    """CycloneDX 1.6 of a file of locked requirements, for Milepost of that version."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _component("application", "milepost", version)},
        "components": [
            _component("library", found["name"], found["version"])
            | {"properties": [{"name": "sha256", "value": h} for h in _HASH.findall(found["rest"])]}
            for found in _PACKAGE.finditer(locked)
        ],
    }


def _component(kind: str, name: str, version: str) -> dict[str, object]:
    purl = f"pkg:pypi/{name}@{version}"
    return {"type": kind, "name": name, "version": version, "purl": purl, "bom-ref": purl}


if __name__ == "__main__":
    project = (HERE.parent / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    if version is None:
        sys.exit("pyproject.toml names no version")
    made = parts((HERE / f"{sys.argv[1]}.txt").read_text(encoding="utf-8"), version[1])
    json.dump(made, sys.stdout, indent=2)
    sys.stdout.write("\n")
