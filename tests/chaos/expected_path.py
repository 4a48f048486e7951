"""What a path asks for, from curriculum, settings and what people did: work, days, sums.

Dates are counted day by day, sums are added up from the issues, hours read from the comments as
they were written. Where an act bends the plan in a way that is not worked out here (a `/replan`, a
`/pace`) there are no dates; of a pace in months there is the last day.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from math import ceil, floor
from typing import Any

from chaos import markers
from chaos.expectations import Expectations
from chaos.scenario import Scenario

from bot.curriculum.model import Deliverable, Module, Phase, Task, Unit
from github_sandbox.state.objects import Issue

DAY = timedelta(days=1)
SHORTEST = 28  # days that every month has
CLOSING = {"done": "completed", "credit": "completed", "skip": "not_planned", "reopen": ""}
HOURS = re.compile(r"/log (\d+)h(?:(\d+)m)?")
BOX = re.compile(r"^ *- \[( |x)\] ", re.MULTILINE)


@dataclass(frozen=True)
class Work:
    """A task or deliverable that the path has. `keys` are its present one and older ones."""

    item: Task | Deliverable
    keys: tuple[str, ...]
    phase: Phase
    module: Module
    unit: Unit

    @property
    def hours(self) -> float:
        """Hours of required work."""
        optional = isinstance(self.item, Task) and self.item.optional
        return self.item.hours.middle if self.item.hours and not optional else 0.0

    @property
    def labels(self) -> Iterator[str]:
        """Keys of the labels that its issue has from the start."""
        kind = self.item.kind if isinstance(self.item, Task) else "deliverable"
        yield from (f"phase:{self.phase.id}", f"kind:{kind}")
        yield from (f"skill:{skill}" for skill in self.item.skills)


class ExpectedPath:
    """What the path asks for on the day of the last run that nothing disturbed."""

    def __init__(self, scenario: Scenario, people: Expectations) -> None:
        self._scenario = scenario
        self._people = people
        self._settings = scenario.settings
        self._features = scenario.settings.features
        self._issues = markers.by_key(scenario.repository)
        self._today = self._day(scenario.ran_at)
        entries = (
            (key, entry)
            for key, every in self._issues.items()
            for issue in every
            for entry in markers.entries(issue)
        )
        unique = {(e["id"], e.get("n", 0), e["at"], e["do"]): (key, e) for key, e in entries}
        self._entries = [found for _, found in sorted(unique.items(), key=lambda one: one[0][2])]
        self._commands = {entry["do"] for _, entry in self._entries}

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._settings.zone).date()

    @cached_property
    def _option(self) -> str | None:
        """The option taken: the file's, or what was said since the file said that."""
        stated = self._settings.choices.get("choose-your-way")
        chosen = [
            entry["option"]
            for _, entry in self._entries
            if entry["do"] == "choose" and entry.get("was", "") == (stated or "")
        ]
        return chosen[-1] if chosen else stated

    @cached_property
    def _work(self) -> list[Work]:
        """All work of the path, that of every option included."""
        found = []
        for phase in self._scenario.path.phases:
            for module in phase.modules:
                for unit in module.units:
                    found += [_work("task", t, phase, module, unit) for t in unit.all_tasks()]
                unit = module.units[-1]
                found += [_work("deliverable", d, phase, module, unit) for d in module.deliverables]
        return found

    def _is_of_option(self, work: Work) -> bool:
        options = work.unit.choice.options if work.unit.choice else ()
        return any(work.item in one.tasks for one in options)

    def _is_taken(self, work: Work) -> bool:
        options = work.unit.choice.options if work.unit.choice else ()
        return any(work.item in one.tasks and one.id == self._option for one in options)

    def _is_wanted(self, work: Work) -> bool:
        """Whether it surely has an issue, if that was not deleted and its time has come."""
        if isinstance(work.item, Deliverable):
            return self._features.deliverables
        if work.item.id in self._settings.credits or (
            work.item.optional and "drop-optional" in self._commands
        ):
            return False
        return self._is_taken(work) or not self._is_of_option(work)

    @cached_property
    def _dates(self) -> dict[str, tuple[date, date]] | None:
        """First and last day of each unit; None where they are not worked out here."""
        units = [unit for module in self._scenario.path.modules() for unit in module.units]
        speed = self._settings.hours_per_week
        if {"replan", "pace"} & self._commands or self._settings.pace:
            return None
        pauses = self._pauses()
        found, day = {}, self._settings.start
        for unit in units:
            hours = self._hours_of(unit)
            left = max(1, ceil(hours * 7 / speed)) if speed and hours else unit.days
            first = last = None
            while left:
                if not any(begin <= day <= end for begin, end in pauses):
                    first, last, left = first or day, day, left - 1
                day += DAY
            assert first is not None
            assert last is not None
            found[unit.id] = (first, last)
        return found

    @property
    def _end(self) -> date | None:
        """Last day of a pace in months that nothing interrupts; else None."""
        months = self._settings.pace
        bent = {"replan", "pace", "pause", "resume"} & self._commands
        if not months or bent or self._settings.pauses or self._settings.start.day > SHORTEST:
            return None
        years, month = divmod(self._settings.start.month - 1 + months, 12)
        start = self._settings.start
        return start.replace(year=start.year + years, month=month + 1) - DAY

    def _hours_of(self, unit: Unit) -> float:
        options = unit.choice.options if unit.choice else ()
        sums = {one.id: sum(_hours(t) for t in one.tasks) for one in options}
        mean = sum(sums.values()) / len(sums) if sums else 0.0
        return sum(_hours(t) for t in unit.tasks) + sums.get(self._option or "", mean)

    def _pauses(self) -> list[tuple[date, date]]:
        """Days without study: of the settings, and those that were asked for."""
        found = [(pause.first, pause.last) for pause in self._settings.pauses]
        for _, entry in self._entries:
            day = self._day(datetime.fromisoformat(entry["at"]))
            if entry["do"] == "pause":
                found.append((day, date.fromisoformat(entry["last"])))
            if entry["do"] == "resume":
                found = [(b, day - DAY if b <= day <= e else e) for b, e in found]
                found = [(b, e) for b, e in found if b <= e]
        return found

    def _is_in_window(self, *units: Unit) -> bool | None:
        """Whether one of the units has its issues by now; None where that is not known."""
        ahead = self._settings.ahead
        if ahead is None:
            return True
        if self._dates is None:
            return None
        names = list(self._dates)
        begun = sum(first <= self._today for first, _ in self._dates.values())
        return any(
            names.index(unit.id) <= max(begun, 1)
            or self._dates[unit.id][0] <= self._today + timedelta(weeks=ahead)
            for unit in units
        )

    def _found(self, keys: tuple[str, ...]) -> list[Issue]:
        return [issue for key in keys for issue in self._issues.get(key, ())]

    def _is_removed(self, keys: tuple[str, ...]) -> bool:
        removed = {key.removesuffix("-anew") for key in self._people.removed}
        return bool(removed & {key.removesuffix("-anew") for key in keys})

    def _checkpoints(self) -> Iterator[tuple[str, Unit]]:
        modules = {module.id: module for module in self._scenario.path.modules()}
        for checkpoint in self._scenario.path.checkpoints:
            yield f"checkpoint:{checkpoint.id}", modules[checkpoint.after].units[-1]

    def _hours_logged(self, first: date = date.min, last: date = date.max) -> float:
        """Hours as the comments had them, of these days."""
        total = 0.0
        for _, entry in self._entries:
            day = self._day(datetime.fromisoformat(entry["at"]))
            if entry["do"] == "log" and first <= day <= last:
                total += self._hours_written(entry) or entry["hours"]
        return total

    def _hours_written(self, entry: dict[str, Any]) -> float | None:
        """Hours that the line of a comment says; None where the comment is not known."""
        text = self._people.comments_written.get(entry["id"], "")
        lines = [line for line in text.splitlines() if line.startswith("/")]
        found = HOURS.match(lines[entry.get("n", 0)]) if lines else None
        return int(found[1]) + int(found[2] or 0) / 60 if found else None

    @cached_property
    def _states(self) -> list[tuple[Work, str, float, datetime | None]] | None:
        """Work that counts, how it stands, its share that is done, and when it was closed."""
        forgotten = self._people.bots_forgotten - {None}
        if any(issue.closed_at in forgotten for every in self._issues.values() for issue in every):
            return None
        credited = {f"task:{name}" for name in self._settings.credits}
        credited |= {key for key, entry in self._entries if entry["do"] == "credit"}
        found = []
        for work in self._work:
            every = self._found(work.keys)
            done = [i for i in every if self._is_done(i)]
            opened = [i for i in every if self._is_open(i)]
            if self._is_of_option(work) and not self._is_taken(work) and not done:
                continue
            if credited & set(work.keys) and not opened:
                continue
            if done:
                found.append((work, "done", 1.0, _closed_at(done[0])))
            elif opened:
                found.append((work, "open", _ticked(opened[0]), None))
            elif not every and not self._is_removed(work.keys):
                found.append((work, "ahead", 0.0, None))
        return found

    def _is_finished(self) -> bool:
        """Whether all that counts is closed as done; what has no hours holds nothing up."""
        waiting = any(unit.choice for unit in self._scenario.path.units()) and self._option is None
        open_work = [w for w, _, share, closed in self._states or () if w.hours and not closed]
        return not (waiting or open_work)

    def _is_open(self, issue: Issue) -> bool:
        """Whether it is open, or another bot alone closed it."""
        by_bot = self._people.closed_by_bot.get(issue.number)
        return issue.state == "open" or (by_bot is not None and issue.closed_at == by_bot)

    def _is_done(self, issue: Issue) -> bool:
        return not self._is_open(issue) and issue.state_reason == "completed"

    def _percent(self, until: date | None = None) -> int | None:
        """Whole percent of the hours of the path; `until` counts only what was closed by then."""
        if self._states is None:
            return None
        done = total = 0.0
        for work, _, share, closed in self._states:
            total += work.hours
            if until is None or (closed and self._day(closed) <= until):
                done += work.hours * share
        if self._option is None:
            choices = [u.choice for u in self._scenario.path.units() if u.choice]
            for choice in choices:
                sums = [sum(_hours(t) for t in one.tasks) for one in choice.options]
                total += sum(sums) / len(sums)
        return floor(100 * done / total + 1e-9) if total else 100


def _work(kind: str, item: Task | Deliverable, phase: Phase, module: Module, unit: Unit) -> Work:
    keys = tuple(f"{kind}:{name}" for name in (item.id, *item.aliases))
    return Work(item, keys, phase, module, unit)


def _hours(task: Task) -> float:
    return task.hours.middle if task.hours and not task.optional else 0.0


def _ticked(issue: Issue) -> float:
    """The share of boxes that are ticked in our part of the text."""
    body = (issue.body or "").replace("\r\n", "\n")
    region = body.partition(markers.BEGIN)[2].partition("<!-- milepost:end")[0]
    boxes = BOX.findall(region)
    return boxes.count("x") / len(boxes) if boxes else 0.0


def _closed_at(issue: Issue) -> datetime | None:
    """When it was closed: where a command did it, when that was written."""
    closed = issue.closed_at
    if closed is None:
        return None
    closing = [e for e in markers.entries(issue) if e["do"] in CLOSING]
    closing = [e for e in closing if datetime.fromisoformat(e["at"]) <= closed]
    last = max(closing, key=lambda e: (e["at"], e["id"], e.get("n", 0)), default=None)
    return (
        datetime.fromisoformat(last["at"])
        if last and CLOSING[last["do"]] == "completed"
        else closed
    )
