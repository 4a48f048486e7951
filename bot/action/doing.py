"""The activities: each does its thing with a use case, and says what it did."""

from typing import TYPE_CHECKING

from bot.action import pull
from bot.action.edges import Edges
from bot.action.inputs import Command, Inputs
from bot.action.runner import Log
from bot.action.told import Done
from bot.errors import PermissionDeniedError
from bot.planning import printing
from bot.planning.changes import Change, Plan
from bot.planning.ports import Reader
from bot.progress.path import LearningPath, PathReader
from bot.usecases.sources import Source

if TYPE_CHECKING:
    from bot.usecases.publish import DueComment
    from bot.usecases.reconcile import Session
    from bot.usecases.sync import Sync


class Doing:
    """One path in one repository. Methods raise what reader and gateway raise."""

    def __init__(
        self,
        edges: Edges,
        reader: Reader,
        paths: PathReader,
        *,
        given: Inputs,
        log: Log,
        why: str,
    ) -> None:
        self._edges = edges
        self._reader = reader
        self._paths = paths
        self._given = given
        self._log = log
        self._why = why

    def do(self, what: Command) -> Done:
        """The activity of this name; `auto` is none."""
        deeds = {
            Command.PLAN: self.plan,
            Command.APPLY: self.apply,
            Command.SYNC: self.sync,
            Command.WEEKLY: self.weekly,
            Command.CHECKPOINT: self.checkpoint,
            Command.BADGE: self.badge,
        }
        return deeds[what]()

    def pull(self, number: int, places: tuple[Source, Source], run: str | None) -> Done:
        """The plan as one comment on a pull request, where that changes the path.

        `places` are the checkout, which the path was read from, and the default branch. `run` is
        the address of this run. The addresses that strangers may have put there are not asked for.
        """
        files = (self._given.config, self._paths.settings.curriculum)
        if not pull.touched(files, *places) and pull.standing(number, self._reader) is None:
            return Done(title="Nothing to do", why="This pull request does not change the path.")
        found = self._planned(ask_outside=False)
        body = pull.comment(found, run)
        try:
            outcome: str = pull.post(
                number,
                body,
                reader=self._reader,
                gateway=self._edges.gateway,
            )
        except PermissionDeniedError as denied:
            # A pull request from a fork runs with a token that only reads.
            outcome = f"not written, for the token may not: {denied.what}"
        return Done(
            title="Plan",
            why=self._why,
            view=self._view(),
            changes=len(found.changes),
            lines=(f"The comment on pull request {number}: {outcome}.",),
            pages=(printing.as_markdown(found),),
        )

    def _view(self) -> LearningPath:
        return self._paths.path(self._reader.snapshot())

    def sync(self) -> Done:
        """All that is due. Raises RefusedError when it would remove too much."""
        from bot.github.addresses import web_root
        from bot.usecases.sync import Sync

        run = Sync(
            self._paths,
            self._reader,
            web=web_root(self._edges.environment.api_url),
            outside=self._edges.outside(self._paths.settings),
        )
        if self._given.dry_run:
            return self._foretold(run)
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
        return Done(
            title="The path is up to date again" if changes else "Nothing to change",
            why=self._why,
            view=done.view,
            changes=changes,
            lines=tuple(lines),
            pages=() if done.plan.empty else (printing.as_markdown(done.plan),),
        )

    def plan(self) -> Done:
        """What `apply` would change. Nothing is written."""
        found = self._planned()
        return Done(
            title="Plan",
            why=self._why,
            view=self._view(),
            changes=len(found.changes),
            pages=(printing.as_markdown(found),),
        )

    def _foretold(self, run: "Sync") -> Done:
        seen = run.foresee()
        self._show(seen.plan)
        return Done(
            title="What a run would do now",
            why=self._why,
            view=self._view(),
            changes=len(seen.plan.changes) + len(seen.due) + len(seen.files.paths),
            lines=tuple(f"Would write {path}" for path in seen.files.paths),
            pages=(printing.as_markdown(seen.plan),),
            due=seen.due,
        )

    def _planned(self, *, ask_outside: bool = True) -> Plan:
        """The plan, shown in the log."""
        found = self._session(ask_outside=ask_outside).plan()
        self._show(found)
        return found

    def _session(self, *, ask_outside: bool = True) -> "Session":
        from bot.usecases.reconcile import Session, planner

        outside = self._edges.outside(self._paths.settings) if ask_outside else None
        return Session(self._reader, planner(self._paths, self._reader, outside))

    def apply(self) -> Done:
        """Labels, milestones and issues as the plan says. Raises RefusedError as `sync` does."""
        if self._given.dry_run:
            return self.plan()
        session = self._session()
        found = session.plan()
        self._show(found)
        if not self._given.allow_removals:
            found.check_safe()
        with self._log.group("Writing"):
            written = session.apply(
                found,
                gateway=self._edges.gateway,
                sleep=self._edges.sleep,
                progress=self._progress,
            )
        return Done(
            title="Plan applied" if written else "Nothing to change",
            why=self._why,
            view=self._view(),
            changes=written,
            pages=(printing.as_markdown(found),),
        )

    def weekly(self) -> Done:
        """The summary of the last whole week."""
        from bot.reports import weekly as reports
        from bot.usecases.due_comments import weekly_comment

        view = self._view()
        week = reports.Week.of(view.today, view.settings.summary.day).before
        return self._publish(view, weekly_comment(view, week))

    def checkpoint(self) -> Done:
        """The report on the latest checkpoint whose time has come."""
        from bot.reports import checkpoint as reports
        from bot.usecases.due_comments import checkpoint_comment

        view = self._view()
        newest = reports.newest_reached(view)
        if newest is None:
            lines = ("No checkpoint's time has come yet.",)
            return Done(title="Nothing to report", why=self._why, view=view, lines=lines)
        return self._publish(view, checkpoint_comment(view, newest))

    def badge(self) -> Done:
        """Nothing but what every run leaves: the badge as a file on the runner."""
        return Done(title="Badge", why=self._why, view=self._view())

    def _publish(self, view: LearningPath, due: "DueComment") -> Done:
        from bot.usecases.publish import Outcome, publish_once

        title = due.title
        if self._given.dry_run:
            return Done(title=f"Would post: {title}", why=self._why, view=view, pages=(due.text,))
        outcome = publish_once(
            due,
            view.observed,
            reader=self._reader,
            gateway=self._edges.gateway,
            sleep=self._edges.sleep,
        )
        return Done(
            title=title,
            why=self._why,
            view=view,
            changes=int(outcome is Outcome.POSTED),
            lines=(f"{title}: {outcome.value}.",),
            pages=(due.text,),
        )

    def _show(self, plan: Plan) -> None:
        with self._log.group("Plan"):
            self._log.say(printing.as_text(plan))

    def _progress(self, done: int, total: int, change: Change) -> None:
        line = change.describe()
        self._log.say(f"[{done + 1}/{total}] {line.sign} {line.kind} {line.title}")
