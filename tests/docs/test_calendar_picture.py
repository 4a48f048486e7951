"""The picture of a calendar: drawn by its script from the file that the calendar's tests expect."""

import re
import xml.etree.ElementTree as ET

from docs.pages import ROOT

from publishing.calendar_picture import FILE, PICTURE, drawn, events

PAGE = ROOT / "docs/how-to/put-it-in-your-calendar.md"


def test_the_picture_is_what_the_script_draws_of_the_file() -> None:
    assert PICTURE.read_text() == drawn(FILE.read_bytes()), "run: make demo-picture"
    assert "](../images/calendar.svg)" in PAGE.read_text()


def test_it_shows_each_kind_of_event_and_summaries_at_one_hour_all_the_time() -> None:
    text = re.sub(r"<[^>]+>", "\n", PICTURE.read_text())
    for shown in ("Month 4, Week 3-4: Cloud ML services", "Deliverable:", "Three-month", "23 Mar"):
        assert shown in text
    assert text.count("08:00 Weekly") == 5
    assert {event.time for event in events(FILE.read_bytes()) if event.time} == {"08:00"}


def test_it_has_no_script_and_nothing_from_elsewhere() -> None:
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(PICTURE.read_text()).iter()}
    assert tags == {"svg", "style", "rect", "text"}
    assert not re.search(r"url\(|@import|https?:(?!//www\.w3\.org/2000/svg)", PICTURE.read_text())
