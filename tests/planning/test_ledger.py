"""The ledger: small enough for the longest path, read in either version, nothing forgotten."""

import json
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.planning.diff import relation_key
from bot.planning.ledger import Ledger, _pack, _unpack, find_ledger, with_ledger
from bot.planning.marker import digest, safe_json

GITHUB_BODY = 65_536  # characters, by GitHub's own message
LONGEST_DASHBOARD = 17_500  # the recorded ones have at most 8,200
LONGEST_MEMORY = 20_000
KEYS = st.text(min_size=1, max_size=30)
NUMBERS = st.frozensets(st.integers(0, 2**32 - 1))


def old_comment(keys: set[str], **more: object) -> str:
    """As version 1 wrote it."""
    content = {"v": 1, "made": sorted(map(digest, keys)), "labels": {"kind:course": "a.b.c"}}
    return f"<!-- milepost:ledger {safe_json(content | more)} -->"


@given(NUMBERS)
def test_numbers_come_back_as_they_were(numbers: frozenset[int]) -> None:
    assert _unpack(_pack(numbers)) == numbers


@given(st.sets(KEYS), st.sets(KEYS))
def test_what_version_1_knew_is_known_and_written_as_version_2(
    keys: set[str], others: set[str]
) -> None:
    old = find_ledger(f"Mine.\n\n{old_comment(keys, seen='2026-01-09')}")
    assert all(old.has(key) for key in keys)
    assert old == Ledger(labels={"kind:course": "a.b.c"}, seen=date(2026, 1, 9)).adding(keys, {})
    new = find_ledger(with_ledger("Mine.", old.adding(others, {})))
    assert '"v":2' in new.comment()
    assert all(new.has(key) for key in keys | others)
    assert find_ledger(with_ledger("Mine.", new)) == new


@given(st.dictionaries(st.sampled_from(["later", "language"]), st.integers() | KEYS))
def test_fields_of_a_later_program_are_kept(more: dict[str, object]) -> None:
    comment = Ledger().adding({"task:a"}, {}).comment().replace(" -->", "")
    later = json.loads(comment.removeprefix("<!-- milepost:ledger ")) | more
    found = find_ledger(f"<!-- milepost:ledger {safe_json(later)} -->")
    written = find_ledger(with_ledger("", found.adding({"task:b"}, {}))).comment()
    content = json.loads(written.removeprefix("<!-- milepost:ledger ").removesuffix(" -->"))
    assert {name: content[name] for name in more} == more
    assert find_ledger(written).has("task:a")


@pytest.mark.parametrize(
    "made", ["", "1:", "2:一", "x:一", "-1:", "1:abc", "1:\U00020000", "99999999999:一", 3, None]
)
def test_a_damaged_list_is_no_list(made: object) -> None:
    assert find_ledger(f"<!-- milepost:ledger {safe_json({'v': 2, 'made': made})} -->") == Ledger()


def test_a_damaged_first_day_costs_nothing_else() -> None:
    whole = Ledger(started=date(2026, 1, 5)).adding({"task:a"}, {})
    assert find_ledger(whole.comment()) == whole
    broken = find_ledger(whole.comment().replace("2026-01-05", "soon"))
    assert (broken.started, broken.has("task:a")) == (None, True)


def test_the_comment_ends_where_it_ends() -> None:
    comment = Ledger().adding({f"task:{n}" for n in range(2_000)}, {"--><b>": "--"}).comment()
    assert comment.count("-->") == 1
    assert "\n" not in comment


def long_path(tasks: int) -> set[str]:
    """The keys of a path of five years, with ids as long as guides make them, all of it made.

    Of five tasks about three stand below a deliverable, and that relation is a thing of its own.
    """
    chance = Random(7)
    words = ["understand", "containers", "distributed", "practical", "evaluation", "and", "of"]
    ids = [f"{n}-{'-'.join(chance.choices(words, k=8))}"[:80] for n in range(tasks)]
    made = {f"task:{name}" for name in ids}
    made |= {relation_key(f"deliverable:{n % 65}", f"task:{ids[n]}") for n in range(tasks * 2 // 3)}
    for week in range(260):
        made |= {f"unit:week-{week}", f"weekly:2026-W{week}", f"reflection:{week}"}
    return made


def test_ten_thousand_tasks_leave_room_for_the_dashboard_and_all_that_was_said() -> None:
    made = long_path(10_000)
    labels = {f"skill:a-name-of-a-skill-{n}": "01234567.01234567.01234567" for n in range(60)}
    ledger = Ledger().adding(made, labels, date(2031, 1, 1))
    body = with_ledger("d" * LONGEST_DASHBOARD + "m" * LONGEST_MEMORY, ledger)
    assert len(body) <= GITHUB_BODY
    found = find_ledger(body)
    assert found == ledger
    assert all(found.has(key) for key in made)
    # Of as many things that were never made none is taken for deleted.
    assert not [n for n in range(len(made)) if found.has(f"task:never-made-{n}")]
