"""`milepost plan`, `apply` and `undo`: look first, then write."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.cli.context import CliContext
from bot.errors import EXIT_CHANGES, RefusedError

if TYPE_CHECKING:
    from bot.planning.plan import Plan
    from bot.planning.ports import Reader
    from bot.progress.command import Command
    from bot.sync.reconcile import Session


class PlanFormat(StrEnum):
    """How a plan is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


Repo = Annotated[
    str | None,
    typer.Option("--repo", metavar="OWNER/NAME", help="The repository; else GITHUB_REPOSITORY."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
AllowRemovals = Annotated[
    bool,
    typer.Option("--allow-removals", help="Allow closing more than a quarter of what is there."),
]
Shape = Annotated[PlanFormat, typer.Option("--format", help="How to print the plan.")]


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
    edges = CliContext(repo)
    with edges.reader() as reader:
        found = session(edges, reader).plan()
    print_plan(found, shape)
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
    edges = CliContext(repo)
    with edges.reader() as reader:
        planned = session(edges, reader)
        found = planned.plan()
        print_plan(found, shape)
        if found.empty:
            return 0
        return write_plan(
            edges,
            planned,
            found,
            yes=yes,
            allow_removals=allow_removals,
            question="Apply these changes?",
        )


def undo(repo: Repo = None, yes: Yes = False, shape: Shape = PlanFormat.TEXT) -> int:
    """Take back what Milepost made and nobody touched, and say what stays.

    Issues are closed as not planned (GitHub lets no app delete them); milestones and labels are
    deleted. Whatever you finished, edited or commented on is left alone.
    """
    from bot.planning.undo import make_undo
    from bot.sync.reconcile import Session

    edges = CliContext(repo)
    with edges.reader() as reader:
        planned = Session(reader, make_undo)
        found = planned.plan()
        print_plan(found, shape)
        if found.empty:
            return 0
        return write_plan(
            edges, planned, found, yes=yes, allow_removals=True, question="Take this back?"
        )


def session(
    edges: CliContext, reader: "Reader", extra_intents: "tuple[Command, ...]" = ()
) -> "Session":
    """A session on the path that the settings name; `extra_intents` is wanted besides."""
    from bot.progress.path import PathReader
    from bot.sync.reconcile import Session, planner

    settings, curriculum = edges.path(reader)
    paths = PathReader(curriculum, settings, edges.now())
    outside = edges.outside(settings)
    return Session(reader, planner(paths, reader, outside, extra_intents=extra_intents))


def write_plan(
    edges: CliContext,
    planned: "Session",
    found: "Plan",
    *,
    yes: bool,
    allow_removals: bool,
    question: str,
) -> int:
    """Ask, then write. Raises RefusedError when it may not, or there is nobody to ask."""
    if not allow_removals:
        found.check_safe()
    if not yes:
        if not console.interactive():
            raise RefusedError(
                "nothing was written, for there is nobody to ask.",
                hint="Run it with --yes when the plan is right.",
            )
        if not typer.confirm(question, err=True):
            raise RefusedError("you said no, so nothing was written.")
    with console.progress_bar("Writing") as progress:
        written = planned.apply(found, gateway=edges.gateway, sleep=edges.sleep, progress=progress)
    console.print_status(f"Done: {written} changes written.")
    return 0


def print_plan(found: "Plan", shape: PlanFormat) -> None:
    """To standard output, as asked for."""
    from bot.planning import plan_text

    printers = {
        PlanFormat.TEXT: plan_text.as_text,
        PlanFormat.MARKDOWN: plan_text.as_markdown,
        PlanFormat.JSON: plan_text.as_json,
    }
    console.print_result(printers[shape](found))
