"""No word of ours in a plan escapes the catalogue."""

from collections.abc import Callable

import pytest
from planning.paths import LONG, SMALL
from pseudo_language import escapes, pseudo_language
from repository_fixture import RepositoryFixture, settings

from bot.planning.plan import Plan
from bot.planning.plan_text import as_markdown, as_text
from bot.planning.undo import make_undo
from bot.progress.guide_file import NewReading


def edited() -> RepositoryFixture:
    bench = RepositoryFixture()
    bench.apply(SMALL)
    bench.close("Read")
    read = bench.issue("Write").body or ""
    bench.edit("Write", body=read.replace("<!-- milepost:begin -->", ""), labels=[])
    bench.edit("Install", title="Mine", milestone=2)
    bench.edit("Deliverable", body=(bench.issue("Deliverable").body or "") + "\nSome more")
    bench.edit_milestone("Month 1, Week 3-4", due_on="2026-03-01T00:00:00Z")
    bench.delete("Next steps")
    return bench


CHOSEN = settings("2026-01-12", choices={"choose-your-way": "data"})
PLANS: dict[str, Callable[[RepositoryFixture], Plan]] = {
    "first": lambda _: RepositoryFixture().plan(SMALL),
    "later": lambda bench: bench.plan(SMALL, CHOSEN),
    "another": lambda bench: bench.plan(LONG),
    "undo": lambda bench: make_undo(bench.edges.snapshot()),
    "settled": lambda bench: bench.plan(SMALL),
}


@pytest.mark.parametrize("name", PLANS)
def test_every_word_of_a_plan_comes_from_the_catalogue(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = edited()
    with pseudo_language(monkeypatch):
        plan = PLANS[name](bench).model_copy(update={"language": "zh"})
        there = bench.edges.snapshot()
        others = [plan.repository, "Next steps: this week", *(label.name for label in there.labels)]
        others += [one.title for one in there.issues] + [one.title for one in there.milestones]
        others += [f"{c.shown} {getattr(c, 'parent_title', '')}" for c in plan.changes]
        others += [drift.ours for drift in plan.drift]
        texts = (as_text(plan), as_markdown(plan))
    assert [set(escapes(text)) - set(escapes(" ".join(others))) for text in texts] == [set(), set()]


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("edited_too", [True, False])
def test_every_word_of_a_new_reading_comes_from_the_catalogue(
    counted: bool, edited_too: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pseudo_language(monkeypatch):
        for more, fewer in ((0, 0), (1, 2)):
            found = NewReading(
                digest="a", edited=edited_too, more=more, fewer=fewer, counted=counted
            )
            assert escapes(found.sentence) == []
