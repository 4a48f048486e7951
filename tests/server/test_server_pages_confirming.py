"""What was public and is not any more: how soon pages and badges know it without being told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from server.gallery import Gallery, six_weeks
from server.person import Person
from server.visiting import Visited, visited

from bot.errors import UnavailableError
from bot.server.pages import confirming
from bot.server.pages.confirming import FRESH, HOLDS, REST
from bot.server.store.rows import RepositoryRow, installation
from github_sandbox.server import running
from github_sandbox.state import apps
from github_sandbox.state.objects import Repository

PAGES = ("/r/lea/path", "/r/lea/path/pictures/burn-up.svg", "/r/lea/path/checkpoints/one-month-in")


@pytest.fixture
def town(tmp_path: Any) -> Iterator[Visited]:
    """Lea's public path, as the last look left it."""
    with running() as sandbox:
        with visited(sandbox, f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path) as made:
            home = made.world.add_repository("lea/path", collaborators={"reader": "read"})
            with made.world.lock:
                apps.install(made.world, made.app, "lea", repositories=[home])
            made.settle()
            Gallery(made.host.store).hang("lea/path", six_weeks(), number=home.id)
            yield made
        sandbox.webhooks.settle()


def home_in(town: Visited) -> Repository:
    return next(one for one in town.world.repositories.values() if one.full_name == "lea/path")


def hide(town: Visited) -> None:
    """Make it private, with nobody telling us."""
    with town.world.lock:
        home_in(town).private = True


def later(town: Visited, by: timedelta) -> None:
    clock = town.host.server.clock
    town.host.server.clock = lambda: clock() + by


def asked(town: Visited, path: str) -> httpx2.Response:
    return town.host.client.get(town.host.url + path, follow_redirects=False)


def row_of(town: Visited) -> RepositoryRow:
    row = town.host.store.repositories.repository(home_in(town).id)
    assert row is not None
    return row


def statuses(town: Visited) -> set[int]:
    return {asked(town, path).status_code for path in PAGES}


def badge(town: Visited) -> str:
    message = str(asked(town, "/badge/lea/path.json").json()["message"])
    assert message in asked(town, "/badge/lea/path.svg").text
    return message


def questions(town: Visited) -> list[int]:
    """What GitHub answered to questions about it by its number."""
    path = f"/repositories/{home_in(town).id}"
    return [entry.status for entry in town.world.journal.entries if entry.path == path]


def test_a_repository_made_private_is_out_of_sight_after_minutes(town: Visited) -> None:
    assert statuses(town) == {200}
    assert badge(town) == "32%"
    hide(town)
    later(town, FRESH - timedelta(seconds=30))
    assert statuses(town) == {200}
    later(town, timedelta(seconds=30))
    assert statuses(town) == {404}
    assert badge(town) == "not found"
    assert row_of(town).private
    with town.person("reader") as reader:
        town.sign_in(reader)
        assert reader.open("/r/lea/path").status == 200


def test_after_a_start_nothing_is_shown_on_the_word_of_the_store_alone(town: Visited) -> None:
    hide(town)
    assert badge(town) == "not found"
    assert statuses(town) == {404}


def test_asking_costs_nothing_of_the_hour_and_is_done_once(town: Visited) -> None:
    assert statuses(town) == {200}
    before = len(questions(town))
    for _ in range(3):
        later(town, FRESH)
        assert statuses(town) == {200}
        assert badge(town) == "32%"
    assert questions(town)[before:] == [304, 304, 304]


def test_the_token_for_it_reads_metadata_alone(town: Visited) -> None:
    with town.world.lock:
        town.world.tokens.clear()
    auth = town.host.server.auth
    assert auth is not None
    auth.forget_installation(row_of(town).installation_id)
    assert statuses(town) == {200}
    with town.world.lock:
        (token,) = town.world.tokens.values()
    assert token.permissions == {"metadata": "read"}
    assert [one.full_name for one in token.repositories or ()] == ["lea/path"]


def test_what_github_said_last_holds_for_an_hour(
    town: Visited, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def silent(row: Any, *_: Any, **__: Any) -> None:
        tries.append(row.id)
        raise UnavailableError("GitHub cannot be reached.")

    assert statuses(town) == {200}
    monkeypatch.setattr(confirming, "read_repository", silent)
    later(town, FRESH)
    assert statuses(town) == {200}
    assert statuses(town) == {200}
    assert len(tries) == 1
    later(town, REST)
    assert statuses(town) == {200}
    assert len(tries) == 2
    later(town, HOLDS - FRESH)
    answer = asked(town, "/r/lea/path")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert badge(town) == "not found"
    monkeypatch.undo()
    later(town, REST)
    assert statuses(town) == {200}


def test_where_the_app_rests_it_is_shown_for_an_hour_to_strangers(town: Visited) -> None:
    assert statuses(town) == {200}
    with town.world.lock:
        there = town.world.installations[row_of(town).installation_id]
        apps.suspend(town.world, town.world.actor("lea"), there)
    town.settle()
    later(town, FRESH)
    assert statuses(town) == {200}
    later(town, HOLDS)
    assert statuses(town) == {404}
    with town.person("reader") as reader:
        town.sign_in(reader)
        assert reader.open("/r/lea/path").status == 200


def test_where_the_app_was_removed_unheard_it_is_gone(town: Visited) -> None:
    assert statuses(town) == {200}
    number, auth = row_of(town).installation_id, town.host.server.auth
    assert auth is not None
    with town.world.lock:
        del town.world.installations[number]
    auth.forget_installation(number)
    later(town, FRESH)
    assert statuses(town) == {404}
    # And the installation is looked at, by which all that it reached is gone.
    assert town.host.store.jobs.due_at(installation(number)) is not None


def test_a_name_that_went_to_another_repository_shows_nothing_of_the_old_one(
    town: Visited,
) -> None:
    assert statuses(town) == {200}
    with town.world.lock:
        home_in(town).name = "moved"
    later(town, FRESH)
    with Person(town.host.url) as somebody:
        assert somebody.open("/r/lea/path").status == 404
        assert somebody.open("/r/lea/moved").status == 200
