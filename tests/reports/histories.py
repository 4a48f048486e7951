"""A path, and what a learner did on it in words: the states that tests of reports look at."""

from dataclasses import replace
from datetime import UTC, date, datetime

from builders import curriculum
from planning.paths import LONG
from repository_fixture import RepositoryFixture, settings

from bot.curriculum.model import Curriculum
from bot.planning.desired_state import ReportTexts, desired_state
from bot.planning.diff import make_plan
from bot.planning.observed_state import observe
from bot.planning.plan import Plan
from bot.progress.command import Command
from bot.progress.command_log import Entry, find_log, with_log
from bot.progress.commands.count import Count
from bot.progress.commands.evidence import Evidenced
from bot.progress.commands.log import Log
from bot.progress.commands.rate import Rate
from bot.progress.path import LearningPath
from bot.reports.dashboard import as_markdown, dashboard
from bot.settings import Settings
from bot.sync.reconcile import Session, texts
from github_sandbox.state import issues

ALL = settings("2026-01-05", ahead="all")
SUMMARY = "Your path"

TINY = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- Only this")

UNTIMED = curriculum(
    """
    Phase: One
      Month 1: January -> A first thing
        Week 1-2: A
          - a1
          - a2
        Week 3-4: B
          - b1
      Month 2: February
        Week 1-4: C
          - c1
          - c2
          - c3
    """
)

RICH = curriculum(
    """
    Phase: One
      Month 1: January -> A first thing
        Week 1-2: A
          - a1 (10h) [course] #python
          - a2 (4h) [reading] #python?
        Week 3-4: B
          - b1 (10h) [project] #data
      Checkpoint: One month in
        - Can do a
      Month 2: February -> A second thing
        Week 1-2: C
          - c1 (10h) [post] #data
        Week 3-4: Your way
        Choice: Choose your way
          Option: Web
            - d1 (10h) #python
          Option: Data
            - d2 (14h) #data
      Month 3: March
        Week 1-4: E
          - e1 (20h) #data
          - e2 (5h) #python?
      Checkpoint: The end
        - Did it all
    """,
    title="From here to there",
    overview={
        "summary": "A short path with everything in it.",
        "from_role": "Cook",
        "target_role": "Baker",
    },
    transferable_skills=[{"title": "Knives", "application": "Cutting | slicing"}],
    assessment={
        "modules": [1, 3],
        "skills": [
            {"id": "rated-python", "title": "Python", "skills": ["python"]},
            {"id": "rated-data", "title": "Data", "skills": ["data"]},
        ],
    },
    projects=[
        {"id": "bread", "title": "Bread", "level": "beginner", "hours": 6},
        {"id": "cake", "title": "Cake", "level": "advanced"},
        {"id": "buns", "title": "Buns", "level": "beginner"},
    ],
    metrics=[{"id": "study-hours", "title": "Hours of study per week", "unit": "hours"}],
    success={
        "quantitative": [
            {"id": "connections", "title": "Connections", "low": 50, "text": "At least 50 people"}
        ]
    },
    journal=[{"title": "Date", "kind": "date"}, {"title": "Learned"}],
    roles=[{"title": "Baker", "level": "entry", "skills": ["python"]}],
)


def at(day: str, hour: int = 18) -> datetime:
    """An hour of a day, UTC."""
    return datetime.fromisoformat(f"{day}T{hour:02d}:00:00").replace(tzinfo=UTC)


class HistoryLearner:
    """A repository with a path in it. Each method is something done or said on a day."""

    def __init__(self, path: Curriculum = LONG, how: Settings = ALL) -> None:
        self.bench = RepositoryFixture()
        self.path = path
        self.how = how
        self.bench.apply(path, how, today=str(how.start))
        self._comment = 100
        self._last_push: datetime | None = None
        if how.ahead is None:
            self._make_all_issues()

    def _make_all_issues(self) -> None:
        """Make the issues of each month's last days, too; the dashboard is that of the start."""
        start, end = self.view(str(self.how.start)), self.view("2029-12-31")
        made = texts(end).model_copy(update={"dashboard": texts(start).dashboard})
        desired = desired_state(end, made)
        self.bench._run(Session(self.bench.edges, lambda there: make_plan(desired, observe(there))))

    def done(self, **titles: str) -> "HistoryLearner":
        """Closed by title, with the day; `_` in it stands for a space, `__` for a colon."""
        for title, day in titles.items():
            self.bench.close(_words(title))
            self.bench.issue(_words(title)).closed_at = at(day)
        return self

    def skips(self, title: str) -> "HistoryLearner":
        self.bench.close(title, "not_planned")
        return self

    def label(self, title: str, name: str) -> "HistoryLearner":
        self.bench.edit(title, labels=[name])
        return self

    def ticks(self, title: str, boxes: int = 1) -> "HistoryLearner":
        issue = self.bench.issue(title)
        issue.body = (issue.body or "").replace("- [ ]", "- [x]", boxes)
        return self

    def contains(self, command: Command, day: str, title: str = SUMMARY) -> "HistoryLearner":
        """An command remembered in the issue whose title begins so."""
        self._comment += 1
        issue = self.bench.dashboard_issue() if title == SUMMARY else self.bench.issue(title)
        body = issue.body or ""
        entry = Entry(id=self._comment, at=at(day), by="learner", command=command)
        issue.body = with_log(body, find_log(body).adding([entry]))
        return self

    def logs(self, hours: float, day: str, title: str = SUMMARY) -> "HistoryLearner":
        return self.contains(Log(hours=hours), day, title)

    def counts(self, metric: str, amount: int, day: str) -> "HistoryLearner":
        return self.contains(Count(metric=metric, amount=amount), day)

    def rates(self, skill: str, value: int, day: str) -> "HistoryLearner":
        return self.contains(Rate(skill=skill, value=value), day)

    def shows(self, title: str, day: str) -> "HistoryLearner":
        """Something that the issue links to was found to exist."""
        url = "https://github.com/learner/portfolio/pull/7"
        return self.contains(Evidenced(kind="pull-request", url=url), day, title)

    def plan(self, today: str, *, with_dashboard: bool = False) -> Plan:
        """What a run on that day would change, with what was said by then."""
        return self._session(today, with_dashboard=with_dashboard).plan()

    def apply(self, today: str, *, with_dashboard: bool = False) -> "HistoryLearner":
        """A run on that day."""
        self.bench._run(self._session(today, with_dashboard=with_dashboard))
        return self

    def _session(self, today: str, *, with_dashboard: bool) -> Session:
        seen = self.view(today)
        text = as_markdown(dashboard(seen)) if with_dashboard else ""
        desired = desired_state(seen, ReportTexts(dashboard=text))
        return Session(self.bench.edges, lambda there: make_plan(desired, observe(there)))

    def files(self, title: str, label: str, day: str, body: str = "") -> "HistoryLearner":
        """An issue by the learner, as a form makes it; `label` is the label's key."""
        name = observe(self.bench.edges.snapshot()).labels[label].name
        requested = {"title": title, "body": body, "labels": [name]}
        bench = self.bench
        issue = issues.create(bench.world, bench.learner, bench.repository, requested)
        issue.birth, issue.updated_at = replace(issue.birth, at=at(day)), at(day)
        return self

    def pushes(self, moment: str) -> "HistoryLearner":
        """A push to the repository, a public one in which the Action runs."""
        self._last_push = datetime.fromisoformat(moment)
        return self

    def view(self, today: str, hour: int = 8) -> LearningPath:
        """The view on a day."""
        seen = self.bench.edges.snapshot().model_copy(update={"last_push": self._last_push})
        return LearningPath.read(self.path, self.how, seen, at(today, hour))


def _words(name: str) -> str:
    return name.replace("__", ": ").replace("_", " ")


def day(text: str) -> date:
    return date.fromisoformat(text)
