"""The status page in the states a learner meets: golden files."""

from collections.abc import Callable

import pytest
from builders import curriculum
from planning.paths import LONG
from pytest_regressions.file_regression import FileRegressionFixture
from reports.histories import RICH, TINY, UNTIMED, HistoryLearner
from reports.named_commands import understood
from repository_fixture import settings

from bot.progress.commands.credit import Credit
from bot.progress.commands.evidence import Attested
from bot.reports.status import as_text, status
from bot.settings import Pause

RESTING = settings(pauses=[{"from": "2026-01-19", "to": "2026-02-01"}])


def in_the_middle() -> HistoryLearner:
    learner = HistoryLearner().done(a1="2026-01-15", b1="2026-01-28", c1="2026-02-12")
    learner.skips("Deliverable: A first").label("d1", "status: blocked")
    learner.bench.edit("d1", title="d1 with \x1b[31mcolour")
    return learner


def all_done() -> HistoryLearner:
    return HistoryLearner().done(
        a1="2026-01-10",
        b1="2026-01-17",
        c1="2026-01-24",
        d1="2026-01-31",
        e1="2026-02-07",
        f1="2026-02-14",
    )


def past_the_end() -> HistoryLearner:
    learner = HistoryLearner(RICH, settings("2026-01-05"))
    return learner.done(a1="2026-01-30", b1="2026-02-12", c1="2026-02-20").logs(7.5, "2026-02-19")


def each_way_of_done() -> HistoryLearner:
    path = curriculum(
        "Phase: P\nMonth 1: M\nWeek 1: W\n- claimed (2h)\n- shown (2h)\n- approved (2h)"
        "\n- known (2h)\n- begun (2h)\n- open (2h)\n- extra (2h)?"
    )
    learner = HistoryLearner(path, settings("2026-01-05"))
    learner.done(claimed="2026-01-06", shown="2026-01-06", approved="2026-01-06")
    learner.shows("shown", "2026-01-06").contains(Attested(), "2026-01-06", "approved")
    learner.done(known="2026-01-05").contains(Credit(), "2026-01-05", "known")
    return learner.label("begun", "status: in progress")


STATES: dict[str, tuple[Callable[[], HistoryLearner], str]] = {
    "before the start": (HistoryLearner, "2025-12-20"),
    "the first week": (lambda: HistoryLearner().label("a1", "status: in progress"), "2026-01-07"),
    "in the middle": (in_the_middle, "2026-02-20"),
    "in a pause": (lambda: HistoryLearner(how=RESTING).done(a1="2026-01-15"), "2026-01-25"),
    "after the last day": (lambda: HistoryLearner().done(a1="2026-01-15"), "2026-06-01"),
    "all done": (all_done, "2026-03-01"),
    "past the planned end": (past_the_end, "2026-03-10"),
    "each way of done": (each_way_of_done, "2026-01-07"),
    "without hours": (lambda: HistoryLearner(UNTIMED).done(a1="2026-01-08"), "2026-01-13"),
    "tiny": (lambda: HistoryLearner(TINY, settings("2026-01-05")), "2026-01-07"),
}


@pytest.mark.parametrize("name", STATES)
def test_page(name: str, file_regression: FileRegressionFixture) -> None:
    learner, today = STATES[name]
    file_regression.check(as_text(status(learner().view(today))) + "\n")


def test_every_command_that_it_names_is_understood() -> None:
    learner = past_the_end()
    seen = learner.view("2026-03-10")
    assert understood(seen, as_text(status(seen))) == {"replan", "drop", "pace"}


def test_the_same_values_give_the_same_page() -> None:
    learner = past_the_end()
    first = status(learner.view("2026-03-10"))
    assert first.forecast.likely is not None
    assert first == status(learner.view("2026-03-10"))


def test_a_pause_right_behind_a_pause_is_one() -> None:
    pauses = [
        {"from": "2026-01-19", "to": "2026-01-25"},
        {"from": "2026-01-26", "to": "2026-02-01"},
    ]
    seen = HistoryLearner(how=settings(pauses=pauses)).view("2026-01-20")
    assert status(seen).resting_until == Pause.model_validate(pauses[1]).last


def test_a_long_path_still_fits_one_page() -> None:
    months = "\n".join(
        f"Month {m}: M{m}\nWeek 1-4: W{m}\n" + "\n".join(f"- t{m} {t}" for t in range(40))
        for m in range(1, 41)
    )
    path = curriculum("Phase: P\n" + months)
    text = as_text(status(HistoryLearner(path, settings("2026-01-05", ahead=0)).view("2027-01-20")))
    assert len(text.splitlines()) < 50
    assert "> " in text
    assert "20 more" in text


def test_the_bar_and_the_percent_are_of_the_whole_path() -> None:
    page = status(HistoryLearner(LONG).done(a1="2026-01-06").view("2026-01-07"))
    assert (page.percent, page.done_hours, page.total_hours) == (16, 10, 60)
