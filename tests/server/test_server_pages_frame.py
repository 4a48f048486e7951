"""Every page: its headers, its errors, and where it leads."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from server.page_documents_fixture import PageDocuments, document_server, six_weeks
from server.person import Page
from server.server_fixture import Host

from bot.server.pages.frame import local_path
from bot.server.store.page_cache import PageCache

PAGES = {
    "/": 200,
    "/r/lea/open": 200,
    "/r/lea/open/pictures/burn-up.svg": 200,
    "/r/lea/open/checkpoints/one-month-in": 200,
    "/r/lea/open.ics": 200,
    "/r/lea/none": 404,
    "/badge/lea/open.svg": 200,
    "/badge/lea/open.json": 200,
    "/cohort.json": 401,
    "/assets/style.css": 200,
    "/favicon.ico": 303,
    "/nowhere": 404,
    "/healthz": 200,
    "/readyz": 200,
}
TRACE = re.compile(r"Traceback|File \"|/bot/|Error\b")


@pytest.fixture(scope="module")
def host_and_documents(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Host, PageDocuments]]:
    with document_server(tmp_path_factory.mktemp("frame")) as made:
        made[1].add("lea/open", six_weeks())
        yield made


def get(host: Host, path: str, method: str = "GET") -> httpx2.Response:
    return host.client.request(method, host.url + path)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", PAGES)
def test_no_answer_goes_out_without_its_headers(host: Host, path: str, method: str) -> None:
    if method == "HEAD" and path in {"/healthz", "/readyz"}:
        return
    answer = get(host, path, method)
    text = answer.headers
    assert answer.status_code == PAGES[path]
    policy = text["content-security-policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert "frame-ancestors 'none'" in policy
    assert not any("unsafe" in rule for rule in policy if not rule.startswith("style-src"))
    assert text["x-content-type-options"] == "nosniff"
    assert text["referrer-policy"] == "same-origin"
    assert text["cross-origin-opener-policy"] == "same-origin"
    assert text["x-robots-tag"] == ("all" if path == "/" else "noindex")
    assert "strict-transport-security" not in text
    stored = any(word in path for word in ("/badge/", "/assets/", "/pictures/", ".ics"))
    assert (text["cache-control"] == "no-store") == (not stored)


def test_pages_of_ours_run_nothing_and_load_nothing_from_outside(host: Host) -> None:
    answer = get(host, "/r/lea/open")
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    loaded = re.findall(r'(?:src|href)="([^"]+)"', re.sub(r"<a [^>]*>", "", answer.text))
    assert loaded
    assert all(one.startswith("/") for one in loaded)
    assert " style=" not in answer.text


def test_browsers_that_came_by_https_keep_to_it(tmp_path: Path) -> None:
    with document_server(tmp_path, MILEPOST_PUBLIC_URL="https://milepost.example") as (
        host,
        documents,
    ):
        documents.add("lea/open", six_weeks())
        for path in ("/", "/nowhere", "/badge/lea/open.svg"):
            text = get(host, path).headers
            assert text["strict-transport-security"] == "max-age=31536000"
        assert "; secure" in get(host, "/?language=de").headers["set-cookie"].lower()
        # What people copy names the address that they reach us by.
        assert "https://milepost.example/badge/lea/open.svg" in get(host, "/r/lea/open").text


def test_what_is_not_there_is_said_in_kind(host: Host) -> None:
    page, data, picture = (get(host, f"/nowhere{end}") for end in ("", ".json", ".svg"))
    assert {one.status_code for one in (page, data, picture)} == {404}
    assert "<h1>Page not found</h1>" in page.text
    assert data.json() == {"error": "Page not found"}
    assert picture.headers["content-type"].startswith("text/plain")
    # Text that looks like a picture's name is not run as anything.
    assert get(host, "/%3Cscript%3E.svg").text == "Page not found\n"
    assert "<script>" not in get(host, "/<script>alert(1)</script>").text


def test_a_page_that_cannot_be_asked_so_says_so(host: Host) -> None:
    answer = get(host, "/cohort", "DELETE")
    assert answer.status_code == 405
    assert "open this way" in answer.text
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("path", ["/r/lea/open", "/badge/lea/open.svg", "/badge/lea/open.json"])
def test_what_breaks_here_is_a_page_and_no_traceback(
    host: Host, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(PageCache, "get", broken)
    monkeypatch.setattr(PageCache, "badge", broken)
    answer = httpx2.get(host.url + path)  # the connection is closed after it
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "secret" not in answer.text
    assert not TRACE.search(answer.text)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_who_asks_too_often_gets_a_page_and_a_time(tmp_path: Path) -> None:
    with document_server(tmp_path, MILEPOST_PAGE_LIMIT="2") as (host, _):
        answers = [get(host, "/") for _ in range(3)]
        assert [one.status_code for one in answers] == [200, 200, 429]
        assert "Too many requests" in answers[2].text
        assert 0 < int(answers[2].headers["retry-after"]) <= 60
        assert answers[2].headers["content-security-policy"].startswith("default-src 'none'")


def test_an_asset_is_kept_for_good_under_an_address_that_changes_with_it(host: Host) -> None:
    found = re.search(r'href="(/assets/style\.css\?v=[0-9a-f]+)"', get(host, "/").text)
    assert found
    named, bare = get(host, found[1]), get(host, "/assets/style.css?v=older")
    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert bare.headers["cache-control"] == "public, max-age=300"
    assert named.content == bare.content
    assert named.headers["content-type"].startswith("text/css")
    for path in ("/assets/..%2fbase.html.j2", "/assets/base.html.j2", "/assets/"):
        assert get(host, path).status_code == 404


def test_without_an_app_the_first_page_says_how_to_get_one(host: Host) -> None:
    page = Page.of(get(host, "/"))
    assert "This server isn't on GitHub yet" in page.text
    assert not any("sign-in" in to for to in page.links.values())
    assert host.client.get(f"{host.url}/cohort").status_code == 401


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/cohort", "/cohort"),
        ("/r/a/b?x=1", "/r/a/b?x=1"),
        ("", "/"),
        ("cohort", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/ä", "/"),
        ("/\t/evil.example", "/"),
        ("///evil.example", "/"),
        ("/[", "/["),
    ],
)
def test_pages_lead_to_our_own_only(path: str, to: str) -> None:
    assert local_path(path) == to


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/", "start/with-the-app"),
        ("/r/lea/open", "how-to/faq"),
        ("/nowhere", "how-to/troubleshooting"),
    ],
)
def test_the_foot_links_to_the_page_that_helps(
    path: str, page: str, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Documentation" not in get(host, path).text
    monkeypatch.setenv("MILEPOST_DOCS_URL", "https://docs.example.org")
    link = f'<a href="https://docs.example.org/{page}/">Documentation</a>'
    assert link in get(host, path).text.partition("<footer")[2]
