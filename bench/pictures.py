"""Takes pictures of the built-in path as it stands in the sandbox: for the docs, and to look at.

    python bench/pictures.py [FOLDER]        what README and docs show, into docs/images or a folder
    python bench/pictures.py --all FOLDER    every kind of page, narrow and wide, light and dark

Two of the docs' pictures are of a path two weeks old, two of the life that `milepost demo` lives.
The SVGs beside them are what the tests of pictures expect (tests/reports/test_pictures.py).
Needs a Chromium on this machine; MILEPOST_CHROMIUM names it when it is not on the path.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.cli.demo_learner import JOURNAL
from github_sandbox.server import Sandbox, running
from github_sandbox.state import issues

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
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
SHOWN = ("issues", "issue", "dashboard", "week")
DASHBOARD_HEIGHT = 570
MARGIN = 8
STARTS = 20  # characters of an entry that its title surely begins with
ISSUES_LINE = re.compile(r"Look around: (\S+/issues) ")
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
    every = arguments[:1] == ["--all"]
    folder = Path(arguments[-1]) if arguments else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        if every:
            every_page(browser, folder)
        else:
            two_weeks_in(browser, folder)
            after_the_demo(browser, folder)
        browser.close()
    return 0


def every_page(browser: Any, folder: Path) -> None:
    """Each kind of page, narrow and wide, light and dark, from top to bottom."""
    with seeded("--start", "2026-01-05", "--timezone", "UTC", "--ahead", "all") as sandbox:
        for name, page in PAGES.items():
            for size in ("wide", "narrow"):
                for scheme in ("light", "dark"):
                    file = folder / f"{name}-{size}-{scheme}.png"
                    url = address(sandbox, page)
                    shoot(browser, url, file, size=size, scheme=scheme, full=True)


def two_weeks_in(browser: Any, folder: Path) -> None:
    """The list and one task, as they first meet the eye."""
    # real clock: the commands are processes that run by it
    start = datetime.now(UTC).date() - timedelta(days=10)
    with seeded("--start", str(start), "--timezone", "UTC") as sandbox:
        study(sandbox)
        for name, page in (("issues", "/issues"), ("issue", "Read chapters 1 to 5")):
            file = folder / f"{name}.png"
            url = address(sandbox, page)
            shoot(browser, url, file, size="readme", scheme="light", full=False)


def after_the_demo(browser: Any, folder: Path) -> None:
    """The dashboard, and a comment with the summary of its week, thirteen weeks into the path."""
    wide, high = SIZES["readme"]
    with demonstrated() as issues_page:
        page = browser.new_page(viewport={"width": wide, "height": high}, color_scheme="light")
        page.goto(issues_page)
        page.get_by_role("link", name=PAGES["summary"]).first.click()
        top = page.locator(".issue-head").bounding_box()["y"] - 3 * MARGIN
        seen = {"x": 0, "y": top, "width": wide, "height": DASHBOARD_HEIGHT}
        page.screenshot(path=str(folder / "dashboard.png"), full_page=True, clip=seen)
        over = page.locator("article.box", has_text=f"/journal {JOURNAL[-1]}").bounding_box()
        week = page.locator("article.box", has_text="In your journal:", has_not_text="/journal")
        under = week.filter(has_text=JOURNAL[-1][:STARTS]).bounding_box()
        seen = {
            "x": over["x"] - MARGIN,
            "y": over["y"] - MARGIN,
            "width": over["width"] + 2 * MARGIN,
            "height": under["y"] + under["height"] - over["y"] + 2 * MARGIN,
        }
        page.screenshot(path=str(folder / "week.png"), full_page=True, clip=seen)
        page.close()


@contextmanager
def demonstrated() -> Iterator[str]:
    """The list of issues that `milepost demo` leaves; a process of its own, as people run it."""
    command = (sys.executable, "-m", "bot", "demo", "--browse")
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            command, cwd=folder, env=environ, stdout=subprocess.PIPE, encoding="utf-8"
        ) as demo,
    ):
        try:
            found = next(filter(None, map(ISSUES_LINE.search, demo.stdout or ())), None)
            if found is None:
                raise RuntimeError("the demo ended before there was anything to look at")
            yield found[1]
        finally:
            demo.terminate()


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
