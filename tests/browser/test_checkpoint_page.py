"""The page of a checkpoint report, printed by a real browser."""

import re
from typing import TYPE_CHECKING

import pytest
from reports.checkpoints import STATES

from bot.reports.checkpoint import as_html

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["busy", "all evidenced and attested", "tiny"])
def test_it_fills_one_sheet_of_a4_at_most(page: "Page", name: str) -> None:
    page.set_content(as_html(STATES[name]()))
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_it_is_read_on_a_telephone_without_scrolling_sideways(page: "Page") -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_content(as_html(STATES["busy"]()))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
