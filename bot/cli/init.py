"""`milepost init`: a few questions, or flags, become checked settings; and a workflow."""

import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from bot.cli import console, workflow
from bot.cli.context import now
from bot.errors import ConfigError, MilepostError, UsageError

_REQUIRED = ("curriculum", "start", "timezone")


def init(
    curriculum: Annotated[
        str | None, typer.Option(help="A built-in curriculum, or the path of a .yml or .md file.")
    ] = None,
    start: Annotated[
        str | None, typer.Option(help="First day of study: 2026-01-31, today or 'next monday'.")
    ] = None,
    pace: Annotated[str | None, typer.Option(help="For the whole path: '15 months'.")] = None,
    hours_per_week: Annotated[
        float | None, typer.Option(help="Instead of a pace: hours of study a week.")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA name: Europe/Berlin.")] = None,
    ahead: Annotated[
        str | None, typer.Option(help="How far ahead issues exist: '4 weeks', or 'all'.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the defaults.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    workflows: Annotated[
        bool,
        typer.Option("--workflow", help="Also write workflows for GitHub Actions; settings stay."),
    ] = False,
    action: Annotated[
        str | None, typer.Option(metavar="OWNER/NAME@TAG", help="The action that they use.")
    ] = None,
    repo: Annotated[
        str | None,
        typer.Option("--repo", metavar="OWNER/NAME", help="The repository that they are for."),
    ] = None,
) -> None:
    """Write .github/milepost.yml in this folder: which path, from when, how fast."""
    from bot.settings import CONFIG_PATH

    file = Path.cwd() / CONFIG_PATH
    given = _Flags(curriculum, start, pace, hours_per_week, timezone, ahead)
    keep_settings = workflows and file.exists() and given == _Flags()
    if workflows:
        action = _known_action(action, force=force)
    text = None
    if not keep_settings:
        _check_writable(CONFIG_PATH, force=force)
        text = _settings_text(given, yes=yes)
    if workflows and not action:
        action = ask_action(quiet=yes)
    if text is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        console.print_result(f"Wrote {CONFIG_PATH}.")
    if workflows and action:
        _write_workflows(file, repo, action)
    console.print_status("Next: `milepost plan` shows what would be made in your repository.")


class _Flags(NamedTuple):
    """The flags that answer a question; None where one was left out."""

    curriculum: str | None = None
    start: str | None = None
    pace: str | None = None
    hours_per_week: float | None = None
    timezone: str | None = None
    ahead: str | None = None


def _check_writable(path: str, *, force: bool) -> None:
    if not force and (Path.cwd() / path).exists():
        raise ConfigError(
            "it is there already.", where=path, hint="Edit it, or replace it with --force."
        )


def _known_action(action: str | None, *, force: bool) -> str | None:
    """Return the action that the workflows use, None where it is not known yet.

    Raises ConfigError for a workflow that is there already, and for no valid action.
    """
    _check_writable(workflow.WORKFLOW_PATH, force=force)
    _check_writable(workflow.DAILY_PATH, force=force)
    action = action or workflow.named_action(Path.cwd())
    if action:
        workflow.check_action(action)
    return action


def _write_workflows(file: Path, repo: str | None, action: str) -> None:
    from bot import settings as settings_file
    from bot.progress.checks import check_kinds
    from bot.sync.file_sources import LocalFiles, find_curriculum

    repository = repo or settings_file.environment(os.environ).repository or Path.cwd().name
    found = settings_file.parse(file.read_text(encoding="utf-8"))
    try:
        kinds = check_kinds(find_curriculum(found.curriculum, LocalFiles(Path.cwd())))
    except MilepostError:  # such as a file that is not written yet
        kinds = frozenset()
    for path, text in workflow.render(found, repository, action, kinds).items():
        target = Path.cwd() / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        console.print_result(f"Wrote {path}.")


def ask_action(*, quiet: bool) -> str:
    """Return the action that a person names. Raises UsageError when nobody does."""
    question = "The action to use, as OWNER/milepost@v0"
    answer = None if quiet else _read_answer(question, "")
    if not answer:
        raise UsageError(
            "it can't be known which Milepost the workflows are to use.",
            hint="Name it with --action OWNER/milepost@v0: the account that holds it, and a tag.",
        )
    workflow.check_action(answer)
    return answer


def _settings_text(given: _Flags, *, yes: bool) -> str:
    """Return the checked text of the settings, from flags and, where they lack, from answers."""
    from bot.curriculum.load import catalog_names
    from bot.settings import DEFAULT_CURRICULUM, StartDay
    from bot.sync import settings_text
    from bot.sync.file_sources import LocalFiles

    if given.pace is not None and given.hours_per_week is not None:
        raise UsageError("--pace and --hours-per-week both say how fast: give one of them.")
    if not console.interactive():
        yes = yes or None not in (given.curriculum, given.start, given.timezone)
    built_in = ", ".join(catalog_names())
    today = now().astimezone().date()
    questions = {
        "curriculum": (f"Curriculum ({built_in}, or a path to your guide)", DEFAULT_CURRICULUM),
        "start": ("First day of study", str(StartDay.NEXT_MONDAY.day(today))),
        "timezone": ("Time zone", _local_zone()),
        "ahead": ("Weeks of issues ahead, or 'all'", "4 weeks"),
        "pace": ("Months for the whole path, or hours a week as 8h (empty: as the guide says)", ""),
    }
    if given.hours_per_week is not None:
        del questions["pace"]
    answers: dict[str, object] = {"hours_per_week": given.hours_per_week}
    for key, (question, usual) in questions.items():
        answers[key] = getattr(given, key)
        default = _stated_start(str(answers["curriculum"]), today) if key == "start" else ""
        default = default or usual
        if answers[key] is None and not yes:
            answers[key] = _answer(key, question, default)
            if answers[key] is None:
                _check_complete(given, answers)
        if answers[key] is None:
            answers[key] = default
    if given.pace is None and (hours := _hours_a_week(str(answers.get("pace") or ""))):
        answers |= {"hours_per_week": hours, "pace": None}
    text = settings_text.render(settings_text.SettingsAnswers.model_validate(answers))
    settings_text.check(text, LocalFiles(Path.cwd()))
    return text


def _stated_start(name: str, today: date) -> str:
    """Return the first day that a curriculum states for its units, "" without any to come."""
    from bot.planning.schedule import stated_start
    from bot.sync.file_sources import LocalFiles, find_curriculum

    try:
        day = stated_start(find_curriculum(name, LocalFiles(Path.cwd())))
    except MilepostError:
        return ""  # the question about the curriculum has said so, or the check at the end will
    return str(day) if day and day >= today else ""


def _hours_a_week(answer: str) -> float | None:
    """Return the number in `8h` or `8 hours a week`; None for any other answer."""
    from bot.progress import quantities

    found = quantities.pace(answer)
    return found.hours if found else None


def _read_answer(question: str, default: str) -> str | None:
    """Return a person's answer or the next line of a pipe, else the default; None at its end."""
    if console.interactive():
        answer = typer.prompt(question, default=default, err=True, show_default=bool(default))
        return str(answer).strip()
    console.print_status(f"{question} [{default}]:")
    line = sys.stdin.readline()
    return line.strip() or default if line else None


def _answer(key: str, question: str, default: str) -> str | None:
    """Ask until the file can hold the answer, a pipe only once; None at the pipe's end."""
    while True:
        answer = _read_answer(question, default)
        problem = None if answer is None else _problem(key, answer)
        if problem is None:
            return answer
        if not console.interactive():
            raise UsageError(problem)
        console.print_status(problem)


def _check_complete(given: _Flags, answers: dict[str, object]) -> None:
    """Raise UsageError naming the flags that have neither a value nor an answer."""
    missing = [
        f"--{name}" for name in _REQUIRED if getattr(given, name) is answers.get(name) is None
    ]
    if missing:
        raise UsageError(
            f"there is nobody to ask for {', '.join(missing)}.",
            hint="Give these flags, or --yes to take the defaults.",
        )


def _problem(key: str, answer: str) -> str | None:
    from bot import settings as settings_file
    from bot.sync.file_sources import LocalFiles, find_curriculum
    from bot.sync.settings_text import scalar

    if key == "pace" and not answer:
        return None
    try:
        if key == "curriculum":
            find_curriculum(answer, LocalFiles(Path.cwd()))
        else:
            if key == "pace" and (hours := _hours_a_week(answer)):
                key, answer = "hours_per_week", f"{hours:g}"
            settings_file.parse(f"{key}: {scalar(answer)}\n", name="Your answer")
    except MilepostError as wrong:
        return str(wrong)
    return None


def _local_zone() -> str:
    import tzlocal

    try:
        return tzlocal.get_localzone_name() or "UTC"
    except Exception:  # noqa: BLE001 - a machine with an odd zone file still gets a file to edit
        return "UTC"
