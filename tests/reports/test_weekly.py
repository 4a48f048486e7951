"""The weekly summary as a learner meets it: golden files, and laws of its numbers."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning.paths import LONG
from pytest_regressions.file_regression import FileRegressionFixture
from reports.checkpoints import GUIDE
from reports.histories import ALL, RICH, SUMMARY, TINY, UNTIMED, HistoryLearner, day
from reports.named_commands import understood
from repository_fixture import settings as config

from bot.progress.commands.choose import Choose
from bot.progress.commands.pause import PauseUntil
from bot.reports.due_weeks import Week
from bot.reports.weekly import Weekly, as_markdown, weekly, weekly_issues
from bot.settings import Settings, Weekday

RESTING = config("2026-01-05", ahead="all", pauses=[{"from": "2026-01-19", "to": "2026-02-08"}])
SUNDAYS = config("2026-01-05", ahead="all", summary={"day": "sunday", "hour": 18})
BERLIN = config("2026-01-05", ahead="all", timezone="Europe/Berlin")


def reported(learner: HistoryLearner, week: str, today: str) -> Weekly:
    begins = learner.how.summary.day
    return weekly(learner.view(today), Week.parse(week, begins))


def with_everything() -> HistoryLearner:
    learner = HistoryLearner(RICH, config("2026-01-05"))
    learner.done(a1="2026-01-08", b1="2026-01-14", Deliverable="2026-01-15")
    learner.shows("b1", "2026-01-14").logs(2.5, "2026-01-13").logs(4, "2026-01-14", "b1")
    learner.counts("connections", 2, "2026-01-06").counts("connections", 3, "2026-01-15")
    learner.counts("odd", -1, "2026-01-15").rates("rated-python", 3, "2026-01-15")
    return learner.files("What a loop is", "kind:journal", "2026-01-16").label(
        "a2", "status: in progress"
    )


STATES: dict[str, tuple[Callable[[], HistoryLearner], str, str]] = {
    "before the start": (HistoryLearner, "2025-W52", "2025-12-29"),
    "first week": (
        lambda: HistoryLearner().label("a1", "status: in progress"),
        "2026-W02",
        "2026-01-12",
    ),
    "busy": (
        lambda: HistoryLearner().done(a1="2026-01-13", b1="2026-01-14", c1="2026-01-18"),
        "2026-W03",
        "2026-01-19",
    ),
    "quiet": (lambda: HistoryLearner().done(a1="2026-01-08"), "2026-W03", "2026-01-19"),
    "two quiet weeks": (lambda: HistoryLearner().done(a1="2026-01-08"), "2026-W04", "2026-01-26"),
    "hours but nothing finished": (
        lambda: HistoryLearner().done(a1="2026-01-08").logs(1, "2026-01-14"),
        "2026-W03",
        "2026-01-19",
    ),
    "blocked": (lambda: HistoryLearner().label("b1", "status: blocked"), "2026-W02", "2026-01-12"),
    "slower than the plan": (
        lambda: HistoryLearner().done(a1="2026-01-14", b1="2026-01-28", c1="2026-02-18"),
        "2026-W09",
        "2026-03-02",
    ),
    "paused": (lambda: HistoryLearner(how=RESTING).done(a1="2026-01-08"), "2026-W04", "2026-01-26"),
    "paused on the way": (
        lambda: (
            HistoryLearner()
            .done(a1="2026-01-13")
            .contains(PauseUntil(last=date(2026, 1, 25)), "2026-01-16")
        ),
        "2026-W03",
        "2026-01-19",
    ),
    "a pause from today": (
        lambda: (
            HistoryLearner()
            .done(a1="2026-01-07")
            .contains(PauseUntil(last=date(2026, 1, 25)), "2026-01-19")
        ),
        "2026-W03",
        "2026-01-19",
    ),
    "ahead": (
        lambda: HistoryLearner(how=config("2026-01-05", ahead=0)).done(
            a1="2026-01-06", b1="2026-01-07"
        ),
        "2026-W02",
        "2026-01-08",
    ),
    "overdue": (lambda: HistoryLearner().done(f1="2026-03-17"), "2026-W12", "2026-03-23"),
    "with a forecast": (
        lambda: HistoryLearner().done(
            a1="2026-01-14", b1="2026-01-22", c1="2026-02-05", d1="2026-02-19"
        ),
        "2026-W08",
        "2026-02-23",
    ),
    "more left over than there is room for": (
        lambda: HistoryLearner().logs(1, "2026-01-14").logs(1, "2026-01-28"),
        "2026-W05",
        "2026-02-02",
    ),
    "an application that moved": (
        lambda: HistoryLearner(RICH, config("2026-01-05")).files(
            "Application: Baker at Rolls", "kind:application", "2026-01-14"
        ),
        "2026-W03",
        "2026-01-19",
    ),
    "a past week": (
        lambda: HistoryLearner().done(a1="2026-01-13", b1="2026-02-05").logs(3, "2026-01-18"),
        "2026-W03",
        "2026-02-23",
    ),
    "finished": (
        lambda: HistoryLearner().done(
            a1="2026-01-14",
            b1="2026-01-15",
            c1="2026-01-16",
            d1="2026-01-17",
            e1="2026-01-18",
            f1="2026-01-18",
        ),
        "2026-W03",
        "2026-01-19",
    ),
    "tiny": (lambda: HistoryLearner(TINY, config("2026-01-05")), "2026-W02", "2026-01-12"),
    "without hours": (
        lambda: HistoryLearner(UNTIMED).done(a1="2026-01-08", a2="2026-01-16", b1="2026-01-21"),
        "2026-W04",
        "2026-01-26",
    ),
    "with everything": (with_everything, "2026-W03", "2026-01-19"),
    "a choice ahead": (
        lambda: HistoryLearner(RICH, config("2026-01-05")).done(a1="2026-01-13", b1="2026-01-21"),
        "2026-W06",
        "2026-02-09",
    ),
    "a choice made": (
        lambda: (
            HistoryLearner(RICH, config("2026-01-05"))
            .done(a1="2026-01-13", b1="2026-01-22")
            .contains(Choose(choice="choose-your-way", option="data"), "2026-02-01")
        ),
        "2026-W04",
        "2026-01-27",
    ),
    "on Sundays": (
        lambda: HistoryLearner(how=SUNDAYS).done(a1="2026-01-10", b1="2026-01-11", c1="2026-01-17"),
        "2026-W03",
        "2026-01-18",
    ),
    "when the clocks change": (
        lambda: HistoryLearner(how=BERLIN).done(
            a1="2026-03-23", b1="2026-03-29", c1="2026-03-10", d1="2026-03-02"
        ),
        "2026-W13",
        "2026-03-30",
    ),
}


@pytest.mark.parametrize("name", STATES)
def test_summary(name: str, file_regression: FileRegressionFixture) -> None:
    learner, week, today = STATES[name]
    text = as_markdown(reported(learner(), week, today))
    file_regression.check(text + "\n", extension=".md")


@pytest.mark.parametrize("name", STATES)
def test_it_never_scolds(name: str) -> None:
    learner, week, today = STATES[name]
    text = as_markdown(reported(learner(), week, today))
    assert not re.search(r"\b(behind|fail|failed|should have|overdue|missed)\b", text)


def on_the_official_path() -> HistoryLearner:
    """Two tasks a week for seven weeks, in the words of a real guide."""
    learner = HistoryLearner(GUIDE, config("2026-01-05", ahead="all"))
    tasks = [work.title for work in learner.view("2026-01-05").progress.work][:14]
    for number, title in enumerate(tasks):
        finished = date(2026, 1, 7) + timedelta(weeks=number // 2, days=number % 2)
        learner.done(**{title.replace(": ", "__").replace(" ", "_"): str(finished)})
    return learner.logs(6.5, "2026-02-18")


ORDINARY = {name: state for name, state in STATES.items() if name != "with everything"}
ORDINARY["of a real guide"] = (on_the_official_path, "2026-W08", "2026-02-23")


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_week_takes_at_most_ninety_words(name: str) -> None:
    learner, week, today = ORDINARY[name]
    text = re.sub(r"\]\(<[^>]*>\)", "", as_markdown(reported(learner(), week, today)))
    before_folds = text.partition("<details")[0]
    words = [word for word in before_folds.split() if re.search(r"\w", word)]
    assert len(words) <= 90


def test_every_command_that_it_names_is_understood() -> None:
    words = set()
    for made, week, today in STATES.values():
        learner = made()
        text = as_markdown(reported(learner, week, today))
        words |= understood(learner.view(today), text)
    assert words >= {"pause", "pace", "replan", "move", "skip", "choose"}


def test_equal_inputs_give_equal_summaries() -> None:
    once, again = (as_markdown(reported(with_everything(), "2026-W03", "2026-01-19")) for _ in "ab")
    assert once == again


def test_the_week_stands_in_the_first_line_once() -> None:
    text = as_markdown(reported(with_everything(), "2026-W03", "2026-01-19"))
    first, _, rest = text.replace("\N{NO-BREAK SPACE}", " ").partition("\n")
    assert first == "**Week 2 of your path** · 12–18 Jan 2026 · 32% done"
    assert "Week" not in rest


def test_a_week_written_after_the_end_does_not_claim_the_end_earlier() -> None:
    learner = HistoryLearner(TINY).done(Only_this="2026-01-14")
    assert not reported(learner, "2026-W02", "2026-02-01").finished
    assert reported(learner, "2026-W03", "2026-02-01").finished


def test_titles_of_strangers_stay_inert() -> None:
    learner = HistoryLearner().done(a1="2026-01-13")
    learner.bench.issue("a1").title = "a1 <script> @everyone #7 [x](http://evil)"
    text = as_markdown(reported(learner, "2026-W03", "2026-01-19"))
    assert "<script" not in text
    assert "@everyone" not in text
    assert "#7" not in text
    assert "\\[x\\]" in text


CLOSINGS = st.dictionaries(
    st.sampled_from(["a1", "b1", "c1", "d1", "e1", "f1"]),
    st.dates(date(2026, 1, 1), date(2026, 4, 30)),
)
HOURS = st.lists(
    st.tuples(st.sampled_from([0.5, 1, 2.25, 8]), st.dates(date(2026, 1, 1), date(2026, 4, 30))),
    max_size=4,
)
BEGINS = st.sampled_from(list(Weekday))


def lived(
    closings: dict[str, date], hours: list[tuple[float, date]], how: Settings
) -> HistoryLearner:
    learner = HistoryLearner(how=how).done(**{title: str(when) for title, when in closings.items()})
    for amount, when in hours:
        learner.logs(amount, str(when), "a1" if amount > 1 else "Your path")
    return learner


def begins_on(weekday: Weekday) -> Settings:
    return ALL.model_copy(update={"summary": ALL.summary.model_copy(update={"day": weekday})})


@settings(max_examples=40, deadline=None)
@given(CLOSINGS, HOURS, BEGINS)
def test_each_thing_stands_in_exactly_one_week(
    closings: dict[str, date], hours: list[tuple[float, date]], begins: Weekday
) -> None:
    learner = lived(closings, hours, begins_on(begins))
    seen = learner.view("2026-06-01")
    first = Week.of(date(2026, 1, 1), begins)
    weeks = [Week(first=first.first + timedelta(weeks=n)) for n in range(19)]
    values = [weekly(seen, week) for week in weeks]
    assert sorted(w.title for v in values for w in v.done) == sorted(closings)
    assert sum(v.logged for v in values) == sum(amount for amount, _ in hours)
    assert [v.percent for v in values] == sorted(v.percent for v in values)


@settings(max_examples=40, deadline=None)
@given(CLOSINGS, HOURS, BEGINS, st.integers(0, 18))
def test_its_numbers_agree_with_what_the_repository_holds(
    closings: dict[str, date], hours: list[tuple[float, date]], begins: Weekday, number: int
) -> None:
    """Counted a second time, straight from the sandbox's issues and the text of their bodies."""
    learner = lived(closings, hours, begins_on(begins))
    week = Week(first=Week.of(date(2026, 1, 1), begins).first + timedelta(weeks=number))
    values = weekly(learner.view("2026-06-01"), week)
    done = so_far = 0
    logged = 0.0
    for issue in learner.bench.repository.issues.values():
        if issue.title in closings and issue.closed_at:
            done += week.first <= issue.closed_at.date() <= week.last
            so_far += issue.closed_at.date() <= week.last
        for memory in re.findall(r"milepost:memory (\{.*\}) -->", issue.body or ""):
            for entry in json.loads(memory)["entries"]:
                if week.first <= datetime.fromisoformat(entry["at"]).date() <= week.last:
                    logged += entry["hours"]
    assert len(values.done) == done
    assert values.hours == 10 * done
    assert values.logged == logged
    assert values.percent == int(100 * 10 * so_far / 60)


@settings(max_examples=25, deadline=None)
@given(CLOSINGS, st.data())
def test_percent_grows_with_what_is_done(closings: dict[str, date], data: st.DataObject) -> None:
    fewer = {t: d for t, d in closings.items() if data.draw(st.booleans(), label=t)}
    week = Week.of(data.draw(st.dates(date(2026, 1, 1), date(2026, 5, 1))))
    less, more = (
        weekly(lived(c, [], ALL).view("2026-06-01"), week).percent for c in (fewer, closings)
    )
    assert 0 <= less <= more <= 100


def test_the_summary_of_an_untouched_path_names_nothing_done() -> None:
    values = reported(HistoryLearner(LONG), "2026-W02", "2026-01-12")
    assert (values.done, values.hours, values.logged, values.percent) == ((), 0, 0, 0)
    assert len(values.coming) == 3
    assert values.forecast.likely is None
    assert values.week.last == day("2026-01-11")
    assert datetime.combine(values.week.first, datetime.min.time(), tzinfo=UTC).weekday() == 0


@pytest.mark.parametrize(("today", "shown"), [("2026-01-10", False), ("2026-01-11", True)])
def test_a_checkpoint_is_named_from_three_weeks_before_its_day(today: str, shown: bool) -> None:
    path = HistoryLearner(RICH).view(today)
    found = weekly(path, Week.of(path.today)).checkpoint
    assert (found is not None) is shown
    assert found is None or (found.due - path.today).days == 21


@pytest.mark.parametrize(("zone", "first"), [("UTC", "2026-W02"), ("Etc/GMT-14", "2026-W03")])
def test_the_first_summary_is_of_the_week_in_which_the_learner_began(zone: str, first: str) -> None:
    how = config(timezone=zone, summary={"as": "issue"})
    learner = HistoryLearner(RICH, how)
    summary = learner.bench.issue(SUMMARY)
    summary.birth = replace(summary.birth, at=datetime(2026, 1, 11, 23, 30, tzinfo=UTC))
    keys = [issue.key for issue in weekly_issues(learner.view("2026-01-21"))]
    assert keys[0] == f"weekly:{first}"
