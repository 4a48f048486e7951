"""The activities of the Action: each calls bot/sync and returns what it did."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from bot import templating
from bot.action.context import ActionContext
from bot.action.inputs import ActionCommand, Inputs
from bot.action.outputs import ActivityResult
from bot.action.runner_log import RunnerLog
from bot.errors import PermissionDeniedError, UncertainWriteError
from bot.i18n import format_date, gettext_noop, set_language
from bot.i18n import gettext as _
from bot.planning import plan_text
from bot.planning.backlinks import without_backlinks
from bot.planning.changes import Change, CreateComment, UpdateComment
from bot.planning.marker import Key, Marker, digest, find, normalized, wrap
from bot.planning.plan import Plan
from bot.planning.ports import Gateway, Reader
from bot.planning.refusals import Refusals, sentences
from bot.planning.snapshot import CommentState
from bot.progress.path import LearningPath, PathReader
from bot.sync.file_sources import FileSource

if TYPE_CHECKING:
    from bot.sync.publish import DueComment
    from bot.sync.publish import Outcome as PublishOutcome
    from bot.sync.reconcile import Session

KEY: Key = "plan:pull-request"
MOST = 60_000  # characters of a comment; GitHub holds 65,536

# What became of the comment on a pull request.
Outcome = Literal["posted", "updated", "unchanged"]
_OUTCOMES: dict[Outcome, str] = {
    "posted": gettext_noop("Posted the plan on pull request %(number)s."),
    "updated": gettext_noop("Updated the plan on pull request %(number)s."),
    "unchanged": gettext_noop("The plan on pull request %(number)s is still the same."),
}


def changed(paths: tuple[str, ...], here: FileSource, there: FileSource) -> bool:
    """Return whether one of these files differs between the sources, but for line ends."""
    return any(_lines(here.read(path)) != _lines(there.read(path)) for path in paths)


def existing_comment(number: int, reader: Reader) -> CommentState | None:
    """Return our comment on this pull request; anybody else's copy does not count."""
    ours = reader.viewer()
    for comment in reader.comments(number, fresh=True):
        marked = find(comment.body) if comment.author_id == ours else None
        if marked is not None and marked.marker.key == KEY:
            return comment
    return None


def comment_body(plan: Plan, run: str | None) -> str:
    """Return the comment's body. `run` is the URL of the run, which holds a plan that is too long.

    The marker's hash is of the plan alone: another run with the same plan says nothing new.
    """
    plan_markdown = plan_text.as_markdown(plan)
    values = {
        "plan": plan_markdown if len(plan_markdown) <= MOST else None,
        "closing": plan_text.closing(plan),
    }
    text = templating.render("action-pull.md.j2", run=run, **values)
    text = without_backlinks(text, plan.repository)
    return wrap(text, Marker(key=KEY, title="", body=digest(normalized(plan_markdown))))


def post_comment(
    number: int, body: str, *, reader: Reader, gateway: Callable[[], Gateway]
) -> Outcome:
    """Post this one comment, or edit it. Raises what reader and gateway raise."""
    there = existing_comment(number, reader)
    if there is None:
        try:
            gateway().write(CreateComment(key=KEY, number=number, title="", body=body))
        except UncertainWriteError:
            if existing_comment(number, reader) is None:
                raise
        return "posted"
    if _plan(there.body) == _plan(body):
        return "unchanged"
    gateway().write(UpdateComment(comment=there.id, body=body))
    return "updated"


def _plan(body: str) -> str | None:
    marked = find(body)
    return marked.marker.body if marked else None


def _lines(content: bytes | None) -> bytes | None:
    return None if content is None else content.replace(b"\r\n", b"\n")


def _outcome_line(title: str, outcome: "PublishOutcome") -> str:
    return _("%(title)s: %(outcome)s", title=title, outcome=_(outcome.value))


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
        if not changed(files, checkout, default) and existing_comment(number, self._reader) is None:
            why = _("This pull request doesn't change the path.")
            return ActivityResult(title=_("Nothing to do"), why=why)
        plan = self._print_plan(self._session(check_links=False).plan())
        body = comment_body(plan, self._context.run_url)
        try:
            done = post_comment(number, body, reader=self._reader, gateway=self._context.gateway)
            line = _(_OUTCOMES[done], number=number)
        except PermissionDeniedError as denied:
            # A pull request from a fork runs with a token that only reads.
            why = denied.what
            line = _("Couldn't comment on pull request %(number)s: %(why)s", number=number, why=why)
        return self._result(_("Plan"), plan, changes=len(plan.changes), lines=(line,))

    def plan(self) -> ActivityResult:
        """Show what `apply` would change. Nothing is written."""
        plan = self._print_plan(self._session().plan())
        return self._result(_("Plan"), plan, changes=len(plan.changes))

    def apply(self) -> ActivityResult:
        """Write labels, milestones and issues as planned. Raises RefusedError as `sync` does."""
        if self._inputs.dry_run:
            return self.plan()
        session = self._session()
        plan = self._print_plan(session.plan())
        if not self._inputs.allow_removals:
            plan.check_safe()
        with self._log.group("Writing"):
            written = session.apply(plan, self._context.write_context(self._progress))
        title = _("Plan applied") if written else _("Nothing to change")
        lines = self._report_refusals(session.refusals)
        return self._result(title, plan, changes=written, lines=lines)

    def sync(self) -> ActivityResult:
        """Do all that is due. Raises RefusedError when it would remove too much."""
        sync = self._context.sync(self._paths, self._reader)
        if self._inputs.dry_run:
            seen = sync.foresee()
            plan = self._print_plan(seen.plan)
            return self._result(
                _("What a run would do now"),
                plan,
                changes=len(seen.plan.changes) + len(seen.due) + len(seen.files.paths),
                lines=(
                    *(_("Would write %(file)s", file=path) for path in seen.files.paths),
                    *seen.files.notes,
                ),
                due=seen.due,
            )
        with self._log.group("Writing"):
            context = self._context.write_context(self._progress)
            done = sync.run(context, allow_removals=self._inputs.allow_removals)
        set_language(done.path.language)
        posted = [p for p in done.posted if p.outcome.name == "POSTED"]
        changes = done.written + len(posted) + len(done.files.paths)
        lines = [_outcome_line(p.what.title, p.outcome) for p in done.posted]
        lines += [*(_("Wrote %(file)s", file=path) for path in done.files.paths), *done.files.notes]
        lines += self._report_refusals(done.refused)
        return ActivityResult(
            title=_("Your path is up to date") if changes else _("Nothing to change"),
            path=done.path,
            changes=changes,
            lines=tuple(lines),
            pages=() if done.plan.empty else (plan_text.as_markdown(done.plan),),
        )

    def _report_refusals(self, refusals: Refusals) -> tuple[str, ...]:
        """Warn once of what GitHub refused; the job stays green. Returns a sentence for each."""
        found = sentences(refusals)
        if found:
            title = _("Part of the path couldn't be written")
            self._log.command("warning", " ".join(found), title=title)
        return found

    def weekly(self) -> ActivityResult:
        """Post the summary of the last whole week, none of a week before the path's first."""
        from bot.reports.due_weeks import Week, first_week
        from bot.sync.sync import weekly_comment

        path = self._path()
        week = Week.of(path.today, path.settings.summary.day).before
        if week.first < first_week(path).first:
            day = format_date(path.dates.first)
            lines = (_("Your path starts on %(day)s. Its first week isn't over yet.", day=day),)
            return ActivityResult(title=_("Nothing to report"), path=path, lines=lines)
        return self._publish(path, weekly_comment(path, week))

    def checkpoint(self) -> ActivityResult:
        """Post the report on the latest checkpoint whose time has come."""
        from bot.reports.due_checkpoints import newest_reached
        from bot.sync.sync import checkpoint_comment

        path = self._path()
        newest = newest_reached(path)
        if newest is None:
            lines = (_("You haven't reached a checkpoint yet."),)
            return ActivityResult(title=_("Nothing to report"), path=path, lines=lines)
        return self._publish(path, checkpoint_comment(path, newest))

    def badge(self) -> ActivityResult:
        """Do nothing but what every run does at its end: draw the badge on the runner."""
        return ActivityResult(title=_("Badge"), path=self._path())

    def _publish(self, path: LearningPath, due: "DueComment") -> ActivityResult:
        from bot.sync.publish import Outcome, publish_once

        title, pages = due.title, (due.text,)
        if self._inputs.dry_run:
            return ActivityResult(
                title=_("Would post: %(title)s", title=title), path=path, pages=pages
            )
        context = self._context.write_context()
        outcome = publish_once(due, path.observed, self._reader, context)
        return ActivityResult(
            title=title,
            path=path,
            changes=int(outcome is Outcome.POSTED),
            lines=(_outcome_line(title, outcome),),
            pages=pages,
        )

    def _path(self) -> LearningPath:
        path = self._paths.path(self._reader.snapshot())
        set_language(path.language)  # the job's page is for its learner
        return path

    def _result(self, title: str, plan: Plan, **fields: Any) -> ActivityResult:
        pages = (plan_text.as_markdown(plan),)
        return ActivityResult(title=title, path=self._path(), pages=pages, **fields)

    def _session(self, *, check_links: bool = True) -> "Session":
        from bot.sync.reconcile import open_session

        outside = self._context.outside(self._paths.settings) if check_links else None
        return open_session(self._paths, self._reader, outside)

    def _print_plan(self, plan: Plan) -> Plan:
        set_language(plan.language)  # the job's page is for its learner
        with self._log.group("Plan"):
            self._log.write(plan_text.as_text(plan))
        return plan

    def _progress(self, done: int, total: int, change: Change) -> None:
        line = change.describe()
        self._log.write(f"[{done + 1}/{total}] {line.sign} {line.name}")
