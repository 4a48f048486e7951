"""Syncs that end early: a repository gets the same as without them, and quiet nights are free."""

import contextlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from planning.paths import SMALL

from bench.sync_cost import Bench
from bot.planning.marker import find
from bot.server.showing import unpacked
from bot.server.store.engine import fetch
from bot.server.store.store import Store
from bot.server.store.tables import repository
from bot.settings import CONFIG_PATH
from github_sandbox.server import running
from github_sandbox.state import comments, issues

FIRST = datetime(2026, 1, 5, 8, tzinfo=UTC)  # a Monday
SETTINGS = {"curriculum": "path.yml", "start": "2026-01-05", "timezone": "Europe/Berlin"}
PATH = yaml.safe_dump(SMALL.model_dump(mode="json", exclude_defaults=True))
ACTS = ("close", "reopen", "log", "pause", "title", "note", "settings", "path", "restart")
STORY = (*ACTS, *["nothing"] * 9)


class Nights(Bench):
    """A server's syncs of one repository, without threads or a clock of their own."""

    url = ""

    def night(self, hours: float = 24) -> bool:
        """Time passes, and the repository is synced; return whether that ended early.

        Such a sync asks only what is free, and a whole one at its time does nothing more.
        """
        self.world.clock.advance(timedelta(hours=hours))
        cost, record = self.sync(), self.jobs.quiet.pop(self.home.id)
        if record is None:
            return False
        self.jobs.quiet.put(self.home.id, record)
        if record.since == self.world.clock.now():
            return False
        assert (cost.requests, cost.paid, cost.writes) == (len(record.requests), 0, 0)
        before = self.contents()
        self.jobs.quiet.pop(self.home.id)
        assert self.sync().writes == 0
        assert self.contents() == before
        self.jobs.quiet.put(self.home.id, record)
        return True

    def does(self, name: str, number: int) -> None:
        """Somebody does something."""
        world, home = self.world, self.world.repository()
        learner = world.actor()
        tasks = [
            issue
            for issue in home.issues.values()
            if (marked := find(issue.body or "")) and marked.marker.key.startswith("task:")
        ]
        task = tasks[number % len(tasks)]
        with world.lock:
            match name:
                case "close" | "reopen":
                    state = "closed" if name == "close" else "open"
                    issues.edit(world, learner, home, task, {"state": state})
                case "log" | "pause":
                    text = f"/log {number}h" if name == "log" else f"/pause {number} days"
                    comments.create(world, learner, home, task, {"body": text})
                case "title":
                    issues.edit(world, learner, home, task, {"title": f"Mine {number}"})
                case "note":
                    body = f"A note, {number}.\n\n{task.body}"
                    issues.edit(world, learner, home, task, {"body": body})
        if name == "settings":
            self.put(CONFIG_PATH, yaml.safe_dump({**SETTINGS, "ahead": 1 + number % 3}))
        if name == "path":
            self.put("path.yml", PATH.replace("Write a loop", f"Write {number} loops"))
        if name == "restart":
            self.restart()

    def put(self, path: str, text: str) -> None:
        """A file of the default branch."""
        self.world.commit_files(self.world.repository(), {path: text.encode()}, "Change")

    def contents(self) -> Any:
        """What the server shows of the repository."""
        store = self.jobs.store
        page = store.page_cache.get(self.home.id)
        shown = unpacked(page.document) if page else None
        return (
            store.repositories.repository(self.home.id),
            shown and shown.model_copy(update={"made_at": FIRST}),
            store.calendars.address_key(self.home.id),
            fetch(store.engine, sa.select(repository.c.consent_at)),
        )


@contextlib.contextmanager
def nights(url: str, **how: Any) -> Iterator[Nights]:
    """A repository that was begun, and whose next sync would write nothing."""
    files = {CONFIG_PATH: yaml.safe_dump({**SETTINGS, **how}), "path.yml": PATH}
    with Store.open(url) as store, running(clock=lambda: FIRST) as sandbox:
        made = Nights(sandbox, store, files)
        made.url = sandbox.url
        made.meet()
        made.sync()
        yield made
        made.close()


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Nights]:
    with nights(f"sqlite:///{tmp_path / 'store.sqlite3'}") as made:
        yield made


def test_an_idle_path_is_quiet_in_most_nights(begun: Nights) -> None:
    """None pays anything or writes anything but the week's summary."""
    found = [begun.night() for _ in range(28)]
    assert sum(found) >= 19


def test_a_sync_that_wrote_is_followed_by_one_that_reads(begun: Nights) -> None:
    """So the night after a summary is free; two that write do not call for each other for ever."""
    minute = timedelta(minutes=1)
    begun.night()
    begun.world.clock.advance(timedelta(days=6))
    now = begun.world.clock.now()
    wrote = begun.jobs.run(begun.home, 0)
    assert wrote.next_run == now + minute
    begun.world.clock.advance(minute)
    begun.does("log", 1)
    again = begun.jobs.run(begun.home, 0)
    assert again.next_run
    assert again.next_run > now + timedelta(hours=1)
    begun.world.clock.advance(minute)
    begun.jobs.run(begun.home, 0)
    assert begun.night()


@pytest.mark.parametrize("act", [one for one in ACTS if one != "reopen"])
def test_whatever_changes_is_met_by_the_next_sync(begun: Nights, act: str) -> None:
    begun.night(1)
    assert begun.night(1)
    begun.does(act, 1)
    assert not begun.night(1)


def test_a_page_that_is_gone_is_made_again(begun: Nights) -> None:
    begun.night(1)
    store = begun.jobs.store
    store.repositories.mark_repository_gone(begun.home.id, FIRST)
    begun.meet()
    assert store.page_cache.get(begun.home.id) is None
    begun.night(1)
    assert store.page_cache.get(begun.home.id) is not None


def test_settings_that_are_gone_end_no_sync_early(begun: Nights) -> None:
    begun.night(1)
    git = begun.world.repository().git
    head = git.head("main")
    assert head is not None
    left = {name: text for name, text in head.files.items() if name != CONFIG_PATH}
    who = {"author": "learner", "email": "learner@example.org"}
    git.commit("main", left, message="Remove", at=begun.world.clock.now(), **who)
    begun.night(1)
    row = begun.jobs.store.repositories.repository(begun.home.id)
    assert row is not None
    assert row.result == "unset"


def test_a_link_that_leads_nowhere_is_asked_for_again(begun: Nights) -> None:
    home, learner = begun.world.repository(), begun.world.actor()
    task = next(i for i in home.issues.values() if i.title == "Read the tutorial")
    with begun.world.lock:
        text = {"body": f"{begun.url}/learner/portfolio/pull/99"}
        comments.create(begun.world, learner, home, task, text)
    assert not any(begun.night(1) for _ in range(3))


@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
)
@given(
    story=st.lists(
        st.tuples(st.sampled_from(STORY), st.integers(0, 9), st.sampled_from([1, 7, 24, 24, 40])),
        min_size=15,
        max_size=30,
    ),
    ahead=st.sampled_from([1, "all"]),
    publish=st.sampled_from([{}, {"pictures": True, "badge": True}]),
)
def test_a_repository_is_the_same_as_without_early_ends(
    story: list[tuple[str, int, int]], ahead: int | str, publish: dict[str, bool]
) -> None:
    how = {"ahead": ahead, "publish": publish}
    with tempfile.TemporaryDirectory() as folder, nights(f"sqlite:///{folder}/s", **how) as made:
        for act, number, hours in story:
            if act != "nothing":
                made.does(act, number)
            made.night(hours)
