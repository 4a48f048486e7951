"""The marker: what is written is found again, and what people write around it is never lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.planning.ledger import Ledger, find_ledger, with_ledger
from bot.planning.marker import BEGIN, BY_WORK, Marker, digest, find, normalized, wrap

TEXT = st.text(st.characters(codec="utf-8"), max_size=200)
PLAIN = TEXT.filter(lambda text: "milepost:" not in text and "\r" not in text)
KEYS = st.text(st.characters(categories=("Ll", "Nd"), include_characters="-:<>"), min_size=1)
MARKERS = st.builds(
    Marker,
    key=KEYS,
    title=TEXT,
    body=TEXT,
    labels=st.lists(TEXT, max_size=3).map(tuple),
    milestone=st.none() | KEYS,
    state=st.sampled_from(["open", "closed"]),
)


@given(PLAIN, MARKERS)
def test_what_was_wrapped_is_found_again(region: str, marker: Marker) -> None:
    found = find(wrap(region, marker))
    assert found is not None
    assert found.marker == marker
    assert found.region is not None
    assert normalized(found.region) == normalized(region)
    assert found.unchanged_outside


@given(PLAIN, PLAIN, PLAIN, PLAIN, MARKERS, MARKERS)
def test_a_new_region_leaves_every_character_around_it(
    before: str, region: str, after: str, new: str, marker: Marker, newer: Marker
) -> None:
    found = find(before + wrap(region, marker) + after)
    assert found is not None
    changed = found.with_region(new, newer)
    assert changed.startswith(before + BEGIN)
    assert changed.endswith(f"-->{after}")
    again = find(changed)
    assert again is not None
    assert again.marker == newer


@given(PLAIN, PLAIN, MARKERS, MARKERS)
def test_a_new_marker_changes_nothing_else(
    before: str, region: str, marker: Marker, newer: Marker
) -> None:
    body = before + wrap(region.strip("\n"), marker)
    found = find(body)
    assert found is not None
    assert found.with_marker(newer) == before + wrap(region.strip("\n"), newer)


@given(TEXT)
def test_any_text_can_be_looked_at(text: str) -> None:
    found = find(text)
    assert found is None or "milepost:end" in text
    assert find_ledger(text) == Ledger() or "milepost:ledger" in text


@given(st.sets(KEYS), st.dictionaries(KEYS, TEXT, max_size=4), PLAIN)
def test_a_ledger_is_found_again_and_replaced_not_repeated(
    keys: set[str], labels: dict[str, str], body: str
) -> None:
    ledger = Ledger().adding(keys, labels)
    written = with_ledger(with_ledger(body, Ledger().adding({"old"}, {})), ledger)
    assert find_ledger(written) == ledger
    assert written.count("milepost:ledger") == 1
    assert all(ledger.has(key) for key in keys)
    assert not ledger.without(keys).made


def test_no_text_of_ours_can_end_the_comment() -> None:
    marker = Marker(key="task:a--><script>", title="--", body="<!--")
    comment = wrap("text", marker).splitlines()[-1]
    assert comment.count("-->") == 1
    assert "<script>" not in comment


def test_windows_line_ends_and_ticks_are_no_edit() -> None:
    ours = "Do it\n\n- [ ] one\n1. [ ] two\n"
    theirs = "Do it  \r\n\r\n- [x] one\r\n1. [X] two"
    assert digest(normalized(ours)) == digest(normalized(theirs))
    assert normalized("- [ ] one") != normalized("- [ ] another")


def test_ticks_survive_a_new_text_where_the_line_is_still_there() -> None:
    marker = Marker(key="task:a", title="", body="")
    found = find(wrap("- [x] keep me\n- [x] drop me\n- [ ] open", marker))
    assert found is not None
    assert "- [x] keep me\n- [ ] open\n- [ ] new" in found.with_region(
        "- [ ] keep me\n- [ ] open\n- [ ] new", marker
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("[x] one, [ ] two", "[ ] uno, [ ] dos", "[x] uno, [ ] dos"),  # another language
        ("[x] one, [x] two", "[ ] one, [ ] both", "[x] one, [x] both"),  # one worded anew
        ("[ ] one, [x] two", "[ ] two, [ ] one", "[x] two, [ ] one"),  # another order
        ("[x] one, [ ] two", "[ ] new, [ ] one", "[ ] new, [x] one"),  # its own line still stands
        ("[x] one, [ ] two", "[ ] uno, [ ] dos, [ ] tres", "[ ] uno, [ ] dos, [ ] tres"),
        (f"[x] one {BY_WORK}, [x] two", "[ ] uno, [ ] dos", "[ ] uno, [x] dos"),
    ],
)
def test_a_tick_moves_to_the_text_that_took_the_place_of_its_line(
    old: str, new: str, expected: str
) -> None:
    def lines(text: str) -> str:
        return "\n".join(f"- {line}" for line in text.split(", "))

    marker = Marker(key="task:a", title="", body="")
    found = find(wrap(lines(old), marker))
    assert found is not None
    assert found.with_region(lines(new), marker) == wrap(lines(expected), marker)


def test_a_region_without_its_beginning_is_not_replaced() -> None:
    marker = Marker(key="task:a", title="", body="")
    torn = wrap("text", marker).replace(BEGIN, "")
    found = find(f"mine {torn}")
    assert found is not None
    assert found.region is None
    assert "mine" in found.with_marker(marker)
    doubled = find(f"{BEGIN} mine {wrap('text', marker)}")
    assert doubled is not None
    assert doubled.region is None


def test_a_copy_pasted_below_does_not_change_whose_issue_it_is() -> None:
    first = wrap("one", Marker(key="task:a", title="", body=""))
    second = wrap("two", Marker(key="task:b", title="", body=""))
    found = find(f"{first}\n{second}")
    assert found is not None
    assert found.marker.key == "task:a"


def test_damaged_json_is_nobodys_marker() -> None:
    assert find('<!-- milepost:end {"key": -->') is None
    assert find('<!-- milepost:end {"title":"t"} -->') is None
    assert find_ledger('<!-- milepost:ledger {"made":3} -->') == Ledger()
