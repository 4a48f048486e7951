"""The browser of this machine, and the terminal that fills the sandbox it visits."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from cli.terminal import terminal
from server.conftest import github_sandbox_clock

from bench.pictures import FLAGS, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["github_sandbox_clock", "page", "terminal"]


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Run Chromium. Without one, skip the test, or fail it if MILEPOST_REQUIRE_BROWSER is set."""
    found = chromium()
    if found is None:
        missing = "no Chromium on this machine: install one, or name it in MILEPOST_CHROMIUM"
        if os.environ.get("MILEPOST_REQUIRE_BROWSER"):
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """Yield a new page; any message on its console fails the test."""
    complaints: list[str] = []
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    opened.set_default_timeout(10_000)
    opened.on("console", lambda reported: complaints.append(reported.text))
    opened.on("pageerror", lambda reported: complaints.append(str(reported)))
    yield opened
    opened.close()
    assert complaints == []
