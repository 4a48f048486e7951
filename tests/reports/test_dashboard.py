"""The dashboard as a learner meets it: golden files, its buttons, and laws of its numbers."""

import json
import re
import textwrap
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from builders import curriculum
from hypothesis import given, settings
from hypothesis import strategies as st
from planning.paths import LONG
from pytest_regressions.file_regression import FileRegressionFixture
from reports.histories import RICH, TINY, UNTIMED, HistoryLearner, at
from reports.named_commands import understood
from repository_fixture import settings as config

from bot.curriculum.load import from_catalog
from bot.i18n import NO_BREAK
from bot.planning.changes import UpdateIssue
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.marker import BOX, BUTTON
from bot.progress.command import Command
from bot.progress.commands import read_stored
from bot.progress.commands.choose import Choose
from bot.progress.commands.credit import Credit
from bot.progress.commands.open import OpenUnit
from bot.progress.commands.optional import DropOptional
from bot.progress.commands.pause import PauseUntil
from bot.progress.commands.project import StartProject
from bot.progress.commands.replan import Replan
from bot.progress.path import LearningPath
from bot.reports.dashboard import MOST_CHARACTERS, as_markdown, dashboard

RESTING = config(pauses=[{"from": "2026-01-19", "to": "2026-02-08", "reason": "holiday"}])
PLAIN = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- x\n- y\nMonth 2: N\nWeek 1: V\n- z")


def page(learner: HistoryLearner, today: str) -> str:
    return as_markdown(dashboard(learner.view(today)))


def pressed(text: str) -> list[Command]:
    return [read_stored(json.loads(found)) for found in BUTTON.findall(text)]


def with_everything() -> HistoryLearner:
    learner = HistoryLearner(RICH, config("2026-01-05", ahead=1))
    learner.done(a1="2026-01-08", b1="2026-01-21", Deliverable="2026-01-28")
    learner.shows("b1", "2026-01-22").logs(9, "2026-01-20", "b1").logs(3.5, "2026-01-08", "a1")
    learner.counts("connections", 12, "2026-01-20")
    learner.rates("rated-python", 2, "2026-01-10").rates("rated-python", 3, "2026-01-30")
    learner.contains(StartProject(idea="bread"), "2026-01-20")
    learner.contains(StartProject(idea="cake"), "2026-01-21")
    learner.apply("2026-01-28").done(Project__Bread="2026-02-01")
    learner.files("Baker at Rolls", "kind:application", "2026-01-25")
    learner.files("Baker at Loaf", "kind:application", "2026-01-26")
    return learner.label("a2", "status: in progress").label("c1", "status: blocked")


def with_a_forecast() -> HistoryLearner:
    learner = HistoryLearner(RICH, config("2026-01-05"))
    learner.done(a1="2026-01-30", b1="2026-02-12")
    return learner.done(c1="2026-02-20")


STATES: dict[str, tuple[Callable[[], HistoryLearner], str]] = {
    "not begun": (lambda: HistoryLearner(how=config("2026-01-05")), "2025-12-20"),
    "first week": (lambda: HistoryLearner().label("a1", "status: in progress"), "2026-01-07"),
    "busy": (lambda: HistoryLearner().done(a1="2026-01-13", b1="2026-01-20"), "2026-01-23"),
    "quiet": (lambda: HistoryLearner().done(a1="2026-01-08"), "2026-01-30"),
    "blocked": (lambda: HistoryLearner().label("b1", "status: blocked").skips("a1"), "2026-01-20"),
    "paused": (lambda: HistoryLearner(how=RESTING).done(a1="2026-01-08"), "2026-01-26"),
    "ahead": (
        lambda: HistoryLearner(how=config("2026-01-05", ahead=0)).done(
            a1="2026-01-06", b1="2026-01-07"
        ),
        "2026-01-08",
    ),
    "overdue": (lambda: HistoryLearner().done(a1="2026-01-13", f1="2026-03-17"), "2026-04-07"),
    "with a forecast past the end": (with_a_forecast, "2026-03-10"),
    "finished": (
        lambda: HistoryLearner().done(
            a1="2026-01-14",
            b1="2026-01-22",
            c1="2026-02-16",
            d1="2026-02-17",
            e1="2026-03-18",
            f1="2026-03-19",
        ),
        "2026-03-20",
    ),
    "tiny": (lambda: HistoryLearner(TINY, config("2026-01-05")), "2026-01-07"),
    "without hours": (
        lambda: HistoryLearner(UNTIMED).done(a1="2026-01-08", a2="2026-01-16", b1="2026-01-21"),
        "2026-01-27",
    ),
    "plain": (
        lambda: HistoryLearner(PLAIN, config("2026-01-05")).done(x="2026-01-06"),
        "2026-01-07",
    ),
    "with everything": (with_everything, "2026-02-04"),
    "in public": (lambda: HistoryLearner().pushes("2026-01-03T12:00Z"), "2026-01-07"),
    "in public without pushes": (
        lambda: HistoryLearner().pushes("2026-01-03T12:00Z"),
        "2026-03-05",
    ),
}


@pytest.mark.parametrize("name", STATES)
def test_dashboard(name: str, file_regression: FileRegressionFixture) -> None:
    learner, today = STATES[name]
    file_regression.check(page(learner(), today) + "\n", extension=".md")


def a_year(**done: str) -> Callable[[], HistoryLearner]:
    """The built-in path, whose titles are as long as those of real guides."""
    path = from_catalog("devops-to-mlops")
    return lambda: HistoryLearner(path, config("2026-01-05")).done(**done)


ORDINARY: dict[str, tuple[Callable[[], HistoryLearner], str]] = {
    **STATES,
    "a year, begun": (a_year(), "2026-01-07"),
    "a year, with work left": (a_year(), "2026-04-20"),
    "a year, with a forecast": (
        a_year(Work="2026-01-20", Read="2026-01-28", Set="2026-02-03", Finish="2026-02-10"),
        "2026-02-12",
    ),
}


def lines_on_a_phone(text: str) -> int:
    """Return how many lines it takes where 45 characters fit into one."""
    shown = re.sub(r"<!--.*?-->|\]\(<[^>]*>\)|[\[*]", "", text)
    return sum(len(textwrap.wrap(line, 45)) for line in shown.splitlines())


@pytest.mark.parametrize("name", ORDINARY)
def test_the_first_screen_of_a_phone_says_what_now_how_far_and_what_next(name: str) -> None:
    learner, today = ORDINARY[name]
    text = page(learner(), today)
    first = text.partition("<details")[0]
    assert lines_on_a_phone(first) <= 25
    headings = re.findall(r"^### (.+)", first, re.MULTILINE)
    assert headings == ["Now", "How far you are", "What comes next"][: len(headings)]
    assert len(headings) >= 2
    if name != "finished":
        assert "\n### Buttons\n" in text.removeprefix(first)


@pytest.mark.parametrize("name", STATES)
def test_it_never_scolds(name: str) -> None:
    learner, today = STATES[name]
    text = page(learner(), today)
    assert not re.search(r"\b(behind|fail|failed|should have|overdue|missed)\b", text)


def test_every_command_that_it_names_is_understood() -> None:
    words = set()
    for made, today in STATES.values():
        learner = made()
        words |= understood(learner.view(today), page(learner, today))
    assert words >= {"help", "log", "pace", "project", "rate"}


def test_two_looks_on_one_day_give_the_same_bytes() -> None:
    learner = with_everything()
    texts = {as_markdown(dashboard(learner.view("2026-02-04", hour))) for hour in (0, 9, 23)}
    assert len(texts) == 1


def test_the_day_the_schedule_stops_is_the_learners_and_moves_only_with_a_push() -> None:
    here, far = "2026-01-03T20:00Z", config("2026-01-05", timezone="Pacific/Auckland")

    def reported(learner: HistoryLearner, today: str) -> str:
        found = re.search(
            r"GitHub (stops|may have stopped) the daily run on ([^ ,:.]+)",
            text(page(learner, today)),
        )
        return f"{found[1]} {found[2]}" if found else ""

    def text(shown: str) -> str:
        return shown.replace(NO_BREAK, "-")

    learner = HistoryLearner().pushes(here)
    assert [reported(learner, day) for day in ("2026-01-07", "2026-03-04", "2026-03-05")] == [
        "stops 4-Mar-2026",
        "stops 4-Mar-2026",
        "may have stopped 4-Mar-2026",
    ]
    assert reported(learner.pushes("2026-03-01T09:00Z"), "2026-03-05") == "stops 30-Apr-2026"
    assert reported(HistoryLearner(how=far).pushes(here), "2026-01-07") == "stops 5-Mar-2026"
    assert reported(HistoryLearner(), "2026-01-07") == ""


@pytest.mark.parametrize("name", STATES)
def test_each_button_is_a_box_that_asks_for_one_thing(name: str) -> None:
    learner, today = STATES[name]
    text = page(learner(), today)
    boxes = [found[3] for found in BOX.finditer(text)]
    assert all(BUTTON.search(box) for box in boxes)
    assert len(boxes) == len(pressed(text))
    assert (not boxes) == (name == "finished")


def test_the_buttons_of_a_day() -> None:
    learner = with_everything()
    assert pressed(page(learner, "2026-02-04")) == [
        OpenUnit(unit="e"),
        Replan(unit="c"),
        PauseUntil(last=date(2026, 2, 13)),
        Choose(choice="choose-your-way", option="web"),
        Choose(choice="choose-your-way", option="data"),
        DropOptional(),
    ]


@pytest.mark.parametrize("number", range(6))
def test_a_button_that_was_pressed_is_gone(number: int) -> None:
    learner = with_everything()
    requested = pressed(page(learner, "2026-02-04"))[number]
    learner.contains(requested, "2026-02-04")
    kinds = {command.do for command in pressed(page(learner, "2026-02-04"))}
    if not isinstance(requested, OpenUnit):  # the unit after it may be opened, too
        assert requested.do not in kinds
    assert requested not in pressed(page(learner, "2026-02-04"))
    assert ("resume" in kinds) == isinstance(requested, PauseUntil)


def test_making_the_plan_again_leads_to_the_day_that_the_button_told() -> None:
    learner = HistoryLearner().done(a1="2026-01-13")
    (button,) = (b for b in dashboard(learner.view("2026-02-20")).buttons if b.name.endswith(": B"))
    learner.contains(button.command, "2026-02-20")
    assert learner.view("2026-02-20").dates.last == button.day
    assert not any(isinstance(i, Replan) for i in pressed(page(learner, "2026-02-20")))


def test_a_plan_beyond_the_calendar_is_not_offered() -> None:
    slow = config("2026-01-05", hours_per_week=0.01)
    path = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- x (90h)")
    intents = pressed(page(HistoryLearner(path, slow), "2029-01-05"))
    assert not any(isinstance(command, Replan) for command in intents)


def test_what_was_known_before_stands_as_done_and_weighs_nothing() -> None:
    learner = HistoryLearner().done(a1="2026-01-05").contains(Credit(), "2026-01-05", "a1")
    text = page(learner, "2026-01-07")
    assert "✓ [a1](<https://github.com/learner/portfolio/issues/2>) · known before" in text
    assert "0 of 50" in text


def test_titles_and_words_of_the_learner_stay_inert() -> None:
    learner = with_everything()
    issue = learner.bench.issue("b1")
    issue.title = "b1 --> <script> | @everyone #7 `x` [y](http://evil)"
    text = page(learner, "2026-01-22")
    assert "<script" not in text
    assert "@everyone" not in text
    assert "#7" not in text
    line = next(line for line in text.splitlines() if "b1 --" in line)
    assert "\\[y\\](http" in line


@pytest.mark.parametrize("months", [1, 12, 60])
def test_a_long_path_keeps_within_what_an_issue_holds(months: int) -> None:
    long = "\n".join(
        f"Month {m}: {m} {'A long name of a month ' * 8} -> {m} {'A long deliverable ' * 10}\n"
        f"Week 1-4: Stretch {m}\n"
        + "\n".join(
            f"- {m} {t} {'task with many words ' * 9} (3h) #skill-{t}" for t in range(200 // months)
        )
        for m in range(1, months + 1)
    )
    learner = HistoryLearner(curriculum("Phase: P\n" + long), config("2026-01-05", ahead="all"))
    text = page(learner, "2026-03-02")
    assert len(text) <= MOST_CHARACTERS
    assert "### Buttons" in text
    assert text.count("<details>") == text.count("</details>")


def test_of_many_tasks_those_left_are_shown() -> None:
    path = curriculum(
        "Phase: P\nMonth 1: M\nWeek 1: W\n" + "\n".join(f"- t{n}." for n in range(60))
    )
    learner = HistoryLearner(path, config("2026-01-05"))
    text = page(learner.done(**{f"t{n}.": "2026-01-06" for n in range(40)}), "2026-01-07")
    first, _, rest = text.partition("<details")
    shown = [re.findall(r"^- (.) \[t(\d+)", part, re.MULTILINE) for part in (first, rest)]
    assert [int(n) for _, n in shown[0]] == [*range(40, 45)]
    assert "- 55 more" in first
    assert [int(n) for _, n in shown[1]] == [*range(5), *range(45, 60)]
    assert "- 35 more" in rest


def test_ticking_the_last_box_is_not_yet_the_end() -> None:
    path = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- x (2h)")
    dump = path.model_dump(mode="json")
    dump["phases"][0]["modules"][0]["units"][0]["tasks"][0]["done_when"] = ["It runs"]
    learner = HistoryLearner(type(path).model_validate(dump), config("2026-01-05"))
    text = page(learner.ticks("x"), "2026-01-07")
    assert "**100%**" in text
    assert "Close what's still open" in text
    assert "Your path is finished" not in text


CLOSINGS = st.dictionaries(
    st.sampled_from(["a1", "b1", "c1", "d1", "e1", "f1"]),
    st.dates(date(2026, 1, 1), date(2026, 4, 30)),
)


@settings(max_examples=25, deadline=None)
@given(CLOSINGS, st.data())
def test_percent_grows_with_what_is_done(closings: dict[str, date], data: st.DataObject) -> None:
    fewer = {t: d for t, d in closings.items() if data.draw(st.booleans(), label=t)}
    less, more = (
        dashboard(HistoryLearner().done(**{t: str(d) for t, d in c.items()}).view("2026-06-01"))
        for c in (fewer, closings)
    )
    assert 0 <= less.numbers.percent <= more.numbers.percent <= 100
    for row, other in zip(less.rows, more.rows, strict=True):
        assert 0 <= row.percent <= other.percent <= 100


@settings(max_examples=25, deadline=None)
@given(CLOSINGS, st.dates(date(2025, 12, 20), date(2026, 6, 1)))
def test_its_numbers_agree_with_what_the_repository_holds(
    closings: dict[str, date], today: date
) -> None:
    """Counted a second time, from the issues of the sandbox alone."""
    learner = HistoryLearner().done(**{title: str(day) for title, day in closings.items()})
    values = dashboard(learner.view(str(today)))
    closed = [
        issue
        for issue in learner.bench.repository.issues.values()
        if issue.state == "closed" and issue.title in closings
    ]
    assert values.numbers.done == 10 * len(closed)
    assert values.numbers.done_count == len(closed)
    assert sum(row.done_hours for row in values.rows) == values.numbers.done
    text = as_markdown(values)
    percent = 100 * len(closed) // 6
    assert f"**{percent}%** · {10 * len(closed)} of 60" in text


def test_a_day_without_news_changes_dates_and_nothing_else() -> None:
    learner = HistoryLearner(how=config("2026-01-05", ahead=0))
    monday, tuesday = (page(learner, day) for day in ("2026-01-06", "2026-01-07"))
    without_dates = [
        re.sub(r"\d{4}-\d\d-\d\d|(\w{3}\s)?\d+\s\w{3}(\s\d{4})?", "", text)
        for text in (monday, tuesday)
    ]
    assert monday != tuesday
    assert without_dates[0] == without_dates[1]


def test_it_costs_one_edit_a_day_when_nothing_happens() -> None:
    learner = HistoryLearner(RICH, config("2026-01-05", ahead="all"))
    learner.apply("2026-01-06", with_dashboard=True)
    assert learner.plan("2026-01-06", with_dashboard=True).empty
    (change,) = learner.plan("2026-01-07", with_dashboard=True).changes
    assert isinstance(change, UpdateIssue)
    assert (change.key, change.fields) == (SUMMARY_KEY, ("text",))


def test_a_button_ticked_by_hand_is_cleared_by_the_next_page() -> None:
    learner = HistoryLearner(RICH, config("2026-01-05", ahead="all"))
    learner.apply("2026-01-06", with_dashboard=True).ticks("Your path")
    assert "- [x]" in (learner.bench.issue("Your path").body or "")
    learner.apply("2026-01-07", with_dashboard=True)
    assert "- [x]" not in (learner.bench.issue("Your path").body or "")


def test_it_tells_the_learners_day_and_not_the_servers() -> None:
    learner = HistoryLearner(how=config("2026-01-05", timezone="Pacific/Auckland"))
    late_in_london = at("2026-01-06", 22)
    seen = LearningPath.read(LONG, learner.how, learner.bench.edges.snapshot(), late_in_london)
    assert dashboard(seen).today == date(2026, 1, 7)
    assert dashboard(seen).next_sync == date(2026, 1, 7) + timedelta(days=1)


@pytest.mark.parametrize(
    ("logged", "weekly"),
    [("2026-01-04", None), ("2026-01-05", 2.0), ("2026-02-01", 2.0), ("2026-02-02", None)],
)
def test_hours_a_week_are_those_of_the_whole_weeks_before_today(
    logged: str, weekly: float | None
) -> None:
    path = HistoryLearner(RICH).logs(8, logged).view("2026-02-02")
    assert path.outlook.weeks == 4
    assert dashboard(path).numbers.logged_lately == weekly
