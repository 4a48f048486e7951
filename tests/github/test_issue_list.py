"""A repository is read in bounded memory: only texts that progress needs are held."""

import threading
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import CurriculumError, RefusedError
from bot.github.issue_list import UNLIMITED, IssueList, IssuePage, ReadLimits, TextBudget
from bot.github.reader import HttpReader
from bot.planning.marker import Marker, digest, wrap
from bot.planning.snapshot import CommentState, IssueState
from bot.server.sync_repository import LIMITS
from github_sandbox.state import comments, issues, milestones
from github_sandbox.world import World

TIME = "2026-01-05T09:00:00Z"
JOURNAL = {"name": "journal", "description": "An entry of your journal · milepost kind:journal"}
LOOP = wrap("A loop", Marker(key="task:loop", title=digest("Loop"), body=digest("A loop")))
LONG = "x" * 60_000
OWNER, STRANGER, MENTOR = 1, 2, 3

MakeReader = Callable[..., HttpReader]


def item(number: int, body: str | None, author: int = STRANGER, **more: Any) -> dict[str, Any]:
    """As GitHub lists it."""
    return {
        "number": number,
        "id": number,
        "title": f"Issue {number}",
        "body": body,
        "state": "open",
        "user": {"login": f"u{author}", "id": author, "type": "User"},
        "created_at": TIME,
        "updated_at": TIME,
        **more,
    }


def pull(number: int, body: str, *, merged: bool, **more: Any) -> dict[str, Any]:
    return item(number, body, pull_request={"merged_at": TIME if merged else None}, **more)


def listed(*found: dict[str, Any], limits: ReadLimits = UNLIMITED) -> IssueList:
    return add(IssueList(limits, TextBudget("u1/path", limits, by_owner)), *found)


def add(to: IssueList, *found: dict[str, Any]) -> IssueList:
    to.add(IssuePage.parse(found, "u1/path"))
    return to


def by_owner(written: IssueState | CommentState) -> bool:
    return written.author_id == OWNER


def texts(found: IssueList) -> dict[int, str]:
    return {issue.number: issue.body for issue in found.issues()}


def test_only_texts_that_progress_needs_are_held() -> None:
    found = listed(
        item(1, LONG),
        item(2, LOOP),
        item(3, "### Day\n\n2026-01-05", labels=[JOURNAL]),
        item(4, LONG, labels=[{"name": "bug", "description": None}]),
        item(5, "an old form", labels=["journal"]),
        item(6, None),
    )
    held = {2: LOOP, 3: "### Day\n\n2026-01-05", 5: "an old form"}
    assert texts(found) == {4: "", **held}
    assert found.others == {1: "Issue 1", 6: "Issue 6"}
    assert found.last_number == 6
    assert found.omitted == ""


def test_of_a_pull_request_the_issues_that_it_names_are_held() -> None:
    found = listed(
        pull(1, f"{LONG} closes #12, and a/b#13 and #7", merged=True),
        pull(2, LOOP, merged=False),
        pull(3, LONG, merged=True),
    )
    assert [one.body for one in found.pulls()] == ["#7 #12", LOOP, ""]
    assert (found.issues(), found.last_number) == ((), 3)


def test_three_thousand_issues_of_60_kb_leave_a_few_megabytes() -> None:
    limits = LIMITS._replace(parsing=UNLIMITED.parsing)
    found = listed(limits=limits)
    tracemalloc.start()
    try:
        for page in range(30):
            bodies = (f"{page} {number} " + "x" * 60_000 for number in range(100))
            add(found, *(item(page * 100 + n, body) for n, body in enumerate(bodies)))
        held, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found.others) == 2_000
    assert "beyond the first 2,000 (1,000 more)" in found.omitted
    assert held < 500_000
    assert most < 15_000_000


def test_beyond_some_megabytes_only_texts_by_those_who_may_write_are_added() -> None:
    limits = ReadLimits(text=1_000_000)
    strangers = [item(number, LOOP + LONG) for number in range(1, 101)]
    found = listed(*strangers, item(101, LOOP, OWNER), limits=limits)
    held = [number for number, body in texts(found).items() if body]
    assert held == [*range(1, 18), 101]
    assert len(found.issues()) == 101
    assert found.omitted == (
        "Not read: texts by people who can't write to this repository, beyond the first 1 MB "
        "(83 more)."
    )


def test_too_much_text_by_those_who_may_write_is_refused_with_advice() -> None:
    ours = (item(number, LOOP + LONG, OWNER) for number in range(1, 101))
    with pytest.raises(RefusedError, match=r"more than 3 MB of text.*Shorten or delete"):
        listed(*ours, limits=ReadLimits(text=1_000_000, all_text=3_000_000))


def test_of_other_peoples_issues_so_many_are_held_and_ours_whatever_their_number() -> None:
    limits = ReadLimits(others=10)
    others = [item(number, LONG) for number in range(1, 41)]
    made = listed(limits=limits)
    for _ in range(2):  # what shows twice counts once
        add(made, *others[:10], item(99, LOOP), pull(98, "fixes #99", merged=True))
    add(made, *others[10:], pull(97, "see #99", merged=False))
    assert list(made.others) == [*range(1, 11)]
    assert list(texts(made)) == [99]
    assert [one.number for one in made.pulls()] == [98]
    assert made.last_number == 99
    assert made.omitted == (
        "Not read: issues and pull requests that aren't about your path, beyond the first 10 "
        "(31 more)."
    )


class TestReader:
    """The same, of a repository of the sandbox."""

    @pytest.fixture
    def small(self, make_reader: MakeReader) -> HttpReader:
        made = make_reader()
        made._limits = ReadLimits(others=2, text=150_000, parsing=threading.Semaphore(1))
        return made

    @pytest.fixture
    def flooded(self, world: World) -> World:
        """Strangers have copied a marker, and so have all who may say that they write here."""
        home, stranger = world.repository(), world.add_user("stranger")
        mentor, former = world.add_user("mentor"), world.add_user("former")
        home.collaborators["mentor"] = "write"
        marker = Marker(key="unit:one", title="", body="", writers=(former.id,))
        week = {"title": "Week 1", "description": wrap("One", marker)}
        milestones.create(world, world.actor(), home, week)
        for user in (
            stranger,
            stranger,
            stranger,
            stranger,
            mentor,
            former,
            world.users["learner"],
        ):
            fields = {"title": user.login, "body": LOOP + LONG}
            issues.create(world, world.actor(user.login), home, fields)
        return world

    def test_a_flood_by_strangers_keeps_nobody_out(self, flooded: World, small: HttpReader) -> None:
        found = small.snapshot()
        held = [issue.author for issue in found.issues if issue.body]
        assert held == ["stranger"] * 3 + ["mentor", "former", "learner"]
        assert found.omitted.endswith("(1 more).")
        requested = [e.path for e in flooded.journal.entries if e.path.endswith("/permission")]
        assert len(requested) == len(set(requested))

    def test_comments_in_which_there_is_nothing_for_us_are_not_held(
        self, world: World, reader: HttpReader
    ) -> None:
        me, home = world.actor(), world.repository()
        issue = issues.create(world, me, home, {"title": "Read"})
        for body in ("Nice", "/done", "see https://example.org", LOOP, "a / b"):
            comments.create(world, me, home, issue, {"body": body})
        since = issue.birth.at
        found = [comment.body for comment in reader.comments_since(since)]
        assert found == ["/done", "see https://example.org", LOOP]

    def test_a_flood_of_comments_keeps_nobody_out(self, world: World, small: HttpReader) -> None:
        home, stranger = world.repository(), world.add_user("stranger")
        issue = issues.create(world, world.actor(), home, {"title": "Read"})
        for number in range(5):
            body = {"body": f"/done {number} {LONG}"}
            comments.create(world, world.actor(stranger.login), home, issue, body)
        comments.create(world, world.actor(), home, issue, {"body": "/done"})
        found = small.comments_since(issue.birth.at)
        assert [comment.author for comment in found] == ["stranger"] * 3 + ["learner"]

    def test_a_file_beyond_five_megabytes_is_not_fetched(
        self, world: World, reader: HttpReader
    ) -> None:
        world.commit_files(world.repository(), {"guide.md": b"x" * 5_000_001}, "Write")
        world.journal.forget()
        with pytest.raises(CurriculumError, match=r"^guide.md: it is larger than 5 MB\.$"):
            reader.file("guide.md")
        assert len(world.journal.entries) == 1
