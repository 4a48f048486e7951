"""The activities of the Action: each calls bot/sync and returns what it did."""

from typing import TYPE_CHECKING, Any

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


class Activities:
    """The activities for one path. Methods raise what reader and gateway raise."""

    def __init__(
        self,
        context: ActionContext,
        reader: Reader,
        paths: PathReader,
        inputs: Inputs,
        log: RunnerLog,
    ) -> None:
        self._context = context
        self._reader = reader
        self._paths = paths
        self._inputs = inputs
        self._log = log

    def run(self, what: ActionCommand) -> ActivityResult:
        """Run the activity of this name; `auto` is none."""
        methods = {
            ActionCommand.PLAN: self.plan,
            ActionCommand.APPLY: self.apply,
            ActionCommand.SYNC: self.sync,
            ActionCommand.WEEKLY: self.weekly,
            ActionCommand.CHECKPOINT: self.checkpoint,
            ActionCommand.BADGE: self.badge,
        }
        return methods[what]()

    def pull(self, number: int, checkout: FileSource, default: FileSource) -> ActivityResult:
        """Post the plan as one comment on a pull request, where that changes the path.

        The path was read from the checkout. Links that strangers may have put there are not
        looked up.
        """
        files = (self._inputs.config, self._paths.settings.curriculum)
        if (
            not pull_request_comment.changed(files, checkout, default)
            and pull_request_comment.existing_comment(number, self._reader) is None
        ):
            return ActivityResult(
                title="Nothing to do", why="This pull request does not change the path."
            )
        plan = self._print_plan(self._session(check_links=False).plan())
        body = pull_request_comment.comment_body(plan, self._context.run_url)
        try:
            outcome: str = pull_request_comment.post_comment(
                number, body, reader=self._reader, gateway=self._context.gateway
            )
        except PermissionDeniedError as denied:
            # A pull request from a fork runs with a token that only reads.
            outcome = f"not written, for the token may not: {denied.what}"
        lines = (f"The comment on pull request {number}: {outcome}.",)
        return self._result("Plan", plan, changes=len(plan.changes), lines=lines)

    def plan(self) -> ActivityResult:
        """Show what `apply` would change. Nothing is written."""
        plan = self._print_plan(self._session().plan())
        return self._result("Plan", plan, changes=len(plan.changes))

    def apply(self) -> ActivityResult:
        """Write labels, milestones and issues as planned. Raises RefusedError as `sync` does."""
        if self._inputs.dry_run:
            return self.plan()
        session = self._session()
        plan = self._print_plan(session.plan())
        if not self._inputs.allow_removals:
            plan.check_safe()
        with self._log.group("Writing"):
            written = session.apply(
                plan,
                gateway=self._context.gateway,
                sleep=self._context.sleep,
                progress=self._progress,
            )
        title = "Plan applied" if written else "Nothing to change"
        return self._result(title, plan, changes=written)

    def sync(self) -> ActivityResult:
        """Do all that is due. Raises RefusedError when it would remove too much."""
        sync = self._context.sync(self._paths, self._reader)
        if self._inputs.dry_run:
            seen = sync.foresee()
            return self._result(
                "What a run would do now",
                self._print_plan(seen.plan),
                changes=len(seen.plan.changes) + len(seen.due) + len(seen.files.paths),
                lines=tuple(f"Would write {path}" for path in seen.files.paths),
                due=seen.due,
            )
        with self._log.group("Writing"):
            done = sync.run(
                gateway=self._context.gateway,
                sleep=self._context.sleep,
                progress=self._progress,
                allow_removals=self._inputs.allow_removals,
            )
        posted = [p for p in done.posted if p.outcome.name == "POSTED"]
        changes = done.written + len(posted) + len(done.files.paths)
        lines = [f"{p.what.title}: {p.outcome.value}." for p in done.posted]
        lines += [f"Wrote {path}." for path in done.files.paths]
        return ActivityResult(
            title="The path is up to date again" if changes else "Nothing to change",
            view=done.view,
            changes=changes,
            lines=tuple(lines),
            pages=() if done.plan.empty else (plan_text.as_markdown(done.plan),),
        )

    def weekly(self) -> ActivityResult:
        """Post the summary of the last whole week, none of a week before the path's first."""
        from bot.reports.due_weeks import Week, first_week
        from bot.sync.due_comments import weekly_comment

        view = self._view()
        week = Week.of(view.today, view.settings.summary.day).before
        if week.first < first_week(view).first:
            lines = (f"The path starts on {view.dates.first}: no week of it is over yet.",)
            return ActivityResult(title="Nothing to report", view=view, lines=lines)
        return self._publish(view, weekly_comment(view, week))

    def checkpoint(self) -> ActivityResult:
        """Post the report on the latest checkpoint whose time has come."""
        from bot.reports import checkpoint as reports
        from bot.sync.due_comments import checkpoint_comment

        view = self._view()
        newest = reports.newest_reached(view)
        if newest is None:
            lines = ("No checkpoint's time has come yet.",)
            return ActivityResult(title="Nothing to report", view=view, lines=lines)
        return self._publish(view, checkpoint_comment(view, newest))

    def badge(self) -> ActivityResult:
        """Do nothing but what every run does at its end: draw the badge on the runner."""
        return ActivityResult(title="Badge", view=self._view())

    def _publish(self, view: LearningPath, due: "DueComment") -> ActivityResult:
        from bot.sync.publish import Outcome, publish_once

        title, pages = due.title, (due.text,)
        if self._inputs.dry_run:
            return ActivityResult(title=f"Would post: {title}", view=view, pages=pages)
        outcome = publish_once(
            due,
            view.observed,
            reader=self._reader,
            gateway=self._context.gateway,
            sleep=self._context.sleep,
        )
        return ActivityResult(
            title=title,
            view=view,
            changes=int(outcome is Outcome.POSTED),
            lines=(f"{title}: {outcome.value}.",),
            pages=pages,
        )

    def _view(self) -> LearningPath:
        return self._paths.path(self._reader.snapshot())

    def _result(self, title: str, plan: Plan, **fields: Any) -> ActivityResult:
        pages = (plan_text.as_markdown(plan),)
        return ActivityResult(title=title, view=self._view(), pages=pages, **fields)

    def _session(self, *, check_links: bool = True) -> "Session":
        from bot.sync.reconcile import Session, planner

        outside = self._context.outside(self._paths.settings) if check_links else None
        return Session(self._reader, planner(self._paths, self._reader, outside))

    def _print_plan(self, plan: Plan) -> Plan:
        with self._log.group("Plan"):
            self._log.write(plan_text.as_text(plan))
        return plan

    def _progress(self, done: int, total: int, change: Change) -> None:
        line = change.describe()
        self._log.write(f"[{done + 1}/{total}] {line.sign} {line.kind} {line.title}")
