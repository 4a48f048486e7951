"""`milepost sync` and `milepost replan`: what runs by itself, and a new plan from today."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.cli.context import CliContext
from bot.cli.plan import (
    AllowRemovals,
    PlanFormat,
    Repo,
    Shape,
    Yes,
    print_plan,
    session,
    write_plan,
)
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.planning.ports import Reader
    from bot.progress.command import Command
    from bot.sync.sync import SyncPreview, SyncResult

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print all that would be written, and write nothing.")
]


def sync(repo: Repo = None, allow_removals: AllowRemovals = False, dry_run: DryRun = False) -> None:
    """Do all that is due: obey commands, follow the plan, post summaries and reports.

    Meant to run by itself, on a schedule and whenever something happens; it asks nothing. Run
    again, it changes nothing.
    """
    from bot.github.addresses import web_root
    from bot.progress.path import PathReader
    from bot.sync.sync import Sync

    edges = CliContext(repo)
    with edges.reader() as reader:
        settings, curriculum = edges.path(reader)
        run = Sync(
            PathReader(curriculum, settings, edges.now()),
            reader,
            web=web_root(edges.environment.api_url),
            outside=edges.outside(settings),
        )
        if dry_run:
            _print_dry_run(run.foresee())
            return
        with console.progress_bar("Writing") as progress:
            done = run.run(
                gateway=edges.gateway,
                sleep=edges.sleep,
                progress=progress,
                allow_removals=allow_removals,
            )
    _print_result(done)


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
    shape: Shape = PlanFormat.TEXT,
    dry_run: DryRun = False,
) -> int:
    """Make a plan again from today.

    The path goes on today where something is first unfinished, and all later dates follow. Only
    milestones that lie ahead move; what is done stays done. It is remembered in the summary issue.
    """
    if hours is not None and months is not None:
        raise UsageError("--hours and --months both say how fast: keep one of them.")
    edges = CliContext(repo)
    with edges.reader() as reader:
        requested = _requested_intents(edges, reader, hours, months, drop_optional=drop_optional)
        planned = session(edges, reader, requested)
        found = planned.plan()
        print_plan(found, shape)
        if found.empty or dry_run:
            return 0
        return write_plan(
            edges,
            planned,
            found,
            yes=yes,
            allow_removals=allow_removals,
            question="Go on like this?",
        )


def _requested_intents(
    edges: CliContext,
    reader: "Reader",
    hours: float | None,
    months: int | None,
    *,
    drop_optional: bool,
) -> "tuple[Command, ...]":
    """What was asked for, as it is remembered."""
    from bot.planning.desired_state import SUMMARY_KEY
    from bot.progress.commands.optional import DropOptional
    from bot.progress.commands.pace import SetPace, pace_of
    from bot.progress.commands.replan import Replan
    from bot.progress.path import LearningPath

    settings, curriculum = edges.path(reader)
    view = LearningPath.read(curriculum, settings, reader.snapshot(), edges.now())
    if SUMMARY_KEY not in view.observed.issues:
        raise UsageError(
            "there is no plan in this repository yet.",
            where=view.observed.snapshot.repository,
            hint="Make it with `milepost apply`.",
        )
    requested: list[Command] = []
    if hours is not None or months is not None:
        was = pace_of(settings)
        try:
            requested.append(SetPace(hours=hours, months=months, was=was))
        except ValueError:
            raise UsageError(
                "a pace is 1 to 80 hours a week, or 1 to 120 months for the whole path.",
                where="--hours" if hours is not None else "--months",
            ) from None
    elif (unit := view.progress.first_unfinished()) and not drop_optional:
        requested.append(Replan(unit=unit))
    if drop_optional:
        requested.append(DropOptional())
    return tuple(requested)


def _print_dry_run(seen: "SyncPreview") -> None:
    from bot.planning import plan_text
    from bot.sync.files import describe_files

    console.print_result(plan_text.as_text(seen.plan))
    for item in seen.due:
        console.print_result(f"\nWould post: {item.title}\n\n{item.text}")
    if files := describe_files(seen.files):
        console.print_result(f"\n{files}")


def _print_result(done: "SyncResult") -> None:
    changes = f"{done.written} change{'' if done.written == 1 else 's'} written."
    console.print_result(changes if done.written else "Nothing to change.")
    for posted in done.posted:
        console.print_result(f"{posted.what.title}: {posted.outcome.value}.")
    for path in done.files.paths:
        console.print_result(f"Wrote {path}.")
