"""`milepost class init`: the settings of a class, for a list of repositories, as a plan first."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.cli.cohort import named_repositories
from bot.cli.context import CliContext, now
from bot.cli.options import ListFile, Repositories, Yes
from bot.errors import EXIT_OK

if TYPE_CHECKING:
    from bot.github.gateway import PyGithubGateway
    from bot.github.reader import HttpReader
    from bot.sync.class_settings import ClassRepository

app = typer.Typer(help="Prepare a class.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """Prepare a class."""


@app.command("init")
def init(
    repositories: Repositories = None,
    file: ListFile = None,
    curriculum: Annotated[
        str | None, typer.Option(help="A built-in curriculum, a path, or OWNER/NAME/PATH@TAG.")
    ] = None,
    start: Annotated[
        str | None, typer.Option(help="First day of study: 2026-01-31, today or 'next monday'.")
    ] = None,
    pace: Annotated[str | None, typer.Option(help="For the whole path: '15 months'.")] = None,
    timezone: Annotated[str, typer.Option(help="IANA name: Europe/Berlin.")] = "UTC",
    ahead: Annotated[str, typer.Option(help="How far ahead issues exist.")] = "4 weeks",
    mentor: Annotated[
        list[str] | None, typer.Option("--mentor", help="A mentor's login; repeat for more.")
    ] = None,
    share: Annotated[
        bool, typer.Option("--share", help="Let the mentors see the learners' progress.")
    ] = False,
    group: Annotated[str | None, typer.Option("--group", help="A word for this class.")] = None,
    yes: Yes = False,
) -> int:
    """Write .github/milepost.yml where it is missing, in each repository of a list.

    Prints the file, and which repositories get it; settings that are there stay as they are. The
    token needs the right to write files there. The exit code is 0 when all is as it should be.
    """
    from bot.settings import DEFAULT_CURRICULUM, StartDay, parse
    from bot.sync import settings_text

    text = settings_text.render(
        settings_text.SettingsAnswers(
            curriculum=curriculum or DEFAULT_CURRICULUM,
            start=start or str(StartDay.NEXT_MONDAY.day(now().astimezone().date())),
            timezone=timezone,
            ahead=ahead,
            pace=pace,
            mentors=tuple(mentor or ()),
            share=share,
            group=group or "",
        )
    )
    parse(text)  # what is wrong with all is said once
    return _plan_and_write(named_repositories(repositories, file), text, yes=yes)


def _plan_and_write(repositories: list[str], text: str, *, yes: bool) -> int:
    """Write `text` where there is none, once the person agrees; return the exit code."""
    from bot.github.http_session import Urllib3Session
    from bot.sync.class_settings import plan_class, write_class

    with closing(Urllib3Session(CliContext().environment.api_url)) as http:

        def reader(name: str) -> "HttpReader":
            return CliContext(name, http).reader()

        def gateway(name: str) -> "PyGithubGateway":
            return CliContext(name, http).gateway()

        with console.reading_bar("Reading") as show:
            planned = plan_class(repositories, reader, text, show)
        _print_plan(planned, text)
        new = [one for one in planned if one.state == "new"]
        wrong = [one for one in planned if one.state == "wrong"]
        if new:
            if not yes:
                console.confirm(f"Write it to {len(new)} of them?")
            with console.reading_bar("Writing") as show:
                refused = write_class(planned, reader, gateway, text, show)
            _print_refused(refused, len(new))
            wrong += refused
    return next((one.exit_code for one in wrong), EXIT_OK)


def _print_plan(planned: "list[ClassRepository]", text: str) -> None:
    from bot.templating import printable

    console.print_result(text)
    for one in planned:
        line = {
            "new": f"+ {one.repository} gets this file",
            "there": f"= {one.repository} has settings, which stay",
            "wrong": f"! {one.repository} is left out: {one.reason}",
        }[one.state]
        console.print_result(printable(line))


def _print_refused(refused: "list[ClassRepository]", count: int) -> None:
    from bot.templating import plural, printable

    for one in refused:
        console.print_status(printable(f"Not written: {one.repository}: {one.reason}"))
    console.print_status(f"Done: {plural(count - len(refused), 'file')} written.")
