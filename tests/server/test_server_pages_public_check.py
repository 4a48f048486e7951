"""Repositories that are no longer public: how soon pages and badges know without a webhook."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from server.page_documents_fixture import PageDocuments, six_weeks
from server.person import Person
from server.visitor_fixture import VisitorFixture, visited

from bot.errors import UnavailableError
from bot.server.pages import public_check
from bot.server.pages.public_check import FRESH, HOLDS, REST
from bot.server.store.rows import RepositoryRow, installation
from github_sandbox.server import running
from github_sandbox.state import apps
from github_sandbox.state.objects import Repository

PAGES = ("/r/lea/path", "/r/lea/path/pictures/burn-up.svg", "/r/lea/path/checkpoints/one-month-in")


@pytest.fixture
def app_server(tmp_path: Any) -> Iterator[VisitorFixture]:
    """Run a server with Lea's public path as of its last sync."""
    with running() as sandbox:
        with visited(sandbox, f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path) as made:
            home = made.world.add_repository("lea/path", collaborators={"reader": "read"})
            with made.world.lock:
                apps.install(made.world, made.app, "lea", repositories=[home])
            made.settle()
            PageDocuments(made.host.store).add("lea/path", six_weeks(), number=home.id)
            yield made
        sandbox.webhooks.settle()


def home_in(app_server: VisitorFixture) -> Repository:
    return next(
        one for one in app_server.world.repositories.values() if one.full_name == "lea/path"
    )


def hide(app_server: VisitorFixture) -> None:
    """Make it private without a webhook."""
    with app_server.world.lock:
        home_in(app_server).private = True


def later(app_server: VisitorFixture, by: timedelta) -> None:
    clock = app_server.host.server.clock
    app_server.host.server.clock = lambda: clock() + by


def requested(app_server: VisitorFixture, path: str) -> httpx2.Response:
    return app_server.host.client.get(app_server.host.url + path, follow_redirects=False)


def row_of(app_server: VisitorFixture) -> RepositoryRow:
    row = app_server.host.store.repositories.repository(home_in(app_server).id)
    assert row is not None
    return row


def statuses(app_server: VisitorFixture) -> set[int]:
    return {requested(app_server, path).status_code for path in PAGES}


def badge(app_server: VisitorFixture) -> str:
    message = str(requested(app_server, "/badge/lea/path.json").json()["message"])
    assert message in requested(app_server, "/badge/lea/path.svg").text
    return message


def questions(app_server: VisitorFixture) -> list[int]:
    """Return the statuses of GitHub's answers to requests by its id."""
    path = f"/repositories/{home_in(app_server).id}"
    return [entry.status for entry in app_server.world.journal.entries if entry.path == path]


def test_a_repository_made_private_is_out_of_sight_after_minutes(
    app_server: VisitorFixture,
) -> None:
    assert statuses(app_server) == {200}
    assert badge(app_server) == "32%"
    hide(app_server)
    later(app_server, FRESH - timedelta(seconds=30))
    assert statuses(app_server) == {200}
    later(app_server, timedelta(seconds=30))
    assert statuses(app_server) == {404}
    assert badge(app_server) == "not found"
    assert row_of(app_server).private
    with app_server.person("reader") as reader:
        app_server.sign_in(reader)
        assert reader.open("/r/lea/path").status == 200


def test_after_a_start_nothing_is_shown_on_the_word_of_the_store_alone(
    app_server: VisitorFixture,
) -> None:
    hide(app_server)
    assert badge(app_server) == "not found"
    assert statuses(app_server) == {404}


def test_asking_costs_nothing_of_the_hour_and_is_done_once(app_server: VisitorFixture) -> None:
    assert statuses(app_server) == {200}
    before = len(questions(app_server))
    for _ in range(3):
        later(app_server, FRESH)
        assert statuses(app_server) == {200}
        assert badge(app_server) == "32%"
    assert questions(app_server)[before:] == [304, 304, 304]


def test_the_token_for_it_reads_metadata_alone(app_server: VisitorFixture) -> None:
    with app_server.world.lock:
        app_server.world.tokens.clear()
    auth = app_server.host.server.auth
    assert auth is not None
    auth.forget_installation(row_of(app_server).installation_id)
    assert statuses(app_server) == {200}
    with app_server.world.lock:
        (token,) = app_server.world.tokens.values()
    assert token.permissions == {"metadata": "read"}
    assert [one.full_name for one in token.repositories or ()] == ["lea/path"]


def test_what_github_said_last_holds_for_an_hour(
    app_server: VisitorFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def silent(row: Any, *_: Any, **__: Any) -> None:
        tries.append(row.id)
        raise UnavailableError("GitHub cannot be reached.")

    assert statuses(app_server) == {200}
    monkeypatch.setattr(public_check, "read_repository", silent)
    later(app_server, FRESH)
    assert statuses(app_server) == {200}
    assert statuses(app_server) == {200}
    assert len(tries) == 1
    later(app_server, REST)
    assert statuses(app_server) == {200}
    assert len(tries) == 2
    later(app_server, HOLDS - FRESH)
    answer = requested(app_server, "/r/lea/path")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert badge(app_server) == "not found"
    monkeypatch.undo()
    later(app_server, REST)
    assert statuses(app_server) == {200}


def test_where_the_app_rests_it_is_shown_for_an_hour_to_strangers(
    app_server: VisitorFixture,
) -> None:
    assert statuses(app_server) == {200}
    with app_server.world.lock:
        there = app_server.world.installations[row_of(app_server).installation_id]
        apps.suspend(app_server.world, app_server.world.actor("lea"), there)
    app_server.settle()
    later(app_server, FRESH)
    assert statuses(app_server) == {200}
    later(app_server, HOLDS)
    assert statuses(app_server) == {404}
    with app_server.person("reader") as reader:
        app_server.sign_in(reader)
        assert reader.open("/r/lea/path").status == 200


def test_where_the_app_was_removed_unheard_it_is_gone(app_server: VisitorFixture) -> None:
    assert statuses(app_server) == {200}
    number, auth = row_of(app_server).installation_id, app_server.host.server.auth
    assert auth is not None
    with app_server.world.lock:
        del app_server.world.installations[number]
    auth.forget_installation(number)
    later(app_server, FRESH)
    assert statuses(app_server) == {404}
    # And the installation is synced, by which all that it reached is marked gone.
    assert app_server.host.store.jobs.due_at(installation(number)) is not None


def test_a_name_that_went_to_another_repository_shows_nothing_of_the_old_one(
    app_server: VisitorFixture,
) -> None:
    assert statuses(app_server) == {200}
    with app_server.world.lock:
        home_in(app_server).name = "moved"
    later(app_server, FRESH)
    with Person(app_server.host.url) as somebody:
        assert somebody.open("/r/lea/path").status == 404
        assert somebody.open("/r/lea/moved").status == 200
