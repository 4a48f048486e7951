"""requirements/platforms.py: which platforms and Pythons are asked about, and that a gap is red."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Stands in for uv: one wheel is missing for one Python on one platform.
UV = """\
#!/bin/sh
echo "$*" >> "{log}"
case "$*" in
  *x86_64-apple-darwin*3.13*) echo "no usable wheels" >&2; exit 1 ;;
esac
"""


def test_a_missing_wheel_is_shown_and_fails(tmp_path: Path) -> None:
    uv, log = tmp_path / "uv", tmp_path / "log"
    uv.write_text(UV.format(log=log))
    uv.chmod(0o755)
    ran = subprocess.run(
        [sys.executable, ROOT / "requirements/platforms.py", uv], capture_output=True, text=True
    )
    assert (ran.returncode, ran.stderr.strip()) == (1, "no usable wheels")
    head, *rows = (line.split("  ") for line in ran.stdout.splitlines())
    versions = [word.strip() for word in head if word.strip()]
    assert (versions[0], versions[-1]) == ("3.11", "3.15")
    table = {row[0].strip(): [word.strip() for word in row[1:] if word.strip()] for row in rows}
    assert table == {
        "Linux x86-64": ["yes"] * 5,
        "Linux arm64": ["yes"] * 5,
        "macOS arm64": ["yes"] * 5,
        "macOS Intel": ["yes", "yes", "missing", "yes", "yes"],
        "Windows x64": ["yes"] * 5,
        "Windows ARM": ["-", *["yes"] * 4],
    }
    commands = log.read_text().splitlines()
    assert len(commands) == 29
    for line in commands:
        assert {"--no-build", "--require-hashes", "--no-deps", "--dry-run"} <= set(line.split())
