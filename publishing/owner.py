"""Name the account that publishes this copy, wherever `OWNER` stands in an address of the project.

`make owner OWNER=name` once, before the first release. Where a page says `OWNER/milepost@v0`, it
stays: there it is what a reader puts in.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Every file that holds an address of the project; a test looks for others.
FILES = (
    ".github/ISSUE_TEMPLATE/config.yml",
    "CITATION.cff",
    "Dockerfile",
    "bot/documentation.py",
    "github-sandbox/pyproject.toml",
    "pyproject.toml",
    "zensical.toml",
)
ADDRESS = re.compile(
    r"(?:https://github\.com/|REPOSITORY: Final = \")(?P<owner>[\w-]+)/milepost\b"
    r"|https://(?P<host>[\w-]+)\.github\.io/milepost/"
)
_LOGIN = re.compile(r"(?!-)(?!.*--)[A-Za-z0-9-]{1,39}(?<!-)")


def owners(text: str) -> list[str]:
    """Return the account in each address of the project, in order."""
    return [found["owner"] or found["host"] for found in ADDRESS.finditer(text)]


def renamed(text: str, owner: str) -> str:
    """Return a text with this account in each address of the project."""

    def address(found: re.Match[str]) -> str:
        before = found["owner"] or found["host"]
        start = found.start("owner" if found["owner"] else "host") - found.start()
        name = owner if found["owner"] else owner.lower()
        return found[0][:start] + name + found[0][start + len(before) :]

    return ADDRESS.sub(address, text)


def main() -> None:
    """Write the account into each file."""
    owner = sys.argv[1] if len(sys.argv) > 1 else ""
    if not _LOGIN.fullmatch(owner):
        sys.exit("Name the account that publishes this: make owner OWNER=name")
    for name in FILES:
        file = ROOT / name
        file.write_text(renamed(file.read_text(encoding="utf-8"), owner), encoding="utf-8")


if __name__ == "__main__":
    main()
