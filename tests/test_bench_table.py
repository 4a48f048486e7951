"""The table of `make bench` says what was measured, what is aimed at, and what was missed."""

from pathlib import Path

import pytest

from bench import growth, reading
from bench.__main__ import main, parts
from bench.figure import NEEDS_BASELINE, Figure, show


@pytest.mark.parametrize(
    ("figure", "end"),
    [
        (Figure("writes", 3), "writes 3"),
        (Figure("writes", 3, most=3), "writes 3 <= 3"),
        (Figure("writes", 1_203.5, most=3), "writes 1,203.50 <= 3 MISSED"),
        (Figure("nights", 94.9, least=95), "nights 94.90 >= 95 MISSED"),
        (Figure("nights", 95, least=95), "nights 95 >= 95"),
        (Figure("ratio", None, most=0.5, why="needs time"), "ratio - <= 0.50 needs time"),
    ],
)
def test_a_row_says_the_value_the_aim_and_whether_it_was_missed(figure: Figure, end: str) -> None:
    assert " ".join(figure.line.split()) == end
    assert figure.missed is ("MISSED" in end)


def test_a_part_is_good_when_each_of_its_aims_was_met(capsys: pytest.CaptureFixture[str]) -> None:
    assert show("good", [Figure("a", 1, most=2), Figure("b", None, most=2)])
    assert not show("bad", [Figure("a", 3, most=2), Figure("b", 1, most=2)])
    assert capsys.readouterr().out.split()[0] == "good"


def test_what_compares_says_that_it_needs_a_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WEEKS", 0)
    alone, compared = reading.learned_weeks(None)
    assert alone.value
    assert (compared.value, compared.why) == (None, NEEDS_BASELINE)


def test_one_part_is_measured_alone_and_an_unknown_one_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["ledger"]) == 0
    assert "ledger of 10,000 tasks, characters" in capsys.readouterr().out
    assert main(["legder"]) == 2
    assert set(parts(Path())) == set(parts(None))


def test_the_curricula_that_grow_have_so_many_tasks() -> None:
    path = growth.curriculum(200)
    assert len(list(path.tasks())) == 200
    snapshot, _ = growth.begun(path)
    assert sum(issue.state == "closed" for issue in snapshot.issues) == 200 // 3
