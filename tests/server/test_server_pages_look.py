"""What a path page shows first, on every screen, and to those who meet its link elsewhere."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from reports import picture_states
from reports.checkpoints import REPORTED, three_months
from reports.histories import RICH, TINY, HistoryLearner
from server.page_documents_fixture import PageDocuments, document_server
from server.server_fixture import Host

from bot.i18n import LANGUAGES

BUDGET = 60_000  # bytes of HTML and CSS


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with document_server(tmp_path_factory.mktemp("look")) as (host, documents):
        fill(documents)
        yield host


def fill(documents: PageDocuments) -> None:
    documents.add("lea/year", three_months().view(REPORTED))
    documents.add("lea/finished", picture_states.finished())
    documents.add("lea/before", HistoryLearner(RICH).view("2025-12-01"))
    documents.add("lea/tiny", HistoryLearner(TINY).view("2025-12-01"))
    documents.known("lea/new")


def page(host: Host, path: str, language: str = "en") -> str:
    answer = host.client.get(host.url + path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.text.replace("\N{NO-BREAK SPACE}", " ")


def section(text: str, name: str) -> str:
    found = re.search(rf'<section[^>]*aria-labelledby="{name}".*?</section>', text, re.DOTALL)
    assert found, name
    return found[0]


def test_the_first_section_tells_percent_now_next_three_and_forecast(host: Host) -> None:
    text = page(host, "/r/lea/year")
    first = section(text, "progress")
    assert text.index(first) < text.index("<section", text.index(first) + 1)
    assert "<strong>17%</strong>" in first
    assert "Containerizing ML models" in first
    assert len(re.findall("<li>", first)) == 3
    assert "31 May 2027" in first


def test_the_year_is_a_timeline_with_deliverables_and_checkpoints_and_no_zeros(host: Host) -> None:
    months = section(page(host, "/r/lea/year"), "months")
    assert len(re.findall("<h3>", months)) == 12
    assert len(re.findall('aria-current="step"', months)) == 1
    assert "Two basic ML projects" in months
    assert [f"{n}-month checkpoint" in months for n in ("Three", "Six", "Nine", "Twelve")] == (
        [True] * 4
    )
    assert '<a href="/r/lea/year/checkpoints/month-3">' in months
    assert not re.search(r"\b0%", months)
    assert "76%" in months


@pytest.mark.parametrize("name", ["before", "tiny"])
def test_before_the_start_a_page_invites_and_counts_nothing(host: Host, name: str) -> None:
    text = page(host, f"/r/lea/{name}")
    assert "Start with the first issue" in section(text, "progress")
    assert "The path starts on 5 Jan 2026" in text
    assert not re.search(r"\b0%|\b0 (of|done)", re.sub("<[^>]+>", "", text))
    assert "burn-up.svg" not in text


def test_a_public_path_has_a_link_preview(host: Host) -> None:
    text = page(host, "/r/lea/year")
    found = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]+)">', text))
    assert found["og:title"] == "From DevOps to MLOps"
    assert found["description"] == found["og:description"]
    assert "Done: 87 of 508 h" in found["description"]
    assert found["og:url"] == f"{host.url}/r/lea/year"
    drawn = host.client.get(found["og:image"])
    assert drawn.headers["content-type"] == found["og:image:type"] == "image/svg+xml"
    assert "From DevOps to MLOps" in drawn.text
    assert "og:" not in page(host, "/r/lea/new")


@pytest.mark.parametrize("path", ["/", "/r/lea/year", "/r/lea/finished", "/r/lea/before"])
@pytest.mark.parametrize("language", [*LANGUAGES])
def test_html_and_css_are_below_60_kilobytes(host: Host, path: str, language: str) -> None:
    text = page(host, path, language)
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', text)
    sizes = [len(host.client.get(host.url + sheet).content) for sheet in sheets]
    assert len(sizes) == 1
    assert len(text.encode()) + sum(sizes) < BUDGET


@pytest.mark.parametrize("path", ["/", "/r/lea/year", "/r/lea/finished", "/r/lea/before"])
def test_every_picture_states_its_size_so_that_nothing_moves(host: Host, path: str) -> None:
    pictures = re.findall(r"<(?:img|source)[^>]+>", page(host, path))
    assert pictures
    assert all("height=" in one for one in pictures)
    assert all("width=" in one for one in pictures if "/badge/" not in one)


@pytest.mark.parametrize("language", [*LANGUAGES])
def test_a_phone_gets_a_chart_drawn_for_its_width(host: Host, language: str) -> None:
    text = page(host, "/r/lea/year", language)
    source = re.search(r'<source media="\(max-width: 40rem\)" srcset="([^"]+)" width="390"', text)
    assert source
    svg = page(host, source[1], language)
    assert 'width="390"' in svg
    assert max(map(float, re.findall(r' (?:x|x2)="([\d.]+)"', svg))) <= 390
    assert "…" not in svg, "a word is cut"
    tops = [float(y) for y in re.findall(r'<text class="ink" x="[\d.]+" y="([\d.]+)"', svg)]
    lines = sorted({*tops})
    assert all(below - above >= 11 for above, below in pairwise(lines))
