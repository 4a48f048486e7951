"""The learner's view in a browser after an apply; working there is no drift."""

from typing import TYPE_CHECKING

import pytest
from builders import curriculum
from cli.terminal import Terminal

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

TASK = "Read the tutorial"
PATH = curriculum(
    f"""
    Phase: Foundations
      Month 1: Basics -> Two small programs
        Week 1-2: First steps
          - {TASK} (5h) [reading] #python
          - Install the tools (2h) [setup] #python
    """,
    resources=[
        {
            "id": "tutorial",
            "title": "The Python tutorial",
            "url": "https://docs.python.org/3/tutorial/",
            "kind": "documentation",
        }
    ],
)


def with_details(terminal: Terminal) -> None:
    """Follow the path, whose first task has every field."""
    data = PATH.model_dump(mode="json", exclude_defaults=True)
    task = data["phases"][0]["modules"][0]["units"][0]["tasks"][0]
    task["description"] = "It shows *everything* once."
    task["done_when"] = ["You have typed every example", "You can explain a loop"]
    task["resources"] = ["tutorial"]
    terminal.follow(PATH.model_validate(data))


def test_the_learner_browses_and_works(terminal: Terminal, page: "Page") -> None:
    with_details(terminal)
    assert terminal("apply", "--yes").code == 0
    base = f"{terminal.sandbox.url}/{terminal.sandbox.repository}"

    tabs = page.get_by_role("navigation").first
    page.goto(base)
    tabs.get_by_role("link", name="Issues").click()
    assert page.get_by_role("link", name="Deliverable: Two small programs").is_visible()

    page.get_by_role("link", name=TASK, exact=True).click()
    shown = page.locator("#body").inner_text()
    assert "Week 1-2: First steps · about 5\N{NO-BREAK SPACE}h" in shown
    assert "milepost:" not in page.locator("main").inner_text()
    assert "<" not in shown
    assert "**" not in shown
    assert page.locator("#body em").first.inner_text() == "everything"
    link = page.get_by_role("link", name="The Python tutorial")
    assert link.get_attribute("href") == "https://docs.python.org/3/tutorial/"
    assert page.get_by_text("Part of Deliverable: Two small programs").is_visible()

    boxes = page.locator("#body button.tick")
    assert boxes.count() == 2
    boxes.first.click()
    assert page.get_by_text("1 of 2 ticked").is_visible()
    page.get_by_role("button", name="Close as completed").click()
    assert page.locator(".state.completed").is_visible()
    assert terminal.issue(TASK)["state"] == "closed"
    assert "- [x] You have typed every example" in terminal.issue(TASK)["body"]

    tabs.get_by_role("link", name="Milestones").click()
    page.get_by_role("link", name="Week 1-2: First steps").first.click()
    assert page.get_by_text("complete").first.is_visible()
    assert "milepost:" not in page.locator("main").inner_text()
    tabs.get_by_role("link", name="Labels").click()
    assert page.get_by_text("skill: python").first.is_visible()

    ran = terminal("plan")
    assert "~ #1 Your path" in ran.out  # the dashboard tells of it
    assert "1 to change · 0 notifications" in ran.out
    assert "Changed by hand" not in ran.out


@pytest.mark.parametrize("width", [390, 1200])
def test_no_page_is_wider_than_the_window(terminal: Terminal, page: "Page", width: int) -> None:
    with_details(terminal)
    assert terminal("apply", "--yes").code == 0
    page.set_viewport_size({"width": width, "height": 800})
    base = f"{terminal.sandbox.url}/{terminal.sandbox.repository}"
    for path in ("", "/issues", "/issues/1", "/issues/2", "/milestones", "/milestone/1", "/labels"):
        page.goto(base + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
