"""Calendars on the server: public beside the page, private at an address that can be renewed."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pytest
from ical.calendar_stream import IcsCalendarStream
from reports.histories import RICH, HistoryLearner
from repository_fixture import settings
from server.page_documents_fixture import NOW, PageDocuments, document_server, six_weeks
from server.person import Page, Person
from server.server_fixture import Host
from server.visitor_fixture import VisitorFixture, visited

from bot.server.keys import Keys
from bot.server.showing import update_calendar
from bot.server.store.rows import InstallationRow, RepositoryInfo
from bot.server.store.store import Store
from github_sandbox.server import running
from github_sandbox.state import apps

HIDDEN = "lea/hidden"


@pytest.fixture(scope="module")
def host_and_documents(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Host, PageDocuments]]:
    with document_server(tmp_path_factory.mktemp("calendars")) as made:
        made[1].add("lea/open", six_weeks())
        made[1].add(HIDDEN, six_weeks(), private=True)
        yield made


@pytest.fixture(scope="module")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitorFixture]:
    """Run a server with a private repository of Lea's, which Rita may read."""
    folder = tmp_path_factory.mktemp("addresses")
    with running() as sandbox:
        with visited(sandbox, f"sqlite:///{folder / 'store.sqlite3'}", folder) as made:
            home = made.world.add_repository(HIDDEN, private=True, collaborators={"rita": "read"})
            other = made.world.add_repository("lea/other", private=True)
            with made.world.lock:
                apps.install(made.world, made.app, "lea", repositories=[home, other])
            made.settle()
            documents = PageDocuments(made.host.store)
            documents.add(HIDDEN, six_weeks(), number=home.id, private=True)
            documents.add("lea/other", six_weeks(), number=other.id, private=True)
            yield made
        sandbox.webhooks.settle()


@pytest.fixture(scope="module")
def lea(app_server: VisitorFixture) -> Iterator[Person]:
    with app_server.person("lea") as somebody:
        app_server.sign_in(somebody)
        yield somebody


def get(host: Host, path: str, **headers: str) -> httpx2.Response:
    return host.client.get(host.url + path, headers=headers)


def address(page: Page) -> str:
    """Return the path of the calendar that a page shows."""
    return next(word for word in page.text.split() if word.endswith(".ics")).partition("/c/")[2]


def known(answer: httpx2.Response, name: str) -> tuple[int, str, dict[str, str]]:
    """Return all of an answer but the time and the name that was requested."""
    headers = {k: v for k, v in answer.headers.items() if k not in {"date", "content-length"}}
    return answer.status_code, answer.text.replace(name, "NAME"), headers


def test_that_of_a_public_path_is_beside_its_page(host: Host) -> None:
    answer = get(host, "/r/lea/open.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-robots-tag"] == "noindex"
    events = IcsCalendarStream.calendar_from_ics(answer.text).events
    assert "Month 1, Week 1-2: A" in {event.summary for event in events}
    assert f"{host.url}/r/lea/open.ics" in get(host, "/r/lea/open").text
    again = get(host, "/r/lea/open.ics", **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_it_is_the_same_until_the_plan_changes(host: Host, documents: PageDocuments) -> None:
    row = documents.add("lea/moving", HistoryLearner(RICH).view("2026-02-16"))
    before = get(host, "/r/lea/moving.ics").text
    later = HistoryLearner(RICH).view("2026-02-17")
    update_calendar(documents.store.calendars, row.id, later, NOW + timedelta(days=1))
    assert get(host, "/r/lea/moving.ics").text == before
    slower = HistoryLearner(RICH, settings("2026-01-05", ahead="all", pace=5)).view("2026-02-17")
    update_calendar(documents.store.calendars, row.id, slower, NOW + timedelta(days=1))
    assert "DTSTAMP:20260217T080000Z" in get(host, "/r/lea/moving.ics").text


@pytest.mark.parametrize("name", [HIDDEN, "lea/none", "nobody/none", "lea/%00"])
def test_what_is_private_or_unknown_gets_one_answer(host: Host, name: str) -> None:
    nothing = known(get(host, "/r/nobody/nothing.ics"), "nobody/nothing")
    assert nothing[0] == 404
    assert known(get(host, f"/r/{name}.ics"), name) == nothing


def test_a_sync_that_ends_after_the_app_was_removed_shows_nothing(
    host: Host, documents: PageDocuments
) -> None:
    row = documents.add("lea/removed", six_weeks(), private=True)
    documents.store.repositories.mark_repository_gone(row.id, NOW)
    update_calendar(documents.store.calendars, row.id, six_weeks(), NOW)
    there = documents.store.calendars.address_key(row.id)
    assert there
    seal = Keys.of(host.server.config, host.store).sign("calendar", f"{row.id} {there.key}")
    assert get(host, f"/c/{row.id}-{seal}.ics").status_code == 404
    documents.known("lea/removed", number=row.id, private=True)
    assert get(host, f"/c/{row.id}-{seal}.ics").status_code == 200


def test_it_is_in_the_language_of_the_path(host: Host, documents: PageDocuments) -> None:
    how = settings("2026-01-05", ahead="all", language="de")
    documents.add("lea/deutsch", HistoryLearner(RICH, how).view("2026-02-16"))
    assert "SUMMARY:Monat 1\\, Week 1-2: A" in get(host, "/r/lea/deutsch.ics").text


def test_before_the_first_sync_there_is_none(host: Host, documents: PageDocuments) -> None:
    documents.known("lea/new")
    assert get(host, "/r/lea/new.ics").status_code == 404
    assert ".ics" not in get(host, "/r/lea/new").text


def test_a_repository_may_be_called_like_a_calendar(host: Host, documents: PageDocuments) -> None:
    documents.add("lea/path.ics", six_weeks())
    assert "From here to there" in Page.of(get(host, "/r/lea/path.ics")).text
    assert get(host, "/r/lea/path.ics.ics").text.startswith("BEGIN:VCALENDAR")


def test_a_private_one_has_an_address_for_those_who_may_read_it(
    app_server: VisitorFixture, lea: Person
) -> None:
    mine = address(lea.open(f"/r/{HIDDEN}"))
    with app_server.person("rita") as rita, Person(app_server.host.url) as anybody:
        app_server.sign_in(rita)
        assert address(rita.open(f"/r/{HIDDEN}")) == mine
        assert "New address" not in rita.open(f"/r/{HIDDEN}").text
        assert anybody.web.get(f"/c/{mine}").text.startswith("BEGIN:VCALENDAR")
        assert anybody.web.get(f"/r/{HIDDEN}.ics").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    ["none", "1234-", "-----", "1-wrong", "9" * 30 + "-x", "{id}-", "{id}-x", "{other}-{seal}"],
)
def test_a_wrong_address_gets_the_answer_of_none(
    app_server: VisitorFixture, lea: Person, wrong: str
) -> None:
    number, _, seal = address(lea.open(f"/r/{HIDDEN}")).removesuffix(".ics").partition("-")
    other = address(lea.open("/r/lea/other")).partition("-")[0]
    name = wrong.format(id=number, seal=seal, other=other)
    with Person(app_server.host.url) as anybody:
        answers = [known(anybody.web.get(f"/c/{n}.ics"), n) for n in ("900-none", name)]
        assert answers[0] == answers[1]
        assert answers[0][0] == 404
        assert anybody.web.get("/c/²-x.ics").status_code == 404


def test_a_new_address_ends_the_old_one(app_server: VisitorFixture, lea: Person) -> None:
    page = lea.open(f"/r/{HIDDEN}")
    old, other = address(page), address(lea.open("/r/lea/other"))
    again = lea.press(page, "New address")
    assert again.path == f"/r/{HIDDEN}"
    new = address(again)
    with Person(app_server.host.url) as anybody:
        found = [anybody.web.get(f"/c/{name}").status_code for name in (old, new, other)]
    assert found == [404, 200, 200]


def test_only_who_may_write_renews_it_and_only_with_our_form(
    app_server: VisitorFixture, lea: Person
) -> None:
    page = lea.open(f"/r/{HIDDEN}")
    there, fields = address(page), page.form("New address").fields
    renewal = f"/r/{HIDDEN}/calendar"
    with app_server.person("rita") as rita, Person(app_server.host.url) as anybody:
        app_server.sign_in(rita)
        assert rita.web.post(renewal, data=fields).status_code == 403
        own = rita.open("/").form("Sign out").fields
        assert rita.web.post(renewal, data=own).status_code == 404
        anybody.web.post(renewal, data=fields)
    assert lea.web.post(renewal).status_code == 403
    foreign = {"Origin": "https://elsewhere.example"}
    assert lea.web.post(renewal, data=fields, headers=foreign).status_code == 403
    assert lea.web.get(renewal).status_code == 405
    assert address(lea.open(f"/r/{HIDDEN}")) == there


def test_no_log_has_the_address(lea: Person, caplog: pytest.LogCaptureFixture) -> None:
    secret = address(lea.open(f"/r/{HIDDEN}"))
    with caplog.at_level(logging.DEBUG):
        assert lea.web.get(f"/c/{secret}").status_code == 200
        assert lea.web.get(f"/c/{secret[:-4]}x.ics").status_code == 404
    finished = [r.__dict__ for r in caplog.records if r.name == "bot.server.access_log"]
    assert {record["route"] for record in finished} == {"/c/{sealed}.ics"}
    ours = [str(r.__dict__) for r in caplog.records if r.name.startswith(("bot", "uvicorn"))]
    assert ours
    assert not any(secret.partition("-")[2][:20] in record for record in ours)


def test_an_address_dies_with_the_repository_and_never_comes_back(store: Store) -> None:
    """Here with each kind of database."""
    where = InstallationRow(70, "lea", "active")
    info = RepositoryInfo(5, HIDDEN, private=True, archived=False)
    store.repositories.save_installation(where, NOW)
    store.repositories.save_repository(70, info, NOW)
    update_calendar(store.calendars, 5, six_weeks(), NOW)
    first = store.calendars.address_key(5)
    update_calendar(store.calendars, 5, HistoryLearner(RICH).view("2026-06-01"), NOW)
    second = store.calendars.address_key(5)
    assert first
    assert second
    assert (second.key, second.fingerprint != first.fingerprint) == (first.key, True)
    content = store.calendars.content(5)
    assert content
    assert content.startswith(b"BEGIN:VCALENDAR")
    store.calendars.renew(5)
    renewed = store.calendars.address_key(5)
    assert renewed
    assert renewed.key != first.key
    store.repositories.save_installation(where._replace(state="gone"), NOW)
    assert store.calendars.address_key(5) is None
    assert store.calendars.content(5) is None
    store.repositories.save_installation(where, NOW)
    store.repositories.save_repository(70, info, NOW)
    update_calendar(store.calendars, 5, six_weeks(), NOW)
    back = store.calendars.address_key(5)
    assert back
    assert back.key not in {first.key, renewed.key}
