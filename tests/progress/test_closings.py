"""What another bot closes is neither done nor skipped, and the dashboard names it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from builders import curriculum
from repository_fixture import RepositoryFixture, settings

from bot.planning.changes import CloseIssue, UpdateIssue
from bot.planning.desired_state import desired_state
from bot.planning.diff import make_plan
from bot.planning.ledger import find_ledger, with_ledger
from bot.planning.observed_state import observe
from bot.planning.snapshot import Closing
from bot.progress.closings import with_closings
from bot.progress.path import LearningPath
from bot.progress.progress import WorkState
from bot.sync.command_changes import after_update
from bot.sync.reconcile import texts
from github_sandbox.browser_user import BrowserUser, act_as_bot
from github_sandbox.state import issues, pulls

PATH = curriculum(
    "Phase: P\nMonth 1: M\nWeek 1: W\n- Read (6h) #a\n- Write (2h) #b\n- Build (2h) #c"
)


class Scenario(RepositoryFixture):
    """A path under way, in which time passes and a stale bot works."""

    def __init__(self) -> None:
        super().__init__()
        self.requested: list[int] = []
        self.stale: BrowserUser = act_as_bot(self.world, "stale")
        closing = self.edges.closing

        def counted(number: int) -> object:
            self.requested.append(number)
            return closing(number)

        self.edges.closing = counted  # type: ignore[method-assign,assignment]
        self.apply(PATH)
        self.apply(PATH)

    def later(self) -> None:
        self.world.clock.advance(timedelta(minutes=5))

    def bot_closes(self, title: str, reason: str = "not_planned") -> None:
        self.later()
        self.stale.edit(self.issue(title), state="closed", state_reason=reason)
        self.later()

    def states(self) -> dict[str, WorkState]:
        return {work.title: work.state for work in self.path().progress.work}

    def path(self) -> LearningPath:
        return LearningPath.read(PATH, settings(), self.edges.snapshot(), self.world.clock.now())

    @property
    def dashboard(self) -> str:
        return self.issue("Your path").body or ""


@pytest.fixture
def scenario() -> Scenario:
    return Scenario()


@pytest.mark.parametrize("reason", ["completed", "not_planned"])
def test_what_a_bot_closes_is_neither_done_nor_skipped(scenario: Scenario, reason: str) -> None:
    scenario.bot_closes("Read", reason)
    for _ in range(2):
        assert scenario.states()["Read"] is WorkState.OPEN
        assert scenario.path().progress.all.total == 10
        assert not any(work.closed_on for work in scenario.path().progress.work)
        scenario.apply(PATH)
        scenario.later()
    assert scenario.issue("Read").state == "closed"
    assert "[Read](<" in scenario.dashboard
    assert (
        "(`stale[bot]`). Reopen what you want to go on with, or write `/done` or `/skip` there."
        in scenario.dashboard
    )
    assert not scenario.apply(PATH).changes
    scenario.requested.clear()
    assert scenario.states()["Read"] is WorkState.OPEN
    assert scenario.requested == []


def test_what_the_learner_closes_counts_and_is_requested_once(scenario: Scenario) -> None:
    scenario.later()
    scenario.close("Read")
    scenario.close("Write", "not_planned")
    scenario.apply(PATH)
    scenario.requested.clear()
    scenario.apply(PATH)
    assert scenario.states() == {
        "Read": WorkState.CLAIMED,
        "Write": WorkState.SKIPPED,
        "Build": WorkState.OPEN,
    }
    assert scenario.requested == []


def reopen_and_close(scenario: Scenario) -> None:
    scenario.edit("Read", state="open")
    scenario.later()
    scenario.close("Read")


def command(word: str) -> Callable[[Scenario], None]:
    def write(scenario: Scenario) -> None:
        scenario.comment("Read", word)

    return write


@pytest.mark.parametrize(
    ("decide", "state"),
    [
        (reopen_and_close, WorkState.CLAIMED),
        (command("/done"), WorkState.CLAIMED),
        (command("/skip"), WorkState.SKIPPED),
    ],
)
@pytest.mark.parametrize("reason", ["completed", "not_planned"])
def test_the_learner_decides_after_the_bot(
    scenario: Scenario, decide: Callable[[Scenario], None], state: WorkState, reason: str
) -> None:
    scenario.bot_closes("Read", reason)
    scenario.apply(PATH)
    scenario.later()
    decide(scenario)
    scenario.apply(PATH)
    scenario.later()
    scenario.apply(PATH)
    assert scenario.states()["Read"] is state
    assert "Closed by a bot" not in scenario.dashboard
    assert find_ledger(scenario.dashboard).bots == {}
    assert not scenario.apply(PATH).changes


def test_a_bot_that_closes_again_what_a_command_had_closed_decides_nothing(
    scenario: Scenario,
) -> None:
    command("/done")(scenario)
    scenario.apply(PATH)
    scenario.later()
    assert scenario.states()["Read"] is WorkState.CLAIMED
    scenario.edit("Read", state="open")
    scenario.bot_closes("Read", "completed")
    assert scenario.states()["Read"] is WorkState.OPEN
    scenario.apply(PATH)
    assert scenario.states()["Read"] is WorkState.OPEN


def test_a_bot_with_our_account_is_another_bot(scenario: Scenario) -> None:
    bot = scenario.world.add_user("github-actions[bot]", kind="Bot")
    scenario.repository.collaborators["github-actions[bot]"] = "write"
    scenario.edges.use(scenario.world.actor(bot.login))
    scenario.later()
    scenario.comment("Write", "/done")
    scenario.apply(PATH)
    scenario.later()
    stale = BrowserUser(scenario.world, actor=scenario.world.actor(bot.login))
    stale.edit(scenario.issue("Read"), state="closed", state_reason="completed")
    scenario.later()
    scenario.apply(PATH)
    assert scenario.states()["Read"] is WorkState.OPEN
    assert scenario.states()["Write"] is WorkState.CLAIMED


def test_a_merged_pull_request_that_a_bot_merged_is_the_learner_s_work(scenario: Scenario) -> None:
    scenario.merge_pull("Read it", f"Closes #{scenario.issue('Read').number}")
    scenario.bot_closes("Read", "completed")
    scenario.apply(PATH)
    assert scenario.states()["Read"] is WorkState.EVIDENCED


def test_a_dashboard_that_a_bot_closed_is_opened_again(scenario: Scenario) -> None:
    scenario.bot_closes("Your path")
    plan = scenario.apply(PATH)
    assert plan.changes[-1].describe().detail.endswith("stale[bot] closed it, not you")
    assert scenario.issue("Your path").state == "open"
    scenario.later()
    assert not scenario.apply(PATH).changes


def test_a_dashboard_that_the_learner_closed_stays_closed(scenario: Scenario) -> None:
    scenario.later()
    scenario.close("Your path")
    assert not scenario.apply(PATH).changes
    scenario.later()
    scenario.apply(PATH)
    assert scenario.issue("Your path").state == "closed"


def test_before_closings_were_read_what_was_closed_counts_as_it_did(scenario: Scenario) -> None:
    scenario.bot_closes("Read", "completed")
    scenario.world.clock.advance(timedelta(days=3))
    earlier = find_ledger(scenario.dashboard).model_copy(update={"closed": None})
    scenario.edit("Your path", body=with_ledger(scenario.dashboard, earlier))
    assert scenario.states()["Read"] is WorkState.CLAIMED
    scenario.apply(PATH)
    scenario.bot_closes("Write", "completed")
    assert scenario.states() == {
        "Read": WorkState.CLAIMED,
        "Write": WorkState.OPEN,
        "Build": WorkState.OPEN,
    }


def test_the_summary_of_a_week_and_an_entry_of_the_journal_are_closed_by_us(
    scenario: Scenario,
) -> None:
    bot = scenario.world.add_user("milepost[bot]", kind="Bot")
    scenario.repository.collaborators[bot.login] = "write"
    scenario.edges.use(scenario.world.actor(bot.login))
    scenario.comment("Your path", "/journal Loops, and what they are for")
    for today in ("2026-01-13", "2026-01-20", "2026-01-27"):
        scenario.later()
        scenario.apply(PATH, settings(summary="issue"), today=today)
    closed = scenario.titles("closed")
    assert {title.partition(" ")[0] for title in closed} == {"Weekly", "Journal,"}, closed
    assert scenario.requested == []
    assert find_ledger(scenario.dashboard).bots == {}


def test_a_command_that_was_written_before_a_bot_closed_the_issue_holds(scenario: Scenario) -> None:
    scenario.comment("Read", "/skip")
    scenario.bot_closes("Read", "completed")
    scenario.apply(PATH)
    assert scenario.states()["Read"] is WorkState.SKIPPED


def test_what_a_bot_closed_is_known_to_the_run_that_makes_the_dashboard_anew(
    scenario: Scenario,
) -> None:
    scenario.delete("Your path")
    scenario.bot_closes("Read", "completed")
    scenario.apply(PATH)
    scenario.world.clock.advance(timedelta(days=4))
    scenario.apply(PATH)
    assert scenario.states()["Read"] is WorkState.OPEN


def test_a_list_that_lags_takes_no_bot_off_the_ledger(scenario: Scenario) -> None:
    before = scenario.edges.snapshot()
    scenario.bot_closes("Read", "completed")
    scenario.apply(PATH)
    known = find_ledger(scenario.dashboard)
    lagging = tuple(
        i.model_copy(update={"body": scenario.dashboard}) if "Your path" in i.title else i
        for i in before.issues
    )
    old = with_closings(before.model_copy(update={"issues": lagging}), scenario.edges)
    assert old.closings.bots == known.bots != {}
    observed = observe(before).model_copy(update={"ledger": known})
    path = LearningPath.read(PATH, settings(), before, scenario.world.clock.now())
    plan = make_plan(desired_state(path, texts(path)), observed)
    written = [c for c in plan.changes if isinstance(c, UpdateIssue) and "ledger" in c.fields]
    ledgers = [find_ledger(change.body) for change in written]
    assert all((one.closed, one.bots) == (known.closed, known.bots) for one in ledgers)


def test_a_pull_request_that_is_not_merged_explains_no_closing(scenario: Scenario) -> None:
    title = f"Closes #{scenario.issue('Read').number}"
    pulls.propose(scenario.world, scenario.learner, scenario.repository, title, "")
    scenario.bot_closes("Read", "completed")
    assert scenario.states()["Read"] is WorkState.OPEN


def test_nobody_is_asked_about_the_issue_of_a_stranger(scenario: Scenario) -> None:
    stranger = scenario.world.actor(scenario.world.add_user("stranger").login)
    fields = {"title": "Copied", "body": scenario.issue("Read").body}
    issues.create(scenario.world, stranger, scenario.repository, fields)
    scenario.bot_closes("Copied")
    scenario.apply(PATH)
    assert scenario.requested == []


def test_what_left_the_plan_was_closed_by_us(scenario: Scenario) -> None:
    bot = scenario.world.add_user("milepost[bot]", kind="Bot")
    scenario.repository.collaborators[bot.login] = "write"
    scenario.edges.use(scenario.world.actor(bot.login))
    scenario.later()
    shorter = curriculum("Phase: P\nMonth 1: M\nWeek 1: W\n- Read (6h) #a\n- Write (2h) #b")
    scenario.apply(shorter)
    scenario.later()
    scenario.apply(shorter)
    assert scenario.issue("Build").state == "closed"
    assert scenario.requested == []
    assert find_ledger(scenario.dashboard).bots == {}


def test_an_issue_that_is_closed_anew_is_no_bot_s_any_more(scenario: Scenario) -> None:
    scenario.bot_closes("Read")
    (issue,) = [i for i in scenario.edges.snapshot().issues if i.closed_by_bot]
    change = CloseIssue(number=issue.number, title="", why="")
    opened = issue.model_copy(update={"state": "open"})
    assert after_update(opened, change, scenario.world.clock.now()).finished


def test_what_a_commit_closed_is_the_learner_s_work(scenario: Scenario) -> None:
    by_commit = Closing("merge-queue[bot]", is_bot=True, by_commit=True)
    scenario.edges.closing = lambda _: by_commit  # type: ignore[method-assign,assignment]
    scenario.bot_closes("Read", "completed")
    assert scenario.states()["Read"] is WorkState.CLAIMED
