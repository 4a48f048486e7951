"""Other people: a second one who may write, a mentor, a stranger, and whoever edits by hand.

Whoever may write is obeyed as the learner is. What a stranger says or copies is only text.
"""

import re

from chaos import markers
from chaos.expectations import Expectations
from chaos.markers import STRANGER
from chaos.scenario import FRIEND, MENTOR

from github_sandbox.state import comments, issues

COMMANDS = ("/done", "/log 3h", "/skip no", "/reopen", "/log 1h\n/done")
MARK = re.compile(r"<!-- milepost:end [^\n]*-->")
LINKS = (
    "See [it](https://github.com/other/repo/pull/3), other/repo#3 and {0}/learner/portfolio/pull/1"
)


class Others(Expectations):
    """Acts of people beside the learner; each promises what may not come of it, too."""

    def act_friend_command(self, number: int) -> None:
        if issue := self._work(number):
            self._comment(issue, COMMANDS[number % len(COMMANDS)], self.world.actor(FRIEND))

    def act_mentor_approves(self, number: int) -> None:
        if issue := self._work(number, "closed"):
            comments.react(self.world, self.world.actor(MENTOR), issue, {"content": "+1"})

    def act_stranger_command(self, number: int) -> None:
        """Nobody reacts or answers, and nothing comes of it."""
        if issue := self._work(number):
            text = {"body": COMMANDS[number % len(COMMANDS)]}
            made = comments.create(self.world, self.world.actor(STRANGER), self.home, issue, text)
            self.promises["stranger", issue.number, made.id] = lambda: (
                f"a stranger's command on #{issue.number} was heard" if made.reactions else None
            )

    def act_stranger_reacts(self, number: int) -> None:
        """Our mark by a stranger says nothing."""
        found = [c for _, c in markers.comments(self.home) if c.id in self.text]
        if found:
            mark = {"content": ("rocket", "confused")[number % 2]}
            actor = self.world.actor(STRANGER)
            comments.react(self.world, actor, found[number % len(found)], mark)

    def act_stranger_copy(self, number: int) -> None:
        """An issue with the text of one of ours, marker and all."""
        if issue := self._ours(number):
            fields = {"title": issue.title, "body": issue.body}
            made = issues.create(self.world, self.world.actor(STRANGER), self.home, fields)
            self._left_alone(made.number)

    def act_stranger_quote(self, number: int) -> None:
        """A comment with the text of one of ours."""
        found = [(i, c) for i, c in markers.comments(self.home) if markers.key_of(c.body)]
        if found:
            issue, comment = found[number % len(found)]
            body = {"body": comment.body}
            actor = self.world.actor(STRANGER)
            made = comments.create(self.world, actor, self.home, issue, body)
            self.promises["stranger", issue.number, made.id] = lambda: (
                None if made in issue.comments else f"a stranger's quote on #{issue.number} is gone"
            )

    def _left_alone(self, number: int) -> None:
        made = self.home.issues[number]
        before = made.title, made.body, made.state
        self.promises["stranger", number] = lambda: (
            None
            if (made.title, made.body, made.state) == before and not made.comments
            else f"a stranger's copy, #{number}, was changed"
        )

    # Edits by hand

    def act_marker_cut(self, number: int) -> None:
        """Without a marker that can be read an issue is the learner's, and the path has none."""
        if issue := self._work(number):
            key = markers.key_of(issue.body)
            left = "<!-- milepost:end {broken -->" if number % 2 else ""
            self._edit(issue, body=MARK.sub(left, (issue.body or "").replace("\r\n", "\n")))
            self._removed(issue, key)

    def act_link(self, number: int) -> None:
        if issue := self._ours(number):
            note = f"{LINKS.format(self.scenario.web)} ({self._next()})"
            self._edit(issue, body=f"{note}\n\n{issue.body or ''}")
            self._promise(note, issue, lambda: note in (issue.body or ""), note)
