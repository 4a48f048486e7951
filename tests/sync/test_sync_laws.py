"""Laws of sync: whenever, however often and however interrupted it runs, each thing happens once.

Everything is in this process over the sandbox's state; only HTTP is left out.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning.paths import LONG
from reports.histories import RICH
from repository_fixture import settings as config
from share import examples
from sync.random_learner import MENTOR, SUMMARY, RandomLearner
from sync.report_snapshots import ReportSnapshots, agree
from sync.sync_runs import SyncRuns, local

from bot.planning.marker import find
from bot.settings import Weekday
from bot.sync.publish import Outcome
from github_sandbox.state.objects import Issue

GAPS = st.lists(st.sampled_from([0, 0, 1, 5, 13, 24, 31, 77, 200, 500]), max_size=14)
# Where clocks go on, go back, or leave out a whole day (Samoa had no 30 December 2011).
CLOCKS = [
    ("Europe/Berlin", "2026-03-16T09:00"),
    ("Europe/Berlin", "2026-10-12T23:00"),
    ("America/New_York", "2026-03-02T01:00"),
    ("America/New_York", "2026-10-19T12:00"),
    ("Pacific/Apia", "2011-12-12T10:00"),
]
ACTS = sorted(name.removeprefix("act_") for name in dir(RandomLearner) if name.startswith("act_"))
STORY = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 60)), max_size=4),
        st.sampled_from([1, 20, 45, 100, 170]),
        st.booleans(),
    ),
    min_size=4,
    max_size=14,
)


class Cut(Exception):  # noqa: N818 - nothing is wrong with the code: the power went off
    """The process died."""


def weeks_due(runs: SyncRuns) -> list[str]:
    """The names of the weeks that are over at their hour, by walking the learner's calendar."""
    zone, how = ZoneInfo(runs.how.timezone), runs.how.summary
    made = next(i for i in runs.issues() if i.title.startswith(SUMMARY)).birth.at
    day, found = made.astimezone(zone).date() + timedelta(days=1), []
    while (due := datetime(day.year, day.month, day.day, how.hour, tzinfo=zone)) <= runs.now:
        if day.weekday() == how.day.number and due.astimezone(UTC) <= runs.now:
            year, week, _ = (day - timedelta(days=4)).isocalendar()
            found.append(f"{year}-W{week:02d}")
        day += timedelta(days=1)
    return found


@pytest.mark.parametrize(("zone", "begins"), CLOCKS)
@settings(max_examples=examples(8), deadline=None)
@given(gaps=GAPS, day=st.sampled_from(list(Weekday)), hour=st.sampled_from([0, 2, 8, 23]))
def test_each_week_has_one_summary_whenever_it_runs(
    zone: str, begins: str, gaps: list[int], day: Weekday, hour: int
) -> None:
    how = config(begins[:10], timezone=zone, summary={"day": day, "hour": hour})
    runs = SyncRuns(LONG, how, local(zone, begins))
    runs.sync()
    for hours in gaps:
        runs.later(hours=hours).sync()
        assert list(runs.reports()) == weeks_due(runs)
    assert runs.writes() == []


def test_a_year_of_silence_is_caught_up_in_a_few_runs() -> None:
    runs = SyncRuns(LONG)
    runs.sync()
    runs.later(weeks=30)
    for _ in range(4):
        runs.sync()
    assert list(runs.reports()) == weeks_due(runs)
    assert len(weeks_due(runs)) == 30


@settings(max_examples=examples(15), deadline=None)
@given(
    at=st.lists(st.integers(1, 12), min_size=1, max_size=3),
    place=st.sampled_from(["comment", "issue"]),
)
def test_two_runs_at_once_tell_a_week_once(at: list[int], place: str) -> None:
    """Another run goes from beginning to end just before one of the writes."""
    runs = SyncRuns(LONG, config(ahead="all", summary=place))
    runs.sync()
    for cut in at:
        runs.later(weeks=1)
        runs.bench.comment("a1", "/log 1h")
        runs.bench.comment(SUMMARY, "/status")
        interrupted(runs, cut, runs.sync)
    runs.sync()
    assert sorted(weeks_reported(runs)) == weeks_due(runs)
    assert sum(issue.is_open for issue in weekly_issues(runs)) == (place == "issue")
    assert len(runs.reports("reply")) == len(at)
    assert runs.writes() == []


@pytest.mark.parametrize("whose", ["b1", SUMMARY])
def test_what_is_written_while_a_run_goes_on_is_not_overwritten(whose: str) -> None:
    """The run has read everything, and writes to that issue later than what comes between."""
    runs = SyncRuns(LONG, config(ahead="all"))
    runs.sync()
    bench = runs.later(days=1).bench
    bench.comment("b1", "/log 1h")
    bench.comment("a1", "/log 2h")

    def meanwhile() -> None:
        bench.edit(whose, body=f"A thought.\n\n{bench.issue(whose).body}")
        bench.comment(whose, "/log 4h")
        runs.sync()

    interrupted(runs, 1, meanwhile)
    assert (bench.issue(whose).body or "").startswith("A thought.")
    assert sum(entry.hours for entry in runs.sync().path.history.logged) == 7
    assert runs.writes() == []


def weeks_reported(runs: SyncRuns) -> list[str]:
    """The weeks that stand as comments, each once, or as issues."""
    return [*runs.reports(), *{week_of(issue) for issue in weekly_issues(runs)}]


def interrupted(runs: SyncRuns, cut: int, act: Callable[[], object]) -> None:
    """A run, and before its write number `cut` something else."""
    left = [cut]

    def before() -> None:
        left[0] -= 1
        if left[0] == 0:
            act()

    runs.bench.edges.before_write = before
    runs.sync()
    runs.bench.edges.before_write = lambda: None


def many_requests() -> SyncRuns:
    """A path under way with every kind of thing to do at once."""
    runs = SyncRuns(RICH, config(ahead="all", mentors=[MENTOR], publish={"badge": True}))
    runs.sync()
    bench = runs.later(days=3).bench
    bench.comment("a1", "/log 2h\n/done")
    bench.comment("b1", "/start\n/move +1w")
    bench.comment("c1", "/skip not for me")
    bench.comment("e1", "/credit")
    bench.comment(SUMMARY, "/count connections +3\n/rate python 4\n/journal A thought\n/status")
    bench.comment(SUMMARY, "/choose web\n/pace 8h")
    bench.comment(SUMMARY, "/nonsense 12\n/project start Bread")
    bench.close("Deliverable: A first thing")
    bench.react(bench.issue("Deliverable: A first thing"), "+1", MENTOR)
    runs.later(days=8)
    return runs


@pytest.fixture(scope="module")
def undisturbed() -> SyncRuns:
    runs = many_requests()
    runs.sync()
    return runs


def count_writes() -> int:
    runs = many_requests()
    return len(runs.writes())


@pytest.mark.parametrize("after", [False, True])
def test_cut_off_anywhere_and_run_again_everything_is_done_once(
    undisturbed: SyncRuns, *, after: bool
) -> None:
    wanted = undisturbed.contents()
    for cut in range(1, count_writes() + 1, 3 if after else 1):
        runs = many_requests()
        cut_off(runs, cut, after=after)
        runs.sync()
        assert runs.contents() == wanted, cut
        assert runs.writes() == []


def cut_off(runs: SyncRuns, cut: int, *, after: bool) -> None:
    """A run that dies before or after its write number `cut`."""
    left, edges = [cut], runs.bench.edges

    def strike() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Cut

    if after:
        edges.after_write = strike
    else:
        edges.before_write = strike
    with pytest.raises(Cut):
        runs.sync()
    edges.before_write = edges.after_write = lambda: None


@settings(max_examples=examples(12), deadline=None)
@given(STORY)
def test_whatever_is_done_reports_are_true_and_nothing_of_the_learners_is_lost(
    story: list[tuple[list[tuple[str, int]], int, bool]],
) -> None:
    runs = SyncRuns(RICH, config(mentors=[MENTOR]))
    runs.sync()
    learner = RandomLearner(runs)
    witness = ReportSnapshots(runs, learner)
    for acts, hours, runner in story:
        for name, number in acts:
            learner.does(name, number)
        runs.later(hours=hours)
        if runner:
            foreseen(runs)
    foreseen(runs)
    for text, true in witness.weeks:
        assert agree(text, true), (text, true)
    for report, facts in witness.checkpoints:
        assert report == pytest.approx(facts, abs=0.06)
    assert learner.misses() == []
    assert runs.writes() == []
    assert runs.foresee().plan.empty


def foreseen(runs: SyncRuns) -> None:
    """A dry run writes nothing, and a run then does what it said."""
    before, text = runs.contents(), runs.foresee()
    assert runs.contents() == before
    done = runs.sync()
    assert done.plan == text.plan
    posted = [p.what for p in done.posted if p.outcome is Outcome.POSTED]
    assert posted == list(text.due)
    assert done.files == text.files


def test_an_issue_a_week_closes_the_older_ones_but_not_what_was_opened_again() -> None:
    runs = SyncRuns(LONG, config(summary="issue"))
    runs.sync()
    for _ in range(4):
        runs.later(weeks=1).sync()
        assert runs.writes() == []
    assert [(week_of(x), x.state) for x in weekly_issues(runs)] == [
        ("2026-W02", "closed"),
        ("2026-W03", "closed"),
        ("2026-W04", "closed"),
        ("2026-W05", "open"),
    ]
    assert not runs.reports()
    runs.bench.edit("Weekly summary, 12", state="open")
    runs.later(weeks=2).sync()
    assert [x.state for x in weekly_issues(runs)] == [
        "closed", "open", "closed", "closed", "closed", "open",
    ]  # fmt: skip
    assert runs.writes() == []


def weekly_issues(runs: SyncRuns) -> list[Issue]:
    return [issue for issue in runs.issues() if week_of(issue)]


def week_of(issue: Issue) -> str:
    """The week whose summary the issue is, "" for any other issue."""
    marked = find(issue.body or "")
    key = marked.marker.key if marked else ""
    return key.removeprefix("weekly:") if key.startswith("weekly:") else ""


EVERYTHING = {
    "badge": True,
    "pictures": True,
    "readme": True,
    "forms": True,
    "reports": "branch",
}


@pytest.mark.parametrize("reports", ["branch", "pull-request"])
def test_files_are_written_once_a_day_at_most(reports: str) -> None:
    runs = SyncRuns(RICH, config(publish=EVERYTHING | {"reports": reports}))
    runs.sync()
    for title in ("a1", "Deliverable: A first", "b1"):
        runs.bench.close(title)
    assert runs.writes()
    assert runs.writes() == []
    runs.later(weeks=5).sync()
    assert "one-month-in" in runs.reports("report")
    assert runs.writes() == []
    again = runs.later(hours=1).sync()
    assert (again.written, again.files.empty) == (0, True)


@settings(max_examples=examples(8), deadline=None)
@given(
    command=st.sampled_from(
        [
            "/done",
            "/skip",
            "/log 3h",
            "/pause 2 weeks",
            "/choose web",
            "/journal hi",
            "/status",
            "/x",
        ]
    ),
    title=st.sampled_from(["a1", SUMMARY, "b1", "Deliverable"]),
    role=st.sampled_from([None, "read", "triage"]),
)
def test_strangers_and_readers_are_not_obeyed(command: str, title: str, role: str | None) -> None:
    runs = SyncRuns(RICH, config(ahead="all"))
    runs.sync()
    if role:
        runs.bench.world.add_user("somebody")
        runs.bench.repository.collaborators["somebody"] = role  # type: ignore[assignment]
    where = next(i.title for i in runs.issues() if title in i.title)
    text = runs.bench.comment(where, command, by="somebody")
    assert runs.writes() == []
    assert not text.reactions
    assert not runs.reports("reply")


def test_a_writer_who_is_not_the_owner_is_obeyed() -> None:
    runs = SyncRuns(RICH)
    runs.sync()
    runs.bench.world.add_user("friend")
    runs.bench.repository.collaborators["friend"] = "write"
    text = runs.bench.comment("a1", "/done", by="friend")
    runs.sync()
    assert runs.bench.issue("a1").state == "closed"
    assert [reaction.content for reaction in text.reactions] == ["rocket"]
