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
from server.visiting import Visited, visited

from bot.planning.marker import find
from bot.settings import CONFIG_PATH
from github_sandbox.server import Sandbox

HOME = "learner/portfolio"


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path) -> Iterator[Visited]:
    if request.param == "sqlite":
        with visited(sandbox, f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path) as made:
            yield made
        return
    with (
        empty_database(request.getfixturevalue("postgres_server")) as url,
        visited(sandbox, url, tmp_path) as made,
    ):
        yield made


def passes(town: Visited, until: datetime) -> None:
    """Time goes on, and the server does by itself what is due."""
    town.settle()
    town.world.clock.advance(until - town.world.clock.exact())
    eventually(lambda: not town.settled() or _looked_since(town, until))
    town.settle()


def _looked_since(town: Visited, moment: datetime) -> bool:
    row = town.host.store.repositories.repository(town.home.id)
    return row is not None and row.synced_at is not None and row.synced_at >= moment


def told(town: Visited, kind: str) -> list[str]:
    """The keys of the comments of that kind that Milepost made."""
    with town.world.lock:
        bodies = [c.body for issue in town.home.issues.values() for c in issue.comments]
    keys = [found.marker.key for body in bodies if (found := find(body))]
    return [key for key in keys if key.startswith(kind)]


def badge(somebody: Person) -> str:
    """What the badge says."""
    return str(somebody.web.get(f"/badge/{HOME}.json").json()["message"])


def test_a_path_from_its_installation_to_its_badge(town: Visited) -> None:
    town.put("path.yml", yaml.safe_dump(SMALL.model_dump(mode="json", exclude_defaults=True)))
    with town.person() as learner:
        # Installed, and set up.
        new = learner.open(f"{town.sandbox.url}/apps/{town.app.slug}/installations/new")
        listed = learner.press(learner.press(new, "Install"), "Authorize")
        form = learner.follow(listed, f"Set it up: {HOME}")
        start = datetime.fromisoformat(form.form("See the plan").fields["start"])
        monday = start.replace(tzinfo=UTC)
        plan = learner.press(form, "See the plan", curriculum="own", path="path.yml", ahead="all")
        going = learner.press(plan, "Write the settings and begin")
        town.settle()
        assert "It is ready" in learner.open(str(going.answer.url)).text
        assert badge(learner) == "0%"
        made = sorted(issue.title for issue in town.home.issues.values())
        assert len(town.tasks()) >= 3

        # Work is done in the first week, and seen at once.
        passes(town, monday + timedelta(days=2, hours=12))
        town.close(*town.tasks()[:2])
        town.settle()
        page = learner.open(f"/r/{HOME}")
        assert badge(learner) not in {"0%", "100%"}
        assert badge(learner).replace("%", " %") in page.text

        # The week is over, and told of once.
        passes(town, monday + timedelta(days=7, hours=8, minutes=30))
        assert len(told(town, "weekly:")) == 1
        passes(town, monday + timedelta(days=8, hours=8))
        assert len(told(town, "weekly:")) == 1

        # The checkpoint is reached, and reported.
        town.close(*town.tasks())
        for weeks in range(2, 10):
            passes(town, monday + timedelta(days=7 * weeks, hours=8, minutes=30))
        page = learner.open(f"/r/{HOME}")
        reports = {words: to for words, to in page.links.items() if "/checkpoints/" in to}
        assert len(reports) == 1
        report = learner.open(next(iter(reports.values())))
        assert (report.status, "One month in" in report.text) == (200, True)
        picture = learner.web.get(f"/badge/{HOME}.svg")
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")

    # Nothing was made twice, and nothing of the learner's was touched.
    titles = sorted(issue.title for issue in town.home.issues.values())
    assert set(made) <= set(titles)
    assert len(titles) == len(set(titles))
    wrote = [e for e in town.world.journal.writes if e.path.endswith(CONFIG_PATH)]
    assert len(wrote) == 1
    for kind in ("weekly:", "report:"):
        assert told(town, kind)
        assert len(told(town, kind)) == len(set(told(town, kind)))
