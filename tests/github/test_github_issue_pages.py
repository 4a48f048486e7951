"""Pages with nothing for us are not requested again while nothing in the repository changed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.github.answer import Answer
from bot.github.conditional_client import ParsedPage
from bot.github.etag_cache import EtagCache
from bot.github.issue_list import IssuePage
from bot.github.issue_pages import BY_CHANGE as BY_CHANGE_QUERY
from bot.github.issue_pages import IssuePages, ListChangedError
from bot.github.reader import HttpReader
from bot.planning.snapshot import Snapshot
from github_sandbox.state import issues, labels
from github_sandbox.world import World

MakeReader = Callable[..., HttpReader]
Seed = Callable[[int], None]
OURS, PER_PAGE, THEIRS = 30, 100, 650  # seven pages: the first has some of ours
FIRST, LAST, BY_CHANGE = "page 1", "page 7", "by change"
EARLIER, LATER = "2026-01-05T09:00:00Z", "2026-01-05T09:00:01Z"
EMPTY = IssuePage((), (), {}, frozenset(), 0, EARLIER)
EVERY_PAGE = [f"page {number}" for number in range(1, 8)]


@pytest.fixture
def crowded(
    world: World, seed: Seed, make_reader: MakeReader, cache: EtagCache
) -> Callable[[], Snapshot]:
    """Reads a repository with other people's issues, which was read twice before."""
    home, me = world.repository(), world.actor()
    with world.lock:
        labels.create(world, me, home, {"name": "ours"})
        for number in range(OURS):
            issues.create(world, me, home, {"title": f"Ours {number}", "labels": ["ours"]})
    seed(THEIRS)

    def read() -> Snapshot:
        world.journal.forget()
        return make_reader(cache=cache).snapshot()

    read()
    read()
    return read


def requested(world: World) -> list[str]:
    """The pages of issues that were requested since the journal was forgotten, in order."""
    queries = [one.query for one in world.journal.entries if one.path.endswith("/issues")]
    return [BY_CHANGE if "sort=updated" in query else f"page {_page(query)}" for query in queries]


def _page(query: str) -> str:
    found = [part.removeprefix("page=") for part in query.split("&") if part.startswith("page=")]
    return found[0] if found else "1"


def edit(world: World, number: int, **fields: Any) -> None:
    world.clock.advance(timedelta(minutes=1))
    home = world.repository()
    issues.edit(world, world.actor(), home, home.issues[number], fields)


def test_while_nothing_changed_three_lists_tell_of_all(
    world: World, crowded: Callable[[], Snapshot], make_reader: MakeReader
) -> None:
    found = crowded()
    assert requested(world) == [BY_CHANGE, FIRST, LAST]
    assert {entry.status for entry in world.journal.entries} == {304}
    assert found == make_reader().snapshot()
    assert len(found.issues) == OURS
    assert len(found.others) == THEIRS
    assert found.last_number == OURS + THEIRS


@pytest.mark.parametrize("number", [1, 250, 680], ids=["ours", "skipped", "last"])
def test_a_change_anywhere_is_seen(
    number: int, world: World, crowded: Callable[[], Snapshot], make_reader: MakeReader
) -> None:
    edit(world, number, title="Changed", body="<!-- milepost: something of ours -->")
    found = crowded()
    assert requested(world) == [BY_CHANGE, *EVERY_PAGE]
    assert found == make_reader().snapshot()
    assert "Changed" in [one.title for one in found.issues]
    crowded()
    interesting = [BY_CHANGE, *sorted({FIRST, f"page {(number - 1) // PER_PAGE + 1}", LAST})]
    assert requested(world) == interesting


@pytest.mark.parametrize("number", [2, 250, 680], ids=["ours", "skipped", "last"])
def test_a_deletion_anywhere_is_seen(
    number: int, world: World, crowded: Callable[[], Snapshot], make_reader: MakeReader
) -> None:
    """What is deleted is not among the last changes."""
    home = world.repository()
    issues.delete(world, world.actor(), home, home.issues[number])
    found = crowded()
    assert found == make_reader().snapshot()
    assert len(found.issues) + len(found.others) == OURS + THEIRS - 1


def test_a_new_issue_is_seen(
    crowded: Callable[[], Snapshot], make_reader: MakeReader, seed: Seed
) -> None:
    seed(1)
    found = crowded()
    assert found == make_reader().snapshot()
    assert found.last_number == OURS + THEIRS + 1


def test_a_renamed_label_is_seen_on_our_pages(
    world: World, crowded: Callable[[], Snapshot], make_reader: MakeReader
) -> None:
    """GitHub counts it as no change of the issues that wear it."""
    home = world.repository()
    label = labels.find(home, "ours")
    labels.edit(world, world.actor(), home, label, {"new_name": "mine"})
    found = crowded()
    assert found == make_reader().snapshot()
    assert found.issues[0].labels == ("mine",)


def test_another_token_asks_for_no_more(
    world: World, crowded: Callable[[], Snapshot], make_reader: MakeReader, cache: EtagCache
) -> None:
    """An installation has another one each hour."""
    first = crowded()
    world.add_token("other", user="learner")
    world.journal.forget()
    assert make_reader(cache=cache, token="other").snapshot() == first
    assert requested(world) == [BY_CHANGE, FIRST, LAST]
    assert {entry.status for entry in world.journal.entries} == {304}


class LaggingPages:
    """Implements what is used of a ConditionalClient. Its list by change knows more than others."""

    def __init__(self, shown: str) -> None:
        self._stored: Any = None
        self._shown = shown

    def stored(self, *_: object) -> Any:
        return self._stored

    def store(self, _: str, value: object) -> None:
        self._stored = value

    def get_parsed_page(self, _path: str, query: Any, parser: Any) -> ParsedPage[Any]:
        answer = Answer("GET", "", 304, {}, f'[{{"updated_at": "{LATER}"}}]')
        value = parser.parse(answer) if query == BY_CHANGE_QUERY else EMPTY
        return ParsedPage(value, query, True, "")

    def get_parsed(self, *_: object, fresh: bool) -> Iterator[ParsedPage[Any]]:
        del fresh
        for number in range(5):
            yield ParsedPage(EMPTY._replace(newest=self._shown), {"page": str(number)}, True, "")


@pytest.mark.parametrize("shown", [EARLIER, LATER])
def test_pages_that_lag_behind_the_last_change_are_read_again(shown: str) -> None:
    client: Any = LaggingPages(shown)
    list(IssuePages(client, "", "").read(fresh=False))
    second = IssuePages(client, "", "")
    with pytest.raises(ListChangedError):
        list(second.read_again())
    list(second.read(fresh=False))
    third = IssuePages(client, "", "")
    if shown == LATER:
        assert len(list(third.read_again())) == 2
    else:
        with pytest.raises(ListChangedError):
            list(third.read_again())


def test_with_few_other_pages_the_changes_are_not_requested(
    world: World, seed: Seed, make_reader: MakeReader, cache: EtagCache
) -> None:
    seed(250)
    for _ in range(3):
        world.journal.forget()
        make_reader(cache=cache).snapshot()
        assert requested(world) == ["page 1", "page 2", "page 3"]


def test_without_a_cache_nothing_is_requested_beside_the_pages(
    world: World, seed: Seed, make_reader: MakeReader
) -> None:
    seed(THEIRS)
    for _ in range(2):
        world.journal.forget()
        make_reader().snapshot()
        assert requested(world) == EVERY_PAGE
