"""What the docs ask a reader to click on GitHub, in a browser on the stand-in."""

from typing import TYPE_CHECKING

import pytest
from browser.page_checks import SEVERE, PageChecker, PageProblems
from cli.terminal import Terminal, settings_text
from reports.histories import RICH

from bot.settings import CONFIG_PATH
from github_sandbox.state import workflows

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

DAILY = b'name: Daily\non:\n  schedule:\n    - cron: "6 7 * * *"\n'


def test_a_reader_fills_in_a_form_and_edits_labels_settings_and_workflows(
    terminal: Terminal, browser: "Browser"
) -> None:
    terminal.follow(RICH, publish={"forms": True})
    terminal.push(CONFIG_PATH, settings_text(publish={"forms": True}))
    assert terminal("sync").code == 0
    sandbox, problems = terminal.sandbox, PageProblems()
    home = sandbox.world.repository()
    sandbox.world.commit_files(home, {".github/workflows/daily.yml": DAILY}, "Run daily")
    base = f"{sandbox.url}/{sandbox.repository}"
    with browser.new_context() as context:
        checker = PageChecker(context, problems, (sandbox.url,))
        page = checker.page

        page.goto(f"{base}/issues")
        page.get_by_role("link", name="New issue").click()
        checker.check("choose a form")
        page.get_by_role("link", name="Job application").click()
        checker.check("a form")
        page.get_by_label("Title").fill("Application: Acme")
        page.get_by_role("textbox").nth(1).fill("Acme")
        page.get_by_role("button", name="Create").click()
        issue = home.issues[home.last_issue]
        assert (issue.body or "").count("### ") > 3
        assert "Acme" in (issue.body or "")
        assert issue.labels

        page.get_by_text("Edit labels").click()
        page.get_by_label(home.labels["kind: journal"].name).check()
        checker.check("labels of an issue")
        page.get_by_role("button", name="Save labels").click()
        assert home.labels["kind: journal"] in issue.labels

        page.get_by_role("link", name="Labels").first.click()
        page.get_by_text("New label").click()
        page.locator("details[open]").get_by_label("Name").fill("mine")
        checker.check("labels")
        page.get_by_role("button", name="Create label").click()
        assert "mine" in home.labels

        page.goto(f"{base}/blob/main/{CONFIG_PATH}")
        page.get_by_role("link", name="Edit").click()
        text = page.get_by_label("Text")
        text.fill(text.input_value() + "language: de\n")
        checker.check("edit a file")
        page.get_by_role("button", name="Commit changes").click()
        assert page.get_by_text("language: de").is_visible()
        head = home.git.head("main")
        assert head is not None
        assert head.files[CONFIG_PATH].endswith(b"\nlanguage: de\n")

        workflows.disable(sandbox.world, home, "daily.yml")
        page.get_by_role("link", name="Actions").click()
        checker.check("workflows")
        page.get_by_role("button", name="Enable workflow").click()
        assert workflows.find(sandbox.world, home, "daily.yml").state == "active"
    assert problems.wide == []
    assert problems.complaints == []
    assert not [line for line in problems.barriers if any(word in line for word in SEVERE)]
