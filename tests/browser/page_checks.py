"""A browser that walks through pages and looks at each of them: what people with it would meet.

MILEPOST_PICTURES names a folder for pictures of every page that was looked at, in all four ways.
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
    """What was found on all pages that were looked at; all empty when all is well."""

    pages: list[str] = field(default_factory=list)
    barriers: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


class PageChecker:
    """Somebody with a browser of their own. `homes` are the only places it may ask anything of."""

    def __init__(
        self, context: "BrowserContext", runner: PageProblems, homes: tuple[str, ...]
    ) -> None:
        self._axe = Axe()
        self._runner = runner
        self._homes = homes
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        context.on("console", self._message)
        context.on("weberror", lambda error: runner.complaints.append(str(error.error)))
        context.on("request", self._requested)

    def job(self, name: str) -> None:
        """Look at this page: on a wide screen by day, on a narrow one by night."""
        self._runner.pages.append(name)
        self.page.evaluate(self._axe.axe_script)
        for width, scheme in EVERY_WAY if _folder() else WAYS:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.emulate_media(color_scheme=scheme)
            reach = self.page.evaluate("document.documentElement.scrollWidth")
            if reach > width:
                self._runner.wide.append(f"{name} at {width}: {reach}")
            self._runner.barriers += [f"{name} {width} {scheme}: {one}" for one in self._barriers()]
            self._picture(f"{name}-{width}-{scheme}.png")

    def open(self, address: str) -> int:
        """Go there; the status of the answer."""
        answer = self.page.goto(address)
        assert answer is not None
        return answer.status

    def press(self, words: str) -> None:
        """The button whose words begin so, and wait for what follows."""
        self._act(self.page.get_by_role("button", name=words).first)

    def follow(self, words: str | re.Pattern[str]) -> None:
        """The same for a link."""
        self._act(self.page.get_by_role("link", name=words).first)

    def contains(self, words: str) -> bool:
        """Whether it stands in the main part of the page."""
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
        # A browser complains of each page that is not there, even of one that somebody asked for.
        expected_error = message.location["url"] == self.page.url and "status of 4" in message.text
        if not expected_error:
            self._runner.complaints.append(f"{self.page.url}: {message.text}")

    def _requested(self, request: "Request") -> None:
        if not request.url.startswith(self._homes):
            self._runner.complaints.append(f"{self.page.url} asked {request.url}")


@contextmanager
def walker(
    browser: "Browser", runner: PageProblems, homes: tuple[str, ...], **how: Any
) -> Iterator[PageChecker]:
    """Somebody new; `how` is Playwright's, e.g. `java_script_enabled`."""
    context = browser.new_context(**how)
    try:
        yield PageChecker(context, runner, homes)
    finally:
        context.close()


def _folder() -> Path | None:
    named = os.environ.get("MILEPOST_PICTURES")
    return Path(named) if named else None
