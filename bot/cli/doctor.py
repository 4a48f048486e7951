"""`milepost doctor`: what is well, what is not, and what to do about it."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import clock, console
from bot.cli.context import CliContext
from bot.errors import EXIT_OK, GitHubError, MilepostError, UnavailableError, UsageError
from bot.sync.doctor_findings import Finding

if TYPE_CHECKING:
    from bot.github.client import Inspection

MAX_SKEW = 60
LOW_BUDGET = 200
Step = tuple[str, Callable[[], Iterator[Finding]]]
PATIENCE = 5  # seconds; a person who asks what is wrong is told of a limit, not made to wait for it


def doctor(
    repo: Annotated[
        str | None, typer.Option("--repo", metavar="OWNER/NAME", help="The repository to look at.")
    ] = None,
    server: Annotated[
        bool, typer.Option("--server", help="Look at a server of `milepost serve` instead.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> int:
    """Check settings, curriculum, token, repository, permissions and clock; nothing is written.

    With --server: configuration, folder, database, work, App, webhooks and deliveries.
    """
    if server and repo is not None:
        raise UsageError("--server looks at no repository: leave out --repo.")
    code = EXIT_OK
    findings: list[Finding] = []
    for subject, check in _of_server() if server else _of_repository(repo):
        try:
            findings.extend(check())
        except MilepostError as error:
            findings.append(Finding(subject=subject, verdict="wrong", text=str(error)))
            code = code or error.exit_code
    if any(f.verdict == "wrong" for f in findings):
        code = code or GitHubError.exit_code
    if as_json:
        console.print_result(
            json.dumps([f._asdict() for f in findings], indent=2, ensure_ascii=False)
        )
    else:
        signs = {"well": "ok  ", "mind": "mind", "wrong": "BAD "}
        for f in findings:
            console.print_result(f"{signs[f.verdict]}  {f.subject}: {f.text}")
            if f.advice:
                console.print_result(f"      {f.advice}")
    return code


def _of_repository(repo: str | None) -> Iterable[Step]:
    edges = CliContext(repo)
    edges.environment = edges.environment.model_copy(update={"max_wait": PATIENCE})
    return (("settings", lambda: _settings(edges)), ("repository", lambda: _repository(edges)))


def _of_server() -> Iterable[Step]:
    try:
        import alembic  # noqa: F401 - as `milepost serve` does
        import apscheduler  # noqa: F401
        import uvicorn  # noqa: F401
    except ModuleNotFoundError as missing:
        raise UsageError(
            f"the server needs '{missing.name}', which is not installed.",
            hint="Install it with: pip install 'milepost[server]'",
        ) from None
    from bot.server.doctor import Examination

    return Examination(os.environ, clock=clock.now).steps()


def _settings(edges: CliContext) -> Iterator[Finding]:
    from bot.planning.desired_state import desired_state
    from bot.planning.path import PlannedPath
    from bot.settings import PublishSettings

    try:
        with edges.reader() as reader:
            settings, curriculum = edges.path(reader)
    except (GitHubError, UnavailableError):
        # Told by the look at the repository; what can be said without it is said here.
        settings, curriculum = edges.path(None)
    desired_state(PlannedPath.at_start(curriculum, settings))
    yield Finding(
        subject="settings",
        verdict="well",
        text=f"'{curriculum.title}' from {settings.start}, time zone {settings.timezone}",
    )
    if settings.publish != PublishSettings():
        more = ", 'Pull requests'" if settings.publish.reports == "pull-request" else ""
        yield Finding(
            subject="publishing",
            verdict="well",
            text=f"asked for; a fine-grained token also needs 'Contents'{more}: read and write",
        )


def _repository(edges: CliContext) -> Iterator[Finding]:
    from bot.github.api_client import ApiClient
    from bot.github.client import RestClient, inspect
    from bot.github.retry import WaitPolicy

    connection = edges.connection()
    policy = WaitPolicy(sleep=edges.sleep, on_wait=console.on_wait, max_wait=PATIENCE)
    client = ApiClient(connection.api_url, policy=policy)
    seen = inspect(connection, client=RestClient(connection, client))
    kind = f" ({seen.token_kind})" if seen.token_kind not in {None, "unknown"} else ""
    yield Finding(subject="token", verdict="well", text=f"accepted{kind} by {connection.api_url}")
    for check in (_identity, _rights, _clock, _budget):
        yield check(seen)


def _identity(seen: "Inspection") -> Finding:
    if seen.archived:
        return Finding(
            subject="repository",
            verdict="wrong",
            text=f"{seen.repository} is archived, so nothing can be written.",
            advice="Unarchive it in its settings, or choose another one.",
        )
    if not seen.has_issues:
        return Finding(
            subject="repository",
            verdict="wrong",
            text=f"{seen.repository} has its issues switched off.",
            advice="Switch them on: Settings, General, Features.",
        )
    kind = "private" if seen.private else "public"
    return Finding(subject="repository", verdict="well", text=f"{seen.repository} ({kind})")


def _rights(seen: "Inspection") -> Finding:
    if seen.scopes is not None and not {"repo", "public_repo"} & set(seen.scopes):
        return Finding(
            subject="permissions",
            verdict="wrong",
            text="the token has no scope that lets it write issues.",
            advice="Give it 'public_repo' (public repositories) or 'repo', or use a fine-grained "
            "token with 'Issues: read and write'.",
        )
    if seen.permissions and not seen.permissions & {"push", "maintain", "admin"}:
        return Finding(
            subject="permissions",
            verdict="wrong",
            text="you may not push, and GitHub silently drops labels and milestones then.",
            advice="Ask the owner for write access, or use a repository of your own.",
        )
    return Finding(
        subject="permissions",
        verdict="well",
        text="write access; a fine-grained token also needs 'Issues: read and write'",
    )


def _clock(seen: "Inspection") -> Finding:
    if seen.server_time is None:
        return Finding(subject="clock", verdict="mind", text="the server did not say its time.")
    skew = abs((clock.now() - seen.server_time).total_seconds())
    if skew > MAX_SKEW:
        return Finding(
            subject="clock",
            verdict="mind",
            text=f"this machine is {skew:.0f} s off GitHub's time.",
            advice="Set it right: due dates and the window of issues are counted from it.",
        )
    return Finding(subject="clock", verdict="well", text="agrees with GitHub's")


def _budget(seen: "Inspection") -> Finding:
    if seen.rate_remaining is None:
        return Finding(subject="rate limit", verdict="well", text="none on this server")
    text = f"{seen.rate_remaining} of {seen.rate_limit} requests left"
    if seen.rate_remaining < LOW_BUDGET:
        when = f" until {seen.rate_reset:%H:%M} UTC" if seen.rate_reset else ""
        advice = f"Wait{when}: Milepost waits by itself, too."
        return Finding(subject="rate limit", verdict="mind", text=text, advice=advice)
    return Finding(subject="rate limit", verdict="well", text=text)
