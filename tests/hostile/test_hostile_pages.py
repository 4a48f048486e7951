"""Pages of strangers and lines for the log: searched in time in proportion to their length."""

import logging

import httpx2
import pytest
from hostile.linear_time import in_proportion

from bot.github.link_checker import MAX_BYTES, _Answer
from bot.server.logs import JsonLines

PAGES = ("<title>", "<title ", "<title\n<title>a", "</title", "<title a='>'")
LINES = ("-----BEGIN PRIVATE KEY", "-----BEGIN PRIVATE KEY-----", "eyJa.", "code=", " code")


@pytest.mark.parametrize("part", PAGES)
def test_the_title_of_a_page_is_found_in_time(part: str) -> None:
    def title(page: str) -> str:
        return _Answer(200, httpx2.Headers(), page.encode()).title

    assert in_proportion(title, lambda n: part * (n // len(part)), MAX_BYTES)
    assert title(f"<p>{part}<title >So &amp; so</title>").endswith("So & so")


@pytest.mark.parametrize("part", LINES)
def test_secrets_are_cut_out_of_a_line_in_time(part: str) -> None:
    def line(text: str) -> str:
        return JsonLines().format(logging.LogRecord("x", logging.INFO, "", 0, text, (), None))

    assert in_proportion(line, lambda n: part * (n // len(part)), 64_000)
