"""Syncs a repository: reconcile, then publish. It runs for any event and at any time."""

from collections.abc import Iterator

from bot.planning.marker import Key
from bot.planning.plan import Plan
from bot.planning.ports import Reader
from bot.planning.snapshot import FrozenModel
from bot.progress.path import LearningPath, PathReader
from bot.reports import checkpoint as checkpoints
from bot.reports import checkpoint_text
from bot.sync.apply import WriteContext
from bot.sync.dry_run import DryRunRepository
from bot.sync.due_comments import due
from bot.sync.evidence import LinkLookup
from bot.sync.files import FilePlan, ReportFiles, plan_files, write_files
from bot.sync.publish import DueComment, Outcome, publish_once
from bot.sync.reconcile import Session, planner


class SyncPreview(FrozenModel):
    """What a sync would write now: the plan, the comments that are due, and the files."""

    plan: Plan
    due: tuple[DueComment, ...]
    files: FilePlan


class PublishedComment(FrozenModel):
    """A comment that was due, and whether it was posted."""

    what: DueComment
    outcome: Outcome


class SyncResult(FrozenModel):
    """What a sync did.

    `written` counts changes, `files` is what was written to branches, `view` the path afterwards.
    """

    plan: Plan
    written: int
    posted: tuple[PublishedComment, ...]
    files: FilePlan
    view: LearningPath


class Sync:
    """Syncs one path in one repository.

    `web` is the root of this GitHub's pages. Raises what `planner`, reader and gateway raise.
    """

    def __init__(
        self, paths: PathReader, reader: Reader, *, web: str, outside: LinkLookup | None = None
    ) -> None:
        self._paths = paths
        self._reader = reader
        self._web = web
        self._outside = outside
        self._made: set[Key] = set()
        self._session = Session(reader, planner(paths, reader, outside, made=self._made))

    def foresee(self) -> SyncPreview:
        """Return what a run would write now; nothing is written.

        It is a run over a copy of the repository, so a comment that is posted after the plan shows
        what the plan changed.
        """
        dry_run = DryRunRepository(self._reader, self._paths.now, self._web)
        done = Sync(self._paths, dry_run, web=self._web, outside=self._outside).run(
            WriteContext(lambda: dry_run, lambda _: None), allow_removals=True
        )
        posted = tuple(p.what for p in done.posted if p.outcome is Outcome.POSTED)
        return SyncPreview(plan=done.plan, due=posted, files=done.files)

    def run(self, context: WriteContext, *, allow_removals: bool = False) -> SyncResult:
        """Write all that is due. Raises RefusedError first when too much would be removed."""
        plan = self._session.plan()
        if not allow_removals:
            plan.check_safe()
        written = self._session.apply(plan, context)
        if written:
            self._session.reload()
        posted: list[PublishedComment] = []
        for item in due(self._view()):
            outcome = publish_once(item, self._view().observed, self._reader, context)
            posted.append(PublishedComment(what=item, outcome=outcome))
            if outcome in {Outcome.POSTED, Outcome.STANDS}:
                self._made.add(item.key)
        view = self._view()
        files = plan_files(view, self._reader, web=self._web, reports=tuple(_reports(view)))
        write_files(files, context.gateway)
        self._made |= {key for key in files.made if not view.observed.ledger.has(key)}
        if self._made:
            written += self._session.apply(self._session.plan(), context)
        return SyncResult(
            plan=plan, written=written, posted=tuple(posted), files=files, view=self._view()
        )

    def _view(self) -> LearningPath:
        return self._paths.path(self._session.snapshot)


def _reports(view: LearningPath) -> Iterator[ReportFiles]:
    """Yield the report on the newest reached checkpoint, when reports are to be files."""
    newest = checkpoints.newest_reached(view) if view.settings.publish.reports != "none" else None
    if newest is not None:
        texts = checkpoint_text.files(checkpoints.checkpoint_report(view, newest))
        files = {path: text.encode() for path, text in texts.items()}
        yield ReportFiles(id=newest.id, title=newest.title, files=files)
