"""The animated picture of the demo: its script made it, it takes a minute, and it is harmless."""

import re
import xml.etree.ElementTree as ET

import pytest
from docs.pages import ROOT

from publishing.demo_picture import COLUMNS, PICTURE, TRANSCRIPT, Scene, drawn, scenes

SECONDS = 60
BYTES = 100_000
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def shown() -> list[Scene]:
    return list(scenes(TRANSCRIPT.read_text()))


def test_the_picture_is_what_the_script_draws_of_the_transcript(shown: list[Scene]) -> None:
    assert PICTURE.read_text() == drawn(shown), "run: make demo-picture"


def test_it_takes_a_minute_at_most_and_is_small(shown: list[Scene]) -> None:
    seconds = sum(scene.seconds for scene in shown)
    assert 45 <= seconds <= SECONDS
    assert f" {seconds:g}s linear infinite" in PICTURE.read_text()
    assert PICTURE.stat().st_size < BYTES


def test_it_has_no_script_and_nothing_from_elsewhere() -> None:
    tree = ET.fromstring(PICTURE.read_text())
    assert {element.tag for element in tree.iter()} == {
        f"{SVG}{name}" for name in ("svg", "style", "rect", "path", "g", "text")
    }
    assert not re.search(r"url\(|@import|https?:(?!//www\.w3\.org/2000/svg)", PICTURE.read_text())


def test_every_scene_is_shown_once_and_the_last_one_to_those_who_want_no_motion() -> None:
    tree = ET.fromstring(PICTURE.read_text())
    groups = [group.attrib["id"] for group in tree.iter(f"{SVG}g")]
    style = tree.findtext(f"{SVG}style") or ""
    assert all(style.count(f"@keyframes {name}{{") == 1 for name in groups)
    still = style.partition("prefers-reduced-motion:reduce")[2]
    assert f"#{groups[-1]}{{opacity:1!important}}" in still
    assert "animation:none" in still


def test_lines_fit_and_a_scene_with_too_many_is_refused(shown: list[Scene]) -> None:
    assert all(len(text) <= COLUMNS for scene in shown for text, _ in scene.lines)
    full = Scene("Full", 1, [("line", "")] * 20)
    with pytest.raises(ValueError, match="room"):
        drawn([full])


def test_it_shows_the_plan_the_weeks_the_report_and_the_forecast(shown: list[Scene]) -> None:
    text = "\n".join(line for scene in shown for line, _ in scene.lines)
    assert "23 milestones to create" in text
    assert "There's evidence for 3 of 4 points." in text
    assert "likely finish between" in text
    percents = [scene.percent for scene in shown if scene.percent is not None]
    assert percents == sorted(percents)
    assert percents[-1] == 30


def test_readme_and_front_page_show_it() -> None:
    assert "docs/images/demo.svg" in (ROOT / "README.md").read_text()
    assert "images/demo.svg" in (ROOT / "docs/index.md").read_text()
