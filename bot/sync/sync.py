"""Syncs a repository: reconcile, then publish what is due. It runs for any event, at any time."""

from collections.abc import Iterator

from bot.curriculum.model import Checkpoint
from bot.i18n import gettext as _
from bot.i18n import use_language
from bot.planning.desired_state import SUMMARY_KEY
from bot.planning.marker import Key
from bot.planning.plan import Plan
from bot.planning.ports import Reader
from bot.planning.refusals import FILES, REPORTS, RefusalLog, Refusals
from bot.planning.snapshot import Checked, FrozenModel
from bot.progress.path import LearningPath, PathReader
from bot.progress.progress import item_keys
from bot.reports import weekly as weeks
from bot.reports.due_checkpoints import due_checkpoints, newest_reached, report_key
from bot.reports.due_weeks import Week, due_weeks, weekly_key
from bot.reports.finish import FINISH_ID, FINISH_KEY, due_finish, recent_finish
from bot.reports.finish import as_markdown as finish_text
from bot.reports.finish import files as finish_files
from bot.reports.report_day import on_report_day
from bot.sync.apply import WriteContext
from bot.sync.dry_run import DryRunRepository
from bot.sync.evidence import LinkLookup
from bot.sync.files import FilePlan, FileWrite, ReportFiles, plan_files, write_files
from bot.sync.publish import DueComment, Outcome, publish_once
from bot.sync.reconcile import RunRecord, open_session

FILE_PASSES = 4  # the refused files by pull request, the refused pull request, and no more


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

    `written` counts changes, `files` is what was written to branches, `refused` what GitHub has not
    taken so far, `path` the path afterwards.
    """

    plan: Checked[Plan]
    written: int
    posted: tuple[PublishedComment, ...]
    files: Checked[FilePlan]
    refused: Refusals
    path: Checked[LearningPath]

    @property
    def wrote(self) -> bool:
        """Return whether there was anything to write, and to try to write."""
        return bool(self.plan.changes or self.written or self.posted or self.files.writes)


class Sync:
    """Syncs one path in one repository.

    `web` is the root of this GitHub's pages. Raises what `open_session`, reader and gateway raise.
    """

    def __init__(
        self, paths: PathReader, reader: Reader, *, web: str, outside: LinkLookup | None = None
    ) -> None:
        self._paths = paths
        self._reader = reader
        self._web = web
        self._outside = outside
        self._record = RunRecord(set(), [], set())
        self._session = open_session(paths, reader, outside, record=self._record)

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
        with use_language(plan.language):
            return self._write(plan, context)

    def _write(self, plan: Plan, context: WriteContext) -> SyncResult:
        """Write the plan, then what is due beside it: comments, files, the record of both."""
        written = self._session.apply(plan, context)
        if written:
            self._session.reload()
        due = self._due()
        if due:
            record = self._session.sign_in(Plan(repository=plan.repository))
            written += self._session.apply(record, context)
            due = self._due()
        posted = self._publish(due, context)
        files = self._write_files(context)
        if any(self._record):
            written += self._session.apply(self._session.plan(), context)
        path = self._path()
        return SyncResult(
            plan=plan,
            written=written,
            posted=posted,
            files=files,
            refused=self._record.refusals(path.observed.ledger, path.today),
            path=path,
        )

    def _publish(
        self, due: tuple[DueComment, ...], context: WriteContext
    ) -> tuple[PublishedComment, ...]:
        """Post what is due, and forget what was refused before and is due no more."""
        path, record = self._path(), self._record
        log = RefusalLog(record.refused, path.today)
        posted, waiting = list[PublishedComment](), set[Key]()
        for item in due:
            outcome = publish_once(item, path.observed, self._reader, context, log)
            posted.append(PublishedComment(what=item, outcome=outcome))
            if outcome in {Outcome.POSTED, Outcome.STANDS}:
                record.made.add(item.key)
            elif outcome is Outcome.REFUSED:
                waiting.add(item.key)
        earlier = (name for name in path.observed.ledger.refused if name.startswith(REPORTS))
        record.settled.update(name for name in earlier if name.split()[1] not in waiting)
        return tuple(posted)

    def _write_files(self, context: WriteContext) -> FilePlan:
        """Write the files, and plan again where GitHub refused one; return what was written."""
        path, record = self._path(), self._record
        shown = on_report_day(path)
        log = RefusalLog(record.refused, path.today)
        reports = tuple(_reports(path))
        written: list[FileWrite] = []
        for _pass in range(FILE_PASSES):
            files = plan_files(shown, self._reader, web=self._web, reports=reports, log=log)
            before = len(record.refused)
            written += write_files(files, context.gateway, record.refused)
            if len(record.refused) == before:
                break
        ledger = path.observed.ledger
        record.made.update(key for key in files.made if not ledger.has(key))
        record.settled.update(
            name for name in ledger.refused if name.startswith(FILES) and name not in files.held
        )
        return files.model_copy(update={"writes": tuple(written)})

    def _due(self) -> tuple[DueComment, ...]:
        path = self._path()
        return *_due_weeks(path), *_due_checkpoints(path), *_due_finish(path)

    def _path(self) -> LearningPath:
        return self._paths.path(self._session.snapshot)


def _reports(path: LearningPath) -> Iterator[ReportFiles]:
    newest = newest_reached(path) if path.settings.publish.reports != "none" else None
    if newest is not None:
        from bot.reports import checkpoint as checkpoints

        texts = checkpoints.files(checkpoints.checkpoint_report(path, newest))
        files = {path: text.encode() for path, text in texts.items()}
        yield ReportFiles(id=newest.id, title=newest.title, files=files)
    done = recent_finish(path) if path.settings.publish.reports != "none" else None
    if done is not None:
        title = _("%(path)s: finished", path=done.title)
        yield ReportFiles(id=FINISH_ID, title=title, files=finish_files(done))


def weekly_comment(path: LearningPath, week: Week) -> DueComment:
    """Return the summary of a week."""
    with use_language(path.language):
        text = weeks.as_markdown(weeks.weekly(path, week))
        return DueComment(
            key=weekly_key(week), title=_("Summary of week %(week)s", week=week), text=text
        )


def checkpoint_comment(path: LearningPath, checkpoint: Checkpoint) -> DueComment:
    """Return the report on a checkpoint."""
    from bot.reports import checkpoint as checkpoints

    with use_language(path.language):
        return DueComment(
            key=report_key(checkpoint),
            on=item_keys("checkpoint", checkpoint),
            title=_("Report: %(checkpoint)s", checkpoint=checkpoint.title),
            text=checkpoints.as_markdown(checkpoints.checkpoint_report(path, checkpoint)),
        )


def _due_finish(path: LearningPath) -> Iterator[DueComment]:
    summary, due = path.observed.issues.get(SUMMARY_KEY), due_finish(path)
    if due is not None and summary is not None and not summary.state.settled:
        title = _("Finished: %(path)s", path=path.curriculum.title)
        yield DueComment(key=FINISH_KEY, title=title, text=finish_text(due))


def _due_weeks(path: LearningPath) -> list[DueComment]:
    summary = path.observed.issues.get(SUMMARY_KEY)
    if summary is None or summary.state.settled:
        return []
    if path.settings.summary.place == "issue":
        return []
    made_on = path.day_of(summary.state.created_at)
    return [weekly_comment(path, week) for week in due_weeks(path, made_on)]


def _due_checkpoints(path: LearningPath) -> list[DueComment]:
    keys = {
        f"report:{name}"
        for checkpoint in path.curriculum.checkpoints
        for name in (checkpoint.id, *checkpoint.aliases)
    }
    posted = {key for key in keys if path.observed.ledger.has(key)}
    return [checkpoint_comment(path, one) for one in due_checkpoints(path, posted)]
