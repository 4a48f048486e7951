"""Tells what is true at the moment a report is posted, from the sandbox's own state.

Nothing of how Milepost adds up is used here: only issues with their states and times, comments as
people wrote them, and the hours of the curriculum. What a report says is read from its text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sync.random_learner import RandomLearner
from sync.sync_runs import SyncRuns

from bot.planning.marker import find
from github_sandbox.state.events import Event
from github_sandbox.state.objects import Issue

HEAD = re.compile(r"\*\*Week \d+ of your path\*\* · .*? · (\d+)% done")
KEY = re.compile(r'"key":"weekly:(\d{4}-W\d\d)"')
PROJECT_KINDS = ("task", "deliverable")

CLOSING = {"/done": "completed", "/credit": "completed", "/skip": "not_planned", "/reopen": ""}


@dataclass
class Numbers:
    """What a summary tells; None where it says nothing of it."""

    week: str
    percent: int
    done: set[int] = field(default_factory=set)
    hours: float = 0.0
    logged: float = 0.0
    counted: tuple[int, int] | None = None
    journal: set[int] = field(default_factory=set)
    late: int | None = None


def reported(text: str) -> Numbers:
    """The numbers of a weekly summary, from its Markdown."""
    head, key = HEAD.search(text), KEY.search(text)
    assert head, text
    assert key, text
    names_next = "**Next:**" in text
    counted = re.search(r"^[^·\n]*: ([+-]\d+) \((\d+) so far\)", text, re.MULTILINE)
    late = re.search(r"^(\d+) things? from earlier", text, re.MULTILINE)
    done = text.partition("**Done this week:**")[2].partition("\n\n**")[0]
    return Numbers(
        week=key[1],
        percent=int(head[1]),
        done={int(n) for n in re.findall(r"^- \[.*/issues/(\d+)>\)", _list(done), re.MULTILINE)},
        hours=_number(r"(\d+(?:\.\d+)?)\sh of work finished", text),
        logged=_number(r"(\d+(?:\.\d+)?)\sh logged", text),
        counted=(int(counted[1]), int(counted[2])) if counted else None,
        journal={int(n) for n in re.findall(r"/issues/(\d+)>", _line("**In your jour", text))},
        late=int(late[1]) if late else 0 if names_next else None,
    )


@dataclass(frozen=True)
class Statement:
    """A command of the learner's as its comment has it now."""

    at: datetime
    issue: Issue
    text: str


def statements(every: Iterable[Issue]) -> list[Statement]:
    """The commands on these issues that stand, oldest first: what was reverted is left out."""
    found = [
        Statement(comment.birth.at, issue, text.strip())
        for issue in every
        for comment in issue.comments
        if find(comment.body) is None
        for line in re.findall(r"^/.+$", comment.body, re.MULTILINE)
        for text in re.split(r" (?=/)", line)
    ]
    standing: list[Statement] = []
    for one in sorted(found, key=lambda one: one.at):
        if one.text == "/revert":
            standing.pop()
        else:
            standing.append(one)
    return standing


def hours_in(text: str) -> float:
    """Hours of a `/log`, such as 1h30m, 90m, 2.5h or -1h."""
    sign, hours, minutes = re.findall(r"^/log (-?)(?:([\d.]+)h)?(?:(\d+)m)?", text)[0]
    return (float(hours or 0) + int(minutes or 0) / 60) * (-1 if sign else 1)


class ReportSnapshots:
    """Listens to the world; for each weekly summary keeps what it says and what was true."""

    def __init__(self, runs: SyncRuns, learner: RandomLearner) -> None:
        self._runs = runs
        self._random_learner = learner
        self.weeks: list[tuple[Numbers, Numbers]] = []
        self.checkpoints: list[tuple[dict[str, float], dict[str, float]]] = []
        self._made: set[str] = set()
        path = runs.path
        works = [
            *(("task", task.id, task.hours) for task in path.tasks()),
            *(("deliverable", left.id, left.hours) for left in path.deliverables()),
        ]
        self.hours = {
            f"{kind}:{name}": hours.middle if hours else None for kind, name, hours in works
        }
        self._optional = {f"task:{task.id}" for task in path.tasks() if task.optional}
        self._options = {
            option.id: [f"task:{task.id}" for task in option.tasks]
            for choice in path.choices()
            for option in choice.options
        }
        runs.bench.world.listeners.append(self._on_event)

    def _on_event(self, event: Event) -> None:
        issue: Issue | None = event.subject.get("issue")
        if issue is None:
            return
        if marked := find(issue.body or ""):
            self._made.add(marked.marker.key)
        if event.name != "issue_comment" or event.action != "created":
            return
        body: str = event.subject["comment"].body
        marked = find(body)
        if marked is None:
            return
        kind = marked.marker.key.partition(":")[0]
        if kind == "weekly":
            self.weeks.append((reported(body), self._truth(reported(body).week)))
        if kind == "report":
            self.checkpoints.append((_checkpoint(body), self._of_checkpoint()))

    def finished_on(self) -> date | None:
        """The day on which the last of what counts was closed; None while something is left."""
        work = self._work()
        if self._sums(work) - self._done_by(work, self._today) > 0:
            return None
        return max(
            self._day(closed(issue))
            for key, issue in work.items()
            if self._finished(issue) and self.hours[key] and key not in self._optional
        )

    # What is true now

    @property
    def _today(self) -> date:
        return self._day(self._runs.now)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._runs.how.zone).date()

    def _work(self) -> dict[str, Issue]:
        found: dict[str, Issue] = {}
        for issue in self._runs.issues():
            marked = find(issue.body or "")
            if marked and marked.marker.key in self.hours:
                found.setdefault(marked.marker.key, issue)
        return found

    def _credited(self, issue: Issue) -> bool:
        words = [text for text in self._lines_on(issue) if text in {"/credit", "/reopen"}]
        return bool(words) and words[-1] == "/credit"

    def _lines_on(self, issue: Issue) -> list[str]:
        return [one.text for one in statements([issue])]

    def _finished(self, issue: Issue) -> bool:
        done = issue.state == "closed" and issue.state_reason == "completed"
        return done and not self._credited(issue)

    def counts_as_done(self, issue: Issue) -> bool:
        """Whether it is work of the path, and finished."""
        marked = find(issue.body or "")
        return bool(marked and marked.marker.key in self.hours) and self._finished(issue)

    def _truth(self, week: str) -> Numbers:
        first = date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
        last = first + timedelta(days=6)
        work = self._work()
        done = {
            key: issue
            for key, issue in work.items()
            if self._finished(issue) and first <= self._day(closed(issue)) <= last
        }
        before, now = self._counted(first - timedelta(days=1)), self._counted(last)
        return Numbers(
            week=week,
            percent=self._percent(work, last),
            done={issue.number for issue in done.values()},
            hours=sum(self.hours[key] or 0.0 for key in done),
            logged=self._logged(first, last),
            counted=(now - before, now) if now != before else None,
            journal=self._journal(first, last),
            late=self._late(work),
        )

    def _counted(self, last: date) -> int:
        """What was counted by the end of a day, one after the other, never below nothing."""
        count = 0
        for one in self._commands("/count "):
            later = self._day(one.at) > last
            count = count if later else max(0, count + int(one.text.split()[-1]))
        return count

    def _commands(self, word: str) -> list[Statement]:
        return [one for one in statements(self._runs.issues()) if one.text.startswith(word)]

    def _logged(self, first: date, last: date) -> float:
        """Hours by day; fewer than none are taken off the newest of the same issue."""
        entries: list[tuple[date, Issue, float]] = []
        for one in self._commands("/log "):
            day = self._day(one.at) - timedelta(days="yesterday" in one.text)
            hours = hours_in(one.text)
            for n in range(len(entries) - 1, -1, -1):
                if hours < 0 and entries[n][1] is one.issue:
                    taken = min(-hours, entries[n][2])
                    entries[n] = (*entries[n][:2], entries[n][2] - taken)
                    hours += taken
            if hours > 0:
                entries.append((day, one.issue, hours))
        return sum(hours for day, _, hours in entries if first <= day <= last)

    def _journal(self, first: date, last: date) -> set[int]:
        label = self._random_learner.label("kind:journal")
        return {
            issue.number
            for issue in self._runs.issues()
            if label in {worn.name for worn in issue.labels}
            and first <= self._day(self._written(issue)) <= last
        }

    def _written(self, issue: Issue) -> datetime:
        """When an entry was written: for one that was made of a comment, when that was."""
        marked = find(issue.body or "")
        if marked is None:
            return issue.birth.at
        wanted = int(marked.marker.key.partition(":")[2])
        every = (c for i in self._runs.issues() for c in i.comments)
        return next(c.birth.at for c in every if c.id == wanted)

    def _late(self, work: dict[str, Issue]) -> int:
        return sum(
            issue.is_open
            and key not in self._optional
            and self._is_wanted(key, issue)
            and "status: blocked" not in {label.name for label in issue.labels}
            and issue.milestone is not None
            and issue.milestone.due is not None
            and issue.milestone.due < self._today
            for key, issue in work.items()
        )

    def _is_wanted(self, key: str, issue: Issue) -> bool:
        """Not of an option that was not taken, unless it was done there."""
        home = next((name for name, keys in self._options.items() if key in keys), None)
        done = issue.state == "closed" and issue.state_reason == "completed"
        return home is None or home == self._random_learner.taken or done

    def _sums(self, work: dict[str, Issue]) -> float:
        """The hours that count."""
        total = 0.0
        for key, hours in self.hours.items():
            issue = work.get(key)
            home = next((name for name, keys in self._options.items() if key in keys), None)
            if key in self._optional or hours is None:
                continue
            if issue is None:
                here = home in {None, self._random_learner.taken}
                total += hours if here and key not in self._made else 0.0
            elif self._is_wanted(key, issue) and (issue.is_open or self._finished(issue)):
                total += hours
        if self._options and self._random_learner.taken is None:
            sums = [sum(self.hours[k] or 0.0 for k in keys) for keys in self._options.values()]
            total += sum(sums) / len(sums)
        return total

    def _done_by(self, work: dict[str, Issue], last: date) -> float:
        return sum(
            self.hours[key] or 0.0
            for key, issue in work.items()
            if key not in self._optional
            and self._finished(issue)
            and self._day(closed(issue)) <= last
        )

    def _percent(self, work: dict[str, Issue], last: date) -> int:
        """Of the newest week as it is now, ticked boxes included; of others as it was."""
        total, done = self._sums(work), self._done_by(work, last)
        if self._today - last <= timedelta(days=7):
            done = self._done_by(work, self._today)
            done += sum(
                (self.hours[key] or 0.0) * ticked(issue)
                for key, issue in work.items()
                if issue.is_open and key not in self._optional and self._is_wanted(key, issue)
            )
        return int(100 * done / total + 1e-9) if total else 100

    def _of_checkpoint(self) -> dict[str, float]:
        work = self._work()
        return {
            "finished": self._done_by(work, self._today),
            "total": self._sums(work),
            "logged": self._logged(date.min, self._today),
        }


def agree(text: Numbers, true: Numbers) -> bool:
    """Whether a summary tells the truth; a list of more than fifteen names only those."""
    few = len(true.done) <= 15
    return (
        text.percent == true.percent
        and (text.done == true.done if few else text.done <= true.done)
        and abs(text.hours - true.hours) < 0.06
        and abs(text.logged - true.logged) < 0.06
        and text.counted == true.counted
        and text.journal == true.journal
        and text.late in {None, true.late}
    )


def _checkpoint(text: str) -> dict[str, float]:
    return {
        "finished": _number(r"(\d+(?:\.\d+)?)\sh of work finished", text),
        "total": _number(r"of (\d+(?:\.\d+)?)\sh by this day", text),
        "logged": _number(r"^- (\d+(?:\.\d+)?)\sh logged", text),
    }


def ticked(issue: Issue) -> float:
    """The share of the boxes in our part of the text that are ticked."""
    ours = (issue.body or "").partition("<!-- milepost:end")[0]
    boxes = re.findall(r"^\s*- \[([ xX])\] ", ours, re.MULTILINE)
    return sum(box != " " for box in boxes) / len(boxes) if boxes else 0.0


def closed(issue: Issue) -> datetime:
    """When it was said that the issue is closed, else when that was done by hand."""
    assert issue.closed_at
    text = [
        (CLOSING[word], one.at)
        for one in statements([issue])
        if (word := one.text.partition(" ")[0]) in CLOSING and one.at <= issue.closed_at
    ]
    reason, at = text[-1] if text else (None, issue.closed_at)
    return at if reason == issue.state_reason else issue.closed_at


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def _line(begins: str, text: str) -> str:
    return next((line for line in text.split("\n") if line.startswith(begins)), "")


def _list(text: str) -> str:
    """The first list in it."""
    return re.split(r"\n\n(?!- )", text.strip())[0]


__all__: list[Any] = ["Numbers", "ReportSnapshots", "agree", "reported"]
