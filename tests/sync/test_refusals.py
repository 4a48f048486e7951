"""GitHub refuses one thing: the run ends, the rest stands, the next run is quiet, lifting it heals.

Over HTTP, with the real reader and gateway, as the account of a workflow.
"""

from typing import Any

import pytest
from chaos import markers
from chaos.actions import Run
from chaos.scenario import MENTOR, Scenario
from hypothesis import given, settings
from hypothesis import strategies as st
from share import examples

from bot.planning.ledger import find_ledger
from bot.planning.refusals import matter
from github_sandbox.state import comments, issues, moderation, pulls
from github_sandbox.state.bots import actions_token
from github_sandbox.state.objects import Comment, Issue

ISSUES_ONLY = {"issues": "write", "metadata": "read"}


class Workflow(Scenario):
    """A path that a workflow with `issues: write` keeps up, in a learner's repository."""

    def __init__(self, **how: Any) -> None:
        super().__init__()
        self.how |= how
        token = actions_token(self.world, self.repository, permissions=ISSUES_ONLY)
        self.token = token.value
        self.bot = token.user
        self.me = self.world.actor()
        self.repository.collaborators[MENTOR] = "write"
        self.world.add_user("stale[bot]", kind="Bot")
        self.repository.collaborators["stale[bot]"] = "write"
        self.stale = self.world.actor("stale[bot]")
        self.calm_run()

    def issue(self, key: str) -> Issue:
        return markers.by_key(self.repository)[key][0]

    def comment(self, issue: Issue, text: str, by: str | None = None) -> Comment:
        actor = self.world.actor(by) if by else self.me
        return comments.create(self.world, actor, self.repository, issue, {"body": text})

    def weeks(self) -> list[str]:
        found = (markers.key_of(c.body) for _, c in markers.comments(self.repository))
        return [key for key in found if key and key.startswith("weekly:")]

    def summaries(self) -> list[str]:
        """The texts of the weekly summaries, in order."""
        found = (c.body for _, c in markers.comments(self.repository))
        return [body for body in found if (markers.key_of(body) or "").startswith("weekly:")]

    def tasks(self) -> dict[str, Issue]:
        return {key: found[0] for key, found in markers.by_key(self.repository).items()}

    def lift(self) -> None:
        """Nothing is locked, blocked or limited any more."""
        for issue in self.repository.issues.values():
            issues.unlock(self.world, self.me, self.repository, issue)
        moderation.unblock(self.me.user, self.bot)
        moderation.limit_interactions(self.repository, None)

    def dashboard(self) -> str:
        return self.issue(markers.SUMMARY).body or ""

    def refused(self) -> dict[str, Any]:
        return dict(find_ledger(self.dashboard()).refused)


def marks(comment: Comment) -> list[str]:
    return [reaction.content for reaction in comment.reactions]


def test_a_locked_dashboard_gets_no_summary_and_everything_else_goes_on() -> None:
    home = Workflow()
    issues.lock(home.world, home.me, home.repository, home.issue(markers.SUMMARY), {})
    done = home.issue("task:a1")
    text = home.comment(done, "/done")
    home.later(8 * 24)
    home.calm_run()
    assert home.weeks() == []
    assert (done.state, marks(text)) == ("closed", ["rocket"])
    assert "**GitHub didn't accept this:**" in home.dashboard()
    assert "The conversation is locked. Unlock it on its page" in home.dashboard()
    assert matter(home.refused())
    home.later(1)
    assert home.calm_run() == []
    issues.unlock(home.world, home.me, home.repository, home.issue(markers.SUMMARY))
    home.calm_run()
    assert home.weeks() == ["weekly:2026-W02"]
    assert home.refused() == {}
    assert "didn't accept" not in home.dashboard()
    assert home.calm_run() == []


def test_a_refusal_is_shown_in_the_language_of_the_path() -> None:
    home = Workflow(language="de")
    task = home.issue("task:a1")
    issues.lock(home.world, home.me, home.repository, task, {})
    home.comment(task, "/status")
    home.calm_run()
    assert "Die Unterhaltung ist gesperrt. Entsperre sie auf ihrer Seite" in home.dashboard()


def test_a_locked_issue_keeps_its_command_and_gets_no_mark() -> None:
    home = Workflow()
    issue = home.issue("task:a1")
    text = home.comment(issue, "/done")
    issues.lock(home.world, home.me, home.repository, issue, {})
    home.later(1)
    home.calm_run()
    assert (issue.state, marks(text)) == ("closed", [])
    assert not matter(home.refused())
    home.later(1)
    assert home.calm_run() == []
    issues.unlock(home.world, home.me, home.repository, issue)
    home.later(1)
    home.calm_run()
    assert marks(text) == ["rocket"]


def test_a_command_on_a_pull_request_counts_without_the_right_to_answer_there() -> None:
    home = Workflow()
    pull = pulls.propose(home.world, home.me, home.repository, "Some work")
    text = home.comment(pull, "/log 2h")
    home.later(1)
    home.calm_run()
    assert marks(text) == []
    assert "/log 2h" in home.dashboard() or '"do":"log"' in home.dashboard()
    assert "didn't accept" not in home.dashboard()
    assert not matter(home.refused())
    home.later(1)
    assert home.calm_run() == []
    for _ in range(2):
        home.later(7 * 24)
        home.calm_run()
    (first, second) = home.summaries()
    assert "Your commands on [Some work](" in first
    assert "until its token has `pull-requests: write`" in first
    assert "pull-requests" not in second
    home.later(15 * 24)
    home.calm_run()
    assert [c.body for c in pull.comments] == ["/log 2h"]
    assert home.dashboard().count('"do":"log"') == 1


@pytest.mark.parametrize("words", ["/retest", "/lgtm", "/close", "/plan", "/skip", "/reopn"])
def test_other_bots_words_on_a_pull_request_get_no_answer(words: str) -> None:
    home = Workflow()
    pull = pulls.propose(home.world, home.me, home.repository, "Some work")
    home.comment(pull, words)
    home.later(1)
    assert not [write for write in home.calm_run() if "/comments" in write]
    assert home.refused() == {}


def test_a_right_that_is_given_brings_the_answers_on_pull_requests() -> None:
    home = Workflow()
    pull = pulls.propose(home.world, home.me, home.repository, "Some work")
    text = home.comment(pull, "/help")
    home.calm_run()
    assert [c.body for c in pull.comments] == ["/help"]
    granted = ISSUES_ONLY | {"pull_requests": "write"}
    home.token = actions_token(home.world, home.repository, permissions=granted).value
    home.later(25)
    home.calm_run()
    assert marks(text) == ["rocket"]
    assert len(pull.comments) == 2
    assert home.refused() == {}


def test_who_blocked_the_account_gets_no_answer_and_stops_nothing() -> None:
    home = Workflow()
    mona = home.world.users[MENTOR]
    command = home.comment(home.issue("task:a1"), "/help", by=MENTOR)
    moderation.block(home.me.user, home.bot)
    home.later(1)
    home.calm_run()
    assert all(c.user is not home.bot for c in home.issue("task:a1").comments)
    assert "blocked" in home.dashboard()
    moderation.unblock(home.me.user, home.bot)
    home.later(25)
    home.calm_run()
    assert any(c.user is home.bot for c in home.issue("task:a1").comments)
    assert marks(command) == ["rocket"]
    assert home.refused() == {}
    assert mona.login == MENTOR


def test_a_mark_waits_for_what_was_refused_of_its_comment() -> None:
    """Marked, the comment would not be read again, and the entry be lost."""
    home = Workflow()
    issue = home.issue("task:a1")
    issues.lock(home.world, home.me, home.repository, issue, {})
    texts = [home.comment(issue, text) for text in ("/journal A thought", "/status")]
    moderation.limit_interactions(home.repository, "collaborators_only")
    home.later(1)
    home.calm_run()
    home.lift()
    home.later(1)
    home.calm_run()  # the lock is off, and all but the lock waits until tomorrow
    home.later(25)
    home.calm_run()
    assert [marks(text) for text in texts] == [["rocket"], ["rocket"]]
    assert f"journal:{texts[0].id}" in home.tasks()
    assert [c for c in issue.comments if markers.key_of(c.body) == f"reply:{texts[1].id}"]
    assert home.refused() == {}


def test_a_comment_whose_answer_was_given_up_is_read_no_more() -> None:
    home = Workflow()
    issue = home.issue("task:a1")
    home.comment(issue, "/status")
    home.comment(home.issue("task:a2"), "/journal A thought")
    moderation.limit_interactions(home.repository, "collaborators_only")
    for _ in range(15):
        home.later(24)
        home.calm_run()
    assert any(name.startswith("create-comment reply:") for name in home.refused())
    assert any(name.startswith("create-issue journal:") for name in home.refused())
    for _ in range(4):
        home.later(24)
        home.calm_run()
    assert all(name.startswith("create-comment weekly:") for name in home.refused())


def test_what_is_refused_is_tried_at_a_growing_distance() -> None:
    home = Workflow()
    issue = home.issue("task:a1")
    home.comment(issue, "/help", by=MENTOR)
    moderation.block(home.me.user, home.bot)
    tried = []
    for day in range(20):
        before = home.world.journal.received
        home.calm_run()
        sent = {e.path for e in home.world.journal.writes if e.number > before}
        tried += [day] if f"/repos/learner/portfolio/issues/{issue.number}/comments" in sent else []
        home.later(24)
    assert tried == [0, 1, 3, 7, 15]


def test_the_end_of_a_path_that_may_not_be_told_waits_and_is_told_later() -> None:
    home = Workflow(choices={"choose-your-way": "data"})
    for key, issue in home.tasks().items():
        if key.startswith("task:"):
            fields = {"state": "closed", "state_reason": "completed"}
            issues.edit(home.world, home.me, home.repository, issue, fields)
    dashboard = home.issue(markers.SUMMARY)
    issues.lock(home.world, home.me, home.repository, dashboard, {})
    home.later(24)
    home.calm_run()
    assert [name for name in home.refused() if "finish:path" in name]
    home.later(1)
    assert home.calm_run() == []
    issues.unlock(home.world, home.me, home.repository, dashboard)
    home.calm_run()
    assert home.refused() == {}
    assert "finish:path" in [markers.key_of(c.body) for _, c in markers.comments(home.repository)]


def test_a_report_that_was_refused_and_is_not_due_any_more_is_forgotten() -> None:
    home = Workflow()
    home.later(26 * 24)
    home.calm_run()
    checkpoint = home.issue("checkpoint:one-month-in")
    issues.lock(home.world, home.me, home.repository, checkpoint, {})
    home.later(7 * 24)
    home.calm_run()
    assert [name for name in home.refused() if "report:one-month-in" in name]
    assert "Unlock it" in home.dashboard()
    fields = {"state": "closed", "state_reason": "not_planned"}
    issues.edit(home.world, home.me, home.repository, checkpoint, fields)
    home.later(24)
    home.calm_run()
    assert home.refused() == {}
    assert "didn't accept" not in home.dashboard()
    assert home.calm_run() == []


@pytest.mark.parametrize("place", ["comment", "issue"])
def test_limited_interactions_stop_no_run(place: str) -> None:
    home = Workflow(summary=place)
    moderation.limit_interactions(home.repository, "collaborators_only")
    home.later(8 * 24)
    home.calm_run()
    assert "nly some people can write" in home.dashboard()
    home.later(1)
    assert home.calm_run() == []
    moderation.limit_interactions(home.repository, None)
    home.later(25)
    home.calm_run()
    assert home.refused() == {}
    found = {**dict.fromkeys(home.weeks()), **markers.by_key(home.repository)}
    assert "weekly:2026-W02" in found


def test_an_apply_alone_goes_on_beside_what_is_refused_and_notes_it() -> None:
    home = Workflow(summary="issue")
    moderation.limit_interactions(home.repository, "collaborators_only")
    home.later(8 * 24)
    assert home.run(Run("apply"))
    assert list(home.refused()) == ["create-issue weekly:2026-W02"]
    assert home.stops == home.errors == []
    before = home.world.journal.received
    home.run(Run("apply"))
    assert not [write for write in home.world.journal.writes if write.number > before]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["lock", "unlock", "block", "limit", "free", "say", "close", "stale bot"]),
        st.integers(0, 9),
        st.sampled_from([1, 20, 45, 170]),
    ),
    max_size=8,
)


def step(home: Workflow, what: str, number: int) -> None:
    """Somebody arranges something in the repository, or works on it."""
    ours = [issue for key, issue in home.tasks().items() if key]
    issue = ours[number % len(ours)]
    match what:
        case "lock":
            issues.lock(home.world, home.me, home.repository, issue, {})
        case "unlock":
            issues.unlock(home.world, home.me, home.repository, issue)
        case "block":
            moderation.block(home.me.user, home.bot)
        case "limit":
            moderation.limit_interactions(home.repository, "collaborators_only")
        case "free":
            home.lift()
        case "say":
            home.comment(issue, ["/log 1h", "/status", "/start"][number % 3])
        case "close" if issue.state == "open":
            fields = {"state": "closed", "state_reason": "completed"}
            issues.edit(home.world, home.me, home.repository, issue, fields)
        case "stale bot" if issue.state == "open":
            fields = {"state": "closed", "state_reason": "not_planned"}
            issues.edit(home.world, home.stale, home.repository, issue, fields)


@settings(max_examples=examples(25), deadline=None)
@given(STEPS)
def test_no_refusal_stops_a_run_and_what_is_lifted_heals(
    steps: list[tuple[str, int, int]],
) -> None:
    home = Workflow()
    for what, number, hours in steps:
        step(home, what, number)
        home.calm_run()  # raises what would stop a run
        home.later(hours)
    home.lift()
    home.later(29 * 24)
    home.calm_run()
    home.calm_run()
    assert home.calm_run() == []
    assert home.refused() == {}
    weeks = home.weeks()
    assert len(weeks) == len(set(weeks))
    assert len(weeks) >= 4
