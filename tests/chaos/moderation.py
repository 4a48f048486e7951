"""Locks, and other bots that close, lock, label and edit: a stale bot, and another workflow.

What a bot does is nothing that the learner decided.
"""

from chaos import markers
from chaos.others import COMMANDS, Others

from github_sandbox.state import bots, comments, issues
from github_sandbox.state.objects import Actor, Issue

CLOSING = ("done", "credit", "skip", "reopen")
OTHER_WORKFLOW = "ghs_other_workflow"


class Moderation(Others):
    """Acts of bots, and what an owner forbids."""

    # Locks: until the end nothing more can be written there by an App, nor marked by anybody

    def act_lock(self, number: int) -> None:
        if issue := self._ours(number):
            issues.lock(self.world, self.me, self.home, issue, {})

    def unlock_all(self) -> None:
        for issue in markers.issues(self.home):
            if issue.locked:
                issues.unlock(self.world, self.me, self.home, issue)

    def act_unlock(self, number: int) -> None:
        locked = [issue for issue in markers.issues(self.home) if issue.locked]
        if locked:
            issues.unlock(self.world, self.me, self.home, locked[number % len(locked)])

    # Other bots

    def _bot(self, number: int) -> Actor:
        """A stale bot, or another workflow, which has one account with ours if ours is one."""
        if number % 3:
            return bots.other_bot(self.world, "stale", self.home)
        bots.actions_token(self.world, self.home, OTHER_WORKFLOW)
        return self.world.authenticate(OTHER_WORKFLOW)

    def act_bot_close(self, number: int) -> None:
        issue, bot = self._ours(number), self._bot(number)
        if issue is None or not issue.is_open or self._is_like_ours(bot, issue):
            return
        fields = {"state": "closed", "state_reason": ("not_planned", "completed")[number % 2]}
        issues.edit(self.world, bot, self.home, issue, fields)
        self._wants(issue, None)
        self.closed_by_bot[issue.number] = at = issue.closed_at
        if markers.key_of(issue.body) == markers.SUMMARY:
            self.promises["bot", issue.number] = lambda: (
                "a bot closed the dashboard for good" if issue.closed_at == at else None
            )

    def _is_like_ours(self, bot: Actor, issue: Issue) -> bool:
        """Whether nobody can say that not we closed it: one account, and a command did before."""
        given = [e["do"] for e in markers.entries(issue) if e["do"] in CLOSING]
        one = bot.user is self.world.authenticate(self.scenario.token).user
        return one and bool(given) and given[-1] != "reopen"

    def act_bot_lock(self, number: int) -> None:
        if issue := self._ours(number):
            issues.lock(self.world, self._bot(number), self.home, issue, {"lock_reason": "spam"})

    def act_bot_label(self, number: int) -> None:
        if issue := self._ours(number):
            worn = [label.name for label in issue.labels]
            fields = {"labels": [*worn, "stale"]}
            issues.edit(self.world, self._bot(number), self.home, issue, fields)
            self._promise(
                "wears stale", issue, lambda: "stale" in {x.name for x in issue.labels}, "stale"
            )

    def act_bot_edit(self, number: int) -> None:
        if issue := self._ours(number):
            note = f"This issue is stale {self._next()}."
            fields = {"body": f"{issue.body or ''}\n\n{note}"}
            issues.edit(self.world, self._bot(number), self.home, issue, fields)
            self._promise(note, issue, lambda: note in (issue.body or ""), note)

    def act_bot_comment(self, number: int) -> None:
        """A command of a bot is text."""
        if issue := self._work(number):
            body = {"body": COMMANDS[number % len(COMMANDS)]}
            made = comments.create(self.world, self._bot(number), self.home, issue, body)
            self.promises["bot", issue.number, made.id] = lambda: (
                f"a bot's command on #{issue.number} was heard" if made.reactions else None
            )
