"""`milepost plan`, `apply`, `undo`, `sync` and `replan`: what changes the repository."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.cli.context import CliContext
from bot.cli.options import AllowRemovals, DryRun, PlanFormat, Repo, Shape, Yes
from bot.errors import EXIT_CHANGES, PartRefusedError, UsageError
from bot.i18n import set_language

if TYPE_CHECKING:
    from bot.planning.plan import Plan
    from bot.planning.ports import Reader
    from bot.planning.refusals import Refusals
    from bot.progress.command import Command
    from bot.progress.path import LearningPath
    from bot.sync.reconcile import Session
    from bot.sync.sync import SyncPreview, SyncResult


def plan(
    repo: Repo = None,
    shape: Shape = "text",
    detailed_exitcode: Annotated[
        bool, typer.Option(help="Exit with 2 when there are changes, 0 when there are none.")
    ] = False,
) -> int:
    """Show what `apply` would change; nothing is written.

    The settings are those of .github/milepost.yml in this folder, else in the repository.
    """
    context = CliContext(repo)
    with context.reader() as reader:
        found = print_plan(session(context, reader), shape)
    return EXIT_CHANGES if detailed_exitcode and not found.empty else 0


def apply(
    repo: Repo = None,
    yes: Yes = False,
    allow_removals: AllowRemovals = False,
    shape: Shape = "text",
) -> int:
    """Write the plan to the repository: labels, milestones, issues, relations.

    After an interruption, run it again. Your own edits are never overwritten.
    """
    context = CliContext(repo)
    with context.reader() as reader:
        planned = session(context, reader)
        found = print_plan(planned, shape)
        if not allow_removals:
            found.check_safe()
        return write_plan(context, planned, found, None if yes else "Apply these changes?")


def undo(repo: Repo = None, yes: Yes = False, shape: Shape = "text") -> int:
    """Remove what Milepost made and nobody changed, and list what stays.

    Issues are closed as not planned (GitHub lets no app delete them); milestones and labels are
    deleted. Whatever you finished, edited or commented on is left alone.
    """
    from bot.planning.undo import make_undo
    from bot.sync.reconcile import Session

    context = CliContext(repo)
    with context.reader() as reader:
        planned = Session(reader, make_undo)
        found = print_plan(planned, shape)
        return write_plan(context, planned, found, None if yes else "Take this back?")


def session(
    context: CliContext, reader: "Reader", extra_commands: "tuple[Command, ...]" = ()
) -> "Session":
    """Return a session on the path that the settings name, run with `extra_commands`."""
    from bot.sync.reconcile import open_session

    paths = context.path_reader(reader)
    outside = context.outside(paths.settings)
    return open_session(paths, reader, outside, extra_commands=extra_commands)


def print_plan(planned: "Session", shape: PlanFormat) -> "Plan":
    """Make the plan, print it to standard output, and return it."""
    from bot.planning import plan_text

    printers = {
        "text": plan_text.as_text,
        "markdown": plan_text.as_markdown,
        "json": plan_text.as_json,
    }
    found = planned.plan()
    set_language(found.language)  # what is printed from here on is for its learner
    console.print_result(printers[shape](found))
    return found


def write_plan(context: CliContext, planned: "Session", found: "Plan", question: str | None) -> int:
    """Ask `question`, if any, and write; returns the exit code. Raises RefusedError."""
    if found.empty:
        return 0
    if question:
        console.confirm(question)
    with console.progress_bar("Writing") as progress:
        written = planned.apply(found, context.write_context(progress))
    console.print_status(f"Done: {written} change{'' if written == 1 else 's'} written.")
    report_refusals(planned.refusals)
    return 0


def report_refusals(refusals: "Refusals") -> None:
    """Print what GitHub refused. Raises PartRefusedError when the learner would miss some of it."""
    from bot.planning.refusals import matter, sentences

    for sentence in sentences(refusals):
        console.print_result(sentence)
    if matter(refusals):
        raise PartRefusedError(
            "GitHub refused a part of it.",
            hint="It is tried again by itself, the first time tomorrow; all the rest is done.",
        )


def sync(repo: Repo = None, allow_removals: AllowRemovals = False, dry_run: DryRun = False) -> None:
    """Do everything that is due: run commands, follow the plan, post summaries and reports.

    Meant to run by itself, on a schedule and whenever something happens; it asks nothing. Run
    again, it changes nothing.
    """
    context = CliContext(repo)
    with context.reader() as reader:
        run = context.sync(context.path_reader(reader), reader)
        if dry_run:
            _print_preview(run.foresee())
            return
        with console.progress_bar("Writing") as progress:
            done = run.run(context.write_context(progress), allow_removals=allow_removals)
    set_language(done.path.language)
    _print_result(done)
    report_refusals(done.refused)


def replan(
    repo: Repo = None,
    hours: Annotated[
        float | None, typer.Option("--hours", help="Instead: other hours of study a week from now.")
    ] = None,
    months: Annotated[
        int | None, typer.Option("--months", help="Instead: other months for the whole path.")
    ] = None,
    drop_optional: Annotated[
        bool, typer.Option("--drop-optional", help="Make no more issues for optional tasks.")
    ] = False,
    yes: Yes = False,
    allow_removals: AllowRemovals = False,
    shape: Shape = "text",
    dry_run: DryRun = False,
) -> int:
    """Plan the rest again from today.

    The path goes on today where something is first unfinished, and all later dates follow. Only
    milestones that lie ahead move; what is done stays done. It is remembered in the summary issue.
    """
    if hours is not None and months is not None:
        raise UsageError("--hours and --months both say how fast: keep one of them.")
    context = CliContext(repo)
    with context.reader() as reader:
        commands = _commands(
            context.learning_path(reader), hours, months, drop_optional=drop_optional
        )
        planned = session(context, reader, commands)
        found = print_plan(planned, shape)
        if dry_run:
            return 0
        if not allow_removals:
            found.check_safe()
        return write_plan(context, planned, found, None if yes else "Go on like this?")


def _commands(
    path: "LearningPath", hours: float | None, months: int | None, *, drop_optional: bool
) -> "tuple[Command, ...]":
    from bot.planning.desired_state import SUMMARY_KEY
    from bot.progress.commands.optional import DropOptional
    from bot.progress.commands.pace import SetPace, pace_of
    from bot.progress.commands.replan import Replan

    if SUMMARY_KEY not in path.observed.issues:
        raise UsageError(
            "there is no plan in this repository yet.",
            where=path.observed.snapshot.repository,
            hint="Make it with `milepost apply`.",
        )
    commands: list[Command] = []
    if hours is not None or months is not None:
        try:
            pace = SetPace(hours=hours, months=months, was=pace_of(path.file_settings))
        except ValueError:
            raise UsageError(
                "a pace is 1 to 80 hours a week, or 1 to 120 months for the whole path.",
                where="--hours" if hours is not None else "--months",
            ) from None
        commands.append(pace)
    elif (unit := path.progress.first_unfinished) and not drop_optional:
        commands.append(Replan(unit=unit))
    if drop_optional:
        commands.append(DropOptional())
    return tuple(commands)


def _print_preview(preview: "SyncPreview") -> None:
    from bot.planning import plan_text
    from bot.sync.files import describe_files

    set_language(preview.plan.language)
    console.print_result(plan_text.as_text(preview.plan))
    for item in preview.due:
        console.print_result(f"\nWould post: {item.title}\n\n{item.text}")
    if files := describe_files(preview.files):
        console.print_result(f"\n{files}")


def _print_result(done: "SyncResult") -> None:
    changes = f"{done.written} change{'' if done.written == 1 else 's'} written."
    console.print_result(changes if done.written else "Nothing to change.")
    for posted in done.posted:
        console.print_result(f"{posted.what.title}: {posted.outcome.value}.")
    for path in done.files.paths:
        console.print_result(f"Wrote {path}.")
    for note in done.files.notes:
        console.print_result(note)
