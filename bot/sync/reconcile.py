"""Reconciles a repository: read, run commands, plan, apply. A person can look in between.

A run that has nothing to write never opens the gateway, and so never pays for loading it.
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from bot.i18n import format_weekday, use_language
from bot.i18n import gettext as _
from bot.planning.changes import Change, CreateIssue, UpdateIssue
from bot.planning.daily_workflow import enabling
from bot.planning.desired_state import SUMMARY_KEY, ReportTexts, desired_state
from bot.planning.diff import make_plan, with_command_changes
from bot.planning.ledger import Ledger, RefusedChange
from bot.planning.marker import Key
from bot.planning.plan import Note, Plan
from bot.planning.ports import Reader
from bot.planning.refusals import HeldChanges, Refusals, Refused, are_given_up, noted
from bot.planning.snapshot import Snapshot
from bot.progress.command import Command
from bot.progress.command_log import AcceptedCommand
from bot.progress.journal import closings
from bot.progress.path import LearningPath, PathReader
from bot.reports import dashboard
from bot.reports.assessment import assessment_issues
from bot.reports.due_checkpoints import is_reached
from bot.reports.reflection import reflection_issues
from bot.reports.report_day import on_report_day
from bot.reports.side_issues import event_issues, goal_issues
from bot.reports.weekly import older_weeks, weekly_issues
from bot.sync.apply import WriteContext, apply
from bot.sync.checks import CheckRunner
from bot.sync.comment_inbox import CommentInbox, read_inbox
from bot.sync.evidence import OURSELVES, Answers, LinkLookup, gather
from bot.sync.publish import keys_of
from bot.sync.run_commands import CommandChanges, run_commands

Planner = Callable[[Snapshot], Plan]

ROUNDS = 3
REPORTS = frozenset({"weekly", "report", "finish"})


class RunRecord(NamedTuple):
    """What a run wrote and GitHub refused outside of plans, for its next plan.

    `made` are keys for the ledger, `settled` the identities of earlier refusals that nothing asks
    for any more.
    """

    made: set[Key]
    refused: list[Refused]
    settled: set[str]

    def refusals(self, ledger: Ledger, today: date) -> dict[str, RefusedChange]:
        """Return what GitHub has not taken so far, on the learner's day `today`."""
        found = noted(ledger.refused, self.refused, today)
        return {name: one for name, one in found.items() if name not in self.settled}


class Session:
    """One repository, one planner: plans, then writes."""

    def __init__(
        self, reader: Reader, planner: Planner, refused: list[Refused] | None = None
    ) -> None:
        self._reader = reader
        self._planner = planner
        self._snapshot: Snapshot | None = None
        self._signed_in = False
        self._refused = refused if refused is not None else []

    @property
    def snapshot(self) -> Snapshot:
        """Return the repository as it was last read."""
        if self._snapshot is None:
            self._snapshot = self._reader.snapshot()
        return self._snapshot

    @property
    def refusals(self) -> Refusals:
        """Return what GitHub did not take since this session began."""
        return noted({}, self._refused, date.min)

    def reload(self) -> None:
        """Forget what was read."""
        self._snapshot = None

    def plan(self) -> Plan:
        """Read the repository and return what would change."""
        self._snapshot = self._reader.snapshot()
        return self._planner(self._snapshot)

    def sign_in(self, plan: Plan) -> Plan:
        """Find out which account writes; return the plan that puts it on record.

        That comes first: what an account wrote that is not on record is not known again.
        """
        viewer = None if self._signed_in else self._reader.viewer()
        self._signed_in = True
        if viewer is None:
            return plan
        trust = self.snapshot.trust
        known = {"viewer": viewer, "accounts": trust.accounts | {viewer}}
        update = {"trust": trust.model_copy(update=known)}
        self._snapshot = self.snapshot.model_copy(update=update)
        return self._planner(self._snapshot)

    def apply(self, plan: Plan, context: WriteContext) -> int:
        """Write a plan of `plan()`; returns the number of changes written.

        The dashboard links to issues by number, so once some were made, opened or renamed, it plans
        again and writes what follows from that.
        """
        with use_language(plan.language):  # GitHub's refusals are noted in it, for the dashboard
            return self._apply(plan, context)

    def _apply(self, plan: Plan, context: WriteContext) -> int:
        written = 0
        if not plan.empty:
            plan = self.sign_in(plan)
        for _round in range(ROUNDS):
            if plan.empty:
                break
            refused = len(self._refused)
            written += apply(
                plan,
                self.snapshot,
                replan=self._planner,
                reader=self._reader,
                context=context,
                refused=self._refused,
            )
            follows = plan.retries or len(self._refused) > refused
            if not (follows or any(map(_on_dashboard, plan.changes))):
                break
            plan = self.plan()
        return written


def _on_dashboard(change: Change) -> bool:
    return isinstance(change, CreateIssue) or (
        isinstance(change, UpdateIssue)
        and change.key != SUMMARY_KEY
        and not {"state", "title"}.isdisjoint(change.fields)
    )


def open_session(
    paths: PathReader,
    reader: Reader,
    outside: LinkLookup | None = None,
    *,
    extra_commands: tuple[Command, ...] = (),
    record: RunRecord | None = None,
) -> Session:
    """Return a session on the path that `paths` reads; what GitHub refuses goes to `record`.

    `outside` looks up links outside GitHub. `extra_commands` run as if written on the summary
    issue. A run that posts summaries and reports gives a `record`, which each plan reads anew.
    Raises ConfigError or CurriculumError at once, before anything is read from GitHub; planning
    raises what `reader` raises.
    """
    done = record or RunRecord(set(), [], set())
    checks = CheckRunner(reader, outside, before_reports=record is not None)
    paths.check_settings()
    planner = _PathPlanner(paths, reader, outside, checks, extra_commands, done, Answers())
    return Session(reader, planner.plan, done.refused)


class _PathPlanner(NamedTuple):
    """Plans for each snapshot of one repository; see `open_session`."""

    paths: PathReader
    reader: Reader
    outside: LinkLookup | None
    checks: CheckRunner
    extra_commands: tuple[Command, ...]
    done: RunRecord
    links: Answers

    def plan(self, snapshot: Snapshot) -> Plan:
        before = self.paths.path(snapshot)
        with use_language(before.language):
            return self._plan_from(before, snapshot)

    def _run_commands(self, before: LearningPath, inbox: CommentInbox) -> CommandChanges:
        evidence = gather(before, self.reader, inbox.comments, self.outside, self.links)
        extra = tuple(
            AcceptedCommand(command=command, key=SUMMARY_KEY, at=before.now, by=OURSELVES)
            for command in self.extra_commands
        )
        noted = (*evidence, *extra)
        commands = run_commands(before, inbox, noted)
        results = self.checks.run(commands.path, commands.to_check)
        return run_commands(before, inbox, (*noted, *results)) if results else commands

    def _plan_from(self, before: LearningPath, snapshot: Snapshot) -> Plan:
        inbox = read_inbox(self.reader, before.observed)
        commands = self._run_commands(before, inbox)
        path, posted = commands.path, keys_of(inbox.comments, snapshot.trust.accounts)
        refusals = self.done.refusals(before.observed.ledger, path.today)
        # Marks come last. Cut off before them, the next run must read the same comments; and
        # without a summary issue none were read.
        read = are_given_up(refusals, commands.first, commands.last)
        read = read and SUMMARY_KEY in before.observed.issues
        reports = (key for key in posted if key.partition(":")[0] in REPORTS)
        reported = frozenset(self.done.made).union(reports)
        first = (*commands.first, *closings(path.observed), *older_weeks(path.observed))
        first += enabling(snapshot, path.settings.schedule, path.now)

        def plan_with(refusals: Refusals, shown: LearningPath) -> tuple[Plan, Refusals]:
            seen = path.today if read else None
            written = texts(path, shown, reported=reported, seen=seen, refused=refusals)
            held = HeldChanges(refusals, snapshot, path.today)
            desired = desired_state(path, written, path.observed.is_drawn)
            wanted = make_plan(desired, path.observed, held)
            rest = held.passing(first), held.passing(commands.last)
            plan = with_command_changes(tuple(rest[0]), wanted, tuple(rest[1]))
            more = {"notes": (*plan.notes, *held.notes), "retries": held.retries}
            return plan.model_copy(update={**more, "language": path.language}), held.left()

        shown = on_report_day(path)
        found, left = plan_with(refusals, shown)
        if found.changes and shown is not path:  # what is written makes this day the newest
            found, left = plan_with(refusals, path)
        # What nothing asks for any more is forgotten, and the dashboard tells of it no longer.
        plan = found if left == refusals else plan_with(left, path)[0]
        return _with_start(_with_reading(plan, path), path)


def _with_reading(plan: Plan, path: LearningPath) -> Plan:
    """Return a plan that says what another reading of the guide would change.

    What an accepted one removes was the learner's choice. One that nobody saw stops the plan.
    """
    reading = path.reading
    if reading.accepted:
        return plan.model_copy(update={"removals": 0})
    text = ""
    if reading.offered and not path.finished_on:
        hint = _("Tick the box on the dashboard to use it.")
        text = f"{reading.offered.sentence} {hint}"
    elif reading.forced:
        hint = _("Milepost doesn't know how it read your guide before.")
        text = f"{reading.forced.sentence} {hint}"
    notes = (Note(kind="reading", key=SUMMARY_KEY, text=text),) if text else ()
    stop = text if reading.forced else ""
    return plan.model_copy(update={"notes": (*plan.notes, *notes), "stop": stop})


def _with_start(plan: Plan, path: LearningPath) -> Plan:
    """Return a plan that says which first day it would take, before anything keeps one."""
    if path.started is None or path.observed.ledger.started:
        return plan
    text = _("Your path starts on %(day)s.", day=format_weekday(path.started))
    note = Note(kind="start", key=SUMMARY_KEY, text=text)
    return plan.model_copy(update={"notes": (*plan.notes, note)})


def texts(
    path: LearningPath,
    shown: LearningPath | None = None,
    *,
    reported: frozenset[Key] = frozenset(),
    seen: date | None = None,
    refused: Refusals | None = None,
) -> ReportTexts:
    """Return the texts; the dashboard has the state of `shown`, by default that of `path`.

    `reported` are keys posted, `seen` is the day to which comments are done, `refused` are the
    changes that GitHub did not take, by default those of the ledger.
    """
    if refused is None:
        refused = path.observed.ledger.refused
    page = dashboard.dashboard(shown or path, refused)
    return ReportTexts(
        dashboard=dashboard.as_markdown(page),
        issues=(
            *assessment_issues(path),
            *reflection_issues(path),
            *weekly_issues(path),
            *event_issues(path),
            *goal_issues(path),
        ),
        reached=frozenset(c.id for c in path.curriculum.checkpoints if is_reached(path, c)),
        stood_for={
            step.action.id: tuple((work.title, work.url) for work in step.work)
            for some in page.folds.steps
            for step in some.steps
            if step.done_by_work
        },
        checks=path.checks,
        seen=seen,
        reported=reported,
        refused=dict(refused),
        reading=path.reading.record,
        started=path.started,
    )
