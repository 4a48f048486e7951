"""`milepost cohort`: a table of the learners who share with a mentor, a digest, an answer."""

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli import console
from bot.cli.context import CliContext, now
from bot.cli.options import ListFile, Repositories
from bot.errors import UsageError

if TYPE_CHECKING:
    from bot.reports.cohort import Cohort
    from bot.sync.cohort import CohortReading

CohortFormat = Literal["text", "markdown", "json", "csv"]


def cohort(
    repositories: Repositories = None,
    file: ListFile = None,
    shape: Annotated[
        CohortFormat, typer.Option("--format", help="The format of the table.")
    ] = "text",
    sort: Annotated[
        Literal["name", "done", "week", "active"] | None,
        typer.Option("--sort", help="The order of the rows; else the one you named them in."),
    ] = None,
    only: Annotated[
        Literal["help", "approve", "inactive"] | None,
        typer.Option("--only", help="Only those who need help or approval, or were quiet."),
    ] = None,
    group: Annotated[str | None, typer.Option("--group", help="Only those of this group.")] = None,
    post: Annotated[
        str | None,
        typer.Option(
            "--post",
            metavar="OWNER/NAME",
            help="Post this week's digest there, once; also to the chat of MILEPOST_WEBHOOK.",
        ),
    ] = None,
    answer: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--answer",
            metavar="WHO TEXT",
            help="Answer the oldest request for help of the learner with this name in the table.",
        ),
    ] = None,
) -> int:
    """List the learners who share their progress with you.

    The table has only repositories whose own settings name you in `mentors` and say
    `cohort: {share: true}`; each run reads them anew. Those left out, and why, go to standard
    error. Only --post and --answer write anything. The exit code is 0 when all could be read.
    """
    from bot.reports.cohort import arranged

    reading = _read_cohort(named_repositories(repositories, file))
    table = arranged(reading.table, now().date(), sort=sort, only=only, group=group or "")
    _print(table, reading, shape)
    if post is not None:
        _post_digest(reading.table, post)
    if answer is not None:
        _answer(reading, *answer)
    return reading.exit_code


def _read_cohort(repositories: list[str]) -> "CohortReading":
    from bot.github.http_session import Urllib3Session
    from bot.sync.cohort import cohort as gather

    api_url = CliContext().environment.api_url
    with closing(Urllib3Session(api_url)) as http, console.reading_bar("Reading") as show:
        return gather(repositories, lambda name: CliContext(name, http).reader(), now(), show)


def _print(table: "Cohort", reading: "CohortReading", shape: CohortFormat) -> None:
    from bot.reports import cohort as tables
    from bot.templating import printable

    write = {
        "text": tables.as_text,
        "markdown": tables.as_markdown,
        "json": tables.as_json,
        "csv": tables.as_csv,
    }
    console.print_result(write[shape](table))
    for one in reading.not_shown:
        console.print_status(printable(one.sentence))


def _answer(reading: "CohortReading", who: str, text: str) -> None:
    from bot.planning.changes import CreateComment
    from bot.sync.cohort import find_request
    from bot.templating import printable

    repository, request = find_request(reading, who)
    comment = CreateComment(key="answer", number=request.number, title=request.title, body=text)
    context = CliContext(repository)
    with context.reader():  # which closes the connections of both
        context.gateway().write(comment)
    console.print_status(printable(f"Your answer to {who} is a comment on the issue now."))


def _post_digest(table: "Cohort", repository: str) -> None:
    from bot.github.addresses import named_repository, web_root
    from bot.sync.digest import post_digest

    web = web_root(CliContext().environment.api_url)
    context = CliContext(named_repository(repository, web))
    webhook = os.environ.get("MILEPOST_WEBHOOK", "").strip()
    with context.reader() as reader:
        outcome = post_digest(table, now().date(), reader, context.write_context(), webhook)
    console.print_status(f"The digest of this week: {outcome}.")


def named_repositories(repositories: list[str] | None, file: Path | None) -> list[str]:
    """Return OWNER/NAME of those named and of those in the file. Raises UsageError for none."""
    from bot.github.addresses import named_repository, web_root
    from bot.sync.cohort import listed

    named = [*(repositories or ()), *(listed(_read(file)) if file else ())]
    if not named:
        raise UsageError(
            "there is no repository to look at.",
            hint="Name some as OWNER/NAME, or a file of them with --file.",
        )
    web = web_root(CliContext().environment.api_url)
    return [named_repository(name, web) for name in named]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("this is not UTF-8 text.", where=str(file)) from None
