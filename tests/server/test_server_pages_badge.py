"""Badges: cacheable, the same for all that may not be seen, and secret where they must be."""

import json
from collections.abc import Iterator

import httpx2
import pytest
from reports.histories import RICH, TINY, HistoryLearner
from server.page_documents_fixture import NOBODY, NOW, PageDocuments, document_server, six_weeks
from server.server_fixture import Host

from bot.server.keys import Keys
from bot.server.store.page_cache import CachedPage
from bot.server.store.rows import RepositoryRow

ENDINGS = ("svg", "json")
KEY = "a key for these tests only, long enough"


@pytest.fixture(scope="module")
def host_and_documents(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Host, PageDocuments]]:
    with document_server(tmp_path_factory.mktemp("badges"), MILEPOST_SECRET_KEY=KEY) as made:
        made[1].add("lea/open", six_weeks())
        made[1].add("lea/hidden", six_weeks(), private=True)
        yield made


def badge(host: Host, name: str, **headers: str) -> httpx2.Response:
    return host.client.get(f"{host.url}/badge/{name}", headers=headers)


def sealed(row: RepositoryRow) -> str:
    return f"private/{row.id}-{Keys(KEY.encode()).sign('badge', str(row.id))}"


def known(answer: httpx2.Response) -> tuple[int, bytes, dict[str, str]]:
    """Return all of an answer but the time."""
    return answer.status_code, answer.content, {**answer.headers, "date": ""}


def test_it_shows_the_learners_number(host: Host) -> None:
    picture, data = badge(host, "lea/open.svg"), badge(host, "Lea/OPEN.json")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "From here to there: 32%" in picture.text
    assert data.headers["content-type"] == "application/json"
    assert data.json() == {
        "schemaVersion": 1,
        "label": "From here to there",
        "message": "32%",
        "color": "1f6feb",
    }


@pytest.mark.parametrize("ending", ENDINGS)
def test_proxies_keep_it_a_while_and_other_sites_may_show_it(host: Host, ending: str) -> None:
    text = badge(host, f"lea/open.{ending}").headers
    stored = "max-age=300, s-maxage=300, stale-while-revalidate=300, stale-if-error=86400"
    assert text["cache-control"] == stored
    assert text["access-control-allow-origin"] == "*"
    assert text["cross-origin-resource-policy"] == "cross-origin"
    assert text["content-security-policy"].startswith("default-src 'none'")
    assert "set-cookie" not in text


@pytest.mark.parametrize("ending", ENDINGS)
def test_whoever_has_it_is_told_so_in_no_bytes(host: Host, ending: str) -> None:
    first = badge(host, f"lea/open.{ending}")
    etag = first.headers["etag"]
    assert etag.startswith('"')
    for text in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = badge(host, f"lea/open.{ending}", **{"If-None-Match": text})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
        assert again.headers["cache-control"] == first.headers["cache-control"]
    assert badge(host, f"lea/open.{ending}", **{"If-None-Match": '"other"'}).status_code == 200


def test_a_new_number_has_a_new_etag_and_an_old_one_its_own_again(
    host: Host, documents: PageDocuments
) -> None:
    row = documents.add("lea/moving", HistoryLearner(RICH).view("2026-02-16"))
    before = badge(host, "lea/moving.svg").headers["etag"]
    documents.add("lea/moving", six_weeks(), number=row.id)
    after = badge(host, "lea/moving.svg", **{"If-None-Match": before})
    assert after.status_code == 200
    assert after.headers["etag"] != before
    documents.add("lea/moving", HistoryLearner(RICH).view("2026-02-16"), number=row.id)
    assert badge(host, "lea/moving.svg").headers["etag"] == before


def test_it_can_be_asked_for_without_its_bytes(host: Host) -> None:
    whole = badge(host, "lea/open.svg")
    head = host.client.head(f"{host.url}/badge/lea/open.svg")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert head.headers["etag"] == whole.headers["etag"]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    "name",
    [
        "lea/hidden",
        "lea/never%20heard",
        "lea/%00",
        "private/1-wrong",
        "private/900001-" + "A" * 43,
        "private/-",
        "private/" + "9" * 30 + "-x",
        "x" * 101 + "/y",
    ],
)
def test_what_is_private_unknown_or_wrong_gets_one_answer(
    host: Host, name: str, ending: str
) -> None:
    nothing = badge(host, f"nobody/nothing.{ending}")
    assert nothing.status_code == 200  # image proxies show nothing at all for an error
    assert "not found" in nothing.text
    assert known(badge(host, f"{name}.{ending}")) == known(nothing)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_private_one_has_an_address_that_nobody_can_guess(
    host: Host, documents: PageDocuments, ending: str
) -> None:
    row = documents.add("lea/secret", six_weeks(), private=True)
    assert "32%" in badge(host, f"{sealed(row)}.{ending}").text
    other = documents.known("lea/other", private=True)
    stolen = sealed(row).replace(str(row.id), str(other.id))
    assert "not found" in badge(host, f"{stolen}.{ending}").text
    documents.store.repositories.mark_repository_gone(row.id, NOW)
    assert "not found" in badge(host, f"{sealed(row)}.{ending}").text


def test_somebody_may_be_called_private(host: Host, documents: PageDocuments) -> None:
    documents.add("private/1-portfolio", six_weeks())
    assert "32%" in badge(host, "private/1-portfolio.svg").text


def test_before_the_first_look_it_says_so(host: Host, documents: PageDocuments) -> None:
    row = documents.known("lea/new")
    assert badge(host, "lea/new.json").json()["message"] == "not begun yet"
    documents.store.page_cache.put(
        CachedPage(row.id, NOW, json.dumps({"of": "another version"}), b""), NOBODY
    )
    assert badge(host, "lea/new.json").json()["message"] == "not begun yet"


def test_a_name_may_end_like_a_picture(host: Host, documents: PageDocuments) -> None:
    documents.add(
        "lea/site.svg", HistoryLearner(TINY).done(Only_this="2026-01-08").view("2026-01-12")
    )
    assert badge(host, "lea/site.svg.json").json()["message"] == "finished"
