"""The documentation site in a browser: search, versions, phones; and nothing leaves the machine."""

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from docs.pages import ROOT

from publishing import site, versions

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and prints no line for each."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        """Print nothing."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the sites of two releases, as GitHub Pages does; the address of the front page."""
    folder = tmp_path_factory.mktemp("published")
    built = site.build_site(tmp_path_factory.mktemp("site"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(versions, "build_site", lambda _build, _version: built)
        for version in ("0.1.0", "0.2.0"):
            versions.add_release(folder / "milepost", version, Path())
    handler = functools.partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/milepost/"
        server.shutdown()


def test_a_reader_searches_and_changes_the_version(page: "Page", published: str) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(published)
    page.wait_for_url(f"{published}latest/")
    page.get_by_role("button", name="Search").first.click()
    page.get_by_role("combobox", name="Search").or_(
        page.get_by_role("textbox", name="Search")
    ).fill("pause")
    page.get_by_role("option", name="Pause or slow down").first.click()
    page.wait_for_url(f"{published}latest/how-to/pause-or-slow-down/**")

    page.goto(f"{published}v0.1/how-to/undo/")
    choices = page.locator(".md-version__link")
    choices.first.wait_for(state="attached")
    assert choices.all_text_contents() == ["v0.2", "v0.1"]
    assert [url for url in requested if not url.startswith(published)] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["", "how-to/troubleshooting/", "reference/privacy/"])
def test_a_phone_shows_a_page_without_scrolling_sideways(
    browser: "Browser", published: str, scheme: str, place: str
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    opened = context.new_page()
    opened.goto(f"{published}latest/{place}")
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_the_picture_of_the_demo_shows_one_scene_at_a_time(browser: "Browser") -> None:
    opened = browser.new_page()
    opened.set_content((ROOT / "docs/images/demo.svg").read_text())
    scenes_at = """milliseconds => {
        document.getAnimations().forEach(one => { one.pause(); one.currentTime = milliseconds })
        return [...document.querySelectorAll("g")]
            .filter(scene => getComputedStyle(scene).opacity > 0.5).map(scene => scene.id)
    }"""
    shown = [opened.evaluate(scenes_at, 1000 * second + 500) for second in range(0, 57, 4)]
    assert all(len(scenes) == 1 for scenes in shown)
    numbers = [int(scenes[0][1:]) for scenes in shown]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(10))
    opened.close()
