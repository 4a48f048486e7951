"""Learners at a checkpoint: the states that tests of its report look at."""

from builders import curriculum
from reports.histories import RICH, HistoryLearner, at

from bot.curriculum.load import from_catalog
from bot.curriculum.model import Curriculum
from bot.progress.command import Command
from bot.progress.command_log import Entry, find_log, with_log
from bot.progress.commands.evidence import Attested, Evidenced
from bot.reports.checkpoint import CheckpointReport, by_number, checkpoint_report

GUIDE = from_catalog("devops-to-mlops")
REPORTED = "2026-04-07"  # the day after the third month
PLAIN = curriculum(
    """
    Phase: One
      Month 1: January
        Week 1-2: A
          - a1 (10h)
        Week 3-4: B
          - b1 (6h)
      Checkpoint: One month in
        - Can do a
        - Can do b
    """
)
WEEKS = ("2026-01-15", "2026-01-29", "2026-02-12", "2026-02-26", "2026-03-12", "2026-03-28")


def linked(path: Curriculum, **evidence: list[str]) -> Curriculum:
    """`path` with work named for the lines of its checkpoints, by the ids of lines."""
    data = path.model_dump(by_alias=True)
    for checkpoint in data["checkpoints"]:
        for item in checkpoint["items"]:
            item["evidence"] = evidence.get(item["id"].replace("-", "_"), ())
    return Curriculum.model_validate(data)


class Studying(HistoryLearner):
    """A learner with a mentor and pull requests."""

    def closed(self, days: dict[str, str]) -> "Studying":
        """Issues by the start of their titles, with the day each was closed."""
        for title, day in days.items():
            self.bench.close(title)
            self.bench.issue(title).closed_at = at(day)
        return self

    def merged(self, title: str, work: str, day: str) -> "Studying":
        """A merged pull request that names the issue `work`."""
        pull = self.bench.merge_pull(title, f"Closes #{self.bench.issue(work).number}")
        assert pull.pull
        pull.pull.merged_at = at(day)
        return self

    def noted(self, command: Command, day: str, title: str, by: str) -> "Studying":
        """Something remembered in an issue, as said by somebody else."""
        issue = self.bench.issue(title)
        body = issue.body or ""
        entry = Entry(id=0, at=at(day), by=by, command=command)
        issue.body = with_log(body, find_log(body).adding([entry]))
        return self

    def report(self, which: str = "3", today: str = REPORTED) -> CheckpointReport:
        """The report on a checkpoint, told for a day."""
        return checkpoint_report(self.view(today), by_number(self.path, which))


def nothing() -> CheckpointReport:
    return Studying(GUIDE).report()


def busy() -> CheckpointReport:
    """Three months of work with everything in it."""
    return three_months().report()


def three_months() -> Studying:
    """Who did that work."""
    learner = Studying(GUIDE).closed(
        {
            "Work through Andrew Ng": "2026-01-18",
            "Set up a Python": "2026-01-07",
            "Learn to work with data": "2026-01-31",
            "Finish one course on Python": "2026-02-07",
            "Deliverable: Two basic": "2026-02-03",
            "Complete the official": "2026-02-14",
            "Build three different": "2026-02-20",
            "Learn cross-validation": "2026-02-27",
            "Deliverable: Portfolio of five": "2026-03-18",
            "Track experiments with MLflow": "2026-03-29",
        }
    )
    learner.label("Choose and apply strategies", "status: in progress")
    learner.merged("Add the regression project", "Deliverable: Two basic", "2026-02-02")
    learner.merged("Five projects, one page each", "Deliverable: Portfolio of five", "2026-03-17")
    learner.noted(Attested(), "2026-02-05", "Deliverable: Two basic", "mona-mentor")
    post = Evidenced(kind="post", url="https://blog.example.org/mlflow", title="MLflow in a week")
    learner.noted(post, "2026-03-30", "Track experiments", "learner")
    learner.ticks("Three-month checkpoint", 2)
    for number, day in enumerate(WEEKS):
        learner.logs(6 + number / 2, day)
    learner.rates("rated-ml-fundamentals", 2, "2026-01-12")
    learner.rates("rated-ml-fundamentals", 4, "2026-04-02")
    learner.rates("rated-python", 3, "2026-04-02")
    learner.counts("network", 7, "2026-02-10").counts("contributions", 1, "2026-03-01")
    text = "It took three evenings, and then it was clear."
    learner.files("First model that beats the mean", "kind:journal", "2026-01-20", text)
    learner.files("A week of pandas", "kind:journal", "2026-02-01", text)
    learner.bench.edit("First model that", labels=["kind: journal", "highlight"])
    return learner


def proven() -> CheckpointReport:
    """All of the way so far is done, evidenced and approved."""
    learner = Studying(GUIDE)
    months = [module.id for module in GUIDE.modules()][:3]
    for work in learner.view(REPORTED).progress.work:
        if work.module in months:
            learner.closed({work.title: "2026-03-20"})
            learner.noted(Attested(), "2026-03-21", work.title, "mona-mentor")
    learner.ticks("Three-month checkpoint", 4)
    for skill in GUIDE.assessment.skills:
        learner.rates(skill.id, 4, "2026-03-30")
    return learner.report()


def counted() -> CheckpointReport:
    """The last checkpoint, where only numbers that the learner keeps show a line."""
    learner = Studying(GUIDE)
    learner.counts("network", 12, "2026-05-01").counts("contributions", 2, "2026-05-01")
    learner.files("ML Engineer at Example", "kind:application", "2026-12-01")
    return learner.report("12", "2027-01-06")


def roles_open() -> CheckpointReport:
    """A path whose end is reached, and whose role is covered."""
    path = linked(RICH, can_do_a=["a1"], did_it_all=["e1"])
    learner = Studying(path)
    learner.done(a1="2026-01-14", b1="2026-02-05", c1="2026-02-19", e1="2026-03-10")
    learner.shows("e1", "2026-03-11").rates("rated-data", 5, "2026-03-20")
    learner.rates("rated-python", 3, "2026-01-31").rates("rated-python", 4, "2026-03-20")
    return learner.report("3", "2026-04-01")


def tiny() -> CheckpointReport:
    """One week, one task, one line."""
    path = curriculum(
        "Phase: P\nMonth 1: M\nWeek 1: W\n- Only this\nCheckpoint: Done\n- It is done"
    )
    learner = Studying(linked(path, it_is_done=["only-this"]))
    learner.done(Only_this="2026-01-08")
    return learner.report("1", "2026-01-12")


def without_hours() -> CheckpointReport:
    """A guide that gives no hours."""
    drawing = """
    Phase: One
      Month 1: January -> A first thing
        Week 1-2: A
          - a1
          - a2
        Week 3-4: B
          - b1
      Checkpoint: One month in
        - Can do a
        - Has read b
    """
    path = linked(curriculum(drawing), can_do_a=["a1", "a2"], has_read_b=["b1"])
    learner = Studying(path)
    learner.done(a1="2026-01-08", a2="2026-01-15")
    return learner.report("1", "2026-01-26")


def plain() -> CheckpointReport:
    """No assessment, no roles, no numbers, no deliverables, no journal."""
    learner = Studying(PLAIN)
    learner.ticks("Checkpoint after", 1).done(a1="2026-01-08")
    return learner.report("1", "2026-02-02")


STATES = {
    "nothing done": nothing,
    "busy": busy,
    "all evidenced and attested": proven,
    "only counts": counted,
    "the end": roles_open,
    "tiny": tiny,
    "without hours": without_hours,
    "without assessment, roles and metrics": plain,
}
