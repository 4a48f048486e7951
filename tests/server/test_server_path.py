"""From an installation to progress, over real HTTP, with the sandbox as GitHub."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from server.conftest import empty_database
from server.scenario import BOT, Scenario, year_run
from server.server_fixture import as_app, environment, eventually, hosted, register

from bot.server import sync_repository
from bot.server.jobs import SWEPT
from bot.server.server import Server
from bot.server.store.rows import APP, SWEEP, InstallationRow, repository
from bot.server.store.tables import metadata
from github_sandbox.server import Sandbox
from github_sandbox.state import apps, comments, issues

MINUTES = timedelta(minutes=9)


@pytest.fixture
def app_server(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scenario]:
    """With a store on SQLite."""
    with year_run(sandbox, f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path) -> Iterator[Scenario]:
    """With a store of each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("app_server")
        return
    with (
        empty_database(request.getfixturevalue("postgres_server")) as url,
        year_run(sandbox, url, tmp_path) as made,
    ):
        yield made


def test_from_an_installation_to_progress(either: Scenario) -> None:
    either.install()
    eventually(lambda: either.host.store.repositories.repository(either.home.id))
    either.settle()
    assert either.row() == "learner/portfolio active unset"
    assert either.writes() == 0

    either.configure()
    either.settle()
    assert either.row() == "learner/portfolio active synced"
    assert either.tasks()
    summary = either.summary()
    assert summary is not None
    assert summary.user.login == BOT
    before = summary.body

    either.close(*either.tasks()[:2])
    either.settle()
    assert summary.body != before
    assert either.host.store.repositories.repository_named("Learner/Portfolio")

    # What is there now stays: another look finds nothing to write.
    writes = either.writes()
    either.host.store.jobs.schedule(repository(either.home.id), at=either.host.server.clock())
    either.settle()
    assert either.writes() == writes


def test_a_deleted_comment_takes_back_what_it_said(either: Scenario) -> None:
    either.configure()
    either.install()
    either.settle()
    summary = either.summary()
    assert summary
    with either.world.lock:
        fields = {"body": "/log 2h"}
        made = comments.create(either.world, either.learner, either.home, summary, fields)
    either.settle()
    assert "h logged" in (summary.body or "")
    with either.world.lock:
        comments.delete(either.world, either.learner, either.home, made)
    either.settle()
    assert "h logged" not in (summary.body or "")


def test_what_happens_to_a_repository_shows_in_its_row(either: Scenario) -> None:
    either.configure()
    installed = either.install()
    either.settle_with("learner/portfolio active synced")

    with either.world.lock:
        either.world.rename(either.home, "path")
    either.settle_with("learner/path active synced")

    with either.world.lock:
        either.world.archive(either.home)
    either.settle_with("learner/path archived archived")

    with either.world.lock:
        apps.change_repositories(either.world, either.learner, installed, remove=[either.home])
    either.settle_with("learner/path gone archived")

    with either.world.lock:
        either.home.archived = False
        apps.change_repositories(either.world, either.learner, installed, add=[either.home])
    either.settle_with("learner/path active synced")


@pytest.mark.parametrize(
    ("copy", "why"),
    [
        ("is_template", "Paths start in the repositories made from it."),
        ("is_fork", "Begin a path in a repository of your own, or here with `milepost apply`."),
    ],
)
def test_in_a_copy_no_path_begins_and_a_begun_one_goes_on(
    either: Scenario, copy: str, why: str
) -> None:
    either.configure()
    setattr(either.home, copy, True)
    either.install()
    either.settle_with("learner/portfolio active refused")
    row = either.host.store.repositories.repository_named("learner/portfolio")
    assert row
    assert why in row.message
    assert either.home.issues == {}

    with either.world.lock:
        setattr(either.home, copy, False)
    either.host.store.jobs.schedule(repository(either.home.id), at=either.host.server.clock())
    either.settle_with("learner/portfolio active synced")
    with either.world.lock:
        setattr(either.home, copy, True)
    either.host.store.jobs.schedule(repository(either.home.id), at=either.host.server.clock())
    either.settle_with("learner/portfolio active synced")


def test_a_suspended_installation_rests_and_goes_on(app_server: Scenario) -> None:
    app_server.configure()
    installed = app_server.install()
    app_server.settle_with("learner/portfolio active synced")

    with app_server.world.lock:
        apps.suspend(app_server.world, app_server.learner, installed)
    app_server.settle()
    assert app_server.installation(installed) == "suspended"
    app_server.close(app_server.tasks()[0])
    app_server.wake()
    assert app_server.row() == "learner/portfolio active synced"

    writes = app_server.writes()
    with app_server.world.lock:
        apps.unsuspend(app_server.world, app_server.learner, installed)
    app_server.settle()
    assert app_server.installation(installed) == "active"
    assert app_server.writes() > writes

    with app_server.world.lock:
        apps.uninstall(app_server.world, app_server.learner, installed)
    app_server.settle()
    assert app_server.installation(installed) == "gone"
    assert app_server.row() == "learner/portfolio gone synced"


def test_an_installation_that_nobody_told_of_is_found(app_server: Scenario) -> None:
    """Its delivery is lost for good; the daily look at the App finds it."""
    app_server.configure()
    with app_server.world.lock:
        app_server.world.webhook_faults.lose = 1
    app_server.install()
    app_server.settle()
    assert app_server.host.store.repositories.repository(app_server.home.id) is None
    app_server.wake(APP)
    assert app_server.row() == "learner/portfolio active synced"


def test_a_stranger_s_event_leads_to_its_installation(app_server: Scenario) -> None:
    with app_server.world.lock:
        app_server.world.webhook_faults.lose = 1
    app_server.install()
    app_server.configure()
    app_server.settle()
    assert app_server.row() == "learner/portfolio active synced"


def test_deliveries_repeated_and_shuffled_end_in_the_same_state(either: Scenario) -> None:
    either.configure()
    world = either.world
    with world.lock:
        world.webhook_faults.held = True
        world.webhook_faults.copies = 2
    installed = either.install()
    other = world.add_repository("learner/other")
    with world.lock:
        apps.change_repositories(world, either.learner, installed, add=[other])
        world.rename(either.home, "path")
        apps.suspend(world, either.learner, installed)
        apps.unsuspend(world, either.learner, installed)
        apps.change_repositories(world, either.learner, installed, remove=[other])
    either.sandbox.webhooks.release("reversed")
    either.settle()
    assert either.installation(installed) == "active"
    assert either.row() == "learner/path active synced"
    assert either.host.store.repositories.repository(other.id) is None
    made = sorted(issue.title for issue in either.home.issues.values())

    with world.lock:
        again = list(world.deliveries)
        random.Random(5).shuffle(again)
        world.webhook_faults.copies = 1
    writes = either.writes()
    for delivery in again:
        either.sandbox.webhooks.redeliver(delivery)
    either.settle()
    assert either.writes() == writes
    assert sorted(issue.title for issue in either.home.issues.values()) == made


def test_a_burst_makes_one_or_two_syncs(app_server: Scenario) -> None:
    app_server.configure()
    app_server.install()
    app_server.settle()
    app_server.host.server.config = app_server.host.server.config.model_copy(update={"settle": 0.3})
    before = app_server.syncs()
    app_server.close(*app_server.tasks(), *app_server.other_issues())
    assert len([d for d in app_server.world.deliveries if d.action == "closed"]) >= 4
    eventually(lambda: app_server.syncs() > before)
    app_server.settle()
    assert app_server.syncs() - before in {1, 2}


def test_wrong_settings_wait_for_a_push(app_server: Scenario) -> None:
    app_server.configure(timezone="Moon/Crater")
    app_server.install()
    app_server.settle_with("learner/portfolio active wrong")
    found = app_server.host.store.repositories.repository(app_server.home.id)
    assert found is not None
    assert "Moon/Crater" in found.message
    app_server.configure()
    app_server.settle_with("learner/portfolio active synced")


def test_what_is_not_read_of_a_large_repository_is_said_and_the_path_goes_on(
    app_server: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = sync_repository.LIMITS._replace(others=2)
    monkeypatch.setattr(sync_repository, "LIMITS", small)
    stranger = app_server.world.actor(app_server.world.add_user("stranger").login)
    with app_server.world.lock:
        for number in range(5):
            fields = {"title": f"Question {number}", "body": "How?"}
            issues.create(app_server.world, stranger, app_server.home, fields)
    app_server.configure()
    app_server.install()
    app_server.settle_with("learner/portfolio active synced")
    row = app_server.host.store.repositories.repository(app_server.home.id)
    assert row is not None
    assert row.message.endswith("beyond the first 2 (3 more).")
    assert app_server.tasks()


def test_when_github_is_away_it_is_tried_again_later(app_server: Scenario) -> None:
    app_server.configure()
    app_server.install()
    app_server.settle()
    app_server.world.faults.add("500", path="/repos/*", times=0)
    app_server.wake()
    now, again = (
        app_server.host.server.clock(),
        app_server.host.store.jobs.due_at(repository(app_server.home.id)),
    )
    assert app_server.row() == "learner/portfolio active waiting"
    assert again is not None
    assert timedelta(seconds=20) < again - now < timedelta(seconds=60)
    app_server.world.faults.clear()
    app_server.wake()
    assert app_server.row() == "learner/portfolio active synced"


def test_when_github_asks_for_patience_it_gets_it(app_server: Scenario) -> None:
    app_server.configure()
    app_server.install()
    app_server.settle()
    app_server.world.faults.add("secondary-429", path="/repos/*", retry_after=600)
    app_server.wake()
    now, again = (
        app_server.host.server.clock(),
        app_server.host.store.jobs.due_at(repository(app_server.home.id)),
    )
    assert app_server.row() == "learner/portfolio active waiting"
    assert again is not None
    # Up to a minute later, for the others of its installation wait for the same moment.
    assert timedelta(seconds=570) < again - now < timedelta(seconds=670)


def test_a_lost_database_loses_nothing(either: Scenario) -> None:
    either.configure()
    either.install()
    either.settle()
    either.close(either.tasks()[0])
    either.settle()
    writes, titles = either.writes(), sorted(i.title for i in either.home.issues.values())
    with either.host.store.engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
    either.wake(APP)
    assert either.row() == "learner/portfolio active synced"
    assert either.writes() == writes
    assert sorted(i.title for i in either.home.issues.values()) == titles


def test_a_private_repository_is_read_with_a_token_that_may(app_server: Scenario) -> None:
    home = app_server.world.add_repository("learner/secret", private=True)
    app_server.configure(home)
    app_server.install(home)
    app_server.settle()
    assert app_server.row(home) == "learner/secret active synced"


def test_every_night_and_every_week_it_is_looked_at_again(app_server: Scenario) -> None:
    app_server.configure()
    app_server.install()
    app_server.settle()
    again = app_server.host.store.jobs.due_at(repository(app_server.home.id))
    assert again is not None
    assert timedelta() < again - app_server.host.server.clock() < timedelta(hours=29)


def test_deliveries_are_looked_for_as_far_back_as_nobody_did(app_server: Scenario) -> None:
    hook, register = app_server.app.hook, app_server.host.store.repositories
    assert hook is not None
    with app_server.world.lock:
        secret, hook.secret = hook.secret, "another"
    app_server.configure()
    app_server.install()
    app_server.settle()
    with app_server.world.lock:
        hook.secret = secret
        for delivery in app_server.world.deliveries:
            delivery.delivered_at -= timedelta(hours=30)
    app_server.wake(SWEEP)
    assert not register.installations()
    register.set_fact(SWEPT, (app_server.host.server.clock() - timedelta(hours=29)).isoformat())
    app_server.wake(SWEEP)
    app_server.settle()
    assert app_server.row() == "learner/portfolio active synced"


def test_without_a_webhook_secret_nothing_is_swept_but_the_old_is_forgotten(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """As an App is registered on a machine that GitHub cannot reach."""

    def environ(url: str) -> dict[str, str]:
        app = register(sandbox, url)
        store = f"sqlite:///{tmp_path / 'store.sqlite3'}"
        return {**environment(tmp_path, store), **as_app(app, sandbox)}

    def deafen(server: Server) -> None:
        server.config = server.config.model_copy(update={"webhook_secret": None})

    with hosted(environ, change=deafen) as host:
        rows, clock = host.store.repositories, host.server.clock
        eventually(host.server.bot)
        rows.save_installation(InstallationRow(7, "left", "gone"), clock() - timedelta(days=91))
        # Left by a server that had a secret, or just done: in any case it is done now.
        host.store.jobs.schedule(SWEEP, at=clock())
        eventually(lambda: rows.installation(7) is None)
        eventually(lambda: (at := host.store.jobs.due_at(SWEEP)) and at - clock() > MINUTES)
    assert not [e for e in sandbox.world.journal.entries if "/app/hook" in e.path]
