"""The activities: each does its thing with a use case, and says what it did."""

from typing import TYPE_CHECKING

from bot.action import pull_request_comment
from bot.action.context import ActionContext
from bot.action.inputs import ActionCommand, Inputs
from bot.action.outputs import ActivityResult
from bot.action.runner_log import RunnerLog
from bot.errors import PermissionDeniedError
from bot.planning import plan_text
from bot.planning.changes import Change
from bot.planning.plan import Plan
from bot.planning.ports import Reader
from bot.progress.path import LearningPath, PathReader
from bot.sync.file_sources import FileSource

if TYPE_CHECKING:
    from bot.sync.publish import DueComment
    from bot.sync.reconcile import Session
    from bot.sync.sync import Sync


class Activities:
    """One path in one repository. Methods raise what reader and gateway raise."""

    def __init__(
        self,
        edges: ActionContext,
        reader: Reader,
        paths: PathReader,
        *,
        given: Inputs,
        log: RunnerLog,
        why: str,
    ) -> None:
        self._edges = edges
        self._reader = reader
        self._paths = paths
        self._given = given
        self._log = log
        self._why = why

    def run(self, what: ActionCommand) -> ActivityResult:
        """The activity of this name; `auto` is none."""
        methods = {
            ActionCommand.PLAN: self.plan,
            ActionCommand.APPLY: self.apply,
            ActionCommand.SYNC: self.sync,
            ActionCommand.WEEKLY: self.weekly,
            ActionCommand.CHECKPOINT: self.checkpoint,
            ActionCommand.BADGE: self.badge,
        }
        return methods[what]()

    def pull(
        self, number: int, places: tuple[FileSource, FileSource], run: str | None
    ) -> ActivityResult:
        """The plan as one comment on a pull request, where that changes the path.

        `places` are the checkout, which the path was read from, and the default branch. `run` is
        the address of this run. The addresses that strangers may have put there are not asked for.
        """
        files = (self._given.config, self._paths.settings.curriculum)
        if (
            not pull_request_comment.changed(files, *places)
            and pull_request_comment.existing_comment(number, self._reader) is None
        ):
            return ActivityResult(
                title="Nothing to do", why="This pull request does not change the path."
            )
        found = self._plan_in_log(check_links=False)
        body = pull_request_comment.comment_body(found, run)
        try:
            outcome: str = pull_request_comment.post_comment(
                number, body, reader=self._reader, gateway=self._edges.gateway
            )
        except PermissionDeniedError as denied:
            # A pull request from a fork runs with a token that only reads.
            outcome = f"not written, for the token may not: {denied.what}"
        return ActivityResult(
            title="Plan",
            why=self._why,
            view=self._view(),
            changes=len(found.changes),
            lines=(f"The comment on pull request {number}: {outcome}.",),
            pages=(plan_text.as_markdown(found),),
        )

    def _view(self) -> LearningPath:
        return self._paths.path(self._reader.snapshot())

    def sync(self) -> ActivityResult:
        """All that is due. Raises RefusedError when it would remove too much."""
        from bot.github.addresses import web_root
        from bot.sync.sync import Sync

        run = Sync(
            self._paths,
            self._reader,
            web=web_root(self._edges.environment.api_url),
            outside=self._edges.outside(self._paths.settings),
        )
        if self._given.dry_run:
            return self._dry_run(run)
        with self._log.group("Writing"):
            done = run.run(
                gateway=self._edges.gateway,
                sleep=self._edges.sleep,
                progress=self._progress,
                allow_removals=self._given.allow_removals,
            )
        posted = [p for p in done.posted if p.outcome.name == "POSTED"]
        changes = done.written + len(posted) + len(done.files.paths)
        lines = [f"{p.what.title}: {p.outcome.value}." for p in done.posted]
        lines += [f"Wrote {path}." for path in done.files.paths]
        return ActivityResult(
            title="The path is up to date again" if changes else "Nothing to change",
            why=self._why,
            view=done.view,
            changes=changes,
            lines=tuple(lines),
            pages=() if done.plan.empty else (plan_text.as_markdown(done.plan),),
        )

    def plan(self) -> ActivityResult:
        """What `apply` would change. Nothing is written."""
        found = self._plan_in_log()
        return ActivityResult(
            title="Plan",
            why=self._why,
            view=self._view(),
            changes=len(found.changes),
            pages=(plan_text.as_markdown(found),),
        )

    def _dry_run(self, run: "Sync") -> ActivityResult:
        seen = run.foresee()
        self._print_plan(seen.plan)
        return ActivityResult(
            title="What a run would do now",
            why=self._why,
            view=self._view(),
            changes=len(seen.plan.changes) + len(seen.due) + len(seen.files.paths),
            lines=tuple(f"Would write {path}" for path in seen.files.paths),
            pages=(plan_text.as_markdown(seen.plan),),
            due=seen.due,
        )

    def _plan_in_log(self, *, check_links: bool = True) -> Plan:
        """The plan, shown in the log."""
        found = self._session(check_links=check_links).plan()
        self._print_plan(found)
        return found

    def _session(self, *, check_links: bool = True) -> "Session":
        from bot.sync.reconcile import Session, planner

        outside = self._edges.outside(self._paths.settings) if check_links else None
        return Session(self._reader, planner(self._paths, self._reader, outside))

    def apply(self) -> ActivityResult:
        """Labels, milestones and issues as the plan says. Raises RefusedError as `sync` does."""
        if self._given.dry_run:
            return self.plan()
        session = self._session()
        found = session.plan()
        self._print_plan(found)
        if not self._given.allow_removals:
            found.check_safe()
        with self._log.group("Writing"):
            written = session.apply(
                found, gateway=self._edges.gateway, sleep=self._edges.sleep, progress=self._progress
            )
        return ActivityResult(
            title="Plan applied" if written else "Nothing to change",
            why=self._why,
            view=self._view(),
            changes=written,
            pages=(plan_text.as_markdown(found),),
        )

    def weekly(self) -> ActivityResult:
        """The summary of the last whole week."""
        from bot.reports.due_weeks import Week
        from bot.sync.due_comments import weekly_comment

        view = self._view()
        week = Week.of(view.today, view.settings.summary.day).before
        return self._publish(view, weekly_comment(view, week))

    def checkpoint(self) -> ActivityResult:
        """The report on the latest checkpoint whose time has come."""
        from bot.reports import checkpoint as reports
        from bot.sync.due_comments import checkpoint_comment

        view = self._view()
        newest = reports.newest_reached(view)
        if newest is None:
            lines = ("No checkpoint's time has come yet.",)
            return ActivityResult(title="Nothing to report", why=self._why, view=view, lines=lines)
        return self._publish(view, checkpoint_comment(view, newest))

    def badge(self) -> ActivityResult:
        """Nothing but what every run leaves: the badge as a file on the runner."""
        return ActivityResult(title="Badge", why=self._why, view=self._view())

    def _publish(self, view: LearningPath, due: "DueComment") -> ActivityResult:
        from bot.sync.publish import Outcome, publish_once

        title = due.title
        if self._given.dry_run:
            return ActivityResult(
                title=f"Would post: {title}", why=self._why, view=view, pages=(due.text,)
            )
        outcome = publish_once(
            due,
            view.observed,
            reader=self._reader,
            gateway=self._edges.gateway,
            sleep=self._edges.sleep,
        )
        return ActivityResult(
            title=title,
            why=self._why,
            view=view,
            changes=int(outcome is Outcome.POSTED),
            lines=(f"{title}: {outcome.value}.",),
            pages=(due.text,),
        )

    def _print_plan(self, plan: Plan) -> None:
        with self._log.group("Plan"):
            self._log.write(plan_text.as_text(plan))

    def _progress(self, done: int, total: int, change: Change) -> None:
        line = change.describe()
        self._log.write(f"[{done + 1}/{total}] {line.sign} {line.kind} {line.title}")
