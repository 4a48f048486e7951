"""Obeys in a repository of the sandbox as a run would: read, obey, write, as often as asked."""

from datetime import UTC, datetime

from workbench import Workbench
from workbench import settings as config

from bot.curriculum.model import Curriculum
from bot.planning.changes import Change, Plan
from bot.planning.intents import Deed, Intent
from bot.planning.memory import find_memory
from bot.planning.observed import observe
from bot.planning.plan import after_deeds, make_plan
from bot.planning.snapshot import CommentState, Snapshot
from bot.progress.life import Life, read_life
from bot.settings import Settings
from bot.usecases.apply import apply
from bot.usecases.obey import Inbox, Obeyed, obey

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MARKS = {"rocket", "confused"}


class Run:
    """Runs over one bench with one path."""

    def __init__(
        self, bench: Workbench, path: Curriculum, how: Settings | None = None, today: str = ""
    ) -> None:
        self.bench = bench
        self.path = path
        self.how = how or config()
        self.now = datetime.fromisoformat(f"{today or '2026-01-05'}T12:00:00+00:00")
        self.writers = {bench.learner.user.login}

    def inbox(self, comments: tuple[CommentState, ...] | None = None) -> Inbox:
        """All comments, or these of them."""
        found = self.bench.edges.comments_since(LONG_AGO)
        ids = {comment.id for comment in found if comments is None or comment in comments}
        return Inbox(
            comments=tuple(comment for comment in found if comment.id in ids),
            writers=frozenset(login.casefold() for login in self.writers),
            marked=frozenset(c.id for c in found if MARKS & c.reactions.keys()),
        )

    def look(self, snapshot: Snapshot | None = None, *noted: Deed) -> Obeyed:
        """What obeying would change."""
        snapshot = snapshot or self.bench.edges.snapshot()
        return obey(self.inbox(), noted, snapshot, self.path, self.how, self.now)

    def __call__(self, *noted: Deed) -> tuple[Change, ...]:
        """Obey and write; the changes are handed back."""

        def plan(snapshot: Snapshot) -> Plan:
            obeyed = self.look(snapshot, *noted)
            empty = make_plan_of_nothing(snapshot)
            return after_deeds(obeyed.first, empty, obeyed.last)

        snapshot = self.bench.edges.snapshot()
        planned = plan(snapshot)
        apply(
            planned,
            snapshot,
            replan=plan,
            reader=self.bench.edges,
            gateway=self.bench.edges,
            sleep=self.bench.waits.append,
            progress=lambda *_: None,
        )
        return planned.changes

    def life(self) -> Life:
        """What is remembered."""
        return read_life(self.path, self.how, observe(self.bench.edges.snapshot()))

    def remembered(self, title: str) -> list[Intent]:
        """The entries of the issue whose title begins so."""
        return [e.intent for e in find_memory(self.bench.issue(title).body or "").entries]

    def replies(self, title: str) -> list[str]:
        """Comments with our marker on it."""
        comments = self.bench.issue(title).comments
        return [c.body for c in comments if "milepost:end" in c.body]


def make_plan_of_nothing(snapshot: Snapshot) -> Plan:
    """A plan without changes, that knows what is there."""
    from bot.planning.desired import DesiredState

    nothing = DesiredState(labels=(), milestones=(), issues=())
    return make_plan(nothing, snapshot).model_copy(update={"changes": ()})
