"""The page of a repository, its pictures and its reports, in every state."""

import base64
import hashlib
import html
import re
from typing import Any

import httpx2
import pytest
from builders import curriculum
from pytest_regressions.file_regression import FileRegressionFixture
from reports import checkpoints
from reports.checkpoints import GUIDE, Studying
from reports.histories import RICH, TINY, UNTIMED, HistoryLearner
from server.page_documents_fixture import (
    HERE,
    NOBODY,
    NOW,
    PageDocuments,
    busy,
    six_weeks,
)
from server.person import Page
from server.server_fixture import Host

from bot.curriculum.model import Curriculum
from bot.server.showing import packed, showing, unpacked
from bot.server.store.page_cache import CachedPage
from bot.server.store.rows import InstallationRow

HOSTILE = "<script>alert(1)</script>&\"'><img src=x onerror=alert(2)>"
RTL = "مسار التعلم"
LONG = "Unbreakable" * 23


def shown(host: Host, path: str) -> Page:
    answer = host.client.get(host.url + path)
    assert answer.status_code == 200, answer.text
    return Page.of(answer)


def main(page: Page) -> str:
    """Return the text of a page's main part, a line for each line of the template."""
    found = re.search(r"<main.*?</main>", page.answer.text, re.DOTALL)
    assert found
    text = html.unescape(re.sub(r"<[^>]+>", "", found[0]))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def test_the_page_tells_all_of_it(
    host: Host, documents: PageDocuments, file_regression: FileRegressionFixture
) -> None:
    documents.add("lea/all", six_weeks())
    page = shown(host, "/r/lea/all")
    text = main(page).replace(host.url, "https://milepost.example")
    file_regression.check(text, encoding="utf-8", newline="")


def test_what_is_told_leads_to_the_issues(host: Host, documents: PageDocuments) -> None:
    learner = busy()
    documents.add("lea/linked", learner.view("2026-02-16"))
    page = shown(host, "/r/lea/linked")
    urls = {learner.bench.url(learner.bench.issue(title)) for title in ("c1", "Deliverable: A sec")}
    assert urls <= set(page.links.values())
    assert page.links["lea/linked"] == "https://github.com/lea/linked"
    assert page.links["2 done"].startswith("https://github.com/lea/linked/issues?")


STATES: dict[str, tuple[dict[str, Any], str]] = {
    "new": ({"result": ""}, "The first update is coming."),
    "unset": ({"result": "unset"}, "There are no settings yet."),
    "wrong": (
        {"result": "wrong", "detail": "start: <b>no</b> day"},
        "The settings or the guide need a fix.",
    ),
    "refused": ({"result": "refused", "detail": "GitHub said no"}, "The last update stopped early"),
    "waiting": ({"result": "waiting", "detail": "60 requests"}, "Waiting for GitHub."),
    "archived": ({"archived": True}, "This repository is archived."),
    "partly": (
        {"result": "synced", "detail": "0 changes written. Not read: 12 issues."},
        "This repository is too large to read in full.",
    ),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("with_data", [False, True])
def test_what_is_the_matter_is_told_kindly(
    host: Host, documents: PageDocuments, state: str, with_data: bool
) -> None:
    how, words = STATES[state]
    name = f"lea/{state}-{with_data}"
    row = documents.add(name, six_weeks(), **how) if with_data else documents.known(name, **how)
    page = shown(host, f"/r/{name}")
    assert words in page.text
    assert str(how.get("detail", "")) in page.text
    assert "<b>no</b>" not in page.answer.text
    assert ("Progress on the path" in page.answer.text) == with_data
    # Whoever only looks has nothing to set up.
    assert not any(to.startswith("/setup") for to in page.links.values())
    assert row.full_name in page.text


def test_a_run_that_goes_on_shows_how_far_it_is(host: Host, documents: PageDocuments) -> None:
    row = documents.add("lea/writing", six_weeks())
    documents.store.repositories.record_progress(row.id, 12, 40)
    page = shown(host, "/r/lea/writing")
    assert "Milepost is writing changes. 12 of 40 changes" in page.text
    assert 'value="30" aria-label="Changes written"' in page.answer.text


def test_a_suspended_app_rests(host: Host, documents: PageDocuments) -> None:
    documents.add("lea/resting", six_weeks())
    documents.store.repositories.save_installation(
        InstallationRow(HERE.id, "lea", "suspended"), NOW
    )
    try:
        assert "The App is suspended for this account." in shown(host, "/r/lea/resting").text
    finally:
        documents.store.repositories.save_installation(HERE, NOW)


@pytest.mark.parametrize(
    ("path", "today"),
    [(TINY, "2025-12-01"), (UNTIMED, "2026-02-16"), (RICH, "2027-01-01"), (GUIDE, "2026-04-07")],
    ids=["before the start", "without hours", "after the end", "the built-in guide"],
)
def test_each_state_of_a_path_is_a_page(
    host: Host, documents: PageDocuments, path: Curriculum, today: str
) -> None:
    row = documents.add("lea/any", HistoryLearner(path).view(today))
    assert path.title in shown(host, "/r/lea/any").text
    documents.store.repositories.mark_repository_gone(row.id, NOW)


def test_a_finished_path_is_told_as_one(host: Host, documents: PageDocuments) -> None:
    learner = HistoryLearner(TINY).done(Only_this="2026-01-08")
    documents.add("lea/finished", learner.view("2026-01-12"))
    page = shown(host, "/r/lea/finished")
    assert "Finished on 8 Jan 2026" in page.text
    assert "Forecast" not in page.text


def test_hostile_long_and_foreign_titles_are_only_text(
    host: Host, documents: PageDocuments
) -> None:
    drawing = f"Phase: P\nMonth 1: M\nWeek 1: {RTL}\n- {HOSTILE}\n- {LONG}"
    learner = HistoryLearner(curriculum(drawing, title=f"{RTL} {HOSTILE}"))
    learner.done(**{HOSTILE: "2026-01-12"})
    reported = f"{HOSTILE}\njavascript:alert(3)"
    documents.add("lea/hostile", learner.view("2026-01-14"), result="wrong", detail=reported)
    page = shown(host, "/r/lea/hostile")
    assert page.text.count("<script>alert(1)</script>") >= 4  # as text: title, task, week, told
    assert "<script" not in page.answer.text
    assert "<img src=x" not in page.answer.text
    assert LONG in page.text
    assert {httpx2.URL(to).scheme for to in page.links.values()} <= {"", "http", "https"}


def test_the_badge_goes_into_a_readme(host: Host, documents: PageDocuments) -> None:
    documents.add("lea/badge", six_weeks())
    page = shown(host, "/r/lea/badge")
    found = re.search(r"<code>(\[!\[.*?)</code>", page.answer.text)
    assert found
    shape = r"\[!\[Milepost\]\((\S+)\)\]\((\S+)\)"
    marked = re.fullmatch(shape, html.unescape(found[1]))
    assert marked
    picture, home = (host.client.get(address) for address in marked.groups())
    assert picture.headers["content-type"] == "image/svg+xml"
    assert home.text == page.answer.text
    shields = httpx2.URL(page.links["The same badge by Shields"])
    assert host.client.get(shields.params["url"]).json()["message"] == "32%"


def test_pictures_are_drawn_and_kept_by_their_etag(host: Host, documents: PageDocuments) -> None:
    documents.add("lea/pictures", six_weeks())
    page = shown(host, "/r/lea/pictures")
    source = re.search(r'<img src="(/r/[^"]+)" alt="([^"]+)"', page.answer.text)
    assert source
    assert len(source[2]) > 40  # words, not a name
    url = host.url + source[1]
    first = host.client.get(url)
    assert first.headers["content-type"] == "image/svg+xml"
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["content-security-policy"].startswith("default-src 'none'; style-src")
    again = host.client.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert host.client.get(f"{host.url}/r/lea/pictures/pictures/none.svg").status_code == 404


def test_a_report_allows_its_own_style_and_nothing_else(
    host: Host, documents: PageDocuments
) -> None:
    documents.add("lea/report", Studying(GUIDE).view(checkpoints.REPORTED))
    page = shown(host, "/r/lea/report")
    to = page.links["Three-month checkpoint"]
    report = shown(host, to)
    style = re.search(r"<style>(.*?)</style>", report.answer.text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = report.answer.headers["content-security-policy"].split("; ")
    assert policy[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]
    assert not any("script" in rule for rule in policy)
    assert "@page" in style[1]
    assert host.client.get(f"{host.url}/r/lea/report/checkpoints/never").status_code == 404


def test_a_document_of_another_version_counts_as_not_there(
    host: Host, documents: PageDocuments
) -> None:
    row = documents.add("lea/older", six_weeks())
    documents.store.page_cache.put(CachedPage(row.id, NOW, "{}", b"of another time"), NOBODY)
    assert "This path hasn't started yet" in shown(host, "/r/lea/older").text


@pytest.mark.parametrize(
    "path", [TINY, UNTIMED, RICH, GUIDE], ids=["tiny", "untimed", "rich", "guide"]
)
def test_what_is_kept_is_read_again_as_it_was(path: Curriculum) -> None:
    made = showing(HistoryLearner(path).view("2026-02-16"), NOW)
    assert unpacked(packed(made)) == made


def test_a_newer_look_takes_the_place_of_an_older(host: Host, documents: PageDocuments) -> None:
    row = documents.add("lea/newer", HistoryLearner(RICH).view("2026-02-16"))
    assert "32%" not in shown(host, "/r/lea/newer").text
    documents.put(row, six_weeks())
    assert "32%" in shown(host, "/r/lea/newer").text


def test_what_is_gone_is_gone(host: Host, documents: PageDocuments) -> None:
    row = documents.add("lea/gone", six_weeks())
    documents.store.repositories.mark_repository_gone(row.id, NOW)
    for path in ("", "/pictures/burn-up.svg", "/checkpoints/one-month-in"):
        assert host.client.get(f"{host.url}/r/lea/gone{path}").status_code == 404
