"""A learner who lives a year by a script: works, rests, errs, corrects, chooses twice, and ends.

The script is the same on every path; what a path does not have is left out of it.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from repository_fixture import settings as config
from sync.random_learner import SUMMARY, RandomLearner
from sync.sync_runs import SyncRuns

from bot.curriculum.model import Curriculum
from bot.planning.marker import find
from github_sandbox.state import comments
from github_sandbox.state.objects import Issue

WORK = ("task", "deliverable")
LONGEST = 75  # weeks
PAUSE = (5, 6)
QUIET = (22, 23)
AFTER = 2  # weeks that are lived on after the end


class ScriptedLearner(RandomLearner):
    """One life on one path. `after_run` is called after every run of Milepost."""

    def __init__(self, path: Curriculum, after_run: Callable[[], object] = lambda: None) -> None:
        how = config(
            timezone="Europe/Berlin", publish={"badge": True, "readme": True, "reports": "branch"}
        )
        super().__init__(SyncRuns(path, how))
        self.runs.become_an_app()
        self.after_run = after_run
        self.path = path
        self.finished: list[int] = []  # numbers of issues, in order
        hours = {f"task:{t.id}": t.hours.middle for t in path.tasks() if t.hours}
        hours |= {f"deliverable:{d.id}": d.hours.middle for d in path.deliverables() if d.hours}
        pieces = len(list(path.tasks())) + len(list(path.deliverables()))
        self._hours = hours if len(hours) > pieces / 2 else {}
        whole = sum(hours.values()) if self._hours else float(pieces)
        self._speed = whole / 55  # a week, which is a little slower than the plan
        self._room = 0.0

    def live(self) -> None:
        """From the first Monday until some weeks after the end."""
        self.run()
        over = 0
        for week in range(1, LONGEST):
            monday = self.runs.now
            self._until(monday + timedelta(days=2, hours=10))
            self.work(week)
            self._until(monday + timedelta(days=5, hours=3))
            self.work(week)
            for act in (acts := list(self.script(week))):
                act()
                self.runs.later(minutes=20)
            if acts:
                self.run()
            self._until(monday + timedelta(weeks=1))
            self.run()
            over += self.is_over
            if over > AFTER:
                return

    def run(self) -> None:
        """One run of Milepost."""
        self.runs.sync()
        self.after_run()

    @property
    def is_over(self) -> bool:
        """Whether nothing is left that has to be done."""
        return bool(self.runs.reports("finish"))

    def _until(self, moment: datetime) -> None:
        self.runs.later(seconds=(moment - self.runs.now).total_seconds())

    # Work

    def work(self, week: int) -> None:
        """Half of what a week has time for."""
        if week in PAUSE or week in QUIET:
            return
        self._room += self._speed / 2
        while (issue := self.next_open()) and self._needs(issue) <= self._room:
            self._room -= self._needs(issue)
            self.finish(issue)
            self.runs.later(minutes=30)

    def next_open(self, *, optional: bool = False) -> Issue | None:
        """The open work that is due first."""
        found = [
            issue
            for issue in self.runs.issues()
            if issue.is_open
            and issue.number not in self.finished
            and key_of(issue).partition(":")[0] in WORK
            and ("optional" in {label.name for label in issue.labels}) == optional
        ]
        return min(
            found,
            key=lambda issue: (str(issue.milestone and issue.milestone.due), issue.number),
            default=None,
        )

    def _needs(self, issue: Issue) -> float:
        return self._hours.get(key_of(issue), 2.0) if self._hours else 1.0

    def finish(self, issue: Issue) -> None:
        """By a command, by hand, or by hand with work to show, in turns."""
        self.finished.append(issue.number)
        turn = len(self.finished) % 3
        if turn == 0:
            self._comment(issue, f"/log {self._needs(issue) + 0.5:g}h\n/done")
            return
        if turn == 1:
            self.bench.merge_pull(f"Work for #{issue.number}", f"For #{issue.number}")
        body = (issue.body or "").replace("- [ ]", "- [x]")
        self._edit(issue, body=body, state="closed", state_reason="completed")

    # The script

    def script(self, week: int) -> Iterator[Callable[[], object]]:
        """What happens beside the work, at the end of a week."""
        acts = {
            1: [self._errs],
            2: [lambda: self._on_next("/start\n/log 2h yesterday")],
            3: [self._edits],
            4: [self._miscounts],
            PAUSE[0]: [lambda: self.contains(f"/pause until {self._day(9)}")],
            8: [lambda: self.contains("/journal The data was the hard part, as everybody says.")],
            9: [self._ticks],
            10: [self._skips],
            11: [lambda: self._on_next("/credit")],
            12: [self._closes_too_early],
            13: [lambda: self._rates(2, 3)],
            14: [self._starts_a_project],
            16: [lambda: self._on_next("/move +1w")],
            18: [lambda: self._on_next("/log 90m /start")],
            19: [lambda: self.contains("/log 2h with the others\n/log -0.5h")],
            26: [lambda: self._rates(3, 4), lambda: self.contains("/journal Half of it.")],
            27: [self._faster],
            31: [lambda: self.contains("/replan")],
            39: [lambda: self._rates(4, 4)],
            46: [lambda: self.applies("A job at a bank")],
            48: [lambda: self._moves_on("A job at a bank", "stage:interview")],
            51: [lambda: self._moves_on("A job at a bank", "stage:offer")],
            52: [lambda: self._rates(4, 5)],
        }
        yield from acts.get(week, [])
        yield from self._choices(week)
        yield from self._checkpoints()

    def _errs(self) -> None:
        self.contains("/log 3h reading")
        self.run()
        self.contains("/log -1h")

    def _edits(self) -> None:
        made = self.bench.comment(SUMMARY, "/log 5h")
        self.run()
        self.runs.later(minutes=5)
        bench = self.bench
        comments.edit(bench.world, bench.learner, bench.repository, made, {"body": "/log 3.5h"})

    def _miscounts(self) -> None:
        if not self.counted:
            return
        self.contains(f"/count {self.counted} +40")
        self.run()
        self.runs.later(minutes=5)
        self.contains("/revert")
        self.runs.later(minutes=5)
        self.contains(f"/count {self.counted} +4")

    @property
    def counted(self) -> str:
        """The id of a number that they keep; empty where the path has none."""
        targets = self.path.success.quantitative
        return next(
            (one.id for one in targets if one.title in {"Technical articles", "Network"}), ""
        )

    def _ticks(self) -> None:
        if issue := self.next_open():
            self._edit(issue, body=(issue.body or "").replace("- [ ]", "- [x]", 1))

    def _skips(self) -> None:
        if issue := self.next_open(optional=True):
            self._comment(issue, "/skip not now")

    def _closes_too_early(self) -> None:
        if issue := self.next_open():
            self._edit(issue, state="closed", state_reason="completed")
            self.run()
            self._edit(issue, state="open")

    def _rates(self, *values: int) -> None:
        skills = self.path.rated
        lines = [f"/rate {s.title} {values[n % len(values)]}" for n, s in enumerate(skills)]
        for some in (lines[:7], lines[7:]):
            if some:
                self.contains("\n".join(some))

    def _checkpoints(self) -> Iterator[Callable[[], object]]:
        """Tick the last point of a new checkpoint, and close the one before it."""
        there = [i for i in self.runs.issues() if i.is_open and key_of(i).startswith("checkpoint:")]
        for issue in there[:-1]:
            yield partial(self._edit, issue, state="closed", state_reason="completed")
        if there and "- [x]" not in (there[-1].body or ""):
            before, box, after = (there[-1].body or "").rpartition("- [ ]")
            yield lambda: self._edit(there[-1], body=f"{before}{box.replace(' ]', 'x]')}{after}")

    def _starts_a_project(self) -> None:
        if self.path.projects:
            self.contains(f"/project start {self.path.projects[0].id}")

    def _faster(self) -> None:
        self.contains("/pace 12h" if self._hours else "/pace 13 months")

    def applies(self, title: str) -> None:
        """An application, where the path has the label for it."""
        if self.path.roles:
            self.opens(title, "Seen at a meetup.", self.label("kind:application"))

    def _moves_on(self, title: str, stage: str) -> None:
        if self.path.roles:
            labels = [self.label("kind:application"), self.label(stage)]
            self._edit(self.bench.issue(title), labels=labels)

    def _choices(self, week: int) -> Iterator[Callable[[], object]]:
        """The first option once the choice is there; three weeks later the other one."""
        there = [i for i in self.runs.issues() if key_of(i).startswith("choice:")]
        for issue in there:
            choice = next(c for c in self.path.choices() if c.title == issue.title)
            if self.taken is None:
                self._chosen_in, self.taken = week, choice.options[0].id
                yield partial(self._comment, issue, f"/choose {self.taken}")
            elif week == self._chosen_in + 3:
                self.taken = choice.options[1].id
                yield partial(self._comment, issue, f"/choose {self.taken}")

    def _on_next(self, text: str) -> None:
        if issue := self.next_open():
            self._comment(issue, text)

    def _day(self, days: int) -> str:
        return str((self.runs.now + timedelta(days=days)).date())


def key_of(issue: Issue) -> str:
    """The key in our marker; empty where the issue is not ours."""
    marked = find(issue.body or "")
    return marked.marker.key if marked else ""
