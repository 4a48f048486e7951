"""From nothing to a badge over HTTP: installed, set up, learned, told of, with each kind of store.

Time is the sandbox's, so two months pass in seconds.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from planning.paths import SMALL
from server.conftest import empty_database
from server.person import Person
from server.server_fixture import eventually
from server.visitor_fixture import VisitorFixture, visited

from bot.planning.marker import find
from bot.settings import CONFIG_PATH
from github_sandbox.server import Sandbox

HOME = "learner/portfolio"


@pytest.fixture(params=["sqlite", "postgresql"])
def app_server(
    request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path
) -> Iterator[VisitorFixture]:
    if request.param == "sqlite":
        with visited(sandbox, f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path) as made:
            yield made
        return
    with (
        empty_database(request.getfixturevalue("postgres_server")) as url,
        visited(sandbox, url, tmp_path) as made,
    ):
        yield made


def passes(app_server: VisitorFixture, until: datetime) -> None:
    """Time goes on, and the server does by itself what is due."""
    app_server.settle()
    app_server.world.clock.advance(until - app_server.world.clock.exact())
    eventually(lambda: not app_server.settled() or _synced_since(app_server, until))
    app_server.settle()


def _synced_since(app_server: VisitorFixture, moment: datetime) -> bool:
    row = app_server.host.store.repositories.repository(app_server.home.id)
    return row is not None and row.synced_at is not None and row.synced_at >= moment


def reported(app_server: VisitorFixture, kind: str) -> list[str]:
    """The keys of the comments of that kind that Milepost made."""
    with app_server.world.lock:
        bodies = [c.body for issue in app_server.home.issues.values() for c in issue.comments]
    keys = [found.marker.key for body in bodies if (found := find(body))]
    return [key for key in keys if key.startswith(kind)]


def badge(somebody: Person) -> str:
    """What the badge says."""
    return str(somebody.web.get(f"/badge/{HOME}.json").json()["message"])


def test_a_path_from_its_installation_to_its_badge(app_server: VisitorFixture) -> None:
    app_server.put("path.yml", yaml.safe_dump(SMALL.model_dump(mode="json", exclude_defaults=True)))
    with app_server.person() as learner:
        # Installed, and set up.
        new = learner.open(f"{app_server.sandbox.url}/apps/{app_server.app.slug}/installations/new")
        listed = learner.press(learner.press(new, "Install"), "Authorize")
        form = learner.follow(listed, f"Set it up: {HOME}")
        start = datetime.fromisoformat(form.form("See the plan").fields["start"])
        monday = start.replace(tzinfo=UTC)
        plan = learner.press(form, "See the plan", curriculum="own", path="path.yml", ahead="all")
        going = learner.press(plan, "Save the settings and start")
        app_server.settle()
        assert "Your path is ready" in learner.open(str(going.answer.url)).text
        assert badge(learner) == "0%"
        made = sorted(issue.title for issue in app_server.home.issues.values())
        assert len(app_server.tasks()) >= 3

        # Work is done in the first week, and seen at once.
        passes(app_server, monday + timedelta(days=2, hours=12))
        app_server.close(*app_server.tasks()[:2])
        app_server.settle()
        page = learner.open(f"/r/{HOME}")
        assert badge(learner) not in {"0%", "100%"}
        assert badge(learner) in page.text

        # The week is over, and told of once.
        passes(app_server, monday + timedelta(days=7, hours=8, minutes=30))
        assert len(reported(app_server, "weekly:")) == 1
        passes(app_server, monday + timedelta(days=8, hours=8))
        assert len(reported(app_server, "weekly:")) == 1

        # The checkpoint is reached, and reported.
        app_server.close(*app_server.tasks())
        for weeks in range(2, 10):
            passes(app_server, monday + timedelta(days=7 * weeks, hours=8, minutes=30))
        page = learner.open(f"/r/{HOME}")
        reports = {words: to for words, to in page.links.items() if "/checkpoints/" in to}
        assert len(reports) == 1
        report = learner.open(next(iter(reports.values())))
        assert (report.status, "One month in" in report.text) == (200, True)
        picture = learner.web.get(f"/badge/{HOME}.svg")
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")

    # Nothing was made twice, and nothing of the learner's was touched.
    titles = sorted(issue.title for issue in app_server.home.issues.values())
    assert set(made) <= set(titles)
    assert len(titles) == len(set(titles))
    wrote = [e for e in app_server.world.journal.writes if e.path.endswith(CONFIG_PATH)]
    assert len(wrote) == 1
    for kind in ("weekly:", "report:"):
        assert reported(app_server, kind)
        assert len(reported(app_server, kind)) == len(set(reported(app_server, kind)))
