"""A year lived in seconds: at its end all that was told is true, told once, and nothing is lost.

In this process over the sandbox's state. A learner does everything that can be done, runs come when
they come, and a witness notes at every report what is true at that moment. Another learner lives by
a script, on the built-in path and on a guide as it is: there every number is worked out anew.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest
from builders import curriculum
from e2e.scripted_learner import ScriptedLearner, key_of
from e2e.year_document import YearDocument
from e2e.year_witness import YearWitness
from pytest_regressions.file_regression import FileRegressionFixture
from reports.histories import RICH
from repository_fixture import settings as config
from share import WHOLE
from sync.random_learner import MENTOR, RandomLearner
from sync.report_snapshots import ReportSnapshots, agree, closed
from sync.sync_runs import SyncRuns

from bot.curriculum.importer import read
from bot.curriculum.load import from_catalog
from bot.curriculum.model import Curriculum
from bot.planning.marker import find
from github_sandbox.state.objects import Issue

ROOT = Path(__file__).parents[2]
WEEKS = 52
SEEDS = range(2 if WHOLE else 1)
WORK = {"task", "deliverable", "project"}
# How often each act comes; most of a year is work, and some of it is said.
OFTEN = {"close": 14, "log": 8, "command": 6, "tick": 5, "merge": 3, "count": 3, "journal": 3}
RARE = {"pause": 1, "resume": 2, "replan": 1, "pace": 1, "delete": 1, "press": 1, "open": 1}
USUAL = 2
QUIET = range(20, 23)  # weeks without any run


class Year:
    """One year of one learner on one path, with so many sittings a week."""

    def __init__(self, path: Curriculum, seed: int, *, as_app: bool, visits: int = 2) -> None:
        self.chance = Random(seed)
        self.visits = visits
        self.runs = SyncRuns(path, config(mentors=[MENTOR]))
        if as_app:
            self.runs.become_an_app()
        self.runs.sync()
        self.learner = RandomLearner(self.runs)
        self.witness = ReportSnapshots(self.runs, self.learner)
        acts = sorted(self.learner.acts)
        self._acts = [a for a in acts for _ in range(OFTEN.get(a, RARE.get(a, USUAL)))]

    def live(self) -> "Year":
        """Week by week, with a script for what must not be missing."""
        for week in range(1, WEEKS + 1):
            monday = self.runs.now
            for act, number in self._script(week):
                self.learner.does(act, number)
            for hours in sorted(self.chance.sample(range(1, 167), self.visits)):
                self._until(monday + timedelta(hours=hours))
                for _ in range(self.chance.randint(0, 8 // self.visits)):
                    self.learner.does(self.chance.choice(self._acts), self.chance.randint(0, 90))
                self._runs(week)
            self._until(monday + timedelta(weeks=1))
        for _ in range(2):
            self.runs.sync()
        return self

    def _script(self, week: int) -> Iterator[tuple[str, int]]:
        scripted = {
            3: ("rename_a_label", 3),
            5: ("pause", 19),
            6: ("resume", 0),
            9: ("title", 2),
            11: ("note", 4),
            15: ("press", 1),
            17: ("form", 0),
            25: ("delete", 3),
            30: ("choose", 0),
            38: ("choose", 1),
            44: ("edit_the_file", 2),
        }
        if week in scripted:
            yield scripted[week]

    def _runs(self, week: int) -> None:
        """None, one, or several in a row."""
        if week not in QUIET:
            for _ in range(self.chance.choice([0, 0, 1, 1, 1, 2])):
                self.runs.sync()

    def _until(self, moment: datetime) -> None:
        self.runs.bench.world.clock.advance(moment - self.runs.now)

    # What must be true at the end

    @property
    def reported(self) -> list[str]:
        """The weeks that stand, as they came."""
        return list(self.runs.reports())

    def work(self) -> list[Issue]:
        """Issues of ours that are work."""
        return [
            issue
            for issue in self.runs.issues()
            if (marked := find(issue.body or "")) and marked.marker.key.partition(":")[0] in WORK
        ]

    @property
    def order(self) -> list[str]:
        """The ids of checkpoints in the order of the path."""
        return [checkpoint.id for checkpoint in self.runs.path.checkpoints]

    def checkpoints_over(self) -> list[str]:
        """The ids of checkpoints whose day has passed."""
        today = self.runs.now.date()
        return [
            marked.marker.key.partition(":")[2]
            for issue in self.runs.issues()
            if (marked := find(issue.body or ""))
            and marked.marker.key.startswith("checkpoint:")
            and issue.milestone
            and issue.milestone.due
            and issue.milestone.due < today
        ]

    def listed(self) -> dict[str, set[int]]:
        """The issues that each summary lists as done."""
        return {text.week: text.done for text, _ in self.witness.weeks}

    def reopened_by_the_bot(self) -> list[str]:
        """Work that the learner closed and Milepost opened, though nobody asked."""
        bot = self.runs.bench.edges.bot.user
        found = []
        for issue in self.work():
            requested = any(comment.body.startswith("/") for comment in issue.comments)
            closer = None
            for event in issue.events:
                if event.kind == "reopened" and event.actor is bot and closer is not bot:
                    found += [] if requested else [issue.title]
                closer = event.actor if event.kind == "closed" else closer
        return found


def small_year() -> Curriculum:
    """Twelve months in a few lines, with all that a path can have."""
    lines = []
    for month in range(1, 13):
        if month in {1, 4, 7, 10}:
            lines.append(f"Phase: Quarter {1 + month // 3}")
        lines += [
            f"Month {month}: M{month} -> Result {month}",
            f"Week 1-2: A{month}",
            f"- a{month} (10h) #python",
            f"- x{month} (3h) [post] #python?",
            f"Week 3-4: B{month}",
            f"- b{month} (12h) [project] #data",
        ]
        if month == 10:
            lines += ["Choice: Your way", "Option: Web", "- web1 (20h) #python", "- web2 (4h)"]
            lines += ["Option: Data", "- data1 (14h) #data", "Option: Ops", "- ops1 (9h)"]
        if month % 3 == 0:
            lines += [f"Checkpoint: Checkpoint of month {month}", f"- Can do b{month}"]
    given = RICH.model_dump(
        include={"assessment", "projects", "metrics", "success", "journal", "roles"}, by_alias=True
    )
    return curriculum("\n".join(lines), **given)


SMALL_YEAR = small_year()


def week_of(day: date) -> str:
    """The name of its ISO week."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def weeks_of(first: date, last: date) -> list[str]:
    """The names of the ISO weeks from that of `first`, a Monday, that are over by `last`."""
    weeks = (last - first).days // 7
    return [week_of(first + timedelta(weeks=n)) for n in range(weeks)]


def holds(year: Year) -> None:
    """Every law of a year."""
    runs, witness = year.runs, year.witness
    for text, true in witness.weeks:
        assert agree(text, true), (text, true)
    for report, facts in witness.checkpoints:
        assert report == pytest.approx(facts, abs=0.06)
    expected = weeks_of(date(2026, 1, 5), runs.now.date())
    assert year.reported == expected[: len(year.reported)]
    if len(year.reported) < len(expected):
        finished = witness.finished_on()
        assert finished
        assert year.reported[-1] >= week_of(finished)
    reported = year.runs.reports("report")
    newest = max((year.order.index(name) for name in reported), default=-1)
    assert all(year.order.index(name) <= newest for name in year.checkpoints_over())
    assert len(witness.checkpoints) == len(reported)
    for issue in year.work():
        assert is_listed(year, issue), issue.title
    assert year.learner.misses() == []
    assert year.reopened_by_the_bot() == []
    assert runs.writes() == []
    assert runs.foresee().plan.empty


def is_listed(year: Year, issue: Issue) -> bool:
    """Whether the summary of its week tells of work that is closed as done now."""
    if not year.witness.counts_as_done(issue) or issue.closed_at is None:
        return True
    listed = year.listed().get(week_of(closed(issue).date()))
    return listed is None or issue.number in listed or len(listed) >= 15


@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_of_anything(seed: int) -> None:
    year = Year(SMALL_YEAR, seed, as_app=seed % 2 == 0).live()
    assert year.reported
    holds(year)


def scripted_year(path: Curriculum) -> tuple[ScriptedLearner, YearWitness, YearDocument]:
    """A year by script, with every number worked out by other means after each run."""
    learner = ScriptedLearner(path)
    witness = YearWitness(learner.runs, learner)
    document = YearDocument(learner.runs)

    def after_run() -> None:
        witness.after_run()
        document.after_run()

    learner.after_run = after_run
    witness.counted = learner.counted
    learner.live()
    return learner, witness, document


def wrong_numbers(witness: YearWitness) -> list[object]:
    """What some text said that was not true at that moment."""
    weeks = [one for one in witness.weeks if not agree(*one)]
    reports = witness.checkpoints if witness.timed else []
    wrong = [one for one in reports if one[0] != pytest.approx(one[1], abs=0.06)]
    return [*weeks, *wrong, *witness.wrong]


def weeks_of_the_path(witness: YearWitness) -> list[str]:
    """The names of the weeks up to the one in which the last of the work was done."""
    finished = witness.finished_on()
    assert finished
    return weeks_of(date(2026, 1, 5), finished + timedelta(days=7 - finished.weekday()))


def guide_as_it_is(guide: Path) -> Curriculum:
    return read(guide.read_bytes(), name=guide.name).curriculum


JUDGED = ["the path", "things done", "hours", "pace", "streak", "forecast", "range", "badge"]
JUDGED += ["work for a skill", "rating", "percent of a report", "what looks back"]
DEFAULT_GUIDE = ROOT.parent / "shared" / "guides" / "00-devops-to-mlops.md"
OWN_GUIDE = Path(__file__).with_name("guide.md")
GUIDES = [OWN_GUIDE, *([DEFAULT_GUIDE] if WHOLE and DEFAULT_GUIDE.exists() else [])]
PAGE = ROOT / "docs" / "explanation" / "a-year.md"


@pytest.mark.parametrize(
    ("path", "page"),
    [
        pytest.param(lambda: from_catalog("devops-to-mlops"), PAGE, id="the_built_in_path"),
        *(pytest.param(partial(guide_as_it_is, guide), None, id=guide.stem) for guide in GUIDES),
    ],
)
def test_a_year_by_script(
    path: Callable[[], Curriculum], page: Path | None, file_regression: FileRegressionFixture
) -> None:
    learner, witness, document = scripted_year(path())
    runs = learner.runs
    assert wrong_numbers(witness) == []
    counted = [n for what, n in witness.judged.items() if what.startswith("Network")]
    assert min(*(witness.judged[what] for what in JUDGED), *counted) > 2
    assert list(runs.reports()) == weeks_of_the_path(witness)
    assert list(runs.reports("report")) == [c.id for c in runs.path.checkpoints]
    assert list(runs.reports("finish")) == ["path"]
    choices = [i for i in runs.issues() if key_of(i).startswith("choice:")]
    assert [(i.state, i.state_reason) for i in choices] == [("closed", "completed")]
    assert learner.is_over
    assert learner.misses() == []
    assert runs.writes() == []
    if page is not None:
        file_regression.check(document.text, fullpath=page)
