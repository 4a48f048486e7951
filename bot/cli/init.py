"""`milepost init`: a few questions, or flags, become checked settings; and a workflow."""

import os
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import clock, console, workflow
from bot.errors import ConfigError, MilepostError, UsageError


def init(
    curriculum: Annotated[
        str | None, typer.Option(help="A built-in curriculum, or the path of a .yml or .md file.")
    ] = None,
    start: Annotated[str | None, typer.Option(help="First day of study: 2026-01-31.")] = None,
    pace: Annotated[str | None, typer.Option(help="For the whole path: '15 months'.")] = None,
    hours_per_week: Annotated[
        float | None, typer.Option(help="Instead of a pace: hours of study a week.")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA name: Europe/Berlin.")] = None,
    ahead: Annotated[
        str | None, typer.Option(help="How far ahead issues exist: '4 weeks', or 'all'.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take defaults; do not ask.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    workflows: Annotated[
        bool,
        typer.Option("--workflow", help="Also write workflows for GitHub Actions; settings stay."),
    ] = False,
    action: Annotated[
        str, typer.Option(metavar="OWNER/NAME@TAG", help="The action that they use.")
    ] = workflow.ACTION,
    repo: Annotated[
        str | None,
        typer.Option("--repo", metavar="OWNER/NAME", help="The repository that they are for."),
    ] = None,
) -> None:
    """Write .github/milepost.yml in this folder: which path, from when, how fast."""
    from bot.settings import CONFIG_PATH

    file, given = (
        Path.cwd() / CONFIG_PATH,
        (curriculum, start, pace, hours_per_week, timezone, ahead),
    )
    keep_settings = workflows and file.exists() and not any(value is not None for value in given)
    if workflows:
        workflow.check_action(action)
        _check_writable(workflow.WORKFLOW_PATH, force=force)
        _check_writable(workflow.DAILY_PATH, force=force)
    if not keep_settings:
        _check_writable(CONFIG_PATH, force=force)
        _settings(file, *given, yes=yes)
    if workflows:
        _workflows(file, repo, action)
    console.print_status("Next: `milepost plan` shows what would be made in your repository.")


def _check_writable(path: str, *, force: bool) -> None:
    """Raises ConfigError when a file is there that nobody asked to replace."""
    if not force and (Path.cwd() / path).exists():
        raise ConfigError(
            "it is there already.", where=path, hint="Edit it, or replace it with --force."
        )


def _workflows(file: Path, repo: str | None, action: str) -> None:
    """Write the workflows for the settings in `file`."""
    from bot import settings as settings_file

    repository = repo or settings_file.environment(os.environ).repository or Path.cwd().name
    found = settings_file.parse(file.read_text(encoding="utf-8"))
    for path, text in workflow.render(found, repository, action).items():
        target = Path.cwd() / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        console.print_result(f"Wrote {path}.")
    if action == workflow.ACTION:
        console.print_status(
            f"In them, put the owner of the Milepost you use in place of OWNER: {action}."
        )


def _settings(
    file: Path,
    curriculum: str | None,
    start: str | None,
    pace: str | None,
    hours_per_week: float | None,
    timezone: str | None,
    ahead: str | None,
    *,
    yes: bool,
) -> None:
    """Ask for what was not given, and write the settings to `file`."""
    from bot.settings import CONFIG_PATH
    from bot.sync import settings_text
    from bot.sync.file_sources import LocalFiles

    if pace is not None and hours_per_week is not None:
        raise UsageError("--pace and --hours-per-week both say how fast: give one of them.")
    if not yes and not console.interactive():
        _refuse_to_guess({"--curriculum": curriculum, "--start": start, "--timezone": timezone})
        yes = True
    text = _collect_answers(
        _Prompt(quiet=yes),
        curriculum=curriculum,
        start=start,
        pace=pace,
        hours_per_week=hours_per_week,
        timezone=timezone,
        ahead=ahead,
    )
    settings_text.check(text, LocalFiles(Path.cwd()))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    console.print_result(f"Wrote {CONFIG_PATH}.")


def _refuse_to_guess(flags: dict[str, str | None]) -> None:
    missing = [flag for flag, value in flags.items() if value is None]
    if missing:
        raise UsageError(
            f"there is nobody to ask for {', '.join(missing)}.",
            hint="Give these flags, or --yes to take the defaults.",
        )


def _collect_answers(
    asker: "_Prompt",
    *,
    curriculum: str | None,
    start: str | None,
    pace: str | None,
    hours_per_week: float | None,
    timezone: str | None,
    ahead: str | None,
) -> str:
    """The file's text, from flags where they were given and answers where not."""
    from bot.curriculum.load import catalog_names
    from bot.settings import DEFAULT_CURRICULUM
    from bot.sync import settings_text

    built_in = ", ".join(catalog_names())
    monday = _next_monday(clock.now().astimezone().date())
    path = asker.answer(
        "curriculum",
        f"Curriculum ({built_in}, or a path to your guide)",
        curriculum,
        DEFAULT_CURRICULUM,
    )
    first = asker.answer("start", "First day of study", start, str(monday))
    zone = asker.answer("timezone", "Time zone", timezone, _local_zone())
    weeks = asker.answer("ahead", "Weeks of issues ahead, or 'all'", ahead, "4 weeks")
    if hours_per_week is None:
        question = "Months for the whole path (empty: as the guide says)"
        pace = asker.answer("pace", question, pace, "")
    return settings_text.render(
        settings_text.SettingsAnswers(
            curriculum=path,
            start=first,
            timezone=zone,
            ahead=weeks,
            pace=pace or None,
            hours_per_week=hours_per_week,
        )
    )


class _Prompt:
    """Asks until the answer is one that the file may hold. A wrong flag is not asked again."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def answer(self, key: str, question: str, given: str | None, default: str) -> str:
        if given is not None:
            return given
        if self._quiet:
            return default
        while True:
            answer = str(
                typer.prompt(question, default=default, err=True, show_default=bool(default))
            ).strip()
            problem = _problem(key, answer)
            if problem is None:
                return answer
            console.print_status(problem)


def _problem(key: str, answer: str) -> str | None:
    """What is wrong with one answer, or None."""
    from bot import settings as settings_file
    from bot.sync.file_sources import LocalFiles, find_curriculum
    from bot.sync.settings_text import scalar

    if key == "pace" and not answer:
        return None
    try:
        if key == "curriculum":
            find_curriculum(answer, LocalFiles(Path.cwd()))
        else:
            start = "" if key == "start" else "start: 2026-01-01\n"
            settings_file.parse(f"{start}{key}: {scalar(answer)}\n", name="Your answer")
    except MilepostError as wrong:
        return str(wrong)
    return None


def _next_monday(today: date) -> date:
    from bot.sync.settings_text import next_monday

    return next_monday(today)


def _local_zone() -> str:
    """The machine's IANA zone, or UTC where it does not say."""
    import tzlocal

    try:
        return tzlocal.get_localzone_name() or "UTC"
    except Exception:  # noqa: BLE001 - a machine with an odd zone file still gets a file to edit
        return "UTC"
