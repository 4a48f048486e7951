"""Runs of sync over a repository of the sandbox in this process, and what stands there after."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from repository_fixture import RepositoryFixture
from repository_fixture import settings as config

from bot.curriculum.model import Curriculum
from bot.planning.marker import find
from bot.progress.guide_file import GuideFile
from bot.progress.path import PathReader
from bot.settings import Settings
from bot.sync.apply import WriteContext
from bot.sync.evidence import LinkLookup
from bot.sync.sync import Sync, SyncPreview, SyncResult
from github_sandbox.state.clock import Clock
from github_sandbox.state.objects import Comment, Issue

BOT = "milepost[bot]"
WEB = "https://github.com"
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


class SyncRuns:
    """A bench, a path and a clock; `how` may be changed between runs as the file may be."""

    def __init__(
        self, path: Curriculum, how: Settings | None = None, begins: datetime = START
    ) -> None:
        self.bench = RepositoryFixture()
        self.bench.world.clock = Clock(lambda: begins)
        self.path = path
        self.guide: GuideFile | None = None  # a guide as it is, in place of the path
        self.how = how or config()
        self.outside: Callable[[], LinkLookup | None] = lambda: None  # of each run

    def become_an_app(self) -> None:
        """From now on we write under a name of our own, not the learner's."""
        world = self.bench.world
        bot = world.add_user(BOT, kind="Bot")
        self.bench.repository.collaborators[bot.login] = "write"
        self.bench.edges.bot = world.actor(bot.login)

    @property
    def now(self) -> datetime:
        """The world's time, UTC."""
        return self.bench.world.clock.now()

    def later(self, **span: float) -> "SyncRuns":
        """Time passes."""
        self.bench.world.clock.advance(timedelta(**span))
        return self

    def sync(self) -> SyncResult:
        """One run."""
        return self._sync().run(WriteContext(lambda: self.bench.edges, self.bench.waits.append))

    def foresee(self) -> SyncPreview:
        """What a run would do."""
        return self._sync().foresee()

    def _sync(self) -> Sync:
        paths = PathReader(self.guide or self.path, self.how, self.now)
        return Sync(paths, self.bench.edges, web=WEB, outside=self.outside())

    def writes(self) -> list[str]:
        """What one more run writes."""
        before = len(self.bench.edges.writes)
        self.sync()
        return self.bench.edges.writes[before:]

    def issues(self) -> list[Issue]:
        """All of them, but for pull requests."""
        return [i for i in self.bench.repository.issues.values() if not i.is_pull_request]

    def reports(self, kind: str = "weekly") -> dict[str, Comment]:
        """Comments of ours of a kind, by the rest of their keys. Fails when one stands twice."""
        found = [
            (marked.marker.key.partition(":")[2], comment)
            for issue in self.issues()
            for comment in issue.comments
            if (marked := find(comment.body)) and marked.marker.key.startswith(f"{kind}:")
        ]
        twice = [key for key, times in Counter(key for key, _ in found).items() if times > 1]
        assert not twice
        return dict(found)

    def contents(self) -> Any:
        """All that is in the repository, in no order, without ids and times."""
        repository = self.bench.repository
        return {
            "labels": sorted((x.name, x.color) for x in repository.labels.values()),
            "milestones": sorted(
                (x.title, x.description or "", str(x.due), x.state)
                for x in repository.milestones.values()
            ),
            "issues": [
                {
                    "number": issue.number,
                    "title": issue.title,
                    "body": issue.body,
                    "state": (issue.state, issue.state_reason),
                    "labels": sorted(label.name for label in issue.labels),
                    "milestone": issue.milestone and issue.milestone.title,
                    "parent": issue.parent and issue.parent.title,
                    "pinned": issue.pinned,
                    "comments": sorted(
                        (c.body, sorted(r.content for r in c.reactions)) for c in issue.comments
                    ),
                }
                for issue in repository.issues.values()
            ],
            "files": {
                name: sorted(head.files)
                for name in repository.git.refs
                if (head := repository.git.head(name.removeprefix("refs/heads/")))
            },
        }


def local(zone: str, text: str) -> datetime:
    """A moment on a wall clock, as UTC."""
    from zoneinfo import ZoneInfo

    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
