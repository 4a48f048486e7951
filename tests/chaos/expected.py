"""What ought to stand in a repository, against what does.

Shares nothing with how Milepost plans, counts and reports. What a person edited, took off or
deleted is theirs and not asked about; `judged` counts what was.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property

from chaos import markers
from chaos.expected_path import ExpectedPath, Work

from bot.curriculum.model import Deliverable, Task
from github_sandbox.state.objects import Issue

# Percent and logged hours as the texts say them; some spaces are no-break ones.
DASHBOARD = (r"[█░] \*\*(\d+)%", r"([\d.,]+)\sh logged")
README = re.compile(r"<!-- milepost:readme -->\n[^%]*?(\d+)\s?%")
WEEK = (r"(\d+)\s?%\sdone", r"([\d.,]+)\sh logged")
THREE_DAYS = timedelta(days=3)


class Expected(ExpectedPath):
    """What ought to stand after a run that nothing disturbed."""

    @cached_property
    def judged(self) -> Counter[str]:
        """How many things of each kind were looked at."""
        return Counter()

    def complaints(self) -> Iterator[str]:
        """Yield what is not as it ought to be."""
        for rule in (
            self._missing_issues,
            self._wrong_labels,
            self._wrong_milestones,
            self._wrong_end,
            self._wrong_parents,
            self._wrong_hours,
            self._wrong_choices,
            self._wrong_dashboard,
            self._wrong_badge,
            self._wrong_readme,
            self._wrong_weeks,
            self._wrong_reports,
            self._missing_reports,
        ):
            yield from rule()

    def _missing_issues(self) -> Iterator[str]:
        for work in filter(self._is_wanted, self._work):
            is_task = isinstance(work.item, Task)
            units = (work.unit,) if is_task else work.module.units
            if "move" in self._commands and self._settings.ahead is not None:
                continue
            if not self._is_in_window(*units) or self._is_removed(work.keys):
                continue
            self.judged["issues"] += 1
            found = self._found(work.keys)
            if not found:
                yield f"{work.keys[0]} has no issue"
            elif all(i.state == "closed" and _closed_by_us(i) for i in found):
                yield f"{work.keys[0]} is part of the path, and closed as if it were not"
        if self._features.checkpoints:
            for key, unit in self._checkpoints():
                last = self._dates[unit.id][1] if self._dates else None
                if last and last - self._today <= THREE_DAYS and not self._is_removed((key,)):
                    self.judged["issues"] += 1
                    if key not in self._issues:
                        yield f"{key} has no issue"

    def _open_work(self) -> Iterator[tuple[Work, Issue]]:
        """Yield work with its only issue, where that is open."""
        for work in filter(self._is_wanted, self._work):
            found = self._found(work.keys)
            if len(found) == 1 and found[0].state == "open":
                yield work, found[0]

    def _wrong_labels(self) -> Iterator[str]:
        there = {markers.label_key(label) for label in self._scenario.repository.labels.values()}
        for work, issue in self._open_work():
            worn = {markers.label_key(label) for label in issue.labels}
            for key in work.labels:
                self.judged["labels"] += 1
                if key in worn or key in self._people.labels_removed:
                    continue
                if key not in there:
                    yield f"label {key} is missing"
                elif (issue.number, key) not in self._people.taken_off:
                    yield f"#{issue.number} ({work.keys[0]}) is without {key}"

    def _wrong_milestones(self) -> Iterator[str]:
        there = {
            markers.key_of(m.description): m for m in self._scenario.repository.milestones.values()
        }
        for unit in (u for module in self._scenario.path.modules() for u in module.units):
            milestone = there.get(f"unit:{unit.id}")
            if f"unit:{unit.id}" in self._people.removed:
                continue
            if milestone is None:
                yield f"unit:{unit.id} has no milestone"
            elif self._dates and ("due", milestone.number) not in self._people.edited:
                self.judged["due dates"] += 1
                if milestone.due != (due := self._dates[unit.id][1]):
                    yield f"{milestone.title} is due on {milestone.due}, not {due}"
        for work, issue in self._open_work():
            key = f"unit:{work.unit.id}"
            if "move" in self._commands or key in self._people.removed:
                continue
            self.judged["milestones of issues"] += 1
            if ("milestone", issue.number) in self._people.edited:
                continue
            if issue.milestone is None or markers.key_of(issue.milestone.description) != key:
                yield f"#{issue.number} ({work.keys[0]}) is not in {key}"

    def _wrong_end(self) -> Iterator[str]:
        """The last milestone of a pace in months."""
        last = list(self._scenario.path.units())[-1]
        for milestone in self._scenario.repository.milestones.values():
            is_last = markers.key_of(milestone.description) == f"unit:{last.id}"
            if self._end and is_last and ("due", milestone.number) not in self._people.edited:
                self.judged["due dates"] += 1
                if milestone.due != self._end:
                    yield f"the path ends on {milestone.due}, not {self._end}"

    def _wrong_parents(self) -> Iterator[str]:
        if not (self._features.deliverables and self._features.sub_issues):
            return
        open_work = list(self._open_work())
        parents = {
            w.module.id: (w, issue) for w, issue in open_work if isinstance(w.item, Deliverable)
        }
        # A duplicate that was closed keeps its place above or below, and the other has none then.
        closed = [i for i in markers.issues(self._scenario.repository) if i.state == "closed"]
        duplicates = [i for i in closed if markers.key_of(i.body) is None]
        for work, issue in open_work:
            above = parents.get(work.module.id)
            if above is None or isinstance(work.item, Deliverable):
                continue
            if ("parent", issue.number) in self._people.edited:
                continue
            if self._is_removed(work.keys) or self._is_removed(above[0].keys):
                continue
            self.judged["parents"] += 1
            if issue.parent in duplicates or any(i.parent is above[1] for i in duplicates):
                continue
            if issue.parent is not above[1]:
                yield f"#{issue.number} ({work.keys[0]}) is no part of #{above[1].number}"

    def _wrong_hours(self) -> Iterator[str]:
        for key, entry in self._entries:
            if entry["do"] == "log" and (hours := self._hours_written(entry)) is not None:
                self.judged["hours"] += 1
                if entry["hours"] != hours:
                    yield f"{entry['hours']} h are remembered on {key}, where {hours} were written"

    def _wrong_choices(self) -> Iterator[str]:
        for key, entry in self._entries:
            text = self._people.comments_written.get(entry["id"], "")
            if entry["do"] == "choose" and text.startswith("/choose "):
                self.judged["choices"] += 1
                if entry["option"] != (option := text.split()[1]):
                    yield f"{entry['option']} is remembered on {key}, where {option} was chosen"

    def _wrong_dashboard(self) -> Iterator[str]:
        found = self._issues.get(markers.SUMMARY, [])
        if len(found) != 1 or found[0].state == "closed":
            return
        if ("inside", found[0].number) in self._people.edited:
            return
        text, hours = found[0].body or "", self._hours_logged()
        yield from self._wrong_numbers("the dashboard", text, DASHBOARD, self._percent(), hours)

    def _wrong_badge(self) -> Iterator[str]:
        """The number on the badge, for other programs, until the path is finished."""
        head = self._scenario.repository.git.head("milepost")
        percent = self._percent()
        if not self._settings.publish.badge or percent is None:
            return
        self.judged["badges"] += 1
        shown = json.loads(head.files["badge.json"])["message"] if head else None
        expected = "finished" if self._is_finished() else f"{percent}%"
        if shown != expected:
            yield f"the badge says {shown}, not {expected}"

    def _wrong_readme(self) -> Iterator[str]:
        """The block in the README, once, with what is done by now."""
        repository = self._scenario.repository
        head = repository.git.head(repository.default_branch)
        percent = self._percent()
        if not self._settings.publish.readme or percent is None or head is None:
            return
        self.judged["README blocks"] += 1
        found = README.findall(head.files["README.md"].decode())
        if found != [str(percent)]:
            yield f"the README says {found}, not {percent} %"

    def _wrong_numbers(
        self, where: str, text: str, patterns: tuple[str, str], percent: int | None, hours: float
    ) -> Iterator[str]:
        shown, logged = (re.search(pattern, text) for pattern in patterns)
        if percent is not None:
            self.judged["percents"] += 1
            if shown is None or int(shown[1]) != percent:
                yield f"{where} says {shown and shown[0]}, not {percent} %"
        if abs((float(logged[1].replace(",", "")) if logged else 0.0) - hours) > 0.06:
            yield f"{where} says {logged and logged[0]}, not {hours} h"

    def _wrong_weeks(self) -> Iterator[str]:
        """Summaries of the last run; what earlier ones said was true in their time.

        An issue of a week is written with what its run opens again, and does not count that.
        """
        repository, began = self._scenario.repository, self._scenario.ran_at
        every = markers.issues(repository)
        opens = any(e.kind == "reopened" and e.at >= began for i in every for e in i.events)
        texts = [(c.body, c.birth.at) for _, c in markers.comments(repository)]
        texts += [(i.body or "", i.birth.at) for i in every if not opens]
        for text, made in texts:
            kind, _, name = (markers.key_of(text) or "").partition(":")
            if kind != "weekly" or made < self._scenario.ran_at:
                continue
            year, week = name.split("-W")
            fourth = date.fromisocalendar(int(year), int(week), 4)
            begins = self._settings.summary.day.number
            first = fourth - timedelta(days=(fourth.weekday() - begins) % 7)
            last = first + timedelta(days=6)
            newest = self._today - last <= timedelta(days=7)
            percent = self._percent(None if newest else last)
            hours = self._hours_logged(first, last)
            self.judged["summaries"] += 1
            yield from self._wrong_numbers(f"week {name}", text, WEEK, percent, hours)

    def _wrong_reports(self) -> Iterator[str]:
        """The percent of checkpoint reports of the last run."""
        percent = self._percent()
        for _, comment in markers.comments(self._scenario.repository):
            key = markers.key_of(comment.body) or ""
            if key.startswith("report:") and comment.birth.at >= self._scenario.ran_at:
                self.judged["percents"] += percent is not None
                shown = re.search(r"(\d+)\s?% of the path", comment.body)
                if percent is not None and (shown is None or int(shown[1]) != percent):
                    yield f"{key} says {shown and shown[0]}, not {percent} %"

    def _missing_reports(self) -> Iterator[str]:
        """The newest checkpoint whose last day is over has a report, or a later one has."""
        if self._dates is None or not self._features.checkpoints:
            return
        stand = {markers.key_of(c.body) for _, c in markers.comments(self._scenario.repository)}
        stand |= self._people.taken_away
        over = [(k, u) for k, u in self._checkpoints() if self._dates[u.id][1] < self._today]
        for n, (key, _) in reversed(list(enumerate(over))):
            every = self._issues.get(key, [])
            if len(every) != 1 or self._is_removed((key,)):
                return
            if every[0].state == "closed" and every[0].state_reason != "completed":
                continue
            later = [k.replace("checkpoint", "report", 1) for k, _ in list(self._checkpoints())[n:]]
            self.judged["reports"] += 1
            if not stand & set(later):
                yield f"there is no report on {key}"
            return


def _closed_by_us(issue: Issue) -> bool:
    return markers.closed_by_us(issue) and issue.state_reason == "not_planned"
