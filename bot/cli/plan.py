"""`milepost plan`, `apply` and `undo`: look first, then write."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.cli.context import CliContext
from bot.cli.options import AllowRemovals, PlanFormat, Repo, Shape, Yes
from bot.errors import EXIT_CHANGES, RefusedError

if TYPE_CHECKING:
    from bot.planning.plan import Plan
    from bot.planning.ports import Reader
    from bot.progress.command import Command
    from bot.sync.reconcile import Session


def plan(
    repo: Repo = None,
    shape: Shape = PlanFormat.TEXT,
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
    shape: Shape = PlanFormat.TEXT,
) -> int:
    """Make the repository as the plan says: labels, milestones, issues, relations.

    Interrupted, it is simply run again. Your own edits are never overwritten.
    """
    context = CliContext(repo)
    with context.reader() as reader:
        planned = session(context, reader)
        found = print_plan(planned, shape)
        if not allow_removals:
            found.check_safe()
        return write_plan(context, planned, found, None if yes else "Apply these changes?")


def undo(repo: Repo = None, yes: Yes = False, shape: Shape = PlanFormat.TEXT) -> int:
    """Take back what Milepost made and nobody touched, and say what stays.

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
    from bot.sync.reconcile import Session, planner

    paths = context.path_reader(reader)
    outside = context.outside(paths.settings)
    return Session(reader, planner(paths, reader, outside, extra_commands=extra_commands))


def print_plan(planned: "Session", shape: PlanFormat) -> "Plan":
    """Make the plan, print it to standard output, and return it."""
    from bot.planning import plan_text

    printers = {
        PlanFormat.TEXT: plan_text.as_text,
        PlanFormat.MARKDOWN: plan_text.as_markdown,
        PlanFormat.JSON: plan_text.as_json,
    }
    found = planned.plan()
    console.print_result(printers[shape](found))
    return found


def write_plan(context: CliContext, planned: "Session", found: "Plan", question: str | None) -> int:
    """Ask `question`, if any, and write; returns the exit code. An empty plan asks nothing.

    Raises RefusedError when the answer is no or nobody can answer.
    """
    if found.empty:
        return 0
    if question:
        if not console.interactive():
            raise RefusedError(
                "nothing was written, for there is nobody to ask.",
                hint="Run it with --yes when the plan is right.",
            )
        if not typer.confirm(question, err=True):
            raise RefusedError("you said no, so nothing was written.")
    with console.progress_bar("Writing") as progress:
        written = planned.apply(
            found, gateway=context.gateway, sleep=context.sleep, progress=progress
        )
    console.print_status(f"Done: {written} changes written.")
    return 0
