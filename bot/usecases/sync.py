"""sync = reconcile, then publish: what a run does for any event and for any tick of the clock."""

from collections.abc import Callable, Iterator
from datetime import datetime

from bot.curriculum.model import Curriculum
from bot.planning.changes import Plan
from bot.planning.desired import SUMMARY_KEY
from bot.planning.marker import Key
from bot.planning.observed import observe
from bot.planning.ports import Gateway, Reader
from bot.planning.snapshot import Frozen
from bot.reports import checkpoint as checkpoints
from bot.reports import checkpoint_text
from bot.reports import weekly as weeks
from bot.reports.checkpoint_items import checkpoint_keys
from bot.reports.view import View
from bot.reports.week import Told, due_weeks, weekly_key
from bot.settings import Settings
from bot.usecases.apply import Progress
from bot.usecases.dry_run import DryRunRepository
from bot.usecases.evidence import Outside
from bot.usecases.files import FilePlan, ReportFiles, plan_files, write_files
from bot.usecases.look import look
from bot.usecases.publish import Outcome, publish_once
from bot.usecases.reconcile import Session, planner


class DueComment(Frozen):
    """A comment that should stand once: its key, its issue's keys, what it is, and its text."""

    key: Key
    on: tuple[Key, ...]
    title: str
    text: str


class SyncPreview(Frozen):
    """What a sync would do now: the plan, the comments that are due, and the files."""

    plan: Plan
    due: tuple[DueComment, ...]
    files: FilePlan


class PublishedComment(Frozen):
    """What became of a comment that was due."""

    what: DueComment
    outcome: Outcome


class SyncResult(Frozen):
    """What a sync did.

    `written` counts changes, `posted` says what became of each comment that was due, `files` what
    was written to branches. `view` is the path afterwards.
    """

    plan: Plan
    written: int
    posted: tuple[PublishedComment, ...]
    files: FilePlan
    view: View


def due(view: View, now: datetime) -> tuple[DueComment, ...]:
    """Summaries and reports whose time has come at `now` (aware) and that nobody knows to stand.

    Oldest first. What stands is in the ledger; whether it really does not is asked before posting.
    """
    return (*_due_weeks(view, now), *_due_checkpoints(view))


class Sync:
    """One repository and one path: look, do, tell. Reads and writes only through what it is given.

    `settings` are the file's, `web` is where the pages of this GitHub are. Raises as `planner`
    does, and what reader and gateway raise.
    """

    def __init__(
        self,
        curriculum: Curriculum,
        settings: Settings,
        now: datetime,
        reader: Reader,
        *,
        web: str,
        outside: Outside | None = None,
    ) -> None:
        self._curriculum = curriculum
        self._settings = settings
        self._now = now
        self._reader = reader
        self._web = web
        self._outside = outside
        self._made: set[Key] = set()
        self._seen: View | None = None
        planning = planner(curriculum, settings, now, reader, outside, made=self._made)
        self._session = Session(reader, planning)

    def foresee(self) -> SyncPreview:
        """Read the repository; say what a run would do now. Nothing is written.

        It is a run over an imagined repository, so what is posted after the plan was written tells
        of what the plan changed.
        """
        imagined = DryRunRepository(self._reader, self._now, self._web)
        done = Sync(
            self._curriculum,
            self._settings,
            self._now,
            imagined,
            web=self._web,
            outside=self._outside,
        ).run(
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
            self._session.look_again()
        posted: list[PublishedComment] = []
        for item in due(self._view(), self._now):
            outcome = publish_once(
                item.key,
                item.text,
                self._session.snapshot,
                reader=self._reader,
                gateway=gateway,
                sleep=sleep,
                on=item.on,
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

    def _files(self, view: View) -> FilePlan:
        return plan_files(view, self._reader, web=self._web, reports=tuple(_reports(view)))

    def _knows(self, key: Key) -> bool:
        return observe(self._session.snapshot).ledger.has(key)

    def _view(self) -> View:
        """Of the repository as it was last read; looked at once, for a forecast takes its time."""
        snapshot = self._session.snapshot
        if self._seen is None or self._seen.observed.snapshot is not snapshot:
            self._seen = look(self._curriculum, self._settings, snapshot, self._now)
        return self._seen


def _reports(view: View) -> Iterator[ReportFiles]:
    """The report on the newest checkpoint that was reached, when reports are to be files."""
    newest = checkpoints.newest_reached(view) if view.settings.publish.reports != "none" else None
    if newest is not None:
        texts = checkpoint_text.files(checkpoints.checkpoint_report(view, newest))
        files = {path: text.encode() for path, text in texts.items()}
        yield ReportFiles(id=newest.id, title=newest.title, files=files)


def _due_weeks(view: View, now: datetime) -> list[DueComment]:
    summary = view.observed.issues.get(SUMMARY_KEY)
    if summary is None or summary.state.state == "closed":
        return []
    if view.settings.summary.place == "issue":
        return []
    made_on = summary.state.created_at.astimezone(view.settings.zone).date()
    return [
        DueComment(
            key=weekly_key(week),
            on=(SUMMARY_KEY,),
            title=f"Summary of week {week}",
            text=weeks.as_markdown(weeks.weekly(view, week)),
        )
        for week in due_weeks(view, now, made_on, Told(view.observed))
    ]


def _due_checkpoints(view: View) -> list[DueComment]:
    keys = {
        f"report:{name}"
        for checkpoint in view.curriculum.checkpoints
        for name in (checkpoint.id, *checkpoint.aliases)
    }
    told = {key for key in keys if view.observed.ledger.has(key)}
    return [
        DueComment(
            key=checkpoints.report_key(checkpoint),
            on=checkpoint_keys(checkpoint),
            title=f"Report: {checkpoint.title}",
            text=checkpoint_text.as_markdown(checkpoints.checkpoint_report(view, checkpoint)),
        )
        for checkpoint in checkpoints.due_checkpoints(view, told)
    ]
