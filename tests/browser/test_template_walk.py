"""From a template to a path with dates: two clicks in a browser, and the workflow of the copy."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cli.terminal import Terminal
from e2e.act_runner import NEEDS_ACT, milepost
from e2e.template_stage import TEMPLATE, TemplateStage
from sandbox_fixtures import github_sandbox_clock

from bot.i18n import NO_BREAK

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

__all__ = ["github_sandbox_clock", "milepost"]
pytestmark = [pytest.mark.browser, NEEDS_ACT]

A_DATED_PLAN = 90  # seconds until the dashboard and the first week are there
ALL_OF_IT = 150  # and all else
A_WRITE = 1  # second, GitHub's least between two of them; here they are not held back
GITHUB = 15  # seconds for a runner and the Action's environment


def test_two_clicks_and_a_name_make_a_plan_with_dates(
    terminal: Terminal, milepost: Path, page: "Page"
) -> None:
    stage = TemplateStage(terminal, milepost)
    clicks: list[str] = []

    def click(place: "Locator") -> None:
        clicks.append(place.inner_text())
        place.click()

    stage.world.journal.record_bodies = True
    page.goto(f"{stage.sandbox.url}/{TEMPLATE}")
    click(page.get_by_role("link", name="Use this template"))
    page.get_by_label("Repository name").fill("my-path")
    click(page.get_by_role("button", name="Create repository"))
    page.wait_for_url("**/learner/my-path")
    began = time.monotonic()
    assert clicks == ["Use this template", "Create repository"]
    assert page.get_by_text("Your progress appears here after the first run.").is_visible()

    (push,) = stage.pushes
    assert push.repository is stage.world.repository("learner/my-path")
    job = stage.run(push.repository, stage.event(push))
    assert (job.code, job.errors) == (0, ())

    page.reload()
    waited = time.monotonic() - began
    written = stage.world.journal.writes
    first = next(at for at, entry in enumerate(written) if "/labels" in entry.path)
    opening = [(entry.path.rpartition("/")[2], entry.request) for entry in written[:first]]
    assert [what for what, _ in opening] == ["milestones", *["issues"] * 4]
    assert opening[0][1]["due_on"].startswith("2026-12-")
    dashboard = next(sent for _, sent in opening if sent["title"].startswith("Your path"))
    assert "24 Nov 2026 – 23 Nov 2027" in dashboard["body"].replace(NO_BREAK, " ")
    assert waited + first * A_WRITE + GITHUB < A_DATED_PLAN
    assert waited + len(written) * A_WRITE + GITHUB < ALL_OF_IT
    assert page.get_by_role("img", name="From DevOps to MLOps").first.is_visible()
    page.get_by_role("link", name="Issues", exact=True).last.click()
    page.get_by_role("link", name="Your path: From DevOps to MLOps").first.click()
    shown = page.locator("main").inner_text()
    assert "Your path" in shown
    page.goto(f"{stage.sandbox.url}/learner/my-path/milestones")
    assert "Dec 8, 2026" in page.locator("main").inner_text()


def test_the_button_of_the_page_takes_a_third_click(
    terminal: Terminal, milepost: Path, page: "Page"
) -> None:
    """As on GitHub, where the button opens a menu; the README's link goes straight to the form."""
    stage = TemplateStage(terminal, milepost)
    page.goto(f"{stage.sandbox.url}/{TEMPLATE}")
    page.locator("summary", has_text="Use this template").click()
    page.get_by_role("link", name="Create a new repository").click()
    page.get_by_label("Repository name").fill("mine")
    page.get_by_label("Visibility").select_option("private")
    page.get_by_role("button", name="Create repository").click()
    page.wait_for_url("**/learner/mine")
    assert stage.world.repository("learner/mine").private
