"""reconcile = read, obey, plan, apply. Each step stands alone, so a person can look in between.

The clock, the reader and the way to get a gateway are arguments. A run that has nothing to write
never asks for the gateway, and so never pays for loading it.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date

from bot.planning.changes import Change, CreateIssue, UpdateIssue
from bot.planning.desired_state import SUMMARY_KEY, ReportTexts, check_settings, desired_state
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
    """One repository, one planner: look at what is to be done, then do it."""

    def __init__(self, reader: Reader, planner: Planner) -> None:
        self._reader = reader
        self._planner = planner
        self._snapshot: Snapshot | None = None

    @property
    def snapshot(self) -> Snapshot:
        """The repository as it was last read."""
        if self._snapshot is None:
            self._snapshot = self._reader.snapshot()
        return self._snapshot

    def reload(self) -> None:
        """Forget what was read: the next look asks."""
        self._snapshot = None

    def plan(self) -> Plan:
        """Read the repository and say what would change."""
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
        """Write `plan`, which `plan()` gave; returns the number of changes written.

        The dashboard tells of issues and links to them by number, so once some were made, opened or
        renamed it looks again and writes what follows from that.
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
            if not any(_shows(change) for change in plan.changes):
                break
            plan = self.plan()
        return written


def _shows(change: Change) -> bool:
    """Whether the dashboard may say something else afterwards than was planned with it."""
    if isinstance(change, CreateIssue):
        return True
    shown = {"state", "title"}
    return (
        isinstance(change, UpdateIssue)
        and change.key != SUMMARY_KEY
        and not shown.isdisjoint(change.fields)
    )


def planner(
    paths: PathReader,
    reader: Reader,
    outside: LinkLookup | None = None,
    *,
    extra_commands: tuple[Command, ...] = (),
    made: Collection[Key] = (),
) -> Planner:
    """How to plan the path that `paths` reads.

    `outside` looks up addresses that are not GitHub's. `extra_commands` is what the person who runs
    it wants besides, said of the summary issue. `made` are keys of things written elsewhere, to
    remember; it is looked at anew for each plan. Raises ConfigError or CurriculumError at once,
    before anything is read from GitHub; the planner raises what `reader` raises.
    """
    check_settings(PlannedPath.at_start(paths.curriculum, paths.settings))

    def plan(snapshot: Snapshot) -> Plan:
        before = paths.path(snapshot)
        inbox = read_inbox(reader, before.observed)
        noted = (
            *gather(before, reader, inbox.comments, outside),
            *_accepted(before, extra_commands),
        )
        commands = run_commands(before, inbox, noted)
        path = commands.path
        written = texts(
            path,
            reported=_reported(inbox) | frozenset(made),
            # Marks come last. Cut off before them, the next run must ask for the same comments; and
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
    """What is written from the path.

    `reported` are keys of what is known to stand, `seen` is the day up to which comments are dealt
    with.
    """
    return ReportTexts(
        dashboard=dashboard.as_markdown(dashboard.dashboard(path)),
        issues=(*assessment_issues(path), *reflection_issues(path), *weekly_issues(path)),
        seen=seen,
        reported=reported,
    )


def _reported(inbox: CommentInbox) -> frozenset[Key]:
    """The reports among the comments that were read."""
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
