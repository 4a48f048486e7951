"""A learner who does anything at any time. What may not get lost by it is noted in
`Expectations`."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from chaos import markers
from chaos.expectations import STATES
from chaos.label_changes import LabelChanges

from github_sandbox import dump
from github_sandbox.state import comments, issues, milestones, relations, transfers
from github_sandbox.state.objects import Comment, Issue, Milestone

BOX = re.compile(r"^( *- )\[ \] (.*)$", re.MULTILINE)
COMMANDS = (
    "/start",
    "/done",
    "/skip no",
    "/reopen",
    "/credit",
    "/log 1h30m",
    "/move +1w",
    "/log 2h\n/done",
)
SAYINGS = (
    "/log 1h at my desk",
    "/count connections +3",
    "/rate python 3",
    "/journal A thought of mine",
    "/status",
    "/pause until {day}",
    "/resume",
    "/replan",
    "/pace 9h",
    "/open b",
    "/choose web",
    "/choose data",
    "/project start Bread",
    "/log lots",
    "/status\n/log 1h",
)
ANSWERED = ("/status", "/log lots", "/replan", "/pace", "/pause")


class Learner(LabelChanges):
    """Each act picks by its number what it is done to, of what is there then; or does nothing."""

    # Open and closed

    def act_close(self, number: int) -> None:
        if issue := self._work(number, "open"):
            self._edit(issue, state="closed", state_reason="completed")
            self._wants(issue, "done")

    def act_put_aside(self, number: int) -> None:
        if issue := self._work(number, "open"):
            self._edit(issue, state="closed", state_reason="not_planned")
            self._wants(issue, "skipped")

    def act_reopen(self, number: int) -> None:
        if issue := self._work(number, "closed"):
            pending = any(
                self._waits(c) and any(word in c.body for word in STATES) for c in issue.comments
            )
            self._edit(issue, state="open")
            self._wants(issue, None if pending else "open")

    # Texts

    def act_title(self, number: int) -> None:
        if issue := self._ours(number):
            title = f"My words {self._next()}"
            self._edit(issue, title=title)
            self._promise("title", issue, lambda: issue.title == title, title)

    def act_note(self, number: int) -> None:
        if issue := self._ours(number):
            note = f"A note of mine {self._next()}."
            first, last = (note, "") if number % 2 else ("", note)
            self._edit(issue, body=f"{first}\r\n\r\n{issue.body or ''}\r\n\r\n{last}".strip())
            self._promise(note, issue, lambda: note in (issue.body or ""), note)

    def act_inside(self, number: int) -> None:
        issue = self._ours(number)
        if issue and markers.BEGIN in (issue.body or ""):
            note = f"My words inside {self._next()}."
            body = (issue.body or "").replace(markers.BEGIN, f"{markers.BEGIN}\n{note}", 1)
            self._edit(issue, body=body)
            self.edited.add(("inside", issue.number))
            self._promise(note, issue, lambda: note in (issue.body or ""), note)

    def act_tick(self, number: int) -> None:
        issue = self._work(number, "open")
        boxes = BOX.findall(issue.body or "") if issue else []
        plain = [line for _, line in boxes if "milepost:" not in line]
        if issue and plain:
            line = plain[number % len(plain)]
            self._edit(issue, body=(issue.body or "").replace(f"- [ ] {line}", f"- [x] {line}", 1))

            def stored() -> bool:
                body = issue.body or ""
                return f"- [x] {line}" in body or f"- [ ] {line}" not in body

            self._promise(f"tick {line}", issue, stored, f"the tick at '{line}'")

    # Labels, milestones and relations of an issue

    def act_wear(self, number: int) -> None:
        if issue := self._ours(number):
            name = f"mine {number % 3}"
            worn = [label.name for label in issue.labels]
            self._edit(issue, labels=[*worn, name])
            self.promises.pop(("off", issue.number, name), None)
            self._promise(
                f"wears {name}", issue, lambda: name in {x.name for x in issue.labels}, name
            )

    def act_take_off(self, number: int) -> None:
        issue = self._work(number, "open")
        worn = [x for x in issue.labels if _lasting(markers.label_key(x))] if issue else []
        if issue and worn:
            label = worn[number % len(worn)]
            key = markers.label_key(label)
            left = [x.name for x in issue.labels if x is not label]
            self._edit(issue, labels=left)
            self.taken_off.add((issue.number, key))
            self._promise(
                f"off {key}",
                issue,
                lambda: key not in {markers.label_key(x) for x in issue.labels},
                f"'{key}' off",
            )

    def act_move(self, number: int) -> None:
        """Into a milestone of the learner's own, which no plan can agree to."""
        if issue := self._work(number):
            there = [m for m in self.home.milestones.values() if m.title == "Mine"]
            mine = there[0] if there else self._milestone_of_mine()
            self._edit(issue, milestone=mine.number)
            self.edited.add(("milestone", issue.number))
            self._promise("milestone", issue, lambda: issue.milestone is mine, "'Mine'")

    def _milestone_of_mine(self) -> Milestone:
        return milestones.create(self.world, self.me, self.home, {"title": "Mine"})

    def act_unrelate(self, number: int) -> None:
        found = [i for i in markers.issues(self.home) if i.parent]
        if found:
            child = found[number % len(found)]
            assert child.parent
            relations.remove_child(self.world, self.me, self.home, child.parent, child.id)
            self.edited.add(("parent", child.number))
            if ("parent", child.number) in self.settled:
                self._promise("parent", child, lambda: child.parent is None, "no parent")

    def act_unpin(self, number: int) -> None:
        del number
        for issue in markers.issues(self.home):
            if issue.pinned:
                issue.pinned = False
                if ("pinned", issue.number) in self.settled:
                    self._promise("pin", issue, partial(_unpinned, issue), "no pin")

    # Taking away

    def act_delete(self, number: int) -> None:
        if number % 2 == 0 and (issue := self._work(number)):
            key = markers.key_of(issue.body)
            issues.delete(self.world, self.me, self.home, issue)
            self._removed(issue, key)

    def act_transfer(self, number: int) -> None:
        """To another repository, where it is none of ours any more."""
        if issue := self._work(number):
            elsewhere = self.scenario.elsewhere
            transfers.transfer(self.world, self.me, self.home, issue, elsewhere)
            self.left_elsewhere = dump.repository(elsewhere)
            self._removed(issue, markers.key_of(issue.body))

    def act_summary_delete(self, number: int) -> None:
        """What is remembered for the path as a whole goes with it, as its text says."""
        if self.home.interaction_limit or self.home.owner.blocked:
            return  # no other could be made until the end, and without it nothing goes on
        for issue in markers.by_key(self.home).get(markers.SUMMARY, [])[:1]:
            issues.delete(self.world, self.me, self.home, issue)
            self._removed(issue, None)
            self.settled.clear()
            forgotten = {"gone", "label gone", "milestone gone", "label"}
            self.promises = {s: p for s, p in self.promises.items() if s[0] not in forgotten}
            self.promises = {s: p for s, p in self.promises.items() if s[2:] != ("parent",)}
            self.unheard |= set(self.text)
            self.taken_away.clear()
            self.bots_forgotten |= set(self.closed_by_bot.values())
        del number

    def act_summary_close(self, number: int) -> None:
        self._summary_state(number, "closed")

    def act_summary_reopen(self, number: int) -> None:
        self._summary_state(number, "open")

    def _summary_state(self, number: int, state: str) -> None:
        del number
        for issue in markers.by_key(self.home).get(markers.SUMMARY, [])[:1]:
            self._edit(issue, state=state)

    # Milestones themselves

    def act_milestone_title(self, number: int) -> None:
        self._on_milestone(number, "title", f"My month {self._next()}")

    def act_milestone_due(self, number: int) -> None:
        due = date(2027, 1, 1) + timedelta(days=number % 300)
        self._on_milestone(number, "due", due)

    def act_milestone_close(self, number: int) -> None:
        self._on_milestone(number, "state", "closed")

    def _on_milestone(self, number: int, field: str, value: Any) -> None:
        if found := self._milestone(number):
            sent = {"due_on": f"{value}T12:00:00Z"} if field == "due" else {field: value}
            milestones.edit(self.world, self.me, self.home, found, sent)
            self.edited.add((field, found.number))

            def stored() -> str | None:
                now = getattr(found, field)
                return None if now == value else f"milestone {found.number}: {field} is {now}"

            self.promises["milestone", -1, found.number, field] = stored

    def act_milestone_note(self, number: int) -> None:
        self._in_milestone(number, lambda text, note: f"{text}\r\n\r\n{note}")

    def act_milestone_inside(self, number: int) -> None:
        begin = markers.BEGIN
        self._in_milestone(number, lambda text, note: text.replace(begin, f"{begin}\n{note}", 1))

    def _in_milestone(self, number: int, put: Callable[[str, str], str]) -> None:
        if found := self._milestone(number):
            note = f"My words {self._next()}."
            text = put(found.description or "", note)
            milestones.edit(self.world, self.me, self.home, found, {"description": text})

            def stored() -> str | None:
                there = note in (found.description or "")
                return None if there else f"milestone {found.number} lost '{note}'"

            self.promises["milestone", -1, found.number, note] = stored

    def act_milestone_delete(self, number: int) -> None:
        """One stays: without any, nothing says who writes, and another account stops."""
        found = self._milestone(number)
        if found and self._milestone(number + 1) is not found:
            key = markers.key_of(found.description)
            milestones.delete(self.world, self.me, self.home, found)
            self.removed |= {key} if key else set()
            for slot in [s for s in self.promises if s[0] == "milestone" and s[2] == found.number]:
                del self.promises[slot]
            if key in self.settled:
                self.promises["milestone gone", -1, key] = lambda: (
                    f"milestone {key} was deleted and came back"
                    if key in {markers.key_of(m.description) for m in self.home.milestones.values()}
                    else None
                )

    # Words

    def act_command(self, number: int) -> None:
        if issue := self._work(number):
            self._comment(issue, COMMANDS[number % len(COMMANDS)])

    def act_command_twice(self, number: int) -> None:
        if issue := self._work(number):
            self._comment(issue, COMMANDS[number % len(COMMANDS)])
            self._comment(issue, COMMANDS[number % len(COMMANDS)])

    def act_comment(self, number: int) -> None:
        for issue in markers.by_key(self.home).get(markers.SUMMARY, [])[:1]:
            last = (self.world.clock.now() + timedelta(days=1 + number % 9)).date()
            self._comment(issue, SAYINGS[number % len(SAYINGS)].format(day=last))

    def act_edit_comment(self, number: int) -> None:
        found = [(i, c) for i, c in markers.comments(self.home) if c.id in self.text]
        if found:
            issue, comment = found[number % len(found)]
            text = f"{comment.body}\n\nA word more {self._next()}."
            comments.edit(self.world, self.me, self.home, comment, {"body": text})
            self._repeat_comment(issue, comment)

    def act_delete_comment(self, number: int) -> None:
        found = [(i, c) for i, c in markers.comments(self.home) if c.user is self.me.user]
        self._delete_comment(found, number)

    def act_delete_ours(self, number: int) -> None:
        """A summary, a report or an answer: it does not come again."""
        found = [(i, c) for i, c in markers.comments(self.home) if markers.key_of(c.body)]
        self._delete_comment(found, number)

    def _delete_comment(self, found: list[tuple[Issue, Comment]], number: int) -> None:
        if found:
            issue, comment = found[number % len(found)]
            if self._waits(comment) and comment.id in self.text:
                self._wants(issue, None)
            comments.delete(self.world, self.me, self.home, comment)
            self.text.pop(comment.id, None)
            key = markers.key_of(comment.body)
            if key:
                # Whether it comes again, if no run ended well since it was posted, is open: a run
                # that was cut off later may have noted it in the ledger already.
                self.taken_away.add(key)
            if key and key not in self.settled and not key.startswith("reply:"):
                self.unheard.add(comment.id)
                self.promises.pop(("gone", -1, key), None)

    def act_press(self, number: int) -> None:
        for issue in markers.by_key(self.home).get(markers.SUMMARY, [])[:1]:
            lines = (issue.body or "").split("\n")
            at = [n for n, line in enumerate(lines) if "milepost:press" in line]
            if at:
                n = at[number % len(at)]
                lines[n] = lines[n].replace("[ ]", "[x]", 1)
                self._edit(issue, body="\n".join(lines))

    def act_own(self, number: int) -> None:
        """An issue of the learner's own, sometimes a pull request's number goes by."""
        name = f"Own {self._next()}"
        made = issues.create(self.world, self.me, self.home, {"title": name, "body": name})
        self._promise("own", made, lambda: (made.title, made.body) == (name, name), name)
        if number % 3 == 0:
            issues.delete(self.world, self.me, self.home, made)
            self._removed(made, None)


def _unpinned(issue: Issue) -> bool:
    return not issue.pinned


def _lasting(key: str | None) -> bool:
    return bool(key) and str(key).partition(":")[0] in {"kind", "phase", "skill"}
