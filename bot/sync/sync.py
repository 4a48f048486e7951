"""sync = reconcile, then publish: what a run does for any event and for any tick of the clock."""

from collections.abc import Callable, Iterator

from bot.planning.marker import Key
from bot.planning.plan import Plan
from bot.planning.ports import Gateway, Reader
from bot.planning.snapshot import FrozenModel
from bot.progress.path import LearningPath, PathReader
from bot.reports import checkpoint as checkpoints
from bot.reports import checkpoint_text
from bot.sync.apply import Progress
from bot.sync.dry_run import DryRunRepository
from bot.sync.due_comments import due
from bot.sync.evidence import LinkLookup
from bot.sync.files import FilePlan, ReportFiles, plan_files, write_files
from bot.sync.publish import DueComment, Outcome, publish_once
from bot.sync.reconcile import Session, planner


class SyncPreview(FrozenModel):
    """What a sync would do now: the plan, the comments that are due, and the files."""

    plan: Plan
    due: tuple[DueComment, ...]
    files: FilePlan


class PublishedComment(FrozenModel):
    """What became of a comment that was due."""

    what: DueComment
    outcome: Outcome


class SyncResult(FrozenModel):
    """What a sync did.

    `written` counts changes, `posted` says what became of each comment that was due, `files` what
    was written to branches. `view` is the path afterwards.
    """

    plan: Plan
    written: int
    posted: tuple[PublishedComment, ...]
    files: FilePlan
    view: LearningPath


class Sync:
    """One repository and one path: look, do, tell. Reads and writes only through what it is given.

    `web` is where the pages of this GitHub are. Raises as `planner` does, and what reader and
    gateway raise.
    """

    def __init__(
        self, paths: PathReader, reader: Reader, *, web: str, outside: LinkLookup | None = None
    ) -> None:
        self._paths = paths
        self._reader = reader
        self._web = web
        self._outside = outside
        self._made: set[Key] = set()
        planning = planner(paths, reader, outside, made=self._made)
        self._session = Session(reader, planning)

    def foresee(self) -> SyncPreview:
        """Read the repository; say what a run would do now. Nothing is written.

        It is a run over an imagined repository, so what is posted after the plan was written tells
        of what the plan changed.
        """
        imagined = DryRunRepository(self._reader, self._paths.now, self._web)
        done = Sync(self._paths, imagined, web=self._web, outside=self._outside).run(
            gateway=lambda: imagined,
            sleep=lambda _: None,
            progress=lambda *_: None,
            allow_removals=True,
        )
        posted = tuple(p.what for p in done.posted if p.outcome is Outcome.POSTED)
        return SyncPreview(plan=done.plan, due=posted, files=done.files)

    def run(
        self,
        *,
        gateway: Callable[[], Gateway],
        sleep: Callable[[float], None],
        progress: Progress,
        allow_removals: bool = False,
    ) -> SyncResult:
        """Do it. Raises RefusedError before anything is written when too much would be removed."""
        plan = self._session.plan()
        if not allow_removals:
            plan.check_safe()

        def write(what: Plan) -> int:
            return self._session.apply(what, gateway=gateway, sleep=sleep, progress=progress)

        written = write(plan)
        if written:
            self._session.reload()
        posted: list[PublishedComment] = []
        for item in due(self._view()):
            outcome = publish_once(
                item, self._view().observed, reader=self._reader, gateway=gateway, sleep=sleep
            )
            posted.append(PublishedComment(what=item, outcome=outcome))
            if outcome in {Outcome.POSTED, Outcome.STANDS}:
                self._made.add(item.key)
        files = self._files(self._view())
        write_files(files, gateway)
        self._made |= {key for key in files.made if not self._knows(key)}
        if self._made:
            written += write(self._session.plan())
        return SyncResult(
            plan=plan, written=written, posted=tuple(posted), files=files, view=self._view()
        )

    def _files(self, view: LearningPath) -> FilePlan:
        return plan_files(view, self._reader, web=self._web, reports=tuple(_reports(view)))

    def _knows(self, key: Key) -> bool:
        return self._view().observed.ledger.has(key)

    def _view(self) -> LearningPath:
        """Of the repository as it was last read."""
        return self._paths.path(self._session.snapshot)


def _reports(view: LearningPath) -> Iterator[ReportFiles]:
    """The report on the newest checkpoint that was reached, when reports are to be files."""
    newest = checkpoints.newest_reached(view) if view.settings.publish.reports != "none" else None
    if newest is not None:
        texts = checkpoint_text.files(checkpoints.checkpoint_report(view, newest))
        files = {path: text.encode() for path, text in texts.items()}
        yield ReportFiles(id=newest.id, title=newest.title, files=files)
