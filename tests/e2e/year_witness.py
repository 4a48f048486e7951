"""Compares the numbers of dashboards, reports and the finish with what is true by `YearFacts`."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from e2e.year_facts import DAY, Piece, YearFacts
from sync.random_learner import RandomLearner
from sync.sync_runs import SyncRuns

from bot.curriculum.model import Deliverable, Task, TaskKind
from bot.planning.marker import find
from github_sandbox.state.events import Event
from github_sandbox.state.objects import Issue

RUNS = 300
NEAR = timedelta(days=21)  # within which two simulations of one future agree
FORECAST = re.compile(
    r"At your recent pace \(about ([\d.]+) (?:h|tasks?) a week\) "
    r"you'll likely finish (?:around|between) (.+?)\. "
)
DATE = re.compile(r"(\d{1,2}) (\w{3})\b(?: (\d{4}))?")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class YearWitness(YearFacts):
    """Looks at the repository after each run, and at each report when it is posted.

    `wrong` has what is not true, `judged` how many numbers of each kind were looked at.
    """

    def __init__(self, runs: SyncRuns, learner: RandomLearner) -> None:
        super().__init__(runs, learner)
        self.counted = ""  # the id of the number that the learner keeps
        self.wrong: list[str] = []
        self.judged: Counter[str] = Counter()

    def _on_event(self, event: Event) -> None:
        super()._on_event(event)
        if event.name == "issues" and event.action == "opened":
            self._on_opened(event.subject["issue"])
        if event.name == "issue_comment" and event.action == "created":
            marked = find(event.subject["comment"].body)
            kind = marked.marker.key.partition(":")[0] if marked else ""
            text = plain(event.subject["comment"].body)
            if kind == "report":
                self._report(text)
            if kind == "finish":
                self._finish(text)

    def after_run(self) -> None:
        """Compare the dashboard, the badge and the README with what is true."""
        text = plain(self._runs.bench.issue("Your path").body or "")
        pieces = self.pieces()
        total, done = self._total(pieces), sum(p.weight * p.share for p in pieces if p.counts)
        percent = int(100 * done / total + 1e-9)
        self._numbers(
            "the path", text, r"\*\*(\d+)%\*\* · ([\d.]+) of ([\d.]+)", percent, done, total
        )
        states = Counter(piece.state for piece in pieces)
        self._numbers("things done", text, r"^- (\d+) done", states["done"] + states["credited"])
        self._numbers(
            "things open", text, r"(\d+) open or to come", states["open"] + states["ahead"]
        )
        aside = states["skipped"] + states["removed"]
        self._numbers("things skipped", text, r"(\d+) skipped", *([aside] if aside else []))
        logged = self._logged(date.min, self._today)
        self._numbers("hours", text, r"^- ([\d.]+) h logged", *([logged] if logged else []))
        self._pace(text, pieces)
        self._modules(text, pieces)
        self._skills(text, pieces)
        self._metrics(text, pieces)
        if not self._is_over(pieces):
            assert (
                "**Next:**" in text
                or "**After the pause:**" in text
                or self._today < self._runs.how.start
            )
        self._files(percent, over=self._is_over(pieces))

    def _pace(self, text: str, pieces: list[Piece]) -> None:
        over = self._is_over(pieces)
        day = self._as_of(pieces) + DAY if over else self._today
        weeks = self.study_weeks(day)
        history = [self._done_in(pieces, first, last) for first, last in weeks]
        pace = sum(history) / len(history) if history else 0.0
        self._numbers(
            "pace",
            text,
            r"\*\*Finished:\*\* about ([\d.]+) (?:h|tasks?) a week \w+ the last (?:(\d+) )?week",
            *([pace, len(weeks)][: min(2, len(weeks))] if pace else []),
        )
        lately = self._logged(weeks[0][0], day - DAY) / len(weeks) if weeks else 0.0
        self._numbers(
            "hours a week",
            text,
            r"^- [\d.]+ h logged · about ([\d.]+) h a week \w+ the last (?:(\d+) )?week",
            *([lately, len(weeks)][: min(2, len(weeks))] if lately else []),
        )
        streak = self._streak(pieces, self._as_of(pieces))
        self._numbers(
            "streak", text, r"^- (\d+) active weeks? in a row", *([streak] if streak else [])
        )
        left = self._total(pieces) - sum(p.weight * p.share for p in pieces if p.counts)
        active = sum(amount > 0 for amount in history)
        known = active >= 3 and left > 0 and not over
        found = FORECAST.search(text)
        if known != bool(found):
            self.wrong.append(f"{self._today}: a forecast: {found and found[0]}, {history}, {left}")
        if known and found:
            self._equal("forecast", [float(found[1])], [round(pace) if pace >= 10 else pace])
            self._range(dates(found[2]), history, left)

    def _range(self, shown: list[date], history: list[float], left: float) -> None:
        """By a simulation of its own."""
        chance = Random(left)
        ends = []
        for _ in range(RUNS):
            rest, weeks = left, 0
            while rest > 0 and weeks < 500:
                rest, weeks = rest - chance.choice(history), weeks + 1
            ends.append(weeks)
        ends.sort()
        likely, careful = (self._after_weeks(ends[RUNS * n // 100]) for n in (50, 85))
        self.judged["range"] += 1
        first, last = shown[0], shown[-1]
        if not (first <= last and abs(first - likely) <= NEAR and abs(last - careful) <= NEAR):
            self.wrong.append(f"{self._today}: {first} to {last}, not {likely} to {careful}")

    def _modules(self, text: str, pieces: list[Piece]) -> None:
        for module in self.path.modules():
            own = [p for p in pieces if p.module == module.id]
            units = {unit.id for unit in module.units}
            total = sum(p.weight for p in own if p.counts) + self._undecided(units)
            done = sum(p.weight * p.share for p in own if p.counts)
            percent = int(100 * done / total + 1e-9) if total else 100
            row = next(
                (r for r in text.split("\n") if re.match(rf"\| (?:\*\*)?{module.number}\. ", r)), ""
            )
            self._numbers(f"month {module.number}", row, r"\| (\d+)% \|", percent)
            if self.timed:
                self._numbers("hours of a month", row, r"\| ([\d.]+) of ([\d.]+) \|", done, total)

    def _skills(self, text: str, pieces: list[Piece]) -> None:
        trains, feeds = self.path.relations.skills, self.path.relations.feeds
        for skill in self.path.rated:
            own = [
                piece
                for piece in pieces
                if piece.required and piece.state not in {"skipped", "removed"}
                if {*feeds.get(skill.id, ())} & {*trains.get(piece.key, ())}
            ]
            done = [piece for piece in own if piece.state in {"done", "credited"}]
            # A point of a checkpoint may be called like a skill.
            row = row_of(text.rpartition("\n### Your skills\n")[2], skill.title)
            self._numbers(
                "work for a skill",
                row,
                r"(\d+) of (\d+)(?: · \d+ with evidence)? \|$| · (\d+) of (\d+) done\b",
                *([len(done), len(own)] if own else []),
            )
            shown = re.search(r"(\d) of \d(?: ·|,| on) \d+ \w{3} ", row)
            ratings = self._ratings(skill.title)
            self._equal("rating", [int(shown[1])] if shown else [], ratings[-1:])

    def _ratings(self, title: str) -> list[int]:
        lines = (one.text.removeprefix("/rate ") for one in self._commands("/rate "))
        return [int(line.split()[-1]) for line in lines if line.startswith(f"{title} ")]

    def _metrics(self, text: str, pieces: list[Piece]) -> None:
        """Those whose counting is a sum: courses, posts, contributions, people, hours a week."""
        kinds = {"ourses": TaskKind.COURSE, "posts": TaskKind.POST, "ontrib": TaskKind.CONTRIBUTION}
        done = [p for p in pieces if p.state in {"done", "credited"}]
        counted = next(
            (one.title for one in self.path.success.quantitative if one.id == self.counted), ""
        )
        for metric in (*self.path.metrics, *self.path.success.quantitative):
            row = row_of(text, metric.title)
            shown = re.search(r"(?:\| |\*\*: )([\d.]+)", row)
            kind = next((kind for word, kind in kinds.items() if word in metric.title), None)
            about = {"Technical articles": "Blog posts written"}.get(counted, counted)
            value = float(self._counted(self._today)) if metric.title == about else 0.0
            if shown is None or not (kind or value or "per week" in metric.title):
                continue
            if "per week" in metric.title:
                value = self._hours_a_week(pieces)
            if kind is not None:
                value += sum(isinstance(p.item, Task) and p.item.kind is kind for p in done)
            self._equal(metric.title, [float(shown[1])], [value])

    def _hours_a_week(self, pieces: list[Piece]) -> float:
        start, end = self._runs.how.start, self._as_of(pieces)
        days = [start + n * DAY for n in range((end - start).days + 1)]
        weeks = max(1.0, sum(not self._rests(day) for day in days) / 7)
        logged = self._logged(date.min, end)
        estimate = sum(p.weight for p in pieces if p.state == "done")
        return round((logged or estimate) / weeks, 1)

    def _files(self, percent: int, *, over: bool) -> None:
        repository = self._runs.bench.repository
        head = repository.git.head("milepost")
        badge = (head.files["badge.json"] if head else b"").decode()
        expected = "finished" if over else f"{percent}%"
        self.judged["badge"] += 1
        if f'"message": "{expected}"' not in badge and f'"message":"{expected}"' not in badge:
            self.wrong.append(f"{self._today}: the badge says {badge}, not {expected}")

    def _report(self, text: str) -> None:
        pieces = self.pieces()
        required = [p for p in pieces if p.counts]
        done = sum(p.weight * p.share for p in required)
        self._numbers(
            "percent of a report",
            text,
            r" · (\d+)% of the path$",
            int(100 * done / self._total(pieces) + 1e-9),
        )
        if self.timed:
            self._numbers(
                "hours of a report",
                text,
                r"^- ([\d.]+) h of work finished\b.*\n"
                r"- The plan had ([\d.]+) of ([\d.]+) h by this day\.$",
                self._done_in(pieces, date.min, self._today),
                self._planned(pieces),
                self._total(pieces),
            )
        else:
            over = self._days_over()
            finished = sum(p.state == "done" for p in required)
            planned = sum(p.unit in over for p in required)
            self._numbers(
                "pieces of a report",
                text,
                r"^- (\d+) of (\d+) done\n- The plan had (\d+) of (\d+) by this day\.$",
                finished,
                len(required),
                planned,
                len(required),
            )
        self._skills(text, pieces)
        self._metrics(text, pieces)

    def _finish(self, text: str) -> None:
        pieces = self.pieces()
        done = [p for p in pieces if p.state == "done"]
        last = self._as_of(pieces)
        weeks = (last - self._runs.how.start).days // 7 + 1
        self._numbers("the weeks", text, r"^- .* · (\d+) weeks?$", weeks)
        self._numbers("the finish", text, r"^- (\d+) things? done$", len(done))
        hours = sum(p.weight for p in done)
        self._numbers(
            "hours of the finish",
            text,
            r"^- ([\d.,]+) h of work finished\b",
            *([hours] if self.timed else []),
        )
        self._numbers(
            "hours of study",
            text,
            r"^- ([\d.]+) h logged$",
            self._logged(date.min, self._today),
        )
        made = [p for p in done if isinstance(p.item, Deliverable)]
        names = re.findall(r"^- \[(.+?)\]\(", text, re.MULTILINE)
        self._equal("deliverables", names, [p.item.title for p in made])

    def _on_opened(self, issue: Issue) -> None:
        """What looks back comes in the last three days of its time, or once none of its work is open."""
        marked = find(issue.body or "")
        kind, _, name = marked.marker.key.partition(":") if marked else ("", "", "")
        if kind not in {"checkpoint", "assessment", "reflection"}:
            return
        after = {one.id: one.after for one in self.path.checkpoints}
        module = next(m for m in self.path.modules() if m.id == after.get(name, name))
        due = dict(self._due())[module.units[-1].id]
        work = [p for p in self.pieces() if p.module == module.id and p.counts]
        self.judged["what looks back"] += 1
        if self._today < due - 3 * DAY and any(p.state in {"open", "ahead"} for p in work):
            self.wrong.append(f"{self._today}: {issue.title} is there, due {due}")

    def _numbers(self, what: str, text: str, pattern: str, *expected: float) -> None:
        found = re.search(pattern, text, re.MULTILINE)
        self._equal(
            what,
            [float(n.replace(",", "")) for n in found.groups() if n] if found else [],
            list(expected),
        )

    def _equal(
        self,
        what: str,
        shown: Sequence[float | str],
        expected: Sequence[float | str],
    ) -> None:
        self.judged[what] += 1
        same = len(shown) == len(expected) and all(
            a == b or (isinstance(a, float | int) and abs(a - float(b)) < 0.06)
            for a, b in zip(shown, expected, strict=True)
        )
        if not same:
            self.wrong.append(f"{self._today}: {what}: {shown}, not {expected}")


def plain(text: str) -> str:
    """The text with plain spaces."""
    return re.sub(r"[\u00a0\u202f]", " ", text)


def dates(text: str) -> list[date]:
    """The days in it; one without a year has that of the last."""
    found = DATE.findall(text)
    return [
        date(int(year or found[-1][2]), MONTHS.index(month) + 1, int(day))
        for day, month, year in found
    ]


def row_of(text: str, title: str) -> str:
    """The row of a table, or the item of a report's list, that is about this."""
    begins = (f"| {title} | ", f"| {title} (goal: ", f"- **{title}**: ")
    return next((line for line in text.split("\n") if line.startswith(begins)), "")
