"""What may not get lost of what a learner does, noted while they do it.

A promise is a question to the repository that is asked at the end: None, or what is wrong. It is
made when the learner does something, and taken back where they do something else to the same thing.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from chaos import markers
from chaos.actions import Act
from chaos.scenario import Scenario

from github_sandbox import dump
from github_sandbox.state import comments, issues
from github_sandbox.state.objects import Actor, Comment, Issue, Label, Milestone
from github_sandbox.state.refusals import Refusal

STATES = {"/done": "done", "/credit": "done", "/skip": "skipped", "/reopen": "open"}
Promise = Callable[[], str | None]
Slot = tuple[Any, ...]


class Expectations:
    """Who acts in a house, by methods `act_...`.

    `promises` are by slot; whatever is about an issue has its number second.
    `settled` is what was there when a run ended well alone: from then on it is known to have been
    made, so that taking it away is an answer. `comments_written` are
    their texts, also of those deleted; `removed`, `labels_removed`, `taken_off` and `edited` name
    what people decided at any time, which nobody can expect to stand as the path has it.
    `closed_by_bot` has by number when another bot closed an issue last, `bots_forgotten` those
    times that went with the summary issue.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.world = scenario.world
        self.home = scenario.repository
        self.me = scenario.world.actor("learner")
        self.promises: dict[Slot, Promise] = {}
        self.settled: set[Any] = set()
        self.finished: set[int] = set()
        self.text: dict[int, str] = {}
        self.unheard: set[int] = set()
        self.taken_away: set[str] = set()
        self.comments_written: dict[int, str] = {}
        self.removed: set[str] = set()
        self.labels_removed: set[str | None] = set()
        self.taken_off: set[tuple[int, str | None]] = set()
        self.edited: set[tuple[str, int]] = set()
        self.closed_by_bot: dict[int, datetime | None] = {}
        self.bots_forgotten: set[datetime | None] = set()
        self.left_elsewhere = dump.repository(scenario.elsewhere)
        self._count = 0

    def does(self, act: Act) -> None:
        """One act; GitHub may refuse it, as a person would be told."""
        self.scenario.tally.acts += 1
        # GitHub tells times in seconds: of two acts in one nobody knows which was first.
        self.world.clock.advance(timedelta(seconds=2))
        try:
            getattr(self, f"act_{act.name}")(act.number)
        except Refusal:
            return

    def settle(self) -> None:
        """A run ended well, alone: it knows of all that is there."""
        self.settled = {
            *markers.by_key(self.home),
            *(markers.label_key(x) for x in self.home.labels.values()),
            *(markers.key_of(m.description) for m in self.home.milestones.values()),
            *(markers.key_of(c.body) for _, c in markers.comments(self.home)),
            *(("pinned", i.number) for i in markers.issues(self.home) if i.pinned),
            *(("parent", i.number) for i in markers.issues(self.home) if i.parent),
        }

    def _wants(self, issue: Issue, state: str | None) -> None:
        """From now on the issue is to be in this state; None when nobody can tell."""
        self.finished.discard(issue.number)
        if state == "done":
            self.finished.add(issue.number)
        slot = ("state", issue.number)
        self.promises.pop(slot, None)
        key = markers.key_of(issue.body)

        def stored() -> str | None:
            is_done = issue.state == "closed" and issue.state_reason == "completed"
            closed = [i for i in self._duplicates(key) if i.state == "closed"]
            fits = {
                "done": is_done or any(i.state_reason == "completed" for i in closed),
                "skipped": (issue.state == "closed" and not is_done) or bool(closed),
                "open": issue.state == "open" or not self._is_wanted(issue),
            }
            now = f"{issue.state} ({issue.state_reason})"
            return None if fits[str(state)] else f"#{issue.number} was {state}, and is {now}"

        if state is not None:
            self.promises[slot] = stored

    def _is_wanted(self, issue: Issue) -> bool:
        """Whether the path surely has it, whatever options and settings say."""
        return markers.key_of(issue.body) == "task:a1"

    def _removed(self, issue: Issue, key: str | None) -> None:
        """What was promised of it is void, but that nothing with its key is made again."""
        self.promises = {
            s: p for s, p in self.promises.items() if len(s) < 2 or s[1] != issue.number
        }
        self.finished.discard(issue.number)
        self.removed |= {key} if key else set()
        for comment in issue.comments:
            self.text.pop(comment.id, None)
        if key in self.settled and not self._duplicates(key):
            last = self.home.last_issue
            self.promises["gone", -1, key] = lambda: next(
                (
                    f"{key} was deleted and came back as #{i.number}"
                    for i in markers.by_key(self.home).get(str(key), [])
                    if i.number > last
                ),
                None,
            )

    def _duplicates(self, key: str | None) -> list[Issue]:
        return markers.by_key(self.home).get(str(key), [])

    def _comment(self, issue: Issue, text: str, actor: Actor | None = None) -> None:
        made = comments.create(self.world, actor or self.me, self.home, issue, {"body": text})
        self.text[made.id] = self.comments_written[made.id] = text
        for word in re.findall(r"^/\w+", text, re.MULTILINE):
            if word in STATES:
                self._wants(issue, STATES[word])

    def _repeat_comment(self, issue: Issue, comment: Comment) -> None:
        """What is edited before a run heard it is said only now."""
        received = any(entry["id"] == comment.id for entry in markers.entries(issue))
        if received or not self._waits(comment):
            return
        for word in re.findall(r"^/\w+", comment.body, re.MULTILINE):
            if word in STATES:
                self._wants(issue, None if self.scenario.busy else STATES[word])

    def _waits(self, comment: Comment) -> bool:
        return not markers.marks(comment)

    def _promise(self, what: str, issue: Issue, stored: Callable[[], bool], value: str) -> None:
        self.promises["edit", issue.number, what] = lambda: (
            None if stored() else f"#{issue.number} lost {what}: {value}"
        )

    def _edit(self, issue: Issue, **fields: object) -> None:
        issues.edit(self.world, self.me, self.home, issue, dict(fields))

    def _work(self, number: int, state: str = "") -> Issue | None:
        found = [
            issue
            for key, every in markers.by_key(self.home).items()
            for issue in every
            if key.partition(":")[0] in markers.WORK and issue.state.startswith(state)
        ]
        return found[number % len(found)] if found else None

    def _ours(self, number: int) -> Issue | None:
        found = [issue for every in markers.by_key(self.home).values() for issue in every]
        return found[number % len(found)] if found else None

    def _label(self, number: int) -> Label | None:
        found = [x for x in self.home.labels.values() if markers.label_key(x)]
        return found[number % len(found)] if found else None

    def _milestone(self, number: int) -> Milestone | None:
        found = [m for m in self.home.milestones.values() if markers.key_of(m.description)]
        return found[number % len(found)] if found else None

    def _next(self) -> int:
        self._count += 1
        return self._count
