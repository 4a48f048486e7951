"""Locks, and other bots that close, lock, label and edit: a stale bot, and another workflow.

What a bot does is nothing that the learner decided.
"""

from chaos import markers
from chaos.others import COMMANDS, Others
from chaos.scenario import FRIEND

from github_sandbox.state import bots, comments, issues, moderation, pulls
from github_sandbox.state.objects import Actor, Issue

CLOSING = ("done", "credit", "skip", "reopen")
ON_PULLS = ("/log 2h", "/status", "/count connections +2", "/log 1h\n/status", "/rate python 2")
OTHER_WORKFLOW = "ghs_other_workflow"


class Moderation(Others):
    """Acts of bots, and what an owner forbids."""

    # Locks: until the end nothing more can be written there by an App, nor marked by anybody

    def act_lock(self, number: int) -> None:
        if issue := self._ours(number):
            issues.lock(self.world, self.me, self.home, issue, {})

    def lift(self) -> None:
        """Nothing is locked, nobody blocked or limited any more."""
        for issue in self.home.issues.values():
            if issue.locked:
                issues.unlock(self.world, self.me, self.home, issue)
        for person in self.world.users.values():
            person.blocked.clear()
        moderation.limit_interactions(self.home, None)

    def act_unlock(self, number: int) -> None:
        locked = [issue for issue in markers.issues(self.home) if issue.locked]
        if locked:
            issues.unlock(self.world, self.me, self.home, locked[number % len(locked)])

    # What is refused for all of it: pull requests, people who blocked us, limits

    def act_pull_command(self, number: int) -> None:
        """On a pull request of the learner's or of the second person's."""
        if not markers.by_key(self.home).get(markers.SUMMARY):
            return  # what was written before the path began is not for us
        friend = self.world.actor(FRIEND)
        opened = [i for i in self.home.issues.values() if i.is_pull_request and i.is_open]
        by = (self.me, friend)[number % 2]
        mine = [pull for pull in opened if pull.user is by.user]
        pull = mine[0] if mine else pulls.propose(self.world, by, self.home, f"By {by.user.login}")
        self._comment(pull, ON_PULLS[number % len(ON_PULLS)], (self.me, friend)[number // 7 % 2])

    def act_pull_retest(self, number: int) -> None:
        """Words of other bots get no answer, and no mark."""
        opened = [i for i in self.home.issues.values() if i.is_pull_request]
        if opened:
            pull, body = opened[number % len(opened)], {"body": ("/retest", "/plan")[number % 2]}
            made = comments.create(self.world, self.me, self.home, pull, body)
            self.promises["bot", pull.number, made.id] = lambda: (
                f"another bot's command on #{pull.number} was heard" if made.reactions else None
            )

    def act_block(self, number: int) -> None:
        """The owner or the second person wants to hear nothing from the account we write as."""
        host = (self.home.owner, self.world.users[FRIEND])[number % 2]
        for account in self.scenario.accounts:
            if host is not account and account is not self.me.user:
                moderation.block(host, account)

    def act_unblock(self, number: int) -> None:
        del number
        for person in self.world.users.values():
            person.blocked.clear()

    def act_limit(self, number: int) -> None:
        kinds = moderation.INTERACTION_LIMITS
        status = (403, 422)[number // 3 % 2]
        moderation.limit_interactions(self.home, kinds[number % len(kinds)], status)  # type: ignore[arg-type]

    def act_unlimit(self, number: int) -> None:
        del number
        moderation.limit_interactions(self.home, None)

    # Other bots

    def bot(self, number: int) -> Actor:
        """A stale bot, or another workflow, which has one account with ours if ours is one."""
        if number % 3:
            return bots.other_bot(self.world, "stale", self.home)
        bots.actions_token(self.world, self.home, OTHER_WORKFLOW)
        return self.world.authenticate(OTHER_WORKFLOW)

    def act_bot_close(self, number: int) -> None:
        issue, bot = self._ours(number), self.bot(number)
        if issue is None or not issue.is_open or self._is_like_ours(bot, issue):
            return
        self.closed_by(bot, issue, ("not_planned", "completed")[number % 2])

    def closed_by(self, bot: Actor, issue: Issue, reason: str) -> None:
        fields = {"state": "closed", "state_reason": reason}
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
        return bot.user in self.scenario.accounts and bool(given) and given[-1] != "reopen"

    def act_bot_lock(self, number: int) -> None:
        if issue := self._ours(number):
            issues.lock(self.world, self.bot(number), self.home, issue, {"lock_reason": "spam"})

    def act_bot_label(self, number: int) -> None:
        if issue := self._ours(number):
            worn = [label.name for label in issue.labels]
            fields = {"labels": [*worn, "stale"]}
            issues.edit(self.world, self.bot(number), self.home, issue, fields)
            self._promise(
                "wears stale", issue, lambda: "stale" in {x.name for x in issue.labels}, "stale"
            )

    def act_bot_edit(self, number: int) -> None:
        if issue := self._ours(number):
            note = f"This issue is stale {self._next()}."
            fields = {"body": f"{issue.body or ''}\n\n{note}"}
            issues.edit(self.world, self.bot(number), self.home, issue, fields)
            self._promise(note, issue, lambda: note in (issue.body or ""), note)

    def act_bot_comment(self, number: int) -> None:
        """A command of a bot is text."""
        if issue := self._work(number):
            body = {"body": COMMANDS[number % len(COMMANDS)]}
            made = comments.create(self.world, self.bot(number), self.home, issue, body)
            self.promises["bot", issue.number, made.id] = lambda: (
                f"a bot's command on #{issue.number} was heard" if made.reactions else None
            )
