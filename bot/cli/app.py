"""All commands, and the one place where an error becomes a paragraph and an exit code."""

import os
import sys
from collections.abc import Sequence

import typer

from bot.cli import (
    class_init,
    cohort,
    console,
    curriculum,
    demo,
    doctor,
    init,
    mcp,
    plan,
    report,
    serve,
    status,
    template,
)
from bot.cli.bug_report import write_bug_report
from bot.cli.context import command_clock
from bot.clock import Clock, utc_now
from bot.errors import EXIT_BUG, EXIT_INTERRUPTED, EXIT_OK, MilepostError, UsageError


def _full_word(word: str) -> str:
    """Return the word that a shorter one stands for: `--format md` is `--format markdown`."""
    return "markdown" if word == "md" else word


app = typer.Typer(
    name="milepost",
    help="Turns a learning guide into a living plan inside your own GitHub repository.",
    epilog="Try it without an account: milepost demo. On your repository: init, plan, apply.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "token_normalize_func": _full_word,
    },
)
app.command("demo", short_help="Try the whole job against a local GitHub, without an account.")(
    demo.demo
)
app.command("init", short_help="Write the settings file, by questions or flags.")(init.init)
app.command("template", short_help="Write a template repository: two clicks start a path.")(
    template.template
)
app.command("plan", short_help="Show what `apply` would change; nothing is written.")(plan.plan)
app.command("apply", short_help="Write the plan to the repository.")(plan.apply)
app.command("undo", short_help="Remove what Milepost made and nobody changed.")(plan.undo)
app.command("sync", short_help="Do everything that is due: commands, plan, reports.")(plan.sync)
app.command("replan", short_help="Plan the rest again from today.")(plan.replan)
app.command("status", short_help="Show where you are on the path.")(status.status)
app.command("badge", short_help="Draw a badge for a README.")(status.badge)
app.command("picture", short_help="Draw a picture of your progress.")(status.picture)
app.command("calendar", short_help="Write your path as a calendar file.")(status.calendar)
app.command("weekly", short_help="Post the summary of a week.")(report.weekly)
app.command("checkpoint", short_help="Post the report on a checkpoint.")(report.checkpoint)
app.add_typer(report.app, name="report")
app.command("cohort", short_help="List the learners who share their progress.")(cohort.cohort)
app.add_typer(class_init.app, name="class")
app.command("import", short_help="Read a learning guide into a curriculum.")(
    curriculum.import_guide
)
app.add_typer(curriculum.app, name="curriculum")
app.command("sandbox", short_help="Serve a local GitHub to try things on.")(demo.sandbox)
app.command("serve", short_help="Be a GitHub App, for many repositories.")(serve.serve)
app.command("mcp", short_help="Serve an assistant: its tools over this path.")(mcp.mcp)
app.command("doctor", short_help="Check token, repository, permissions, clock and settings.")(
    doctor.doctor
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as installed

        console.print_result(f"milepost {installed('milepost')}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False,
        "--version",
        "-V",
        help="Print the version and stop.",
        callback=_print_version,
        is_eager=True,
    ),
) -> None:
    """Turns a learning guide into a living plan inside your own GitHub repository."""
    del version  # told by its callback, which also works without a command


def run(arguments: Sequence[str], *, clock: Clock = utc_now) -> int:
    """Run one command by this clock; returns the exit code. No traceback reaches a person."""
    before = command_clock.set(clock)
    try:
        return _run(arguments)
    finally:
        command_clock.reset(before)


def _run(arguments: Sequence[str]) -> int:
    try:
        result = typer.main.get_command(app).main(
            list(arguments), prog_name="milepost", standalone_mode=False
        )
    except MilepostError as error:
        console.print_error(str(error))
        return error.exit_code
    except typer.Abort:
        console.print_error("Stopped. Nothing more was written.")
        return EXIT_INTERRUPTED
    except KeyboardInterrupt:
        console.print_error("Stopped. What was written stays; the same command goes on from there.")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away, as `milepost plan | head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    except OSError as error:
        if error.filename is None:
            return _bug(error)
        console.print_error(f"{error.filename}: {error.strerror}.")
        return UsageError.exit_code
    except Exception as error:  # noqa: BLE001 - the last resort: a bug is told kindly, and kept
        return _usage(error) or _bug(error)
    return result if isinstance(result, int) else EXIT_OK


def _usage(error: Exception) -> int:
    from typer._click.exceptions import ClickException, NoArgsIsHelpError

    if not isinstance(error, ClickException):
        return 0
    if isinstance(error, NoArgsIsHelpError):
        console.print_status(error.format_message())
        return UsageError.exit_code
    console.print_error(f"{error.format_message()} See: milepost --help")
    return UsageError.exit_code


def _bug(error: Exception) -> int:
    """Write a report of the mistake, and print its name."""
    console.print_error(write_bug_report(error))
    return EXIT_BUG
