"""Writes down what a learner reads in a year: docs/explanation/a-year.md."""

import re
from datetime import date

from e2e.scripted_learner import key_of
from sync.random_learner import SUMMARY
from sync.sync_runs import SyncRuns

from bot.planning.marker import find
from github_sandbox.state.events import Event
from github_sandbox.state.objects import Issue

HEAD = """# A year, as a learner reads it

What Milepost writes to one learner on the built-in path, from the first day to the last: each
weekly summary, each report, each answer, and the top of the dashboard every few weeks. The learner
is made up. They rest for a while, let two weeks go by, log too much and take it back, choose an
option and change their mind, and finish a little late. A test replays the year, compares it with
this page, and recalculates every number on its own. Links are left out.
"""
EVERY = 13  # weeks between two looks at the dashboard
VERBS = {"created": "write", "edited": "edit", "deleted": "delete"}
WORDS = {
    "weekly": "The weekly summary:",
    "report": "The report on the checkpoint:",
    "reply": "The answer:",
    "finish": "At the end:",
}
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(<[^>]*>\)")
_REGION = re.compile(r"<!-- milepost:begin -->\n(.*?)\n<!-- milepost:end", re.DOTALL)


class YearDocument:
    """Listens to a repository and writes a page."""

    def __init__(self, runs: SyncRuns) -> None:
        self._runs = runs
        self._parts: list[str] = [HEAD]
        self._day: date | None = None
        self._week = self._summaries = 0
        self._new: list[str] = []
        runs.bench.world.listeners.append(self._on_event)

    @property
    def text(self) -> str:
        """The page."""
        return "\n".join(self._parts) + "\n"

    def _on_event(self, event: Event) -> None:
        bot = event.actor.user.kind == "Bot"
        if event.name == "issues" and bot:
            self._on_issue(event.action or "", event.subject["issue"])
        if event.name != "issue_comment" or (bot and event.action != "created"):
            return
        body, on = event.subject["comment"].body, event.subject["issue"].title
        if not bot:
            verb = VERBS[event.action or ""]
            lines = ", ".join(f"`{line}`" for line in body.split("\n"))
            self._add(f"You {verb} a comment on _{on}_: {lines}")
            return
        marked = find(body)
        assert marked
        kind = marked.marker.key.partition(":")[0]
        self._add(WORDS[kind], shown(body))
        self._summaries += kind == "weekly"
        if kind == "weekly" and self._summaries % EVERY == 0 and not self._runs.reports("finish"):
            body = self._runs.bench.issue(SUMMARY).body or ""
            self._add("The dashboard:", shown(body).partition("<details")[0])

    def _on_issue(self, action: str, issue: Issue) -> None:
        if action == "opened":
            self._new.append(f"_{issue.title}_")
        is_choice = key_of(issue).startswith("choice:")
        if action == "closed" and (is_choice or issue.state_reason == "not_planned"):
            how = "as done" if is_choice else "as not planned"
            self._add(f"Milepost closes _{issue.title}_ {how}.")

    def after_run(self) -> None:
        """Add the titles of the issues that the run made."""
        if self._new:
            titles, self._new = ", ".join(self._new), []
            self._add(f"New issues: {titles}.")

    def _add(self, words: str, text: str = "") -> None:
        day = self._runs.now.date()
        week = (day - self._runs.how.start).days // 7 + 1
        if week != self._week:
            self._parts.append(f"\n## Week {week}")
            self._week = week
        if day != self._day:
            self._parts.append(f"\n**{day:%A}, {day.day} {day:%B %Y}**")
            self._day = day
        quoted = "\n".join(f"> {line}".rstrip() for line in text.strip().split("\n"))
        self._parts.append(f"\n{words}" + (f"\n\n{quoted}" if text else ""))


def shown(body: str) -> str:
    """Our part of a text, without what nobody sees, and links as their words."""
    found = _REGION.search(body)
    text = re.sub(r" ?<!--.*?-->", "", found[1] if found else body)
    return _LINK.sub(r"\1", text)
