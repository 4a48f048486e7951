"""Virtual environments that hold the packages of one lock file and nothing else, without a network.

The packages are those of the environment that runs the tests, linked one by one: what the lock
does not name cannot be imported.
"""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")


def make_environment(folder: Path, lock: str, *wheels: Path) -> Path:
    """Make an environment with the packages of requirements/`lock`.txt; return its `bin`.

    `wheels` are installed into it as pip does, with their commands.
    """
    python = folder / "bin/python"
    _run(UV, "venv", "--quiet", "--no-config", "--python", sys.executable, folder)
    [site] = folder.glob("lib/python*/site-packages")
    for name, marker in _locked(lock):
        _link(name, site, required=not marker)
    if wheels:
        options = ("--quiet", "--no-config", "--offline", "--no-deps", "--python", python)
        _run(UV, "pip", "install", *options, *wheels)
    return python.parent


def build_wheel(folder: Path, project: Path = ROOT) -> Path:
    """Build the wheel of a project of this tree into a folder; return its path."""
    folder.mkdir(exist_ok=True)
    before = set(folder.glob("*.whl"))
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=project)
    [built] = set(folder.glob("*.whl")) - before
    return built


def _locked(lock: str) -> list[tuple[str, str]]:
    """Return name and environment marker of each package of a lock file."""
    text = (ROOT / f"requirements/{lock}.txt").read_text(encoding="utf-8")
    return re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==[^\s;]+(?: ; ([^\\\n]+))?", text, re.MULTILINE)


def _link(name: str, site: Path, *, required: bool) -> None:
    """Link the top-level files and folders of an installed package into another environment."""
    try:
        files = distribution(name).files or ()
    except PackageNotFoundError:
        assert not required, name
        return
    tops = {file.parts[0]: file for file in files if file.parts[0] not in {"..", "__pycache__"}}
    for top, file in tops.items():
        place = Path(str(file.locate()))
        for _ in file.parts[1:]:
            place = place.parent
        if not (site / top).exists():
            (site / top).symlink_to(place)


def _run(*command: object, cwd: Path | None = None) -> None:
    ended = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
