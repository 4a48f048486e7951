"""Who may see which repository: a table; private and unknown ones cannot be told apart."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from server.page_documents_fixture import NOW, PageDocuments, six_weeks
from server.person import Person
from server.visitor_fixture import VisitorFixture, visited

from bot.errors import UnavailableError
from bot.github.oauth import OAuthClient
from bot.server.pages import access
from github_sandbox.server import running
from github_sandbox.state import apps, grants
from github_sandbox.state.objects import Role

# Names of one length, so that pages which name what was asked for are equally long, too.
HOMES = ("lea/public", "lea/veiled", "lea/nobody", "lea/parted")
WHO = ("anonymous", "stranger", "reader", "writer")


@pytest.fixture(scope="module")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitorFixture]:
    """Run a server with Lea's repositories: public, private, unknown and gone."""
    folder = tmp_path_factory.mktemp("access")
    with running() as sandbox:
        with visited(sandbox, f"sqlite:///{folder / 'store.sqlite3'}", folder) as made:
            _fill(made)
            yield made
        sandbox.webhooks.settle()


def _fill(app_server: VisitorFixture) -> None:
    roles: dict[str, Role] = {"reader": "read", "writer": "write"}
    homes = {
        name: app_server.world.add_repository(
            name, private=name != "lea/public", collaborators=roles
        )
        for name in HOMES
        if name != "lea/nobody"
    }
    with app_server.world.lock:
        # GitHub still shows the one that is gone here to those who may read it.
        apps.install(app_server.world, app_server.app, "lea", repositories=[*homes.values()])
    app_server.settle()
    documents = PageDocuments(app_server.host.store)
    for name, home in homes.items():
        documents.add(name, six_weeks(), number=home.id, private=home.private)
    documents.store.repositories.mark_repository_gone(homes["lea/parted"].id, NOW)


@pytest.fixture(scope="module")
def people(app_server: VisitorFixture) -> Iterator[dict[str, Person]]:
    """Yield people with their own browsers, all but the first signed in."""
    with (
        Person(app_server.host.url) as anonymous,
        app_server.person("stranger") as stranger,
        app_server.person("reader") as reader,
        app_server.person("writer") as writer,
    ):
        for somebody in (stranger, reader, writer):
            app_server.sign_in(somebody)
        found = (anonymous, stranger, reader, writer)
        yield dict(zip(WHO, found, strict=True))


def requested(somebody: Person, path: str) -> httpx2.Response:
    return somebody.web.get(path, follow_redirects=False)


def anonymised(answer: httpx2.Response, home: str) -> tuple[int, str, dict[str, str]]:
    """Return all of an answer but the time and the name that was requested."""
    name = home.partition("/")[2]
    headers = {k: v for k, v in answer.headers.items() if k != "date"}
    return answer.status_code, answer.text.replace(name, "NAME"), headers


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("home", HOMES)
@pytest.mark.parametrize("part", ["", ".ics", "/pictures/burn-up.svg", "/checkpoints/one-month-in"])
def test_the_table(people: dict[str, Person], who: str, home: str, part: str) -> None:
    sees = home == "lea/public" or (home == "lea/veiled" and who in {"reader", "writer"})
    answer = requested(people[who], f"/r/{home}{part}")
    assert answer.status_code == (200 if sees else 404)


def test_only_a_public_path_has_a_link_preview(people: dict[str, Person]) -> None:
    previews = ["og:title" in people["reader"].open(f"/r/{home}").answer.text for home in HOMES[:2]]
    assert previews == [True, False]


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("home", ["lea/public", "lea/veiled"])
def test_only_writers_are_led_to_the_settings(
    people: dict[str, Person], who: str, home: str
) -> None:
    page = people[who].open(f"/r/{home}")
    assert (f"/setup/{home}" in page.links.values()) == (who == "writer")


@pytest.mark.parametrize("who", ["anonymous", "stranger"])
@pytest.mark.parametrize(
    "part", ["", ".ics", "/pictures/burn-up.svg", "/checkpoints/one-month-in", "/checkpoints/none"]
)
def test_private_unknown_and_gone_are_one(people: dict[str, Person], who: str, part: str) -> None:
    answers = [
        anonymised(requested(people[who], f"/r/{home}{part}"), home)
        for home in HOMES
        if "pub" not in home
    ]
    assert answers[0] == answers[1] == answers[2]
    assert "lea/veiled" not in answers[0][1]


def test_github_is_asked_the_same_whether_we_know_it_or_not(
    app_server: VisitorFixture, people: dict[str, Person]
) -> None:
    def questions(home: str) -> list[str]:
        before = len(app_server.world.journal.entries)
        requested(people["stranger"], f"/r/{home}")
        new = list(app_server.world.journal.entries)[before:]
        return [entry.path.replace(home, "HOME") for entry in new]

    later(app_server, access.ANSWER_LIFETIME)
    assert questions("lea/veiled") == questions("lea/nobody") == ["/repos/HOME"]
    # And nobody is looked up for who is not signed in.
    before = len(app_server.world.journal.entries)
    requested(people["anonymous"], "/r/lea/veiled")
    assert len(app_server.world.journal.entries) == before


def later(app_server: VisitorFixture, by: timedelta) -> None:
    clock = app_server.host.server.clock
    app_server.host.server.clock = lambda: clock() + by


def test_an_answer_of_github_holds_for_a_minute(app_server: VisitorFixture) -> None:
    later(app_server, access.ANSWER_LIFETIME)
    with app_server.person("guest") as guest:
        with app_server.world.lock:
            home = next(r for r in app_server.world.repositories.values() if r.name == "veiled")
            home.collaborators["guest"] = "read"
        app_server.sign_in(guest)
        assert requested(guest, "/r/lea/veiled").status_code == 200
        with app_server.world.lock:
            del home.collaborators["guest"]
        assert requested(guest, "/r/lea/veiled").status_code == 200
        later(app_server, access.ANSWER_LIFETIME)
        assert requested(guest, "/r/lea/veiled").status_code == 404


def test_a_sign_in_that_github_ended_is_over_here(app_server: VisitorFixture) -> None:
    with app_server.person("leaver") as leaver:
        app_server.sign_in(leaver)
        with app_server.world.lock:
            grants.revoke(app_server.world, app_server.app, app_server.world.users["leaver"])
        answer = requested(leaver, "/r/lea/veiled")
        assert answer.status_code == 401
        assert "Sign in again" in answer.text
        assert "Max-Age=0" in answer.headers["set-cookie"]
        assert "Signed in as" not in leaver.open("/").text


def test_what_all_may_see_does_not_wait_for_github(
    app_server: VisitorFixture, people: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any) -> None:
        raise UnavailableError("GitHub does not answer.")

    monkeypatch.setattr(OAuthClient, "repository", silent)
    later(app_server, access.ANSWER_LIFETIME)
    assert requested(people["writer"], "/r/lea/public").status_code == 200
    for home in ("lea/veiled", "lea/nobody"):
        answer = requested(people["reader"], f"/r/{home}")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "60"


def test_the_case_of_letters_does_not_matter(
    app_server: VisitorFixture, people: dict[str, Person]
) -> None:
    later(app_server, access.ANSWER_LIFETIME)
    assert "From here to there" in requested(people["reader"], "/r/LEA/Veiled").text


@pytest.mark.parametrize("name", ["lea/%00", "lea/a%20b", "lea/..", "%2e%2e/x", "x/" + "y" * 101])
def test_what_can_be_no_name_is_not_looked_up(people: dict[str, Person], name: str) -> None:
    assert requested(people["writer"], f"/r/{name}").status_code in {404, 307}
