"""A learner made up for the demo: thirteen weeks of work, rest, words and changes of mind.

What they do is a script over whatever curriculum they follow, with chance passed in, so that the
same demo is lived twice alike. They only click and write; all the rest is Milepost's.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random

from bot.curriculum.model import Curriculum, TaskKind, WorkItem
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.labels import key_in
from bot.planning.marker import Key, find
from bot.progress.journal import HIGHLIGHT
from github_sandbox.browser_user import BrowserUser
from github_sandbox.state.objects import Issue, Label
from github_sandbox.world import World

WEEKS = 13
QUIET = frozenset({6})
USUAL_HOURS = 13.0
BLOCKED = "status:blocked"
OPTIONAL = "optional:optional"

JOURNAL = (
    "A small model, end to end, on a Saturday. It is bad and it runs.",
    "Most of the trouble was in the data, as everybody says. Now I believe it.",
    "Explained to a colleague why a test set is not for tuning. Understood it while talking.",
)


class DemoLearner:
    """Works through the issues in the order they are due, a week at a time.

    `days` lives one week: it yields after each sitting, so that the clock can move on and Milepost
    can look.
    """

    def __init__(
        self, person: BrowserUser, world: World, curriculum: Curriculum, chance: Random
    ) -> None:
        self._person = person
        self._world = world
        self._chance = chance
        self._curriculum = curriculum
        self._kinds = {f"task:{task.id}": task.kind for task in curriculum.tasks()}
        self._kinds |= dict.fromkeys(
            (f"deliverable:{left.id}" for left in curriculum.deliverables()), TaskKind.PROJECT
        )
        items: list[tuple[str, WorkItem]] = [("task", task) for task in curriculum.tasks()]
        items += [("deliverable", left) for left in curriculum.deliverables()]
        self._hours = {f"{kind}:{one.id}": one.hours.middle for kind, one in items if one.hours}
        self._started_hours: dict[int, float] = {}
        self._finished: set[int] = set()

    def week(self, number: int) -> Iterator[timedelta]:
        """Live the week with this number, from 1; yields how far into it each sitting is."""
        left = 0.0 if number in QUIET else max(4.0, self._chance.gauss(USUAL_HOURS, 3.0))
        for day, hour in ((1, 19), (3, 20), (5, 10)):
            yield timedelta(days=day, hours=hour)
            self._work(left / 3)
            for act in self._extras(number, day):
                act()

    def _work(self, hours: float) -> None:
        while hours > 0.5 and (issue := self._next()) is not None:
            needed = self._hours.get(_key(issue), 2.0) - self._started_hours.get(issue.number, 0.0)
            spent = min(hours, needed)
            hours -= spent
            self._started_hours[issue.number] = self._started_hours.get(issue.number, 0.0) + spent
            if spent < needed:
                self._continues_task(issue, spent)
            else:
                self._finish_tasks(issue, spent)

    def _next(self) -> Issue | None:
        """Return the open task that is due first; what is in progress before what is not begun."""
        waiting = self._person.issues(
            lambda issue: (
                issue.is_open
                and issue.milestone is not None
                and _key(issue) in self._kinds
                and issue.number not in self._finished
                and {BLOCKED, OPTIONAL}.isdisjoint(map(_label_key, issue.labels))
            )
        )
        return min(waiting, key=self._rank, default=None)

    def _rank(self, issue: Issue) -> tuple[bool, str, bool, int]:
        due = str(issue.milestone.due) if issue.milestone else ""
        last = _key(issue).startswith("deliverable:")
        return issue.number not in self._started_hours, due, last, issue.number

    def _continues_task(self, issue: Issue, spent: float) -> None:
        if self._started_hours[issue.number] == spent:
            self._person.comment(issue, "/start")
        self._person.comment(issue, f"/log {spent:.1f}h")

    def _finish_tasks(self, issue: Issue, spent: float) -> None:
        self._finished.add(issue.number)
        for line in [text for text in (issue.body or "").split("\n") if "- [ ]" in text]:
            self._person.tick(issue, line.split("[ ]")[1].strip())
        if self._kinds[_key(issue)] is TaskKind.PROJECT:
            name = f"work/{issue.number}.md"
            text = f"# {issue.title}\n\nWhat I built, and what I would do otherwise.\n"
            self._person.merge_pull_request(
                issue.title, f"For #{issue.number}", {name: text.encode()}
            )
        if spent >= 1 and self._chance.random() < 0.7:
            self._person.comment(issue, f"/log {spent:.1f}h\n/done")
        else:
            self._person.close(issue)

    def _extras(self, week: int, day: int) -> Iterator[Callable[[], object]]:
        """Yield what is not work on a task, by week; all of it on the last sitting."""
        if day != 5:
            return
        summary = self._summary()
        if summary is None:
            return
        comments = {
            2: "/count connections +2\nMet two people at the meetup.",
            3: f"/journal {JOURNAL[0]}",
            5: "/rat python 3",
            6: "A week of fever. Nothing done.",
            7: f"/journal {JOURNAL[1]}",
            8: "/count network +3",
            10: self._project(),
            11: f"/journal {JOURNAL[2]}",
            12: "/status",
        }
        if text := comments.get(week):
            yield lambda: self._person.comment(summary, text)
        if week == 4:
            yield self._rates
        if week == 9:
            yield self._skips
        if week == 11:
            yield self._highlights
        if week == 13:
            yield self._rates

    def _project(self) -> str:
        ideas = self._curriculum.projects
        return f"/project start {ideas[0].title}" if ideas else "/help"

    def _rates(self) -> None:
        skills = self._curriculum.assessment.skills
        summary = self._summary()
        if summary and skills:
            lines = [f"/rate {skill.title} {self._chance.choice((2, 3, 3, 4))}" for skill in skills]
            self._person.comment(summary, "\n".join(lines))

    def _skips(self) -> None:
        optional = self._person.issues(
            lambda issue: issue.is_open and OPTIONAL in map(_label_key, issue.labels)
        )
        for issue in optional[:1]:
            self._person.comment(issue, "/skip not now, it is optional")

    def _highlights(self) -> None:
        entries = self._person.issues(lambda issue: "kind:journal" in map(_label_key, issue.labels))
        labels = self._world.repository().labels.values()
        highlight = next((one.name for one in labels if _label_key(one) == HIGHLIGHT), None)
        if entries and highlight:
            self._person.add_labels(entries[0], highlight)

    def _summary(self) -> Issue | None:
        return next(iter(self._person.issues(lambda issue: _key(issue) == SUMMARY_KEY)), None)


def _key(issue: Issue) -> Key:
    """Return what the issue stands for, whatever its title is in the language; "" for others."""
    marked = find(issue.body or "")
    return marked.marker.key if marked else ""


def _label_key(label: Label) -> Key | None:
    return key_in(label.description or "")


def demo_start(today: datetime) -> datetime:
    """Return the Monday morning WEEKS and a day or more before `today` (aware)."""
    monday = today - timedelta(days=today.weekday(), weeks=WEEKS + 1)
    return monday.replace(hour=8, minute=0, second=0, microsecond=0)
