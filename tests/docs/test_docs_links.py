"""Every link between pages leads somewhere, and every page can be reached."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from docs.pages import PAGES, ROOT, anchors, links, name_of


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        target = urlsplit(link)
        if target.scheme:
            assert target.scheme == "https" or target.hostname == "127.0.0.1", link
            continue
        file = (page.parent / target.path).resolve() if target.path else page
        assert file.is_relative_to(ROOT), f"{link} leads out of the project"
        assert file.is_file(), f"{link}: there is no such file"
        assert not target.fragment or target.fragment in anchors(file), f"{link}: no such heading"


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        named = ((page.parent / urlsplit(link).path).resolve() for link in links(page))
        ahead += [file for file in named if file in PAGES and file not in reached]
    assert set(PAGES) - reached == set()


PLACE = re.compile(r"`((?:bot|github-sandbox|tests|templates|docs|bench|requirements)/[^`\s]*)`")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    for place in PLACE.findall(page.read_text(encoding="utf-8")):
        assert "NAME" in place or (ROOT / place).exists(), place
