"""Reconciles a repository: read, run commands, plan, apply. A person can look in between.

A run that has nothing to write never opens the gateway, and so never pays for loading it.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date

from bot.planning.changes import Change, CreateIssue, UpdateIssue
from bot.planning.desired_state import SUMMARY_KEY, ReportTexts, desired_state
from bot.planning.diff import make_plan, with_command_changes
from bot.planning.marker import Key
from bot.planning.path import PlannedPath
from bot.planning.plan import Plan
from bot.planning.ports import Gateway, Reader
from bot.planning.snapshot import Snapshot
from bot.progress.command import Command
from bot.progress.command_log import AcceptedCommand
from bot.progress.journal import closings
from bot.progress.path import LearningPath, PathReader
from bot.reports import dashboard
from bot.reports.assessment import assessment_issues
from bot.reports.reflection import reflection_issues
from bot.reports.weekly import older_weeks, weekly_issues
from bot.sync.apply import ApplyHooks, Progress, apply
from bot.sync.comment_inbox import CommentInbox, read_inbox
from bot.sync.evidence import LinkLookup, gather
from bot.sync.publish import keys_of
from bot.sync.run_commands import run_commands

Planner = Callable[[Snapshot], Plan]

ROUNDS = 3
REPORTS = frozenset({"weekly", "report"})


class Session:
    """One repository, one planner: plans, then writes."""

    def __init__(self, reader: Reader, planner: Planner) -> None:
        self._reader = reader
        self._planner = planner
        self._snapshot: Snapshot | None = None

    @property
    def snapshot(self) -> Snapshot:
        """Return the repository as it was last read."""
        if self._snapshot is None:
            self._snapshot = self._reader.snapshot()
        return self._snapshot

    def reload(self) -> None:
        """Forget what was read."""
        self._snapshot = None

    def plan(self) -> Plan:
        """Read the repository and return what would change."""
        self._snapshot = self._reader.snapshot()
        return self._planner(self._snapshot)

    def apply(
        self,
        plan: Plan,
        *,
        gateway: Callable[[], Gateway],
        sleep: Callable[[float], None],
        progress: Progress,
    ) -> int:
        """Write a plan of `plan()`; returns the number of changes written.

        The dashboard links to issues by number, so once some were made, opened or renamed, it plans
        again and writes what follows from that.
        """
        written = 0
        for _ in range(ROUNDS):
            if plan.empty:
                break
            written += apply(
                plan,
                self.snapshot,
                replan=self._planner,
                reader=self._reader,
                gateway=gateway(),
                hooks=ApplyHooks(sleep, progress),
            )
            if not any(map(_on_dashboard, plan.changes)):
                break
            plan = self.plan()
        return written


def _on_dashboard(change: Change) -> bool:
    """Return whether the dashboard may change after this change."""
    return isinstance(change, CreateIssue) or (
        isinstance(change, UpdateIssue)
        and change.key != SUMMARY_KEY
        and not {"state", "title"}.isdisjoint(change.fields)
    )


def planner(
    paths: PathReader,
    reader: Reader,
    outside: LinkLookup | None = None,
    *,
    extra_commands: tuple[Command, ...] = (),
    made: Collection[Key] = (),
) -> Planner:
    """Return a planner of the path that `paths` reads.

    `outside` looks up links outside GitHub. `extra_commands` run as if written on the summary
    issue. `made` are keys for the ledger of what was written elsewhere; each plan reads it anew.
    Raises ConfigError or CurriculumError at once, before anything is read from GitHub; the planner
    raises what `reader` raises.
    """
    PlannedPath.at_start(paths.curriculum, paths.settings).check_settings()

    def plan(snapshot: Snapshot) -> Plan:
        before = paths.path(snapshot)
        inbox = read_inbox(reader, before.observed)
        evidence = gather(before, reader, inbox.comments, outside)
        noted = (*evidence, *_accepted(before, extra_commands))
        commands = run_commands(before, inbox, noted)
        path = commands.path
        written = texts(
            path,
            reported=_posted_reports(inbox) | frozenset(made),
            # Marks come last. Cut off before them, the next run must read the same comments; and
            # without a summary issue none were read.
            seen=None if commands.last or SUMMARY_KEY not in before.observed.issues else path.today,
        )
        first = (*commands.first, *closings(path.observed), *older_weeks(path.observed))
        wanted = make_plan(desired_state(path, written), path.observed)
        return with_command_changes(first, wanted, commands.last)

    return plan


def texts(
    path: LearningPath, *, reported: frozenset[Key] = frozenset(), seen: date | None = None
) -> ReportTexts:
    """Return the texts of the path.

    `reported` are keys of reports that are posted, `seen` is the day up to which comments are done.
    """
    return ReportTexts(
        dashboard=dashboard.as_markdown(dashboard.dashboard(path)),
        issues=(*assessment_issues(path), *reflection_issues(path), *weekly_issues(path)),
        seen=seen,
        reported=reported,
    )


def _posted_reports(inbox: CommentInbox) -> frozenset[Key]:
    return frozenset(k for k in keys_of(inbox.comments) if k.partition(":")[0] in REPORTS)


def _accepted(path: LearningPath, commands: tuple[Command, ...]) -> Iterator[AcceptedCommand]:
    summary = path.observed.issues.get(SUMMARY_KEY)
    if summary is not None:
        for command in commands:
            yield AcceptedCommand(
                command=command,
                comment=0,
                issue=summary.state.number,
                key=SUMMARY_KEY,
                at=path.now,
                by="milepost",
            )
