"""Pages of issues that did not change: what was made of them is stored, and not made again."""

import json
from collections.abc import Callable, Sequence

import pytest

from bot.github import conditional_client
from bot.github.etag_cache import EtagCache, Page
from bot.github.issue_list import IssuePage
from bot.github.reader import HttpReader
from bot.github.response_parser import Json
from github_sandbox.state import issues
from github_sandbox.world import World

MakeReader = Callable[..., HttpReader]
Seed = Callable[[int], None]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many issues each page had that was parsed."""
    found: list[int] = []
    parse = IssuePage.parse

    def counted(items: Sequence[Json], repository: str) -> IssuePage:
        found.append(len(items))
        return parse(items, repository)

    monkeypatch.setattr(IssuePage, "parse", counted)
    return found


def stored(cache: EtagCache) -> dict[str, Page]:
    """What was made of pages of issues, by key."""
    heads = (json.loads(file.read_bytes().partition(b"\n")[0]) for file in cache.folder.iterdir())
    keys = [head["key"] for head in heads if "/issues?" in head["key"] and "#" in head["key"]]
    return {key: page for key in keys if (page := cache.get(key))}


def test_only_a_page_that_changed_is_parsed_again(
    world: World, make_reader: MakeReader, cache: EtagCache, seed: Seed, parsed: list[int]
) -> None:
    seed(150)
    first = make_reader(cache=cache).snapshot()
    assert parsed == [100, 50]
    assert make_reader(cache=cache).snapshot() == first
    assert parsed == [100, 50]
    home = world.repository()
    issues.edit(world, world.actor(), home, home.issues[150], {"title": "Changed"})
    assert make_reader(cache=cache).snapshot().others[150] == "Changed"
    assert parsed == [100, 50, 50]
    assert make_reader(cache=cache).snapshot().others[150] == "Changed"
    assert parsed == [100, 50, 50]
    world.journal.forget()


def test_a_full_last_page_is_asked_for_again(
    world: World, make_reader: MakeReader, cache: EtagCache, seed: Seed
) -> None:
    """GitHub's ETag says nothing of the link to the next page."""
    seed(100)
    make_reader(cache=cache).snapshot()
    assert stored(cache) == {}
    seed(1)
    assert make_reader(cache=cache).snapshot().last_number == 101
    world.journal.forget()


def test_another_token_parses_once(
    world: World, make_reader: MakeReader, cache: EtagCache, seed: Seed, parsed: list[int]
) -> None:
    seed(3)
    world.add_token("other", user="learner")
    first = make_reader(cache=cache).snapshot()
    world.journal.forget()
    for _ in range(2):
        assert make_reader(cache=cache, token="other").snapshot() == first
    assert parsed == [3, 3]
    assert {entry.status for entry in world.journal.entries} == {304}


def test_another_program_reads_nothing_that_this_one_made(
    make_reader: MakeReader,
    cache: EtagCache,
    seed: Seed,
    parsed: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seed(3)
    first = make_reader(cache=cache).snapshot()
    monkeypatch.setattr(conditional_client, "parser_version", lambda: "another")
    assert make_reader(cache=cache).snapshot() == first
    assert parsed == [3, 3]


def test_a_damaged_one_counts_as_absent(
    world: World, make_reader: MakeReader, cache: EtagCache, seed: Seed, parsed: list[int]
) -> None:
    seed(3)
    first = make_reader(cache=cache).snapshot()
    for key, page in stored(cache).items():
        cache.put(key, page._replace(body=page.body[:-2]))
    world.journal.forget()
    assert make_reader(cache=cache).snapshot() == first
    assert parsed == [3, 3]
    assert {entry.status for entry in world.journal.entries} == {304}


def test_texts_of_others_are_not_in_it(
    world: World, make_reader: MakeReader, cache: EtagCache
) -> None:
    home, me = world.repository(), world.actor()
    issues.create(world, me, home, {"title": "Theirs", "body": "worse than it looks"})
    make_reader(cache=cache).snapshot()
    (page,) = stored(cache).values()
    assert "Theirs" in page.body
    assert "worse" not in page.body
