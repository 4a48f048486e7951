"""The language of pages: what a viewer chose, else what their browser prefers, else English."""

import re

import httpx2
import pytest
from pseudo_language import pseudo_language
from reports.histories import RICH, HistoryLearner
from server.page_documents_fixture import PageDocuments, six_weeks
from server.pseudo_pages import page_escapes
from server.server_fixture import Host
from starlette.datastructures import QueryParams
from starlette.requests import Request

from bot.i18n import LANGUAGES, format_date, use_language
from bot.server.pages.frame import Frame, PageError
from bot.server.pages.language import COOKIE, language_links
from bot.server.pages.settings_file import SettingsFile

UNKNOWN = "/r/nobody/nothing"


def get(host: Host, path: str, accepted: str = "", chosen: str = "") -> httpx2.Response:
    """Return the response to a viewer whose cookie has the language `chosen`."""
    headers = {"Accept-Language": accepted} if accepted else {}
    headers |= {"Cookie": f"{COOKIE}={chosen}"} if chosen else {}
    return httpx2.get(host.url + path, headers=headers)


def language(answer: httpx2.Response) -> str:
    found = re.search(r'<html lang="([^"]*)">', answer.text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("accepted", "chosen", "expected"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "", "de"),
        ("nl;q=0.9, pt-BR;q=0.4", "", "pt"),
        ("nl", "", "en"),
        ("", "", "en"),
        ("de", "ja", "ja"),
        ("de", "tlh", "de"),
        ("de", "../../etc", "de"),
    ],
)
def test_a_page_is_in_the_language_that_its_viewer_chose_or_prefers(
    host: Host, accepted: str, chosen: str, expected: str
) -> None:
    for path in ("/", UNKNOWN):
        assert language(get(host, path, accepted, chosen)) == expected


def test_a_choice_stays(host: Host) -> None:
    with httpx2.Client(base_url=host.url, headers={"Accept-Language": "fr"}) as viewer:
        assert language(viewer.get("/")) == "fr"
        chosen = viewer.get("/", params={"language": "es"})
        assert language(chosen) == "es"
        flags = chosen.headers["Set-Cookie"].lower()
        assert "httponly" in flags
        assert "samesite=lax" in flags
        assert "path=/" in flags
        assert "secure" not in flags  # this server is asked by plain HTTP
        assert language(viewer.get(UNKNOWN)) == "es"
        assert language(viewer.get("/", params={"language": "zh-Hant"})) == "zh"


def test_what_is_no_language_chooses_none(host: Host) -> None:
    for text in ("tlh", "", "//evil.example", "%0d%0aSet-Cookie:x=y"):
        answer = get(host, f"/?language={text}")
        assert language(answer) == "en"
        assert "Set-Cookie" not in answer.headers


def test_requests_on_one_connection_share_no_language(host: Host) -> None:
    with httpx2.Client(base_url=host.url) as viewer:
        assert language(viewer.get("/", headers={"Accept-Language": "de"})) == "de"
        assert language(viewer.get("/", headers={"Accept-Language": "sw"})) == "en"


def test_what_breaks_is_told_in_the_viewer_s_language_too(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(host.store.repositories, "repository_named", broken)
    answer = get(host, "/r/lea/open", "ja")
    assert (answer.status_code, language(answer)) == (500, "ja")


def test_caches_tell_viewers_apart_and_share_what_is_the_same_for_all(
    host: Host, documents: PageDocuments
) -> None:
    documents.add("lea/cached", six_weeks())
    for path in ("/", UNKNOWN, "/r/lea/cached", "/r/lea/cached/pictures/burn-up.svg"):
        varies = get(host, path).headers["Vary"]
        assert {"Accept-Language", "Cookie"} <= {one.strip() for one in varies.split(",")}
    for path in ("/assets/style.css", "/badge/lea/cached.svg"):
        headers = get(host, f"{path}?language=de").headers
        assert "Vary" not in headers
        assert "Set-Cookie" not in headers


def test_a_picture_on_a_page_is_in_the_viewer_s_language(
    host: Host, documents: PageDocuments
) -> None:
    documents.add("lea/drawn", HistoryLearner(RICH).view("2026-02-16"))
    path = "/r/lea/drawn/pictures/burn-up.svg"
    english, japanese = get(host, path), get(host, path, "ja")
    assert 'lang="ja"' in japanese.text
    assert "Mar" in english.text
    assert "3月" in japanese.text
    tag = english.headers["ETag"]
    answer = httpx2.get(host.url + path, headers={"Accept-Language": "ja", "If-None-Match": tag})
    assert answer.status_code == 200


def test_the_badge_is_in_the_language_of_its_path(host: Host, documents: PageDocuments) -> None:
    view = HistoryLearner(RICH).view("2025-12-01")
    changed = view.settings.badge.model_copy(update={"kind": "month"})
    update = {"language": "de", "badge": changed}
    view = view.model_copy(update={"settings": view.settings.model_copy(update=update)})
    documents.add("lea/badge", view)
    with use_language("de"):
        day = format_date(view.dates.first)
    assert day in get(host, "/badge/lea/badge.json", "ja").json()["message"]


def test_a_link_to_each_language_keeps_the_rest_of_the_address() -> None:
    def links(query: str) -> dict[str, str]:
        scope = {"type": "http", "query_string": query.encode(), "headers": []}
        return dict(language_links(Request(scope)))

    assert set(links("")) == set(LANGUAGES)
    params = QueryParams(links("page=2&group=a%26b&language=fr")["de"][1:])
    assert params.multi_items() == [("page", "2"), ("group", "a&b"), ("language", "de")]
    # What came back from GitHub goes into no address again.
    assert links("code=secret&state=secret")["de"] == "?language=de"


def test_a_page_has_no_english_of_its_own(
    host: Host, documents: PageDocuments, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = f"{RICH.model_dump_json()} lea Month Deliverable"  # as titles of issues begin
    view = six_weeks()
    with pseudo_language(monkeypatch):
        documents.add("lea/pseudo", view)
        for path in ("/", UNKNOWN, "/r/lea/pseudo", "/register", "/register?code=x", "/signed-in"):
            assert page_escapes(get(host, path).text, guide) == [], path


def test_each_state_of_a_repository_is_told_without_english(
    host: Host, documents: PageDocuments, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pseudo_language(monkeypatch):
        for result in ("", "unset", "wrong", "refused", "waiting", "archived", "synced"):
            name = f"lea/{result or 'new'}"
            documents.known(name, result=result, archived=result == "archived")
            assert page_escapes(get(host, f"/r/{name}").text) == [], result


def test_a_server_without_an_app_says_so_in_the_viewer_s_language(host: Host) -> None:
    with use_language("de"), pytest.raises(PageError) as refused:
        SettingsFile(Frame(host.server)).app_repository(1, "lea/open", private=False)
    assert refused.value.title == "Dieser Server hat noch keine App"
