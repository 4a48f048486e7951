"""Consent fails closed: every way to withdraw it, on every surface that it gives sight of."""

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import yaml
from planning.paths import SMALL
from pydantic import SecretStr
from server.person import Person
from server.scenario import SETTINGS
from server.server_fixture import eventually
from server.visitor_fixture import VisitorFixture, visited

from bot.errors import AuthenticationError
from bot.github.connection import Connection
from bot.github.errors import NotInstalledError
from bot.github.reader import HttpReader
from bot.server.store.rows import Mentor
from bot.server.store.rows import repository as subject_of
from bot.server.store.tables import repository as repositories
from bot.server.store.tables import shown
from bot.server.sync_repository import RepositorySync
from bot.settings import CONFIG_PATH
from bot.sync.cohort import cohort
from github_sandbox.server import running
from github_sandbox.state import apps, hooks
from github_sandbox.state.objects import Actor, Installation, Repository

SHARED: dict[str, Any] = {"mentors": ["Ada"], "cohort": {"share": True}}
NUMBERS = itertools.count(1)


@dataclass
class Learner:
    """A learner whose path Ada sees, and what surfaces show of it."""

    app_server: VisitorFixture
    home: Repository
    installation: Installation
    ada: Person
    owner: Person
    patch: pytest.MonkeyPatch
    since: datetime

    @property
    def login(self) -> str:
        return self.home.owner.login

    def settings(self, **changes: Any) -> None:
        """Push settings that contain these keys; without those that are None."""
        merged = {**SETTINGS, **SHARED, **changes}
        self.push(yaml.safe_dump({k: v for k, v in merged.items() if v is not None}))

    def push(self, text: str) -> None:
        self.app_server.put(CONFIG_PATH, text, self.home)

    def change_settings(self, method: str, **fields: str) -> None:
        """Commit by GitHub's API."""
        at = f"/repos/{self.home.full_name}/contents/{CONFIG_PATH}"
        body = {"message": "Change", "sha": self.app_server.github.get(at).json()["sha"], **fields}
        answer = self.app_server.github.request(method, at, json=body)
        assert answer.status_code < 300

    def fail(self) -> None:
        """Let GitHub refuse to show the settings from now on."""
        at = f"/repos/{self.home.full_name}/contents/{CONFIG_PATH}"
        self.app_server.world.faults.add("502", path=at, times=0)

    def change(self, action: str, change: Callable[[], object]) -> None:
        """Do something to the repository at GitHub, which sends an event of this action."""
        world = self.app_server.world
        with world.lock:
            world._emit(self.home, action)
            change()

    def at_rest(self) -> None:
        """Wait until nothing is to be done now, or a sync that failed waits for its retry."""

        def waits() -> bool:
            row = self.app_server.host.store.repositories.repository(self.home.id)
            assert row
            assert row.synced_at
            return row.result == "waiting" and row.synced_at > self.since

        eventually(lambda: waits() or self.app_server.settled())

    def surfaces(self) -> set[str]:
        """Return the surfaces that show something of the learner to Ada, or to everybody."""
        found = set()
        for path in ("/cohort", "/cohort.json", "/cohort/requests"):
            if self.login in self.ada.open(path).answer.text.replace(self.home.full_name, ""):
                found.add(path)
        if self.table().learners:
            found.add("command line")
        name = self.home.full_name
        if self.ada.open(f"/r/{name}").status == 200:
            found.add("page")
        badge = self.ada.web.get(f"/badge/{name}.json").json()
        return found | ({"badge"} if badge["message"] != "not found" else set())

    def table(self) -> Any:
        sandbox, token = self.app_server.sandbox, SecretStr("ghp_ada")
        connection = Connection(
            repository=self.home.full_name, token=token, api_url=sandbox.api_url
        )
        now = self.app_server.world.clock.exact()
        return cohort([self.home.full_name], lambda _: HttpReader(connection), now).table

    def own_page(self) -> str:
        return self.owner.open(f"/r/{self.home.full_name}").text


@pytest.fixture(scope="module")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VisitorFixture]:
    folder = tmp_path_factory.mktemp("consent")
    with running() as sandbox:
        with visited(sandbox, f"sqlite:///{folder / 'store.sqlite3'}", folder) as made:
            with sandbox.world.lock:
                sandbox.world.add_user("ada")
                sandbox.world.add_token("ghp_ada", user="ada")
            yield made
        sandbox.webhooks.settle()


@pytest.fixture(scope="module")
def people(app_server: VisitorFixture) -> Iterator[tuple[Person, Person]]:
    with app_server.person("ada") as ada, app_server.person("learner") as owner:
        app_server.sign_in(ada)
        app_server.sign_in(owner)
        yield ada, owner


@pytest.fixture
def learner(
    app_server: VisitorFixture, people: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Learner]:
    """A learner who shares with Ada, who has accepted."""
    world, login = app_server.world, f"willa{next(NUMBERS)}"
    home = world.add_repository(f"{login}/path", collaborators={"learner": "admin"})
    app_server.put("path.yml", yaml.safe_dump(SMALL.model_dump(mode="json")), home)
    app_server.put(CONFIG_PATH, yaml.safe_dump({**SETTINGS, **SHARED}), home)
    with world.lock:
        at = apps.install(world, app_server.app, login)
        ada = world.users["ada"]
    app_server.settle()
    store, now = app_server.host.store, app_server.host.server.clock()
    made = Learner(app_server, home, at, *people, monkeypatch, now)
    assert made.surfaces() == {"/cohort/requests", "command line", "page", "badge"}
    store.cohorts.answer(Mentor(ada.id, "ada"), login, now, accepted=True)
    assert made.surfaces() == EVERYWHERE
    assert "Mentors who see this path ada " in made.own_page()
    yield made
    world.faults.clear()
    monkeypatch.undo()
    with world.lock:
        if at.id in world.installations:
            apps.uninstall(world, Actor(home.owner), at)
    app_server.wake(subject_of(home.id))


COHORT = {"/cohort", "/cohort.json", "/cohort/requests"}
EVERYWHERE = COHORT | {"command line", "page", "badge"}
# It is public all the same.
PUBLIC = {"page", "badge"}
UNUSABLE = "Fix your settings to share again"
UNCONFIRMED = "The last update couldn't confirm your settings"

Way = Callable[[Learner], object]


def made_private(one: Learner) -> None:
    one.change("privatized", lambda: setattr(one.home, "private", True))


def made_private_and_failing(one: Learner) -> None:
    """GitHub sends it, and answers nothing from then on."""
    one.app_server.world.faults.add("502", path=f"/repositories/{one.home.id}", times=0)
    made_private(one)


def deleted(one: Learner) -> None:
    one.change("deleted", lambda: one.app_server.world.repositories.pop(one.home.id))


def transferred(one: Learner) -> None:
    """It goes to an account without the App, which keeps the settings."""
    other = one.app_server.world.add_user(f"new-{one.login}")
    one.change("transferred", lambda: setattr(one.home, "owner", other))


def uninstalled(one: Learner) -> None:
    with one.app_server.world.lock:
        apps.uninstall(one.app_server.world, Actor(one.home.owner), one.installation)


def suspended(one: Learner) -> None:
    with one.app_server.world.lock:
        apps.suspend(one.app_server.world, Actor(one.home.owner), one.installation)


def removed_from_the_app(one: Learner) -> None:
    world = one.app_server.world
    with world.lock:
        other = world.add_repository(f"{one.login}/other")
        world_actor = Actor(one.home.owner)
        apps.choose(world, world_actor, one.installation, [other])


def pushed_while_syncs_fail(one: Learner) -> None:
    """The push is of something else: nobody can see that from outside."""
    one.app_server.put("notes.md", "A note.", one.home)
    one.app_server.settle()
    assert "/cohort" in one.surfaces()
    one.fail()
    one.app_server.put("notes.md", "Another note.", one.home)


def sync_without_an_answer(one: Learner) -> None:
    """No delivery comes, and the nightly sync reads nothing."""
    one.fail()
    _sync(one)


def sync_that_is_refused(one: Learner) -> None:
    def refuse(_: RepositorySync) -> None:
        raise AuthenticationError("GitHub refuses the key.")

    one.patch.setattr(RepositorySync, "run", refuse)
    _sync(one)


def sync_without_a_token(one: Learner) -> None:
    """GitHub gives none; the job of the installation finds it where it was."""

    def refuse(_: RepositorySync) -> None:
        raise NotInstalledError("GitHub knows no such installation.")

    one.patch.setattr(RepositorySync, "run", refuse)
    _sync(one)


def sync_that_breaks(one: Learner) -> None:
    def fail(_: RepositorySync) -> None:
        raise ZeroDivisionError

    one.patch.setattr(RepositorySync, "run", fail)
    _sync(one)


def _sync(one: Learner) -> None:
    now = one.app_server.host.server.clock()
    one.app_server.host.store.jobs.schedule(subject_of(one.home.id), at=now)


def no_sync_for_a_day(one: Learner) -> None:
    _change_row(one, consent_at=one.app_server.host.server.clock() - timedelta(hours=26))
    _change_row(one, synced_at=one.app_server.host.server.clock() - timedelta(hours=26))


def _change_row(one: Learner, **values: Any) -> None:
    with one.app_server.host.store.engine.begin() as connection:
        its = repositories.update().where(repositories.c.id == one.home.id)
        connection.execute(its.values(**values))


def page_of_another_version(one: Learner) -> None:
    with one.app_server.host.store.engine.begin() as connection:
        its = shown.update().where(shown.c.repository_id == one.home.id)
        connection.execute(its.values(document=b"of another version"))


def lost_webhook(one: Learner) -> None:
    """The push is never delivered; the sync of the night finds it."""
    one.patch.setattr(hooks, "receivers", lambda *_: [])
    one.settings(cohort={"share": False})
    one.patch.undo()
    _sync(one)


# The way, what shows something all the same, and what the learner's own page says.
WAYS: dict[str, tuple[Way, set[str], str]] = {
    "share: false": (lambda one: one.settings(cohort={"share": False}), PUBLIC, "You don't share"),
    "share: never": (lambda one: one.settings(cohort={"share": "never"}), PUBLIC, UNUSABLE),
    "without cohort": (lambda one: one.settings(cohort=None), PUBLIC, "You don't share"),
    "file deleted": (
        lambda one: one.change_settings("DELETE"),
        PUBLIC,
        "There's no .github/milepost.yml",
    ),
    "file empty": (lambda one: one.push(""), PUBLIC, UNUSABLE),
    "no YAML": (lambda one: one.push("mentors: [ada\ncohort: {"), PUBLIC, UNUSABLE),
    "no UTF-8": (lambda one: one.change_settings("PUT", content="//4="), PUBLIC, UNUSABLE),
    "invalid elsewhere": (lambda one: one.settings(start="soon"), PUBLIC, UNUSABLE),
    "a newer key": (
        lambda one: one.settings(cohort={"share": True, "season": "spring"}),
        PUBLIC,
        UNUSABLE,
    ),
    "mentor removed": (lambda one: one.settings(mentors=["bea"]), PUBLIC, "bea · hasn't accepted"),
    "no mentor": (lambda one: one.settings(mentors=[]), PUBLIC, "settings name no mentor"),
    "lost webhook": (lost_webhook, PUBLIC, "You don't share"),
    "pushed, syncs fail": (pushed_while_syncs_fail, PUBLIC, UNCONFIRMED),
    "syncs fail": (sync_without_an_answer, PUBLIC, UNCONFIRMED),
    "sync refused": (sync_that_is_refused, PUBLIC | {"command line"}, UNCONFIRMED),
    "no token": (sync_without_a_token, PUBLIC | {"command line"}, UNCONFIRMED),
    "sync breaks": (sync_that_breaks, PUBLIC | {"command line"}, UNCONFIRMED),
    "no sync": (no_sync_for_a_day, PUBLIC | {"command line"}, "too long ago"),
    "other version": (page_of_another_version, PUBLIC | {"command line", "/cohort/requests"}, ""),
    "private": (made_private, {"/cohort/requests"}, "ada"),
    "private, syncs fail": (made_private_and_failing, set(), ""),
    "archived": (
        lambda one: one.change("archived", lambda: setattr(one.home, "archived", True)),
        PUBLIC | {"command line"},
        "The repository is archived",
    ),
    "deleted": (deleted, set(), ""),
    "transferred": (transferred, {"command line"}, ""),
    "uninstalled": (uninstalled, {"command line"}, ""),
    "suspended": (suspended, PUBLIC | {"command line"}, "The App is suspended"),
    "removed from the App": (removed_from_the_app, {"command line"}, ""),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_withdrawn_is_shown_nowhere(learner: Learner, way: str) -> None:
    withdraw, still_there, reason = WAYS[way]
    withdraw(learner)
    learner.at_rest()
    assert learner.surfaces() == still_there
    if reason:
        assert reason in learner.own_page().partition("Mentors who see this path")[2]


def test_a_push_withdraws_before_any_sync(learner: Learner) -> None:
    gate, run = threading.Event(), RepositorySync.run

    def run_later(one: RepositorySync) -> Any:
        gate.wait(30)
        return run(one)

    learner.patch.setattr(RepositorySync, "run", run_later)
    learner.settings()
    learner.app_server.sandbox.webhooks.settle()
    assert learner.surfaces() == PUBLIC | {"command line"}
    assert UNCONFIRMED in learner.own_page()
    gate.set()
    learner.at_rest()
    assert learner.surfaces() == EVERYWHERE


def test_settings_count_as_they_are_read_whatever_becomes_of_the_sync(learner: Learner) -> None:
    learner.settings(curriculum="missing.yml")
    learner.at_rest()
    assert learner.surfaces() == EVERYWHERE - {"command line"}
    learner.settings(curriculum="missing.yml", cohort={"share": False})
    learner.at_rest()
    assert learner.surfaces() == PUBLIC


def test_it_comes_back_with_the_settings(learner: Learner) -> None:
    learner.push("no: settings")
    learner.at_rest()
    assert learner.surfaces() == PUBLIC
    learner.settings()
    learner.at_rest()
    assert learner.surfaces() == EVERYWHERE


def test_another_name_is_accepted_by_itself(learner: Learner) -> None:
    learner.settings(cohort={"share": True, "name": "Blue Heron"})
    learner.at_rest()
    assert learner.surfaces() == PUBLIC | {"command line"}
    page = learner.ada.open("/cohort/requests")
    assert "Blue Heron" not in page.text
    code = page.text.partition("(code ")[2].partition(")")[0]
    assert f"the code {code}" in learner.own_page()
    assert "Blue Heron" not in learner.ada.open("/cohort").text
    learner.ada.press(page, f"Accept: {code}")
    assert "Blue Heron" in learner.ada.open("/cohort").text
    assert learner.login not in learner.ada.open("/cohort").answer.text


def test_the_learner_s_reason_is_for_nobody_else(learner: Learner) -> None:
    learner.settings(cohort={"share": "never"})
    learner.at_rest()
    assert "Mentors who see this path" not in learner.ada.open(f"/r/{learner.home.full_name}").text
