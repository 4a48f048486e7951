"""`milepost doctor`: what works, what does not, and what to do about it."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import console
from bot.cli.context import CliContext, now
from bot.cli.options import AsJson, ReadRepo
from bot.cli.serve import check_installed
from bot.errors import (
    EXIT_OK,
    ConfigError,
    CurriculumError,
    GitHubError,
    GuideError,
    MilepostError,
    PermissionDeniedError,
    UnavailableError,
    UsageError,
)
from bot.sync.doctor_findings import Finding, ok, placeholders, problem, warning

if TYPE_CHECKING:
    from bot.github.repository_client import Inspection
    from bot.planning.ports import FactReader
    from bot.progress.path import LearningPath

MAX_SKEW = 60
LOW_RATE_LIMIT = 200
Step = tuple[str, Callable[[], Iterator[Finding]]]
MAX_WAIT = 5  # seconds; a person who asks what is wrong sees a limit and does not wait for it


def doctor(
    repo: ReadRepo = None,
    server: Annotated[
        bool, typer.Option("--server", help="Check a `milepost serve` server instead.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Check settings, curriculum, token, repository, permissions and clock; nothing is written.

    With --server: configuration, folder, database, work, App, webhooks and deliveries.
    """
    if server and repo is not None:
        raise UsageError("--server looks at no repository: leave out --repo.")
    code = EXIT_OK
    findings: list[Finding] = []
    for subject, check in _server_checks() if server else _repository_checks(repo):
        try:
            findings.extend(check())
        except MilepostError as error:
            findings.append(problem(subject, str(error)))
            code = code or error.exit_code
    if any(f.verdict == "wrong" for f in findings):
        code = code or GitHubError.exit_code
    if as_json:
        rows = [f._asdict() for f in findings]
        console.print_result(json.dumps(rows, indent=2, ensure_ascii=False))
        return code
    signs = {"well": "ok  ", "mind": "mind", "wrong": "BAD "}
    for f in findings:
        console.print_result(f"{signs[f.verdict]}  {f.subject}: {f.text}")
        if f.advice:
            console.print_result(f"      {f.advice}")
    return code


def _repository_checks(repo: str | None) -> Iterable[Step]:
    context = CliContext(repo)
    context.environment = context.environment.model_copy(update={"max_wait": MAX_WAIT})
    return (
        ("settings", lambda: _settings(context)),
        ("repository", lambda: _repository(context)),
        ("files", lambda: _files(context)),
    )


def _server_checks() -> Iterable[Step]:
    check_installed()
    from bot.server.doctor import ServerDoctor

    return ServerDoctor(os.environ, clock=now).steps()


def _settings(context: CliContext) -> Iterator[Finding]:
    from bot.planning.desired_state import desired_state
    from bot.planning.path import PlannedPath
    from bot.settings import PublishSettings

    try:
        with context.reader() as reader:
            paths = context.path_reader(reader)
    except (GitHubError, UnavailableError):
        # The check of the repository reports it; this one uses the settings of this folder.
        paths = context.path_reader(None)
    settings, curriculum = paths.settings, paths.curriculum
    desired_state(PlannedPath.at_start(curriculum, settings))
    start = settings.start if isinstance(settings.start, date) else "the first run on"
    text = f"'{curriculum.title}' from {start}, time zone {settings.timezone}"
    yield ok("settings", text)
    if settings.publish != PublishSettings():
        more = ", 'Pull requests'" if settings.publish.reports == "pull-request" else ""
        text = f"asked for; a fine-grained token also needs 'Contents'{more}: read and write"
        yield ok("publishing", text)


def _files(context: CliContext) -> Iterator[Finding]:
    """Yield what is still an example in settings and workflows: of this folder, else of GitHub."""
    from bot.cli.workflow import DAILY_PATH, WORKFLOW_PATH
    from bot.settings import CONFIG_PATH

    folder = context.folder
    files = [*(folder / WORKFLOW_PATH).parent.glob("*.y*ml"), folder / CONFIG_PATH]
    texts = {
        file.relative_to(folder).as_posix(): file.read_text("utf-8", "replace")
        for file in sorted(files)
        if file.is_file()
    }
    with suppress(MilepostError), context.reader() as reader:  # the other checks report it
        for path in {CONFIG_PATH, WORKFLOW_PATH, DAILY_PATH} - texts.keys():
            texts[path] = reader.file(path) or ""
    for path in sorted(texts):
        yield from placeholders(path, texts[path])


def _repository(context: CliContext) -> Iterator[Finding]:
    from bot.github.api_client import ApiClient
    from bot.github.repository_client import RepositoryClient, inspect
    from bot.github.retry import WaitPolicy

    connection = context.connection()
    policy = WaitPolicy(sleep=context.sleep, on_wait=console.on_wait, max_wait=MAX_WAIT)
    client = ApiClient(connection.api_url, policy=policy)
    seen = inspect(connection, client=RepositoryClient(connection, client))
    kind = f" ({seen.token_kind})" if seen.token_kind not in {None, "unknown"} else ""
    yield ok("token", f"accepted{kind} by {connection.api_url}")
    for check in (_identity, _permissions, _clock, _rate_limit):
        yield check(seen)
    if seen.has_issues:
        yield from _path(context)


def _path(context: CliContext) -> Iterator[Finding]:
    from bot.planning.observed_state import observe
    from bot.planning.removal_limit import HINT

    with context.reader() as reader:
        snapshot = reader.snapshot()
        for one in observe(snapshot).ledger.refused.values():
            yield warning("path", f"not written: {one.what}.", one.why)
        try:
            path = context.path_reader(reader).path(snapshot)
        except (ConfigError, CurriculumError, GuideError):  # the check of the settings reports it
            return
        yield from _checks(path, reader)
    if path.started:
        stored = path.observed.ledger.started is not None
        why = "taken on the first run" if stored else "if the first run is today"
        yield ok("first day", f"{path.started}, {why}")
    reading = path.reading
    if reading.offered and not path.finished_on:
        advice = "Tick the box on the dashboard to take it; what is finished stays finished."
        yield warning("guide", reading.offered.sentence, advice)
    if reading.forced:
        yield warning("guide", reading.forced.sentence, HINT)


def _checks(path: "LearningPath", reader: "FactReader") -> Iterator[Finding]:
    """Yield which rights the checks of the curriculum lack: each is tried with one request."""
    from bot.progress.checks import check_kinds

    kinds = check_kinds(path.curriculum)
    tried = (
        ("Contents", {"file", "release", "tag"}, reader.releases),
        ("Actions", {"workflow"}, lambda: reader.last_run("milepost.yml")),
        ("Pull requests", {"pull_request"}, reader.check_pulls),
    )
    lacking = [right for right, needed, read in tried if kinds & needed and _is_refused(read)]
    for right in lacking:
        text = f"the token may not read '{right}', so some checks of tasks can't be made."
        name = right.lower().replace(" ", "-")
        yield warning("checks", text, f"Give it '{right}': read, in a workflow `{name}: read`.")
    if "link" in kinds and not path.settings.features.links:
        advice = "Set `features.links: true` to look them up."
        yield warning("checks", "links are not looked up.", advice)
    if kinds and not lacking:
        yield ok("checks", "what they look for can be read")


def _is_refused(read: Callable[[], object]) -> bool:
    try:
        read()
    except PermissionDeniedError:
        return True
    except GitHubError:  # such as an empty repository: nothing is there yet
        return False
    return False


def _identity(seen: "Inspection") -> Finding:
    if seen.archived:
        return problem(
            "repository",
            f"{seen.repository} is archived, so nothing can be written.",
            "Unarchive it in its settings, or choose another one.",
        )
    if not seen.has_issues:
        return problem(
            "repository",
            f"{seen.repository} has its issues switched off.",
            "Switch them on: Settings, General, Features.",
        )
    kind = "private" if seen.private else "public"
    return ok("repository", f"{seen.repository} ({kind})")


def _permissions(seen: "Inspection") -> Finding:
    from bot.github.connection import BY_INSTALLATION

    if seen.scopes is not None and not {"repo", "public_repo"} & set(seen.scopes):
        return problem(
            "permissions",
            "the token has no scope that lets it write issues.",
            "Give it 'public_repo' (public repositories) or 'repo', or use a fine-grained "
            "token with 'Issues: read and write'.",
        )
    # What GitHub tells there of an installation's token are no person's rights.
    is_person = seen.token_kind != BY_INSTALLATION
    if is_person and seen.permissions and not seen.permissions & {"push", "maintain", "admin"}:
        return problem(
            "permissions",
            "you may not push, and GitHub silently drops labels and milestones then.",
            "Ask the owner for write access, or use a repository of your own.",
        )
    text = (
        "write access; a fine-grained token also needs 'Issues: read and write', and "
        "'Pull requests: read and write' to answer commands there, which are obeyed without it, too"
    )
    return ok("permissions", text)


def _clock(seen: "Inspection") -> Finding:
    if seen.server_time is None:
        return warning("clock", "the server did not say its time.")
    skew = abs((now() - seen.server_time).total_seconds())
    if skew > MAX_SKEW:
        return warning(
            "clock",
            f"this machine is {skew:.0f} s off GitHub's time.",
            "Set it right: due dates and the window of issues are counted from it.",
        )
    return ok("clock", "agrees with GitHub's")


def _rate_limit(seen: "Inspection") -> Finding:
    if seen.rate_remaining is None:
        return ok("rate limit", "none on this server")
    text = f"{seen.rate_remaining} of {seen.rate_limit} requests left"
    if seen.rate_remaining < LOW_RATE_LIMIT:
        when = f" until {seen.rate_reset:%H:%M} UTC" if seen.rate_reset else ""
        return warning("rate limit", text, f"Wait{when}: Milepost waits by itself, too.")
    return ok("rate limit", text)
