"""Obeys in a repository of the sandbox as a run would: read, obey, write, as often as asked."""

from collections.abc import Callable
from datetime import UTC, datetime

from repository_fixture import RepositoryFixture
from repository_fixture import settings as config

from bot.curriculum.model import Curriculum
from bot.planning.changes import Change
from bot.planning.desired_state import DesiredState, desired_state
from bot.planning.diff import make_plan, with_command_changes
from bot.planning.marker import find
from bot.planning.observed_state import observe
from bot.planning.plan import Plan
from bot.planning.snapshot import Snapshot
from bot.progress.command import Command
from bot.progress.command_log import AcceptedCommand, find_log
from bot.progress.learner_history import LearnerHistory
from bot.progress.path import LearningPath, read_learner_history
from bot.settings import Settings
from bot.sync.apply import WriteContext, apply
from bot.sync.comment_inbox import CommentInbox
from bot.sync.run_commands import CommandChanges, run_commands
from github_sandbox.state.objects import Comment

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
NOTHING = DesiredState(labels=(), milestones=(), issues=())
MARKS = {"rocket", "confused"}


def seed(
    bench: RepositoryFixture,
    path: Curriculum,
    how: Settings | None = None,
    today: str = "2026-01-05",
) -> Plan:
    """Plan and write the path alone: no comment is read, nothing is reported."""
    how = how or config()

    def plan(snapshot: Snapshot) -> Plan:
        now = datetime.fromisoformat(f"{today}T12:00:00+00:00")
        there = LearningPath.read(path, how, snapshot, now)
        return make_plan(desired_state(there), there.observed)

    return write(bench, plan)


def write(bench: RepositoryFixture, plan: Callable[[Snapshot], Plan]) -> Plan:
    """Write what `plan` says of the repository as it is; the plan is handed back."""
    snapshot = bench.edges.snapshot()
    planned = plan(snapshot)
    apply(
        planned,
        snapshot,
        replan=plan,
        reader=bench.edges,
        context=WriteContext(lambda: bench.edges, bench.waits.append),
        refused=[],
    )
    return planned


class Run:
    """Runs over one bench with one path."""

    def __init__(
        self,
        bench: RepositoryFixture,
        path: Curriculum,
        how: Settings | None = None,
        today: str = "",
    ) -> None:
        self.bench = bench
        self.path = path
        self.how = how or config()
        self.now = datetime.fromisoformat(f"{today or '2026-01-05'}T12:00:00+00:00")
        self.writers = {bench.learner.user.id}
        self.only: set[int] | None = None
        self.deleted: set[int] = set()

    def inbox(self) -> CommentInbox:
        """All comments; without those of people that are not in `only`, when that says which."""
        found = self.bench.edges.comments_since(LONG_AGO)
        return CommentInbox(
            comments=tuple(c for c in found if self.only is None or c.id in self.only),
            writers=frozenset(self.writers),
            marked=frozenset(c.id for c in found if MARKS & c.reactions.keys()),
            deleted=frozenset(self.deleted),
        )

    def job(self, snapshot: Snapshot | None = None, *noted: AcceptedCommand) -> CommandChanges:
        """What obeying would change."""
        snapshot = snapshot or self.bench.edges.snapshot()
        path = LearningPath.read(self.path, self.how, snapshot, self.now)
        return run_commands(path, self.inbox(), noted)

    def __call__(self, *noted: AcceptedCommand) -> tuple[Change, ...]:
        """Obey and write; the changes are handed back."""

        def plan(snapshot: Snapshot) -> Plan:
            obeyed = self.job(snapshot, *noted)
            nothing = make_plan(NOTHING, observe(snapshot)).model_copy(update={"changes": ()})
            return with_command_changes(obeyed.first, nothing, obeyed.last)

        return write(self.bench, plan).changes

    def life(self) -> LearnerHistory:
        """What is remembered."""
        return read_learner_history(self.path, self.how, observe(self.bench.edges.snapshot()))

    def remembered(self, title: str) -> list[Command]:
        """The entries of the issue whose title begins so."""
        return [e.command for e in find_log(self.bench.issue(title).body or "").entries]

    def replies(self, title: str) -> list[str]:
        """Comments with our marker on it."""
        comments = self.bench.issue(title).comments
        return [c.body for c in comments if find(c.body)]


def marks(comment: Comment) -> list[str]:
    """The reactions to a comment."""
    return [reaction.content for reaction in comment.reactions]


def labels(bench: RepositoryFixture, title: str) -> set[str]:
    """The names of an issue's labels."""
    return {label.name for label in bench.issue(title).labels}
