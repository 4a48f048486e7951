"""Takes pictures of the built-in path as it stands in the sandbox: for the README, and to look at.

    python bench/pictures.py                 docs/images/issues.png and docs/images/issue.png
    python bench/pictures.py --all FOLDER    every kind of page, narrow and wide, light and dark

Needs a Chromium on this machine; MILEPOST_CHROMIUM names it when it is not on the path.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.sandbox.server import Sandbox, running
from bot.sandbox.state import issues

IMAGES = Path(__file__).parents[1] / "docs" / "images"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"wide": (1200, 900), "narrow": (390, 844), "readme": (1040, 640)}
PAGES = {
    "issues": "/issues",
    "summary": "Your path",
    "task": "Build three different types of model",
    "course": "Work through Andrew Ng",
    "deliverable": "Deliverable: Portfolio of five",
    "checkpoint": "kind: checkpoint",
    "choice": "kind: choice",
    "actions": "Next steps: this week",
    "milestones": "/milestones",
    "labels": "/labels",
    "milestone": "/milestone/3",
}


def chromium() -> str | None:
    """The path of a Chromium on this machine, or None."""
    named = os.environ.get("MILEPOST_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def seeded(*settings: str) -> Iterator[Sandbox]:
    """A sandbox with the built-in path in it; `settings` are flags of `milepost init`."""
    with running() as sandbox, tempfile.TemporaryDirectory() as folder:
        environ = {
            **os.environ,
            "MILEPOST_CACHE_DIR": f"{folder}/cache",
            "MILEPOST_WRITE_INTERVAL": "0",
            "GITHUB_API_URL": sandbox.api_url,
            "GITHUB_GRAPHQL_URL": sandbox.graphql_url,
            "GITHUB_REPOSITORY": sandbox.repository,
            "GITHUB_TOKEN": sandbox.token,
        }
        for arguments in (("init", "--yes", *settings), ("apply", "--yes")):
            command = (sys.executable, "-m", "bot", *arguments)
            subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=True)
        yield sandbox


def address(sandbox: Sandbox, page: str) -> str:
    """Where a page is: a path below the repository, a label, or the start of an issue's title."""
    base = f"{sandbox.url}/{sandbox.repository}"
    if page.startswith("/"):
        return base + page
    for issue in sandbox.world.repository().issues.values():
        if issue.title.startswith(page) or page in {label.name for label in issue.labels}:
            return f"{base}/issues/{issue.number}"
    raise LookupError(f"no issue for {page!r}")


def shoot(browser: Any, url: str, file: Path, *, size: str, scheme: str, full: bool) -> None:
    """One picture."""
    wide, high = SIZES[size]
    page = browser.new_page(viewport={"width": wide, "height": high}, color_scheme=scheme)
    page.goto(url)
    page.screenshot(path=str(file), full_page=full)
    page.close()


def main(arguments: list[str]) -> int:
    """Take the pictures; 1 when there is no Chromium."""
    from playwright.sync_api import sync_playwright

    executable = chromium()
    if executable is None:
        print("There is no Chromium here; name one in MILEPOST_CHROMIUM.")
        return 1
    if arguments[:1] == ["--all"]:
        folder = Path(arguments[1])
        settings = ["--start", "2026-01-05", "--timezone", "UTC", "--ahead", "all"]
        take = every_page
    else:
        folder = IMAGES
        settings = [
            "--start",
            str(datetime.now(UTC).date() - timedelta(days=10)),
            "--timezone",
            "UTC",
        ]
        take = for_the_readme
    folder.mkdir(parents=True, exist_ok=True)
    with seeded(*settings) as sandbox, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        take(browser, sandbox, folder)
        browser.close()
    return 0


def every_page(browser: Any, sandbox: Sandbox, folder: Path) -> None:
    """Each kind of page, narrow and wide, light and dark, from top to bottom."""
    for name, page in PAGES.items():
        for size in ("wide", "narrow"):
            for scheme in ("light", "dark"):
                file = folder / f"{name}-{size}-{scheme}.png"
                url = address(sandbox, page)
                shoot(browser, url, file, size=size, scheme=scheme, full=True)


def for_the_readme(browser: Any, sandbox: Sandbox, folder: Path) -> None:
    """The list and one task, two weeks into the path, as they first meet the eye."""
    study(sandbox)
    for name, page in (("issues", "/issues"), ("issue", "Read chapters 1 to 5")):
        file = folder / f"{name}.png"
        url = address(sandbox, page)
        shoot(browser, url, file, size="readme", scheme="light", full=False)


def study(sandbox: Sandbox) -> None:
    """What the learner did so far: two things are done, one is under way."""
    world = sandbox.world
    repository, learner = world.repository(), world.actor()
    with world.lock:
        for issue in list(repository.issues.values()):
            if issue.title.startswith(("Set up a Python", "Next steps: this week")):
                done = {"state": "closed", "state_reason": "completed"}
                issues.edit(world, learner, repository, issue, done)
            if issue.title.startswith("Read chapters 1 to 5"):
                labels = [*(label.name for label in issue.labels), "status: in progress"]
                body = (issue.body or "").replace("- [ ]", "- [x]", 2)
                issues.edit(world, learner, repository, issue, {"labels": labels, "body": body})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
