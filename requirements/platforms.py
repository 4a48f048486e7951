"""Print whether what the Action installs has a wheel for each platform and Python that it supports.

The argument is the path of uv, which resolves for platforms other than its own. Asks the package
index; installs and builds nothing. The exit code is 1 when a wheel is missing somewhere.
"""

import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = ("action.txt", "uv.txt")
PLATFORMS = {
    "Linux x86-64": "x86_64-unknown-linux-gnu",
    "Linux arm64": "aarch64-unknown-linux-gnu",
    "macOS arm64": "aarch64-apple-darwin",
    "macOS Intel": "x86_64-apple-darwin",
    "Windows x64": "x86_64-pc-windows-msvc",
    "Windows ARM": "aarch64-pc-windows-msvc",
}


def minors(action: str) -> dict[str, range]:
    """Return the minor versions of Python 3 that the text of action.yml names, by platform."""
    oldest = re.search(r"oldest=3\.(\d+)$", action, re.MULTILINE)
    on_arm = re.search(r"Windows-ARM64 \] \|\| oldest=3\.(\d+)$", action, re.MULTILINE)
    end = re.search(r"<3\.(\d+)", action)
    if not (oldest and on_arm and end):
        raise ValueError("action.yml does not say which versions of Python it supports")
    common = range(int(oldest[1]), int(end[1]))
    return dict.fromkeys(PLATFORMS, common) | {"Windows ARM": range(int(on_arm[1]), common.stop)}


def problem(uv: str, platform: str, minor: int) -> str:
    """Return why the locked wheels can't be installed there, or an empty text."""
    with tempfile.TemporaryDirectory() as folder:
        tried = subprocess.run(  # noqa: S603 - our own uv, and words of this file
            [
                *(uv, "pip", "install", "--dry-run", "--quiet", "--no-config", "--no-deps"),
                *("--no-build", "--require-hashes", "--target", folder),
                *("--python-platform", PLATFORMS[platform], "--python-version", f"3.{minor}"),
                *(word for name in LOCKS for word in ("-r", ROOT / "requirements" / name)),
            ],
            cwd=folder,
            capture_output=True,
            text=True,
        )
    return tried.stderr.strip() or f"exit code {tried.returncode}" if tried.returncode else ""


def main(uv: str) -> int:
    """Print the table, and each reason once; return the exit code."""
    supported = minors((ROOT / "action.yml").read_text(encoding="utf-8"))
    columns = sorted({minor for found in supported.values() for minor in found})
    cells = [(name, minor) for name, found in supported.items() for minor in found]
    with ThreadPoolExecutor(4) as pool:
        problems = dict(zip(cells, pool.map(lambda cell: problem(uv, *cell), cells), strict=True))
    lines = [" ".join((" " * 14, *(f"3.{minor:<6}" for minor in columns)))]
    for name in PLATFORMS:
        words = [_word(problems.get((name, minor))) for minor in columns]
        lines.append(" ".join((f"{name:14}", *(f"{word:<8}" for word in words))))
    sys.stdout.write("\n".join((*(line.rstrip() for line in lines), "")))
    for why in dict.fromkeys(filter(None, problems.values())):
        sys.stderr.write(f"\n{why}\n")
    return int(any(problems.values()))


def _word(why: str | None) -> str:
    return "-" if why is None else "missing" if why else "yes"


if __name__ == "__main__":
    sys.exit(main(str(Path(sys.argv[1]).resolve())))
