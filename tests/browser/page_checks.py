"""A browser that walks through pages and checks each of them.

MILEPOST_PICTURES names a folder for screenshots of every page in all four ways.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships none

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request

Way = tuple[int, Literal["light", "dark"]]
WAYS: tuple[Way, ...] = ((1280, "light"), (390, "dark"))
EVERY_WAY: tuple[Way, ...] = (*WAYS, (1280, "dark"), (390, "light"))
SEVERE = ("serious", "critical")
PATIENCE = 20_000  # milliseconds


@dataclass
class PageProblems:
    """The problems found on all pages that were checked."""

    pages: list[str] = field(default_factory=list)
    barriers: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


class PageChecker:
    """A person with their own browser, which may send requests to `homes` only."""

    def __init__(
        self, context: "BrowserContext", problems: PageProblems, homes: tuple[str, ...]
    ) -> None:
        self._axe = Axe()
        self._problems = problems
        self._homes = homes
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        context.on("console", self._message)
        context.on("weberror", lambda error: problems.complaints.append(str(error.error)))
        context.on("request", self._requested)

    def check(self, name: str) -> None:
        """Check this page: on a wide light screen, and on a narrow dark one."""
        self._problems.pages.append(name)
        self.page.evaluate(self._axe.axe_script)
        for width, scheme in EVERY_WAY if _folder() else WAYS:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.emulate_media(color_scheme=scheme)
            reach = self.page.evaluate("document.documentElement.scrollWidth")
            if reach > width:
                self._problems.wide.append(f"{name} at {width}: {reach}")
            self._problems.barriers += [
                f"{name} {width} {scheme}: {one}" for one in self._barriers()
            ]
            self._picture(f"{name}-{width}-{scheme}.png")

    def open(self, address: str) -> int:
        """Open an address; return the status of the answer."""
        answer = self.page.goto(address)
        assert answer is not None
        return answer.status

    def press(self, words: str) -> None:
        """Press the button whose text begins so, and wait for the next page."""
        self._act(self.page.get_by_role("button", name=words).first)

    def follow(self, words: str | re.Pattern[str], inside: str = "body") -> None:
        """Follow the first link with this text in an element, and wait for the next page."""
        self._act(self.page.locator(inside).get_by_role("link", name=words).first)

    def contains(self, words: str) -> bool:
        """Return whether the main part of the page contains the text."""
        return words in " ".join(self.page.locator("main").inner_text().split())

    def _act(self, there: "Locator") -> None:
        with self.page.expect_navigation():
            there.click()

    def _barriers(self) -> Iterator[str]:
        result = self.page.evaluate("axe.run({resultTypes: ['violations']})")
        for found in result["violations"]:
            if found["impact"] in SEVERE:
                for node in found["nodes"]:
                    yield f"{found['id']}: {node['target']} {node['failureSummary']}"

    def _picture(self, name: str) -> None:
        folder = _folder()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / name, full_page=True)

    def _message(self, message: "ConsoleMessage") -> None:
        # A browser logs each page that is not found, even one that a person requested.
        expected_error = message.location["url"] == self.page.url and "status of 4" in message.text
        if not expected_error:
            self._problems.complaints.append(f"{self.page.url}: {message.text}")

    def _requested(self, request: "Request") -> None:
        if not request.url.startswith(self._homes):
            self._problems.complaints.append(f"{self.page.url} asked {request.url}")


@contextmanager
def walker(
    browser: "Browser", problems: PageProblems, homes: tuple[str, ...], **how: Any
) -> Iterator[PageChecker]:
    """Run a new browser; `how` is Playwright's, such as `java_script_enabled`."""
    context = browser.new_context(**how)
    try:
        yield PageChecker(context, problems, homes)
    finally:
        context.close()


def _folder() -> Path | None:
    named = os.environ.get("MILEPOST_PICTURES")
    return Path(named) if named else None
